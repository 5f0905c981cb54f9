"""A balance on a face or a rim: an equation as any other, where it holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pinnln import (
    MLP,
    Balance,
    Dirichlet,
    LevenbergMarquardt,
    Pin,
    Problem,
    ProblemError,
    Residual,
    Sampling,
    Scales,
    UnitsError,
    constant,
    coordinates,
    d,
    field,
    laplacian,
    solve,
)
from pinnln.units import Ball, Q

L, K = Q("1 m"), Q("1 K")
k, eps = constant("k", Q("2 W/m/K")), constant("eps", Q(3e-8, "W/m^2/K^4"))
x, y = coordinates(x=(0 * L, L), y=(0 * L, L))
T = field("T", "K", of=(x, y))
HOLE = Ball({x: 0.5 * L, y: 0.5 * L}, radius=0.2 * L, name="hole")


def test_a_wall_that_radiates_is_as_warm_as_the_heat_that_reaches_it() -> None:
    """k (T₁ − T)/L = ε T⁴ at the far end of a bar, whose root Newton finds, 8 digits; its constant is in the groups."""
    (z,) = coordinates(z=(0 * L, L))
    heat = field("heat", "K", of=(z,))
    problem = Problem(
        Residual("conduction", d(heat, z, z)),
        Dirichlet(heat, 400 * K, on=z.start),
        Balance("radiated", k * d(heat, z) + eps * heat**4, on=z.end),
    )
    assert "Balance" in repr(problem.conditions[1])
    solution = solve(
        problem,
        Scales(z=L, heat=100 * K),
        network=MLP(4, 1),
        sampling=Sampling(interior=30, face=1),
        optimizer=LevenbergMarquardt(steps=40),
        show=False,
    )
    warm = 300.0
    for _ in range(20):
        warm -= (2 * (warm - 400) + 3e-8 * warm**4) / (2 + 12e-8 * warm**3)
    assert solution(heat, z=L).m_as("K") == pytest.approx(warm, rel=1e-6)
    assert any("eps" in group.definition for group in problem.dimensionless(Scales(z=L, heat=100 * K)).groups.groups)


def test_a_balance_on_a_rim_is_asked_there() -> None:
    """The residual of an untrained field on the rim, k (∂T/∂x + T/L), computed by hand at the same points."""
    stated = Balance("leaving", k * (d(T, x) + T / L), on=[HOLE, y.end])
    problem = Problem(Residual("heat", laplacian(T)), Dirichlet(T, 0 * K, on=x.ends), stated, without=HOLE)
    names = [item.statement.name for item in stated.requirements]
    assert names == ["leaving on hole", "leaving on y.end"]
    solution = solve(
        problem,
        Scales(x=L, y=L, T=K),
        network=MLP(4, 1),
        sampling=Sampling(interior=40, face=20),
        optimizer=LevenbergMarquardt(steps=1),
        show=False,
    )
    group = next(item for item in solution.formulation.groups if item.rim is HOLE)
    points = solution.formulation.sample(group, 20, seed=3).numpy()
    np.testing.assert_allclose(np.hypot(*(points - 0.5).T), 0.2, rtol=1e-12)
    assert np.isfinite(solution.values(k * (d(T, x) + T / L), points)).all()


def test_terms_that_do_not_match_are_found() -> None:
    """A balance is checked as an equation is: heat flux and temperature are not added."""
    problem = Problem(Residual("heat", laplacian(T)), Balance("wrong", k * d(T, x) + T, on=x.end))
    with pytest.raises(UnitsError, match=r"Balance 'wrong on x\.end'"):
        problem.require_sound()


@pytest.mark.parametrize("nothing", [3.0, x / L], ids=["a number", "no field"])
def test_a_balance_of_no_field_is_refused(nothing: Any) -> None:
    """It could not be trained for."""
    with pytest.raises(ProblemError, match=r"Balance\('empty'\): expected an expression of fields, found"):
        Balance("empty", nothing, on=x.end)


def test_a_face_of_another_domain_is_refused() -> None:
    """As for every other condition."""
    (far,) = coordinates(far=(0 * L, L))
    with pytest.raises(ProblemError, match=r"Balance\(T\): the face far\.end lies outside the domain of the field"):
        Balance("elsewhere", k * d(T, x), on=far.end)


@pytest.mark.parametrize(("place", "told"), [("25 cm", "0.25 m"), ("0.25 m", "0.25 m"), ("0 cm", "0")])
def test_a_pin_tells_its_place_with_a_unit(place: str, told: str) -> None:
    """In coherent units, so that a restated problem has the same names; a zero needs none."""
    (requirement,) = Pin(T, Q("300 K"), at=(Q(place), 0 * L)).requirements
    assert requirement.statement.name == f"T at (x={told}, y=0)"
