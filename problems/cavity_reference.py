"""Natural convection in a square by Chebyshev collocation: the reference that the network must meet."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev

from pinnln.problems.chebyshev_square import Array, ChebyshevSquare, differentiation, highest, interpolated
from pinnln.problems.kept_arrays import kept
from pinnln.problems.newton_method import newton

_TOLERANCE = 1e-11
_COARSE, _FINE, _THIN_LAYERS = 24, 32, 2e5


@dataclass(frozen=True)
class CavityReference:
    """Stream function ψ [α] and temperature θ at Chebyshev points of the unit square, θ = 1 on the wall x = 0.

    Attributes: nodes (n,), the same along x and y; psi (n, n) and theta (n, n), indexed [x, y].
    """

    nodes: Array
    psi: Array
    theta: Array

    def fields(self, x: Array, y: Array) -> tuple[Array, Array, Array]:
        """Velocities u = ∂ψ/∂y and v = −∂ψ/∂x [α/L] and temperature θ at points (N,)."""
        slope = differentiation(self.nodes)
        found = [interpolated(self.nodes, part, x, y) for part in (self.psi @ slope.T, -slope @ self.psi, self.theta)]
        return found[0], found[1], found[2]

    @property
    def wall_nusselt(self) -> Array:
        """−∂θ/∂x on the warm wall, at the nodes."""
        return np.asarray(-(differentiation(self.nodes) @ self.theta)[np.argmin(self.nodes)])

    @property
    def mean_nusselt(self) -> float:
        """∫ −∂θ/∂x dy on the warm wall."""
        coefficients = np.linalg.solve(chebyshev.chebvander(2 * self.nodes - 1, len(self.nodes) - 1), self.wall_nusselt)
        whole = chebyshev.chebint(coefficients)
        return float(chebyshev.chebval(1.0, whole) - chebyshev.chebval(-1.0, whole)) / 2

    @property
    def fastest_across(self) -> tuple[float, float]:
        """The largest u on x = 1/2 [α/L], and the y where it is."""
        return highest(lambda y: self.fields(np.full_like(y, 0.5), y)[0])

    @property
    def fastest_up(self) -> tuple[float, float]:
        """The largest v on y = 1/2 [α/L], and the x where it is."""
        return highest(lambda x: self.fields(x, np.full_like(x, 0.5))[1])


def cavity_reference(rayleigh: float, prandtl: float, count: int | None = None) -> CavityReference:
    """Steady natural convection in a square cavity, to spectral accuracy.

    Pr ∇⁴ψ − (ψ_y ∂_x − ψ_x ∂_y)∇²ψ − Ra Pr θ_x = 0,   ∇²θ = ψ_y θ_x − ψ_x θ_y,
    lengths in L, ψ in α. No slip is built in by ψ = x(1−x)y(1−y) q with q = 0 on the walls; θ is 1 at x = 0, 0 at
    x = 1, and has no slope at y = 0 and y = 1. Newton's method, continued in Ra by factors of ten on few points.

    Args: rayleigh, prandtl, pure numbers; count of points along each side, 24 unless given, and 32 where layers at the
    walls are thinner than at Ra = 2·10⁵.
    Returns: the CavityReference.
    Raises: ArithmeticError if Newton's method does not converge.
    Source: the equations of G. de Vahl Davis (1983); collocation after L. N. Trefethen, Spectral Methods in
    MATLAB, 2000.

    >>> round(cavity_reference(1e3, 0.71, 16).mean_nusselt, 3)
    1.118
    """
    count = count or (_FINE if rayleigh > _THIN_LAYERS else _COARSE)
    return CavityReference(**_steady(float(rayleigh), float(prandtl), count))


@kept
def _steady(rayleigh: float, prandtl: float, count: int) -> dict[str, Array]:
    """Nodes, ψ and θ of the steady state."""
    equations = _Equations(min(count, _COARSE), prandtl)
    state = equations.conduction()
    climb = [10.0**power for power in range(3, 9) if 10.0**power < rayleigh]
    for step in (*climb, rayleigh):
        state = equations.solve(state, step)
    if count > _COARSE:
        finer = _Equations(count, prandtl)
        equations, state = finer, finer.solve(equations.passed_on(state, finer), rayleigh)
    return equations.fields(state)


class _Equations:
    """The collocated equations: a state is q at inner points, then θ at all points."""

    def __init__(self, count: int, prandtl: float) -> None:
        self.prandtl, self.count, self.square = prandtl, count, ChebyshevSquare(count)
        x, y = self.square.x, self.square.y
        d1, one = differentiation(self.square.nodes), np.eye(count)
        self.heat = np.kron(d1 @ d1, one) + np.kron(one, d1 @ d1)
        self.sides = np.flatnonzero((x == 0) | (x == 1))
        self.ends = np.flatnonzero(((y == 0) | (y == 1)) & (x > 0) & (x < 1))
        self.conducting = 1 - x

    def conduction(self) -> Array:
        """No flow, θ = 1 − x."""
        return np.concatenate([np.zeros(len(self.square.inner)), self.conducting])

    def solve(self, state: Array, rayleigh: float) -> Array:
        """Newton's method from a state."""
        where = f" at Ra = {rayleigh:g} with {self.count} points a side"
        return newton(functools.partial(self._system, rayleigh=rayleigh), state, _TOLERANCE, 1.0, where)

    def _system(self, state: Array, rayleigh: float) -> tuple[Array, Array]:
        square, inner = self.square, self.square.inner
        q, theta = np.split(state, [len(inner)])
        px, py, wx, wy = (matrix @ q for matrix in (square.psi_x, square.psi_y, square.lap_x, square.lap_y))
        tx, ty = square.dx @ theta, square.dy @ theta
        momentum = self.prandtl * (square.biharmonic @ q) - (py * wx - px * wy) - rayleigh * self.prandtl * tx
        energy = self.heat @ theta - (py * tx - px * ty)
        by_q = self.prandtl * square.biharmonic[inner] - (
            py[inner, None] * square.lap_x[inner]
            + wx[inner, None] * square.psi_y[inner]
            - px[inner, None] * square.lap_y[inner]
            - wy[inner, None] * square.psi_x[inner]
        )
        energy_by_q = -(tx[:, None] * square.psi_y - ty[:, None] * square.psi_x)
        energy_by_theta = self.heat - (py[:, None] * square.dx - px[:, None] * square.dy)
        energy[self.sides] = (theta - self.conducting)[self.sides]
        energy[self.ends] = ty[self.ends]
        for rows in (self.sides, self.ends):
            energy_by_q[rows] = 0.0
        energy_by_theta[self.sides] = np.eye(self.count**2)[self.sides]
        energy_by_theta[self.ends] = square.dy[self.ends]
        by_theta = -rayleigh * self.prandtl * square.dx[inner]
        return np.concatenate([momentum[inner], energy]), np.block([[by_q, by_theta], [energy_by_q, energy_by_theta]])

    def passed_on(self, state: Array, other: _Equations) -> Array:
        """The state of other points: q and θ, interpolated."""
        q, theta = np.split(state, [len(self.square.inner)])
        x, y = other.square.x, other.square.y
        finer = [interpolated(self.square.nodes, self.square.of_all(values), x, y) for values in (q, theta)]
        return np.concatenate([finer[0][other.square.inner], finer[1]])

    def fields(self, state: Array) -> dict[str, Array]:
        """The state on the grid."""
        q, theta = np.split(state, [len(self.square.inner)])
        return {"nodes": self.square.nodes, "psi": self.square.stream_function(q), "theta": self.square.of_all(theta)}
