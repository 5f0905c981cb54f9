"""What a refused sum or temperature is called: the code and the sentence of the finding."""

from __future__ import annotations

from collections.abc import Sequence

from pinnln.units.expression import (
    Call,
    Comparison,
    Difference,
    Expression,
    Field,
    Negation,
    Number,
    Operation,
    Power,
    Product,
    Quotient,
    Sum,
    Where,
)
from pinnln.units.hints import bare
from pinnln.units.registry import Q, measure
from pinnln.units.rules import RULES, Family
from pinnln.units.source import Source, argument, operands, segment
from pinnln.units.terms import Term

SMALL = 1e-4
OFFSET_USES = {"UL301": "multiplied", "UL302": "used nonlinearly"}
_REDUCTIONS = frozenset({"mean", "sum", "mse_loss", "l1_loss", "norm", "vector_norm", "var", "nanmean"})
_SHIFTABLE = frozenset({"add", "sub", "where", "mean", "max", "min", "amax", "amin", "clamp", "total", "lt"})


def sum_code(term: Term, addends: Sequence[Term], node: Expression) -> str:
    """UL201 between losses, UL102 for a small bare number, what the trace said of its own joins, else UL101."""
    if _of_losses(addends):
        return "UL201"
    if isinstance(node, Operation) and node.code:
        return node.code
    inner = term.expression
    small = isinstance(inner, Number) and bare(inner) and 0 < abs(inner.value) <= SMALL
    return "UL102" if small else "UL101"


def sum_sentence(what: str, addends: Sequence[Term], node: Expression) -> str:
    """What is wrong with a join, in the words of what was written."""
    if _of_losses(addends):
        return f"the losses added in {what} are of residuals of unlike dimension"
    if isinstance(node, Where):
        return f"the branches of where in {what} have different dimensions"
    if isinstance(node, Comparison) or (isinstance(node, Operation) and RULES[node.what].family is Family.COMPARE):
        return f"the sides of a comparison in {what} have different dimensions"
    if isinstance(node, Operation) and node.code == "UL202":
        return f"a reduction in {what} mixes columns of different dimensions"
    if isinstance(node, Operation):
        return f"what {node.what} joins in {what} has different dimensions"
    return f"the terms of {what} have different dimensions"


def has_sum(node: Expression) -> bool:
    """Whether there is a sum in it, which may be told what it should be."""
    return any(isinstance(inner, Sum | Difference) for inner in node.walk())


def blamed_source(term: Term) -> Source | None:
    """Where a guilty term was written: a composite that was given a name elsewhere is blamed where its factors stand.

    A plain derivative is what its name says, and stays blamed where it is added.
    """
    return _definition(term) or term.source


def named_elsewhere(term: Term) -> tuple[str, ...]:
    """A note with the other line of a term that was named: where it was made, or where it is added."""
    made, added = term.expression.source, term.source
    if _definition(term) is not None and added is not None:
        return (f"it is added in line {added.line}",)
    if made is None or added is None or made.line == added.line or made.path != added.path:
        return ()
    return (f"{term} was made in line {made.line}",)


def _definition(term: Term) -> Source | None:
    node, span = term.expression, term.source
    if isinstance(node, Product):
        for factor, other, place in zip(node.operands, reversed(node.operands), operands(span), strict=True):
            if place is not None and bare(other):
                return _definition(Term(factor, term.sign, place))
    made = node.source
    if made is None or span is None or span.encloses(made) or made.path != span.path:
        return None
    composite = isinstance(node, Product | Quotient | Sum | Difference | Power | Negation)
    return made if composite and segment(span).isidentifier() else None


def unit_cast(node: Expression) -> Number | None:
    """What a field is divided by that is one of some unit and has no name: made up so that units agree."""
    if not isinstance(node, Quotient) or not depends_on_a_field(node.operands[0]):
        return None
    by = node.operands[1]
    if not isinstance(by, Number) or by.name or by.dimension.dimensionless:
        return None
    return by if by.value == measure(Q(1.0, by.unit)).value else None


def depends_on_a_field(node: Expression) -> bool:
    """Whether an unknown function, or what is not known of it, occurs in an expression."""
    return any(
        isinstance(leaf, Field) or (isinstance(leaf, Operation) and leaf.what == "unknown") for leaf in node.walk()
    )


def offset_use(
    node: Expression, name: str, places: Sequence[int]
) -> tuple[bool, list[tuple[str, Expression, Source | None]]]:
    """What an operation does with points on an offset scale (20 °C): whether its result is one, and what is refused.

    A point may be shifted, compared and averaged, and the difference of two is none, nor is that between an absolute
    temperature and a stated point, as in T − 20 °C; anything else needs an absolute temperature.
    """
    if name in _SHIFTABLE and not (isinstance(node, Sum) and len(places) == 2):
        stated = list(places) == [1] and isinstance(node.operands[1], Number)
        difference = isinstance(node, Difference) and (len(places) == 2 or stated)
        return not difference and name != "lt", []
    spans = operands(node.source) if len(node.operands) == 2 else (argument(node.source, 0),) * 2
    refused = []
    for index in places:
        operand = node.operands[index]
        linear = name in ("add", "mul", "neg") or (name == "div" and index == 0)
        code = "UL301" if linear or isinstance(operand, Number) else "UL302"
        refused.append((code, operand, (spans[index] if index < len(spans) else None) or node.source))
    return False, refused


def _of_losses(addends: Sequence[Term]) -> bool:
    written = [item.expression for item in addends if not bare(item.expression)]
    return bool(written) and all(_is_loss(item) for item in written)


def _is_loss(node: Expression) -> bool:
    """Whether it is a reduction over points, perhaps weighted or under a root."""
    if isinstance(node, Operation):
        return node.what in _REDUCTIONS or (node.what in ("sqrt", "total") and _is_loss(node.operands[0]))
    if isinstance(node, Product | Quotient | Power | Negation | Call):
        return any(_is_loss(operand) for operand in node.operands)
    return False
