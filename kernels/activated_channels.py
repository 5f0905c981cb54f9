"""An activation in derivative channels: Faà di Bruno's formula, and the way back from it."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import torch

from pinnln.kernels.activations import Activation
from pinnln.kernels.multi_index import MultiIndex, chain_rule


@dataclass(frozen=True)
class ActivatedChannels:
    """The channels of h = σ(z) from those of z (C, N, width).

    Attributes: output h (C, N, width); slopes, ∂h_α/∂z_β as {(α, β): (N, width)}, for pairs that do not vanish; none
    if they were not kept.
    """

    output: torch.Tensor
    slopes: dict[tuple[int, int], torch.Tensor]

    @classmethod
    def of(
        cls, z: torch.Tensor, indices: tuple[MultiIndex, ...], activation: Activation, *, keep: bool
    ) -> ActivatedChannels:
        """What the channels of z give; `keep` what the way back needs."""
        place = {index: row for row, index in enumerate(indices)}
        s = activation.derivatives(z[0], max(sum(index) for index in indices) + keep)
        h = torch.empty_like(z)
        h[0] = s[0]
        slopes: dict[tuple[int, int], torch.Tensor] = {(0, 0): s[1]} if keep else {}
        for out, index in enumerate(indices[1:], start=1):
            total: torch.Tensor | None = None
            for count, blocks in chain_rule(index):
                factors = [z[place[block]] for block in blocks]
                term = _product(count, factors)
                part = s[len(blocks)] * term
                total = part if total is None else total.add_(part)
                if keep:
                    _add(slopes, (out, 0), s[len(blocks) + 1] * term)
                    for position, block in enumerate(blocks):
                        others = factors[:position] + factors[position + 1 :]
                        _add(slopes, (out, place[block]), s[len(blocks)] * _product(count, others))
            assert total is not None
            h[out] = total
        return cls(h, slopes)

    def back(self, g: torch.Tensor) -> torch.Tensor:
        """From ∂/∂h (E, C, N, width) to ∂/∂z."""
        found = torch.zeros_like(g)
        for (out, into), slope in self.slopes.items():
            found[:, into].addcmul_(g[:, out], slope)
        return found


def _product(count: int, factors: list[torch.Tensor]) -> torch.Tensor | float:
    return prod(factors, start=count) if count != 1 or not factors else prod(factors[1:], start=factors[0])


def _add(slopes: dict[tuple[int, int], torch.Tensor], key: tuple[int, int], value: torch.Tensor) -> None:
    slopes[key] = slopes[key] + value if key in slopes else value
