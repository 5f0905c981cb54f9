"""Terms that fall slowest count most, by the difference of their last two losses."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pinnln.optimizers import require_positive
from pinnln.term_weighting import AbstractTermWeighting, capped, require_bound
from pinnln.terms import Terms


@dataclass(frozen=True)
class SoftAdapt(AbstractTermWeighting):
    """Weights  w = C · softmax(β ΔL),  with ΔL_c the change of the loss of a term since the refresh before.

    The exponent is a difference of losses: it means nothing unless they are pure numbers, little once all are small.

    Args: sharpness β, a pure number; bound, the largest weight over the smallest.
    Raises: ValueError for a sharpness that is not above zero, or a bound below 1.
    Source: A. A. Heydari, C. A. Thompson, A. Mehmood, arXiv 1912.12355.

    >>> SoftAdapt(sharpness=1.0).weights(torch.tensor([[2.0, 2.0], [2.0, 1.0]])).round(decimals=3)
    tensor([1.4620, 0.5380])
    """

    sharpness: float = 0.1
    bound: float = 1e4

    def __post_init__(self) -> None:
        require_positive(sharpness=self.sharpness)
        require_bound(self.bound)

    def measured(self, terms: Terms) -> torch.Tensor:
        return 0.5 * terms.mean_squares()

    def weights(self, history: torch.Tensor) -> torch.Tensor:
        change = history[-1] - history[max(len(history) - 2, 0)]
        return capped(len(change) * torch.softmax(self.sharpness * change, 0), self.bound)
