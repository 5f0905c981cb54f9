"""First-order optimisers: steps along the gradient, each with its own way of scaling it."""

from __future__ import annotations

import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import torch

from pinnln.objective import AbstractObjective, Progress
from pinnln.optimizers import AbstractOptimizer, Monitor, Outcome, not_finite, require_positive, require_steps

_BALANCED = 10
_RETURNS = 5
_SMOOTHING = 0.1
_DIVERGED = 1e3


class AbstractRule(ABC):
    """A way of stepping, with what it has learned of one training."""

    @abstractmethod
    def step(self, slope: torch.Tensor, rate: float) -> None:
        """Moves θ, in place, against a slope."""


class OfTorch(AbstractRule):
    """A rule of torch.

    Args: rule; blocks of θ that it moves; split, a slope into the same blocks.
    """

    def __init__(
        self,
        rule: torch.optim.Optimizer,
        blocks: Sequence[torch.Tensor],
        split: Callable[[torch.Tensor], Sequence[torch.Tensor]],
    ) -> None:
        self._rule, self._blocks, self._split = rule, blocks, split

    def step(self, slope: torch.Tensor, rate: float) -> None:
        for block, part in zip(self._blocks, self._split(slope), strict=True):
            block.grad = part
        for group in self._rule.param_groups:
            group["lr"] = rate
        self._rule.step()


