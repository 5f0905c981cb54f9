"""Flows with a formula: they obey the equations of Navier and Stokes, and what is known of them holds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pinnln import Benchmark, ProblemError, UnitsError
from pinnln.problems import beltrami, poiseuille, taylor_green
from pinnln.problems.chebyshev_square import differentiation
from pinnln.units import Q

NODES = (1 - np.cos(np.pi * np.arange(14) / 13)) / 2
SLOPE = differentiation(NODES)


def inside(benchmark: Benchmark, count: int = 12) -> np.ndarray:
    """Random points of the domain, a tenth of each extent away from its ends."""
    low, high = np.array([(item.low, item.high) for item in benchmark.problem.coordinates]).T
    return low + (high - low) * (0.1 + 0.8 * np.random.default_rng(1).random((count, len(low))))


def derivative(benchmark: Benchmark, name: str, axis: int, order: int, points: np.ndarray) -> np.ndarray:
    """∂ⁿ/∂xⁿ of a reference along one axis, by the polynomial through fourteen points on a piece of it."""
    item = benchmark.problem.coordinates[axis]
    length = 0.1 * (item.high - item.low)
    around = np.repeat(points, len(NODES), axis=0)
    around[:, axis] += length * np.tile(NODES - NODES[6], len(points))
    values = benchmark.exact(around)[name].reshape(len(points), -1)
    return np.asarray((values @ np.linalg.matrix_power(SLOPE, order).T)[:, 6] / length**order)


@pytest.mark.parametrize(
    ("benchmark", "viscosity", "density"),
    [(taylor_green(), 1e-6, 998.0), (beltrami(), 1e-3, 1260.0), (beltrami(side=Q("4 cm")), 1e-3, 1260.0)],
    ids=["taylor_green", "beltrami", "beltrami, larger"],
)
def test_the_flow_obeys_its_equations(benchmark: Benchmark, viscosity: float, density: float) -> None:
    """∇·u = 0 and ∂u/∂t + u·∇u + ∇p/ρ − νΔu = 0, to 1e-9 of the largest term."""
    points = inside(benchmark)
    names = [item.name for item in benchmark.problem.fields if item.name != "p"]
    axes, time = range(len(names)), len(names)
    values = benchmark.exact(points)
    slopes = {name: [derivative(benchmark, name, axis, 1, points) for axis in axes] for name in [*names, "p"]}
    spread = [slopes[name][axis] for axis, name in enumerate(names)]
    assert np.abs(sum(spread)).max() < 1e-9 * np.abs(spread).max()
    for axis, name in enumerate(names):
        terms = [derivative(benchmark, name, time, 1, points), slopes["p"][axis] / density]
        terms += [values[other] * slopes[name][along] for along, other in enumerate(names)]
        terms += [-viscosity * derivative(benchmark, name, along, 2, points) for along in axes]
        assert np.abs(sum(terms)).max() < 1e-9 * np.abs(terms).max()


def test_eddies_lose_their_energy_as_friction_demands() -> None:
    """The mean of u² + v² falls as e^(−4νt/ℓ²), and no water goes anywhere on the whole."""
    benchmark = taylor_green()
    around = np.arange(16) / 16 * 0.02
    x, y = (grid.ravel() for grid in np.meshgrid(around, around))
    start, end = (benchmark.exact(np.stack([x, y, 0 * x + time], 1)) for time in (0.0, 5.0))
    energy = [(found["u"] ** 2 + found["v"] ** 2).mean() / 2 for found in (start, end)]
    assert energy[1] / energy[0] == pytest.approx(np.exp(-4e-6 * 5.0 / (0.02 / (2 * np.pi)) ** 2), rel=1e-12)
    assert benchmark.quantities[0].reference.m_as("m^2/s^2") == pytest.approx(energy[1], rel=1e-12)
    assert [end["u"].mean(), end["v"].mean(), end["p"].mean()] == pytest.approx([0, 0, 0], abs=1e-15)


def test_vortex_lines_of_helices_are_streamlines() -> None:
    """curl u = u/ℓ everywhere, at all times."""
    benchmark = beltrami()
    points = inside(benchmark)
    values = benchmark.exact(points)
    for axis, (name, second, third) in enumerate((("u", "v", "w"), ("v", "w", "u"), ("w", "u", "v"))):
        along, across = (axis + 1) % 3, (axis + 2) % 3
        curl = derivative(benchmark, third, along, 1, points) - derivative(benchmark, second, across, 1, points)
        np.testing.assert_allclose(curl, values[name] / 0.01, atol=1e-8 * np.abs(values[name]).max() / 0.01)


def test_the_driven_channel_keeps_its_momentum() -> None:
    """ρ ∂u/∂t = G(1 + A cos ωt) + μ ∂²u/∂y²; at rest on both plates; the same after a period."""
    benchmark = poiseuille()
    points = inside(benchmark)
    drive = 5.0 * (1 + np.cos(2 * np.pi * points[:, 1]))
    left = 998 * derivative(benchmark, "u", 1, 1, points) - 1e-3 * derivative(benchmark, "u", 0, 2, points)
    np.testing.assert_allclose(left, drive, atol=1e-8)
    ends = np.array([[-2e-3, 0.3], [2e-3, 0.8], [1e-3, 0.0], [1e-3, 1.0]])
    at_plates, (before, after) = np.split(benchmark.exact(ends)["u"], 2)
    np.testing.assert_allclose(at_plates, 0, atol=1e-17)
    assert before == pytest.approx(after, rel=1e-12)


def test_slow_strokes_swing_the_parabola_and_fast_ones_the_middle() -> None:
    """Slow: u = G(1 + A cos ωt)(a² − y²)/2μ. Fast: the middle swings by GA/ρω, a quarter of a period late."""
    y = np.linspace(-2e-3, 2e-3, 9)
    parabola = 5.0 * (4e-6 - y**2) / 2e-3
    slow = poiseuille(period=Q("1e5 s"), pulsation=0.5)
    for share in (0.0, 0.3):
        found = slow.exact(np.stack([y, 0 * y + share * 1e5], 1))["u"]
        np.testing.assert_allclose(found, parabola * (1 + 0.5 * np.cos(2 * np.pi * share)), rtol=1e-3, atol=1e-12)
    fast = poiseuille(period=Q("0.05 s"))
    times = 0.05 * np.array([0.0, 0.25, 0.5, 0.75])
    swing = fast.exact(np.stack([0 * times, times], 1))["u"] - 0.01
    np.testing.assert_allclose(swing, 5.0 / (998 * 2 * np.pi / 0.05) * np.array([0, 1, 0, -1]), atol=1e-8)


def test_without_pulsation_the_flow_is_steady() -> None:
    """A = 0 is Poiseuille's flow: mean, middle and stress as in textbooks, G a²/3μ, G a²/2μ, G a."""
    found = [item.reference.to_base_units().magnitude for item in poiseuille(pulsation=0.0).quantities]
    np.testing.assert_allclose(found, [5 * 4e-6 / 3e-3, 5 * 4e-6 / 2e-3, 5 * 2e-3], rtol=1e-12)


