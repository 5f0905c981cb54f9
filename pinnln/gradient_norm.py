"""Terms whose slopes are of one length."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pinnln.conditioning import MeanSquare
from pinnln.term_weighting import AbstractTermWeighting, inverse, require_bound, require_decay, smoothed
from pinnln.terms import Terms


@dataclass(frozen=True)
class GradientNorm(AbstractTermWeighting):
    """Weights  w_c ∝ 1/‖∇L_c‖,  so that every term pulls at θ with one force.

    It is the norm that is smoothed over the refreshes, not the weight: a norm that is multiplied by a number, as when
    an equation is stated in other units, then leaves every w_c ∇L_c as it was.

    Args: decay of the mean over refreshes; bound, the largest weight over the smallest.
    Raises: ValueError for a decay outside [0, 1) or a bound below 1.
    Source: S. Wang, Y. Teng, P. Perdikaris, SIAM J. Sci. Comput. 43 (2021) A3055; with the norm itself S. Wang,
    S. Sankaran, H. Wang, P. Perdikaris, arXiv 2308.08468.

    >>> GradientNorm().weights(torch.tensor([[1.0, 100.0]]))
    tensor([1.0000, 0.0100])
    """

    decay: float = 0.9
    bound: float = 1e4

    def __post_init__(self) -> None:
        require_decay(self.decay)
        require_bound(self.bound)

    def measured(self, terms: Terms) -> torch.Tensor:
        _, slopes = terms.slopes(lambda _: MeanSquare())
        return slopes.square().sum(1).sqrt()

    def weights(self, history: torch.Tensor) -> torch.Tensor:
        return inverse(smoothed(history, self.decay), self.bound)
