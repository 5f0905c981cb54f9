"""Where a network that is being assembled takes its parameters from: a flat vector, or a seed."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod

import torch

from pinnln.kernels import Layer


class AbstractParameters(ABC):
    """Parameters, handed out one after another in the order of θ."""

    @abstractmethod
    def hidden(self, before: int, after: int) -> Layer:
        """Weight (after, before) and bias (after,) of a layer that an activation follows."""

    @abstractmethod
    def last(self, before: int, after: int) -> Layer:
        """Weight (after, before) and bias (after,) of the layer that ends a network."""

    @abstractmethod
    def number(self, first: float) -> torch.Tensor:
        """One number (), which starts as `first`."""


class Views(AbstractParameters):
    """Views of a flat vector θ (P,).

    Attributes: blocks, all that was handed out so far, matrices as matrices.
    Raises: ValueError, from each method, if θ is too short.
    """

    def __init__(self, theta: torch.Tensor) -> None:
        self._theta, self._taken = theta, 0
        self.blocks: list[torch.Tensor] = []

    def hidden(self, before: int, after: int) -> Layer:
        """The next layer."""
        weight, bias = self._take(after * before).view(after, before), self._take(after)
        self.blocks += [weight, bias]
        return weight, bias

    def last(self, before: int, after: int) -> Layer:
        """The next layer."""
        return self.hidden(before, after)

    def number(self, first: float) -> torch.Tensor:
        """The next number."""
        self.blocks.append(self._take(1))
        return self.blocks[-1].view(())

    def require_all_taken(self) -> None:
        """Raises ValueError if θ is longer than what was taken."""
        if self._taken != len(self._theta):
            raise ValueError(f"expected {self._taken} parameters for this network, found {len(self._theta)}")

    def _take(self, count: int) -> torch.Tensor:
        start, self._taken = self._taken, self._taken + count
        if self._taken > len(self._theta):
            raise ValueError(f"expected at least {self._taken} parameters for this network, found {len(self._theta)}")
        return self._theta[start : self._taken]


SPREAD = 1.5
"""Times Glorot's deviation: from 1 on waves stay flat for longer, from 2 on smooth fields are reached later."""


class FirstValues(AbstractParameters):
    """First values, drawn as they are asked for.

    Args: seed.
    """

    def __init__(self, seed: int) -> None:
        self._generator = torch.Generator().manual_seed(seed)
        self._parts: list[torch.Tensor] = []

    def hidden(self, before: int, after: int) -> Layer:
        """Weights normal with a deviation of 1.5 √(2/(before + after)), biases uniform in [−1.5, 1.5]."""
        weight = self._weight(before, after)
        bias = SPREAD * (2 * torch.rand(after, dtype=torch.float64, generator=self._generator) - 1)
        return weight, self._keep(bias)

    def last(self, before: int, after: int) -> Layer:
        """Weights normal with a deviation of 1.5 √(2/(before + after)), no bias."""
        return self._weight(before, after), self._keep(torch.zeros(after, dtype=torch.float64))

    def number(self, first: float) -> torch.Tensor:
        """That number."""
        return self._keep(torch.tensor(first, dtype=torch.float64))

    def flat(self) -> torch.Tensor:
        """All that was asked for, as θ (P,)."""
        return torch.cat(self._parts)

    def _weight(self, before: int, after: int) -> torch.Tensor:
        drawn = torch.randn(after, before, dtype=torch.float64, generator=self._generator)
        return self._keep(SPREAD * drawn * math.sqrt(2 / (after + before)))

    def _keep(self, part: torch.Tensor) -> torch.Tensor:
        self._parts.append(part.flatten())
        return part
