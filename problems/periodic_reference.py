"""A reaction that spreads round a ring, by Fourier series and exponential time steps: a reference to be met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinnln.problems.exponential_steps import ExponentialRule
from pinnln.problems.kept_arrays import kept

_MODES = 1024
_STEP = 1e-2
_CHUNK = 1024


@dataclass(frozen=True)
class PeriodicReference:
    """u(x, t) on x ∈ [−1, 1] as a Fourier series whose coefficients are known at equal time steps.

    Attributes: step, between two times; linear (M,), the rates λ of the modes e^(iπkx), k = 0 … M−1; values and
    reactions (T, M), the coefficients c and the rest N of their slopes,  dc/dt = λc + N.  Those of −k are conjugate.
    """

    step: float
    linear: NDArray[np.float64]
    values: NDArray[np.complex128]
    reactions: NDArray[np.complex128]

    def __call__(self, x: NDArray[np.float64], t: NDArray[np.float64]) -> NDArray[np.float64]:
        """u at points (N,): the series in x, and the steps joined in t; at t = 0 it is the initial condition itself."""
        pieces = [np.split(item, range(_CHUNK, len(item), _CHUNK)) for item in (x, t)]
        found = [self._piece(place, time) for place, time in zip(*pieces, strict=True)]
        return np.where(t == 0, x**2 * np.cos(np.pi * x), np.concatenate(found))

    @property
    def mean_square(self) -> float:
        """The mean of u² at the last time, by Parseval's identity."""
        last = np.abs(self.values[-1]) ** 2
        return float(last[0] + 2 * last[1:].sum())

    def _piece(self, x: NDArray[np.float64], t: NDArray[np.float64]) -> NDArray[np.float64]:
        """From the step before, the modes decay and N stays; a cubic adds what the step after knows better."""
        before = np.clip((t / self.step).astype(int), 0, len(self.values) - 2)
        s = (t / self.step - before)[:, None]
        start, reaction = self.values[before], self.reactions[before]
        value, slope = self._decayed(start, reaction, self.step)
        missed = self.values[before + 1] - value
        missed_slope = self.linear * self.values[before + 1] + self.reactions[before + 1] - slope
        series = self._decayed(start, reaction, s * self.step)[0]
        series += s**2 * (3 - 2 * s) * missed - s**2 * (1 - s) * self.step * missed_slope
        modes = np.arange(series.shape[1])
        series[:, 1:] *= 2
        return np.asarray((series * np.exp(1j * np.pi * x[:, None] * modes)).real.sum(1))

    def _decayed(
        self, start: NDArray[np.complex128], reaction: NDArray[np.complex128], after: NDArray[np.float64] | float
    ) -> tuple[NDArray[np.complex128], NDArray[np.complex128]]:
        """Value and slope of the modes after a time in which N does not change:  e^(λt) c + (e^(λt) − 1)/λ N."""
        still = np.abs(self.linear) < 1e-9
        growth = np.where(still, after, np.expm1(self.linear * after) / np.where(still, 1.0, self.linear))
        decay = np.exp(self.linear * after)
        return decay * start + growth * reaction, decay * (self.linear * start + reaction)


def allen_cahn_reference(
    diffusion: float, duration: float, modes: int = _MODES, step: float = _STEP
) -> PeriodicReference:
    """∂u/∂t = δ ∂²u/∂x² + u − u³ on x ∈ [−1, 1], periodic, from u₀ = x² cos πx, lengths in L and times in 1/r.

    Exponential time steps of fourth order integrate diffusion and growth exactly, −u³ by a Runge-Kutta rule. The kink
    of u₀ at x = ±1 is a slow tail of the series, which diffusion takes away first.

    Args: diffusion δ, duration, pure numbers; modes, of the discrete Fourier transform; step, the largest in time.
    Returns: the PeriodicReference, computed once for each set of arguments.
    Source of the steps: that of ExponentialRule.

    >>> round(float(allen_cahn_reference(2e-5, 5.0, 512, 0.05)(np.array([0.0]), np.array([5.0]))[0]), 3)
    0.03
    """
    count = max(1, int(np.ceil(duration / step - 1e-9)))
    return PeriodicReference(duration / count, **_series(diffusion, duration / count, count, modes))


@kept
def _series(diffusion: float, step: float, count: int, modes: int) -> dict[str, NDArray[Any]]:
    """The rates of the modes, and their coefficients and reactions at every step."""
    wave = np.arange(modes)
    linear = np.asarray(1 - diffusion * (np.pi * wave) ** 2, dtype=np.float64)
    rule = ExponentialRule(linear, step, _reaction)
    state = np.asarray((_square_moment(wave + 1) + _square_moment(wave - 1)) / 4, dtype=np.complex128)
    values, reactions = [], []
    for _ in range(count + 1):
        values.append(state)
        reactions.append(_reaction(state))
        state = rule.advance(state)
    return {"linear": linear, "values": np.array(values), "reactions": np.array(reactions)}


def _square_moment(wave: NDArray[np.int64]) -> NDArray[np.float64]:
    """∫ x² cos πkx dx over [−1, 1]."""
    apart = np.where(wave == 0, 1, wave)
    return np.where(wave == 0, 2 / 3, np.where(wave % 2, -4.0, 4.0) / (np.pi * apart) ** 2)


def _reaction(state: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """−u³, as a series, on twice as many points as the modes need, so that none is taken for another."""
    count = 4 * len(state)
    return np.asarray(-np.fft.rfft(np.fft.irfft(state, count) ** 3)[: len(state)] * count**2)
