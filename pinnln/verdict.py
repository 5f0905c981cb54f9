"""The verdict on a training: whether it still falls, whether it holds on fresh points, what would help."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from pinnln.network import AbstractNetwork
from pinnln.objective import Progress
from pinnln.optimizers import Outcome
from pinnln.perceptron import MLP
from pinnln.residual_objective import ResidualObjective, Sampling

_KEPT = 8
_LEAST = 30
_FALLING = 0.7
_LEARNT = 10.0
_SMALL = 1e-8
_ROUND = 999_983


class History:
    """A few parameters from the course of a training, evenly spaced, and the last ones with their loss."""

    def __init__(self) -> None:
        self._kept: list[torch.Tensor] = []
        self._stride, self._seen = 1, 0
        self.last: Progress | None = None

    def record(self, progress: Progress) -> None:
        """Takes in one step; with every doubling of their number every second one is dropped."""
        self.last = progress
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
    """What a training came to.

    Attributes: trained, the last loss on the points it was trained on; tested, the objective of the same parameters on
    fresh points; fresh, half the mean square of the residuals of all equations on those, largest term one, and halfway,
    what it was at half of the steps, None after too few; noise, the same of the measurements, which is to stay.
    """

    trained: float
    tested: float
    fresh: float
    halfway: float | None
    noise: float = 0.0

    @property
    def learnt_by_heart(self) -> bool:
        """Whether the loss is small on the points of the training only."""
        return self.tested > max(_LEARNT * self.trained, _SMALL)

    @property
    def only_noise(self) -> bool:
        """Whether measurements leave more than the equations do, so that nothing but their misfit is to be expected."""
        return self.noise > self.fresh

    @property
    def stuck(self) -> bool:
        """Whether residuals that are not small, nor below the noise, have not fallen since the half of the training."""
        return (
            self.fresh > max(_SMALL, self.noise) and self.halfway is not None and self.fresh > _FALLING * self.halfway
        )

    def amended(
        self, outcome: Outcome, network: AbstractNetwork, sampling: Sampling, *, in_time: bool
    ) -> tuple[str, str]:
        """Status and message of an outcome with what the verdict adds: what is learnt by heart has not converged, and
        what does not fall because measurements are noisy has."""
        if outcome.status == "converged" and not self.learnt_by_heart:
            return outcome.status, outcome.message
        if outcome.status == "stalled" and self.only_noise and not self.learnt_by_heart:
            return "converged", f"{outcome.message}; {self.noise:.1e} of it is the misfit of the measurements"
        more = self.sentence(network, sampling, in_time=in_time)
        status = "stalled" if outcome.status == "converged" else outcome.status
        return status, f"{outcome.message}. {more}" if more else outcome.message

    def sentence(self, network: AbstractNetwork, sampling: Sampling, *, in_time: bool) -> str:
        """What would take the training further, nothing where it needs nothing."""
        if not math.isfinite(self.fresh):
            return ""
        if self.learnt_by_heart:
            return (
                f"The loss was {self.trained:.1e} on its own points and is {self.tested:.1e} on fresh ones: "
                f"take more points, such as Sampling(interior={2 * sampling.interior}, face={2 * sampling.face})"
            )
        if self.stuck:
            windows = ", or shorter windows in time" if in_time else ""
            wider = ""
            if isinstance(network, MLP):
                wider = f", such as MLP({network.width + max(8, network.width // 2)}, {network.depth})"
            return (
                f"The loss has stalled at {self.trained:.1e}; of the equations it is {self.fresh:.1e} on fresh points: "
                f"take a wider network{wider}{windows}"
            )
        return ""


def judge(objective: ResidualObjective, theta: torch.Tensor, history: History) -> Verdict:
    """The verdict on a training that ended at θ; the points of the objective are fresh ones afterwards."""
    objective.resample(_ROUND)
    halfway, last = history.halfway, history.last
    fresh, noise = _misfits(objective, theta)
    return Verdict(
        math.nan if last is None else last.loss,
        math.nan if last is None else objective.value(last.theta),
        fresh,
        None if halfway is None else _misfits(objective, halfway)[0],
        noise,
    )


def _misfits(objective: ResidualObjective, theta: torch.Tensor) -> tuple[float, float]:
    """Half the mean squares of the equations and conditions, added up, and those of the measurements."""
    measured = {
        item.name for group in objective.formulation.groups if group.table is not None for item in group.components
    }
    losses = objective.losses(theta)
    return (
        sum(loss for name, loss in losses.items() if name not in measured),
        sum(loss for name, loss in losses.items() if name in measured),
    )
