"""Flow in a square whose lid is drawn along, by Chebyshev collocation: the reference that the network must meet."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pinnln.problems.chebyshev_square import Array, ChebyshevSquare, differentiation, from_walls, interpolated
from pinnln.problems.corner_flow import AbstractCorner, Jet, Scraped, Stretched
from pinnln.problems.kept_arrays import kept
from pinnln.problems.newton_method import newton

_TOLERANCE = 1e-9
_EASY, _MORE = 100.0, 8


@dataclass(frozen=True)
class Lid:
    """How fast each place of the lid is drawn along.

    Args: name, which tells it from all others; speed, in units of its largest, at a fraction x of the side, of arrays
    or expressions; corner, the flow that it causes beside a wall, None where it rests there with its slope and nothing
    is singular; strength of that flow; points of the reference along each side; fastest, the Reynolds number up to
    which they follow; accuracy, how far the reference is from the speed of the lid there.
    """

    name: str
    speed: Callable[[Any], Any] = field(repr=False)
    corner: AbstractCorner | None = None
    strength: float = 0.0
    points: int = 32
    fastest: float = 400.0
    accuracy: float = 2e-5


UNIFORM = Lid("u = U", lambda x: 1.0 + 0.0 * x, Scraped(), 1.0, points=40, fastest=100.0, accuracy=3e-3)
SMOOTH = Lid("u = 4U x(1 − x)", lambda x: 4 * x * (1 - x), Stretched(), 4.0)
REGULARISED = Lid("u = 16U x²(1 − x)²", lambda x: 16 * (x * (1 - x)) ** 2)
"""Lids that others have used, from the one that tears at the corners to the one that does not."""


@dataclass(frozen=True)
class LidReference:
    """The stream function in units of UL: that of the corners, and the rest at Chebyshev points of the unit square.

    Attributes: lid; nodes (n,), along each side; rest (n, n), indexed [x, y].
    """

    lid: Lid
    nodes: Array
    rest: Array

    def velocities(self, x: Array, y: Array) -> tuple[Array, Array]:
        """u = ∂ψ/∂y and v = −∂ψ/∂x [U] at points (N,)."""
        slope, corners = differentiation(self.nodes), _corners(self.lid, x, y)
        u = corners.y + interpolated(self.nodes, self.rest @ slope.T, x, y)
        return u, -corners.x - interpolated(self.nodes, slope @ self.rest, x, y)


def lid_reference(lid: Lid, reynolds: float, count: int | None = None) -> LidReference:
    """Steady flow in a square with three walls at rest and a lid that is drawn along, to spectral accuracy.

    ∇⁴ψ = Re (ψ_y ∂_x − ψ_x ∂_y)∇²ψ,   lengths in L, ψ in UL.
    ψ is the sum of creeping flows in both upper corners, of a polynomial that meets what these leave to do on the
    walls, and of x(1−x)y(1−y) q with q = 0 on the walls. What then is left at the corners is smoother. Newton's method,
    continued in Re.

    Args: lid; reynolds, Re = UL/ν; count of points along each side, as many as the lid asks for unless given, and eight
    more above Re = 100.
    Returns: the LidReference.
    Raises: ArithmeticError if Newton's method does not converge.
    Source: subtraction of singularities after O. Botella, R. Peyret, Computers & Fluids 27, 421 (1998); collocation
    after L. N. Trefethen, Spectral Methods in MATLAB, 2000.
    """
    return LidReference(lid, **_steady(lid, float(reynolds), count or lid.points + (_MORE if reynolds > _EASY else 0)))


@kept
def _steady(lid: Lid, reynolds: float, count: int) -> dict[str, Array]:
    """Nodes, and ψ there less that of the corners."""
    equation = _Equation(lid, count)
    q = np.zeros(len(equation.square.inner))
    for step in (_EASY, reynolds) if reynolds > _EASY else (reynolds,):
        q = equation.solve(q, step)
    return {"nodes": equation.square.nodes, "rest": equation.lift + equation.square.stream_function(q)}


def _corners(lid: Lid, x: Array, y: Array) -> Jet:
    """What both corners do at points (N,)."""
    if lid.corner is None:
        return Jet(*(np.zeros_like(x) for _ in range(6)))
    left, right = lid.corner.jet(x, 1 - y).turned(1.0, -1.0), lid.corner.jet(1 - x, 1 - y).turned(-1.0, -1.0)
    return (left + right).times(lid.strength)


class _Equation:
    """The collocated equation for q at inner points."""

    def __init__(self, lid: Lid, count: int) -> None:
        self.square = ChebyshevSquare(count)
        nodes, inner = self.square.nodes, self.square.inner
        d1 = differentiation(nodes)
        self.lift = known = _lift(lid, nodes)
        second = d1 @ d1
        w = second @ known + known @ second.T
        parts = (known, d1 @ known, known @ d1.T, w, d1 @ w, w @ d1.T)
        corners = _corners(lid, self.square.x[inner], self.square.y[inner])
        self.known = Jet(*(part.ravel()[inner] for part in parts)) + corners
        self.bent = (second @ w + w @ second.T).ravel()[inner]

    def solve(self, q: Array, reynolds: float) -> Array:
        """Newton's method from a state."""
        where = f" at Re = {reynolds:g} with {len(self.square.nodes)} points a side"
        return newton(functools.partial(self._system, reynolds=reynolds), q, _TOLERANCE, 1.0, where)

    def _system(self, q: Array, reynolds: float) -> tuple[Array, Array]:
        """The residual at inner points (n,) and its slopes by q there (n, n)."""
        square, inner = self.square, self.square.inner
        by_x, by_y, by_wx, by_wy = (
            matrix[inner] for matrix in (square.psi_x, square.psi_y, square.lap_x, square.lap_y)
        )
        bending = square.biharmonic[inner]
        px, py = self.known.x + by_x @ q, self.known.y + by_y @ q
        wx, wy = self.known.wx + by_wx @ q, self.known.wy + by_wy @ q
        residual = self.bent + bending @ q - reynolds * (py * wx - px * wy)
        carried = py[:, None] * by_wx + wx[:, None] * by_y - px[:, None] * by_wy - wy[:, None] * by_x
        return residual, bending - reynolds * carried


def _lift(lid: Lid, nodes: Array) -> Array:
    """The polynomial (n, n) that has, on all walls, value and slope of the flow less those of the corners.

    On the lid the corners have no value and the slope of their own lids; on the left wall the left one, on the right
    wall the right one does nothing.
    """
    start, end = np.zeros_like(nodes), np.ones_like(nodes)

    def wall(x: Array, y: Array, own: float) -> tuple[Array, Array]:
        if lid.corner is None:
            return np.zeros_like(y), np.zeros_like(y)
        jet = lid.corner.jet(np.abs(x - own), 1 - y).turned(1.0 - 2.0 * own, -1.0).times(-lid.strength)
        return jet.psi, jet.x

    bottom = _corners(lid, nodes, start).times(-1.0)
    taken = np.zeros_like(nodes)
    if lid.corner is not None:
        taken = lid.strength * (lid.corner.speed(nodes) + lid.corner.speed(1 - nodes))
    sides = np.array([*wall(start, nodes, 1.0), *wall(end, nodes, 0.0)])
    ends = np.array([bottom.psi, bottom.y, start, lid.speed(nodes) - taken])
    return from_walls(nodes, sides, ends)
