"""What is known of each problem: its equation by finite differences, limits, what is kept, published numbers."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest

from pinnln import MLP, Benchmark, LevenbergMarquardt, Sampling, solve
from pinnln.problems import CATALOG, natural_convection
from pinnln.problems.cavity_reference import cavity_reference
from pinnln.units import Q
from pinnln.units.program import NUMPY, Program

EVERY = {name: maker() for name, maker in CATALOG.items()}


Follow = Callable[[np.ndarray], np.ndarray]


def _differences(follow: Follow, move: np.ndarray, order: int) -> Follow:
    """The derivative of a function of points along a step, by central differences."""
    size = float(np.linalg.norm(move))
    if order == 1:
        return lambda at: (follow(at + move) - follow(at - move)) / (2 * size)
    return follow if not order else lambda at: (follow(at + move) - 2 * follow(at) + follow(at - move)) / size**2


def _derivative(benchmark: Benchmark, name: str, orders: tuple[int, int], points: np.ndarray) -> np.ndarray:
    """∂ᵃ⁺ᵇ/∂xᵃ∂tᵇ of a reference."""
    across, later = 1e-3 * np.diag([item.high - item.low for item in benchmark.problem.coordinates])
    along = _differences(lambda at: benchmark.exact(at)[name], across, orders[0])
    return _differences(along, later, orders[1])(points)


def _inside(benchmark: Benchmark, count: int) -> np.ndarray:
    """Points of the domain, away from its faces."""
    low = np.array([item.low for item in benchmark.problem.coordinates])
    extent = np.array([item.high for item in benchmark.problem.coordinates]) - low
    return low + extent * (0.1 + 0.8 * np.random.default_rng(0).random((count, len(low))))


@pytest.mark.parametrize("name", ["copper_bar", "joule_heating"])
def test_the_exact_solution_leaves_no_residual(name: str) -> None:
    """The reference is asked for its derivatives by finite differences and put into the equation."""
    benchmark = EVERY[name]
    points = _inside(benchmark, 20)
    moves = np.diag([item.high - item.low for item in benchmark.problem.coordinates])

    def second(field: str) -> np.ndarray:
        return _differences(lambda at: benchmark.exact(at)[field], 1e-4 * moves[0], 2)(points)

    if name == "copper_bar":
        rate = _differences(lambda at: benchmark.exact(at)["T"], 1e-5 * moves[1], 1)(points)
        np.testing.assert_allclose(rate, 1.11e-4 * second("T"), rtol=1e-4, atol=1e-4)
    else:
        np.testing.assert_allclose(second("phi"), 0, atol=1e-6)
        np.testing.assert_allclose(15 * second("T"), -1e6 * (0.02 / 0.1) ** 2, rtol=1e-4)


def test_the_clamped_bar_is_in_equilibrium() -> None:
    """Heat is conducted, κ T_xx = T_t, and strain follows it, u_xx = α T_x; ends and start are those stated."""
    benchmark = EVERY["thermoelastic_bar"]
    points = _inside(benchmark, 30)
    of = functools.partial(_derivative, benchmark, points=points)
    np.testing.assert_allclose(of("T", (0, 1)), 1.2e-5 * of("T", (2, 0)), rtol=1e-4)
    np.testing.assert_allclose(of("u", (2, 0)), 12e-6 * of("T", (1, 0)), rtol=1e-4, atol=1e-8)
    ends = benchmark.exact(np.array([[0.0, 100.0], [0.2, 100.0], [0.1, 0.0]]))
    np.testing.assert_allclose(ends["u"], 0, atol=1e-18)
    np.testing.assert_allclose(ends["T"], [293.15, 293.15, 353.15], rtol=1e-12)


def test_the_column_keeps_its_water() -> None:
    """S p_t + α w_zt = m p_zz and M w_zz = α p_z; drained and free at the top, closed and fixed at the bottom."""
    benchmark = EVERY["poroelastic_column"]
    points = _inside(benchmark, 30)
    of = functools.partial(_derivative, benchmark, points=points)
    np.testing.assert_allclose(1e-8 * of("p", (0, 1)) + of("w", (1, 1)), 1e-12 * of("p", (2, 0)), rtol=1e-4)
    np.testing.assert_allclose(1e7 * of("w", (2, 0)), of("p", (1, 0)), rtol=1e-4, atol=1.0)
    ends = benchmark.exact(np.array([[0.0, 1e5], [10.0, 1e5]]))
    np.testing.assert_allclose([ends["p"][0], ends["w"][1]], 0, atol=1e-9)


def test_the_call_obeys_its_equation() -> None:
    """V_t = ½σ²S² V_SS + rS V_S − rV; near expiry it is max(S − K, 0), far above the strike the forward."""
    benchmark = EVERY["black_scholes"]
    points = _inside(benchmark, 30)
    of = functools.partial(_derivative, benchmark, points=points)
    S, year = points[:, 0], Q("1 year").m_as("s")
    grown = 0.08 * S**2 * of("V", (2, 0)) + 0.05 * (S * of("V", (1, 0)) - of("V", (0, 0)))
    np.testing.assert_allclose(of("V", (0, 1)) * year, grown, rtol=1e-3, atol=1e-4)
    soon = benchmark.exact(np.array([[90.0, 1e-3], [110.0, 1e-3], [2000.0, year]]))["V"]
    np.testing.assert_allclose(soon, [0.0, 10.0, 2000 - 100 * np.exp(-0.05)], atol=1e-4)


def test_what_is_stated_at_the_start_and_on_the_faces_is_the_formula() -> None:
    """The expression of the call, made of erf, is the reference, made of the normal distribution."""
    benchmark = EVERY["black_scholes"]
    points = np.array([[1.0, 1e7], [60.0, 2e7], [100.0, 1e7], [400.0, 3e7]])
    stated = Program([benchmark.problem.conditions[-1].requirements[0].statement.value])
    columns = {item.name: points[:, place] for place, item in enumerate(benchmark.problem.coordinates)}
    (found,) = stated.run([columns[leaf.name] for leaf in stated.leaves], NUMPY)
    np.testing.assert_allclose(found, benchmark.exact(points)["V"], rtol=1e-13, atol=1e-12)


def _rates(name: str) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Values of a reference over time, and their slopes by central differences, in the time unit of the duration."""
    benchmark = EVERY[name]
    (t,) = benchmark.problem.coordinates
    times, step = np.linspace(0.1, 0.9, 25), 1e-4
    before, now, after = (benchmark.exact((times + move)[:, None] * t.high) for move in (-step, 0.0, step))
    return now, {field: (after[field] - before[field]) / (2 * step) for field in now}


