"""pinnln problems: the table, the page of one problem, and what a program reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from matplotlib.mathtext import MathTextParser

import pinnln.problems
from pinnln.cli import main
from pinnln.measured_errors import FILE, read_measured
from pinnln.problems import CATALOG

MEASURED = read_measured(Path(pinnln.problems.__file__).parent / FILE)


def problems(*arguments: str) -> Result:
    """What the command answers."""
    return CliRunner().invoke(main, ["problems", *arguments])


def test_the_table_has_a_line_for_each() -> None:
    """Name, equation, physics, groups, reference and error, in Markdown as in JSON."""
    rows = [line.split(" | ") for line in problems("--markdown").output.splitlines()]
    assert rows[0][0] == "| problem"
    assert [row[0][2:] for row in rows[2:]] == list(CATALOG)
    assert all(len(row) == 6 and all(row) for row in rows)
    cells = dict(zip(CATALOG, rows[2:], strict=True))
    assert cells["copper_bar"][1:3] == ["∂T/∂t = α ∂²T/∂x²", "heat"]
    assert "Ra = 1e+04" in cells["natural_convection"][3]
    assert cells["natural_convection"][4] == "computed"
    found = json.loads(problems("--json").output)
    for row, line in zip(found, rows[2:], strict=True):
        known = MEASURED.get(row["name"])
        assert (row["measured"] and row["measured"]["error"]) == (known and known.error)
        assert line[5] == (f"{known.error:.1e} |" if known else "not measured |")
        assert row["reference"] in ("exact", "computed", "published")


def test_the_page_of_the_bar() -> None:
    """Equation with unit, letters, condition, scales, group, answer, settings, citation."""
    answer = problems("copper_bar")
    assert answer.exit_code == 0
    for part in (
        "copper_bar: A copper bar with cold ends forgets its warm middle",
        "  heat:  ∂T/∂t − diffusivity·∂²T/∂x² = 0    [K/s]",
        "  T on x.start, T on x.end:  T = cold    [K]",
        "  diffusivity = 1.11 cm²/s",
        "  cold = 20 °C",
        "  T = 293.15 K + 80 K · T̂    (given)",
        "  x = 10 cm · x̂    (its extent)",
        "  Fo = α·τ / L² = 1    (Fourier number)",
        "Quantities of interest (exact reference)",
        "  excess temperature in the middle = 26.7491 K    (exact solution)",
        "  120 steps of Levenberg-Marquardt",
        f"{MEASURED['copper_bar'].error:.1e}, median of 5 seeds",
        "  H. S. Carslaw, J. C. Jaeger, Conduction of Heat in Solids, 2nd ed., Oxford 1959, §3.3",
    ):
        assert part in answer.output


def test_units_that_are_no_physics() -> None:
    """Euros and persons stand where metres stand, windows where there are some."""
    assert "V [EUR]" in problems("black_scholes").output
    answer = problems("sir").output
    assert "[person/s]" in answer
    assert "60 steps of Levenberg-Marquardt in each of 6 windows of time" in answer


def test_a_page_says_how_patient_a_training_is_where_it_is_not_as_usual() -> None:
    """Only where a problem asks for more patience than others."""
    told = "500 steps of Levenberg-Marquardt, ended by 20 blocks without gain in each of 2 windows of time"
    assert told in problems("maxwell_cavity_mode").output
    assert "without gain" not in problems("copper_bar").output


def test_a_page_reads_as_a_paper_would() -> None:
    """Pascals and their prefixes, no factor of one, π by its name, hats on first letters, scales told from extents."""
    answer = problems("mandel_problem").output
    for part in (
        "5 MPa·∂(∂u_x/∂x + ∂u_y/∂y)/∂x − ∂p/∂x = 0    [Pa/m]",
        "  p = 100 kPa · p̂    (given)",
        "  u_x = 1.66667 mm · û_x    (given)",
        "  τ, scale of t, is 3375 s",
        "  Pi_5 = 5 MPa / [p] = 50",
    ):
        assert part in answer
    assert "bump·sin(20·π·x / length)·sin(π·y / width)" in problems("heat_2d").output
    assert "  psi = 50 mV · ψ̂    (given)" in problems("electro_osmosis").output
    assert "  U = 10 mm/s" in problems("lid_driven_cavity").output
    assert "  psi = 50 mV * psi_hat    (given)" in problems("electro_osmosis", "--ascii").output


@pytest.mark.parametrize("notation", ["--unicode", "--ascii"])
@pytest.mark.parametrize("name", ["mandel_problem", "plane_elasticity", "schroedinger"])
def test_no_line_is_wider_than_a_page(name: str, notation: str) -> None:
    """Equations, conditions and origins of scales are broken; in LaTeX, where that would hurt, they are not."""
    assert max(map(len, problems(name, notation).output.splitlines())) <= 120
    assert max(map(len, problems(name, "--latex").output.splitlines())) > 120


def test_notations() -> None:
    """LaTeX in the equations; in ASCII nothing else, nothing lost."""
    assert r"\frac{\partial u}{\partial t}" in problems("burgers", "--latex").output
    answer = problems("copper_bar", "--ascii").output
    assert answer.isascii()
    assert "?" not in answer
    assert "diffusivity = 1.11 cm^2/s" in answer
    assert "Oxford 1959, sec. 3.3" in answer


def test_what_others_reached() -> None:
    """With method and source, in ASCII too, and what the settings are to reach; nothing where nobody told."""
    answer = problems("burgers", "--ascii").output
    assert answer.isascii()
    assert "?" not in answer
    assert "Published by others\n" in answer
    assert "4e-05, SOAP, PirateNet    (arXiv 2502.00604)" in answer
    assert "to reach a relative error of 1e-06 in every field" in answer
    assert "Published" not in problems("copper_bar").output
    assert json.loads(problems("burgers", "--json").output)["aim"] == 1e-6


@pytest.mark.parametrize("name", CATALOG)
def test_every_problem_has_a_page(name: str) -> None:
    """As data with all notations: LaTeX is typeset, ASCII is ASCII; each letter has values or is a field."""
    answer = problems(name, "--json")
    assert answer.exit_code == 0, answer.output
    found = json.loads(answer.output)
    parser = MathTextParser("path")
    for item in [*found["equations"], *found["conditions"]]:
        assert item["ascii"].isascii()
        assert "?" not in item["ascii"]
        if "alike" not in item["latex"]:
            assert parser.parse(f"${item['latex']}$")[0] > 0
    kinds = {"coordinate": 2, "field": 0, "constant": 1, "unknown": 1}
    assert all(len(letter["values"]) == kinds[letter["kind"]] for letter in found["letters"])
    assert {"scales", "proposed_scales", "quantities", "settings", "citation", "groups"} <= found.keys()


def test_whom_to_cite() -> None:
    """Of one, or of all."""
    assert problems("wave", "--bibtex").output.startswith("@misc{wave,\n  author = {S. Wang and X. Yu")
    assert all(f"@misc{{{name}" in problems("--bibtex").output for name in CATALOG)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("perpetuum",), "there is no problem 'perpetuum': expected one of copper_bar"),
        (("wave", "--markdown"), "--markdown is of the table of all problems: leave the name out"),
    ],
)
def test_misuse(arguments: tuple[str, ...], words: str) -> None:
    """One sentence and exit code 2."""
    answer = problems(*arguments)
    assert answer.exit_code == 2
    assert words in answer.output
