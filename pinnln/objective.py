"""The contract between a problem and an optimiser."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Quadratic:
    """A Gauss-Newton model  ½‖r + J p‖²  at frozen weights and points.

    Attributes: gram JᵀJ (P, P); slope Jᵀr (P,); half_square ½‖r‖²; value, ½‖r(θ)‖² at another θ, weights still frozen.
    """

    gram: torch.Tensor
    slope: torch.Tensor
    half_square: float
    value: Callable[[torch.Tensor], float]


@dataclass(frozen=True)
class Progress:
    """Where a training stands after one step, accepted or not; seconds since it began.

    What costs time is computed when it is asked for: losses, that of every equation by name; error, the relative one
    where a reference is known.
    """

    optimizer: str
    step: int
    steps: int
    loss: float
    theta: torch.Tensor
    damping: float | None = None
    seconds: float = 0.0
    losses: Callable[[], Mapping[str, float]] | None = None
    error: Callable[[], float] | None = None


class AbstractObjective(ABC):
    """A function of the parameters θ (P,), over points that may be drawn anew."""

    size: int

    @abstractmethod
    def value(self, theta: torch.Tensor) -> float:
        """The objective at the current points."""

    @abstractmethod
    def gradient(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        """The objective and its gradient (P,)."""

    @abstractmethod
    def quadratic(self, theta: torch.Tensor) -> Quadratic:
        """The Gauss-Newton model at θ."""

    @abstractmethod
    def resample(self, round: int) -> None:
        """Fresh points, a deterministic function of the round."""

    def blocks(self, theta: torch.Tensor) -> list[torch.Tensor]:
        """Views of θ that belong together, matrices where the network has some; θ as one block unless known better."""
        return [theta]

    def losses(self, theta: torch.Tensor) -> dict[str, float]:
        """The share of every equation in the objective, ½ of its mean square, by name; nothing unless known."""
        return {}

    def fault(self, theta: torch.Tensor) -> str | None:
        """A sentence on the first thing that is not finite at θ: equation, point, way out; None if nothing is known."""
        return None
