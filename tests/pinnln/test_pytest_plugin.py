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


def test_the_plugin_is_light_and_silent_unless_asked(tmp_path: Path) -> None:
    """Neither torch nor pint is loaded by an ordinary run."""
    (tmp_path / "pde_heat.py").write_text(SCRIPT)
    (tmp_path / "test_modules.py").write_text(
        "import sys\ndef test_light():\n    assert not {'torch', 'pint', 'deepxde'} & set(sys.modules)\n"
    )
    found = pytest_in(tmp_path)
    assert found.returncode == 0, found.stdout
    assert "1 passed" in found.stdout
