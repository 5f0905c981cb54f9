"""The physics-informed residual adaptive network: blocks that start as the identity."""

from __future__ import annotations

from dataclasses import dataclass

from pinnln.kernels import ACTIVATIONS, Recording, Stack
from pinnln.network import AbstractRecordedNetwork
from pinnln.network_parameters import AbstractParameters
from pinnln.perceptron import require_layers


@dataclass(frozen=True)
class PirateNet(AbstractRecordedNetwork):
    """Blocks of three layers, two of them gated, whose part in the result is a trainable α that starts at zero.

    f = σ(W₁ h + b₁),  f ← f U + (1 − f) V;   g likewise by W₂ from f;   k = σ(W₃ g + b₃);   h ← α k + (1 − α) h,
    with the encoders U = σ(W_U x + b_U), V = σ(W_V x + b_V), after a first layer h = σ(W₀ x + b₀); linear at the end.

    It starts as a shallow network, linear in its last weights, and grows deeper as it learns. The first layer stands
    where the authors have Fourier features, which `FourierFeatures(PirateNet(…))` puts before it.

    Args: width; depth, blocks; activation, a name in `pinnln.kernels.ACTIVATIONS`.

    Source: Wang, Li, Chen and Perdikaris, PirateNets: physics-informed deep learning with residual adaptive networks
    (2024), section 4.

    >>> PirateNet(width=10, depth=1).size(inputs=2, outputs=1)
    432
    """

    width: int = 20
    depth: int = 1
    activation: str = "tanh"

    def __post_init__(self) -> None:
        require_layers(self.width, self.depth, self.activation)

    def assemble(self, record: Recording, parameters: AbstractParameters, features: Stack, outputs: int) -> Stack:
        """Block after block."""
        activation = ACTIVATIONS[self.activation]

        def layer(h: Stack) -> Stack:
            return record.activate(record.linear(h, *parameters.hidden(h.width, self.width)), activation)

        def gated(h: Stack) -> Stack:
            return record.add(second, record.multiply(layer(h), apart))

        first, second, h = layer(features), layer(features), layer(features)
        apart = record.subtract(first, second)
        for _ in range(self.depth):
            change = record.subtract(layer(gated(gated(h))), h)
            h = record.add(h, record.scale(change, parameters.number(0.0)))
        return record.linear(h, *parameters.last(h.width, outputs))
