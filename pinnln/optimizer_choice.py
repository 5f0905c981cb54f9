"""Which optimisers suit a problem, by its parameters, its rows and the memory there is."""

from __future__ import annotations

from dataclasses import dataclass

from pinnln.first_order import SOAP, Adam
from pinnln.levenberg_marquardt import LevenbergMarquardt
from pinnln.limited_memory_bfgs import LBFGS
from pinnln.memory import shown_bytes
from pinnln.optimizers import AbstractOptimizer
from pinnln.self_scaled_broyden import SelfScaledBroyden

FEW, SEVERAL, MANY = 2_000, 5_000, 100_000
"""Parameters up to which Levenberg-Marquardt pays, up to which SSBroyden does, and from which on SOAP does."""


@dataclass(frozen=True)
class Choice:
    """Optimisers, one after another, and the reason for them in one sentence."""

    optimizers: tuple[AbstractOptimizer, ...]
    reason: str


def choose_optimizers(parameters: int, rows: int, memory: int | None) -> Choice:
    """The optimisers that go deepest in the time that so many parameters and rows leave them.

    Levenberg-Marquardt costs N P² + P³/3 a step, SSBroyden 8 P² and L-BFGS some 200 P, each beside the gradients; the
    former two hold matrices (P, P).

    Args: parameters, P; rows N of the residual vector; memory [bytes], None if it is not known.
    Returns: the Choice.
    Raises: ValueError for no parameter or no row.

    >>> choose_optimizers(921, 3_000, 8 * 10**9).reason
    'Levenberg-Marquardt: 921 parameters and 3,000 rows, whose normal equations take 6.8 MB'
    """
    if parameters < 1 or rows < 1:
        raise ValueError(f"expected at least one parameter and one row, found {parameters} and {rows}")
    normal, broyden = LevenbergMarquardt(), SelfScaledBroyden(steps=1_000)
    size, matrix = f"{parameters:,} parameters and {rows:,} rows", shown_bytes(8 * parameters**2)
    if parameters >= MANY:
        return Choice((SOAP(steps=20_000),), f"SOAP: {size}, for which a matrix of curvature would take {matrix}")
    fits = memory is None or max(item.memory(parameters, rows) for item in (normal, broyden)) <= memory
    if parameters <= FEW and fits:
        return Choice((normal,), f"Levenberg-Marquardt: {size}, whose normal equations take {matrix}")
    if parameters <= SEVERAL and fits:
        reason = f"SSBroyden: {size}, for which a step of Levenberg-Marquardt takes too long and one matrix {matrix}"
        return Choice((broyden,), reason)
    short = "" if fits or memory is None else f" of the {shown_bytes(memory)} there are"
    reason = f"Adam, then L-BFGS: {size}, for which one matrix of curvature would take {matrix}{short}"
    return Choice((Adam(steps=2_000), LBFGS(steps=5_000)), reason)
