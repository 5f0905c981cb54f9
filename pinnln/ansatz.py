"""Conditions met exactly:  û = G + D·N, with G meeting the data and D zero where they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from math import comb, prod

import numpy as np
import torch

from pinnln.conditions import Dirichlet, Initial, Periodic, Requirement
from pinnln.holes import projected, reach, rim_base, rim_distances
from pinnln.kernels import MultiIndex
from pinnln.units import Ball, Coordinate, Derivative, Expression, Field
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
class RimDatum:
    """A value of a dimensionless field on the rim of a hole."""

    requirement: Requirement
    hole: Ball
    value: Expression


@dataclass(frozen=True)
class Ansatz:
    """The lift G and the distance D of every field, the coordinates along which all of them repeat, and the
    requirements that are met exactly."""

    lifts: tuple[Expression, ...]
    distances: tuple[Expression, ...]
    periodic: tuple[Coordinate, ...]
    met: tuple[Requirement, ...]


def build_ansatz(
    fields: Sequence[Field],
    requirements: Sequence[tuple[type, Requirement]],
    yardsticks: Yardsticks,
    holes: Sequence[Ball] = (),
) -> Ansatz:
    """G and D for every field, from the Dirichlet and initial conditions that data allow to be met together.

    G is the Boolean sum of linear interpolations between faces, of what the rims of holes leave to it. Data that
    contradict each other on an edge, as at the corner of a driven cavity, cannot all be met: as few as possible are
    left to the loss. Where every field is periodic the network is, and data that are not, in value or slope, are left
    to the loss.
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
            if all(_repeats(datum, axis, yardsticks, holes) for axis in periodic)
        ]
        data = _compatible(stated, field, yardsticks, holes)
        lifts.append(_lift(data, yardsticks))
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


def _repeats(datum: Datum | RimDatum, axis: Coordinate, yardsticks: Yardsticks, holes: Sequence[Ball]) -> bool:
    """Whether a datum has one value and one slope at both ends of a coordinate, and so has the distance from it."""
    if axis in (datum.hole.coordinates if isinstance(datum, RimDatum) else (datum.coordinate,)):
        return False
    low, high = (_place(axis, end, yardsticks) for end in (axis.low, axis.high))
    shown = [fold(datum.value), differentiate(fold(datum.value), axis)]
    return all(_vanishes(subtract(_on(item, axis, high), _on(item, axis, low)), yardsticks, holes) for item in shown)


def _compatible(
    data: list[Datum | RimDatum], field: Field, yardsticks: Yardsticks, holes: Sequence[Ball]
) -> list[Datum | RimDatum]:
    """The data without those whose leaving reconciles most of the others; between equals the one stated last goes."""

    def missed(kept: list[Datum | RimDatum]) -> int:
        lift = _lift(kept, yardsticks)
        return sum(not _holds(datum, lift, yardsticks, holes) for datum in kept)

    while missed(data):
        without = [[other for other in data if other is not datum] for datum in reversed(data)]
        data = min(without, key=missed)
    return data


def _data(kind: type, requirement: Requirement, field: Field, yardsticks: Yardsticks) -> list[Datum | RimDatum]:
    statement = requirement.statement
    target, value = statement.target, statement.value
    time_slope = isinstance(target, Derivative) and kind is Initial and target.operands[0] is field
    if kind not in (Dirichlet, Initial) or value is None or not (target is field or time_slope):
        return []
    if any(isinstance(node, Field | Where) for node in value.walk()):
        return []
    if requirement.rim is not None:
        return [RimDatum(requirement, requirement.rim, _rounded(_measured(value, field, yardsticks)))]
    ((coordinate, place),) = requirement.fixed.items()
    if time_slope:
        length = yardsticks[coordinate].span
        pure_value = multiply(measure_in(value, yardsticks), pure(length / yardsticks[field].span))
    else:
        pure_value = _measured(value, field, yardsticks)
    at = _place(coordinate, place, yardsticks)
    return [Datum(requirement, coordinate, at, _on(_rounded(pure_value), coordinate, at), int(time_slope))]


def _measured(value: Expression, field: Field, yardsticks: Yardsticks) -> Expression:
    yardstick = yardsticks[field]
    return divide(subtract(measure_in(value, yardsticks), pure(yardstick.reference)), pure(yardstick.span))


def _rounded(value: Expression) -> Expression:
    total: Expression = pure(0.0)
    for addend in addends(value):
        total = add(total, addend.expression)
    return total


def _place(coordinate: Coordinate, place: float, yardsticks: Yardsticks) -> float:
    yardstick = yardsticks[coordinate]
    return (place - yardstick.reference) / yardstick.span


def _local(coordinate: Coordinate, yardsticks: Yardsticks) -> Expression:
    """The coordinate as a fraction of its extent."""
    low, high = (_place(coordinate, end, yardsticks) for end in (coordinate.low, coordinate.high))
    return divide(subtract(coordinate, pure(low)), pure(high - low))


