"""pinnln nondim: scales, sizes, groups and the dimensionless system, in three notations."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from matplotlib.mathtext import MathTextParser

from pinnln.cli import main
from pinnln.problems import CATALOG

ROOT = Path(__file__).parents[2]


def nondim(*arguments: str) -> Result:
    """What the command answers."""
    return CliRunner().invoke(main, ["nondim", *arguments])


def test_the_cavity_as_a_paper_prints_it() -> None:
    """Scales with origins, the named groups, and equations whose coefficients are their powers."""
    answer = nondim("natural_convection")
    assert answer.exit_code == 0
    for part in ("balance of 'momentum_", "Ra = gβ·ΔT·L³ / (ν·α) = 1e+04    (Rayleigh number)", "Pr = ν / α = 0.71"):
        assert part in answer.output
    assert "Re⁻¹·(" in answer.output
    assert "Pe⁻¹·(∂²T̂/∂x̂² + ∂²T̂/∂ŷ²) = 0" in answer.output
    assert "continuity:  ∂û/∂x̂ + ∂v̂/∂ŷ = 0" in answer.output


def test_the_bar_in_ascii() -> None:
    """Nothing but ASCII, and the Fourier number as the coefficient."""
    answer = nondim("copper_bar", "--ascii")
    assert answer.output.isascii()
    assert "heat:  dT/dt - Fo*d^2T/dx^2 = 0" in answer.output


def test_own_scales_are_those_of_the_library() -> None:
    """With them every scale is given."""
    answer = nondim("natural_convection", "--own-scales")
    assert "balance of" not in answer.output
    assert "(given)" in answer.output


@pytest.mark.parametrize("name", CATALOG)
def test_every_problem_of_the_library_is_printed(name: str) -> None:
    """In JSON with all notations; what stands in LaTeX is typeset, and ASCII is ASCII."""
    answer = nondim(name, "--json")
    assert answer.exit_code == 0, answer.output
    form = json.loads(answer.output)
    assert {"scales", "groups", "equations", "conditions"} <= form.keys()
    parser = MathTextParser("path")
    for item in [*form["equations"], *form["conditions"]]:
        assert item["ascii"].isascii()
        assert "?" not in item["ascii"]
        width, *_ = parser.parse(f"${item['latex']}$")
        assert width > 0


def test_the_sizes_are_those_of_the_problem() -> None:
    """The numbers of --json are those that solve shows."""
    form = json.loads(nondim("natural_convection", "--json").output)
    shown = CATALOG["natural_convection"]().problem.term_sizes()
    assert [tuple(term["size"] for term in item["terms"]) for item in form["equations"]] == [
        shown[item["name"]] for item in form["equations"]
    ]


def test_a_script_is_read_without_training() -> None:
    """The example's problem, with no scale but those proposed."""
    answer = nondim(str(ROOT / "examples" / "natural_convection.py"), "--latex")
    assert answer.exit_code == 0, answer.output
    assert r"\mathrm{Re}^{-1}" in answer.output
    assert re.search(r"Ra = .* \(Rayleigh number\)", answer.output)


def test_two_problems_of_a_script(tmp_path: Path) -> None:
    """JSON is then a list."""
    script = tmp_path / "two.py"
    script.write_text(
        "from pinnln import Dirichlet, Problem, Residual, coordinates, d, field\n"
        "x, = coordinates(x=(0.0, 1.0))\n"
        "for name in 'ab':\n"
        "    u = field(name, '', of=(x,))\n"
        "    Problem(Residual('line', d(u, x, x)), Dirichlet(u, 1.0, on=x.ends))\n"
    )
    assert [form["scales"][1]["name"] for form in json.loads(nondim(str(script), "--json").output)] == ["a", "b"]
    assert nondim(str(script)).output.count("Equations") == 2


REFUSED = {
    "no problem of that name": (("perpetuum",), "there is no problem 'perpetuum', and no such script"),
    "own scales of a script": (
        (str(ROOT / "examples" / "copper_bar.py"), "--own-scales"),
        "--own-scales is for problems",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_misuse(name: str) -> None:
    """One sentence and exit code 2."""
    arguments, words = REFUSED[name]
    answer = nondim(*arguments)
    assert answer.exit_code == 2
    assert words in answer.output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = 1\n", "states no problem: expected one at its top level"),
        ("1 / 0\n", "the script raised ZeroDivisionError"),
        ("from pinnln.units import Q\nQ('1 m') + Q('1 s')\n", "UL101"),
    ],
)
def test_a_script_that_states_nothing(tmp_path: Path, text: str, words: str) -> None:
    """It is refused in one sentence."""
    script = tmp_path / "script.py"
    script.write_text(text)
    answer = nondim(str(script))
    assert answer.exit_code == 2
    assert words in answer.output
