"""LayerNorm of hidden layers, before or after the activation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from pinnln.kernels import Activation, Recording, Stack


class AbstractHiddenNorm(ABC):
    """Where a hidden layer is normalised. It has no gains, whose place the next layer's weights take.

    A residual may hold derivatives up to the second order through it.
    """

    epsilon: float

    @abstractmethod
    def activate(self, record: Recording, z: Stack, activation: Activation) -> Stack:
        """The layer's activation of z, normalised."""


@dataclass(frozen=True)
class PreNorm(AbstractHiddenNorm):
    """σ(LN(z)): no unit can saturate, whatever the weights. Args: epsilon, added to the variance."""

    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        _require_positive(self.epsilon)

    def activate(self, record: Recording, z: Stack, activation: Activation) -> Stack:
        """σ(LN(z))."""
        return record.activate(record.normalize(z, self.epsilon), activation)


@dataclass(frozen=True)
class PostNorm(AbstractHiddenNorm):
    """LN(σ(z)): what the next layer sees has mean zero and variance one. Args: epsilon, added to the variance."""

    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        _require_positive(self.epsilon)

    def activate(self, record: Recording, z: Stack, activation: Activation) -> Stack:
        """LN(σ(z))."""
        return record.normalize(record.activate(z, activation), self.epsilon)


def _require_positive(epsilon: float) -> None:
    if not epsilon > 0:
        raise ValueError(f"expected a positive epsilon, found {epsilon}")
