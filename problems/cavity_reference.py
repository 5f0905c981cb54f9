"""Natural convection in a square by Chebyshev collocation: the reference that the network must meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from pinnln.problems.kept_arrays import kept

Array: TypeAlias = NDArray[np.float64]

_TOLERANCE = 1e-11
_LARGEST_STEP = 30


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
        slope = _differentiation(self.nodes)
        u, v = self.psi @ slope.T, -slope @ self.psi
        across, up = _interpolation(self.nodes, x), _interpolation(self.nodes, y)
        found = [np.einsum("ni,ij,nj->n", across, values, up) for values in (u, v, self.theta)]
        return found[0], found[1], found[2]

    @property
    def wall_nusselt(self) -> Array:
        """−∂θ/∂x on the warm wall, at the nodes."""
        return np.asarray(-(_differentiation(self.nodes) @ self.theta)[np.argmin(self.nodes)])

    @property
    def mean_nusselt(self) -> float:
        """∫ −∂θ/∂x dy on the warm wall."""
        coefficients = np.linalg.solve(chebyshev.chebvander(2 * self.nodes - 1, len(self.nodes) - 1), self.wall_nusselt)
        whole = chebyshev.chebint(coefficients)
        return float(chebyshev.chebval(1.0, whole) - chebyshev.chebval(-1.0, whole)) / 2

    @property
    def fastest_across(self) -> tuple[float, float]:
        """The largest u on x = 1/2 [α/L], and the y where it is."""
        return _highest(lambda y: self.fields(np.full_like(y, 0.5), y)[0])

    @property
    def fastest_up(self) -> tuple[float, float]:
        """The largest v on y = 1/2 [α/L], and the x where it is."""
        return _highest(lambda x: self.fields(x, np.full_like(x, 0.5))[1])


def cavity_reference(rayleigh: float, prandtl: float, count: int = 24) -> CavityReference:
    """Steady natural convection in a square cavity, to spectral accuracy.

    Pr ∇⁴ψ − (ψ_y ∂_x − ψ_x ∂_y)∇²ψ − Ra Pr θ_x = 0,   ∇²θ = ψ_y θ_x − ψ_x θ_y,
    lengths in L, ψ in α. No slip is built in by ψ = x(1−x)y(1−y) q with q = 0 on the walls; θ is 1 at x = 0, 0 at
    x = 1, and has no slope at y = 0 and y = 1. Newton's method, continued in Ra by factors of ten.

    Args: rayleigh, prandtl, pure numbers; count of points along each side.
    Returns: the CavityReference.
    Raises: ArithmeticError if Newton's method does not converge.
    Source: the equations of G. de Vahl Davis (1983); collocation after L. N. Trefethen, Spectral Methods in
    MATLAB, 2000.

    >>> round(cavity_reference(1e3, 0.71, 16).mean_nusselt, 3)
    1.118
    """
    return CavityReference(**_steady(float(rayleigh), float(prandtl), count))


@kept
def _steady(rayleigh: float, prandtl: float, count: int) -> dict[str, Array]:
    """Nodes, ψ and θ of the steady state."""
    equations = _Equations(count, prandtl)
    state = equations.conduction()
    climb = [10.0**power for power in range(3, 9) if 10.0**power < rayleigh]
    for step in (*climb, rayleigh):
        state = equations.solve(state, step)
    return equations.fields(state)


class _Equations:
    """The collocated equations: a state is q at inner points, then θ at all points."""

    def __init__(self, count: int, prandtl: float) -> None:
        self.prandtl, self.count = prandtl, count
        self.nodes = (1 - np.cos(np.pi * np.arange(count) / (count - 1))) / 2
        d1 = _differentiation(self.nodes)
        d2 = d1 @ d1
        one = np.eye(count)
        self.dx, self.dy = np.kron(d1, one), np.kron(one, d1)
        x, y = (grid.ravel() for grid in np.meshgrid(self.nodes, self.nodes, indexing="ij"))
        self.inner = np.flatnonzero((x > 0) & (x < 1) & (y > 0) & (y < 1))
        bubble = (x * (1 - x) * y * (1 - y))[:, None]
        lift = bubble * np.eye(count**2)[:, self.inner]
        self.psi = lift
        self.psi_x, self.psi_y = self.dx @ lift, self.dy @ lift
        fourth, second = _powers(self.nodes, d1)
        hump = np.diag(self.nodes * (1 - self.nodes))
        self.laplacian = (np.kron(second, hump) + np.kron(hump, second))[:, self.inner]
        self.lap_x, self.lap_y = self.dx @ self.laplacian, self.dy @ self.laplacian
        biharmonic = np.kron(fourth, hump) + 2 * np.kron(second, second) + np.kron(hump, fourth)
        self.biharmonic = biharmonic[:, self.inner]
        self.heat = np.kron(d2, one) + np.kron(one, d2)
        self._walls(x, y)

    def _walls(self, x: Array, y: Array) -> None:
        """Rows of θ that are replaced by conditions, and what they must equal."""
        self.sides = np.flatnonzero((x == 0) | (x == 1))
        self.ends = np.flatnonzero(((y == 0) | (y == 1)) & (x > 0) & (x < 1))
        self.side_values = 1 - x[self.sides]
        self.conducting = 1 - x

    def conduction(self) -> Array:
        """No flow, θ = 1 − x."""
        return np.concatenate([np.zeros(len(self.inner)), self.conducting])

    def solve(self, state: Array, rayleigh: float) -> Array:
        """Newton's method from a state."""
        for _ in range(_LARGEST_STEP):
            residual, jacobian = self._system(state, rayleigh)
            step = np.linalg.solve(jacobian, residual)
            state = state - step
            if np.abs(step).max() < _TOLERANCE * max(1.0, np.abs(state).max()):
                return state
        raise ArithmeticError(f"Newton's method did not converge at Ra = {rayleigh:g} with {self.count} points a side")

    def _system(self, state: Array, rayleigh: float) -> tuple[Array, Array]:
        q, theta = np.split(state, [len(self.inner)])
        px, py, wx, wy = (matrix @ q for matrix in (self.psi_x, self.psi_y, self.lap_x, self.lap_y))
        tx, ty = self.dx @ theta, self.dy @ theta
        inner = self.inner
        momentum = self.prandtl * (self.biharmonic @ q) - (py * wx - px * wy) - rayleigh * self.prandtl * tx
        energy = self.heat @ theta - (py * tx - px * ty)
        by_q = self.prandtl * self.biharmonic - (
            py[:, None] * self.lap_x + wx[:, None] * self.psi_y - px[:, None] * self.lap_y - wy[:, None] * self.psi_x
        )
        energy_by_q = -(tx[:, None] * self.psi_y - ty[:, None] * self.psi_x)
        energy_by_theta = self.heat - (py[:, None] * self.dx - px[:, None] * self.dy)
        energy[self.sides] = theta[self.sides] - self.side_values
        energy[self.ends] = ty[self.ends]
        for rows in (self.sides, self.ends):
            energy_by_q[rows] = 0.0
        energy_by_theta[self.sides] = np.eye(self.count**2)[self.sides]
        energy_by_theta[self.ends] = self.dy[self.ends]
        jacobian = np.block([[by_q[inner], -rayleigh * self.prandtl * self.dx[inner]], [energy_by_q, energy_by_theta]])
        return np.concatenate([momentum[inner], energy]), jacobian

    def fields(self, state: Array) -> dict[str, Array]:
        """The state on the grid."""
        q, theta = np.split(state, [len(self.inner)])
        shape = (self.count, self.count)
        return {"nodes": self.nodes, "psi": (self.psi @ q).reshape(shape), "theta": theta.reshape(shape)}


