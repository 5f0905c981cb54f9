"""Derivative channels: a network and its partial derivatives in one pass, and the way back to the parameters.

A stack (C, N, width) carries the value and the partial derivatives named by `indices`; a linear layer is one matrix
product for all channels, an activation is Faà di Bruno's formula. The way back is written by hand: no graph is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import torch

from pinnln.kernels.activations import Activation
from pinnln.kernels.multi_index import MultiIndex, chain_rule
from pinnln.kernels.norm_channels import NormalizedChannels

Layer = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class _Kept:
    """What the way back needs of one hidden layer: its input h (C, N, in), ∂h_α/∂z_β as {(α, β): (N, out)}, and the
    norm that follows the activation, if one does."""

    h: torch.Tensor
    slopes: dict[tuple[int, int], torch.Tensor]
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
            flat = g[0].flatten(0, 1)
            parts[:0] = [(flat.T @ h.flatten(0, 1)).flatten(), g[0, 0].sum(0)]
        return torch.cat(parts)

    def jacobian(self, signals: torch.Tensor) -> torch.Tensor:
        """The per-sample Jacobian (E, N, P): row (e, n) is ∂ Σ_cm signals[e, c, n, m] output[c, n, m] / ∂θ.

        All E signals go back together; a weight's rows are  Σ_c g[e, c, n] ⊗ h[c, n].

        Args: signals (E, C, N, m).
        """
        self._require_kept(signals, (signals.shape[0], *self.output.shape))
        count, points = signals.shape[0], signals.shape[2]
        rows = signals.new_empty(count, points, sum(w.numel() + b.numel() for w, b in self.layers))
        end = rows.shape[2]
        for g, h, (weight, bias) in self._backward(signals):
            start = end - bias.numel() - weight.numel()
            outer = g.permute(0, 2, 3, 1) @ h.permute(1, 0, 2)
            rows[:, :, start : start + weight.numel()] = outer.flatten(2)
            rows[:, :, start + weight.numel() : end] = g[:, 0]
            end = start
        return rows

    def _backward(self, signals: torch.Tensor) -> list[tuple[torch.Tensor, torch.Tensor, Layer]]:
        """(back-signal of the layer's output (E, C, N, out), its input (C, N, in), the layer), last layer first."""
        g = signals
        found = [(g, self.last, self.layers[-1])]
        for place in range(len(self.kept) - 1, -1, -1):
            before = g @ self.layers[place + 1][0]
            norm = self.kept[place].norm
            if norm is not None:
                before = norm.back(before)
            g = torch.zeros_like(before)
            for (out, into), slope in self.kept[place].slopes.items():
                g[:, into].addcmul_(before[:, out], slope)
            found.append((g, self.kept[place].h, self.layers[place]))
        return found

    def _require_kept(self, signal: torch.Tensor, expected: Sequence[int]) -> None:
        if tuple(signal.shape) != tuple(expected):
            raise ValueError(f"expected signals of shape {tuple(expected)}, found {tuple(signal.shape)}")
        if len(self.kept) != len(self.layers) - 1:
            raise ValueError("this tape kept nothing to go back on: propagate with keep=True")


def propagate(
    layers: Sequence[Layer],
    x: torch.Tensor,
    indices: tuple[MultiIndex, ...],
    activation: Activation,
    *,
    keep: bool = True,
    epsilon: float | None = None,
) -> Tape:
    """A multilayer perceptron and its partial derivatives at points.

    Args: layers, (weight (out, in), bias (out,)), the last one linear; x (N, d); indices, downward closed, the value
    first; activation; keep, what is needed for the way back; epsilon, that of a LayerNorm after every activation, none
    unless given.
    Returns: the Tape, with output (C, N, m).
    Raises: ValueError for shapes or dtypes that do not fit, and for an order above 2 through a LayerNorm.

    >>> from pinnln.kernels import ACTIVATIONS
    >>> layers = [(torch.ones(1, 1), torch.zeros(1)), (torch.ones(1, 1), torch.zeros(1))]
    >>> propagate(layers, torch.zeros(1, 1), ((0,), (1,)), ACTIVATIONS["tanh"]).output.flatten()
    tensor([0., 1.])
    """
    _check(layers, x, indices)
    with torch.no_grad():
        h = _seed(x, indices)
        kept = []
        for weight, bias in layers[:-1]:
            z = h @ weight.T
            z[0] += bias
            after, slopes = _activate(z, indices, activation, keep)
            norm = None if epsilon is None else NormalizedChannels.of(after, indices, epsilon)
            if keep:
                kept.append(_Kept(h, slopes, norm))
            h = after if norm is None else norm.output()
        weight, bias = layers[-1]
        output = h @ weight.T
        output[0] += bias
    return Tape(output, layers, kept, h)


def _check(layers: Sequence[Layer], x: torch.Tensor, indices: tuple[MultiIndex, ...]) -> None:
    if x.ndim != 2 or any(len(index) != x.shape[1] for index in indices):
        raise ValueError(f"expected x (N, d) and multi-indices of length d, found {tuple(x.shape)} and {indices}")
    if not layers or layers[0][0].shape[1] != x.shape[1] or layers[0][0].dtype != x.dtype:
        raise ValueError(
            f"expected a first layer for inputs {tuple(x.shape)} of {x.dtype}, "
            f"found {[tuple(w.shape) for w, _ in layers]}"
        )
    if any(indices[0]):
        raise ValueError(f"expected the value as the first channel, found {indices[0]}: take downward_closure(indices)")


def _seed(x: torch.Tensor, indices: tuple[MultiIndex, ...]) -> torch.Tensor:
    h = x.new_zeros(len(indices), *x.shape)
    h[0] = x
    for place, index in enumerate(indices):
        if sum(index) == 1:
            h[place, :, index.index(1)] = 1.0
    return h


def _activate(
    z: torch.Tensor, indices: tuple[MultiIndex, ...], activation: Activation, keep: bool
) -> tuple[torch.Tensor, dict[tuple[int, int], torch.Tensor]]:
    """The channels of σ(z), and ∂h_α/∂z_β for every pair that does not vanish."""
    place = {index: row for row, index in enumerate(indices)}
    s = activation.derivatives(z[0], max(sum(index) for index in indices) + keep)
    h = torch.empty_like(z)
    h[0] = s[0]
    slopes: dict[tuple[int, int], torch.Tensor] = {(0, 0): s[1]} if keep else {}
    for out, index in enumerate(indices[1:], start=1):
        total: torch.Tensor | None = None
        for count, blocks in chain_rule(index):
            factors = [z[place[block]] for block in blocks]
            term = _product(count, factors)
            part = s[len(blocks)] * term
            total = part if total is None else total.add_(part)
            if keep:
                _add(slopes, (out, 0), s[len(blocks) + 1] * term)
                for position, block in enumerate(blocks):
                    others = factors[:position] + factors[position + 1 :]
                    _add(slopes, (out, place[block]), s[len(blocks)] * _product(count, others))
        assert total is not None
        h[out] = total
    return h, slopes


def _product(count: int, factors: list[torch.Tensor]) -> torch.Tensor | float:
    return prod(factors, start=count) if count != 1 or not factors else prod(factors[1:], start=factors[0])


def _add(slopes: dict[tuple[int, int], torch.Tensor], key: tuple[int, int], value: torch.Tensor) -> None:
    slopes[key] = slopes[key] + value if key in slopes else value
