"""The residual network: layers that add to what they were given."""

from __future__ import annotations

from dataclasses import dataclass

from pinnln.kernels import ACTIVATIONS, Recording, Stack
from pinnln.network import AbstractRecordedNetwork
from pinnln.network_parameters import AbstractParameters
from pinnln.perceptron import require_layers


@dataclass(frozen=True)
class ResidualMLP(AbstractRecordedNetwork):
    """A first layer, then `depth` blocks  h ← h + σ(W₂ σ(W₁ h + b₁) + b₂),  linear at the end.

    Args: width; depth, blocks of two layers each; activation, a name in `pinnln.kernels.ACTIVATIONS`. Deep networks
    train that a plain MLP of the same depth would not; shallow ones gain little.

    Source: E and Yu, The Deep Ritz Method (2018), equation 2.

    >>> ResidualMLP(width=10, depth=2).size(inputs=2, outputs=1)
    481
    """

    width: int = 20
    depth: int = 2
    activation: str = "tanh"

    def __post_init__(self) -> None:
        require_layers(self.width, self.depth, self.activation)

    def assemble(self, record: Recording, parameters: AbstractParameters, features: Stack, outputs: int) -> Stack:
        """Block after block."""
        activation = ACTIVATIONS[self.activation]

        def layer(h: Stack) -> Stack:
            return record.activate(record.linear(h, *parameters.hidden(h.width, self.width)), activation)

        h = layer(features)
        for _ in range(self.depth):
            h = record.add(h, layer(layer(h)))
        return record.linear(h, *parameters.last(h.width, outputs))
