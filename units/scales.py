"""Characteristic scales: the yardstick of every coordinate and field, given or proposed, always shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import pint

from pinnln.units.balance import balance, weigh
from pinnln.units.bounds import from_conditions, resting, slopes
from pinnln.units.dimension import Dimension
from pinnln.units.errors import ScalesError, UnitsError
from pinnln.units.expression import Coordinate, Symbol, Unknown
from pinnln.units.nondimensional import Characteristic, Yardsticks
from pinnln.units.printing import hatted
from pinnln.units.readable_units import readable
from pinnln.units.registry import Measured, Q, coherent, measure, snap
from pinnln.units.statement import Stated

Given: TypeAlias = "pint.Quantity[Any] | float | tuple[pint.Quantity[Any] | float, pint.Quantity[Any] | float]"
Proposal: TypeAlias = tuple[Characteristic, str]

_GIVEN = "given"
_TORN = 1e4


@dataclass(frozen=True)
class Scale:
    """One line of the table of scales: symbol, reference and span as quantities, where they are from, and the unit in
    which the script states the symbol."""

    name: str
    reference: Any
    span: Any
    origin: str
    unit: str = ""

    def __str__(self) -> str:
        dimension, start, span = Dimension.of(self.span.dimensionality), self.reference.magnitude, self.span.magnitude
        spread = "" if Q(1.0, self.unit or "dimensionless").units == Q(1.0, "degC").units else self.unit
        before = f"{readable(start, dimension, self.unit, span):.6g~P} + " if start else ""
        return (
            f"{self.name} = {before}{readable(span, dimension, spread):.6g~P} · {hatted(self.name)}    ({self.origin})"
        )


class Scales:
    """The yardsticks of a problem,  q = reference + span·q̂  for every coordinate and field.

    Args: given, name = span, or name = (reference, span); a coordinate's reference is its start unless given, a
    field's is zero. What is not given is proposed by `resolve`: extents for coordinates, the range of the conditions
    for fields, with a reference for temperatures, for fields that no condition bounds the balance of the terms, and for
    unknown constants the size of their guess.
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

        Raises: ScalesError for an unknown name, a wrong dimension, scales that contradict each other, or a field that
        neither a condition nor a balance of terms bounds.
        """
        symbols: list[Symbol] = [*problem.coordinates, *problem.fields, *problem.unknowns]
        names = [symbol.name for symbol in symbols]
        for name in self._measured:
            if name not in names:
                raise ScalesError(f"a scale was given for {name!r}: expected one of {', '.join(names)}")
        found = {symbol: self._of(symbol, problem) for symbol in symbols}
        known = {symbol: pair for symbol, pair in found.items() if pair is not None}
        found |= _balanced(problem, known)
        _refuse_contradictions(problem, {symbol: pair for symbol, pair in found.items() if pair is not None})
        yardsticks: dict[Symbol, Characteristic] = {}
        rows = []
        for symbol in symbols:
            pair = found[symbol]
            assert pair is not None
            yardsticks[symbol], origin = pair
            reference = coherent(yardsticks[symbol].reference, symbol.dimension)
            span = coherent(yardsticks[symbol].span, symbol.dimension)
            rows.append(Scale(symbol.name, reference, span, origin, symbol.unit))
        return ResolvedScales(yardsticks, tuple(rows))

    def _of(self, symbol: Symbol, problem: Stated) -> Proposal | None:
        """What is given or what extents and conditions say, None for a field that they do not bound."""
        if symbol.name in self._measured:
            reference, span = self._measured[symbol.name]
            for part in (reference, span):
                if part is not None and part.dimension != symbol.dimension:
                    raise ScalesError(
                        f"the scale of {symbol.name!r} has the dimension {part.dimension}: expected {symbol.dimension}"
                    )
            if isinstance(symbol, Unknown) and symbol.positive and reference is not None:
                raise ScalesError(
                    f"the unknown {symbol.name!r} is positive and so trained through its logarithm: expected a span "
                    f"alone, as in Scales({symbol.name}=…), or unknown({symbol.name!r}, …, positive=False)"
                )
            start = symbol.low if isinstance(symbol, Coordinate) else 0.0
            return Characteristic(start if reference is None else reference.value, span.value), _GIVEN
        if isinstance(symbol, Coordinate):
            return Characteristic(symbol.low, snap(symbol.high - symbol.low)), "its extent"
        return _of_guess(symbol) if isinstance(symbol, Unknown) else from_conditions(symbol, problem)


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


def _of_guess(unknown: Unknown) -> Proposal:
    """The size of a guess; a zero has none, nor does a point on a scale whose zero is a convention."""
    if unknown.value == 0:
        raise ScalesError(
            f"the guess of the unknown {unknown.name!r} is zero, which tells no scale: give Scales({unknown.name}=…) "
            f"with a quantity of dimension {unknown.dimension}, about as large as it may be"
        )
    if unknown.point and not unknown.positive:
        raise ScalesError(
            f"the guess of the unknown {unknown.name!r} stands on a scale with an offset, which tells no span: give "
            f"Scales({unknown.name}=(reference, span)), as in (Q(20, 'degC'), Q(10, 'delta_degC'))"
        )
    return Characteristic(0.0, snap(abs(unknown.value))), "the size of its guess"


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


def _balanced(problem: Stated, known: Mapping[Symbol, Proposal]) -> dict[Symbol, Proposal]:
    """The yardsticks of the fields that no condition bounds, from the balance of the terms of the equations."""
    unknown = [field for field in problem.fields if field not in known]
    if not unknown:
        return {}
    references = {symbol: characteristic.reference for symbol, (characteristic, _) in known.items()}
    references |= {field: resting(field, problem) for field in unknown}
    spans = {symbol: characteristic.span for symbol, (characteristic, _) in known.items()}
    equations = [weigh(item, references, spans) for item in problem.statements if item.kind == "residual"]
    found = balance([*equations, *slopes(problem, unknown)], unknown)
    return {field: (Characteristic(references[field], snap(its.span)), its.origin) for field, its in found.items()}


def _refuse_contradictions(problem: Stated, found: Mapping[Symbol, Proposal]) -> None:
    """Two terms of one equation that only each other can balance, and that the given scales tear apart."""
    references = {symbol: characteristic.reference for symbol, (characteristic, _) in found.items()}
    spans = {symbol: characteristic.span for symbol, (characteristic, _) in found.items()}
    given = [field for field in problem.fields if found[field][1] == _GIVEN]
    for statement in problem.statements:
        if statement.kind != "residual" or not given:
            continue
        kinds = weigh(statement, references, {item: span for item, span in spans.items() if item not in given}).kinds
        logs = {field: math.log(spans[field]) for field in given}
        if len(kinds) != 2 or not all(kind.size.powers and kind.size.fields <= set(given) for kind in kinds):
            continue
        small, large = sorted(kinds, key=lambda kind: kind.size.at(logs))
        factor = large.size.at(logs) - small.size.at(logs)
        blamed = [item for item in given if item in small.size.powers and item not in large.size.powers]
        if factor > math.log(_TORN) and blamed:
            apt = snap(spans[blamed[-1]] * math.exp(factor / small.size.powers[blamed[-1]]))
            shown = coherent(float(f"{apt:.3g}"), blamed[-1].dimension)
            raise ScalesError(
                f"the given scales contradict each other in {statement.name!r}: {large.text} is "
                f"{math.exp(factor):.1e} times {small.text}, and no other term balances it: "
                f"give Scales({blamed[-1].name}=Q('{shown:~}')), or leave it out"
            )


def unit_yardsticks(problem: Stated, base_units: Mapping[str, str] | None = None) -> Yardsticks:
    """One of each unit as a yardstick: what stripping the units amounts to. For comparisons only.

    Args: base_units, the unit of each base dimension, as in {"[length]": "inch"}; SI where not given.
    """
    symbols: list[Symbol] = [*problem.coordinates, *problem.fields, *problem.unknowns]
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
