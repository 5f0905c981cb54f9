"""Ordinary differential equations in time by an explicit Runge-Kutta method: references that a network must meet."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from pinnln.units import ProblemError

SOURCE = "our Runge-Kutta solution of order 8"
_TOLERANCE = 1e-12
_LONGEST_STEP = 1 / 400


def trajectory(
    slope: Callable[[NDArray[np.float64]], Sequence[float]], start: Sequence[float]
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """The solution of  dq/dt = f(q),  q(0) = q₀  for t from 0 to 1.

    Args: slope, f; start, q₀. Both dimensionless, time in units of the duration.
    Returns: a function of times (N,) that gives the values, shape (len(start), N), within about 1e-11 of their largest.
    Raises: ProblemError if the solution does not reach the end.
    Source: E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I, Springer 1993, §II.5.

    >>> follow = trajectory(lambda q: -q, [1.0])
    >>> bool(abs(follow(np.array([1.0]))[0, 0] - np.exp(-1)) < 1e-12)
    True
    """
    found = solve_ivp(
        lambda _, q: slope(q),
        (0.0, 1.0),
        start,
        method="DOP853",
        rtol=_TOLERANCE,
        atol=_TOLERANCE * float(np.abs(start).max()),
        dense_output=True,
        max_step=_LONGEST_STEP,
    )
    if not found.success:
        raise ProblemError(f"the reference stops at {found.t[-1]:.3g} of the duration: expected a shorter one")
    follow = found.sol
    assert follow is not None

    def at(times: NDArray[np.float64]) -> NDArray[np.float64]:
        values: NDArray[np.float64] = follow(times)
        return values

    return at
