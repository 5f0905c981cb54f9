"""The banded strip: it is the common test in its own units, it obeys its equation, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pinnln.problems import heat_2d
from pinnln.units import ProblemError, Q, UnitsError


def test_in_its_own_units_it_is_the_common_test() -> None:
    """With lengths in L and W and time in W²/(π²α_y):  αₓ = 1/(500π)², α_y = 1/π², and five units of time."""
    benchmark = heat_2d()
    x, y, t = benchmark.problem.coordinates
    unit = y.high**2 / (np.pi**2 * 4e-6)
    assert 0.64e-6 * unit / x.high**2 == pytest.approx(1 / (500 * np.pi) ** 2, rel=1e-12)
    assert t.high / unit == pytest.approx(5, rel=1e-12)
    points = np.random.default_rng(0).random((20, 3))
    u = np.sin(20 * np.pi * points[:, 0]) * np.sin(np.pi * points[:, 1]) * np.exp(-1.0016 * 5 * points[:, 2])
    T = benchmark.exact(points * [x.high, y.high, t.high])["T"]
    np.testing.assert_allclose((T - 293.15) / 40, u, atol=1e-12)


def test_heat_is_conserved_in_the_strip() -> None:
    """∂T/∂t = αₓ T_xx + α_y T_yy, the slopes by Cauchy's integral around each point, exact but for rounding."""
    benchmark = heat_2d(bands=3, length=Q("20 cm"))
    extents = np.array([item.high for item in benchmark.problem.coordinates])
    points = extents * np.random.default_rng(0).random((20, 3))
    circle = np.exp(2j * np.pi * np.arange(32) / 32)

    def derivative(axis: int, order: int) -> np.ndarray:
        radius = 0.05 * extents[axis]
        around = points[:, None, :] + radius * circle[:, None] * np.eye(3)[axis]
        values = benchmark.exact(around.reshape(-1, 3))["T"].reshape(20, 32)
        return (1, 1, 2)[order] * (values * circle**-order).mean(1).real / radius**order

    spread = 0.64e-6 * derivative(0, 2) + 4e-6 * derivative(1, 2)
    np.testing.assert_allclose(derivative(2, 1), spread, atol=1e-10 * np.abs(spread).max())
    edge = points * [0.0, 1.0, 1.0]
    np.testing.assert_allclose(benchmark.exact(edge)["T"], 293.15, rtol=1e-14)


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: heat_2d(bands=0), ProblemError, "bands = 0: expected a whole number from 1"),
    (lambda: heat_2d(along=Q("-1 m^2/s")), ProblemError, "along = -1 m²/s: .* heat flows from warm to cold"),
    (lambda: heat_2d(edge=Q(-300, "degC")), ProblemError, "edge = .* since nothing is colder"),
    (lambda: heat_2d(across=Q("1 m/s")), UnitsError, "across = 1 m/s: expected a quantity in m²/s"),
]


@pytest.mark.parametrize(("make", "kind", "words"), REFUSED, ids=[words[:30] for _, _, words in REFUSED])
def test_what_makes_no_strip_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """In words that name the argument, what it was, and why."""
    with pytest.raises(kind, match=words):
        make()
