"""Residuals that share their points: compiled together, the points where they are asked, their values and slopes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from pinnln.ansatz import Jets
from pinnln.kernels import MultiIndex, downward_closure
from pinnln.tangent import Tangent
from pinnln.units import Ball, Coordinate, Dimension, Expression, ProblemError, Statement, Unknown
from pinnln.units.program import Partial, Program


@dataclass(frozen=True)
class Component:
    """One residual of a group, its dimension as the optimiser meets it, and its scale [coherent SI]."""

    name: str
    dimension: Dimension
    scale: float


@dataclass(frozen=True)
class Group:
    """Residuals that share their points: the equations in the interior, or the conditions on one face or rim.

    With `twin`, every point is asked twice, at `fixed` and at `twin`, and the residual is the difference. With `table`,
    the points are those of measurements: rows (N, d + 2) of the unit box, measured value and weight.
    """

    components: tuple[Component, ...]
    program: Program
    tangent: Tangent
    fixed: Mapping[Coordinate, float]
    twin: Mapping[Coordinate, float] | None
    indices: tuple[MultiIndex, ...]
    rim: Ball | None = None
    table: torch.Tensor | None = None

    @classmethod
    def of(
        cls,
        statement: Statement,
        components: Sequence[Component],
        expressions: Sequence[Expression],
        unknowns: Sequence[Unknown],
        fixed: Mapping[Coordinate, float],
        twin: Mapping[Coordinate, float] | None = None,
    ) -> Group:
        """Dimensionless residuals, compiled with their slopes.

        Args: statement, the first of them, for errors; components and expressions of all; unknowns, the constants that
        training finds; fixed and twin, coordinates held at a place, as a fraction of their extent.
        Raises: ProblemError if no field is in them.
        """
        program = Program(expressions)
        orders = [leaf.orders for leaf in program.leaves if isinstance(leaf, Partial)]
        if not orders:
            raise ProblemError(f"{statement.kind} {statement.name!r} holds whatever the fields are: no field is in it")
        tangent = Tangent.of(expressions, [item.measured for item in unknowns])
        return cls(tuple(components), program, tangent, fixed, twin, downward_closure(orders))

    @property
    def dimensions(self) -> dict[str, Dimension]:
        """The dimension of each component as the optimiser meets it."""
        return {item.name: item.dimension for item in self.components}


@dataclass(frozen=True)
class Points:
    """Where a group is asked: dimensionless coordinates (N, d), and there the features that the network sees with
    their derivatives (C, N, f), and the jets of the ansatz. `factors` (K, N) of the residuals, None for ones; `data`
    (N, 2), measured values and weights, None where nothing was measured."""

    x: torch.Tensor
    features: torch.Tensor
    jets: Jets
    factors: torch.Tensor | None = None
    data: torch.Tensor | None = None


@dataclass(frozen=True)
class LinearResiduals:
    """Residuals and how they depend on the channels of the network.

    Attributes: values r (K, N); slopes, ∂r_k/∂û_j that do not vanish as (k, j, tensor or number), j counting channels
    and in each of them fields; points; shape of the network's channels (C, N, m); twin, whether r is a difference
    between the first and the second half of the points.
    """

    values: torch.Tensor
    slopes: tuple[tuple[int, int, torch.Tensor | float], ...]
    points: Points
    shape: torch.Size
    twin: bool

    def back(self, g: torch.Tensor) -> torch.Tensor:
        """∂⟨g, r⟩/∂(channels) (C, N, m), for g (K, N)."""
        g = torch.cat([g, -g], 1) if self.twin else g
        found = self._zeros()
        for k, column, slope in self.slopes:
            if isinstance(slope, torch.Tensor):
                found[column].addcmul_(g[k], slope)
            else:
                found[column].add_(g[k], alpha=slope)
        return self._through_ansatz(found)

    def signals(self) -> torch.Tensor:
        """∂r_k/∂(channels) of every residual (K, C, N, m)."""
        found = self._zeros(len(self.values))
        for k, column, slope in self.slopes:
            found[k, column] += slope
        if self.twin:
            found[..., found.shape[-1] // 2 :].neg_()
        return self._through_ansatz(found)

    def _zeros(self, *rows: int) -> torch.Tensor:
        channels, points, fields = self.shape
        return self.values.new_zeros(*rows, channels * fields, points)

    def _through_ansatz(self, signals: torch.Tensor) -> torch.Tensor:
        channels, _, fields = self.shape
        return self.points.jets.back(signals.view(*signals.shape[:-2], channels, fields, -1).transpose(-1, -2))
