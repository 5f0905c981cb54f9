"""Optimisers over one flat parameter vector: the contract, and one after another."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

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
    """Something that lowers an objective within a budget of steps.

    Attributes: by_terms, whether it takes the slope of every term by itself, so that weights of terms mean nothing.
    """

    by_terms: ClassVar[bool] = False

    @abstractmethod
    def run(self, objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor) -> Outcome:
        """Lowers the objective from θ; the monitor is called after every step."""

    def memory(self, parameters: int, rows: int) -> int:
        """Bytes that a step needs beside the points: five matrices (P, P), unless an optimiser needs less or more."""
        return 5 * 8 * parameters**2


def run_all(
    optimizers: Sequence[AbstractOptimizer], objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor
) -> Outcome:
    """Runs optimisers in turn, each from where the one before it ended, until one has converged.

    Parameters at which the objective is not finite are never handed on, those before stand in for them; unless no
    parameters would help, since an equation is not finite at the points themselves.

    Raises: ValueError for none, TrainingError if the objective or its gradient is not finite at the start.
    """
    if not optimizers:
        raise ValueError("expected at least one optimiser, found none")
    start, slope = objective.gradient(theta)
    if not (math.isfinite(start) and bool(slope.isfinite().all())):
        why = objective.fault(theta) or "A term of the equations is infinite or not a number, or a scale too extreme."
        what = "gradient at the start" if math.isfinite(start) else f"objective at the start, found {start}"
        raise TrainingError(f"expected a finite {what}. {why}")
    steps = 0
    outcome = Outcome(theta, "budget", 0, "")
    for optimizer in optimizers:
        before = outcome.theta
        outcome = optimizer.run(objective, before, monitor)
        steps += outcome.steps
        if not math.isfinite(objective.value(outcome.theta)):
            message = not_finite(objective, outcome.theta, outcome.steps)
            kept = before if math.isfinite(objective.value(before)) else outcome.theta
            outcome = Outcome(kept, "stalled", outcome.steps, message)
        if outcome.status == "converged":
            break
    return Outcome(outcome.theta, outcome.status, steps, outcome.message)


def not_finite(objective: AbstractObjective, theta: torch.Tensor, step: int) -> str:
    """What an optimiser says where the objective or its gradient is not finite at θ."""
    fault = objective.fault(theta)
    return f"the objective or its gradient is not finite at step {step}" + (f". {fault}" if fault else "")


def require_steps(steps: int) -> None:
    """Refuses an empty budget."""
    if steps < 1:
        raise ValueError(f"a budget of {steps} steps trains nothing: expected at least 1")


def require_positive(**values: float) -> None:
    """Refuses settings that are not finite and above zero."""
    for name, value in values.items():
        if not 0 < value < math.inf:
            raise ValueError(f"expected {name} to be finite and above zero, found {value}")
