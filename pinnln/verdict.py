"""The verdict on a training: whether it still falls, whether it holds on fresh points, what would help."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from pinnln.network import MLP
from pinnln.objective import Progress
from pinnln.optimizers import Outcome
from pinnln.residual_objective import ResidualObjective, Sampling

_KEPT = 8
_LEAST = 30
_FALLING = 0.7
_LEARNT = 10.0
_SMALL = 1e-8
_ROUND = 999_983


class History:
    """A few parameters from the course of a training, evenly spaced."""

    def __init__(self) -> None:
        self._kept: list[torch.Tensor] = []
        self._stride, self._seen = 1, 0

    def record(self, progress: Progress) -> None:
        """Takes in one step; with every doubling of their number every second one is dropped."""
        if self._seen % self._stride == 0:
            self._kept.append(progress.theta)
            if len(self._kept) > 2 * _KEPT:
                self._kept, self._stride = self._kept[::2], 2 * self._stride
        self._seen += 1

    @property
    def halfway(self) -> torch.Tensor | None:
        """The parameters at half of the steps, None where there are too few to say."""
        return self._kept[len(self._kept) // 2] if self._seen >= _LEAST else None


@dataclass(frozen=True)
class Verdict:
    """Half the mean square of the residuals of all equations, largest term one: on the points of the training, on fresh
    ones, and on those halfway through the training; halfway is None after too few steps."""

    trained: float
    fresh: float
    halfway: float | None

    @property
    def learnt_by_heart(self) -> bool:
        """Whether the residuals are small on the points of the training only."""
        return self.fresh > max(_LEARNT * self.trained, _SMALL)

    @property
    def stuck(self) -> bool:
        """Whether residuals that are not small have not fallen since the half of the training."""
        return self.fresh > _SMALL and self.halfway is not None and self.fresh > _FALLING * self.halfway

    def amended(self, outcome: Outcome, network: MLP, sampling: Sampling, *, in_time: bool) -> tuple[str, str]:
        """Status and message of an outcome with what the verdict adds: what is learnt by heart has not converged."""
        if outcome.status == "converged" and not self.learnt_by_heart:
            return outcome.status, outcome.message
        more = self.sentence(network, sampling, in_time=in_time)
        status = "stalled" if outcome.status == "converged" else outcome.status
        return status, f"{outcome.message}. {more}" if more else outcome.message

    def sentence(self, network: MLP, sampling: Sampling, *, in_time: bool) -> str:
        """What would take the training further, nothing where it needs nothing."""
        if not math.isfinite(self.fresh):
            return ""
        if self.learnt_by_heart:
            return (
                f"The loss of the equations is {self.trained:.1e} on the points of the training and {self.fresh:.1e} "
                f"on fresh ones: take more points, such as Sampling(interior={2 * sampling.interior}, "
                f"face={2 * sampling.face})"
            )
        if self.stuck:
            windows = ", or shorter windows in time" if in_time else ""
            width = network.width + max(8, network.width // 2)
            return (
                f"The loss of the equations has stalled at {self.trained:.1e}, {self.fresh:.1e} on fresh points: "
                f"take a wider network, such as MLP({width}, {network.depth}){windows}"
            )
        return ""


def judge(objective: ResidualObjective, theta: torch.Tensor, history: History) -> Verdict:
    """The verdict on a training that ended at θ; the points of the objective are fresh ones afterwards."""
    trained = sum(objective.losses(theta).values())
    objective.resample(_ROUND)
    halfway = history.halfway
    return Verdict(
        trained,
        sum(objective.losses(theta).values()),
        None if halfway is None else sum(objective.losses(halfway).values()),
    )
