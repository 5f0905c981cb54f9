"""A window of time: its extent, and the state that the window before hands over to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import torch

from pinnln.ansatz import Jets
from pinnln.kernels import MultiIndex, downward_closure

Channels: TypeAlias = Callable[[torch.Tensor, tuple[MultiIndex, ...]], torch.Tensor]


@dataclass(frozen=True)
class Handover:
    """What one window gives to the next at time tₖ, so that the fields go on without a jump:

        û(x, t) = G(x, t) + g(x, tₖ) + (t − tₖ) ∂g/∂t(x, tₖ) + D·N,    g = ûₖ₋₁ − G,

    with G the lift of the boundary data alone. g vanishes where boundary data hold, at all times, so they stay exact.

    Args: axis, the place of time among the coordinates; at, tₖ; orders, for each field how many of g and ∂g/∂t are
    handed over; before, the channels (C, N, m) of ûₖ₋₁ at points (N, d); lift, those of G.
    """

    axis: int
    at: float
    orders: tuple[int, ...]
    before: Channels
    lift: Channels

    def added(self, jets: Jets, x: torch.Tensor) -> Jets:
        """The jets of G and D at points x (N, d), with what is handed over added to those of G."""
        needed = {index: (self._at_rest(index), self._moving(index)) for index in jets.indices}
        slopes = max(self.orders) > 1
        wanted = downward_closure(rest if not slopes else moving for rest, moving in needed.values())
        there = x.clone()
        there[:, self.axis] = self.at
        gap = dict(zip(wanted, self.before(there, wanted) - self.lift(there, wanted), strict=True))
        value, slope = (torch.tensor([float(order > least) for order in self.orders]).double() for least in (0, 1))
        elapsed = x[:, [self.axis]] - self.at
        lift = jets.lift.clone()
        for place, (index, (rest, moving)) in enumerate(needed.items()):
            if index[self.axis] == 0:
                lift[place] += value * gap[rest]
            if slopes and index[self.axis] < 2:
                lift[place] += slope * gap[moving] * (elapsed if index[self.axis] == 0 else 1.0)
        return replace(jets, lift=lift)

    def _at_rest(self, index: MultiIndex) -> MultiIndex:
        return tuple(0 if place == self.axis else order for place, order in enumerate(index))

    def _moving(self, index: MultiIndex) -> MultiIndex:
        return tuple(1 if place == self.axis else order for place, order in enumerate(index))


@dataclass(frozen=True)
class Window:
    """The part of time, start to end [dimensionless], in which a problem is solved; the first is handed nothing."""

    axis: int
    start: float
    end: float
    handover: Handover | None = None
