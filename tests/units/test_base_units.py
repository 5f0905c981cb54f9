"""Base dimensions of the user's own: they print, restate, scale, lint, save and are traced as those of the SI do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from pinnln import MLP, Initial, LevenbergMarquardt, Problem, Residual, Sampling, Scales, Solution, solve
from pinnln.units import Dimension, Q, UnitsError, base_unit, coordinates, d, field, lint_function, lint_script
from pinnln.units.registry import coherent, measure

tree, goat = base_unit("tree", "timber"), base_unit("goat")


def test_it_is_a_quantity_like_any_other():
    """Prefixes, plurals, powers and aliases; it prints its name and is read back."""
    assert Q("3 kilotree").to("timber").magnitude == pytest.approx(3000)
    found = measure(Q("5 trees/hour"))
    assert str(found.dimension) == "s⁻¹ tree"
    assert coherent(1.0, found.dimension).to("tree/hour").magnitude == pytest.approx(3600)
    assert f"{2 * tree / goat:~P}" == "2.0 tree/goat"


@pytest.mark.parametrize("unit", ["EUR", "USD", "person", "people", "individual", "share", "pixel"])
def test_those_that_are_there_have_a_dimension_of_their_own(unit):
    """Each is its own coherent unit, unlike every other."""
    dimension = Dimension.of(Q(1.0, unit).dimensionality)
    assert coherent(2.0, dimension) == Q(2.0, unit)
    with pytest.raises(Exception, match="Cannot convert"):
        Q(1.0, unit).to("tree")


def test_defining_the_same_again_changes_nothing():
    """Twice is once; an alias may come later, and again."""
    assert base_unit("tree") == base_unit("tree", "timber") == tree
    assert base_unit("goat", "billy") == base_unit("goat", "billy") == Q("1 billy")


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("metre",), "'metre' is a unit already: meter, of dimension m; choose another name"),
        (("cat",), "'cat' is a unit already: centitechnical_atmosphere, of dimension kg m⁻¹ s⁻²; choose"),
        (("percent",), "'percent' is a unit already: percent, a pure number"),
        (("trees",), "'trees' is a unit already: tree, of dimension tree"),
        (("sheep", "goat"), "'goat' is a unit already: goat, of dimension goat"),
        (("two words",), "expected a unit's name to be an identifier such as EUR, found 'two words'"),
        (("lambda",), "found 'lambda'"),
    ],
)
def test_what_means_something_else_is_refused(names, words):
    """A name that is no identifier, or a unit already, under its own name or as prefix and plural; nothing is left."""
    with pytest.raises(UnitsError, match=words):
        base_unit(*names)
    with pytest.raises(Exception, match="sheep"):
        Q("1 sheep")


def test_currencies_are_not_added():
    """The lint names the guilty term, and the hint is the rate that is missing."""
    (t,) = coordinates(t=(Q("0 year"), Q("5 year")))
    balance = field("balance", "EUR", of=(t,))
    wage, rate = Q("2000 USD/month"), Q("0.9 EUR/USD")
    wrong = Problem(Residual("saving", d(balance, t) - wage), Initial(balance, Q("100 EUR")))
    assert wrong.lint().codes == ("UL101",)
    assert "s⁻¹ USD" in str(wrong.lint())
    assert not Problem(Residual("saving", d(balance, t) - wage * rate), Initial(balance, Q("100 EUR"))).lint().codes


SCRIPT = """
from pinnln import Initial, Problem, Residual, coordinates, d, field
from pinnln.units import Q, base_unit
beehive = base_unit("beehive")
(t,) = coordinates(t=(Q("0 year"), Q("1 year")))
hives = field("hives", "beehive", of=(t,))
swarms = Q("{swarms}")
Problem(Residual("swarming", d(hives, t) - swarms), Initial(hives, 3 * beehive))
"""


@pytest.mark.parametrize(("swarms", "codes"), [("2 beehive/year", ()), ("2 individual/year", ("UL101",))])
def test_scripts_are_linted_in_them(tmp_path, swarms, codes):
    """`pinnln lint` runs the definition with the script, again and again."""
    script = tmp_path / "bees.py"
    script.write_text(SCRIPT.format(swarms=swarms))
    assert [lint_script(script).codes for _ in range(2)] == [codes, codes]


def growing(start, rate, years):
    """A wood that grows, and the problem that says so."""
    (t,) = coordinates(t=(0 * years, years))
    wood = field("wood", "tree", of=(t,))
    return wood, Problem(Residual("growth", d(wood, t) - rate * wood), Initial(wood, start))


def test_it_is_solved_saved_and_loaded(tmp_path):
    """N = N₀ e^(rt), scales proposed, one coordinate that is time; a restated problem trains to the same numbers."""
    answers, parameters = [], []
    for start, rate, years in (
        (Q("100 tree"), Q("0.5 1/year"), Q("2 year")),
        (Q("0.1 kilotree"), Q("0.5 1/year").to("1/hour"), Q("2 year").to("week")),
    ):
        wood, problem = growing(start, rate, years)
        assert problem.scales()["wood"].span == Q("100 tree")
        solution = solve(
            problem,
            Scales(t=years),
            network=MLP(width=8, depth=1),
            sampling=Sampling(interior=64, face=1),
            optimizer=LevenbergMarquardt(steps=20),
            show=False,
        )
        parameters.append(solution.theta)
        answers.append(solution(wood, t=years).to("tree").magnitude)
    assert torch.equal(*parameters)
    assert answers[0] == pytest.approx(100 * np.e, rel=1e-5)
    solution.save(tmp_path / "wood.safetensors")
    assert Solution.load(tmp_path / "wood.safetensors", problem)(wood, t=years).to("tree").magnitude == answers[1]


def black_scholes(x, y, sigma=0.2, r=0.05):
    """A residual as it is written with torch: price y of a share worth x[:, 0] at x[:, 1]."""
    slope = torch.autograd.grad(y.sum(), x, create_graph=True)[0]
    bend = torch.autograd.grad(slope[:, :1].sum(), x, create_graph=True)[0][:, :1]
    S = x[:, :1]
    return slope[:, 1:] + 0.5 * sigma**2 * S**2 * bend + r * S * slope[:, :1] - r * y


@pytest.mark.parametrize(("r", "codes"), [("1/year", ()), ("EUR/year", ("UL101",))])
def test_torch_functions_are_linted_in_them(r, codes):
    """`inputs={"S": "EUR"}` as any unit; a rate in the wrong one is found."""
    found = lint_function(
        black_scholes,
        inputs={"S": "EUR", "t": "year"},
        outputs={"V": "EUR"},
        constants={"sigma": "1/year**0.5", "r": r},
    )
    assert found.codes[:1] == codes, str(found)


def test_nothing_of_this_process_is_left_in_another():
    """A fresh interpreter knows EUR, and no tree."""
    code = "from pinnln.units import Q; print(Q('1 EUR')); Q('1 tree')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent)
    assert done.stdout == "1 EUR\n"
    assert "'tree' is not defined" in done.stderr
