"""Gains that bring the equations to one size before a LayerNorm, and no further than a bound."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from pinnln.conditioning import AbstractConditioning, LayerNorm
from pinnln.term_weighting import AbstractTermWeighting, inverse, require_bound
from pinnln.terms import Terms
from pinnln.weighting import require_fixed


@dataclass(frozen=True)
class Gains(AbstractTermWeighting):
    """Another conditioning of  γ_c r_c,  with gains  γ_c ∝ 1/√m_c  that give every term one mean square.

    Without a bound they run away: a term that is easily met takes all the weight, and the others stay where they are.

    Args: inner, LayerNorm unless given; bound, the largest gain over the smallest.
    Raises: ValueError for a bound below 1, TypeError for an inner one whose own weights change.
    Source: own derivation.

    >>> Gains(bound=10).weights(torch.tensor([[1.0, 1e-6]])).sqrt()
    tensor([ 1., 10.])
    """

    inner: AbstractConditioning = field(default_factory=LayerNorm)
    bound: float = 10.0

    def __post_init__(self) -> None:
        require_bound(self.bound)
        require_fixed("Gains", self.inner)

    def base(self) -> AbstractConditioning:
        return self.inner

    def measured(self, terms: Terms) -> torch.Tensor:
        return terms.mean_squares()

    def weights(self, history: torch.Tensor) -> torch.Tensor:
        return inverse(history[-1], self.bound**2)
