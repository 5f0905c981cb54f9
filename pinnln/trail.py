"""Parameters kept along a training, so that errors are asked of them afterwards and cost the training nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Footprint:
    """Where a training stood: phase, the name of the optimiser; seconds of training; parameters θ (P,); loss there."""

    phase: str
    seconds: float
    theta: torch.Tensor
    loss: float = math.nan


class Trail:
    """Footprints of one training, evenly spread over the logarithm of time.

    Args: spacing, by what factor of its time a footprint is later than the one before.

    >>> trail = Trail(spacing=2.0)
    >>> for second in range(1, 10):
    ...     trail.pass_by("Adam", float(second), torch.zeros(1))
    >>> trail.end("Adam", 9.0, torch.zeros(1))
    >>> [item.seconds for item in trail.kept]
    [1.0, 2.0, 4.0, 8.0, 9.0]
    """

    def __init__(self, spacing: float = 1.1) -> None:
        self.spacing = spacing
        self.kept: list[Footprint] = []

    def pass_by(self, phase: str, seconds: float, theta: torch.Tensor, loss: float = math.nan) -> None:
        """Keeps these parameters, if it is time, or if they are the first of a phase."""
        last = self.kept[-1] if self.kept else None
        if last is None or last.phase != phase or seconds >= self.spacing * last.seconds:
            self.kept.append(Footprint(phase, seconds, theta.detach().clone(), loss))

    def end(self, phase: str, seconds: float, theta: torch.Tensor, loss: float = math.nan) -> None:
        """Keeps the last parameters in any case, in place of any kept at the same time."""
        if self.kept and self.kept[-1].seconds == seconds:
            self.kept.pop()
        self.kept.append(Footprint(phase, seconds, theta.detach().clone(), loss))
