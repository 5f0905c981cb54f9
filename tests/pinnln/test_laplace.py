"""How sure an unknown is: a bar whose warmth tells its conductivity, where the answer is a formula."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from pinnln import (
    MLP,
    Dirichlet,
    LevenbergMarquardt,
    MeanSquare,
    Observe,
    Problem,
    ProblemError,
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
from pinnln.solver import train
from pinnln.units import Q
from pinnln.units.expression import Unknown

L, HEATING, COLD, TRUE = Q("10 cm"), Q("5e5 W/m^3"), Q("293.15 K"), 25.0
NOISE = 0.5
PLACES = np.linspace(0.01, 0.09, 8)
RISE = 5e5 / (2 * TRUE) * PLACES * (0.1 - PLACES)
"""T − T₀ = q x (L − x) / 2k  [K]."""
EXACT = NOISE / math.sqrt(float(RISE @ RISE))
"""The standard deviation of ln k: the rise is proportional to 1/k."""


def bar(seed: int, *, sigma: bool = True) -> tuple[Problem, Unknown]:
    """A heated bar with cold ends, its conductivity unknown, eight noisy temperatures."""
    (x,) = coordinates(x=(0 * L, L))
    T, k = field("T", "kelvin", of=(x,)), unknown("k", guess=Q("10 W/m/K"))
    noise = NOISE * np.random.default_rng(seed).standard_normal(len(PLACES))
    observed = Observe(T, Q(293.15 + RISE + noise, "K"), at={x: Q(PLACES, "m")}, sigma=Q(NOISE, "K") if sigma else None)
    return Problem(Residual("heat", k * d(T, x, x) + HEATING), Dirichlet(T, COLD, on=x.ends), observed), k


def solved(problem: Problem) -> Solution:
    """A small network, thirty steps."""
    return solve(
        problem,
        network=MLP(6, 2),
        optimizer=LevenbergMarquardt(steps=30),
        sampling=Sampling(interior=60, face=10),
        show=False,
    )


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_interval_is_that_of_the_formula(seed: int) -> None:
    """Half its width in ln k is 1.96 σ/√Σ(T − T₀)², and the truth lies in it."""
    problem, k = bar(seed)
    solution = solved(problem)
    low, high = (end.to("W/m/K").magnitude for end in solution.interval(k))
    assert low < TRUE < high
    assert low < solution(k).magnitude < high
    assert math.log(high / low) / 2 == pytest.approx(1.96 * EXACT, rel=0.03)


def test_a_field_is_as_sure_as_the_unknown_lets_it_be() -> None:
    """T − T₀ is proportional to 1/k, so its interval is as wide as that of ln k tells, and nothing at the cold ends."""
    problem, k = bar(0)
    solution, T = solved(problem), problem.fields[0]
    low, high = solution.interval(T, x=np.array([0.0, 2.0, 5.0, 10.0]) * Q("1 cm"))
    places = np.array([0.0, 0.02, 0.05, 0.1])
    rise = 5e5 / (2 * solution(k).magnitude) * places * (0.1 - places)
    assert low.units == high.units == solution(T, x=L / 2).units
    np.testing.assert_allclose((high - low).magnitude / 2, 1.96 * EXACT * rise, rtol=0.03, atol=1e-9)
    ends = [end.m_as("W/K") for end in solution.interval(k * Q("2 m"))]
    assert sum(ends) / 4 == pytest.approx(solution(k).magnitude)
    assert (ends[1] - ends[0]) / 4 == pytest.approx(1.96 * EXACT * solution(k).magnitude, rel=0.03)


def test_without_sigma_the_misfit_tells_it() -> None:
    """The width is Student's quantile times the spread of the misfit about the best fit; a higher level is wider."""
    problem, k = bar(3, sigma=False)
    solution = solved(problem)
    low, high = (end.magnitude for end in solution.interval(k))
    noise = NOISE * np.random.default_rng(3).standard_normal(len(PLACES))
    residue = noise - RISE * float(noise @ RISE) / float(RISE @ RISE)
    spread = math.sqrt(float(residue @ residue) / (len(PLACES) - 1))
    assert math.log(high / low) / 2 == pytest.approx(2.365 * spread * EXACT / NOISE, rel=0.1)
    wider = [end.magnitude for end in solution.interval(k, level=0.99)]
    assert wider[0] < low < high < wider[1]


def test_noise_does_not_bend_the_equations() -> None:
    """Divided by σ alone, measurements outweigh the equation, and the conductivity is far off; else it is near."""
    problem, k = bar(1)
    formulation = nondimensional(problem, problem.scales().yardsticks)
    group = formulation.groups[-1]
    assert group.table is not None
    alone = group.table.clone()
    alone[:, -1] = group.components[0].scale / NOISE
    naive = replace(formulation, groups=(*formulation.groups[:-1], replace(group, table=alone)))
    off = []
    for made in (formulation, naive):
        optimizers, sampling = [LevenbergMarquardt(steps=40)], Sampling(interior=60, face=10)
        found = train(problem, made, MLP(10, 2), MeanSquare(), optimizers, sampling, 0)
        off.append(abs(math.log(found(k).magnitude / TRUE)) / EXACT)
    assert off[0] < 3
    assert off[1] > 10


