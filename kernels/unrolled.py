"""The norms and their derivatives written out over the K entries of a row, each entry a tensor (N,).

With cov(a, b) = ⟨Pa, Pb⟩/K and σ² = cov(x, x) + ε,

    h = Px/σ,    α = cov(x, a)/σ,    β = cov(x, b)/σ,    Q = cov(a, b) − αβ
    J a        = (Pa − α h) / σ
    D³φ[a, b]  = −(β Pa + α Pb + (Q − 2αβ) h) / σ²

These are the formulas of `reference`, made of elementwise operations only: a compiler turns each into one loop that
reads every number once and writes every number once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from pinnln.kernels.reference import accumulated

WIDEST_TWO_PASS = 5


@dataclass(frozen=True)
class Entries:
    """P v for a row v, as entries less the first one and the mean of what is left; uncentred, the entries themselves.

    Attributes: shifted, K tensors (N,), without the first, which is zero, if centred; mean (N,), None if uncentred.
    """

    shifted: list[torch.Tensor]
    mean: torch.Tensor | None
    count: int

    @classmethod
    def of(cls, entries: Sequence[torch.Tensor], center: bool) -> Entries:
        """P v."""
        wide = [entry.to(accumulated(entry.dtype)) for entry in entries]
        if not center:
            return cls(wide, None, len(wide))
        shifted = [entry - wide[0] for entry in wide[1:]]
        return cls(shifted, total(shifted) * (1 / len(wide)), len(wide))  # a division costs as much as all the rest

    def projected(self) -> list[torch.Tensor]:
        """P v, entry by entry."""
        if self.mean is None:
            return self.shifted
        return [-self.mean, *(entry - self.mean for entry in self.shifted)]

    def covariance(self, other: Entries) -> torch.Tensor:
        """⟨P v, P w⟩ / K.

        Compilers inline every sum where it is used, so that a second pass over many entries takes them minutes. After
        the first entry has been subtracted, one pass loses no more than log₂ K bits.
        """
        if self.mean is None or other.mean is None or self.count <= WIDEST_TWO_PASS:
            pairs = zip(self.projected(), other.projected(), strict=True)
            return total([a * b for a, b in pairs]) * (1 / self.count)
        products = [a * b for a, b in zip(self.shifted, other.shifted, strict=True)]
        return total(products) * (1 / self.count) - self.mean * other.mean


def total(terms: Sequence[torch.Tensor]) -> torch.Tensor:
    """The sum of the terms, in pairs, then in pairs of pairs."""
    rest = list(terms)
    while len(rest) > 1:
        odd = rest[-1:] if len(rest) % 2 else []
        rest = [a + b for a, b in zip(rest[::2], rest[1::2], strict=False)] + odd
    return rest[0]


def forward(xs: Sequence[torch.Tensor], epsilon: torch.Tensor | float, center: bool) -> list[torch.Tensor]:
    """h, equal to `reference.layer_norm` or `reference.rms_norm` across the K tensors (N,)."""
    x = Entries.of(xs, center)
    reciprocal = torch.rsqrt(x.covariance(x) + epsilon)
    return [(e * reciprocal).to(xs[0].dtype) for e in x.projected()]


def hessian(
    as_: Sequence[torch.Tensor], xs: Sequence[torch.Tensor], epsilon: torch.Tensor | float, center: bool
) -> list[torch.Tensor]:
    """J a, equal to `reference.hessian_product` across the K tensors (N,)."""
    x, a = Entries.of(xs, center), Entries.of(as_, center)
    reciprocal = torch.rsqrt(x.covariance(x) + epsilon)
    slope = reciprocal * reciprocal * x.covariance(a)
    pairs = zip(a.projected(), x.projected(), strict=True)
    return [(reciprocal * (p - slope * e)).to(xs[0].dtype) for p, e in pairs]


def third(
    as_: Sequence[torch.Tensor],
    bs: Sequence[torch.Tensor],
    xs: Sequence[torch.Tensor],
    epsilon: torch.Tensor | float,
    center: bool,
) -> list[torch.Tensor]:
    """D³φ[a, b], equal to `reference.third_derivative` across the K tensors (N,)."""
    x, a, b = Entries.of(xs, center), Entries.of(as_, center), Entries.of(bs, center)
    reciprocal = torch.rsqrt(x.covariance(x) + epsilon)
    alpha, beta = reciprocal * x.covariance(a), reciprocal * x.covariance(b)
    along, square = reciprocal * (a.covariance(b) - 3 * alpha * beta), -reciprocal * reciprocal
    triples = zip(a.projected(), b.projected(), x.projected(), strict=True)
    return [(square * (beta * p + alpha * q + along * e)).to(xs[0].dtype) for p, q, e in triples]
