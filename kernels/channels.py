"""Derivative channels: a network and its partial derivatives in one pass, and the way back to the parameters.

A stack (C, N, width) carries the value and the partial derivatives named by `indices`; a linear layer is one matrix
product for all channels, an activation is Faà di Bruno's formula. The way back is written by hand: no graph is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from pinnln.kernels.activated_channels import ActivatedChannels
from pinnln.kernels.activations import Activation
from pinnln.kernels.linear_layers import feature_major, linear, signal_before, weight_gradient, write_weight_rows
from pinnln.kernels.multi_index import MultiIndex
from pinnln.kernels.norm_channels import NormalizedChannels

Layer = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class _Kept:
    """What the way back needs of one hidden layer: its input h (C, N, in), its activation, and the norm that follows
    it, if one does."""

    h: torch.Tensor
    activated: ActivatedChannels
    norm: NormalizedChannels | None


@dataclass(frozen=True)
class Tape:
    """The channels of a network at points, and what is needed to push signals back to its parameters.

    Attributes: output (C, N, m), in the order of `indices`.
    """

    output: torch.Tensor
    layers: Sequence[Layer]
    kept: Sequence[_Kept]
    last: torch.Tensor

    def gradient(self, signal: torch.Tensor) -> torch.Tensor:
        """∂⟨signal, output⟩/∂θ (P,), weights row by row, then biases, layer after layer.

        Args: signal (C, N, m).
        """
        self._require_kept(signal, self.output.shape)
        parts: list[torch.Tensor] = []
        for g, h, _ in self._backward(signal[None]):
            parts[:0] = [weight_gradient(g[0], h).flatten(), g[0, 0].sum(0)]
        return torch.cat(parts)

    def jacobian(self, signals: torch.Tensor) -> torch.Tensor:
        """The per-sample Jacobian (E, N, P): row (e, n) is ∂ Σ_cm signals[e, c, n, m] output[c, n, m] / ∂θ.

        All E signals go back together; a weight's rows are  Σ_c g[e, c, n] ⊗ h[c, n]. In memory it is (P, E, N).

        Args: signals (E, C, N, m).
        """
        self._require_kept(signals, (signals.shape[0], *self.output.shape))
        count, points = signals.shape[0], signals.shape[2]
        columns = signals.new_empty(sum(w.numel() + b.numel() for w, b in self.layers), count, points)
        end = len(columns)
        for g, h, (weight, bias) in self._backward(signals):
            middle = end - bias.numel()
            start = middle - weight.numel()
            write_weight_rows(columns[start:middle].view(*weight.shape, count, points), g, h)
            columns[middle:end] = g[:, 0].movedim(-1, 0)
            end = start
        return columns.permute(1, 2, 0)

    def _backward(self, signals: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor, Layer]]:
        """(back-signal of the layer's output (E, C, N, out), its input (C, N, in), the layer), last layer first."""
        g = signals
        found = [(g, self.last, self.layers[-1])]
        for place in range(len(self.kept) - 1, -1, -1):
            before = signal_before(g, self.layers[place + 1][0])
            norm = self.kept[place].norm
            if norm is not None:
                before = norm.back(before)
            g = self.kept[place].activated.back(before)
            found.append((g, self.kept[place].h, self.layers[place]))
        return found

    def _require_kept(self, signal: torch.Tensor, expected: Sequence[int]) -> None:
        if tuple(signal.shape) != tuple(expected):
            raise ValueError(f"expected signals of shape {tuple(expected)}, found {tuple(signal.shape)}")
        if len(self.kept) != len(self.layers) - 1:
            raise ValueError("this tape kept nothing to go back on: propagate with keep=True")


def propagate(
    layers: Sequence[Layer],
    features: torch.Tensor,
    indices: tuple[MultiIndex, ...],
    activation: Activation,
    *,
    keep: bool = True,
    epsilon: float | None = None,
) -> Tape:
    """A multilayer perceptron and its partial derivatives at points.

    Args: layers, (weight (out, in), bias (out,)), the last one linear; features, the channels of the embedded
    coordinates (C, N, f); indices, downward closed, the value first; activation; keep, what is needed for the way
    back; epsilon, that of a LayerNorm after every activation, none unless given.
    Returns: the Tape, with output (C, N, m).
    Raises: ValueError for shapes or dtypes that do not fit, and for an order above 2 through a LayerNorm.

    >>> from pinnln.kernels import ACTIVATIONS, Embedding
    >>> layers = [(torch.ones(1, 1), torch.zeros(1)), (torch.ones(1, 1), torch.zeros(1))]
    >>> features = Embedding((-1.0,), (1.0,)).channels(torch.zeros(1, 1), ((0,), (1,)))
    >>> propagate(layers, features, ((0,), (1,)), ACTIVATIONS["tanh"]).output.flatten()
    tensor([0., 1.])
    """
    _check(layers, features, indices)
    with torch.no_grad():
        h = feature_major(features)
        kept = []
        for weight, bias in layers[:-1]:
            z = linear(h, weight, bias)
            activated = ActivatedChannels.of(z, indices, activation, keep=keep)
            norm = None if epsilon is None else NormalizedChannels.of(activated.output, indices, epsilon)
            if keep:
                kept.append(_Kept(h, activated, norm))
            h = activated.output if norm is None else norm.output()
        weight, bias = layers[-1]
        output = linear(h, weight, bias)
    return Tape(output, layers, kept, h)


def _check(layers: Sequence[Layer], features: torch.Tensor, indices: tuple[MultiIndex, ...]) -> None:
    if features.ndim != 3 or len(features) != len(indices):
        raise ValueError(f"expected features (C, N, f) for {len(indices)} channels, found {tuple(features.shape)}")
    if not layers or layers[0][0].shape[1] != features.shape[2] or layers[0][0].dtype != features.dtype:
        raise ValueError(
            f"expected a first layer for features {tuple(features.shape)} of {features.dtype}, "
            f"found {[tuple(w.shape) for w, _ in layers]}"
        )
    if any(indices[0]):
        raise ValueError(f"expected the value as the first channel, found {indices[0]}: take downward_closure(indices)")
