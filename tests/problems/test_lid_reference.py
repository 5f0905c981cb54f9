"""Flow below a lid: the reference has converged, and others have computed the same."""

from __future__ import annotations

import numpy as np
import pytest

from pinnln.problems.chebyshev_square import highest
from pinnln.problems.lid_reference import REGULARISED, SMOOTH, UNIFORM, Lid, lid_reference

GRID = np.linspace(0, 1, 33)
X, Y = (grid.ravel() for grid in np.meshgrid(GRID, GRID, indexing="ij"))
GHIA_Y = [0.9766, 0.9688, 0.9609, 0.9531, 0.8516, 0.7344, 0.6172, 0.5]
GHIA_Y += [0.4531, 0.2813, 0.1719, 0.1016, 0.0703, 0.0625, 0.0547]
GHIA_U = [0.84123, 0.78871, 0.73722, 0.68717, 0.23151, 0.00332, -0.13641, -0.20581]
GHIA_U += [-0.21090, -0.15662, -0.10150, -0.06434, -0.04775, -0.04192, -0.03717]
GHIA_X = [0.9688, 0.9609, 0.9531, 0.9453, 0.9063, 0.8594, 0.8047, 0.5, 0.2344]
GHIA_X += [0.2266, 0.1563, 0.0938, 0.0781, 0.0703, 0.0625]
GHIA_V = [-0.05906, -0.07391, -0.08864, -0.10313, -0.16914, -0.22445, -0.24533, 0.05454, 0.17527]
GHIA_V += [0.17507, 0.16077, 0.12317, 0.10890, 0.10091, 0.09233]


def velocities(lid: Lid, reynolds: float, count: int) -> np.ndarray:
    """u and v on a grid of the whole square."""
    return np.array(lid_reference(lid, reynolds, count).velocities(X, Y))


@pytest.mark.parametrize(
    ("lid", "limit"),
    [(SMOOTH, 2e-4), (REGULARISED, 2e-4), (UNIFORM, 1.3e-2)],
    ids=["smooth", "regularised", "uniform"],
)
def test_the_reference_has_converged(lid: Lid, limit: float) -> None:
    """At Re = 100, 24 points a side instead of 32 (28 of 40) cost this relative L2 norm, and fewer cost far more."""
    few, some, many = (velocities(lid, 100.0, lid.points * share // 20) for share in (10, 15, 20))
    size = np.linalg.norm(many)
    assert np.linalg.norm(some - many) < limit * size
    assert np.linalg.norm(few - many) > 3 * np.linalg.norm(some - many)


@pytest.mark.parametrize("lid", [SMOOTH, REGULARISED, UNIFORM], ids=["smooth", "regularised", "uniform"])
def test_the_walls_rest_and_the_lid_moves_as_stated(lid: Lid) -> None:
    """To the accuracy that the lid states, at corners too."""
    u, v = velocities(lid, 100.0, lid.points)
    moving = Y == 1
    np.testing.assert_allclose(u[moving], lid.speed(GRID), atol=lid.accuracy)
    still = ((X == 0) | (X == 1) | (Y == 0)) & ~moving
    np.testing.assert_allclose(u[still], 0, atol=lid.accuracy)
    np.testing.assert_allclose(v[still | moving], 0, atol=lid.accuracy)


def test_the_uniform_lid_is_that_of_others() -> None:
    """At Re = 100: extremes on the centre lines of Botella and Peyret (1998), profiles of Ghia et al. (1982)."""
    reference = lid_reference(UNIFORM, 100.0)

    def u(y: np.ndarray) -> np.ndarray:
        return reference.velocities(np.full_like(y, 0.5), y)[0]

    def v(x: np.ndarray) -> np.ndarray:
        return reference.velocities(x, np.full_like(x, 0.5))[1]

    found = highest(lambda y: -u(y))[0], highest(v)[0], highest(lambda x: -v(x))[0]
    np.testing.assert_allclose(found, (0.2140424, 0.1795728, 0.2538030), rtol=1e-4)
    np.testing.assert_allclose(u(np.array(GHIA_Y)), GHIA_U, atol=6e-3)
    np.testing.assert_allclose(v(np.array(GHIA_X)), GHIA_V, atol=1.2e-2)


@pytest.mark.parametrize("lid", [SMOOTH, UNIFORM], ids=["smooth", "uniform"])
def test_slow_flow_is_symmetric_and_what_goes_right_comes_back(lid: Lid) -> None:
    """Without inertia u is even about the middle and v odd; no net flow crosses x = L/2 at any Reynolds number."""
    reference = lid_reference(lid, 1e-3, 24)
    u, v = reference.velocities(X, Y)
    mirrored_u, mirrored_v = reference.velocities(1 - X, Y)
    np.testing.assert_allclose([u, v], [mirrored_u, -mirrored_v], atol=1e-4)
    places, weights = np.polynomial.legendre.leggauss(60)
    across = lid_reference(lid, 100.0).velocities(np.full(60, 0.5), (1 + places) / 2)[0]
    assert weights @ across == pytest.approx(0, abs=1e-5)


def test_newton_says_where_it_did_not_converge() -> None:
    """Far too few points for fast flow."""
    with pytest.raises(ArithmeticError, match="did not converge at Re = 1000 with 12 points a side"):
        lid_reference(SMOOTH, 1000.0, 12)
