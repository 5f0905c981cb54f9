"""References: exact ones solve the problem as it is stated, computed ones agree with another way to compute them."""

from __future__ import annotations

from collections.abc import Mapping
from math import factorial, pi
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from pinnln import Benchmark
from pinnln.problems import (
    advection,
    allen_cahn,
    burgers,
    copper_bar,
    helmholtz,
    joule_heating,
    kovasznay,
    natural_convection,
    poisson,
    shear_heating,
    wave,
)
from pinnln.problems.periodic_reference import allen_cahn_reference
from pinnln.units import Coordinate, Field, Q, Quantity, Statement
from pinnln.units.nondimensional import Yardsticks, nondimensionalize
from pinnln.units.program import NUMPY, Partial, Program

EXACT = {
    "copper_bar": copper_bar(),
    "joule_heating": joule_heating(),
    "poisson": poisson(),
    "poisson, negative charge": poisson(charge_density=Q("-3 uC/m^3"), side=Q("2 in")),
    "helmholtz": helmholtz(),
    "helmholtz, other modes": helmholtz(half_width=Q("2 ft"), wavenumber=Q("7 1/m"), across=3, up=2),
    "wave": wave(),
    "advection": advection(),
    "kovasznay": kovasznay(),
    "kovasznay, Re 20": kovasznay(reynolds=20, density=Q("1000 kg/m^3")),
    "shear_heating": shear_heating(),
    "shear_heating, molten polymer": shear_heating(
        Q("1 mm"), Q("0.5 m/s"), Q("1e3 Pa*s"), Q(0.02, "1/delta_degC"), Q("0.2 W/m/K"), Q(200, "degC")
    ),
    "burgers": burgers(),
    "burgers, easy": burgers(viscosity=Q("0.01 m^2/s"), half_width=Q("1 m"), speed=Q("2 m/s")),
}
CIRCLE = np.exp(2j * pi * np.arange(32) / 32)


def partial(benchmark: Benchmark, field: str, orders: tuple[int, ...], points: np.ndarray, radius: float) -> np.ndarray:
    """A derivative of the exact solution by Cauchy's integral over a circle, exact but for rounding."""
    if not any(orders):
        return benchmark.exact(points)[field]
    (axis,) = np.flatnonzero(orders)
    order = orders[axis]
    extent = benchmark.problem.coordinates[axis].high - benchmark.problem.coordinates[axis].low
    around = np.repeat(points.astype(complex), len(CIRCLE), axis=0)
    around[:, axis] += np.tile(CIRCLE * radius * extent, len(points))
    values = benchmark.exact(around)[field].reshape(len(points), -1)
    means = (values * CIRCLE**-order).mean(1).real
    return factorial(order) * means / (radius * extent) ** order


def residual(
    benchmark: Benchmark, statement: Statement, points: np.ndarray, yardsticks: Yardsticks, radius: float
) -> np.ndarray:
    """A dimensionless residual of the exact solution at points (N, d) [coherent SI]."""
    program = Program([nondimensionalize(statement, yardsticks).expression])
    coordinates = benchmark.problem.coordinates
    values: list[Any] = []
    for leaf in program.leaves:
        if isinstance(leaf, Partial):
            unit = np.prod([yardsticks[item].span ** n for item, n in zip(coordinates, leaf.orders, strict=True)])
            shown = partial(benchmark, leaf.field.name, leaf.orders, points, radius) * unit
            offset = 0.0 if any(leaf.orders) else yardsticks[leaf.field].reference
            values.append((shown - offset) / yardsticks[leaf.field].span)
        else:
            here = points[:, coordinates.index(leaf)]
            values.append((here - yardsticks[leaf].reference) / yardsticks[leaf].span)
    return np.broadcast_to(program.run(values, NUMPY)[0], (len(points),))


def placed(benchmark: Benchmark, points: np.ndarray, fixed: Mapping[Coordinate, float]) -> np.ndarray:
    """The points, moved to where coordinates are fixed."""
    moved = points.copy()
    for item, place in fixed.items():
        moved[:, benchmark.problem.coordinates.index(item)] = place
    return moved


