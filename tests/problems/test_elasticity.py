"""Kirsch's sheet: in equilibrium, free at the rim, three times the stress."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pinnln import LevenbergMarquardt, Sampling, solve
from pinnln.problems import plane_elasticity
from pinnln.units import ProblemError, Q

E, NU, S, A = 70e9, 0.33, 50e6, 0.01
STEP = 1e-4
Follow = Callable[[np.ndarray], np.ndarray]


def moved(follow: Follow, axis: int) -> Follow:
    """The derivative along an axis, by differences of fourth order."""
    move = STEP * np.eye(2)[axis]

    def derivative(at: np.ndarray) -> np.ndarray:
        near, far = (follow(at + share * move) - follow(at - share * move) for share in (1, 2))
        return (8 * near - far) / (12 * STEP)

    return derivative


def displacement(at: np.ndarray) -> np.ndarray:
    """u and v, (2, N)."""
    found = plane_elasticity().exact(at)
    return np.stack([found["u"], found["v"]])


def stresses(at: np.ndarray) -> np.ndarray:
    """σ_xx, σ_yy and σ_xy (3, N) by Hooke's law in plane stress."""
    (ux, vx), (uy, vy) = moved(displacement, 0)(at), moved(displacement, 1)(at)
    plate = E / (1 - NU**2)
    return np.stack([plate * (ux + NU * vy), plate * (vy + NU * ux), E / (2 * (1 + NU)) * (uy + vx)])


def test_every_piece_is_in_equilibrium() -> None:
    """∂σ_xx/∂x + ∂σ_xy/∂y = 0 and ∂σ_xy/∂x + ∂σ_yy/∂y = 0, of gradients of S/a."""
    points = np.random.default_rng(0).uniform(-0.03, 0.03, (100, 2))
    points = points[np.hypot(*points.T) > 1.05 * A]
    (xx, _, xy), (_, yy_y, xy_y) = moved(stresses, 0)(points), moved(stresses, 1)(points)
    assert np.abs(xx).max() > S / A
    np.testing.assert_allclose([xx + xy_y, xy + yy_y], 0, atol=2e-5 * S / A)


def test_nothing_pulls_at_the_rim_and_far_away_only_the_tension() -> None:
    """σ·n = 0 around the hole; (S, 0, 0) at a thousand radii; 3S above the hole and −S beside it."""
    angle = np.linspace(0, 2 * np.pi, 33)
    normal = np.stack([np.cos(angle), np.sin(angle)])
    xx, yy, xy = stresses(A * normal.T)
    np.testing.assert_allclose(xx * normal[0] + xy * normal[1], 0, atol=1e-5 * S)
    np.testing.assert_allclose(xy * normal[0] + yy * normal[1], 0, atol=1e-5 * S)
    found = stresses(np.array([[0.0, A], [A, 0.0], [0.0, 1000 * A]])) / S
    np.testing.assert_allclose(found, [[3, 0, 1], [0, -1, 0], [0, 0, 0]], atol=1e-5)


def test_the_hole_widens_by_three_radii_of_strain_on_either_side() -> None:
    """u(a, 0) − u(−a, 0) = 6aS/E, whatever Poisson's ratio."""
    for ratio in (0.1, 0.45):
        benchmark = plane_elasticity(poisson_ratio=ratio)
        ends = benchmark.exact(np.array([[-A, 0.0], [A, 0.0]]))["u"]
        assert ends[1] - ends[0] == pytest.approx(6 * A * S / E, rel=1e-13)
        assert benchmark.quantities[1].reference.m_as("m") == pytest.approx(6 * A * S / E, rel=1e-13)


def test_sides_are_met_exactly_and_the_rim_by_the_loss() -> None:
    """After two steps the displacement on the sides is that of the reference, and two tractions are in the loss."""
    benchmark = plane_elasticity()
    solution = solve(
        benchmark.problem,
        benchmark.scales,
        sampling=Sampling(interior=60, face=20),
        optimizer=LevenbergMarquardt(steps=2),
        show=False,
    )
    u, v = sorted(benchmark.problem.fields, key=lambda item: item.name)
    sides = np.array([[-0.03, 0.011], [0.03, -0.02], [0.004, 0.03], [-0.03, -0.03]])
    for item, values in ((u, benchmark.exact(sides)["u"]), (v, benchmark.exact(sides)["v"])):
        np.testing.assert_allclose(solution.values(item, sides), values, rtol=1e-11, atol=1e-17)
    names = [part.name for group in solution.formulation.groups[1:] for part in group.components]
    assert names == ["traction along x on hole", "traction along y on hole"]
    assert all(np.isfinite(error) for error in benchmark.field_errors(solution, per_axis=9).values())


REFUSED: dict[str, Callable[[], object]] = {
    "radius = 0 mm: .* a hole has an extent": lambda: plane_elasticity(radius=Q("0 mm")),
    "half_width/radius = 1.2: .* the hole must fit in": lambda: plane_elasticity(half_width=Q("12 mm")),
    "modulus = 0 Pa: expected": lambda: plane_elasticity(modulus=Q("0 Pa")),
    "poisson_ratio = 0.7: .* up to 0.5, since nothing": lambda: plane_elasticity(poisson_ratio=0.7),
    "tension = 0 Pa: .* no relative error": lambda: plane_elasticity(tension=Q("0 Pa")),
}


@pytest.mark.parametrize("words", REFUSED)
def test_arguments_out_of_range_are_refused(words: str) -> None:
    """What was expected, what was found, and why."""
    with pytest.raises(ProblemError, match=words):
        REFUSED[words]()
