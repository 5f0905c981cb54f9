"""Operations on derivative channels that a recording is made of, each with its way back.

Shapes: channels (C, N, width), signals (E, C, N, width), one block of E for each functional that goes back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch

from pinnln.kernels.activated_channels import ActivatedChannels
from pinnln.kernels.multi_index import MultiIndex, product_rule
from pinnln.kernels.norm_channels import NormalizedChannels


class AbstractOperation(ABC):
    """One operation as it was done."""

    @abstractmethod
    def back(self, g: torch.Tensor, source: int) -> torch.Tensor:
        """From ∂/∂output to ∂/∂(its source of that number)."""


class AbstractTrainable(AbstractOperation):
    """An operation with parameters of its own, `size` numbers."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many parameters."""

    @abstractmethod
    def gradient(self, g: torch.Tensor) -> list[torch.Tensor]:
        """From ∂/∂output (C, N, width) to ∂/∂(its parameters), flat parts in their order."""

    @abstractmethod
    def fill(self, g: torch.Tensor, rows: torch.Tensor) -> None:
        """Writes the same for every sample and functional into rows (E, N, size)."""


@dataclass(frozen=True)
class Linear(AbstractTrainable):
    """h Wᵀ, and + b in the value channel; parameters W (out, in) row by row, then b (out,)."""

    h: torch.Tensor
    weight: torch.Tensor

    @property
    def size(self) -> int:
        """out · in + out."""
        return self.weight.numel() + len(self.weight)

    def back(self, g: torch.Tensor, source: int) -> torch.Tensor:
        """g W."""
        return g @ self.weight

    def gradient(self, g: torch.Tensor) -> list[torch.Tensor]:
        """Σ_cn g ⊗ h, and Σ_n g₀."""
        return [(g.flatten(0, 1).T @ self.h.flatten(0, 1)).flatten(), g[0].sum(0)]

    def fill(self, g: torch.Tensor, rows: torch.Tensor) -> None:
        """Σ_c g[e, c, n] ⊗ h[c, n], and g[e, 0, n]."""
        outer = g.permute(0, 2, 3, 1) @ self.h.permute(1, 0, 2)
        rows[:, :, : self.weight.numel()] = outer.flatten(2)
        rows[:, :, self.weight.numel() :] = g[:, 0]


@dataclass(frozen=True)
class Scaled(AbstractTrainable):
    """α h with one trainable number α."""

    h: torch.Tensor
    factor: torch.Tensor

    @property
    def size(self) -> int:
        """One."""
        return 1

    def back(self, g: torch.Tensor, source: int) -> torch.Tensor:
        """α g."""
        return self.factor * g

    def gradient(self, g: torch.Tensor) -> list[torch.Tensor]:
        """⟨g, h⟩."""
        return [(g * self.h).sum().reshape(1)]

    def fill(self, g: torch.Tensor, rows: torch.Tensor) -> None:
        """⟨g, h⟩ over channels and width."""
        rows[:, :, 0] = (g * self.h).sum(dim=(1, 3))


@dataclass(frozen=True)
class Activated(AbstractOperation):
    """σ(z), by the chain rule."""

    channels: ActivatedChannels

    def back(self, g: torch.Tensor, source: int) -> torch.Tensor:
        """As the channels know it."""
        return self.channels.back(g)


@dataclass(frozen=True)
class Normalized(AbstractOperation):
    """LN(z), by the symmetric derivatives of its potential."""

    channels: NormalizedChannels

    def back(self, g: torch.Tensor, source: int) -> torch.Tensor:
        """As the channels know it."""
        return self.channels.back(g)


@dataclass(frozen=True)
class Sum(AbstractOperation):
    """The first source plus `sign` times the second."""

    sign: int

    def back(self, g: torch.Tensor, source: int) -> torch.Tensor:
        """g, with its sign."""
        return -g if source == 1 and self.sign < 0 else g


@dataclass(frozen=True)
class Product(AbstractOperation):
    """left · right, element by element, by the rule of Leibniz."""

    factors: tuple[torch.Tensor, torch.Tensor]
    crossed: tuple[tuple[int, int, int, int], ...]

    @classmethod
    def of(cls, left: torch.Tensor, right: torch.Tensor, indices: tuple[MultiIndex, ...]) -> Product:
        """The product of channels; crossed terms are those where both factors are differentiated."""
        place = {index: row for row, index in enumerate(indices)}
        crossed = tuple(
            (place[index], count, place[one], place[other])
            for index in indices
            for count, one, other in product_rule(index)
            if any(one) and any(other)
        )
        return cls((left, right), crossed)

    def output(self) -> torch.Tensor:
        """The channels of the product (C, N, width)."""
        left, right = self.factors
        found = left * right[0]
        found[1:] += left[0] * right[1:]
        for out, count, one, other in self.crossed:
            found[out].addcmul_(left[one], right[other], value=count)
        return found

    def back(self, g: torch.Tensor, source: int) -> torch.Tensor:
        """Σ_α c g_α (other factor)_{α−β} for the channel β of one factor."""
        other = self.factors[1 - source]
        found = g * other[0]
        found[:, 0] += (g[:, 1:] * other[1:]).sum(1)
        for out, count, *places in self.crossed:
            found[:, places[source]].addcmul_(g[:, out], other[places[1 - source]], value=count)
        return found
