"""An activation in derivative channels: Faà di Bruno's formula, and the way back from it."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from pinnln.kernels.activations import Activation
from pinnln.kernels.multi_index import MultiIndex, chain_rule


@dataclass(frozen=True)
class _Term:
    """One term of the chain rule with two blocks or more:  c σ^(order) Π z[block]  in the channel `out`.

    Attributes: slopes, its derivatives along each distinct block: (block, how often it occurs, all other blocks).
    """

    out: int
    count: int
    blocks: tuple[int, ...]
    slopes: tuple[tuple[int, int, tuple[int, ...]], ...]

    @property
    def order(self) -> int:
        """Which derivative of σ."""
        return len(self.blocks)


@dataclass(frozen=True)
class ActivatedChannels:
    """The channels of h = σ(z) from those of z (C, N, width):  h_α = σ′ z_α + Σ c σ^(k) Π z_β.

    Attributes: output h (C, N, width); z; sigma, (σ, σ′, …) at z; terms, those of two blocks or more, with products,
    Π z_β of each. Without `keep` there is no way back: sigma ends one order too early and no product is kept.
    """

    output: torch.Tensor
    z: torch.Tensor
    sigma: Sequence[torch.Tensor]
    terms: tuple[_Term, ...]
    products: Sequence[torch.Tensor]

    @classmethod
    def of(
        cls, z: torch.Tensor, indices: tuple[MultiIndex, ...], activation: Activation, *, keep: bool
    ) -> ActivatedChannels:
        """What the channels of z give; `keep` what the way back needs."""
        terms = _products_of(indices)
        sigma = activation.derivatives(z[0], max(sum(index) for index in indices) + keep)
        h = torch.empty_like(z)
        parts, into = z.unbind(0), h.unbind(0)
        into[0].copy_(sigma[0])
        if len(z) > 1:
            torch.mul(z[1:], sigma[1], out=h[1:])
        products = []
        for term in terms:
            product = _product(parts, term.blocks)
            into[term.out].addcmul_(sigma[term.order], product, value=term.count)
            if keep:
                products.append(product)
        return cls(h, z, sigma, terms, products)

    def back(self, g: torch.Tensor) -> torch.Tensor:
        """From ∂/∂h (E, C, N, width) to ∂/∂z."""
        parts = self.z.unbind(0)
        found = g * self.sigma[1]
        signals, into = g.unbind(1), found.unbind(1)
        upward: dict[int, torch.Tensor] = {}
        for signal, part in zip(signals[1:], parts[1:], strict=True):
            _accumulate(upward, 1, signal, part, 1)
        for term, product in zip(self.terms, self.products, strict=True):
            signal = signals[term.out]
            _accumulate(upward, term.order, signal, product, term.count)
            weighted = signal * self.sigma[term.order]
            for block, times, others in term.slopes:
                into[block].addcmul_(weighted, _product(parts, others), value=term.count * times)
        for order, total in upward.items():
            into[0].addcmul_(total, self.sigma[order + 1])
        return found


def _accumulate(sums: dict[int, torch.Tensor], key: int, a: torch.Tensor, b: torch.Tensor, factor: int) -> None:
    """sums[key] += factor a b."""
    if key in sums:
        sums[key].addcmul_(a, b, value=factor)
    else:
        sums[key] = a * b if factor == 1 else (a * b).mul_(factor)


def _product(parts: Sequence[torch.Tensor], places: tuple[int, ...]) -> torch.Tensor:
    """Π z over one place or more; of one, that part itself."""
    if len(places) == 1:
        return parts[places[0]]
    found = parts[places[0]] * parts[places[1]]
    for place in places[2:]:
        found.mul_(parts[place])
    return found


@functools.cache
def _products_of(indices: tuple[MultiIndex, ...]) -> tuple[_Term, ...]:
    """The terms of the chain rule that are not linear in the derivatives of z."""
    place = {index: row for row, index in enumerate(indices)}
    found = []
    for out, index in enumerate(indices[1:], start=1):
        for count, chain in chain_rule(index):
            if len(chain) > 1:
                blocks = tuple(place[block] for block in chain)
                slopes = tuple((block, times, _without(blocks, block)) for block, times in Counter(blocks).items())
                found.append(_Term(out, count, blocks, slopes))
    return tuple(found)


def _without(blocks: tuple[int, ...], block: int) -> tuple[int, ...]:
    """The blocks less one of those alike."""
    first = blocks.index(block)
    return blocks[:first] + blocks[first + 1 :]
