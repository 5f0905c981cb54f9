"""Newton's method for the references that solve a nonlinear system."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
System: TypeAlias = Callable[[Array], tuple[Array, Array]]

_MOST_STEPS = 40
_STALLED = 1e-10


def newton(system: System, start: Array, tolerance: float = 1e-14, least: float = 0.0, where: str = "") -> Array:
    """The root of a system that answers with its residual and Jacobian, by Newton's method.

    Args: system; start; tolerance, of a step over the largest entry of the state, or over the least if that is larger;
    where, for the error: " at Re = 100".
    Returns: the state after a step that is within the tolerance, or is small and no longer shrinks: that is rounding.
    Raises: ArithmeticError if it does not converge.

    >>> newton(lambda u: (u**2 - 2, np.diag(2 * u)), np.array([1.0])).round(6)
    array([1.414214])
    """
    state, last = start, np.inf
    for _ in range(_MOST_STEPS):
        residual, jacobian = system(state)
        step = np.linalg.solve(jacobian, residual)
        state = state - step
        size = float(np.abs(step).max() / max(np.abs(state).max(), least))
        if size < tolerance or (size < _STALLED and size > last / 2):
            return state
        last = size
    raise ArithmeticError(f"Newton's method did not converge{where}: its last step was {last:.1e} of the solution")
