"""Characteristic scales: the yardstick of every coordinate and field, given or proposed, always shown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pint

from pinnln.units.algebra import fold
from pinnln.units.errors import ScalesError, UnitsError
from pinnln.units.expression import Coordinate, Derivative, Expression, Field, Negation
from pinnln.units.nondimensional import Characteristic, Yardsticks
from pinnln.units.program import NUMPY, Partial, Program
from pinnln.units.registry import Measured, Q, coherent, measure, snap
from pinnln.units.shapes import Ball
from pinnln.units.statement import Stated, Statement

Given: TypeAlias = "pint.Quantity[Any] | float | tuple[pint.Quantity[Any] | float, pint.Quantity[Any] | float]"


@dataclass(frozen=True)
class Scale:
    """One line of the table of scales: symbol, reference and span as quantities, and where they are from."""

    name: str
    reference: Any
    span: Any
    origin: str

    def __str__(self) -> str:
        start = "" if self.reference.magnitude == 0 else f"{self.reference:.6g~P} + "
        return f"{self.name} = {start}{self.span:.6g~P} · {self.name}̂    ({self.origin})"


class Scales:
    """The yardsticks of a problem,  q = reference + span·q̂  for every coordinate and field.

    Args: given, name = span, or name = (reference, span); a coordinate's reference is its start unless given, a
    field's is zero. What is not given is proposed by `resolve`: extents for coordinates, the range of the conditions
    for fields, with a reference for temperatures.
    Raises: ScalesError for a span that is zero, negative or not finite.

    >>> Scales(x=Q("10 cm"), T=(Q(20, "degC"), Q(80, "delta_degC")))
    Scales(x=(10 centimeter), T=(20 degree_Celsius, 80 delta_degree_Celsius))
    """

    def __init__(self, **given: Given) -> None:
        self._given = dict(given)
        self._measured = {name: _pair(name, value) for name, value in given.items()}

    def __repr__(self) -> str:
        shown = (f"{name}=({', '.join(str(part) for part in _parts(value))})" for name, value in self._given.items())
        return f"Scales({', '.join(shown)})"

    def resolve(self, problem: Stated) -> ResolvedScales:
        """The scales of every symbol of a problem, missing ones proposed.

        Raises: ScalesError for an unknown name, a wrong dimension, or a field that no condition bounds.
        """
        symbols: list[Coordinate | Field] = [*problem.coordinates, *problem.fields]
        names = [symbol.name for symbol in symbols]
        for name in self._measured:
            if name not in names:
                raise ScalesError(f"a scale was given for {name!r}: expected one of {', '.join(names)}")
        yardsticks: dict[Coordinate | Field, Characteristic] = {}
        rows = []
        for symbol in symbols:
            characteristic, origin = self._of(symbol, problem)
            yardsticks[symbol] = characteristic
            reference = coherent(characteristic.reference, symbol.dimension)
            rows.append(Scale(symbol.name, reference, coherent(characteristic.span, symbol.dimension), origin))
        return ResolvedScales(yardsticks, tuple(rows))

    def _of(self, symbol: Coordinate | Field, problem: Stated) -> tuple[Characteristic, str]:
        if symbol.name in self._measured:
            reference, span = self._measured[symbol.name]
            for part in (reference, span):
                if part is not None and part.dimension != symbol.dimension:
                    raise ScalesError(
                        f"the scale of {symbol.name!r} has the dimension {part.dimension}: expected {symbol.dimension}"
                    )
            start = symbol.low if isinstance(symbol, Coordinate) else 0.0
            return Characteristic(start if reference is None else reference.value, span.value), "given"
        if isinstance(symbol, Coordinate):
            return Characteristic(symbol.low, snap(symbol.high - symbol.low)), "its extent"
        return _proposed(symbol, problem)


@dataclass(frozen=True)
class ResolvedScales:
    """A yardstick for every symbol of one problem, and the table that shows them."""

    yardsticks: Yardsticks
    rows: tuple[Scale, ...]

    def __str__(self) -> str:
        return "\n".join(str(row) for row in self.rows)

    def __getitem__(self, name: str) -> Scale:
        for row in self.rows:
            if row.name == name:
                return row
        raise ScalesError(f"there is no scale of {name!r}: expected one of {', '.join(row.name for row in self.rows)}")


def _parts(value: Given) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple | list) else (value,)


def _pair(name: str, value: Given) -> tuple[Measured | None, Measured]:
    parts = _parts(value)
    if len(parts) not in (1, 2):
        raise ScalesError(f"the scale of {name!r}: expected a span or (reference, span), found {value!r}")
    try:
        measured = [measure(part) for part in parts]
    except (UnitsError, TypeError, ValueError) as error:
        raise ScalesError(f"the scale of {name!r}: expected quantities, found {value!r} ({error})") from error
    span = measured[-1]
    if span.point:
        raise ScalesError(
            f"the span of {name!r} is {parts[-1]}, a point on an offset scale: "
            "state a difference, as in Q(80, 'delta_degC')"
        )
    if not (math.isfinite(span.value) and span.value > 0 and all(math.isfinite(item.value) for item in measured)):
        raise ScalesError(f"the scale of {name!r} is {value}: expected a finite span above zero")
    return (measured[0] if len(parts) == 2 else None), span


def _proposed(field: Field, problem: Stated) -> tuple[Characteristic, str]:
    """Range of the values that conditions fix, else the largest slope over the extent."""
    low, high = math.inf, -math.inf
    slopes = 0.0
    for statement in problem.statements:
        if statement.value is None:
            continue
        if statement.target is field:
            values = sampled(statement.value, problem.coordinates, statement.rim)
            low, high = float(values.min(initial=low)), float(values.max(initial=high))
        slope = _slope(statement)
        if slope is not None and slope.operands[0] is field:
            slopes = max(slopes, _rise(statement, slope, problem.coordinates))
    if str(field.dimension) == "K" and snap(high) > snap(low):
        return Characteristic(snap(low), snap(snap(high) - snap(low))), "the range of its conditions"
    if math.isfinite(low) and str(field.dimension) != "K" and max(abs(low), abs(high)) > 0:
        return Characteristic(0.0, snap(max(abs(low), abs(high)))), "the largest value of its conditions"
    if slopes > 0:
        return Characteristic(
            snap(low) if math.isfinite(low) else 0.0, snap(slopes)
        ), "the largest slope of its conditions"
    raise ScalesError(
        f"no condition bounds the field {field.name!r}, so no scale can be proposed for it: "
        f"give Scales({field.name}=…) with a quantity of dimension {field.dimension}"
    )


def _slope(statement: Statement) -> Derivative | None:
    """The slope that a statement fixes, if it fixes one: on a shape, the first of its components."""
    target = statement.target.operands[0] if isinstance(statement.target, Negation) else statement.target
    if statement.rim is not None and statement.kind == "Neumann":
        return next((node for node in target.walk() if isinstance(node, Derivative)), None)
    return target if isinstance(target, Derivative) else None


def _rise(statement: Statement, target: Derivative, coordinates: Sequence[Coordinate]) -> float:
    assert statement.value is not None
    extent = math.prod(item.high - item.low for item in target.coordinates)
    return float(np.abs(sampled(statement.value, coordinates, statement.rim)).max(initial=0.0)) * extent


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


def unit_yardsticks(problem: Stated, base_units: Mapping[str, str] | None = None) -> Yardsticks:
    """One of each unit as a yardstick: what stripping the units amounts to. For comparisons only.

    Args: base_units, the unit of each base dimension, as in {"[length]": "inch"}; SI where not given.
    """
    symbols: list[Coordinate | Field] = [*problem.coordinates, *problem.fields]
    return {symbol: Characteristic(0.0, unit_of(symbol.dimension, base_units)) for symbol in symbols}


def unit_of(dimension: Any, base_units: Mapping[str, str] | None = None) -> float:
    """The size of the coherent unit of a dimension in other base units [coherent SI].

    >>> from pinnln.units.dimension import Dimension
    >>> unit_of(Dimension.of({"[length]": 2}), {"[length]": "cm"})
    0.0001
    """
    size = 1.0
    for base, power in dimension.exponents:
        unit = (base_units or {}).get(base)
        size *= float((Q(1.0, unit) - Q(0.0, unit)).to_base_units().magnitude) ** float(power) if unit else 1.0
    return snap(size)
