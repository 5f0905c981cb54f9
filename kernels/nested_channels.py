"""Derivative channels of any function that torch can differentiate, by nested autograd."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial, prod
from typing import Any, TypeAlias

import torch
from torch.func import vjp, vmap

from pinnln.kernels.exact_norms import ExactNorms
from pinnln.kernels.multi_index import MultiIndex
from pinnln.kernels.tape import AbstractTape, require_way_back

Function: TypeAlias = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
_Jet: TypeAlias = Callable[[torch.Tensor], dict[MultiIndex, torch.Tensor]]

_POINTS = 256


@dataclass(frozen=True)
class NestedTape(AbstractTape):
    """The channels of a function u(θ, features) of points that do not mix, and the way back by autograd.

    Slower than a recording: every order is one more pass back over the one below.

    Attributes: output (C, N, m); function, from θ (P,) and features (N, f) to (N, m); theta; features (C, N, f), with
    their derivatives; indices; kept, whether the way back was asked for.
    """

    output: torch.Tensor
    function: Function
    theta: torch.Tensor
    features: torch.Tensor
    indices: tuple[MultiIndex, ...]
    kept: bool

    @classmethod
    def of(
        cls,
        function: Function,
        theta: torch.Tensor,
        features: torch.Tensor,
        indices: tuple[MultiIndex, ...],
        *,
        keep: bool = True,
    ) -> NestedTape:
        """The channels at the points of `features`.

        >>> features = torch.tensor([[[3.0]], [[1.0]], [[0.0]]])
        >>> cube = NestedTape.of(lambda theta, x: theta * x**3, torch.ones(1), features, ((0,), (1,), (2,)))
        >>> cube.output.flatten()
        tensor([27., 27., 18.])
        """
        output = nested_channels(function, theta, features, indices).detach()
        return cls(output, function, theta.detach(), features, indices, keep)

    def gradient(self, signal: torch.Tensor) -> torch.Tensor:
        """∂⟨signal, output⟩/∂θ (P,).

        Args: signal (C, N, m).
        """
        require_way_back(signal, self.output.shape, kept=self.kept)
        back = vjp(lambda theta: nested_channels(self.function, theta, self.features, self.indices), self.theta)[1]
        found: torch.Tensor = back(signal)[0]
        return found.detach()

    def jacobian(self, signals: torch.Tensor) -> torch.Tensor:
        """The per-sample Jacobian (E, N, P), in chunks of points.

        Args: signals (E, C, N, m).
        """
        require_way_back(signals, (signals.shape[0], *self.output.shape), kept=self.kept)

        def rows(features: torch.Tensor, signal: torch.Tensor) -> torch.Tensor:
            """Of one point: features (C, f), signals (E, C, m), rows (E, P)."""
            alone = features.unsqueeze(1)
            back = vjp(lambda theta: nested_channels(self.function, theta, alone, self.indices)[:, 0], self.theta)[1]
            found: torch.Tensor = vmap(back)(signal)[0]
            return found

        found: torch.Tensor = vmap(rows, in_dims=(1, 2), out_dims=1, chunk_size=_POINTS)(self.features, signals)
        return found.detach()


def nested_channels(
    function: Function, theta: torch.Tensor, features: torch.Tensor, indices: tuple[MultiIndex, ...]
) -> torch.Tensor:
    """The channels (C, N, m) of u(θ, f), where f is given by its own channels (C, N, f), by nested reverse mode.

    ∂^α u(f(x)) = ∂^α_s u(Σ_β ∂^β f s^β / β!) at s = 0: the chain rule asks of f for nothing but these derivatives.
    """
    origin = features.new_zeros(features.shape[1], len(indices[0]))

    def along(s: torch.Tensor) -> torch.Tensor:
        total = features[0]
        for channel, index in zip(features[1:], indices[1:], strict=True):
            powers = [s[:, axis : axis + 1] for axis, order in enumerate(index) for _ in range(order)]
            total = total + channel * prod(powers[1:], start=powers[0]) / prod(map(factorial, index))
        with ExactNorms():
            return function(theta, total)

    jet = _value(along)
    for order in range(1, max(map(sum, indices)) + 1):
        jet = _one_order_more(jet, [index for index in indices if sum(index) == order])
    found = jet(origin)
    return torch.stack([found[index] for index in indices])


def _value(function: Callable[[torch.Tensor], torch.Tensor]) -> _Jet:
    return lambda s: {(0,) * s.shape[1]: function(s)}


def _one_order_more(jet: _Jet, wanted: list[MultiIndex]) -> _Jet:
    """The derivatives of a jet, and those wanted of the next order, each the slope of one of the order below.

    Points do not mix, so that one pass back from a column gives its slopes at all points, along every axis.
    """
    below = {index: _lowered(index) for index in wanted}

    def further(s: torch.Tensor) -> dict[MultiIndex, torch.Tensor]:
        def tops(s: torch.Tensor) -> tuple[dict[MultiIndex, torch.Tensor], dict[MultiIndex, torch.Tensor]]:
            passed = jet(s)
            return {index: passed[index] for index, _ in below.values()}, passed

        made: tuple[Any, ...] = vjp(tops, s, has_aux=True)
        values, back, passed = made
        slopes = {index: _slopes(values, back, index) for index in values}
        return {**passed, **{index: slopes[lower][:, :, axis] for index, (lower, axis) in below.items()}}

    return further


def _slopes(
    values: dict[MultiIndex, torch.Tensor], back: Callable[..., tuple[torch.Tensor]], index: MultiIndex
) -> torch.Tensor:
    """The slopes (N, m, d) of one derivative (N, m)."""
    rows = []
    for column in range(values[index].shape[1]):
        signals = {other: torch.zeros_like(value) for other, value in values.items()}
        signals[index][:, column] = 1.0
        rows.append(back(signals)[0])
    return torch.stack(rows, 1)


def _lowered(index: MultiIndex) -> tuple[MultiIndex, int]:
    """The index with one derivative less, along its first axis that has one, and that axis."""
    axis = next(axis for axis, order in enumerate(index) if order)
    return tuple(order - (place == axis) for place, order in enumerate(index)), axis
