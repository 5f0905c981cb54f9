"""Unknown constants as further outputs of a network, the same at every point: what training moves is one vector."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from pinnln.formulation import Formulation
from pinnln.kernels import AbstractTape, MultiIndex
from pinnln.network import AbstractNetwork


@dataclass(frozen=True)
class ConstantOutputs(AbstractNetwork):
    """A network beside constants:  θ = (θ of the network, κ),  outputs (N(features; θ), k̂(κ)).

    A positive constant is k̂ = e^κ, so a step multiplies it and none takes it to zero; any other is k̂ = κ.

    Args: network; starts, k̂ of every constant; positive, which of them are.
    """

    network: AbstractNetwork
    starts: tuple[float, ...]
    positive: tuple[bool, ...]

    def tape(
        self,
        theta: torch.Tensor,
        features: torch.Tensor,
        outputs: int,
        indices: tuple[MultiIndex, ...],
        *,
        keep: bool = True,
    ) -> AbstractTape:
        """The network and its partial derivatives, the constants behind them with none."""
        inner, kappa = self._split(theta)
        tape = self.network.tape(inner, features, outputs - len(self.starts), indices, keep=keep)
        return _ConstantTape(tape, self.values(kappa), self._slopes(kappa))

    def size(self, inputs: int, outputs: int) -> int:
        """The number of parameters P, those of the constants last."""
        return self.network.size(inputs, outputs - len(self.starts)) + len(self.starts)

    def initialize(self, inputs: int, outputs: int, seed: int) -> torch.Tensor:
        """Parameters θ (P,): the network's own, and the constants at their guesses."""
        inner = self.network.initialize(inputs, outputs - len(self.starts), seed)
        kappa = [
            math.log(start) if positive else start for start, positive in zip(self.starts, self.positive, strict=True)
        ]
        return torch.cat([inner, torch.tensor(kappa, dtype=inner.dtype)])

    def blocks(self, theta: torch.Tensor, inputs: int, outputs: int) -> list[torch.Tensor]:
        """The views of the network, and the constants."""
        inner, kappa = self._split(theta)
        return [*self.network.blocks(inner, inputs, outputs - len(self.starts)), kappa]

    def values(self, kappa: torch.Tensor) -> torch.Tensor:
        """k̂ (u,) from κ (u,)."""
        return torch.where(torch.tensor(self.positive), kappa.exp(), kappa)

    def constants(self, theta: torch.Tensor) -> torch.Tensor:
        """k̂ (u,) from all parameters."""
        return self.values(self._split(theta)[1])

    def _slopes(self, kappa: torch.Tensor) -> torch.Tensor:
        return torch.where(torch.tensor(self.positive), kappa.exp(), torch.ones_like(kappa))

    def _split(self, theta: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        count = len(theta) - len(self.starts)
        return theta[:count], theta[count:]


class _ConstantTape(AbstractTape):
    """The tape of a network, with constants behind its outputs and their own way back."""

    def __init__(self, inner: AbstractTape, values: torch.Tensor, slopes: torch.Tensor) -> None:
        self._inner, self._slopes = inner, slopes
        channels, points, self._outputs = inner.output.shape
        constants = inner.output.new_zeros(channels, points, len(values))
        constants[0] = values
        self.output = torch.cat([inner.output, constants], dim=2)

    def gradient(self, signal: torch.Tensor) -> torch.Tensor:
        own = signal[0, :, self._outputs :].sum(0) * self._slopes
        return torch.cat([self._inner.gradient(signal[..., : self._outputs].contiguous()), own])

    def jacobian(self, signals: torch.Tensor) -> torch.Tensor:
        own = signals[:, 0, :, self._outputs :] * self._slopes
        return torch.cat([self._inner.jacobian(signals[..., : self._outputs].contiguous()), own], dim=2)


def with_unknowns(network: AbstractNetwork, formulation: Formulation) -> AbstractNetwork:
    """The network with an output for every unknown constant of a formulation; itself where there are none."""
    if not formulation.unknowns:
        return network
    yardsticks = [formulation.yardsticks[item] for item in formulation.unknowns]
    starts = [
        (item.value - yardstick.reference) / yardstick.span
        for item, yardstick in zip(formulation.unknowns, yardsticks, strict=True)
    ]
    return ConstantOutputs(network, tuple(starts), tuple(item.positive for item in formulation.unknowns))


def bare(network: AbstractNetwork) -> AbstractNetwork:
    """The network without the outputs of constants."""
    return network.network if isinstance(network, ConstantOutputs) else network


def unknown_values(network: AbstractNetwork, formulation: Formulation, theta: torch.Tensor) -> Sequence[float]:
    """The unknown constants [coherent SI] that parameters θ (P,) stand for."""
    if not isinstance(network, ConstantOutputs):
        return ()
    found = zip(formulation.unknowns, network.constants(theta).tolist(), strict=True)
    return tuple(
        formulation.yardsticks[item].reference + formulation.yardsticks[item].span * value for item, value in found
    )
