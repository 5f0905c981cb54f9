"""Optimisers over one flat parameter vector, one after another; Levenberg-Marquardt."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch

from pinnln.objective import AbstractObjective, Progress, Quadratic
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


@dataclass(frozen=True)
class _Trial:
    """A step p with its damping, its scaled length, and its gain ratio."""

    theta: torch.Tensor
    damping: float
    value: float
    gain: float


@dataclass(frozen=True)
class LevenbergMarquardt(AbstractOptimizer):
    """Damped Gauss-Newton:  (ĴᵀĴ + λ I) p̂ = −Ĵᵀr  with columns of Ĵ scaled to length one.

    The damping follows the gain ratio ρ = (L(θ) − L(θ+p)) / (predicted decrease): from several dampings tried on one
    Gram matrix the smallest with ρ ≥ `gain` is taken. Points are fixed within a block and drawn anew between blocks,
    so that a small loss means a small error; parameters are scaled away, so units of parameters do not matter.

    Args: steps, the budget; block, steps on the same points; damping λ at the start; gain, the least ratio accepted;
    smallest_damping; tolerance, the loss at which the problem counts as solved.
    Source: K. Levenberg, Quart. Appl. Math. 2 (1944) 164; D. Marquardt, SIAM J. Appl. Math. 11 (1963) 431.
    """

    steps: int = 300
    block: int = 10
    damping: float = 1e-2
    gain: float = 0.25
    smallest_damping: float = 1e-12
    tolerance: float = 1e-12

    def __post_init__(self) -> None:
        require_steps(self.steps)
        require_positive(block=self.block, damping=self.damping, gain=self.gain, smallest_damping=self.smallest_damping)

    def run(self, objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor) -> Outcome:
        damping, refused, loss = self.damping, 0, math.inf
        for step in range(1, self.steps + 1):
            if (step - 1) % self.block == 0 and step > 1:
                objective.resample((step - 1) // self.block)
                damping = max(damping, 1e3 * self.smallest_damping)
            model = objective.quadratic(theta)
            loss = model.half_square
            if not bool(model.slope.any()):
                return Outcome(theta, "stalled", step, "the gradient vanishes: the objective does not depend on θ here")
            if loss <= self.tolerance:
                return Outcome(theta, "converged", step, f"the loss fell below {self.tolerance:g}")
            trial = self._step(model, theta, damping)
            refused = 0 if trial else refused + 1
            damping = trial.damping if trial else damping * 100
            if trial:
                theta, loss = trial.theta, trial.value
            monitor(Progress("Levenberg-Marquardt", step, self.steps, loss, theta, damping))
            if refused >= 2 * self.block:
                return Outcome(
                    theta, "stalled", step, f"no step lowered the loss in {refused} attempts on fresh points"
                )
            if refused and damping > 1e8:
                damping = self.damping
        return Outcome(theta, "budget", self.steps, f"the budget of {self.steps} steps is used up")

    def _step(self, model: Quadratic, theta: torch.Tensor, damping: float) -> _Trial | None:
        """The boldest of several steps whose gain ratio is acceptable; None if none lowers the loss."""
        scale = model.gram.diagonal().sqrt()
        scale = scale.clamp(min=1e-12 * float(scale.max()))
        gram = model.gram / scale / scale[:, None]
        slope = model.slope / scale
        best: _Trial | None = None
        current, falling = damping, True
        for _ in range(6):
            trial = self._try(model, gram, slope, scale, theta, current)
            if trial is not None and trial.gain >= self.gain:
                best = trial if best is None or trial.value < best.value else best
                if not falling or best is not trial or current <= self.smallest_damping or trial.gain < 0.5:
                    break
                current = max(current / 5, self.smallest_damping)
            elif best is not None:
                break
            else:
                falling = False
                current *= 8
        return best

    def _try(
        self,
        model: Quadratic,
        gram: torch.Tensor,
        slope: torch.Tensor,
        scale: torch.Tensor,
        theta: torch.Tensor,
        damping: float,
    ) -> _Trial | None:
        damped = gram.clone()
        damped.diagonal().add_(damping)
        factor, failed = torch.linalg.cholesky_ex(damped)
        if int(failed):
            return None
        scaled = -torch.cholesky_solve(slope[:, None], factor)[:, 0]
        predicted = 0.5 * float(damping * scaled.square().sum() - slope @ scaled)
        candidate = theta + scaled / scale
        value = model.value(candidate)
        if not (math.isfinite(value) and predicted > 0 and value < model.half_square):
            return None
        return _Trial(candidate, damping, value, (model.half_square - value) / predicted)
