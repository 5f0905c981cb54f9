"""Exponential time steps: what is linear in modes is integrated exactly, the rest by a rule of fourth order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Modes: TypeAlias = NDArray[np.complex128]
Rates: TypeAlias = NDArray[np.float64] | NDArray[np.complex128]

_CONTOUR = 64


class ExponentialRule:
    """One time step of  dc/dt = λ c + N(c)  for many modes c at once.

    A mode that decays or turns quickly costs nothing, for e^(λt) is known; only N is followed by a Runge-Kutta rule.
    Its coefficients are means over a circle in the complex plane, so that no digits cancel where λ is small.

    Args: linear, the rates λ (M,); step; rest, N, from c (M,) to (M,).
    Source: S. M. Cox, P. C. Matthews, J. Comput. Phys. 176, 430 (2002); coefficients by the contour of A.-K. Kassam,
    L. N. Trefethen, SIAM J. Sci. Comput. 26, 1214 (2005).

    >>> rule = ExponentialRule(np.array([-1.0]), 0.1, lambda c: 0 * c)
    >>> f"{rule.advance(np.array([1.0 + 0j]))[0].real:.12f}" == f"{np.exp(-0.1):.12f}"
    True
    """

    def __init__(self, linear: Rates, step: float, rest: Callable[[Modes], Modes]) -> None:
        circle = np.exp(2j * np.pi * (np.arange(_CONTOUR) + 0.5) / _CONTOUR)
        z = step * linear[:, None] + circle
        e, real = np.exp(z), np.isrealobj(linear)

        def mean(values: Modes) -> Rates:
            found = step * values.mean(1)
            return np.asarray(found.real if real else found)

        self._rest = rest
        self._whole, self._half = np.exp(step * linear), np.exp(step * linear / 2)
        self._middle = mean((np.exp(z / 2) - 1) / z)
        self._first = mean((-4 - z + e * (4 - 3 * z + z**2)) / z**3)
        self._second = mean(2 * (2 + z + e * (z - 2)) / z**3)
        self._third = mean((-4 - 3 * z - z**2 + e * (4 - z)) / z**3)

    def advance(self, c: Modes) -> Modes:
        """The modes one step later."""
        start = self._rest(c)
        decayed = self._half * c
        a = decayed + self._middle * start
        at_a = self._rest(a)
        at_b = self._rest(decayed + self._middle * at_a)
        at_c = self._rest(self._half * a + self._middle * (2 * at_b - start))
        return np.asarray(self._whole * c + self._first * start + self._second * (at_a + at_b) + self._third * at_c)
