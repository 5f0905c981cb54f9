"""Terms whose slopes are of one length."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pinnln.conditioning import MeanSquare
from pinnln.term_weighting import AbstractEqualising
from pinnln.terms import Terms


@dataclass(frozen=True)
class GradientNorm(AbstractEqualising):
    """Weights  w_c ∝ 1/‖∇L_c‖,  so that every term pulls at θ with one force. It is the norm that is smoothed, not the
    weight.

    Args: decay of the mean over refreshes; bound, the largest weight over the smallest.
    Raises: ValueError for a decay outside [0, 1) or a bound below 1.
    Source: S. Wang, Y. Teng, P. Perdikaris, SIAM J. Sci. Comput. 43 (2021) A3055; with the norm itself S. Wang,
    S. Sankaran, H. Wang, P. Perdikaris, arXiv 2308.08468.

    >>> GradientNorm().weights(torch.tensor([[1.0, 100.0]]))
    tensor([1.0000, 0.0100])
    """

    def measured(self, terms: Terms) -> torch.Tensor:
        _, slopes = terms.slopes(lambda _: MeanSquare())
        return slopes.square().sum(1).sqrt()
