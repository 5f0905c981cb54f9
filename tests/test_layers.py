"""Who may call whom, what a name is called, and what an import costs: the map of DESIGN, held by reading the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import pinnln

ROOT = Path(__file__).parents[1]
ROOMS = ("units", "kernels", "pinnln", "problems")
STANDARD = set(sys.stdlib_module_names)
MAY_IMPORT = {
    "units": {"pinnln.units", "pint", "numpy"},
    "kernels": {"pinnln.kernels", "torch", "numpy", "scipy"},
    "pinnln": {
        *("pinnln", "numpy", "torch", "pint", "rich", "click", "safetensors", "scipy", "matplotlib", "pytest"),
        *("pytorch_optimizer", "threadpoolctl", "jinja2"),
    },
    "problems": {"pinnln", "numpy", "scipy", "platformdirs"},
}
TENSOR_FILES = (
    "aware_modules.py",
    "call_conventions.py",
    "element_labels.py",
    "node_table.py",
    "probe.py",
    "promotion.py",
    "restoration.py",
    "reverse_mode.py",
    "stage.py",
    "stand_in_networks.py",
    "tensor_run.py",
    "tensor_trace.py",
)  # loaded when a tensor lint is called, never before
UNIT_FILES = (
    "normalization_layers.py",
)  # a layer that is told units compares them when it is built; loaded by that check only
DEEPXDE_FILE = "deepxde_model.py"  # imports DeepXDE when asked to, and undoes what that does to the process
COMMANDS = (
    "cli.py",
    "accuracy_command.py",
    "bench_command.py",
    "nondim_command.py",
    "problems_command.py",
)  # know the problems of the library, by name
TRITON = "_triton"  # how the names of files end that need Triton: loaded when a kernel is asked for, never before
SELDOM = "pytorch_optimizer"  # takes a second to load: only where its optimiser is asked for
FILES = [path for room in ROOMS for path in sorted((ROOT / room).glob("*.py"))]


def imported(path: Path) -> set[str]:
    """The full names of all modules a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_imports_point_downward(path: Path) -> None:
    """units know no torch, kernels no physics, problems only public names; `units` is never imported bare."""
    room = path.parent.name
    allowed = MAY_IMPORT[room] | ({"torch"} if path.name in TENSOR_FILES else set())
    allowed = allowed | ({"pinnln.units"} if room == "kernels" and path.name in UNIT_FILES else set())
    allowed |= {"triton"} if room == "kernels" and path.stem.endswith(TRITON) else set()
    allowed |= {"deepxde"} if path.name == DEEPXDE_FILE else set()
    for name in imported(path):
        top = name.split(".")[0]
        if top in STANDARD:
            continue
        assert top not in ROOMS or top == "pinnln", f"{path} imports {name}: write pinnln.{name}"
        assert top in allowed or any(name == item or name.startswith(item + ".") for item in allowed), f"{path}: {name}"
        if room == "problems":
            assert name in ("pinnln", "pinnln.units") or name.startswith("pinnln.problems") or top != "pinnln", name
        if room == "pinnln":
            assert not name.startswith("pinnln.problems") or path.name in COMMANDS, f"{path} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_is_seldom_needed_is_imported_on_demand(path: Path) -> None:
    """No file imports a file that needs Triton as it loads, except another one, nor what takes long to load."""
    if path.stem.endswith(TRITON):
        return
    waiting: list[ast.AST] = [ast.parse(path.read_text())]
    while waiting:
        node = waiting.pop()
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not any(name.endswith((TRITON, SELDOM)) for name in names), (
            f"{path} imports {names}: only where one is asked for"
        )
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting.extend(ast.iter_child_nodes(node))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_files_and_functions_stay_small(path: Path) -> None:
    """No file over 400 lines, no function over 60, no file called utils."""
    tree = ast.parse(path.read_text())
    assert len(path.read_text().splitlines()) <= 400
    assert path.stem not in ("utils", "misc", "common", "helpers")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            documented = ast.get_docstring(node) is not None
            first = node.body[1].lineno if documented and len(node.body) > 1 else node.lineno
            length = (node.end_lineno or 0) - first
            assert length <= 60, f"{path}: {node.name} has {length} lines"


def test_no_public_name_is_that_of_a_file() -> None:
    """With lazy names, `from pinnln import solve` would otherwise hand out a module."""
    for room in ROOMS:
        module = __import__(f"pinnln.{room}" if room != "pinnln" else room, fromlist=["*"])
        files = {path.stem for path in (ROOT / room).glob("*.py")}
        assert not files & set(module.__all__)


def test_every_public_name_is_there() -> None:
    """Each name of __all__ resolves, dir() lists it, and what is not there is an AttributeError."""
    for name in pinnln.__all__:
        assert getattr(pinnln, name) is not None
        assert name in dir(pinnln)
    with pytest.raises(AttributeError, match="module 'pinnln' has no attribute 'perpetuum_mobile'"):
        pinnln.perpetuum_mobile  # noqa: B018


def test_importing_is_light() -> None:
    """`import pinnln` loads neither torch nor deepxde nor pint, and takes less than 0.3 s of the interpreter's time."""
    code = (
        "import sys, time; start = time.perf_counter(); import pinnln; spent = time.perf_counter() - start; "
        "print([name for name in ('torch', 'deepxde', 'pint', 'matplotlib') if name in sys.modules], spent)"
    )
    spent = []
    for _ in range(3):
        found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        loaded, seconds = found.rsplit(" ", 1)
        assert loaded == "[]"
        spent.append(float(seconds))
    assert min(spent) < 0.3


def test_units_load_without_torch() -> None:
    """The room of units never waits for torch."""
    code = "import sys, pinnln.units; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