def inside(benchmark: Benchmark, count: int = 40) -> np.ndarray:
    """Random points of the domain [coherent SI], a twentieth of each extent away from its ends."""
    low, high = np.array([(item.low, item.high) for item in benchmark.problem.coordinates]).T
    return low + (high - low) * (0.05 + 0.9 * np.random.default_rng(0).random((count, len(low))))


@pytest.mark.parametrize("name", EXACT)
def test_the_exact_solution_leaves_no_residual(name: str) -> None:
    """Put into every equation as it is stated, it leaves less than 1e-10 of the largest term."""
    benchmark = EXACT[name]
    radius, limit = (1e-3, 1e-8) if name.startswith("burgers") else (0.03, 1e-10)  # the shock is a hundredth wide
    yardsticks = benchmark.problem.scales(benchmark.scales).yardsticks
    for equation in benchmark.problem.residuals:
        left = residual(benchmark, equation.statement, inside(benchmark), yardsticks, radius)
        assert np.abs(left).max() < limit
        assert not np.isnan(left).any()


@pytest.mark.parametrize("name", EXACT)
def test_the_exact_solution_meets_every_condition(name: str) -> None:
    """On each face, at the start, at each point that is pinned, and on both ends of what is periodic."""
    benchmark = EXACT[name]
    yardsticks = benchmark.problem.scales(benchmark.scales).yardsticks
    points = inside(benchmark)
    for condition in benchmark.problem.conditions:
        for need in condition.requirements:
            at = residual(benchmark, need.statement, placed(benchmark, points, need.fixed), yardsticks, 1e-3)
            if need.twin is not None:
                at = at - residual(benchmark, need.statement, placed(benchmark, points, need.twin), yardsticks, 1e-3)
            assert np.abs(at).max() < 1e-11, need.statement.name


class _Answering:
    """Answers as a Solution does when it is asked for a field at one point, from the reference."""

    def __init__(self, benchmark: Benchmark) -> None:
        self.benchmark = benchmark

    def __call__(self, field: Field, **at: Quantity) -> Quantity:
        """The field there, in its unit."""
        place = [at[item.name].to_base_units().magnitude for item in self.benchmark.problem.coordinates]
        return Q(self.benchmark.exact(np.array([place]))[field.name][0], Q(1.0, field.unit).to_base_units().units)


@pytest.mark.parametrize(
    "name", ["poisson", "helmholtz", "helmholtz, other modes", "advection", "kovasznay", "burgers"]
)
def test_a_quantity_of_interest_asks_where_its_reference_is(name: str) -> None:
    """A solution that answered from the exact fields would have no error."""
    for quantity in EXACT[name].quantities:
        assert quantity.error(_Answering(EXACT[name])) < 1e-12  # type: ignore[arg-type]  # it answers like one


def test_the_energy_of_the_string_is_kept() -> None:
    """The mean of (∂u/∂t)² + c² (∂u/∂x)² at the end, from the exact solution, is that of the quantity of interest."""
    benchmark = wave()
    points = np.stack([(np.arange(64) + 0.5) / 64, np.ones(64)], axis=1)
    moving, leaning = (partial(benchmark, "u", orders, points, 0.03) for orders in ((0, 1), (1, 0)))
    mean = (moving**2 + 4 * leaning**2).mean()
    assert benchmark.quantities[0].reference.m_as("m^2/s^2") == pytest.approx(mean, rel=1e-12)


def test_burgers_has_the_values_that_others_computed() -> None:
    """Twelve digits at three points, one of them in the shock; the initial condition at t = 0; odd in x."""
    exact = burgers().exact
    found = exact(np.array([[0.5, 0.5], [0.5, 1.0], [0.02, 0.5]]))["u"]
    np.testing.assert_allclose(found, [-0.592769534402, -0.376181395748, -0.979905867414], rtol=0, atol=6e-13)
    x = np.linspace(-1, 1, 9001)
    np.testing.assert_allclose(exact(np.stack([x, 0 * x], 1))["u"], -np.sin(pi * x), atol=1e-14)
    np.testing.assert_allclose(exact(np.stack([x, 0 * x + 0.7], 1))["u"], -exact(np.stack([-x, 0 * x + 0.7], 1))["u"])


