"""A square with Chebyshev points along both sides, and stream functions on it that do not slip on its walls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

Array: TypeAlias = NDArray[np.float64]


class ChebyshevSquare:
    """The unit square with `count` points along each side, and the matrices that differentiate on it.

    Functions are vectors of their values at all points, x running slowest. A stream function that does not slip is
    x(1−x) y(1−y) q  with q = 0 on the walls: what acts on it takes the values of q at the inner points.

    Attributes: nodes (n,), along each side; x, y (n²,), of all points; dx, dy (n², n²), slopes of any function; inner,
    which points lie inside; psi, psi_x, psi_y, laplacian, lap_x, lap_y, biharmonic (n², m), a stream function, its
    slopes, its Laplacian ∇²ψ with slopes, and ∇⁴ψ, from q at the m inner points.
    """

    def __init__(self, count: int) -> None:
        self.nodes = (1 - np.cos(np.pi * np.arange(count) / (count - 1))) / 2
        d1, one = differentiation(self.nodes), np.eye(count)
        self.dx, self.dy = np.kron(d1, one), np.kron(one, d1)
        self.x, self.y = (grid.ravel() for grid in np.meshgrid(self.nodes, self.nodes, indexing="ij"))
        self.inner = np.flatnonzero((self.x > 0) & (self.x < 1) & (self.y > 0) & (self.y < 1))
        hump = np.diag(self.nodes * (1 - self.nodes))
        slope = d1 @ hump
        second, fourth = _powers(self.nodes, d1)

        def acting(*parts: tuple[Array, Array]) -> Array:
            return np.asarray(sum(np.kron(along_x, along_y)[:, self.inner] for along_x, along_y in parts))

        self.psi, self.psi_x, self.psi_y = acting((hump, hump)), acting((slope, hump)), acting((hump, slope))
        self.laplacian = acting((second, hump), (hump, second))
        self.lap_x = acting((d1 @ second, hump), (slope, second))
        self.lap_y = acting((second, slope), (hump, d1 @ second))
        self.biharmonic = acting((fourth, hump), (second, 2 * second), (hump, fourth))

    def of_all(self, values: Array) -> Array:
        """Values at all points, or at the inner ones and zero on the walls, as an array (n, n), indexed [x, y]."""
        count = len(self.nodes)
        if len(values) == count**2:
            return values.reshape(count, count)
        return np.pad(values.reshape(count - 2, count - 2), 1)

    def stream_function(self, q: Array) -> Array:
        """x(1−x) y(1−y) q  (n, n) from q at the inner points.

        Where q is singular in a corner the polynomial through these values is far closer than that product itself.
        """
        return self.of_all(self.psi @ q)


def _powers(nodes: Array, d1: Array) -> tuple[Array, Array]:
    """d²/dx² and d⁴/dx⁴ of h·q with h = x(1−x), as matrices on q:  (hq)″ = hq″ + 2h′q′ − 2q  and so on."""
    h, slope = np.diag(nodes * (1 - nodes)), np.diag(1 - 2 * nodes)
    d2 = d1 @ d1
    second = h @ d2 + 2 * slope @ d1 - 2 * np.eye(len(nodes))
    fourth = h @ d2 @ d2 + 4 * slope @ d2 @ d1 - 12 * d2
    return second, fourth


def differentiation(nodes: Array) -> Array:
    """The matrix that differentiates the polynomial through values at Chebyshev points.

    >>> float((differentiation(np.array([0.0, 0.5, 1.0])) @ np.array([0.0, 0.25, 1.0]))[1])
    1.0
    """
    count = len(nodes)
    weights = _barycentric(count)
    gaps = nodes[:, None] - nodes + np.eye(count)
    matrix = weights / weights[:, None] / gaps
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(1))
    return np.asarray(matrix)


def interpolation(nodes: Array, places: Array) -> Array:
    """The matrix (N, n) that evaluates the polynomial through values at Chebyshev points, in barycentric form."""
    gaps = places[:, None] - nodes
    exact = gaps == 0
    weights = _barycentric(len(nodes)) / np.where(exact, 1.0, gaps)
    rows = weights / weights.sum(1, keepdims=True)
    return np.asarray(np.where(exact.any(1)[:, None], exact.astype(float), rows))


def interpolated(nodes: Array, values: Array, x: Array, y: Array) -> Array:
    """The polynomial through values (n, n) on the square, at points (N,)."""
    across, up = interpolation(nodes, x), interpolation(nodes, y)
    return np.asarray(((across @ values) * up).sum(1))


def from_walls(nodes: Array, sides: Array, ends: Array) -> Array:
    """The polynomial (n, n) that has given values and slopes on the walls, cubic from wall to wall.

    Args: nodes; sides (4, n), value and ∂/∂x at x = 0, then at x = 1, at the nodes along y; ends (4, n), value and
    ∂/∂y at y = 0, then at y = 1, at the nodes along x. They must agree at the corners.
    Source: W. J. Gordon, C. A. Hall, Numer. Math. 21, 109 (1973): the Boolean sum of interpolations.

    >>> nodes = np.array([0.0, 0.25, 0.75, 1.0])
    >>> rest, one = np.zeros(4), np.ones(4)
    >>> float(from_walls(nodes, np.array([rest, one, one, one]), np.array([nodes, rest, nodes, rest]))[1, 2])
    0.25
    """
    along = sides @ differentiation(nodes).T
    at_corners = np.stack([sides[:, 0], along[:, 0], sides[:, -1], along[:, -1]], axis=1)
    risen = nodes**2 * (3 - 2 * nodes)
    cubic = np.array([1 - risen, nodes * (1 - nodes) ** 2, risen, nodes**2 * (nodes - 1)])
    return np.asarray(cubic.T @ sides + ends.T @ cubic - cubic.T @ at_corners @ cubic)


def highest(curve: Callable[[Array], Array]) -> tuple[float, float]:
    """The largest value of a function of numbers (N,) on [0, 1], and where."""
    places = np.linspace(0.0, 1.0, 101)
    best = float(places[int(np.argmax(curve(places)))])
    near = (max(best - 0.01, 0.0), min(best + 0.01, 1.0))
    found = minimize_scalar(lambda place: -float(curve(np.array([place]))[0]), bounds=near, method="bounded")
    return float(-found.fun), float(found.x)


def _barycentric(count: int) -> Array:
    weights: Array = np.where(np.arange(count) % 2, -1.0, 1.0)
    weights[[0, -1]] /= 2
    return weights
