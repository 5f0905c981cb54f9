"""Derivatives from values alone, beside those of formulas."""

from __future__ import annotations

import numpy as np
import pytest

from pinnln.patch_derivatives import Patches

POINTS = np.array([[0.0, 0.3], [0.5, 0.7], [0.21, 1.0], [1.0, 0.0], [0.8, 0.5]])
LOW, HIGH = np.zeros_like(POINTS), np.ones_like(POINTS)


def wave(at: np.ndarray) -> dict[str, np.ndarray]:
    """A wave that grows: derivatives of all orders are known."""
    return {"u": np.sin(5 * at[:, 0]) * np.exp(2 * at[:, 1])}


@pytest.mark.parametrize("orders", [(0, 0), (1, 0), (0, 1), (2, 0), (3, 0), (4, 0), (0, 4), (1, 1), (2, 1)])
def test_a_derivative_is_that_of_the_formula(orders: tuple[int, int]) -> None:
    """To 1e-9 of the largest, on edges and corners too, where the fourth is known to 1e-6, as no condition asks for it;
    and no further off than ten times what rounding explains."""
    found = Patches(wave, POINTS, LOW, HIGH).derivative("u", orders)
    along = 5 ** orders[0] * np.sin(5 * POINTS[:, 0] + orders[0] * np.pi / 2)
    true = along * 2 ** orders[1] * np.exp(2 * POINTS[:, 1])
    gap = np.abs(found.values - true)
    size, inside = 5 ** orders[0] * 2 ** orders[1] * np.exp(2), [1, 4]
    assert gap.max() < (1e-9 if sum(orders) < 4 else 1e-6) * size
    assert gap[inside].max() < 1e-9 * size
    assert (gap <= 10 * found.rounding + 1e-12 * np.abs(true)).all()


def test_a_thin_layer_is_seen() -> None:
    """One of a thousandth of the domain, which the widest patches do not resolve."""
    points = np.array([[0.4995], [0.5], [0.501]])
    found = Patches(lambda at: {"u": np.tanh((at[:, 0] - 0.5) / 1e-3)}, points, 0 * points, 0 * points + 1)
    steep = 1e3 / np.cosh((points[:, 0] - 0.5) / 1e-3) ** 2
    np.testing.assert_allclose(found.derivative("u", (1,)).values, steep, rtol=1e-9)


def test_nothing_is_asked_outside() -> None:
    """A field that is asked beyond its box would not be finite."""

    def fenced(at: np.ndarray) -> dict[str, np.ndarray]:
        return {"u": np.where(((at >= 0) & (at <= 1)).all(1), at[:, 0] ** 2, np.nan)}

    patches = Patches(fenced, POINTS, LOW, HIGH)
    assert patches.names == ("u",)
    np.testing.assert_allclose(patches.derivative("u", (1, 0)).values, 2 * POINTS[:, 0], atol=1e-11)
    np.testing.assert_allclose(patches.derivative("u", (1, 1)).values, 0, atol=1e-8)


def test_rounding_grows_with_the_order() -> None:
    """A fourth derivative is less sure than a second, and that less than the value; inside it is sure to 1e-8 all the
    same."""
    patches = Patches(wave, POINTS[1::3], LOW[1::3], HIGH[1::3])
    sizes = [patches.derivative("u", (order, 0)).rounding.max() for order in (0, 2, 4)]
    assert sizes[0] < sizes[1] < sizes[2] < 1e-8 * 5**4 * np.exp(2)
