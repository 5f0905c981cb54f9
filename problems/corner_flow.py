"""Creeping flow in the corner between a wall and a lid that is drawn along: what no polynomial follows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from pinnln.problems.chebyshev_square import Array


@dataclass(frozen=True)
class Jet:
    """A stream function ψ at points (N,), its slopes ψ_x, ψ_y, and ω = ∇²ψ with its slopes ω_x, ω_y."""

    psi: Array
    x: Array
    y: Array
    w: Array
    wx: Array
    wy: Array

    def __add__(self, other: Jet) -> Jet:
        return Jet(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    def times(self, factor: float) -> Jet:
        """The stream function times a number."""
        return Jet(*(factor * part for part in vars(self).values()))

    def turned(self, across: float, up: float) -> Jet:
        """The same in coordinates that run the other way where a sign is −1."""
        signs = (1.0, across, up, 1.0, across, up)
        return Jet(*(sign * part for sign, part in zip(signs, vars(self).values(), strict=True)))


class AbstractCorner(ABC):
    """Creeping flow in the corner, in distances ξ from the wall and η from the lid."""

    @abstractmethod
    def speed(self, along: Array) -> Array:
        """The speed of the lid at distances ξ from the corner."""

    @abstractmethod
    def jet(self, xi: Array, eta: Array) -> Jet:
        """The stream function, ∇⁴ψ = 0, whose −∂ψ/∂η is the speed of the lid there, and which rests on the wall."""


@dataclass(frozen=True)
class Scraped(AbstractCorner):
    """A lid that moves as one:  ψ = aη + bξφ + cηφ, φ the angle from the lid. Vorticity is as 1/r, and
    the force on the lid infinite.

    Source: G. I. Taylor, On scraping viscous fluid from a plane surface (1962).
    """

    def speed(self, along: Array) -> Array:
        """One."""
        return np.ones_like(along)

    def jet(self, xi: Array, eta: Array) -> Jet:
        """From  φ_ξ = −η/r²,  φ_η = ξ/r²."""
        b = 4 / (np.pi**2 - 4)
        a, c = -b * np.pi**2 / 4, b * np.pi / 2
        phi, square = _polar(xi, eta)
        along = 1 - eta**2 / square
        return Jet(
            a * eta + b * xi * phi + c * eta * phi,
            b * (phi - xi * eta / square) - c * eta**2 / square,
            a + b * along + c * (phi + xi * eta / square),
            2 * (c * xi - b * eta) / square,
            2 * (c * (eta**2 - xi**2) + 2 * b * xi * eta) / square**2,
            -2 * (b * (xi**2 - eta**2) + 2 * c * xi * eta) / square**2,
        )


@dataclass(frozen=True)
class Stretched(AbstractCorner):
    """A lid whose speed rises as the distance ξ from the wall: velocity gradients disagree at the corner.

    ψ = ½(½πη² − ξη − r²φ)  with φ the angle from the lid; vorticity is that of φ, whatever r is.
    """

    def speed(self, along: Array) -> Array:
        """ξ."""
        return along

    def jet(self, xi: Array, eta: Array) -> Jet:
        """From  (r²φ)_ξ = 2ξφ − η,  (r²φ)_η = 2ηφ + ξ."""
        phi, square = _polar(xi, eta)
        return Jet(
            (np.pi / 2 * eta**2 - xi * eta - square * phi) / 2,
            -xi * phi,
            np.pi / 2 * eta - xi - eta * phi,
            np.pi / 2 - 2 * phi,
            2 * eta / square,
            -2 * xi / square,
        )


def _polar(xi: Array, eta: Array) -> tuple[Array, Array]:
    """The angle φ from the lid and r², which is taken for one at the corner itself, where all it divides is zero."""
    square = xi**2 + eta**2
    return np.arctan2(eta, xi), np.where(square == 0, 1.0, square)
