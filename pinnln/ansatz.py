"""Conditions met exactly:  û = G + D·N, with G meeting the data and D zero where they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import comb, prod

import numpy as np
import torch

from pinnln.conditions import Dirichlet, Initial, Periodic, Requirement
from pinnln.kernels import MultiIndex
from pinnln.units import Coordinate, Derivative, Expression, Field
from pinnln.units.algebra import add, differentiate, differentiate_along, divide, fold, multiply, subtract, transform
from pinnln.units.expression import Where, pure
from pinnln.units.nondimensional import Yardsticks, addends, measure_in
from pinnln.units.program import NUMPY, Partial, Program

_EXACT = 1e-9


@dataclass(frozen=True)
class Datum:
    """A value, or with `order` 1 a time derivative, of a dimensionless field on one face of the box."""

    requirement: Requirement
    coordinate: Coordinate
    at: float
    value: Expression
    order: int


@dataclass(frozen=True)
class Ansatz:
    """The lift G and the distance D of every field, the coordinates along which all of them repeat, and the
    requirements that are met exactly."""

    lifts: tuple[Expression, ...]
    distances: tuple[Expression, ...]
    periodic: tuple[Coordinate, ...]
    met: tuple[Requirement, ...]


def build_ansatz(
    fields: Sequence[Field], requirements: Sequence[tuple[type, Requirement]], yardsticks: Yardsticks
) -> Ansatz:
    """G and D for every field, from the Dirichlet and initial conditions that data allow to be met together.

    G is the Boolean sum of linear interpolations between faces. Data that contradict each other on an edge, as at the
    corner of a driven cavity, cannot all be met: as few as possible are left to the loss. Where every field is periodic
    the network is, and data that are not, in value or slope, are left to the loss.
    """
    lifts, distances = [], []
    circles = _circles(fields, requirements)
    periodic = tuple(circles)
    met = [item for items in circles.values() for item in items]
    for field in fields:
        stated = [
            datum
            for kind, item in requirements
            for datum in _data(kind, item, field, yardsticks)
            if all(_repeats(datum, axis, yardsticks) for axis in periodic)
        ]
        data = _compatible(stated, field, yardsticks)
        lifts.append(_lift(field, data, yardsticks))
        distances.append(_distance(data, yardsticks))
        met += [datum.requirement for datum in data]
    return Ansatz(tuple(lifts), tuple(distances), periodic, tuple(met))


def _circles(
    fields: Sequence[Field], requirements: Sequence[tuple[type, Requirement]]
) -> dict[Coordinate, list[Requirement]]:
    """The coordinates along which every field is stated to be periodic, with what states it."""
    stated: dict[Coordinate, list[Requirement]] = {}
    for kind, item in requirements:
        if kind is Periodic:
            (axis,) = item.fixed
            stated.setdefault(axis, []).append(item)
    values = {axis: {item.statement.target for item in items} for axis, items in stated.items()}
    return {axis: items for axis, items in stated.items() if all(field in values[axis] for field in fields)}


def _repeats(datum: Datum, axis: Coordinate, yardsticks: Yardsticks) -> bool:
    """Whether a datum has one value and one slope at both ends of a coordinate."""
    if datum.coordinate is axis:
        return False
    low, high = (_place(axis, end, yardsticks) for end in (axis.low, axis.high))
    shown = [fold(datum.value), differentiate(fold(datum.value), axis)]
    return all(_vanishes(subtract(_on(item, axis, high), _on(item, axis, low)), yardsticks) for item in shown)


def _compatible(data: list[Datum], field: Field, yardsticks: Yardsticks) -> list[Datum]:
    """The data without those whose leaving reconciles most of the others; between equals the one stated last goes."""

    def missed(kept: list[Datum]) -> int:
        lift = _lift(field, kept, yardsticks)
        return sum(not _holds(datum, lift, field, yardsticks) for datum in kept)

    while missed(data):
        without = [[other for other in data if other is not datum] for datum in reversed(data)]
        data = min(without, key=missed)
    return data


def _data(kind: type, requirement: Requirement, field: Field, yardsticks: Yardsticks) -> list[Datum]:
    statement = requirement.statement
    target, value = statement.target, statement.value
    time_slope = isinstance(target, Derivative) and kind is Initial and target.operands[0] is field
    if kind not in (Dirichlet, Initial) or value is None or not (target is field or time_slope):
        return []
    if any(isinstance(node, Field | Where) for node in value.walk()):
        return []
    ((coordinate, place),) = requirement.fixed.items()
    span, length = yardsticks[field].span, yardsticks[coordinate].span
    measured = measure_in(value, yardsticks)
    if time_slope:
        pure_value = multiply(measured, pure(length / span))
    else:
        pure_value = divide(subtract(measured, pure(yardsticks[field].reference)), pure(span))
    rounded: Expression = pure(0.0)
    for addend in addends(pure_value):
        rounded = add(rounded, addend.expression)
    at = _place(coordinate, place, yardsticks)
    return [Datum(requirement, coordinate, at, _on(rounded, coordinate, at), int(time_slope))]


def _place(coordinate: Coordinate, place: float, yardsticks: Yardsticks) -> float:
    yardstick = yardsticks[coordinate]
    return (place - yardstick.reference) / yardstick.span


def _local(coordinate: Coordinate, yardsticks: Yardsticks) -> Expression:
    """The coordinate as a fraction of its extent."""
    low, high = (_place(coordinate, end, yardsticks) for end in (coordinate.low, coordinate.high))
    return divide(subtract(coordinate, pure(low)), pure(high - low))


def _on(expression: Expression, coordinate: Coordinate, at: float) -> Expression:
    return transform(fold(expression), lambda node: pure(at) if node is coordinate else node)


def _lift(field: Field, data: Sequence[Datum], yardsticks: Yardsticks) -> Expression:
    lift: Expression = pure(0.0)
    axes = sorted({datum.coordinate for datum in data}, key=lambda item: (not item.is_time, item.name))
    for axis in axes:
        values = [datum for datum in data if datum.coordinate is axis and datum.order == 0]
        correction: Expression = pure(0.0)
        for datum in values:
            gap = subtract(datum.value, _on(lift, axis, datum.at))
            correction = add(correction, multiply(_weight(datum, values, yardsticks), gap))
        for datum in data:
            if datum.coordinate is axis and datum.order == 1:
                gap = subtract(datum.value, _on(differentiate(fold(lift), axis), axis, datum.at))
                correction = add(correction, multiply(subtract(axis, pure(datum.at)), gap))
        lift = add(lift, correction)
    return lift


def _weight(datum: Datum, values: Sequence[Datum], yardsticks: Yardsticks) -> Expression:
    """One on the datum's face, zero on the opposite one if that is fixed too."""
    if len(values) == 1:
        return pure(1.0)
    local = _local(datum.coordinate, yardsticks)
    at_start = datum.at == min(item.at for item in values)
    return subtract(pure(1.0), local) if at_start else local