@pytest.mark.parametrize(
    ("duration", "modes", "limits"),
    [(0.5, 1536, {0.0: 0.0, 0.004: 1e-5, 0.05: 1e-9, 0.3033: 1e-9}), (5.0, 512, {2.5: 1e-9, 5.0: 1e-9})],
    ids=["more modes while the kink is there", "fewer after it is gone"],
)
def test_the_allen_cahn_reference_has_converged(duration: float, modes: int, limits: dict[float, float]) -> None:
    """With half of the step: 1e-9 from t = 0.01 s on (0.05/r), 1e-5 before, nothing at the start."""
    ours, other = allen_cahn_reference(2e-5, duration), allen_cahn_reference(2e-5, duration, modes, 5e-3)
    x = np.linspace(-1, 1, 801)
    for time, limit in limits.items():
        one, two = ours(x, np.full_like(x, time)), other(x, np.full_like(x, time))
        assert np.linalg.norm(one - two) <= limit * np.linalg.norm(two)


def finite_differences(diffusivity: float, rate: float, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Points and the Allen-Cahn solution after 1 s: sixth order in space, an adaptive Runge-Kutta method in time."""
    x = 2 * np.arange(count) / count - 1
    weights = {0: -49 / 18, 1: 3 / 2, 2: -3 / 20, 3: 1 / 90}

    def slope(_: float, u: np.ndarray) -> np.ndarray:
        bent = sum(w * (np.roll(u, n) + np.roll(u, -n)) / (1 if n else 2) for n, w in weights.items())
        return diffusivity * bent * (count / 2) ** 2 + rate * (u - u**3)

    found = solve_ivp(slope, (0, 1), x**2 * np.cos(pi * x), method="DOP853", rtol=1e-8, atol=1e-9)
    return x, found.y[:, -1]


def test_finite_differences_converge_to_the_allen_cahn_reference() -> None:
    """Far more than twice as near with half of the spacing; the mean square agrees."""
    benchmark = allen_cahn(diffusivity=Q("2e-4 m^2/s"))
    gaps = []
    for count in (300, 600):
        x, other = finite_differences(2e-4, 5.0, count)
        gaps.append(np.abs(benchmark.exact(np.stack([x, np.ones_like(x)], 1))["u"] - other).max())
    assert gaps[1] < 3e-5
    assert gaps[1] < gaps[0] / 20
    assert float(benchmark.quantities[0].reference.magnitude) == pytest.approx((other**2).mean(), abs=1e-6)


def test_the_allen_cahn_reference_meets_its_conditions() -> None:
    """The start, and the same value at both ends at all times; many points are asked in pieces."""
    exact = allen_cahn().exact
    t = np.linspace(0, 1, 1500)
    left, right = (exact(np.stack([place + 0 * t, t], 1))["u"] for place in (-1.0, 1.0))
    np.testing.assert_allclose(left, right, atol=1e-12)
    x = np.linspace(-1, 1, 101)
    np.testing.assert_array_equal(exact(np.stack([x, 0 * x], 1))["u"], x**2 * np.cos(pi * x))


@pytest.mark.parametrize("rayleigh", [1e3, 1e4, 1e5, 1e6])
def test_the_cavity_is_there_at_each_rayleigh_number(rayleigh: float) -> None:
    """Its Nusselt number is within 1e-4 of our finest: 1.117790, 2.244816, 4.52164, 8.8252; at 10⁶ within 2e-4."""
    finest = {1e3: 1.117790, 1e4: 2.244816, 1e5: 4.52164, 1e6: 8.8252}[rayleigh]
    found = natural_convection(rayleigh=rayleigh).quantities[0].reference
    assert float(found.magnitude) == pytest.approx(finest, rel=1e-4 if rayleigh < 1e6 else 2e-4)
