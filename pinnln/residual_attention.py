"""Points where a residual is large count more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from pinnln.conditioning import AbstractConditioning
from pinnln.residual_group import Group, Points
from pinnln.term_weighting import require_decay
from pinnln.terms import Terms
from pinnln.weighting import AbstractBalance, AbstractWeighting, Placed, Scaled


@dataclass(frozen=True)
class ResidualAttention(AbstractWeighting):
    """A factor for every residual at every point, from its share of the largest one of its term:

        λ(x) ← γ λ(x) + (1 − γ) |r(x)| / max |r|,    L = ½ mean (λ r)²  with λ² brought to a mean of one.

    It moves weight within a term and none between terms. Fresh points begin where λ would come to rest; λ is never
    below a floor, so that no point is forgotten.

    Args: decay γ, a refresh; floor, the least λ.
    Raises: ValueError for a decay outside [0, 1), or a floor outside (0, 1].
    Source: S. J. Anagnostopoulos, J. D. Toscano, N. Stergiopulos, G. E. Karniadakis, arXiv 2307.00379; the floor and
    the mean of one are our own, and so is the start of fresh points, since ours change.

    >>> ResidualAttention(floor=0.1).factors(torch.tensor([[1.0, -2.0]]), None)
    tensor([[0.5000, 1.0000]])
    """

    decay: float = 0.9
    floor: float = 0.1

    def __post_init__(self) -> None:
        require_decay(self.decay)
        if not 0 < self.floor <= 1:
            raise ValueError(f"expected a floor above 0 and at most 1, found {self.floor}")

    def begin(self, names: Sequence[str]) -> AbstractBalance:
        return _PointBalance(self)

    def factors(self, r: torch.Tensor, before: torch.Tensor | None) -> torch.Tensor:
        """λ (K, N) at all points of a group with residuals r (K, N), None `before` for fresh points."""
        largest = r.abs().amax(1, keepdim=True)
        share = torch.where(largest > 0, r.abs() / largest, torch.ones_like(r))
        now = share if before is None else self.decay * before + (1 - self.decay) * share
        return now.clamp(min=self.floor)


class _PointBalance(AbstractBalance):
    """Factors that lie with the points, and go when those do."""

    keeps_points = True

    def __init__(self, attention: ResidualAttention) -> None:
        self._attention = attention
        self._factors: list[torch.Tensor] = []

    def conditioning(self, group: Group, points: Points) -> AbstractConditioning:
        return self._attention.base() if points.factors is None else Scaled(self._attention.base(), points.factors)

    def refreshed(self, terms: Terms, points: Placed) -> Placed:
        """Factors anew; where a residual is not finite, all stays as it was."""
        residuals: dict[int, list[torch.Tensor]] = {}
        for part in terms.linear():
            residuals.setdefault(id(part.group), []).append(part.r.values)
        kept = [list(chunks) for chunks in points]
        fresh = any(item.factors is None for chunks in kept for item, _ in chunks)
        before = [None] * len(kept) if fresh else self._factors
        rows = [torch.cat(parts, 1) for parts in residuals.values()]
        if not all(bool(r.isfinite().all()) for r in rows):
            return points
        self._factors = [self._attention.factors(r, known) for r, known in zip(rows, before, strict=True)]
        found = []
        for chunks, factors, parts in zip(kept, self._factors, residuals.values(), strict=True):
            balanced = factors / factors.square().mean(1, keepdim=True).sqrt()
            shares = torch.split(balanced, [part.shape[1] for part in parts], 1)
            found.append([(replace(item, factors=share), w) for (item, w), share in zip(chunks, shares, strict=True)])
        return found
