"""Manufactured truth over all problems: each lints, its reference solves it, a solve moves toward it, in any units."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pytest

from pinnln import MLP, Benchmark, LevenbergMarquardt, Sampling, solve
from pinnln.formulation import nondimensional
from pinnln.problems import (
    CATALOG,
    advection,
    allen_cahn,
    euler_bernoulli_beam,
    heat_2d,
    helmholtz,
    korteweg_de_vries,
    kuramoto_sivashinsky,
    plane_elasticity,
    schroedinger,
    sir,
    wave,
)
from pinnln.reference_check import check_reference
from pinnln.restating import SYSTEMS, restated
from pinnln.solution import fingerprint
from pinnln.units import Q, lint

EVERY = {name: maker() for name, maker in CATALOG.items()}

EASED = {
    "heat_2d": heat_2d(bands=2),
    "helmholtz": helmholtz(up=2),
    "wave": wave(duration=Q("0.2 s")),
    "advection": advection(speed=Q("3 m/s")),
    "sir": sir(duration=Q("30 day")),
    "allen_cahn": allen_cahn(rate=Q("0.5 1/s"), duration=Q("0.4 s"), diffusivity=Q("1e-3 m^2/s")),
    "korteweg_de_vries": korteweg_de_vries(dispersion=0.2),
    "schroedinger": schroedinger(duration=Q("3 ms")),
    "kuramoto_sivashinsky": kuramoto_sivashinsky(cells=2.0, duration=Q("4 ms")),
    "euler_bernoulli_beam": euler_bernoulli_beam(duration=Q("4 ms")),
    "plane_elasticity": plane_elasticity(half_width=Q("15 mm")),
}
"""Longer waves or a shorter time, where the problem itself needs more steps than a test can take."""

_PRESSED = {"momentum_x", "momentum_y", "p at (x=0, y=0)"}
UNTOLD: Mapping[str, set[str]] = {"natural_convection": _PRESSED, "lid_driven_cavity": _PRESSED}
"""Equations and conditions with a field that a reference does not tell: those of the cavities know no pressure."""

EXACT, SHARPEST = 1e-10, 1e-6


@pytest.mark.parametrize("name", EVERY)
def test_it_is_sound(name: str) -> None:
    """No finding; every term size is a finite number, the largest of each equation one."""
    problem = EVERY[name].problem
    assert lint(problem).codes == ()
    for _, sizes in problem.term_sizes(EVERY[name].scales).equations:
        assert max(size for _, size in sizes) == pytest.approx(1.0)
    assert EVERY[name].name == name


@pytest.mark.parametrize("name", EVERY)
def test_the_reference_solves_the_problem(name: str) -> None:
    """It leaves no more than 1e-10 of the largest term of each equation and condition, a computed one no more than the
    accuracy that it states, but for the rounding of its own values; and rounding hides no more than 1e-6."""
    found = check_reference(EVERY[name])
    assert found.failures(max(EXACT, EVERY[name].accuracy)) == []
    assert set(found.untold) == UNTOLD.get(name, set())
    for item in (*found.equations, *found.conditions):
        assert item.rounding <= SHARPEST * max(item.term, 1.0), item


@pytest.mark.parametrize(
    "name", [name for name, item in EVERY.items() if item.reference == "exact" and item.problem.unknowns]
)
def test_what_is_measured_scatters_about_the_reference(name: str) -> None:
    """By the standard deviation that is stated: the mean of (v − v_ref)²/σ² over N readings is 1 ± 4 √(2/N)."""
    benchmark = EVERY[name]
    for need in (need for item in benchmark.problem.conditions for need in item.requirements if need.measured):
        measured, target = need.measured, need.statement.target
        assert measured is not None
        assert measured.sigma is not None
        points = np.stack([measured.places[item] for item in benchmark.problem.coordinates], axis=1)
        misfit = (measured.values - benchmark.exact(points)[target.name]) / measured.sigma
        assert abs((misfit**2).mean() - 1) < 4 * math.sqrt(2 / len(measured))


@pytest.mark.parametrize("name", EVERY)
def test_a_short_solve_moves_toward_the_reference(name: str) -> None:
    """Each field is nearer to its reference than one that is not trained, after a few steps."""
    benchmark = EASED.get(name, EVERY[name])
    errors = []
    for steps in (1, 25):
        solution = solve(
            benchmark.problem,
            benchmark.scales,
            network=MLP(width=12, depth=2),
            sampling=Sampling(interior=300, face=40),
            optimizer=LevenbergMarquardt(steps=steps),
            show=False,
        )
        per_axis = 33 if len(benchmark.problem.coordinates) < 4 else 9
        errors.append(max(benchmark.field_errors(solution, per_axis).values()))
    assert errors[1] < 0.7 * errors[0]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", EVERY)
def test_restated_in_other_units_it_is_the_same_problem(name: str, system: str) -> None:
    """Other numbers in its arguments, the same dimensionless equations and conditions to the last bit."""
    other = restated(CATALOG[name], SYSTEMS[system])
    assert _fingerprint(EVERY[name]) == _fingerprint(other)


def _fingerprint(benchmark: Benchmark) -> str:
    return fingerprint(nondimensional(benchmark.problem, benchmark.problem.scales(benchmark.scales).yardsticks))
