"""Ions before a membrane by Chebyshev collocation: the reference that the network must meet."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.polynomial import Chebyshev, chebyshev
from numpy.typing import NDArray

from pinnln.problems.newton_method import newton

Array = NDArray[np.float64]

_TOLERANCE = 1e-10


@dataclass(frozen=True)
class MembraneReference:
    """Concentrations [of the reservoir] and potential [RT/F] over the place [thickness of the layer].

    Attributes: positive, negative, potential, polynomials on [0, 1].
    """

    positive: Chebyshev
    negative: Chebyshev
    potential: Chebyshev

    def fields(self, places: Array) -> tuple[Array, Array, Array]:
        """Positive and negative ions and potential at places (N,)."""
        return self.positive(places), self.negative(places), self.potential(places)

    @property
    def current(self) -> float:
        """−(c₊′ + c₊φ′), the same everywhere, in units of Dc/L."""
        return float(-(self.positive.deriv()(0.0) + self.positive(0.0) * self.potential.deriv()(0.0)))


@functools.cache
def membrane_reference(voltage: float, held: float, debye: float, count: int = 80) -> MembraneReference:
    """Steady Nernst-Planck-Poisson equations before a membrane, to spectral accuracy.

    (c₊′ + c₊φ′)′ = 0,   (c₋′ − c₋φ′)′ = 0,   2δ²φ″ + c₊ − c₋ = 0  on [0, 1];  c₊ = c₋ = 1 and φ = 0 at 0;
    c₊ = held, φ = −voltage and c₋′ = c₋φ′ at 1. Newton's method on coefficients of Chebyshev polynomials, continued in
    the voltage by steps of one.

    Args: voltage [RT/F]; held, c₊ at the membrane; debye δ, Debye's length over the thickness; count of polynomials.
    Returns: the MembraneReference.
    Raises: ArithmeticError if Newton's method does not converge.
    Source: I. Rubinstein, L. Shtilman (1979) for the equations; collocation after J. P. Boyd, Chebyshev and Fourier
    Spectral Methods, 2001.

    >>> round(float(membrane_reference(2.0, 1.0, 0.1, 32).negative(1.0)), 6)  # e⁻²
    0.135335
    """
    nodes = np.cos(np.pi * np.arange(count) / (count - 1))[::-1]
    values = chebyshev.chebvander(nodes, count - 1)
    bases: tuple[Array, Array, Array] = (
        np.array(values, dtype=np.float64),
        _derived(nodes, count, 1),
        _derived(nodes, count, 2),
    )
    state = np.zeros(3 * count)
    state[[0, count]] = 1.0
    for step in (*np.arange(0.0, voltage), voltage):
        system = functools.partial(_system, bases=bases, given=(float(step), held, debye))
        state = newton(system, state, _TOLERANCE, 1.0, f" at a voltage of {step:g} RT/F")
    return MembraneReference(*(Chebyshev(row, domain=[0.0, 1.0]) for row in state.reshape(3, count)))


def _derived(nodes: Array, count: int, order: int) -> Array:
    """The derivatives of the polynomials at the nodes (n, count), of a layer of the thickness one."""
    return np.asarray(chebyshev.chebval(nodes, chebyshev.chebder(np.eye(count), order, scl=2.0)).T)


def _system(state: Array, bases: tuple[Array, Array, Array], given: tuple[float, float, float]) -> tuple[Array, Array]:
    """Residuals (3n,) at the nodes and their slopes by the coefficients (3n, 3n); the ends hold the conditions."""
    state = state.reshape(3, -1)
    values, first, second = bases
    voltage, held, debye = given
    (p, n, _), (p1, n1, f1), (p2, n2, f2) = (state @ basis.T for basis in bases)
    residual = np.stack([p2 + p1 * f1 + p * f2, n2 - n1 * f1 - n * f2, 2 * debye**2 * f2 + p - n])
    nothing = np.zeros_like(values)

    def by(column: Array, basis: Array) -> Array:
        return np.asarray(column[:, None] * basis)

    rows = [
        [second + by(f1, first) + by(f2, values), nothing, by(p1, first) + by(p, second)],
        [nothing, second - by(f1, first) - by(f2, values), -by(n1, first) - by(n, second)],
        [values, -values, 2 * debye**2 * second],
    ]
    jacobian = np.array(rows)
    for place, wanted in ((0, (1.0, 1.0, 0.0)), (-1, (held, 0.0, -voltage))):
        residual[:, place] = np.array([p[place], n[place], state[2] @ values[place]]) - wanted
        for equation in range(3):
            jacobian[equation, :, place] = 0.0
            jacobian[equation, equation, place] = values[place]
    residual[1, -1] = n1[-1] - n[-1] * f1[-1]
    jacobian[1, :, -1] = 0.0
    jacobian[1, 1, -1], jacobian[1, 2, -1] = first[-1] - f1[-1] * values[-1], -n[-1] * first[-1]
    size = residual.size
    return residual.ravel(), jacobian.transpose(0, 2, 1, 3).reshape(size, size)
