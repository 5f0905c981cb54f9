"""What the rule table needs to know of a node: its name there, and whether a number counts as nothing or as fixed."""

from __future__ import annotations

from pinnln.units.algebra import fold
from pinnln.units.expression import (
    Call,
    Comparison,
    Difference,
    Expression,
    Negation,
    Number,
    Operation,
    Power,
    Product,
    Quotient,
    Sum,
    Unknown,
    Where,
)

_NAMES: dict[type[Expression], str] = {
    Sum: "add",
    Difference: "sub",
    Product: "mul",
    Quotient: "div",
    Negation: "neg",
    Power: "pow",
    Where: "where",
    Comparison: "lt",
}


def rule_name(node: Expression) -> str:
    """The name under which the rule table knows a node."""
    if isinstance(node, Operation):
        return node.what
    return node.function.name if isinstance(node, Call) else _NAMES.get(type(node), "")


def literal_zero(node: Number) -> bool:
    """Whether it is a bare 0, inf or nan, which fits any dimension."""
    return (node.value == 0 or node.value != node.value or abs(node.value) == float("inf")) and (
        node.dimension.dimensionless and not node.name
    )


def constant_value(node: Expression) -> float | None:
    """The value of an exponent that no training changes."""
    if any(
        isinstance(leaf, Operation | Unknown) or (isinstance(leaf, Number) and leaf.unit == "trainable")
        for leaf in node.walk()
    ):
        return None
    folded = fold(node)
    return folded.value if isinstance(folded, Number) else None
