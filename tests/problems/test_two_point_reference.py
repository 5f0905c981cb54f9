"""Chebyshev series of functions on a line: with exact derivatives."""

from __future__ import annotations

import numpy as np

from pinnln.problems.two_point_reference import Line

S = np.linspace(0, 1, 37)


def test_a_smooth_function_is_met_with_both_of_its_derivatives() -> None:
    """u″ = −9 u with u(0) = 1, u′(0) = 0 is cos 3s; u, u′ and u″ are exact to rounding, at the ends too."""
    line = Line(24)
    ends = np.vstack([line.rows(np.array([0.0]), order) for order in (0, 1)])
    matrix = np.vstack([line.rows(line.points, 2) + 9 * line.rows(line.points, 0), ends])
    found = np.linalg.solve(matrix, np.concatenate([np.zeros(24), [1.0, 0.0]]))
    for order, exact in enumerate((np.cos(3 * S), -3 * np.sin(3 * S), -9 * np.cos(3 * S))):
        np.testing.assert_allclose(line.rows(S, order) @ found, exact, atol=2e-14)
