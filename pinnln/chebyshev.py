"""A classical solver of one benchmark, to stay honest: Chebyshev collocation of the Helmholtz equation on a square."""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.polynomial import chebyshev
from scipy.linalg import solve_sylvester


@dataclass(frozen=True)
class Classical:
    """What the classical solver reached: degree of its polynomials, relative L2 error, seconds."""

    degree: int
    error: float
    seconds: float


def chebyshev_helmholtz(degree: int = 40, waves: tuple[int, int] = (1, 4), per_axis: int = 129) -> Classical:
    """Solves  Δu + u = (1 − (a² + b²) π²) u,  u = sin aπx sin bπy,  on [−1, 1]² with u = 0 on the boundary.

    With D₂ the second derivative of the interpolating polynomial at the inner Chebyshev points, the unknowns U solve
    the Sylvester equation  (D₂ + I) U + U D₂ᵀ = Q.

    Args: degree, of the polynomials in each coordinate; waves (a, b); per_axis, of the grid of the error.
    Source: L. N. Trefethen, Spectral Methods in MATLAB, SIAM 2000, chapter 7 (the method).

    >>> chebyshev_helmholtz(degree=40).error < 1e-12
    True
    """
    a, b = waves
    grid = np.linspace(-1, 1, per_axis)
    exact = np.outer(np.sin(a * pi * grid), np.sin(b * pi * grid))
    start = time.perf_counter()
    nodes = np.cos(pi * np.arange(degree + 1) / degree)
    to_coefficients = np.linalg.inv(chebyshev.chebvander(nodes, degree))
    second = chebyshev.chebval(nodes, chebyshev.chebder(np.eye(degree + 1), 2)).T @ to_coefficients
    inner = slice(1, degree)
    D2, places = second[inner, inner], nodes[inner]
    Q = (1 - (a**2 + b**2) * pi**2) * np.outer(np.sin(a * pi * places), np.sin(b * pi * places))
    U = solve_sylvester(D2 + np.eye(len(places)), D2.T, Q)
    seconds = time.perf_counter() - start
    onto_grid = (chebyshev.chebvander(grid, degree) @ to_coefficients)[:, inner]
    gap = onto_grid @ U @ onto_grid.T - exact
    return Classical(degree, float(np.linalg.norm(gap) / np.linalg.norm(exact)), seconds)
