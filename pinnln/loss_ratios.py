"""Terms that have fallen least, since the step before or since the start, count most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from pinnln.optimizers import require_positive
from pinnln.term_weighting import AbstractTermWeighting, capped, require_bound, require_decay
from pinnln.terms import Terms

_LEAST = 1e-300


@dataclass(frozen=True)
class ReLoBRaLo(AbstractTermWeighting):
    """Relative loss balancing with a random look back:

        w(t) = α (ρ w(t−1) + (1 − ρ) ŵ(t; 0)) + (1 − α) ŵ(t; t−1),    ŵ(t; t′) = C · softmax(L(t) / (T L(t′))),

    with ρ a toss of a coin at every refresh. Ratios of losses need no units, and yet they weigh sums that do.

    Args: decay α, a refresh; keep, the probability that ρ is one; temperature T; bound, the largest weight over the
    smallest; seed of the coin.
    Raises: ValueError for a decay or a probability outside its range, a temperature that is not above zero, a bound
    below 1, or a seed below zero.
    Source: R. Bischof, M. A. Kraus, arXiv 2110.09813.

    >>> ReLoBRaLo(decay=0).weights(torch.tensor([[2.0, 2.0], [2.0, 1.0]])).round(decimals=3)
    tensor([1.2450, 0.7550], dtype=torch.float64)
    """

    decay: float = 0.9
    keep: float = 0.99
    temperature: float = 1.0
    bound: float = 1e4
    seed: int = 0

    def __post_init__(self) -> None:
        require_decay(self.decay)
        require_positive(temperature=self.temperature)
        require_bound(self.bound)
        if not 0 <= self.keep <= 1:
            raise ValueError(f"expected keep, a probability, from 0 to 1, found {self.keep}")
        if self.seed < 0:
            raise ValueError(f"expected a seed of at least 0, found {self.seed}")

    def measured(self, terms: Terms) -> torch.Tensor:
        return 0.5 * terms.mean_squares()

    def weights(self, history: torch.Tensor) -> torch.Tensor:
        losses = history.double().clamp(min=_LEAST)
        since_start, since_last = self._shares(losses[1:], losses[:1]), self._shares(losses[1:], losses[:-1])
        kept = np.random.default_rng(self.seed).random(len(losses) - 1) < self.keep
        found = torch.ones_like(losses[0])
        for step, keep in enumerate(kept):
            found = self.decay * (found if keep else since_start[step]) + (1 - self.decay) * since_last[step]
        return capped(found, self.bound)

    def _shares(self, now: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        """ŵ (R, C)."""
        ratios = (now / before / self.temperature).clamp(max=1e6)
        return now.shape[1] * torch.softmax(ratios, 1)