def _powers(nodes: Array, d1: Array) -> tuple[Array, Array]:
    """d⁴/dx⁴ and d²/dx² of h·q with h = x(1−x), as matrices on q:  (hq)″ = hq″ + 2h′q′ − 2q  and so on."""
    h, slope = np.diag(nodes * (1 - nodes)), np.diag(1 - 2 * nodes)
    d2 = d1 @ d1
    second = h @ d2 + 2 * slope @ d1 - 2 * np.eye(len(nodes))
    fourth = h @ d2 @ d2 + 4 * slope @ d2 @ d1 - 12 * d2
    return fourth, second


def _differentiation(nodes: Array) -> Array:
    """The matrix that differentiates the interpolating polynomial."""
    count = len(nodes)
    weights = _barycentric(count)
    gaps = nodes[:, None] - nodes + np.eye(count)
    matrix = weights / weights[:, None] / gaps
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(1))
    return np.asarray(matrix)


def _interpolation(nodes: Array, places: Array) -> Array:
    """The matrix (N, n) that evaluates the interpolating polynomial, in barycentric form."""
    gaps = places[:, None] - nodes
    exact = gaps == 0
    weights = _barycentric(len(nodes)) / np.where(exact, 1.0, gaps)
    rows = weights / weights.sum(1, keepdims=True)
    return np.asarray(np.where(exact.any(1)[:, None], exact.astype(float), rows))


def _barycentric(count: int) -> Array:
    weights: Array = np.where(np.arange(count) % 2, -1.0, 1.0)
    weights[[0, -1]] /= 2
    return weights


def _highest(curve: Callable[[Array], Array]) -> tuple[float, float]:
    """The largest value on [0, 1], and where."""
    places = np.linspace(0.0, 1.0, 101)
    best = float(places[int(np.argmax(curve(places)))])
    near = (max(best - 0.01, 0.0), min(best + 0.01, 1.0))
    found = minimize_scalar(lambda place: -float(curve(np.array([place]))[0]), bounds=near, method="bounded")
    return float(-found.fun), float(found.x)
