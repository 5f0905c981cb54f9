"""Terms that have fallen least, since the step before or since the start, count most."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from pinnln.optimizers import require_positive
from pinnln.term_weighting import AbstractTermWeighting, capped, require_bound, require_decay
from pinnln.terms import Terms

_LEAST, _FORGOTTEN = 1e-300, 1e-17


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
        kept = np.random.default_rng(self.seed).random(len(losses) - 1) < self.keep
        first = max(0, len(kept) - self._lasting)
        since_start = self._shares(losses[first + 1 :], losses[:1])
        since_last = self._shares(losses[first + 1 :], losses[first:-1])
        found = torch.ones_like(losses[0])
        for step, keep in enumerate(kept[first:]):
            found = self.decay * (found if keep else since_start[step]) + (1 - self.decay) * since_last[step]
        return capped(found, self.bound)

    @property
    def _lasting(self) -> int:
        """Refreshes after which nothing is left of a weight, so that a long training need not go through them all."""
        return math.ceil(math.log(_FORGOTTEN) / math.log(self.decay)) if self.decay else 1

    def _shares(self, now: torch.Tensor, before: torch.Tensor) -> torch.Tensor:
        """ŵ (R, C)."""
        ratios = (now / before / self.temperature).clamp(max=1e6)
        return now.shape[1] * torch.softmax(ratios, 1)
