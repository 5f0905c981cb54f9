"""Creeping flow in a corner: it obeys its equation and meets the lid and the wall."""

from __future__ import annotations

import numpy as np
import pytest

from pinnln.problems.chebyshev_square import differentiation
from pinnln.problems.corner_flow import AbstractCorner, Jet, Scraped, Stretched

CORNERS = [Scraped(), Stretched()]
NODES = (1 - np.cos(np.pi * np.arange(16) / 15)) / 2


def patch(corner: AbstractCorner) -> tuple[Jet, np.ndarray]:
    """The flow on a patch away from the corner, (16, 16) indexed [ξ, η], and the matrix that differentiates there."""
    xi, eta = np.meshgrid(0.3 + 0.2 * NODES, 0.2 + 0.2 * NODES, indexing="ij")
    return corner.jet(xi, eta), differentiation(NODES) / 0.2


@pytest.mark.parametrize("corner", CORNERS, ids=["scraped", "stretched"])
def test_slopes_are_those_of_the_stream_function(corner: AbstractCorner) -> None:
    """ψ_ξ, ψ_η, ω = ∇²ψ and its slopes, by differentiation on a patch; ∇²ω = 0."""
    jet, d = patch(corner)
    w = d @ d @ jet.psi + jet.psi @ d.T @ d.T
    found = [d @ jet.psi, jet.psi @ d.T, w, d @ jet.w, jet.w @ d.T, d @ jet.wx + jet.wy @ d.T]
    for derived, stated in zip(found, (jet.x, jet.y, jet.w, jet.wx, jet.wy, 0.0), strict=True):
        np.testing.assert_allclose(derived, stated, atol=2e-9)


@pytest.mark.parametrize("corner", CORNERS, ids=["scraped", "stretched"])
def test_the_lid_moves_and_the_wall_rests(corner: AbstractCorner) -> None:
    """No flow through either; −∂ψ/∂η is the speed of the lid on it, ∂ψ/∂ξ vanishes on the wall."""
    away, at = np.linspace(0.0, 2.0, 9), np.zeros(9)
    lid, wall = corner.jet(away, at), corner.jet(at, away)
    np.testing.assert_allclose([lid.psi, wall.psi, wall.x], 0, atol=1e-15)
    np.testing.assert_allclose(-lid.y, corner.speed(away), atol=1e-15)


def test_a_flow_is_added_multiplied_and_mirrored() -> None:
    """Twice the flow less the flow is the flow; mirrored, the slopes along turned coordinates change their sign."""
    jet, _ = patch(Scraped())
    same = jet.times(2.0) + jet.times(-1.0)
    mirrored = jet.turned(-1.0, 1.0)
    np.testing.assert_allclose(same.wx, jet.wx, atol=1e-14)
    np.testing.assert_array_equal(mirrored.x, -jet.x)
    np.testing.assert_array_equal([mirrored.psi, mirrored.wy], [jet.psi, jet.wy])
