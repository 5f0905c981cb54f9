"""The log of every term's mean square: what is small counts as much as what is large."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from pinnln.optimizers import require_positive
from pinnln.term_weighting import AbstractTermWeighting
from pinnln.terms import Terms


@dataclass(frozen=True)
class LogLoss(AbstractTermWeighting):
    """The objective  ½ Σ log(ε + m_c)  of the mean squares m_c, with the weights  w_c = 1/(ε + m_c)  of its gradient.

    The log is concave, so Σ w_c L_c with frozen weights majorises it: what a block of steps gains of the one, it gains
    of the other. Brought to a geometric mean of one, they are the weights of ½ C times the geometric mean of ε + m_c.
    Terms below ε count alike, so that one that is easily met does not stall the rest. Without ε the equations could be
    stated in any units.

    Args: epsilon, a pure number, the mean square below which a term counts as met.
    Raises: ValueError for epsilon ≤ 0.
    Source: own derivation, iteratively reweighted least squares for terms in place of points.

    >>> LogLoss(1e-6).weights(torch.tensor([[1e-2, 1e-4]]))
    tensor([  99.9900, 9900.9902])
    """

    epsilon: float = 1e-6

    def __post_init__(self) -> None:
        require_positive(epsilon=self.epsilon)

    def measured(self, terms: Terms) -> torch.Tensor:
        return terms.mean_squares()

    def weights(self, history: torch.Tensor) -> torch.Tensor:
        return 1 / (self.epsilon + history[-1])
