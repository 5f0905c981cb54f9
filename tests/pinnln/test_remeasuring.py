"""An inverse problem is measured anew in what was found: the answer does not depend on the guess."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from pinnln import (
    MLP,
    Dirichlet,
    LevenbergMarquardt,
    MeanSquare,
    Observe,
    Problem,
    Residual,
    Sampling,
    Scales,
    Solution,
    coordinates,
    d,
    field,
    solve,
    unknown,
)
from pinnln.formulation import nondimensional
from pinnln.problems import oude_korendijk
from pinnln.remeasuring import Measured, as_guessed, measured_by_guess, remeasured
from pinnln.restating import SYSTEMS, restated
from pinnln.solver import train
from pinnln.units import Q
from pinnln.units.expression import Unknown

L, HEATING, COLD, TRUE = Q("10 cm"), Q("5e5 W/m^3"), Q("293.15 K"), 25.0
PLACES = np.linspace(0.01, 0.09, 8)
ERRORS = np.random.default_rng(0).standard_normal(len(PLACES))
RISE = 5e5 / (2 * TRUE) * PLACES * (0.1 - PLACES)
SMALL = Sampling(interior=60, face=10)


def bar(guess: float, *, sigma: float | None = 0.5, errors: float = 0.5, positive: bool = True) -> Problem:
    """A heated bar with cold ends, its conductivity guessed [W/m/K], eight temperatures with errors [K]."""
    (x,) = coordinates(x=(0 * L, L))
    T, k = field("T", "kelvin", of=(x,)), unknown("k", guess=Q(guess, "W/m/K"), positive=positive)
    read = Q(293.15 + RISE + errors * ERRORS, "K")
    observed = Observe(T, read, at={x: Q(PLACES, "m")}, sigma=None if sigma is None else Q(sigma, "K"))
    return Problem(Residual("heat", k * d(T, x, x) + HEATING), Dirichlet(T, COLD, on=x.ends), observed)


def solved(problem: Problem, scales: Scales | None = None, steps: int = 20) -> Solution:
    """A small network, few steps each time."""
    return solve(
        problem,
        scales,
        network=MLP(6, 2),
        optimizer=LevenbergMarquardt(steps=steps),
        sampling=SMALL,
        show=False,
    )


def trained_once(problem: Problem) -> tuple[Solution, Measured, tuple[Unknown, ...]]:
    """After the first training, in the formulation without the spread."""
    formulation = nondimensional(problem, problem.scales().yardsticks)
    before = as_guessed(problem, formulation)
    found = train(problem, before.trained, MLP(6, 2), MeanSquare(), [LevenbergMarquardt(steps=8)], SMALL, 0)
    solution = Solution(problem, before.formulation, found.network, found.theta, found.report)
    return solution, before, measured_by_guess(formulation)


def test_what_was_found_is_the_yardstick_and_the_parameters_mean_the_same() -> None:
    """The scale of the equation is its largest term there; conductivity and temperature are what they were."""
    problem = bar(2500.0)
    solution, before, following = trained_once(problem)
    after = remeasured(solution, before, following)
    assert after is not None
    assert after.start is not None
    (k,) = following
    (T,), places = problem.fields, {"x": Q(PLACES, "m")}
    found, span = solution(k).m_as("W/m/K"), after.formulation.yardsticks[problem.fields[0]].span
    assert after.formulation.yardsticks[k].span == pytest.approx(found, rel=1e-12)
    scales = [item.formulation.groups[0].components[0].scale for item in (before, after)]
    assert scales == pytest.approx([max(5e5, each * span / 0.01) for each in (2500, found)])
    assert scales[0] > 1.25 * scales[1]
    again = Solution(problem, after.formulation, solution.network, after.start, solution.report)
    assert again(k).m_as("W/m/K") == pytest.approx(found, rel=1e-12)
    np.testing.assert_allclose(again(T, **places).m_as("K"), solution(T, **places).m_as("K"), rtol=1e-13)


def test_without_sigma_the_misfit_says_how_much_a_measurement_counts() -> None:
    """One percent of the scale to begin with; then the root mean square of the misfit, unknowns counted, over it; in
    training the rows of the measurements are as much smaller."""
    problem = bar(TRUE, sigma=None, errors=2.0)
    solution, before, following = trained_once(problem)
    assert before.spread == 0.01
    after = remeasured(solution, before, following)
    assert after is not None
    gaps = (293.15 + RISE + 2.0 * ERRORS - solution(problem.fields[0], x=Q(PLACES, "m")).m_as("K")) / (
        after.formulation.groups[-1].components[0].scale
    )
    assert after.spread == pytest.approx(math.sqrt(float(gaps @ gaps) / (len(PLACES) - 1)), rel=1e-9)
    tables = [item.groups[-1].table for item in (after.trained, after.formulation)]
    assert tables[0] is not None
    assert tables[1] is not None
    np.testing.assert_allclose(tables[0][:, -1], after.spread * tables[1][:, -1], rtol=1e-15)
    np.testing.assert_array_equal(tables[0][:, :-1], tables[1][:, :-1])


def test_a_sigma_that_was_stated_is_believed() -> None:
    """Whatever the misfit: nothing but the scales can be measured anew."""
    solution, before, following = trained_once(bar(TRUE, sigma=0.5, errors=2.0))
    assert before.spread == 1.0
    assert before.trained is before.formulation
    assert remeasured(solution, before, following) is None


def test_only_a_yardstick_that_is_a_guess_follows() -> None:
    """One that was given stays, and so does that of a constant that may change its sign, which may be found near
    zero; such a problem is trained once, as is one without an unknown."""
    problem = bar(2500.0)
    solution = solved(problem, steps=4)
    (k,) = problem.unknowns
    given = problem.scales(Scales(k=Q("2400 W/m/K"))).yardsticks
    assert measured_by_guess(nondimensional(problem, given)) == ()
    signed = bar(2500.0, positive=False)
    assert measured_by_guess(nondimensional(signed, signed.scales().yardsticks)) == ()
    assert solved(signed, steps=4).report.steps == 4
    assert solved(problem, Scales(k=Q("2400 W/m/K")), steps=4).report.steps == 4 < solution.report.steps
    (x,) = coordinates(x=(0 * L, L))
    T = field("T", "kelvin", of=(x,))
    known = Problem(Residual("heat", 25 * Q("W/m/K") * d(T, x, x) + HEATING), Dirichlet(T, COLD, on=x.ends))
    assert solved(known, steps=4).report.steps == 4
    assert solution.formulation.yardsticks[k].span != 2500


@pytest.mark.parametrize("sigma", [0.5, None])
def test_the_answer_and_how_sure_it_is_do_not_depend_on_the_guess(sigma: float | None) -> None:
    """A thirtieth or thirtyfold: the same conductivity to 10⁻⁴, that of the formula, the same interval to a percent."""
    found, ends = [], []
    for guess in (TRUE / 30, 30 * TRUE):
        problem = bar(guess, sigma=sigma)
        solution = solved(problem)
        found.append(solution.unknowns["k"].m_as("W/m/K"))
        ends.append([end.m_as("W/m/K") for end in solution.interval(problem.unknowns[0])])
    formula = TRUE / (1 + 0.5 * float(ERRORS @ RISE) / float(RISE @ RISE))
    assert found == pytest.approx([formula, formula], rel=1e-3)
    assert found[0] == pytest.approx(found[1], rel=1e-4)
    assert np.ptp(ends[0]) == pytest.approx(np.ptp(ends[1]), rel=0.01)


def test_a_restated_problem_is_measured_anew_to_the_same_parameters() -> None:
    """Bit for bit through all trainings, though what was found is in no unit of the statement."""
    first = oude_korendijk()
    answers = [
        solve(
            each.problem,
            each.scales,
            network=MLP(6, 2),
            sampling=Sampling(interior=40),
            optimizer=LevenbergMarquardt(steps=5),
            show=False,
        )
        for each in (first, *(restated(oude_korendijk, units) for units in SYSTEMS.values()))
    ]
    one = answers[0]
    assert one.report.steps > 5
    guesses = {item.name: scale for item, scale in first.problem.scales(first.scales).yardsticks.items()}
    measured = {item.name: scale for item, scale in one.formulation.yardsticks.items()}
    assert [measured[name] != guesses[name] for name in "KS"] == [True, True]
    for other in answers[1:]:
        assert bool((one.theta == other.theta).all())
        assert {item.name: scale for item, scale in other.formulation.yardsticks.items()} == measured


def test_what_was_measured_anew_is_saved_and_loaded(tmp_path: Path) -> None:
    """The file holds the yardsticks of the last training, so that the parameters mean what they meant."""
    problem = bar(2500.0)
    solution = solved(problem, steps=5)
    solution.save(tmp_path / "bar.safetensors")
    loaded = Solution.load(tmp_path / "bar.safetensors", problem)
    assert loaded.unknowns == solution.unknowns
    assert loaded.report.steps == solution.report.steps > 5
