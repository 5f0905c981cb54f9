"""Terms that would converge at one pace, by the trace of the neural tangent kernel."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pinnln.term_weighting import AbstractEqualising
from pinnln.terms import Terms


@dataclass(frozen=True)
class TangentKernel(AbstractEqualising):
    """Weights  w_c ∝ 1/tr K_c,  with K_c = J_c J_cᵀ the tangent kernel of a term, mean over points: tr K_c = ‖J_c‖².

    The trace is the mean rate at which gradient flow takes the residuals of a term to zero.

    Args: decay of the mean over refreshes; bound, the largest weight over the smallest.
    Raises: ValueError for a decay outside [0, 1) or a bound below 1.
    Source: S. Wang, X. Yu, P. Perdikaris, J. Comput. Phys. 449 (2022) 110768.

    >>> TangentKernel(decay=0).weights(torch.tensor([[1.0, 1.0], [2.0, 8.0]]))
    tensor([0.5000, 0.1250])
    """

    def measured(self, terms: Terms) -> torch.Tensor:
        return terms.traces()
