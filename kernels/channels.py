"""Derivative channels: a network and its partial derivatives in one pass, and the way back to the parameters.

A stack (C, N, width) carries the value and the partial derivatives named by `indices`; a linear layer is one matrix
product for all channels, an activation is Faà di Bruno's formula, a product is the rule of Leibniz. The way back is
written by hand: no graph of autograd is kept.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch

from pinnln.kernels.activated_channels import ActivatedChannels
from pinnln.kernels.activations import Activation
from pinnln.kernels.channel_operations import (
    AbstractOperation,
    AbstractTrainable,
    Activated,
    Linear,
    Normalized,
    Product,
    Scaled,
    Sum,
)
from pinnln.kernels.multi_index import MultiIndex, downward_closure
from pinnln.kernels.norm_channels import NormalizedChannels
from pinnln.kernels.tape import AbstractTape, require_way_back

Layer = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Stack:
    """Channels (C, N, width) in a recording; `place` is the operation they come from, if one is to go back to."""

    channels: torch.Tensor
    place: int | None = None

    @property
    def width(self) -> int:
        """How many units."""
        return self.channels.shape[2]


@dataclass(frozen=True)
class _Entry:
    """An operation, and the operations that its sources come from, where there is something to train."""

    operation: AbstractOperation
    sources: tuple[int | None, ...]


class Recording:
    """Operations on derivative channels, done at once and recorded for the way back.

    Parameters stand in θ in the order in which they are recorded; each is used once. Where autograd watches them,
    record under `torch.no_grad()`: this graph is the only one that is needed.

    Args: indices, downward closed, the value first; keep, what is needed for the way back.
    Raises: ValueError for other indices.

    >>> from pinnln.kernels import Embedding
    >>> record = Recording(((0,), (1,), (2,)))
    >>> x = record.source(Embedding((-1.0,), (1.0,)).channels(torch.tensor([[3.0]]), record.indices))
    >>> record.multiply(x, x).channels.flatten()
    tensor([9., 6., 2.])
    """

    def __init__(self, indices: tuple[MultiIndex, ...], *, keep: bool = True) -> None:
        _require_closed(indices)
        self.indices, self.keep = indices, keep
        self._entries: list[_Entry] = []

    def source(self, features: torch.Tensor) -> Stack:
        """Channels that no parameter changes (C, N, f)."""
        if features.ndim != 3 or len(features) != len(self.indices):
            raise ValueError(
                f"expected features (C, N, f) for {len(self.indices)} channels, found {tuple(features.shape)}"
            )
        return Stack(features)

    def linear(self, h: Stack, weight: torch.Tensor, bias: torch.Tensor) -> Stack:
        """h Wᵀ + b, with trainable weight (out, in) and bias (out,)."""
        z = h.channels @ weight.T
        z[0] += bias
        return self._kept(z, Linear(h.channels, weight), h)

    def scale(self, h: Stack, factor: torch.Tensor) -> Stack:
        """α h, with one trainable number α ()."""
        found = factor * h.channels
        return self._kept(found, Scaled(h.channels, factor), h)

    def activate(self, z: Stack, activation: Activation) -> Stack:
        """σ(z)."""
        channels = ActivatedChannels.of(z.channels, self.indices, activation, keep=self.keep)
        return self._kept(channels.output, Activated(channels), z)

    def normalize(self, z: Stack, epsilon: float) -> Stack:
        """LN(z) along the width, without gains.

        Raises: ValueError for a derivative of an order above 2.
        """
        channels = NormalizedChannels.of(z.channels, self.indices, epsilon)
        return self._kept(channels.output(), Normalized(channels), z)

    def add(self, left: Stack, right: Stack) -> Stack:
        """left + right."""
        return self._kept(left.channels + right.channels, Sum(1), left, right)

    def subtract(self, left: Stack, right: Stack) -> Stack:
        """left − right."""
        return self._kept(left.channels - right.channels, Sum(-1), left, right)

    def multiply(self, left: Stack, right: Stack) -> Stack:
        """left · right, element by element."""
        product = Product.of(left.channels, right.channels, self.indices)
        return self._kept(product.output(), product, left, right)

    def tape(self, output: Stack) -> Tape:
        """The recording as an optimiser needs it, ending in `output`.

        Raises: ValueError for an operation that does not lead there.
        """
        used = {output.place, *(source for entry in self._entries for source in entry.sources)}
        idle = [type(entry.operation).__name__ for place, entry in enumerate(self._entries) if place not in used]
        if idle:
            raise ValueError(f"expected every operation to lead to the output, found {', '.join(idle)} that do not")
        return Tape(output.channels, tuple(self._entries), output.place)

    def _kept(self, channels: torch.Tensor, operation: AbstractOperation, *sources: Stack) -> Stack:
        places = tuple(source.place for source in sources)
        trainable = isinstance(operation, AbstractTrainable) or any(place is not None for place in places)
        if not (self.keep and trainable):
            return Stack(channels)
        self._entries.append(_Entry(operation, places))
        return Stack(channels, len(self._entries) - 1)


@dataclass(frozen=True)
class Tape(AbstractTape):
    """A recording that has ended, and the way back over it.

    Attributes: output (C, N, m), in the order of the indices; entries, what was done; last, the place of the output.
    """

    output: torch.Tensor
    entries: tuple[_Entry, ...]
    last: int | None

    def gradient(self, signal: torch.Tensor) -> torch.Tensor:
        """∂⟨signal, output⟩/∂θ (P,), parameters in the order of recording, of a layer the weights row by row, then
        the biases.

        Args: signal (C, N, m).
        """
        require_way_back(signal, self.output.shape, kept=self.last is not None)
        parts: list[torch.Tensor] = []
        for operation, g in self._backward(signal[None]):
            parts[:0] = operation.gradient(g[0])
        return torch.cat(parts)

    def jacobian(self, signals: torch.Tensor) -> torch.Tensor:
        """The per-sample Jacobian (E, N, P): row (e, n) is ∂ Σ_cm signals[e, c, n, m] output[c, n, m] / ∂θ.

        All E signals go back together; a weight's rows are  Σ_c g[e, c, n] ⊗ h[c, n].

        Args: signals (E, C, N, m).
        """
        require_way_back(signals, (signals.shape[0], *self.output.shape), kept=self.last is not None)
        end = self.size
        rows = signals.new_empty(signals.shape[0], signals.shape[2], end)
        for operation, g in self._backward(signals):
            start = end - operation.size
            operation.fill(g, rows[:, :, start:end])
            end = start
        return rows

    @property
    def size(self) -> int:
        """The number of parameters P."""
        return sum(item.operation.size for item in self.entries if isinstance(item.operation, AbstractTrainable))

    def _backward(self, signals: torch.Tensor) -> Iterator[tuple[AbstractTrainable, torch.Tensor]]:
        """(operation with parameters, back-signal of its output), last one first."""
        waiting: dict[int | None, torch.Tensor] = {self.last: signals}
        for place in range(len(self.entries) - 1, -1, -1):
            operation, sources = self.entries[place].operation, self.entries[place].sources
            g = waiting.pop(place)
            if isinstance(operation, AbstractTrainable):
                yield operation, g
            for number, source in enumerate(sources):
                if source is not None:
                    part = operation.back(g, number)
                    waiting[source] = waiting[source] + part if source in waiting else part


def propagate(
    layers: Sequence[Layer],
    features: torch.Tensor,
    indices: tuple[MultiIndex, ...],
    activation: Activation,
    *,
    keep: bool = True,
) -> Tape:
    """A multilayer perceptron and its partial derivatives at points.

    Args: layers, (weight (out, in), bias (out,)), the last one linear; features, the channels of the embedded
    coordinates (C, N, f); indices, downward closed, the value first; activation; keep, what is needed for the way
    back. For any other composition, take a `Recording`.
    Returns: the Tape, with output (C, N, m).
    Raises: ValueError for shapes or dtypes that do not fit.

    >>> from pinnln.kernels import ACTIVATIONS, Embedding
    >>> layers = [(torch.ones(1, 1), torch.zeros(1)), (torch.ones(1, 1), torch.zeros(1))]
    >>> features = Embedding((-1.0,), (1.0,)).channels(torch.zeros(1, 1), ((0,), (1,)))
    >>> propagate(layers, features, ((0,), (1,)), ACTIVATIONS["tanh"]).output.flatten()
    tensor([0., 1.])
    """
    recording = Recording(indices, keep=keep)
    h = recording.source(features)
    if not layers or layers[0][0].shape[1] != h.width or layers[0][0].dtype != features.dtype:
        raise ValueError(
            f"expected a first layer for features {tuple(features.shape)} of {features.dtype}, "
            f"found {[tuple(w.shape) for w, _ in layers]}"
        )
    with torch.no_grad():
        for weight, bias in layers[:-1]:
            h = recording.activate(recording.linear(h, weight, bias), activation)
        return recording.tape(recording.linear(h, *layers[-1]))


@functools.cache
def _require_closed(indices: tuple[MultiIndex, ...]) -> None:
    if any(indices[0]):
        raise ValueError(f"expected the value as the first channel, found {indices[0]}: take downward_closure(indices)")
    missing = set(downward_closure(indices)) - set(indices)
    if missing:
        raise ValueError(f"expected all lower derivatives too, missing {missing}: take downward_closure(indices)")
