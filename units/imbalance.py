"""Equations of which only one term counts, and the scale that causes it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from pinnln.units.expression import Coordinate, Derivative, Expression, Field, Number, Product, Quotient, Symbol
from pinnln.units.registry import coherent
from pinnln.units.scales import ResolvedScales
from pinnln.units.sizes import sizes_of
from pinnln.units.statement import Stated, Statement
from pinnln.units.terms import terms

_SMALL = 0.01
_FARTHEST, _KINKS = 200.0, 8
_BALANCED = 1


def imbalances(problem: Stated, scales: ResolvedScales) -> tuple[str, ...]:
    """A sentence for every equation whose terms are all below a hundredth of the largest, one scale blamed for it.

    Blamed is a scale that could make the largest two terms equal: one that was given before one that follows from a
    balance, that before the extent of a coordinate, and that before what conditions say of a field; a field before a
    coordinate, and of several the one that would have to change least. Where a balance would be blamed for a derivative
    that exceeds the rest nothing is: it may be smaller than span over extent, as the pressure across a thin channel.
    """
    spans = {symbol: yardstick.span for symbol, yardstick in scales.yardsticks.items()}
    found = [_sentence(item, problem, scales, spans) for item in problem.statements if item.kind == "residual"]
    return tuple(sentence for sentence in found if sentence)


def _sentence(statement: Statement, problem: Stated, scales: ResolvedScales, spans: Mapping[Symbol, float]) -> str:
    sizes = _logs(statement, scales, spans)
    ranked = sorted(sizes, key=lambda text: -sizes[text])
    if len(ranked) < 2 or sizes[ranked[0]] - sizes[ranked[1]] < -math.log(_SMALL):
        return ""
    large, next_ = ranked[:2]
    gap = sizes[large] - sizes[next_]
    said = f"in {statement.name!r} only {large} counts, the next term, {next_}, is {math.exp(-gap):.1g} of it"
    by_text = {str(term): term.expression for term in terms(statement.target)}
    candidates = []
    symbols: list[Symbol] = [*problem.fields, *problem.coordinates]
    for symbol in symbols:
        factor, shared = _equalising(statement, scales, spans, [symbol], (large, next_)), ""
        if factor is None and isinstance(symbol, Field):
            like = [item for item in problem.fields if item.dimension == symbol.dimension]
            factor, shared = _equalising(statement, scales, spans, like, (large, next_)), " for all of its dimension"
        if factor is not None:
            along = isinstance(symbol, Coordinate)
            elsewhere = symbol not in by_text[next_].walk()
            rank = (_trust(scales[symbol.name].origin, along=along), along, abs(math.log(factor)), elsewhere)
            candidates.append((rank, symbol, factor, shared))
    if not candidates:
        return said
    (trust, *_), blamed, factor, shared = min(candidates, key=lambda item: item[0])
    if trust == _BALANCED and _is_slope(by_text[large]):
        return f"{said}: a derivative may be smaller than span over extent, so no scale need be wrong"
    apt, row = coherent(float(f"{factor * spans[blamed]:.2g}"), blamed.dimension), scales[blamed.name]
    return (
        f"{said}: the scale of {blamed.name}, {row.span:.3g~P} ({row.origin}), causes it; "
        f"with {apt:.2g~P}{shared} they would be equal"
    )


def _equalising(
    statement: Statement,
    scales: ResolvedScales,
    spans: Mapping[Symbol, float],
    symbols: Sequence[Symbol],
    pair: tuple[str, str],
) -> float | None:
    """The factor on the spans of some symbols at which two terms would be equal, None if there is none.

    In logarithms the gap between two maxima of monomials is straight between a few kinks, so Newton's steps are few.
    """

    def gap(log: float) -> float:
        changed = {symbol: spans[symbol] * math.exp(log) for symbol in symbols}
        sizes = _logs(statement, scales, {**spans, **changed})
        return sizes[pair[0]] - sizes[pair[1]]

    found = 0.0
    for _ in range(_KINKS):
        here = gap(found)
        if abs(here) < _SMALL:
            return math.exp(found)
        power = (gap(found + _SMALL) - here) / _SMALL
        if abs(power) < _SMALL or abs(here / power) > _FARTHEST:
            return None
        found -= here / power
    return None


def _trust(origin: str, *, along: bool) -> int:
    """How far a scale is above suspicion; `along` for that of a coordinate."""
    return 0 if origin == "given" else _BALANCED if origin.startswith("balance of ") else 2 if along else 3


def _is_slope(expression: Expression) -> bool:
    """Whether it is a derivative times a constant."""
    match expression:
        case Product(operands=(Number(), other)) | Product(operands=(other, Number())):
            return _is_slope(other)
        case Quotient(operands=(other, Number())):
            return _is_slope(other)
    return isinstance(expression, Derivative)


def _logs(statement: Statement, scales: ResolvedScales, spans: Mapping[Symbol, float]) -> dict[str, float]:
    """The logarithm of the size of every term that does not vanish, by its text."""
    references = {symbol: yardstick.reference for symbol, yardstick in scales.yardsticks.items()}
    found: dict[str, float] = {}
    for term in terms(statement.target):
        sizes = sizes_of(term.expression, references, spans)
        if not sizes.vanishes:
            found[str(term)] = max(item.log for item in sizes.all)
    return found
