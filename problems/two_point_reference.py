"""Two-point boundary value problems on [0, 1] as Chebyshev series: references in one coordinate."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]


@dataclass(frozen=True)
class Line:
    """Functions on [0, 1] by their second derivative:  u(s) = u(0) + u′(0) s + ∫∫ v,  v = Σ cₖ Tₖ(2s − 1).

    A function is the vector (u(0), u′(0), c₀ … c_(n−1)). Sums are integrated and never differentiated, so that even the
    second derivative is exact to rounding.

    Args: count n of terms.
    Source: L. Greengard, SIAM J. Numer. Anal. 28 (1991) 1071-1080.

    >>> line = Line(8)
    >>> line.rows(np.array([0.5]), 1).shape
    (1, 10)
    """

    count: int

    @functools.cached_property
    def points(self) -> Array:
        """The n places inside where an equation is asked, zeros of the first term that is left out."""
        return np.asarray((chebyshev.chebpts1(self.count) + 1) / 2)

    def rows(self, places: Array, order: int) -> Array:
        """The matrix (N, n + 2) from a function to its derivative of an order from 0 to 2, at places (N,)."""
        integrals = 2 - order
        sums: Array = np.eye(self.count)
        if integrals:
            sums = chebyshev.chebint(sums, m=integrals, lbnd=-1, scl=0.5)
        polynomials = chebyshev.chebvander(2 * places - 1, len(sums) - 1) @ sums
        one, nothing = np.ones_like(places), np.zeros_like(places)
        ends = [(one, places), (nothing, one), (nothing, nothing)][order]
        return np.column_stack([*ends, polynomials])