def _on(expression: Expression, coordinate: Coordinate, at: float) -> Expression:
    return transform(fold(expression), lambda node: pure(at) if node is coordinate else node)


def _lift(data: Sequence[Datum | RimDatum], yardsticks: Yardsticks) -> Expression:
    """G: with rims,  Q + ω·B, where Q meets their data, and B, the lift of the faces beside them, that of (g − Q)/ω.

    Near a hole the lift is then what the network is multiplied with: ω times something that does not know the hole's
    size. Faces that holes run into, as the cylinders of time into its start, come last, as corrections.
    """
    faces = [datum for datum in data if isinstance(datum, Datum)]
    rims = [(datum.hole, datum.value) for datum in data if isinstance(datum, RimDatum)]
    if not rims:
        return _joined(faces, pure(0.0), yardsticks)
    beside = set.intersection(*(set(hole.coordinates) for hole, _ in rims))
    base, distance = rim_base(rims, yardsticks), rim_distances([hole for hole, _ in rims], yardsticks)
    shares = [
        replace(face, value=_on(divide(subtract(face.value, base), distance), face.coordinate, face.at))
        for face in faces
        if face.coordinate in beside
    ]
    lift = add(base, multiply(distance, _joined(shares, pure(0.0), yardsticks)))
    return _joined([face for face in faces if face.coordinate not in beside], lift, yardsticks)


def _joined(data: Sequence[Datum], lift: Expression, yardsticks: Yardsticks) -> Expression:
    """The lift corrected on the faces of one axis after the other: from nothing, the Boolean sum of interpolations."""
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


def _distance(data: Sequence[Datum | RimDatum], yardsticks: Yardsticks) -> Expression:
    faces = [datum for datum in data if isinstance(datum, Datum)]
    distance = rim_distances([datum.hole for datum in data if isinstance(datum, RimDatum)], yardsticks)
    for axis in {datum.coordinate: None for datum in faces}:
        own = [datum for datum in faces if datum.coordinate is axis]
        local = _local(axis, yardsticks)
        if len({datum.at for datum in own}) == 2:
            factor = multiply(pure(4.0), multiply(local, subtract(pure(1.0), local)))
        elif own[0].at > _place(axis, axis.low, yardsticks):
            factor = subtract(pure(1.0), local)
        else:
            factor = multiply(local, local) if any(datum.order for datum in own) else local
        distance = multiply(distance, factor)
    return distance


def _holds(datum: Datum | RimDatum, lift: Expression, yardsticks: Yardsticks, holes: Sequence[Ball]) -> bool:
    if isinstance(datum, RimDatum):
        return _vanishes(projected(subtract(lift, datum.value), datum.hole, yardsticks), yardsticks, holes)
    shown = differentiate(fold(lift), datum.coordinate) if datum.order else fold(lift)
    return _vanishes(_on(subtract(shown, datum.value), datum.coordinate, datum.at), yardsticks, holes)


def _vanishes(gap: Expression, yardsticks: Yardsticks, holes: Sequence[Ball]) -> bool:
    """Whether an expression of coordinates is zero wherever it is asked, on a grid outside the holes."""
    program = Program([gap, *(reach(hole, yardsticks) for hole in holes)])
    axes = [
        np.linspace(_place(item, item.low, yardsticks), _place(item, item.high, yardsticks), 9)
        for item in _axes(program)
    ]
    grids = [grid.ravel() for grid in np.meshgrid(*axes, indexing="ij")] if axes else []
    with np.errstate(all="ignore"):
        found, *reaches = (np.asarray(value) for value in program.run(grids, NUMPY))
    asked = np.all([value >= 1.0 for value in reaches], axis=0) if reaches else np.asarray(True)
    return bool(np.max(np.where(asked, np.abs(found), 0.0)) <= _EXACT)


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
    expressions: tuple[Expression, ...],
    coordinates: Sequence[Coordinate],
    indices: tuple[MultiIndex, ...],
    x: torch.Tensor,
) -> torch.Tensor:
    program = _partials(expressions, tuple(coordinates), indices)
    columns = x.numpy()
    assert not any(isinstance(leaf, Partial) for leaf in program.leaves)
    values = program.run([columns[:, coordinates.index(leaf)] for leaf in _axes(program)], NUMPY)
    rows = [np.broadcast_to(np.asarray(value, dtype=float), (len(columns),)) for value in values]
    stacked = np.stack(rows).reshape(len(indices), len(expressions), len(columns)).transpose(0, 2, 1)
    return torch.from_numpy(np.ascontiguousarray(stacked))


@lru_cache(maxsize=64)
def _partials(
    expressions: tuple[Expression, ...], coordinates: tuple[Coordinate, ...], indices: tuple[MultiIndex, ...]
) -> Program:
    """The derivatives of expressions, compiled: once, however often points are drawn."""
    along = [[item for item, order in zip(coordinates, index, strict=True) for _ in range(order)] for index in indices]
    return Program([differentiate_along(fold(item), path) for path in along for item in expressions])