def test_prey_and_predators_obey_their_equations() -> None:
    """x' = ax − bxy, y' = cxy − ey over ten years; the orbit is closed: H is that of the start."""
    now, slopes = _rates("lotka_volterra")
    x, y = now["x"], now["y"]
    np.testing.assert_allclose(slopes["x"], 10 * (0.6 * x - 0.025 * x * y), rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(slopes["y"], 10 * (0.02 * x * y - 0.8 * y), rtol=1e-5, atol=1e-4)
    kept = 0.02 * x - 0.8 * np.log(x) + 0.025 * y - 0.6 * np.log(y)
    np.testing.assert_allclose(kept, 0.02 * 30 - 0.8 * np.log(30) + 0.025 * 10 - 0.6 * np.log(10), rtol=1e-10)


def test_the_town_neither_grows_nor_shrinks() -> None:
    """S' = −βSI/N and R' = γI over ninety days; all parts sum up to the town, and r = −γ/β N ln(S/S₀)."""
    now, slopes = _rates("sir")
    S, I, R = (now[name] for name in "SIR")  # noqa: E741  # the letters of the field
    np.testing.assert_allclose(slopes["S"], -90 * 0.35 * S * I / 1e6, rtol=1e-5)
    np.testing.assert_allclose(slopes["R"], 90 * 0.1 * I, rtol=1e-5)
    np.testing.assert_allclose(S + I + R, 1e6, rtol=1e-12)
    np.testing.assert_allclose(R, -0.1 / 0.35 * 1e6 * np.log(S / 0.99e6), rtol=1e-9)


def test_a_solution_over_time_alone_is_asked_and_drawn() -> None:
    """Time is the only coordinate: values, means, windows and a figure with a line for every field."""
    benchmark = EVERY["lotka_volterra"]
    solution = solve(
        benchmark.problem,
        benchmark.scales,
        network=MLP(width=8, depth=1),
        sampling=Sampling(interior=64, face=1),
        windows=2,
        optimizer=LevenbergMarquardt(steps=2),
        show=False,
    )
    x = benchmark.problem.fields[0]
    assert solution(x, t=Q("0 year")).m_as("individual") == pytest.approx(30, rel=1e-12)
    assert solution.mean(x).check("[individual]")
    panels = solution.plot().axes
    assert [panel.get_ylabel() for panel in panels] == ["x [individual]", "y [individual]"]
    assert panels[0].get_xlabel() == "t [a]"


PUBLISHED = {
    1e3: (1.118, 3.649, 3.697),
    1e4: (2.243, 16.178, 19.617),
    1e5: (4.519, 34.73, 68.59),
    1e6: (8.825, 64.83, 220.6),
}


@pytest.mark.parametrize("rayleigh", PUBLISHED)
def test_the_cavity_is_that_of_de_vahl_davis(rayleigh: float) -> None:
    """Mean Nusselt number and largest velocities are within 0.15 % of the published ones.

    They are those of de Vahl Davis (1983), and at Ra = 10⁶ those of Le Quéré (1991).
    """
    ours = cavity_reference(rayleigh, 0.71)
    found = (ours.mean_nusselt, ours.fastest_across[0], ours.fastest_up[0])
    np.testing.assert_allclose(found, PUBLISHED[rayleigh], rtol=1.5e-3)


def test_the_cavity_reference_has_converged() -> None:
    """At Ra = 10⁴ the number of points changes no digit that is claimed: 2.2448, 16.183 at y = 0.8232, 19.628."""
    coarse, fine = cavity_reference(1e4, 0.71, 20), cavity_reference(1e4, 0.71, 28)
    assert coarse.mean_nusselt == pytest.approx(fine.mean_nusselt, abs=3e-5)
    assert fine.mean_nusselt == pytest.approx(2.244816, abs=2e-6)
    assert fine.fastest_across == (pytest.approx(16.1833, abs=1e-4), pytest.approx(0.8233, abs=1e-4))
    assert fine.fastest_up == (pytest.approx(19.6282, abs=1e-4), pytest.approx(0.1189, abs=1e-4))
    hot, cold = fine.fields(np.array([0.0, 1.0]), np.array([0.3, 0.3]))[2]
    assert (hot, cold) == (pytest.approx(1, abs=1e-10), pytest.approx(0, abs=1e-10))


def test_the_rayleigh_number_has_limits() -> None:
    """Outside 10³ … 10⁶ there is no reference, and the error says so."""
    with pytest.raises(ValueError, match="from 1e3 to 1e6, found 1e\\+07"):
        natural_convection(rayleigh=1e7)


def test_the_temperature_difference_follows_from_the_rayleigh_number() -> None:
    """ΔT is what Ra demands: about 10 K in 2.2 cm of air."""
    span = EVERY["natural_convection"].problem.scales(EVERY["natural_convection"].scales)["T"].span
    assert span.m_as("K") == pytest.approx(10, rel=0.01)
    assert natural_convection(height=Q("22 mm")).problem.term_sizes(EVERY["natural_convection"].scales)
