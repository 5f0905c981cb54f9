"""Four cold pipes in a warm square block, by multipoles and their images: the reference that the network must meet."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from math import pi
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]

_REGULAR = 16
_POINTS = 160


@dataclass(frozen=True)
class PipesReference:
    """u = 1 + Σ cₖ Gₖ(x, y),  harmonic in the square [−½, ½]² outside four disks at (±a, ±a), 1 on its sides, 0 on
    their rims.

    Attributes: offset a and radius R of the disks, in units of the side; strengths cₖ of the logarithm, of the
    multipoles, and of the regular terms; misfit, the largest error on the sides and rims.
    """

    offset: float
    radius: float
    strengths: Array
    misfit: float

    def values(self, x: Array, y: Array) -> Array:
        """u at points (N,) of the square outside the disks."""
        return np.asarray(1 + _terms(x, y, self.offset, self.radius, len(self.strengths) - _REGULAR) @ self.strengths)

    @property
    def shape_factor(self) -> float:
        """The heat that all pipes take, over conductivity, temperature difference and depth:  4 ∮ ∂u/∂n."""
        return float(4 * 2 * pi * self.strengths[0])


@functools.cache
def pipes_reference(offset: float, radius: float, multipoles: int = 32) -> PipesReference:
    """Laplace's equation round the pipes:  each rim sends out  ln ρ  and  cos(mφ)/ρᵐ,  φ from the diagonal.

    The block is alike in all four quarters and about its diagonals, so one set of strengths serves all rims. Odd images
    of the rims behind all sides and corners make the rest regular far beyond the square: the real parts of z⁴ⁿ, whose
    strengths fall by a factor of more than ten from each to the next. Strengths by least squares on a side and a rim.

    Args: offset a of the centres from the middle lines; radius R; both in units of the side; multipoles of each rim,
    with the logarithm.
    Source: multipoles about each of many disks after Lord Rayleigh, Phil. Mag. 34 (1892) 481-502; images are ours.

    >>> pipes_reference(0.3, 0.1).misfit < 1e-12
    True
    """
    side = (np.arange(_POINTS) + 0.5) / (2 * _POINTS)
    angle = pi / 4 + pi * (np.arange(_POINTS) + 0.5) / _POINTS
    x = np.concatenate([np.full(_POINTS, 0.5), offset + radius * np.cos(angle)])
    y = np.concatenate([side, offset + radius * np.sin(angle)])
    wanted = np.concatenate([np.zeros(_POINTS), -np.ones(_POINTS)])
    terms = _terms(x, y, offset, radius, multipoles)
    strengths = np.linalg.lstsq(terms, wanted, rcond=None)[0]
    return PipesReference(offset, radius, strengths, float(np.abs(terms @ strengths - wanted).max()))


def _terms(x: Array, y: Array, offset: float, radius: float, multipoles: int) -> Array:
    """Every Gₖ at points (N,): a column for the logarithm, for each multipole, and for each regular term."""
    total = np.zeros((len(x), multipoles), dtype=np.result_type(x, float))
    for i in (-1, 0, 1):
        for j in (-1, 0, 1):
            for right in (-1, 1):
                for upper in (-1, 1):
                    sent = _multipoles(right * (x - i) - offset, upper * (y - j) - offset, radius, multipoles)
                    total += (-1) ** (i + j) * sent
    square = (x**2 - y**2) ** 2 * 4 - (2 * x * y) ** 2 * 4
    twist = 8 * (x**2 - y**2) * (2 * x * y)
    regular, real, turned = [], np.ones_like(x), np.zeros_like(x)
    for _ in range(_REGULAR):
        regular.append(real)
        real, turned = real * square - turned * twist, real * twist + turned * square
    return np.column_stack([total, *regular])


def _multipoles(east: Array, north: Array, radius: float, count: int) -> Array:
    """ln ρ and cos(mφ)/ρᵐ for m from 1 to count − 1, of arms (N,) from a centre, φ counted from the diagonal."""
    square = (east**2 + north**2) / radius**2
    along, aside = ((east + north) / (radius * 2**0.5), (north - east) / (radius * 2**0.5))
    found = [np.log(square) / 2]
    cosine, sine = np.ones_like(east), np.zeros_like(east)
    for _ in range(count - 1):
        cosine, sine = (cosine * along - sine * aside) / square, (sine * along + cosine * aside) / square
        found.append(cosine)
    return np.column_stack(found)
