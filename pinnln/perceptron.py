"""The multilayer perceptron."""

from __future__ import annotations

from dataclasses import dataclass

from pinnln.hidden_norm import AbstractHiddenNorm
from pinnln.kernels import ACTIVATIONS, Recording, Stack
from pinnln.network import AbstractRecordedNetwork
from pinnln.network_parameters import AbstractParameters


@dataclass(frozen=True)
class MLP(AbstractRecordedNetwork):
    """A multilayer perceptron, `depth` hidden layers of `width` units, linear at the end.

    Args: width; depth; activation, a name in `pinnln.kernels.ACTIVATIONS`; layer_norm, `PreNorm()` or `PostNorm()` for
    a LayerNorm before or after every activation, none unless given. Wider represents more, at a cost per
    Levenberg-Marquardt step that grows with the fourth power of the width.

    >>> MLP(width=20, depth=3).size(inputs=2, outputs=4)
    984
    """

    width: int = 20
    depth: int = 3
    activation: str = "tanh"
    layer_norm: AbstractHiddenNorm | None = None

    def __post_init__(self) -> None:
        require_layers(self.width, self.depth, self.activation)
        if self.layer_norm is None:
            return
        if not isinstance(self.layer_norm, AbstractHiddenNorm):
            raise TypeError(f"expected PreNorm(), PostNorm() or None as layer_norm, found {self.layer_norm!r}")
        if self.width < 2:
            raise ValueError(f"expected a width of at least 2 for LayerNorm, found {self.width}")

    def assemble(self, record: Recording, parameters: AbstractParameters, features: Stack, outputs: int) -> Stack:
        """h ← σ(W h + b), layer after layer."""
        activation, h = ACTIVATIONS[self.activation], features
        for _ in range(self.depth):
            z = record.linear(h, *parameters.hidden(h.width, self.width))
            if self.layer_norm is None:
                h = record.activate(z, activation)
            else:
                h = self.layer_norm.activate(record, z, activation)
        return record.linear(h, *parameters.last(h.width, outputs))


def require_layers(width: int, depth: int, activation: str) -> None:
    """Refuses a network without units or layers, and an activation that channels do not know."""
    if width < 1 or depth < 1:
        raise ValueError(f"expected width and depth of at least 1, found {width} and {depth}")
    if activation not in ACTIVATIONS:
        raise ValueError(f"expected an activation of {', '.join(ACTIVATIONS)}, found {activation!r}")
