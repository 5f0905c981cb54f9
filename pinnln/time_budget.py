"""A budget in seconds for any optimiser: what is not there when they are over does not count."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

from pinnln.first_order import FirstOrder
from pinnln.objective import AbstractObjective, Progress
from pinnln.optimizers import AbstractOptimizer, Monitor, Outcome

ENDLESS = 10**9
"""Steps that no budget in seconds is long enough for."""


class _TimeIsUp(Exception):  # noqa: N818 # nothing is wrong
    """The way out of an optimiser whose seconds are over."""


@dataclass(frozen=True)
class Timed(AbstractOptimizer):
    """Another optimiser that is left when its seconds are over, at the end of the step that it is in.

    That step came too late: the outcome has the parameters before it, whichever optimiser it is.

    Args: inner; seconds; clock that counts them [s].
    Raises: ValueError for seconds that are not finite and above zero.
    """

    inner: AbstractOptimizer
    seconds: float
    clock: Callable[[], float] = time.perf_counter

    def __post_init__(self) -> None:
        require_budget(self.seconds)

    def memory(self, parameters: int, rows: int) -> int:
        return self.inner.memory(parameters, rows)

    def run(self, objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor) -> Outcome:
        begun = self.clock()
        last, steps = theta, 0

        def watch(progress: Progress) -> None:
            nonlocal last, steps
            if self.clock() - begun > self.seconds:
                raise _TimeIsUp
            last, steps = progress.theta, progress.step
            monitor(progress)

        try:
            return self.inner.run(objective, theta, watch)
        except _TimeIsUp:
            return Outcome(last, "budget", steps, f"the budget of {self.seconds:g} s is used up")


def within(
    optimizers: Sequence[AbstractOptimizer], seconds: float, clock: Callable[[], float] = time.perf_counter
) -> list[AbstractOptimizer]:
    """The same optimisers, one after another, each with an equal share of the seconds that a clock counts.

    First-order ones know of their share, so that their rate has fallen when it ends.

    Raises: ValueError for no optimiser, or for seconds that are not finite and above zero.

    >>> from pinnln import LBFGS, Adam
    >>> [item.seconds for item in within([Adam(), LBFGS()], 20.0)]
    [10.0, 10.0]
    """
    require_budget(seconds)
    if not optimizers:
        raise ValueError("expected at least one optimiser, found none")
    share = seconds / len(optimizers)
    return [
        replace(item, seconds=share, clock=clock) if isinstance(item, FirstOrder) else Timed(item, share, clock)
        for item in optimizers
    ]


def require_budget(seconds: float) -> None:
    """Refuses a budget that ends at once or never."""
    if not 0 < seconds < math.inf:
        raise ValueError(f"a budget of {seconds:g} s: expected seconds of training, finite and above zero")
