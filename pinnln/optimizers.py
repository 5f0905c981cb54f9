"""Optimisers over one flat parameter vector: the contract, Adam, L-BFGS, and one after another."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch

from pinnln.objective import AbstractObjective, Progress
from pinnln.units import PinnlnError

Monitor: TypeAlias = Callable[[Progress], None]


class TrainingError(PinnlnError, ArithmeticError):
    """Training cannot go on: the objective is not finite where it must be."""


@dataclass(frozen=True)
class Outcome:
    """How an optimiser ended: parameters, "converged", "stalled" or "budget", steps taken, and why in words."""

    theta: torch.Tensor
    status: str
    steps: int
    message: str


class AbstractOptimizer(ABC):
    """Something that lowers an objective within a budget of steps."""

    @abstractmethod
    def run(self, objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor) -> Outcome:
        """Lowers the objective from θ; the monitor is called after every step."""


def run_all(
    optimizers: Sequence[AbstractOptimizer], objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor
) -> Outcome:
    """Runs optimisers in turn, each from where the one before it ended.

    Raises: ValueError for none, TrainingError if the objective is not finite at the start.
    """
    if not optimizers:
        raise ValueError("expected at least one optimiser, found none")
    start = objective.value(theta)
    if not math.isfinite(start):
        raise TrainingError(
            f"expected a finite objective at the start, found {start}: a term of the equations is infinite or not a "
            "number inside the domain, or a scale is too extreme"
        )
    steps = 0
    outcome = Outcome(theta, "budget", 0, "")
    for optimizer in optimizers:
        outcome = optimizer.run(objective, outcome.theta, monitor)
        steps += outcome.steps
    return Outcome(outcome.theta, outcome.status, steps, outcome.message)


def require_steps(steps: int) -> None:
    """Refuses an empty budget."""
    if steps < 1:
        raise ValueError(f"a budget of {steps} steps trains nothing: expected at least 1")


def require_positive(**values: float) -> None:
    """Refuses settings that are not finite and above zero."""
    for name, value in values.items():
        if not 0 < value < math.inf:
            raise ValueError(f"expected {name} to be finite and above zero, found {value}")


@dataclass(frozen=True)
class Adam(AbstractOptimizer):
    """Adam with fresh points every `resample_every` steps and a rate that falls along a cosine to `final_rate`.

    Args: learning_rate; steps; resample_every; final_rate, at the last step.    Source: Kingma & Ba, ICLR 2015.
    """

    learning_rate: float = 1e-3
    steps: int = 5000
    resample_every: int = 100
    final_rate: float = 1e-5

    def __post_init__(self) -> None:
        require_steps(self.steps)
        require_positive(
            learning_rate=self.learning_rate, resample_every=self.resample_every, final_rate=self.final_rate
        )

    def run(self, objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor) -> Outcome:
        parameter = theta.clone()
        optimizer = torch.optim.Adam([parameter], lr=self.learning_rate)
        for step in range(1, self.steps + 1):
            if step > 1 and (step - 1) % self.resample_every == 0:
                objective.resample((step - 1) // self.resample_every)
            share = 0.5 * (1 + math.cos(math.pi * (step - 1) / self.steps))
            optimizer.param_groups[0]["lr"] = self.final_rate + share * (self.learning_rate - self.final_rate)
            before = parameter.clone()
            loss, parameter.grad = objective.gradient(parameter)
            if not (math.isfinite(loss) and bool(parameter.grad.isfinite().all())):
                return Outcome(before, "stalled", step, f"the objective or its gradient is not finite at step {step}")
            optimizer.step()
            monitor(Progress("Adam", step, self.steps, loss, parameter.clone(), None))
        return Outcome(parameter.detach(), "budget", self.steps, f"the budget of {self.steps} steps is used up")


@dataclass(frozen=True)
class LBFGS(AbstractOptimizer):
    """L-BFGS with a strong Wolfe line search, on points that stay fixed.

    Args: steps, iterations in all; history, pairs remembered; resample_every, iterations on the same points.
    """

    steps: int = 500
    history: int = 50
    resample_every: int = 100
    tolerance: float = 1e-12

    def __post_init__(self) -> None:
        require_steps(self.steps)
        require_positive(history=self.history, resample_every=self.resample_every, tolerance=self.tolerance)

    def run(self, objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor) -> Outcome:
        parameter = theta.clone()
        optimizer = self._optimizer(parameter)
        for step in range(1, self.steps + 1):
            if step > 1 and (step - 1) % self.resample_every == 0:
                objective.resample((step - 1) // self.resample_every)
                optimizer = self._optimizer(parameter)
            before = parameter.clone()

            def closure() -> float:
                loss, parameter.grad = objective.gradient(parameter)
                return loss

            loss = float(optimizer.step(closure))  # type: ignore[no-untyped-call]  # torch does not annotate it
            if not (math.isfinite(loss) and bool(parameter.isfinite().all())):
                return Outcome(before, "stalled", step, f"the objective is not finite at step {step}")
            monitor(Progress("L-BFGS", step, self.steps, loss, parameter.clone(), None))
            assert parameter.grad is not None
            if float(parameter.grad.abs().max()) < self.tolerance:
                return Outcome(parameter.detach(), "converged", step, f"the gradient fell below {self.tolerance:g}")
            if bool((parameter == before).all()):
                return Outcome(parameter.detach(), "stalled", step, "the line search found no lower point")
        return Outcome(parameter.detach(), "budget", self.steps, f"the budget of {self.steps} steps is used up")

    def _optimizer(self, parameter: torch.Tensor) -> torch.optim.LBFGS:
        return torch.optim.LBFGS(
            [parameter],
            max_iter=1,
            max_eval=25,
            history_size=self.history,
            tolerance_grad=0.0,
            tolerance_change=0.0,
            line_search_fn="strong_wolfe",
        )
