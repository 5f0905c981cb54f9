"""L-BFGS: quasi-Newton steps from the last pairs of steps and changes of the gradient."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from pinnln.objective import AbstractObjective, Progress
from pinnln.optimizers import AbstractOptimizer, Monitor, Outcome, not_finite, require_positive, require_steps

_EVALUATIONS = 25
_REMEMBERED = 4


@dataclass(frozen=True)
class LBFGS(AbstractOptimizer):
    """L-BFGS with a strong Wolfe line search, on points that stay fixed for `resample_every` iterations.

    An iteration that does not lower the loss, or leads where it is not finite, is taken back and its history forgotten;
    if the slope alone leads no lower either, the training has stalled.

    Args: steps, iterations in all; history, pairs remembered; resample_every, iterations on the same points; tolerance,
    the largest entry of the gradient at which the problem counts as solved.
    Source: D. C. Liu, J. Nocedal, Math. Program. 45 (1989) 503.
    """

    steps: int = 500
    history: int = 50
    resample_every: int = 100
    tolerance: float = 1e-12

    def __post_init__(self) -> None:
        require_steps(self.steps)
        require_positive(history=self.history, resample_every=self.resample_every, tolerance=self.tolerance)

    def memory(self, parameters: int, rows: int) -> int:
        return (2 * self.history + 16) * 8 * parameters

    def run(self, objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor) -> Outcome:
        theta, evaluations = theta.clone(), _Evaluations(objective)
        objective.rebalance(theta)
        search, fresh = self._search(theta), True
        for step in range(1, self.steps + 1):
            if step > 1 and (step - 1) % self.resample_every == 0:
                objective.resample((step - 1) // self.resample_every)
                objective.rebalance(theta)
                evaluations.forget()
                search, fresh = self._search(theta), True
            before = theta.clone()

            def closure() -> float:
                loss, theta.grad = evaluations(theta)
                return loss

            start = float(search.step(closure))  # type: ignore[no-untyped-call]  # torch does not annotate it
            loss, slope = evaluations(theta)
            finite = math.isfinite(loss) and bool(slope.isfinite().all())
            if finite and float(slope.abs().max()) < self.tolerance:
                return Outcome(theta.detach(), "converged", step, f"the gradient fell below {self.tolerance:g}")
            if not (finite and loss < start):
                reason = "the line search found no lower point" if finite else not_finite(objective, theta, step)
                theta.copy_(before)
                if fresh:
                    return Outcome(theta.detach(), "stalled", step, reason)
                search, fresh = self._search(theta), True
                continue
            fresh = False
            monitor(Progress("L-BFGS", step, self.steps, loss, theta.clone()))
        return Outcome(theta.detach(), "budget", self.steps, f"the budget of {self.steps} steps is used up")

    def _search(self, theta: torch.Tensor) -> torch.optim.LBFGS:
        return torch.optim.LBFGS(
            [theta],
            max_iter=1,
            max_eval=_EVALUATIONS,
            history_size=self.history,
            tolerance_grad=0.0,
            tolerance_change=0.0,
            line_search_fn="strong_wolfe",
        )


class _Evaluations:
    """The objective and its gradient; the last few are remembered, since an iteration ends on one and starts on it."""

    def __init__(self, objective: AbstractObjective) -> None:
        self._objective = objective
        self._last: list[tuple[torch.Tensor, float, torch.Tensor]] = []

    def __call__(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        for known, loss, slope in self._last:
            if torch.equal(known, theta):
                return loss, slope.clone()
        loss, slope = self._objective.gradient(theta)
        self._last = [*self._last[1 - _REMEMBERED :], (theta.clone(), loss, slope)]
        return loss, slope.clone()

    def forget(self) -> None:
        """The points have changed."""
        self._last = []
