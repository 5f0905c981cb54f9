"""What the conditions of a problem say of the size of its fields: the range of their values, and their slopes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from pinnln.units.algebra import fold
from pinnln.units.balance import Weighed, sloped
from pinnln.units.expression import Coordinate, Derivative, Expression, Field, Negation, Number, Quotient, Sum
from pinnln.units.nondimensional import Characteristic
from pinnln.units.program import NUMPY, Partial, Program
from pinnln.units.registry import snap
from pinnln.units.shapes import Ball
from pinnln.units.statement import Stated, Statement

_NARROW = 0.1


def from_conditions(field: Field, problem: Stated) -> tuple[Characteristic, str] | None:
    """A yardstick from the values that conditions fix, and in words how; None if they do not bound the field.

    Temperatures get a reference and their range, and so does a field whose range is less than a tenth of its largest
    value, as an atmosphere's pressure; other fields get their largest value.
    """
    low, high = _range(field, problem)
    narrow = 0 < snap(high) - snap(low) < _NARROW * max(abs(low), abs(high))
    if str(field.dimension) == "K" or narrow:
        if snap(high) > snap(low):
            return Characteristic(snap(low), snap(snap(high) - snap(low))), "the range of its conditions"
    elif math.isfinite(low) and max(abs(low), abs(high)) > 0:
        return Characteristic(0.0, snap(max(abs(low), abs(high)))), "the largest value of its conditions"
    return None


def resting(field: Field, problem: Stated) -> float:
    """Where a field without a span starts from: the one value that conditions give it, else zero [coherent SI]."""
    low, _ = _range(field, problem)
    return snap(low) if math.isfinite(low) else 0.0


def _range(field: Field, problem: Stated) -> tuple[float, float]:
    """The range of the values that conditions fix, the surroundings of a Robin condition among them."""
    low, high = math.inf, -math.inf
    for statement in problem.statements:
        value = _fixed_value(statement, field)
        if value is not None:
            for item in (value, statement.largest or value):
                values = sampled(item, problem.coordinates, statement.rim)
                low, high = float(values.min(initial=low)), float(values.max(initial=high))
    return low, high


def _fixed_value(statement: Statement, field: Field) -> Expression | None:
    """What a condition compares a field with: g of  u = g,  g/a of  a u + b ∂u/∂n = g."""
    if statement.value is None:
        return None
    if statement.target is field:
        return statement.value
    robin = _robin(statement)
    if robin is None or robin[0].operands[1] is not field or _vanishes(robin[0].operands[0]):
        return None
    return Quotient(statement.value, robin[0].operands[0])


def _robin(statement: Statement) -> tuple[Expression, Expression] | None:
    """The terms  a u  and  b ∂u/∂n  of a Robin condition."""
    both = statement.kind == "Robin" and isinstance(statement.target, Sum)
    return (statement.target.operands[0], statement.target.operands[1]) if both else None


def _vanishes(expression: Expression) -> bool:
    folded = fold(expression)
    return isinstance(folded, Number) and folded.value == 0


def slopes(problem: Stated, unknown: Sequence[Field]) -> list[Weighed]:
    """Every condition that fixes a slope other than zero of a field without a span."""
    radial = _radial(problem)
    found = []
    for statement in problem.statements:
        fixed = _fixed_slope(statement)
        slope = (
            None if fixed is None else next((node for node in fixed[0].walk() if isinstance(node, Derivative)), None)
        )
        if fixed is None or slope is None or slope.operands[0] not in unknown:
            continue
        field = slope.operands[0]
        assert isinstance(field, Field)
        steepest = max(
            float(np.abs(sampled(item, problem.coordinates, statement.rim)).max(initial=0.0))
            for item in (fixed[1], statement.largest or fixed[1])
        )
        inner = isinstance(fixed[0], Negation) and statement.rim is None
        extents = [
            min(item.high - item.low, item.low) if inner and item in radial else item.high - item.low
            for item in slope.coordinates
        ]
        if steepest > 0:
            found.append(sloped(statement.name, field, math.prod(extents), steepest))
    return found


def _fixed_slope(statement: Statement) -> tuple[Expression, Expression] | None:
    """The slope that a condition fixes, and its value; on the surface of a shape the slope is a sum of components."""
    if statement.value is None:
        return None
    robin = _robin(statement)
    if robin is not None:
        factor, slope = robin[1].operands
        return (slope, Quotient(statement.value, factor)) if _vanishes(robin[0].operands[0]) else None
    inner = statement.target.operands[0] if isinstance(statement.target, Negation) else statement.target
    if isinstance(inner, Derivative) or (statement.kind == "Neumann" and statement.rim is not None):
        return statement.target, statement.value
    return None


def _radial(problem: Stated) -> set[Coordinate]:
    """The coordinates that equations divide by, as by a radius.

    Near its start such a coordinate is its own yardstick: r ∂h/∂r, the slope along ln r, is of the size of h.
    """
    found: set[Coordinate] = set()
    for statement in problem.statements:
        for node in fold(statement.target).walk():
            if isinstance(node, Quotient):
                found.update(item for item in node.operands[1].walk() if isinstance(item, Coordinate) and item.low > 0)
    return found


def sampled(
    expression: Expression, coordinates: Sequence[Coordinate], rim: Ball | None = None
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Finite values of an expression of the coordinates on a grid over their extents [coherent SI].

    There are none if it depends on a field. On the surface of a shape, if `rim` is one.
    """
    program = Program([fold(expression)])
    if any(isinstance(leaf, Partial) for leaf in program.leaves):
        return np.zeros(0)
    leaves = [leaf for leaf in program.leaves if isinstance(leaf, Coordinate)]
    along = rim.coordinates if rim is not None else ()
    per_axis = 33 if len(coordinates) <= 2 else 9
    axes = [np.linspace(leaf.low, leaf.high, per_axis) for leaf in leaves if leaf not in along]
    places = rim.surface(rim.directions()) if rim is not None else np.zeros((1, 0))
    which, *grids = (grid.ravel() for grid in np.meshgrid(np.arange(len(places)), *axes, indexing="ij"))
    free = iter(grids)
    values = [places[which, along.index(leaf)] if leaf in along else next(free) for leaf in leaves]
    with np.errstate(all="ignore"):
        found = np.atleast_1d(np.asarray(program.run(values, NUMPY)[0], dtype=float))
    return np.asarray(found[np.isfinite(found)])