def test_the_stress_is_that_of_the_velocity() -> None:
    """μ ∂u/∂y at the plate, from the profile; the mean over the gap and a period is the mean velocity."""
    benchmark = poiseuille()
    y = -2e-3 + 4e-4 * NODES
    near = benchmark.exact(np.stack([y, 0 * y], 1))["u"]
    assert benchmark.quantities[2].reference.m_as("Pa") == pytest.approx(1e-3 * (SLOPE @ near)[0] / 4e-4, rel=1e-9)
    places, weights = np.polynomial.legendre.leggauss(20)
    t, across = np.meshgrid(np.arange(8) / 8, 2e-3 * places)
    mean = weights @ benchmark.exact(np.stack([across.ravel(), t.ravel()], 1))["u"].reshape(20, 8).mean(1) / 2
    assert benchmark.quantities[0].reference.m_as("m/s") == pytest.approx(mean, rel=1e-10)


REFUSED: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    (taylor_green, {"viscosity": Q("0 m^2/s")}, ProblemError, "viscosity = 0 m²/s: .* friction takes energy away"),
    (taylor_green, {"side": Q("2 s")}, UnitsError, "side = 2 s: expected a quantity in m"),
    (beltrami, {"duration": Q("0 s")}, ProblemError, "duration = 0 s: expected a value above 0 s"),
    (beltrami, {"density": Q("1 kg")}, UnitsError, "density = 1 kg: expected a quantity in kg/m³"),
    (poiseuille, {"period": Q("1 ms")}, ProblemError, "Womersley number = .*: expected .* up to 30, since the layers"),
    (poiseuille, {"gradient": Q("-1 Pa/m")}, ProblemError, "gradient = -1 Pa/m: .* the pump pushes the fluid along"),
]


@pytest.mark.parametrize(("make", "changed", "kind", "words"), REFUSED, ids=[words[:20] for *_, words in REFUSED])
def test_what_makes_no_sense_is_refused(make: Any, changed: dict[str, Any], kind: type[Exception], words: str) -> None:
    """Each in words that name the argument, what it was, and what was expected."""
    with pytest.raises(kind, match=words):
        make(**changed)
