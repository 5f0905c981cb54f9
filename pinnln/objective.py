"""The contract between a problem and an optimiser."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch

from pinnln.kernels import AbstractSystem


@dataclass(frozen=True)
class LeastSquares:
    """The objective near θ as  ½‖r‖², its weights and points frozen.

    Attributes: here, r(θ) (R,); rows, r (R,) at another θ; pull, Jᵀw (P,) for w (R,).
    """

    here: torch.Tensor
    rows: Callable[[torch.Tensor], torch.Tensor]
    pull: Callable[[torch.Tensor], torch.Tensor]

    @property
    def half_square(self) -> float:
        """½‖r(θ)‖²."""
        return 0.5 * float(self.here.square().sum())


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
    """A function of the parameters θ, over points that may be drawn anew.

    Attributes: size, the number of parameters P.
    """

    size: int

    @property
    @abstractmethod
    def rows(self) -> int:
        """How many squares it is the sum of at the current points, R."""

    @abstractmethod
    def value(self, theta: torch.Tensor) -> float:
        """The objective at the current points."""

    @abstractmethod
    def gradient(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        """The objective and its gradient (P,)."""

    @abstractmethod
    def least_squares(self, theta: torch.Tensor, system: AbstractSystem) -> LeastSquares:
        """The objective near θ; its residuals and their Jacobian go into the system."""

    @abstractmethod
    def resample(self, round: int, theta: torch.Tensor | None = None) -> float | None:
        """Fresh points, a deterministic function of the round and, where it is given, of θ.

        Returns: for a given θ the objective at points that no training has seen, else None.
        """

    def rebalance(self, theta: torch.Tensor) -> bool:
        """Weights of the terms anew from what they are at θ, where there are any that change; whether there are.

        For between two blocks of steps: a loss of before cannot be compared with one of after.
        """
        return False

    def comparable(self, theta: torch.Tensor, loss: float) -> float:
        """A loss found at θ in a measure that no `rebalance` changes, which is that of `resample`; itself otherwise."""
        return loss

    def term_slopes(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        """The objective, and the share (C, P) of every term in its gradient; one term unless more are known."""
        loss, slope = self.gradient(theta)
        return loss, slope[None]

    @contextmanager
    def thinned(self, rows: int) -> Iterator[None]:
        """Within it training begins on as few points as give so many rows, and `refine` adds to them; all points
        that were asked for are back at its end. Points that cannot be thinned stay."""
        yield

    def refine(self, *, beyond: bool = True) -> bool:
        """More points from the next round on, `beyond` those asked for too; False where there cannot be more."""
        return False

    def blocks(self, theta: torch.Tensor) -> list[torch.Tensor]:
        """Views of θ that belong together, matrices where the network has some; θ as one block unless known better."""
        return [theta]

    def losses(self, theta: torch.Tensor) -> dict[str, float]:
        """The share of every equation in the objective, ½ of its mean square, by name; nothing unless known."""
        return {}

    def fault(self, theta: torch.Tensor) -> str | None:
        """A sentence on the first thing that is not finite at θ: equation, point, way out; None if nothing is known."""
        return None
