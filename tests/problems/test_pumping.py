"""The pumping test of Oude Korendijk: what is measured is what is fitted, and training finds what others found."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.special import exp1, stdtrit

from pinnln import Benchmark, ProblemError, Solution, UnitsError, solve
from pinnln.problems import oude_korendijk
from pinnln.problems.pumping import PIEZOMETERS
from pinnln.units import Q

BENCHMARK = oude_korendijk()
RADII = np.concatenate([np.full(len(readings), r.m_as("m")) for r, readings in PIEZOMETERS])
MINUTES, DRAWDOWN = np.concatenate([np.array(readings) for _, readings in PIEZOMETERS]).T


def theis(conductivity: float, storage: float) -> np.ndarray:
    """The drawdown [m] at every reading, from K [m/day] and S [1/m]."""
    u = RADII**2 * storage / (4 * conductivity * MINUTES / 1440)
    return np.asarray(788 / (4 * pi * conductivity * 7) * exp1(u))


def least_squares_fit(used: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """K and S, their relative standard errors, the misfit [m], by Theis's formula, from the readings that are used."""
    found = least_squares(lambda logs: (theis(*np.exp(logs)) - DRAWDOWN)[used], np.log([20.0, 1e-5]), xtol=1e-12)
    variance = (found.fun**2).sum() / (used.sum() - 2)
    errors = np.sqrt(variance * np.diag(np.linalg.inv(found.jac.T @ found.jac)))
    return np.exp(found.x), errors, float(np.sqrt((found.fun**2).mean()))


@pytest.fixture(scope="module")
def fit() -> tuple[np.ndarray, np.ndarray, float]:
    """The fit to all readings."""
    return least_squares_fit(RADII > 0)


def trained(benchmark: Benchmark) -> Solution:
    """The answer with the settings of the library."""
    return solve(
        benchmark.problem,
        benchmark.scales,
        network=benchmark.network,
        sampling=benchmark.sampling,
        optimizer=benchmark.optimizers(),
        show=False,
    )


@pytest.fixture(scope="module")
def solution() -> Solution:
    """One training."""
    return trained(BENCHMARK)


def test_the_readings_are_those_that_were_fitted(fit: tuple[np.ndarray, np.ndarray, float]) -> None:
    """Least squares on Theis's formula gives the published fit, its standard error and its misfit to all digits."""
    (conductivity, storage), errors, misfit = fit
    assert (len(PIEZOMETERS[0][1]), len(PIEZOMETERS[1][1])) == (34, 35)
    assert conductivity == pytest.approx(66.09, abs=0.005)
    assert conductivity * errors[0] == pytest.approx(1.65, abs=0.02)
    assert storage == pytest.approx(2.54e-5, abs=0.005e-5)
    assert misfit == pytest.approx(0.0501, abs=5e-5)


def test_each_piezometer_tells_another_storage() -> None:
    """Alone they give TTim's fits to one, whose storages are five standard errors apart: no noise of the readings."""
    (near, near_errors, near_misfit), (far, far_errors, far_misfit) = (least_squares_fit(r == RADII) for r in (30, 90))
    np.testing.assert_allclose([*near, *far], [68.64, 1.61e-5, 71.58, 2.91e-5], rtol=3e-3)
    np.testing.assert_allclose([near_misfit, far_misfit], [0.0317, 0.0227], atol=5e-5)
    assert np.log(far[1] / near[1]) / np.hypot(near_errors[1], far_errors[1]) == pytest.approx(5, abs=0.2)


def test_the_reference_is_the_solution_at_the_published_fit() -> None:
    """Theis's drawdown leaves no residual of the equation, carries the pumped water, and has vanished at the end."""
    (y,) = BENCHMARK.problem.coordinates
    places = np.linspace(y.low, y.high, 4001)
    s, step = BENCHMARK.exact(places[:, None])["s"], places[1] - places[0]
    slope, bend = (s[2:] - s[:-2]) / (2 * step), (s[2:] - 2 * s[1:-1] + s[:-2]) / step**2
    stored = 2.54e-5 * 9000 * 1440 / 4 * np.exp(places[1:-1]) * slope  # the first reading: 30 m, 0.1 min
    np.testing.assert_allclose(66.09 * bend, -stored, atol=1e-5 * np.abs(stored).max())
    assert -4 * pi * 7 * 66.09 * slope[0] == pytest.approx(788, rel=3e-4)
    assert 0 < s[-1] < 1e-4


