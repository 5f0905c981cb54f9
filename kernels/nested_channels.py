"""Derivative channels of any function that torch can differentiate, by nested autograd."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import factorial, prod
from typing import TypeAlias

import torch
from torch.func import jvp, vjp, vmap

from pinnln.kernels.exact_layer_norm import ExactLayerNorm
from pinnln.kernels.multi_index import MultiIndex
from pinnln.kernels.tape import AbstractTape, require_way_back

Function: TypeAlias = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
_Nest: TypeAlias = Callable[[torch.Tensor], tuple[torch.Tensor, ...]]

_POINTS = 256


@dataclass(frozen=True)
class NestedTape(AbstractTape):
    """The channels of a function u(θ, features) of points that do not mix, and the way back by autograd.

    Slower than a recording: every order is one more pass of forward mode over the one below.

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
    """The channels (C, N, m) of u(θ, f), where f is given by its own channels (C, N, f), by nested forward mode.

    ∂^α u(f(x)) = ∂^α_s u(Σ_β ∂^β f s^β / β!) at s = 0: the chain rule asks of f for nothing but these derivatives.
    """
    origin = features.new_zeros(features.shape[1], len(indices[0]))

    def along(s: torch.Tensor) -> torch.Tensor:
        total = features[0]
        for channel, index in zip(features[1:], indices[1:], strict=True):
            powers = [s[:, axis : axis + 1] for axis, order in enumerate(index) for _ in range(order)]
            total = total + channel * prod(powers[1:], start=powers[0]) / prod(map(factorial, index))
        with ExactLayerNorm():
            return function(theta, total)

    found: dict[MultiIndex, torch.Tensor] = {}
    for index in sorted(indices, key=sum, reverse=True):
        if index not in found:
            found.update(_chain(along, origin, index))
    return torch.stack([found[index] for index in indices])


def _chain(
    function: Callable[[torch.Tensor], torch.Tensor], origin: torch.Tensor, index: MultiIndex
) -> dict[MultiIndex, torch.Tensor]:
    """The derivative `index` of a function at the origin, and those passed on the way up to it."""

    def value(s: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (function(s),)

    passed = [(0,) * len(index)]
    nest: _Nest = value
    for axis in (axis for axis, order in enumerate(index) for _ in range(order)):
        nest = _one_order_more(nest, axis)
        passed.append(tuple(order + (place == axis) for place, order in enumerate(passed[-1])))
    return dict(zip(passed, nest(origin), strict=True))


def _one_order_more(nest: _Nest, axis: int) -> _Nest:
    def further(s: torch.Tensor) -> tuple[torch.Tensor, ...]:
        direction = torch.zeros_like(s)
        direction[:, axis] = 1.0
        found = jvp(nest, (s,), (direction,))
        return (*found[0], found[1][-1])

    return further
