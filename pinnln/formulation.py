"""A problem as the optimiser meets it: dimensionless residuals in groups that share their points."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import torch

from pinnln.ansatz import Ansatz, Jets, build_ansatz, jets
from pinnln.collocation import on_rim, sobol
from pinnln.conditions import Requirement
from pinnln.kernels import Embedding, MultiIndex, downward_closure
from pinnln.problem import Problem
from pinnln.tangent import Tangent
from pinnln.units import DIMENSIONLESS, Ball, Coordinate, Dimension, Field, ProblemError, Statement, dimension_of
from pinnln.units.nondimensional import Yardsticks, nondimensionalize
from pinnln.units.program import Functions, Partial, Program
from pinnln.units.scales import unit_of, unit_yardsticks
from pinnln.window import Window

TORCH: Functions = {
    **{
        name: getattr(torch, name)
        for name in ("sin", "cos", "tan", "exp", "log", "sinh", "cosh", "tanh", "sqrt", "sign", "abs")
    },
    "where": lambda test, yes, no: torch.where(test, _tensor(yes), _tensor(no)),
}

_Divisor: TypeAlias = Callable[[Statement], tuple[Dimension, float | None]]
# The dimension that is left of a statement and what it is divided by [coherent SI], its largest term if None.


def _tensor(value: torch.Tensor | float) -> torch.Tensor:
    return torch.as_tensor(value, dtype=torch.float64)


@dataclass(frozen=True)
class Component:
    """One residual of a group, its dimension as the optimiser meets it, and its scale [coherent SI]."""

    name: str
    dimension: Dimension
    scale: float


@dataclass(frozen=True)
class Group:
    """Residuals that share their points: the equations in the interior, or the conditions on one face or rim.

    With `twin`, every point is asked twice, at `fixed` and at `twin`, and the residual is the difference.
    """

    components: tuple[Component, ...]
    program: Program
    tangent: Tangent
    fixed: Mapping[Coordinate, float]
    twin: Mapping[Coordinate, float] | None
    indices: tuple[MultiIndex, ...]
    rim: Ball | None = None

    @property
    def dimensions(self) -> dict[str, Dimension]:
        """The dimension of each component as the optimiser meets it."""
        return {item.name: item.dimension for item in self.components}


@dataclass(frozen=True)
class Points:
    """Where a group is asked: dimensionless coordinates (N, d), and there the features that the network sees with
    their derivatives (C, N, f), and the jets of the ansatz. `factors` (K, N) of the residuals, None for ones."""

    x: torch.Tensor
    features: torch.Tensor
    jets: Jets
    factors: torch.Tensor | None = None


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


@dataclass(frozen=True)
class Formulation:
    """A problem compiled: its symbols, yardsticks, ansatz and groups; the interior is the first group. With `window`,
    only that part of time."""

    coordinates: tuple[Coordinate, ...]
    fields: tuple[Field, ...]
    yardsticks: Yardsticks
    ansatz: Ansatz
    groups: tuple[Group, ...]
    holes: tuple[Ball, ...] = ()
    window: Window | None = None

    def sample(self, group: Group, count: int, seed: int) -> torch.Tensor:
        """Points (N, d) of the unit box where a group is asked, none of them in a hole."""
        if group.rim is not None:
            return on_rim(self.coordinates, count, group.rim, seed)
        return sobol(self.coordinates, count, group.fixed, seed, self.holes)

    def place(self, group: Group, unit_points: torch.Tensor) -> Points:
        """Points of the unit box (N, d) in dimensionless coordinates, with the ansatz evaluated there."""
        low, high = self.box()
        return self.at(low + (high - low) * unit_points, group.indices)

    def at(self, x: torch.Tensor, indices: tuple[MultiIndex, ...]) -> Points:
        """Points x (N, d) in dimensionless coordinates, prepared for the derivatives `indices`."""
        features = self.embedding.channels(x, indices)
        known = jets(self.ansatz, self.coordinates, indices, x)
        if self.window is not None and self.window.handover is not None:
            known = self.window.handover.added(known, x)
        return Points(x, features, known)

    @functools.cached_property
    def embedding(self) -> Embedding:
        """The features of the coordinates that the network sees."""
        low, high = self.box()
        circles = tuple(item in self.ansatz.periodic for item in self.coordinates)
        return Embedding(tuple(low.tolist()), tuple(high.tolist()), circles)

    def box(self) -> tuple[torch.Tensor, torch.Tensor]:
        """The lower and upper corner of the domain in dimensionless coordinates."""
        yardsticks = [(item, self.yardsticks[item]) for item in self.coordinates]
        low = [(item.low - yardstick.reference) / yardstick.span for item, yardstick in yardsticks]
        high = [(item.high - yardstick.reference) / yardstick.span for item, yardstick in yardsticks]
        if self.window is not None:
            low[self.window.axis], high[self.window.axis] = self.window.start, self.window.end
        return torch.tensor(low, dtype=torch.float64), torch.tensor(high, dtype=torch.float64)

    def residuals(self, group: Group, points: Points, network: torch.Tensor) -> torch.Tensor:
        """The residuals (K, N) of a group from the channels (C, N, m) of the network."""
        return self._stacked(
            group.program.run(self._leaves(group, group.program, points, network), TORCH), group, points
        )

    def linearized(self, group: Group, points: Points, network: torch.Tensor) -> LinearResiduals:
        """The same residuals with their slopes, outside autograd."""
        with torch.no_grad():
            program, count = group.tangent.program, len(group.components)
            found = program.run(self._leaves(group, program, points, network), TORCH)
            slopes = tuple(
                (k, self._column(group, partial), slope)
                for (k, partial), slope in zip(group.tangent.slopes, found[count:], strict=True)
            )
            r = self._stacked(found[:count], group, points)
        return LinearResiduals(r, slopes, points, network.shape, group.twin is not None)

    def arguments(self, group: Group, points: Points, network: torch.Tensor) -> list[torch.Tensor]:
        """What the program of a group takes, (N,) each: fields, their derivatives and coordinates."""
        return self._leaves(group, group.program, points, network)

    def _leaves(self, group: Group, program: Program, points: Points, network: torch.Tensor) -> list[torch.Tensor]:
        channels = points.jets.apply(network).transpose(1, 2).flatten(0, 1).unbind(0)
        return [
            channels[self._column(group, leaf)]
            if isinstance(leaf, Partial)
            else points.x[:, self.coordinates.index(leaf)]
            for leaf in program.leaves
        ]

    def _column(self, group: Group, leaf: Partial) -> int:
        return len(self.fields) * group.indices.index(leaf.orders) + self.fields.index(leaf.field)

    def _stacked(self, found: Sequence[torch.Tensor | float], group: Group, points: Points) -> torch.Tensor:
        rows = torch.stack([_tensor(item).expand(len(points.x)) for item in found])
        return rows[:, : rows.shape[1] // 2] - rows[:, rows.shape[1] // 2 :] if group.twin else rows


def nondimensional(problem: Problem, yardsticks: Yardsticks) -> Formulation:
    """The problem in characteristic scales: every residual a pure number, its largest term one."""
    return _formulate(problem, yardsticks, lambda statement: (DIMENSIONLESS, None))


def stripped(
    problem: Problem,
    base_units: Mapping[str, str] | None = None,
    *,
    equations: Mapping[str, str] | None = None,
    unsafe: bool = False,
) -> Formulation:
    """The problem with its units stripped, in the magnitudes of one system of base units. For comparisons only.

    Args: base_units, such as {"[length]": "inch"}, SI where not given; equations, other base units that residuals are
    counted in, while coordinates and fields stay in base_units; unsafe must be True.
    Raises: ValueError without unsafe=True.
    """
    _require_unsafe(unsafe)
    counted = base_units if equations is None else equations
    return _formulate(problem, unit_yardsticks(problem, base_units), _in_units(counted or {}))


def scaled_unknowns(problem: Problem, yardsticks: Yardsticks, *, unsafe: bool = False) -> Formulation:
    """Coordinates and fields in characteristic scales, residuals in SI magnitudes, units stripped: what is done by hand
    where only the network is scaled. For comparisons only.

    Args: unsafe must be True.    Raises: ValueError without unsafe=True.
    """
    _require_unsafe(unsafe)
    return _formulate(problem, yardsticks, _in_units({}))


def scaled_residuals(problem: Problem, yardsticks: Yardsticks) -> Formulation:
    """Residuals over their characteristic scales, pure numbers; coordinates and fields in SI magnitudes, so that the
    network has to be as large as they are. For comparisons only."""
    return _formulate(
        problem,
        unit_yardsticks(problem),
        lambda statement: (DIMENSIONLESS, nondimensionalize(statement, yardsticks).scale),
    )


def _require_unsafe(unsafe: bool) -> None:
    if not unsafe:
        raise ValueError("stripping units is the error this library refuses: pass unsafe=True to compare with it")


def _in_units(base_units: Mapping[str, str]) -> _Divisor:
    def divisor(statement: Statement) -> tuple[Dimension, float | None]:
        dimension = dimension_of(statement.expression)
        return dimension, unit_of(dimension, base_units)

    return divisor


def _formulate(problem: Problem, yardsticks: Yardsticks, divisor: _Divisor) -> Formulation:
    requirements = [(type(item), need) for item in problem.conditions for need in item.requirements]
    ansatz = build_ansatz(problem.fields, requirements, yardsticks, problem.holes)
    together: dict[object, list[Requirement]] = {}
    for _, need in requirements:
        if not any(need is met for met in ansatz.met):
            place = (tuple(need.fixed.items()), tuple(need.twin.items()) if need.twin else None, need.rim)
            together.setdefault(place, []).append(need)
    groups = [_group([item.statement for item in problem.residuals], {}, None, yardsticks, divisor)]
    for needs in together.values():
        statements = [need.statement for need in needs]
        group = _group(statements, needs[0].fixed, needs[0].twin, yardsticks, divisor)
        groups.append(replace(group, rim=needs[0].rim))
    return Formulation(problem.coordinates, problem.fields, yardsticks, ansatz, tuple(groups), problem.holes)


def _group(
    statements: Sequence[Statement],
    fixed: Mapping[Coordinate, float],
    twin: Mapping[Coordinate, float] | None,
    yardsticks: Yardsticks,
    divisor: _Divisor,
) -> Group:
    measured, components = [], []
    for statement in statements:
        dimension, scale = divisor(statement)
        measured.append(nondimensionalize(statement, yardsticks, scale))
        components.append(Component(statement.name, dimension, measured[-1].scale))
    expressions = [item.expression for item in measured]
    program = Program(expressions)
    orders = [leaf.orders for leaf in program.leaves if isinstance(leaf, Partial)]
    if not orders:
        raise ProblemError(
            f"{statements[0].kind} {statements[0].name!r} holds whatever the fields are: no field is in it"
        )
    indices = downward_closure(orders)
    tangent = Tangent.of(expressions)
    return Group(tuple(components), program, tangent, _fractions(fixed), twin and _fractions(twin), indices)


def _fractions(places: Mapping[Coordinate, float]) -> dict[Coordinate, float]:
    return {item: (place - item.low) / (item.high - item.low) for item, place in places.items()}