def test_two_unknowns_are_a_straight_line_through_points() -> None:
    """Both end temperatures of a bar without heating: estimates and standard errors are those of linear regression."""
    (x,) = coordinates(x=(0 * L, L))
    T = field("T", "kelvin", of=(x,))
    left, right = unknown("left", Q("300 K"), positive=False), unknown("right", Q("305 K"), positive=False)
    line = 303 + 8 * PLACES / 0.1 + NOISE * np.random.default_rng(4).standard_normal(len(PLACES))
    bar = Problem(
        Residual("heat", d(T, x, x)),
        Dirichlet(T, left, on=x.start),
        Dirichlet(T, right, on=x.end),
        Observe(T, Q(line, "K"), at={x: Q(PLACES, "m")}, sigma=Q(NOISE, "K")),
    )
    span = (Q("300 K"), Q("10 K"))
    solution = solve(
        bar,
        Scales(T=span, left=span, right=span),
        network=MLP(5, 1),
        optimizer=LevenbergMarquardt(steps=30),
        sampling=Sampling(interior=40, face=4),
        show=False,
    )
    matrix = np.stack([1 - PLACES / 0.1, PLACES / 0.1], axis=1)
    covariance = NOISE**2 * np.linalg.inv(matrix.T @ matrix)
    expected = covariance @ matrix.T @ line / NOISE**2
    for place, end in enumerate((left, right)):
        low, high = (item.magnitude for item in solution.interval(end, level=0.9))
        assert solution(end).magnitude == pytest.approx(expected[place], abs=0.05 * NOISE)
        assert (low + high) / 2 == pytest.approx(solution(end).magnitude)
        assert (high - low) / 2 == pytest.approx(1.6449 * math.sqrt(covariance[place, place]), rel=0.02)
    rise = np.array([-1.0, 1.0])
    low, high = (item.m_as("kelvin") for item in solution.interval(right - left, level=0.9))
    assert high - low == pytest.approx(2 * 1.6449 * math.sqrt(rise @ covariance @ rise), rel=0.02)
    along = np.linspace(0, 1, 5)[:, None] * [[-1, 1]] + [[1, 0]]
    low, high = (item.magnitude for item in solution.interval(T, level=0.9, x=np.linspace(0, 1, 5) * L))
    np.testing.assert_allclose((low + high) / 2, along @ expected, atol=0.1 * NOISE)
    spread = np.sqrt(np.einsum("ni,ij,nj->n", along, covariance, along))
    np.testing.assert_allclose((high - low) / 2, 1.6449 * spread, rtol=0.03)


def test_what_tells_no_interval_is_refused() -> None:
    """An unknown of another problem, a level that is none, fewer measurements than unknowns, two that are one."""
    problem, k = bar(0)
    solution = solved(problem)
    with pytest.raises(ProblemError, match=r"c is no unknown of this problem: expected one of its unknowns \(k\)"):
        solution.interval(unknown("c", guess=Q("1 J")))
    with pytest.raises(ProblemError, match=r"expected a level between 0 and 1, such as 0\.95, found 95"):
        solution.interval(k, level=95)
    with pytest.raises(ProblemError, match=r"expected one quantity for each of \(x\), found \(\)"):
        solution.interval(problem.fields[0])
    (x,) = coordinates(x=(0 * L, L))
    U = field("U", "kelvin", of=(x,))
    known = solved(Problem(Residual("heat", Q("25 W/m/K") * d(U, x, x) + HEATING), Dirichlet(U, COLD, on=x.ends)))
    with pytest.raises(ProblemError, match="no unknown constant in this problem, and so nothing that a measurement"):
        known.interval(U, x=L / 2)
    T, q = field("T", "kelvin", of=(x,)), unknown("q", guess=Q("5e5 W/m^3"))
    for count, words in (
        (2, "2 measurements for 2 unknown constants"),
        (8, "do not tell 'k', alone or from the other unknowns"),
    ):
        observed = Observe(T, Q(293.15 + RISE[:count], "K"), at={x: Q(PLACES[:count], "m")}, sigma=Q("1 K"))
        both = Problem(Residual("heat", k * d(T, x, x) + q), Dirichlet(T, COLD, on=x.ends), observed)
        with pytest.raises(ProblemError, match=words):
            solved(both).interval(k)


def test_a_conductivity_that_moves_nothing_is_not_told() -> None:
    """Without heating a bar between two temperatures is the same whatever conducts in it."""
    (x,) = coordinates(x=(0 * L, L))
    T, k = field("T", "kelvin", of=(x,)), unknown("k", guess=Q("10 W/m/K"))
    observed = Observe(T, Q([302.1, 304.9, 308.0], "K"), at={x: Q([2.0, 5.0, 8.0], "cm")}, sigma=Q("0.1 K"))
    ends = Dirichlet(T, Q("300 K"), on=x.start), Dirichlet(T, Q("310 K"), on=x.end)
    solution = solved(Problem(Residual("heat", k * d(T, x, x)), *ends, observed))
    with pytest.raises(ProblemError, match="the measurements do not tell 'k'"):
        solution.interval(k)
