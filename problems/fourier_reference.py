"""Waves round a ring by Fourier series and exponential time steps: references to be met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinnln.problems.exponential_steps import ExponentialRule, Modes, Rates
from pinnln.problems.kept_arrays import kept

_NODES = 10
_CHUNK = 512


@dataclass(frozen=True)
class FourierReference:
    """u(x, t) = Re Σ c(t) e^(iκx), with c known at equal time steps and a polynomial in t between them.

    Attributes: step, between two times; waves (M,), the wave numbers κ ≥ 0; values (T, M), the coefficients c.
    """

    step: float
    waves: NDArray[np.float64]
    values: Modes

    def __call__(self, x: NDArray[np.float64], t: NDArray[np.float64]) -> NDArray[np.float64]:
        """u at points (N,)."""
        pieces = [np.split(item, range(_CHUNK, len(item), _CHUNK)) for item in (x, t)]
        return np.concatenate([self._piece(place, time) for place, time in zip(*pieces, strict=True)])

    def _piece(self, x: NDArray[np.float64], t: NDArray[np.float64]) -> NDArray[np.float64]:
        """Lagrange's polynomial through the ten nearest times."""
        place = t / self.step
        first = np.clip(np.floor(place).astype(int) - _NODES // 2 + 1, 0, len(self.values) - _NODES)
        away = (place - first)[:, None] - np.arange(_NODES)
        series = np.zeros((len(x), len(self.waves)), dtype=np.complex128)
        for node in range(_NODES):
            others = [other for other in range(_NODES) if other != node]
            share = np.prod(away[:, others] / (node - np.array(others)), axis=1)
            series += share[:, None] * self.values[first + node]
        return np.asarray((series * np.exp(1j * x[:, None] * self.waves)).sum(1).real)


def korteweg_de_vries_reference(
    dispersion: float, duration: float, modes: int = 170, step: float = 2e-4
) -> FourierReference:
    """∂u/∂t + u ∂u/∂x + δ² ∂³u/∂x³ = 0 on x ∈ [−1, 1], periodic, from u₀ = cos πx.

    Args: dispersion δ and duration, pure numbers; modes k = 0 … modes − 1; step in time.
    Returns: the FourierReference, computed once for each set of arguments.

    >>> round(float(korteweg_de_vries_reference(0.1, 0.1, 40, 1e-3)(np.array([0.0]), np.array([0.1]))[0]), 3)
    0.973
    """
    count = _times(duration, 4e-3)
    return FourierReference(duration / count, **_water(dispersion, duration, count, modes, step))


def kuramoto_sivashinsky_reference(
    circumference: float, duration: float, modes: int = 110, step: float = 1e-2
) -> FourierReference:
    """∂u/∂t + u ∂u/∂x + ∂²u/∂x² + ∂⁴u/∂x⁴ = 0 on x ∈ [0, 2πR], periodic, from u₀ = cos(x/R) (1 + sin(x/R)).

    Args: circumference, R; duration; both pure numbers; modes k = 0 … modes − 1; step in time.
    Returns: the FourierReference, computed once for each set of arguments.

    >>> round(float(kuramoto_sivashinsky_reference(2.0, 1.0, 32)(np.array([0.0]), np.array([1.0]))[0]), 3)
    0.867
    """
    count = _times(duration, 0.25 * min(1.0, circumference / 3) ** 4)
    return FourierReference(duration / count, **_front(circumference, duration, count, modes, step))


@kept
def _water(dispersion: float, duration: float, count: int, modes: int, step: float) -> dict[str, NDArray[Any]]:
    """Waves and coefficients of cos πx as it steepens and is dispersed."""
    waves = np.asarray(np.pi * np.arange(modes), dtype=np.float64)
    start = np.zeros(modes, dtype=np.complex128)
    start[1] = 0.5
    turning = np.asarray(1j * dispersion**2 * waves**3, dtype=np.complex128)
    return _followed(waves, turning, start, duration, count, step)


@kept
def _front(circumference: float, duration: float, count: int, modes: int, step: float) -> dict[str, NDArray[Any]]:
    """Waves and coefficients of cos(x/R)(1 + sin(x/R)) as long waves grow and short ones decay."""
    waves = np.asarray(np.arange(modes) / circumference, dtype=np.float64)
    start = np.zeros(modes, dtype=np.complex128)
    start[1], start[2] = 0.5, -0.25j
    return _followed(waves, waves**2 - waves**4, start, duration, count, step)


def _times(duration: float, apart: float) -> int:
    """How many times follow on the start, no farther apart than that, and enough for one polynomial."""
    return max(_NODES - 1, int(np.ceil(duration / apart - 1e-9)))


def _followed(
    waves: NDArray[np.float64], linear: Rates, start: Modes, duration: float, count: int, step: float
) -> dict[str, NDArray[Any]]:
    """Waves, and the coefficients at `count` equal times after the start, in steps no longer than `step`.

    Waves with κ > 0 count twice, for those with −κ are their conjugates.
    """
    between = max(1, int(np.ceil(duration / count / step - 1e-9)))
    rule, state, values = ExponentialRule(linear, duration / count / between, _steepening(waves)), start, [start]
    for _ in range(count):
        for _ in range(between):
            state = rule.advance(state)
        values.append(state)
    return {"waves": waves, "values": np.array(values) * np.where(waves > 0, 2.0, 1.0)}


def _steepening(waves: NDArray[np.float64]) -> Callable[[Modes], Modes]:
    """−u ∂u/∂x = −∂(½u²)/∂x, as a series, on so many points that no product is taken for another wave."""
    count = 2 ** int(np.ceil(np.log2(3 * len(waves) - 1)))
    factor = -0.5j * waves * count

    def rest(c: Modes) -> Modes:
        return np.asarray(factor * np.fft.rfft(np.fft.irfft(c, count) ** 2)[: len(c)])

    return rest