@dataclass(frozen=True)
class FirstOrder(AbstractOptimizer):
    """Steps of a rule, on fresh points every `resample_every` steps, with a rate that falls along a cosine.

    The parameters with the lowest smoothed loss are kept. Where the loss or its gradient is not finite, or the smoothed
    loss is a thousand times its lowest, the training returns to them with a tenth of the rate; after five returns it
    ends there. At the end the last parameters and the best ones are compared on the same points. Weights of terms that
    change in training do so every ten steps; what was best is then measured anew.

    Args: learning_rate; steps; resample_every; final_rate, at the last step; seconds, a budget of time: the rate falls
    along whichever of steps and seconds is used up first; clock that counts them [s].
    """

    learning_rate: float = 1e-3
    steps: int = 5000
    resample_every: int = 100
    final_rate: float = 1e-5
    seconds: float = math.inf
    clock: Callable[[], float] = field(default=time.perf_counter, repr=False)
    name: ClassVar[str]

    def __post_init__(self) -> None:
        require_steps(self.steps)
        require_positive(
            learning_rate=self.learning_rate, resample_every=self.resample_every, final_rate=self.final_rate
        )
        if not self.seconds > 0:
            raise ValueError(f"expected seconds, a budget of time, above zero, found {self.seconds}")

    def memory(self, parameters: int, rows: int) -> int:
        return 16 * 8 * parameters

    @abstractmethod
    def rule(self, objective: AbstractObjective, theta: torch.Tensor) -> AbstractRule:
        """The rule that moves θ (P,), with nothing learned yet."""

    def slope(self, objective: AbstractObjective, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        """The loss at θ, and what the rule steps against: the gradient (P,), unless it asks for more."""
        return objective.gradient(theta)

    def run(self, objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor) -> Outcome:
        theta, best, returns = theta.clone(), _Best(theta), 0
        rule = self.rule(objective, theta)
        step, begun = 0, self.clock()
        while step < self.steps and (spent := self.clock() - begun) < self.seconds:
            step += 1
            if step > 1 and (step - 1) % self.resample_every == 0:
                objective.resample((step - 1) // self.resample_every)
            if (step - 1) % _BALANCED == 0 and objective.rebalance(theta):
                best.measure(objective, theta)
            loss, slope = self.slope(objective, theta)
            finite = math.isfinite(loss) and bool(slope.isfinite().all())
            if finite:
                best.see(loss, theta)
                monitor(Progress(self.name, step, self.steps, loss, best.seen))
            if not finite or best.diverged:
                returns += 1
                if returns > _RETURNS:
                    return Outcome(best.theta, "stalled", step, self._lost(objective, theta, step, finite))
                theta.copy_(best.theta)
                best.again()
                rule = self.rule(objective, theta)
                continue
            rule.step(slope, self._rate(step, spent) * 0.1**returns)
        if not objective.value(theta) <= objective.value(best.theta):
            theta = best.theta
        used = f"{self.steps} steps" if step == self.steps else f"{self.seconds:g} s"
        return Outcome(theta.detach(), "budget", step, f"the budget of {used} is used up")

    def _rate(self, step: int, spent: float = 0.0) -> float:
        share = 0.5 * (1 + math.cos(max(math.pi * (step - 1) / self.steps, math.pi * spent / self.seconds)))
        return self.final_rate + share * (self.learning_rate - self.final_rate)

    def _lost(self, objective: AbstractObjective, theta: torch.Tensor, step: int, finite: bool) -> str:
        what = f"the loss grows at step {step}" if finite else not_finite(objective, theta, step)
        return f"{_RETURNS} times the training went back to its best parameters, and still {what}"


@dataclass(frozen=True)
class Adam(FirstOrder):
    """Adam: every parameter's slope over the root of its mean square.

    Args: as for every first-order optimiser.    Source: D. P. Kingma, J. Ba, ICLR 2015.
    """

    name: ClassVar[str] = "Adam"

    def rule(self, objective: AbstractObjective, theta: torch.Tensor) -> AbstractRule:
        return OfTorch(torch.optim.Adam([theta], lr=self.learning_rate), [theta], lambda slope: [slope])


@dataclass(frozen=True)
class SOAP(FirstOrder):
    """SOAP: Adam in the eigenbases of the means of GGᵀ and GᵀG, G the slope of one weight matrix; biases as in Adam.

    For networks of 100,000 parameters and more; the rule itself is that of the package pytorch-optimizer.

    Args: as for every first-order optimiser; decay, of all its means; basis_every, steps between two turns of
    the bases.    Source: N. Vyas et al., arXiv 2409.11321; for residuals S. Wang et al., arXiv 2502.00604.
    """

    learning_rate: float = 3e-3
    decay: float = 0.95
    basis_every: int = 10
    name: ClassVar[str] = "SOAP"

    def __post_init__(self) -> None:
        super().__post_init__()
        require_positive(basis_every=self.basis_every)
        if not 0 < self.decay < 1:
            raise ValueError(f"expected decay between 0 and 1, found {self.decay}")

    def rule(self, objective: AbstractObjective, theta: torch.Tensor) -> AbstractRule:
        import pytorch_optimizer

        blocks = objective.blocks(theta)
        rule = pytorch_optimizer.SOAP(
            blocks,
            lr=self.learning_rate,
            betas=(self.decay, self.decay),
            weight_decay=0.0,
            precondition_frequency=self.basis_every,
        )
        return OfTorch(rule, blocks, objective.blocks)


class _Best:
    """The parameters with the lowest smoothed loss so far."""

    def __init__(self, theta: torch.Tensor) -> None:
        self.theta = self.seen = theta.clone()
        self._lowest = self._mean = math.inf

    def see(self, loss: float, theta: torch.Tensor) -> None:
        """Takes in the loss at θ, which is copied."""
        self.seen = theta.clone()
        self._mean = loss if math.isinf(self._mean) else self._mean + _SMOOTHING * (loss - self._mean)
        if self._mean <= self._lowest:
            self._lowest, self.theta = self._mean, self.seen

    def measure(self, objective: AbstractObjective, theta: torch.Tensor) -> None:
        """The weights of the objective have changed: takes its values anew, at the best parameters and at θ."""
        if math.isfinite(self._mean):
            self._lowest, self._mean = objective.value(self.theta), objective.value(theta)

    @property
    def diverged(self) -> bool:
        """Whether the smoothed loss has left its lowest value far behind."""
        return self._mean > _DIVERGED * self._lowest

    def again(self) -> None:
        """The training goes on from the best."""
        self._mean = self._lowest
