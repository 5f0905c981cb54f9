"""A problem as the optimiser meets it: dimensionless residuals in groups that share their points."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import torch

from pinnln.ansatz import Ansatz, build_ansatz, jets
from pinnln.collocation import on_rim, sobol
from pinnln.conditions import Requirement
from pinnln.kernels import Embedding, MultiIndex
from pinnln.measurements import VALUE, WEIGHT
from pinnln.observed_groups import Divisor, observed_groups
from pinnln.problem import Problem
from pinnln.residual_group import Component, Group, LinearResiduals, Points
from pinnln.units import DIMENSIONLESS, Ball, Coordinate, Dimension, Field, Statement, Unknown, dimension_of
from pinnln.units.expression import Parameter, pure
from pinnln.units.nondimensional import Yardsticks, nondimensionalize
from pinnln.units.program import Functions, Partial, Program
from pinnln.units.scales import unit_of, unit_yardsticks
from pinnln.window import Window

TORCH: Functions = {
    **{
        name: getattr(torch, name)
        for name in ("sin", "cos", "tan", "exp", "log", "sinh", "cosh", "tanh", "sqrt", "sign", "abs", "erf")
    },
    "where": lambda test, yes, no: torch.where(test, _tensor(yes), _tensor(no)),
}

_MEASURED = (VALUE, WEIGHT)
_NOWHERE: Mapping[Coordinate, float] = MappingProxyType({})


def _tensor(value: torch.Tensor | float) -> torch.Tensor:
    return torch.as_tensor(value, dtype=torch.float64)


@dataclass(frozen=True)
class Formulation:
    """A problem compiled: its symbols, yardsticks, ansatz and groups; the interior is the first group. With `window`,
    only that part of time. The outputs of a network are the fields and, behind them, the unknown constants."""

    coordinates: tuple[Coordinate, ...]
    fields: tuple[Field, ...]
    yardsticks: Yardsticks
    ansatz: Ansatz
    groups: tuple[Group, ...]
    holes: tuple[Ball, ...] = ()
    window: Window | None = None
    unknowns: tuple[Unknown, ...] = ()

    @property
    def outputs(self) -> int:
        """How many outputs a network has, one for each field and each unknown constant."""
        return len(self.fields) + len(self.unknowns)

    def sample(self, group: Group, count: int, seed: int) -> torch.Tensor:
        """Points (N, d) of the unit box where a group is asked, none of them in a hole; those of its table if it has
        one."""
        if group.table is not None:
            return group.table
        if group.rim is not None:
            return on_rim(self.coordinates, count, group.rim, seed)
        return sobol(self.coordinates, count, group.fixed, seed, self.holes)

    def place(self, group: Group, unit_points: torch.Tensor) -> Points:
        """Points of the unit box (N, d) in dimensionless coordinates, with the ansatz evaluated there.

        Behind the coordinates of a point stands what was measured there.
        """
        low, high = self.box()
        places = self.at(low + (high - low) * unit_points[:, : len(low)], group.indices)
        return places if group.table is None else replace(places, data=unit_points[:, len(low) :])

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
        columns = points.data
        return [
            points.x[:, self.coordinates.index(leaf)]
            if isinstance(leaf, Coordinate)
            else columns[:, _MEASURED.index(leaf)]
            if columns is not None and leaf in _MEASURED
            else channels[self._column(group, leaf)]
            for leaf in program.leaves
        ]

    def _column(self, group: Group, leaf: Partial | Parameter) -> int:
        if isinstance(leaf, Parameter):
            return len(self.fields) + [item.measured for item in self.unknowns].index(leaf)
        return self.outputs * group.indices.index(leaf.orders) + self.fields.index(leaf.field)

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


def _in_units(base_units: Mapping[str, str]) -> Divisor:
    def divisor(statement: Statement) -> tuple[Dimension, float | None]:
        dimension = dimension_of(statement.expression)
        return dimension, unit_of(dimension, base_units)

    return divisor


def _formulate(problem: Problem, yardsticks: Yardsticks, divisor: Divisor) -> Formulation:
    requirements = [(type(item), need) for item in problem.conditions for need in item.requirements]
    given = [(kind, need) for kind, need in requirements if not _with_unknowns(need.statement)]
    ansatz = build_ansatz(problem.fields, given, yardsticks, problem.holes)
    together: dict[object, list[Requirement]] = {}
    for _, need in requirements:
        if not any(need is met for met in ansatz.met) and need.measured is None:
            place = (tuple(need.fixed.items()), tuple(need.twin.items()) if need.twin else None, need.rim)
            together.setdefault(place, []).append(need)
    unknowns = problem.unknowns
    compiled = functools.partial(_group, yardsticks=yardsticks, divisor=divisor, unknowns=unknowns)
    groups = [compiled([item.statement for item in problem.residuals])]
    for needs in together.values():
        first = needs[0]
        group = compiled([need.statement for need in needs], first.fixed, first.twin)
        groups.append(replace(group, rim=first.rim))
    groups += observed_groups(problem, yardsticks, divisor)
    zeros, ones = ((pure(number),) * len(unknowns) for number in (0.0, 1.0))
    ansatz = replace(ansatz, lifts=ansatz.lifts + zeros, distances=ansatz.distances + ones)
    return Formulation(
        problem.coordinates, problem.fields, yardsticks, ansatz, tuple(groups), problem.holes, unknowns=unknowns
    )


def _with_unknowns(statement: Statement) -> bool:
    return any(isinstance(node, Unknown) for node in statement.expression.walk())


def _group(
    statements: Sequence[Statement],
    fixed: Mapping[Coordinate, float] = _NOWHERE,
    twin: Mapping[Coordinate, float] | None = None,
    *,
    yardsticks: Yardsticks,
    divisor: Divisor,
    unknowns: Sequence[Unknown],
) -> Group:
    expressions, components = [], []
    for statement in statements:
        dimension, scale = divisor(statement)
        measured = nondimensionalize(statement, yardsticks, scale)
        expressions.append(measured.expression)
        components.append(Component(statement.name, dimension, measured.scale))
    places = _fractions(fixed), twin and _fractions(twin)
    return Group.of(statements[0], components, expressions, unknowns, *places)


def _fractions(places: Mapping[Coordinate, float]) -> dict[Coordinate, float]:
    return {item: (place - item.low) / (item.high - item.low) for item, place in places.items()}
