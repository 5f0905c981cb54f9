"""Random Fourier features in front of a network."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from pinnln.kernels import ACTIVATIONS, AbstractTape, MultiIndex, Recording
from pinnln.network import AbstractNetwork


@dataclass(frozen=True)
class FourierFeatures(AbstractNetwork):
    """A network that sees cos(b·x) and sin(b·x) in place of its features x, or beside them, for `count` fixed random
    frequencies b.

    Args: network; count; spread, the standard deviation of each component of b, in radians over half the extent of the
    box, one for all or one for each coordinate in turn; seed of the frequencies, which are not trained; beside, whether
    the network sees x too. A solution that varies over a length ℓ of a box of size L asks for a spread of about L/(2ℓ);
    a larger one fits noise. One that is rough along x alone asks for spread=(30.0, 0.0), beside=True. Features of a
    periodic coordinate stay periodic; it counts twice, for its cosine and its sine.

    Source: Tancik et al., Fourier features let networks learn high frequency functions in low dimensional domains
    (2020); Wang, Wang and Perdikaris, On the eigenvector bias of Fourier feature networks (2021), for equations.

    >>> from pinnln import MLP
    >>> FourierFeatures(MLP(10, 1), count=8).size(inputs=2, outputs=1)
    181
    """

    network: AbstractNetwork
    count: int = 32
    spread: float | tuple[float, ...] = 1.0
    seed: int = 0
    beside: bool = False

    def __post_init__(self) -> None:
        spreads = self._spreads or (0.0,)
        if self.count < 1 or not (min(spreads) > 0 or (self.beside and min(spreads) == 0 < max(spreads))):
            raise ValueError(
                f"expected a positive count and spread, found {self.count} and {self.spread}; along some coordinates "
                "the spread may be zero if the network sees them beside the waves, with beside=True"
            )
        if not isinstance(self.network, AbstractNetwork):
            raise TypeError(f"expected a network behind the features, found {self.network!r}")

    def _inputs(self, features: int) -> int:
        return 2 * self.count + (features if self.beside else 0)

    @property
    def _spreads(self) -> tuple[float, ...]:
        return self.spread if isinstance(self.spread, tuple) else (self.spread,)

    def tape(
        self,
        theta: torch.Tensor,
        features: torch.Tensor,
        outputs: int,
        indices: tuple[MultiIndex, ...],
        *,
        keep: bool = True,
    ) -> AbstractTape:
        """The network of the waves."""
        return self.network.tape(theta, self.waves(features, indices), outputs, indices, keep=keep)

    def size(self, inputs: int, outputs: int) -> int:
        """The number of parameters of the network behind."""
        return self.network.size(self._inputs(inputs), outputs)

    def initialize(self, inputs: int, outputs: int, seed: int) -> torch.Tensor:
        """The first parameters of the network behind."""
        return self.network.initialize(self._inputs(inputs), outputs, seed)

    def waves(self, features: torch.Tensor, indices: tuple[MultiIndex, ...]) -> torch.Tensor:
        """cos(b·x) and sin(b·x) with their derivatives (C, N, 2 count), from those of x (C, N, f), which may follow.

        Raises: ValueError if there are several spreads, but not one for each feature.
        """
        if len(self._spreads) not in (1, features.shape[2]):
            raise ValueError(
                f"expected a spread for each of {features.shape[2]} features of the coordinates, or one for all, "
                f"found {self.spread}"
            )
        generator = torch.Generator().manual_seed(self.seed)
        drawn = torch.randn(self.count, features.shape[2], dtype=torch.float64, generator=generator)
        drawn = drawn * torch.tensor(self._spreads, dtype=torch.float64)
        shift = torch.full((self.count,), math.pi / 2, dtype=torch.float64)
        record = Recording(indices, keep=False)
        phase = record.linear(
            record.source(features), torch.cat([drawn, drawn]), torch.cat([shift, torch.zeros_like(shift)])
        )
        waves = record.activate(phase, ACTIVATIONS["sin"]).channels
        return torch.cat([waves, features], dim=2) if self.beside else waves
