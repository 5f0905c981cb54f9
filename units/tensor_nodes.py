"""The nodes that a trace of tensors is made of."""

from __future__ import annotations

from collections.abc import Mapping

from pinnln.units.dimension import DIMENSIONLESS
from pinnln.units.expression import (
    Coordinate,
    Derivative,
    Difference,
    Expression,
    Negation,
    Number,
    Operation,
    Power,
    Product,
    Quotient,
    Sum,
    Where,
)
from pinnln.units.inference import unknown_dimension
from pinnln.units.registry import Measured
from pinnln.units.source import Source, segment

_KINDS: Mapping[str, type[Expression]] = {
    "add": Sum,
    "sub": Difference,
    "mul": Product,
    "div": Quotient,
    "true_divide": Quotient,
    "pow": Power,
    "float_power": Power,
    "neg": Negation,
    "where": Where,
}


def joined(name: str, operands: list[Expression], source: Source | None) -> Expression:
    """The node of an operation on elements: arithmetic as in trees, anything else by its name."""
    kind = _KINDS.get(name)
    return kind(*operands, source=source) if kind else Operation(name, *operands, source=source)


def bare_number(value: float, source: Source | None) -> Number:
    """A number without a unit."""
    return Number(Measured(value, DIMENSIONLESS, "", point=False), "", source)


def literal_number(value: float, span: Source | None, time: int = 0) -> Number:
    """A number whose dimension is to be inferred, called what the script calls it; time tells two at a place apart."""
    shown = segment(span) or f"{value:g}"
    place = f"{shown} in line {span.line}:{span.column}" if span else shown
    place += f" ({time})" if time else ""
    name = f"({shown})" if any(letter in shown.replace("e-", "e") for letter in " +-*/") else shown
    return Number(Measured(value, unknown_dimension(place), "literal", point=False), name, span)


def derivative(node: Expression, by: Expression, source: Source | None) -> Expression:
    """∂node/∂by, of higher order if the node is a derivative already."""
    if not isinstance(by, Coordinate):
        return Operation("gradient", node, by, source=source)
    if isinstance(node, Derivative):
        return Derivative(node.operands[0], (*node.coordinates, by), source=source)
    return Derivative(node, (by,), source=source)
