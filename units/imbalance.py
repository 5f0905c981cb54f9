"""Equations of which only one term counts, and the scale that causes it."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pinnln.units.expression import Coordinate, Field, Symbol
from pinnln.units.registry import coherent
from pinnln.units.scales import ResolvedScales
from pinnln.units.sizes import sizes_of
from pinnln.units.statement import Stated, Statement
from pinnln.units.terms import terms

_SMALL = 0.01


def imbalances(problem: Stated, scales: ResolvedScales) -> tuple[str, ...]:
    """A sentence for every equation whose terms are all below a hundredth of the largest, one scale blamed for it.

    Blamed is the scale of a field that could make the largest two terms equal, of a coordinate where no field could:
    one that was given before one that follows from a balance, and that before what conditions say; of several the one
    that would have to change least.
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
    for symbols in (problem.fields, problem.coordinates):
        changes: list[tuple[int, float, Coordinate | Field]] = []
        for symbol in symbols:
            doubled = _logs(statement, scales, {**spans, symbol: 2 * spans[symbol]})
            power = (doubled[large] - doubled[next_] - gap) / math.log(2)
            if abs(power) > _SMALL:
                changes.append((_trust(scales[symbol.name].origin), -gap / power, symbol))
        if changes:
            _, change, blamed = min(changes, key=lambda item: (item[0], abs(item[1])))
            apt = coherent(float(f"{spans[blamed] * math.exp(change):.2g}"), blamed.dimension)
            row = scales[blamed.name]
            return (
                f"{said}: the scale of {blamed.name}, {row.span:.3g~P} ({row.origin}), causes it; "
                f"with {apt:.2g~P} they would be equal"
            )
    return said


def _trust(origin: str) -> int:
    return 0 if origin == "given" else 1 if origin.startswith("balance of ") else 2


def _logs(statement: Statement, scales: ResolvedScales, spans: Mapping[Symbol, float]) -> dict[str, float]:
    """The logarithm of the size of every term that does not vanish, by its text."""
    references = {symbol: yardstick.reference for symbol, yardstick in scales.yardsticks.items()}
    found: dict[str, float] = {}
    for term in terms(statement.target):
        sizes = sizes_of(term.expression, references, spans)
        if not sizes.vanishes:
            found[str(term)] = max(item.log for item in sizes.all)
    return found
