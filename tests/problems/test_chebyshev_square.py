"""A square of Chebyshev points: derivatives of what is smooth are exact, and stream functions do not slip."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from pinnln.problems.chebyshev_square import ChebyshevSquare, from_walls, highest, interpolated

SQUARE = ChebyshevSquare(18)
X, Y = np.meshgrid(SQUARE.nodes, SQUARE.nodes, indexing="ij")


def test_matrices_differentiate() -> None:
    """Slopes of e^x sin 2y at all points."""
    values = (np.exp(X) * np.sin(2 * Y)).ravel()
    np.testing.assert_allclose(SQUARE.dx @ values, values, atol=1e-11)
    np.testing.assert_allclose(SQUARE.dy @ values, 2 * (np.exp(X) * np.cos(2 * Y)).ravel(), atol=1e-11)


def test_what_acts_on_a_stream_function_is_made_of_its_derivatives() -> None:
    """ψ = h(x)² h(y)² with h = x(1 − x): all its derivatives by hand, as q = h(x) h(y) gives them."""
    (h, hy), ones = (SQUARE.x * (1 - SQUARE.x), SQUARE.y * (1 - SQUARE.y)), np.ones(18**2)
    q = (h * hy)[SQUARE.inner]
    slope, slope_y = 2 * h * (1 - 2 * SQUARE.x), 2 * hy * (1 - 2 * SQUARE.y)
    bend, bend_y = 2 - 12 * h, 2 - 12 * hy
    turn, turn_y = -12 * (1 - 2 * SQUARE.x), -12 * (1 - 2 * SQUARE.y)
    expected = {
        "psi": h**2 * hy**2,
        "psi_x": slope * hy**2,
        "psi_y": h**2 * slope_y,
        "laplacian": bend * hy**2 + h**2 * bend_y,
        "lap_x": turn * hy**2 + slope * bend_y,
        "lap_y": bend * slope_y + h**2 * turn_y,
        "biharmonic": 24 * ones * (hy**2 + h**2) + 2 * bend * bend_y,
    }
    for name, values in expected.items():
        np.testing.assert_allclose(getattr(SQUARE, name) @ q, values, atol=1e-8, err_msg=name)
    np.testing.assert_allclose(SQUARE.stream_function(q), (h**2 * hy**2).reshape(18, 18), atol=1e-16)


@settings(max_examples=8, deadline=None)
@given(st.floats(-2, 2), st.floats(-2, 2))
def test_the_polynomial_from_the_walls_has_their_values_and_slopes(a: float, b: float) -> None:
    """Those of e^(ax + bxy), on all four sides."""
    nodes = SQUARE.nodes
    rest, one = np.zeros(18), np.ones(18)

    def value(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.asarray(np.exp(a * x + b * x * y))

    sides = np.array([one, a + b * nodes, value(one, nodes), (a + b * nodes) * value(one, nodes)])
    ends = np.array(
        [value(nodes, rest), b * nodes * value(nodes, rest), value(nodes, one), b * nodes * value(nodes, one)]
    )
    found = from_walls(nodes, sides, ends)
    np.testing.assert_allclose([found[0], found[-1], *found[:, [0, -1]].T], [*sides[[0, 2]], *ends[[0, 2]]], atol=1e-9)
    np.testing.assert_allclose((SQUARE.dx @ found.ravel()).reshape(18, 18)[[0, -1]], sides[[1, 3]], atol=1e-8)
    np.testing.assert_allclose((SQUARE.dy @ found.ravel()).reshape(18, 18)[:, [0, -1]].T, ends[[1, 3]], atol=1e-8)


def test_values_between_the_points() -> None:
    """The polynomial follows a smooth function anywhere, also at the points themselves; its crest is found."""
    places = np.array([0.0, 0.123, 0.5, 1.0])
    found = interpolated(SQUARE.nodes, np.sin(3 * X + Y), places, 1 - places)
    np.testing.assert_allclose(found, np.sin(2 * places + 1), atol=1e-12)
    assert highest(lambda place: 2 - (place - 0.3) ** 2) == (pytest.approx(2), pytest.approx(0.3, abs=1e-6))
