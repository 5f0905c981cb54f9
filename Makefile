# make demo: watch the whole idea work.   make test: check that it does.   make check: types and style.
# make notebooks: run those of examples/ in full, and keep what they show.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN    := .venv/bin
READY  := .venv/ready
DEMO   ?= --iterations 100

.PHONY: demo test check notebooks clean

demo: $(READY)
	$(BIN)/pinnln compare natural_convection --out results/natural_convection $(DEMO)

test: $(READY)
	$(BIN)/python -m pytest --cov --cov-report=term

check: $(READY) .typed/pinnln
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	MYPYPATH=.typed $(BIN)/mypy -p pinnln

notebooks: $(READY)
	$(BIN)/python tests/notebooks/notebook.py

$(READY): setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt "torch==2.13.0"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[test,check]"
	touch $@

# mypy reads a package from one folder: this one shows it the four rooms under the names they are imported by.
.typed/pinnln: $(wildcard pinnln/*.py pinnln/py.typed)
	rm -rf .typed && mkdir -p .typed/pinnln
	ln -s $(foreach file,$^,$(CURDIR)/$(file)) .typed/pinnln/
	ln -s $(foreach room,units kernels problems,$(CURDIR)/$(room)) .typed/pinnln/

clean:
	rm -rf .venv .typed build *.egg-info results