@pytest.mark.parametrize("place", [0, 1])
def test_the_published_answer_is_found(solution: Solution, place: int) -> None:
    """K within 3 % and S within 15 %, from guesses far below; both lie in their intervals."""
    quantity, unknown = BENCHMARK.quantities[place], solution.problem.unknowns[place]
    low, high = solution.interval(unknown)
    assert quantity.value(solution) == solution.unknowns["KS"[place]].m_as(quantity.reference.units)
    assert quantity.error(solution) < (0.03, 0.15)[place]
    assert low < quantity.reference < high


@pytest.mark.parametrize("place", [0, 1])
def test_the_answer_is_as_sure_as_that_of_least_squares(
    solution: Solution, fit: tuple[np.ndarray, np.ndarray, float], place: int
) -> None:
    """Answer and interval are those of Theis's formula, though training knows the equation alone."""
    middle, error = fit[0][place], fit[1][place]
    ends = solution.interval(solution.problem.unknowns[place])
    low, high = (end.m_as(("m/day", "1/m")[place]) for end in ends)
    assert (low * high) ** 0.5 == pytest.approx(middle, rel=0.1 * error)
    assert np.log(high / low) / 2 == pytest.approx(stdtrit(67, 0.975) * error, rel=0.05)


def test_the_drawdown_is_that_of_theis(solution: Solution) -> None:
    """At the answer's own K and S, to 5 mm, where the readings are off by 50."""
    found = [solution.unknowns[name].m_as(unit) for name, unit in (("K", "m/day"), ("S", "1/m"))]
    y = np.log(RADII**2 / MINUTES / 9000)
    np.testing.assert_allclose(solution(solution.problem.fields[0], y=y).m_as("m"), theis(*found), atol=5e-3)


def test_the_drawdown_is_as_sure_as_that_of_least_squares(solution: Solution) -> None:
    """At every reading, from the slopes of Theis's formula in ln K and ln S and the misfit of the readings."""
    logs = np.log([solution.unknowns[name].m_as(unit) for name, unit in (("K", "m/day"), ("S", "1/m"))])
    steps = 1e-6 * np.eye(2)
    slopes = np.stack([(theis(*np.exp(logs + h)) - theis(*np.exp(logs - h))) / 2e-6 for h in steps], axis=1)
    variance = ((theis(*np.exp(logs)) - DRAWDOWN) ** 2).sum() / (len(DRAWDOWN) - 2)
    spread = np.sqrt(variance * np.einsum("ni,ij,nj->n", slopes, np.linalg.inv(slopes.T @ slopes), slopes))
    low, high = solution.interval(solution.problem.fields[0], y=np.log(RADII**2 / MINUTES / 9000))
    np.testing.assert_allclose((high - low).m_as("m") / 2, stdtrit(67, 0.975) * spread, rtol=0.05, atol=2e-4)


@pytest.mark.parametrize(
    ("conductivity", "storage"),
    [("20 m/day", "5e-6 1/m"), ("2.2 m/day", "7.6e-4 1/m"), ("1980 m/day", "8.5e-7 1/m")],
)
def test_another_guess_ends_in_the_same_answer(
    conductivity: str, storage: str, fit: tuple[np.ndarray, np.ndarray, float]
) -> None:
    """That of least squares to a thousandth, also where one guess is thirtyfold too high and the other too low."""
    benchmark = oude_korendijk(Q(conductivity), Q(storage))
    answer = trained(benchmark)
    assert [item.error(answer) < 0.02 for item in benchmark.quantities] == [True, True]
    found = [answer.unknowns[name].m_as(unit) for name, unit in (("K", "m/day"), ("S", "1/m"))]
    np.testing.assert_allclose(found, fit[0], rtol=1e-3)


@pytest.mark.parametrize(
    ("conductivity", "storage", "kind", "words"),
    [
        ("0 m/day", "1e-5 1/m", ProblemError, "conductivity = 0 m/d: expected a value above 0 m/s, since water flows"),
        ("10 m/day", "-1e-5 1/m", ProblemError, "storage = -1.*: expected a value above 0 1/m, since water that is"),
        ("10 m/day", "1e-5", UnitsError, "storage = .*: expected a quantity in 1/m"),
    ],
)
def test_a_guess_without_sense_is_refused(conductivity: str, storage: str, kind: type[Exception], words: str) -> None:
    """What must be above zero, and what is measured in other units."""
    with pytest.raises(kind, match=words):
        oude_korendijk(Q(conductivity), Q(storage))
