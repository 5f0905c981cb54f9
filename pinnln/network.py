"""The ansatz: a multilayer perceptron over the dimensionless coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch

from pinnln.kernels import ACTIVATIONS, MultiIndex, Tape, propagate

EPSILON = 1e-5


@dataclass(frozen=True)
class MLP:
    """A multilayer perceptron, `depth` hidden layers of `width` units, linear at the end.

    Args: width; depth; activation, a name in `pinnln.kernels.ACTIVATIONS`; layer_norm, whether a LayerNorm follows
    every activation; it has no gains, whose place the next layer's weights take. Wider represents more, at a cost per
    Levenberg-Marquardt step that grows with the fourth power of the width.

    >>> MLP(width=20, depth=3).size(inputs=2, outputs=4)
    984
    """

    width: int = 20
    depth: int = 3
    activation: str = "tanh"
    layer_norm: bool = False

    def __post_init__(self) -> None:
        if self.width < 1 or self.depth < 1:
            raise ValueError(f"expected width and depth of at least 1, found {self.width} and {self.depth}")
        if self.layer_norm and self.width < 2:
            raise ValueError(f"expected a width of at least 2 for LayerNorm, found {self.width}")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"expected an activation of {', '.join(ACTIVATIONS)}, found {self.activation!r}")

    def tape(
        self,
        theta: torch.Tensor,
        features: torch.Tensor,
        outputs: int,
        indices: tuple[MultiIndex, ...],
        *,
        keep: bool = True,
    ) -> Tape:
        """The network and its partial derivatives, from those of its features (C, N, f), by derivative channels."""
        layers = self.layers(theta, features.shape[2], outputs)
        epsilon = EPSILON if self.layer_norm else None
        return propagate(layers, features, indices, ACTIVATIONS[self.activation], keep=keep, epsilon=epsilon)

    def shapes(self, inputs: int, outputs: int) -> list[tuple[int, int]]:
        """(out, in) of every layer."""
        sizes = [inputs, *[self.width] * self.depth, outputs]
        return [(after, before) for before, after in pairwise(sizes)]

    def size(self, inputs: int, outputs: int) -> int:
        """The number of parameters."""
        return sum(after * (before + 1) for after, before in self.shapes(inputs, outputs))

    def initialize(self, inputs: int, outputs: int, seed: int) -> torch.Tensor:
        """Parameters θ (P,), seed explicit: weights normal with variance 2/(in + out) after Glorot, biases of hidden
        layers uniform in [−1, 1], so that no network starts as an odd function, the last bias zero."""
        generator = torch.Generator().manual_seed(seed)
        parts = []
        for after, before in self.shapes(inputs, outputs):
            weight = torch.randn(after, before, dtype=torch.float64, generator=generator)
            bias = 2 * torch.rand(after, dtype=torch.float64, generator=generator) - 1
            parts += [(weight * math.sqrt(2 / (after + before))).flatten(), bias]
        parts[-1].zero_()
        return torch.cat(parts)

    def layers(self, theta: torch.Tensor, inputs: int, outputs: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Views of θ as (weight (out, in), bias (out,)) for every layer."""
        views, start = [], 0
        for after, before in self.shapes(inputs, outputs):
            middle, end = start + after * before, start + after * (before + 1)
            views.append((theta[start:middle].view(after, before), theta[middle:end]))
            start = end
        return views
