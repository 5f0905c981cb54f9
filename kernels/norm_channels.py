"""LayerNorm of a hidden layer in derivative channels: the norm and its 2-jet, and the way back from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from pinnln.kernels.multi_index import MultiIndex
from pinnln.kernels.reference import Row

LARGEST_NORMALIZED_ORDER = 2


@dataclass(frozen=True)
class NormalizedChannels:
    """The channels of y = LN(z) from those of z (C, N, width), along the width, without gains.

    y = h,   ∂ᵢy = J ∂ᵢz,   ∂ᵢⱼy = J ∂ᵢⱼz + D³φ[∂ᵢz, ∂ⱼz].
    The next layer's weights take the place of gains and shifts.

    Attributes: z; row, its first channel normalised; factors, for each channel the places of its first derivatives.
    """

    z: torch.Tensor
    row: Row
    factors: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, z: torch.Tensor, indices: Sequence[MultiIndex], epsilon: float) -> NormalizedChannels:
        """What the channels of z give.

        Raises: ValueError for a derivative of an order above 2.
        """
        highest = max(indices, key=sum)
        if sum(highest) > LARGEST_NORMALIZED_ORDER:
            raise ValueError(
                f"expected derivatives of order 0 to {LARGEST_NORMALIZED_ORDER} through a normalised layer, found "
                f"{highest}: lower the order by a new field, or take a network without LayerNorm"
            )
        first = {index.index(1): place for place, index in enumerate(indices) if sum(index) == 1}
        factors = tuple(
            tuple(first[axis] for axis, order in enumerate(index) for _ in range(order)) for index in indices
        )
        return cls(z, Row.of(z[0], epsilon, -1, center=True), factors)

    def output(self) -> torch.Tensor:
        """The channels of y (C, N, width)."""
        y = torch.empty_like(self.z)
        y[0] = self.row.h
        for place, factors in enumerate(self.factors[1:], start=1):
            y[place] = self.row.hessian(self.z[place])
            if len(factors) == LARGEST_NORMALIZED_ORDER:
                y[place] += self.row.third(self.z[factors[0]], self.z[factors[1]])
        return y

    def back(self, g: torch.Tensor) -> torch.Tensor:
        """From ∂/∂y (E, C, N, width) to ∂/∂z, by the symmetry of the derivatives of φ."""
        found = self.row.hessian(g)
        for place, factors in enumerate(self.factors[1:], start=1):
            signal = g[:, place]
            found[:, 0] += self.row.third(signal, self.z[place])
            if len(factors) == LARGEST_NORMALIZED_ORDER:
                left, right = self.z[factors[0]], self.z[factors[1]]
                found[:, 0] += self.row.fourth(signal, left, right)
                found[:, factors[0]] += self.row.third(signal, right)
                found[:, factors[1]] += self.row.third(signal, left)
        return found
