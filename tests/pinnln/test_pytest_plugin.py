"""pytest --unit-lint: one item for each residual and condition, nothing heavy unless asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """\
from pinnln import Dirichlet, Problem, Residual, coordinates, d, field
from pinnln.units import Q
x, t = coordinates(x=(Q("0 m"), Q("1 m")), t=(Q("0 s"), Q("1 s")))
T = field("T", "K", of=(x, t))
bar = Problem(Residual("heat", d(T, t) - Q("1 m/s") * d(T, x, x)), Dirichlet(T, Q("300 K"), on=x.start))
"""


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A pytest of its own in a folder."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_every_statement_is_an_item(tmp_path: Path) -> None:
    """The faulty residual fails with its caret, the sound condition passes."""
    (tmp_path / "pde_heat.py").write_text(SCRIPT)
    found = pytest_in(tmp_path, "--unit-lint", "-v")
    assert found.returncode == 1
    assert "pde_heat.py::unit-lint::heat FAILED" in found.stdout
    assert "pde_heat.py::unit-lint::T on x.start PASSED" in found.stdout
    assert "UL101" in found.stdout
    assert "^" in found.stdout
    assert "Traceback" not in found.stdout


def test_a_script_that_cannot_be_linted_is_an_error_of_collection(tmp_path: Path) -> None:
    """In one sentence."""
    (tmp_path / "broken.py").write_text("import pinnln\nraise KeyError('x')\n")
    found = pytest_in(tmp_path, "--unit-lint")
    assert found.returncode == 2
    assert "the script raised KeyError" in found.stdout


def test_a_script_asked_for_by_name_is_linted_and_not_imported(tmp_path: Path) -> None:
    """It runs once, as a lint; its exit does not end pytest; a statement can be asked for by its name."""
    text = "import pathlib\npathlib.Path(__file__).with_suffix('.ran').open('a').write(__name__ + ' ')\n" + SCRIPT
    (tmp_path / "heat.py").write_text(text + "import sys\nsys.exit(3)\n")
    found = pytest_in(tmp_path, "--unit-lint", "-v", "heat.py")
    assert found.returncode == 1
    assert "1 failed, 1 passed" in found.stdout
    assert (tmp_path / "heat.ran").read_text() == "__unitlint__ "
    found = pytest_in(tmp_path, "--unit-lint", "-v", "heat.py::unit-lint::T on x.start")
    assert "1 passed" in found.stdout


def test_a_script_that_states_nothing_fails_only_if_asked_for_by_name(tmp_path: Path) -> None:
    """With UL905; among the files of a folder it is quiet."""
    (tmp_path / "quiet.py").write_text("import pinnln\nimport sys\nsys.exit(3)\n")
    (tmp_path / "skipped.py").write_text("# unitlint: skip-file\nimport pinnln\nraise KeyError\n")
    found = pytest_in(tmp_path, "--unit-lint", "quiet.py")
    assert found.returncode == 1
    assert "UL905 [warning] the script states no problem" in found.stdout
    assert "SystemExit at line 3" in found.stdout
    assert pytest_in(tmp_path, "--unit-lint").returncode == 5  # nothing to test


def test_tests_stay_tests(tmp_path: Path) -> None:
    """Also where they speak of pinnln, and where the pattern of their names is a path."""
    (tmp_path / "pytest.ini").write_text("[pytest]\npython_files = checks/*.py\n")
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "heat.py").write_text("def test_pinnln():\n    pass\n")
    found = pytest_in(tmp_path, "--unit-lint", "-v")
    assert "checks/heat.py::test_pinnln PASSED" in found.stdout
    assert "1 passed" in found.stdout


def test_the_plugin_is_light_and_silent_unless_asked(tmp_path: Path) -> None:
    """Neither torch nor pint is loaded by an ordinary run."""
    (tmp_path / "pde_heat.py").write_text(SCRIPT)
    (tmp_path / "test_modules.py").write_text(
        "import sys\ndef test_light():\n    assert not {'torch', 'pint', 'deepxde'} & set(sys.modules)\n"
    )
    found = pytest_in(tmp_path)
    assert found.returncode == 0, found.stdout
    assert "1 passed" in found.stdout