def _distance(data: Sequence[Datum], yardsticks: Yardsticks) -> Expression:
    distance: Expression = pure(1.0)
    for axis in {datum.coordinate: None for datum in data}:
        own = [datum for datum in data if datum.coordinate is axis]
        local = _local(axis, yardsticks)
        if len({datum.at for datum in own}) == 2:
            factor = multiply(pure(4.0), multiply(local, subtract(pure(1.0), local)))
        elif own[0].at > _place(axis, axis.low, yardsticks):
            factor = subtract(pure(1.0), local)
        else:
            factor = multiply(local, local) if any(datum.order for datum in own) else local
        distance = multiply(distance, factor)
    return distance


def _holds(datum: Datum, lift: Expression, field: Field, yardsticks: Yardsticks) -> bool:
    shown = differentiate(fold(lift), datum.coordinate) if datum.order else fold(lift)
    return _vanishes(_on(subtract(shown, datum.value), datum.coordinate, datum.at), yardsticks)


def _vanishes(gap: Expression, yardsticks: Yardsticks) -> bool:
    """Whether an expression of coordinates is zero wherever it is asked, on a grid."""
    program = Program([gap])
    axes = [
        np.linspace(_place(item, item.low, yardsticks), _place(item, item.high, yardsticks), 9)
        for item in _axes(program)
    ]
    grids = [grid.ravel() for grid in np.meshgrid(*axes, indexing="ij")] if axes else []
    return bool(np.max(np.abs(program.run(grids, NUMPY)[0])) <= _EXACT)


def _axes(program: Program) -> list[Coordinate]:
    return [leaf for leaf in program.leaves if isinstance(leaf, Coordinate)]


@dataclass(frozen=True)
class Jets:
    """Derivatives of G and of D at points: (C, N, m) each, in the order of `indices`."""

    indices: tuple[MultiIndex, ...]
    lift: torch.Tensor
    distance: torch.Tensor
    pairs: tuple[tuple[int, int, int, float], ...]

    def apply(self, network: torch.Tensor) -> torch.Tensor:
        """The channels of û = G + D·N by the product rule, from those of N, (C, N, m)."""
        channels = [self.lift[place] for place in range(len(self.indices))]
        for out, left, right, factor in self.pairs:
            term = self.distance[left] * network[right]
            channels[out] = channels[out] + (term if factor == 1 else factor * term)
        return torch.stack(channels)


def jets(ansatz: Ansatz, coordinates: Sequence[Coordinate], indices: tuple[MultiIndex, ...], x: torch.Tensor) -> Jets:
    """The derivatives of G and D that the channels `indices` need, at points x (N, d) of dimensionless coordinates."""
    lift = _evaluate(ansatz.lifts, coordinates, indices, x)
    distance = _evaluate(ansatz.distances, coordinates, indices, x)
    present = [bool(distance[place].any()) for place in range(len(indices))]
    position = {index: place for place, index in enumerate(indices)}
    pairs = []
    for index, out in position.items():
        for right in product(*(range(order + 1) for order in index)):
            left = tuple(a - b for a, b in zip(index, right, strict=True))
            if present[position[left]]:
                factor = prod(comb(a, b) for a, b in zip(index, right, strict=True))
                pairs.append((out, position[left], position[right], float(factor)))
    return Jets(indices, lift, distance, tuple(pairs))


def _evaluate(
    expressions: Sequence[Expression],
    coordinates: Sequence[Coordinate],
    indices: tuple[MultiIndex, ...],
    x: torch.Tensor,
) -> torch.Tensor:
    along = [[item for item, order in zip(coordinates, index, strict=True) for _ in range(order)] for index in indices]
    program = Program([differentiate_along(fold(item), path) for path in along for item in expressions])
    columns = x.numpy()
    assert not any(isinstance(leaf, Partial) for leaf in program.leaves)
    values = program.run([columns[:, coordinates.index(leaf)] for leaf in _axes(program)], NUMPY)
    rows = [np.broadcast_to(np.asarray(value, dtype=float), (len(columns),)) for value in values]
    stacked = np.stack(rows).reshape(len(indices), len(expressions), len(columns)).transpose(0, 2, 1)
    return torch.from_numpy(np.ascontiguousarray(stacked))
