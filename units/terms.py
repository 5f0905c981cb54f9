"""The terms of a sum, as the script wrote them."""

from __future__ import annotations

from dataclasses import dataclass

from pinnln.units.expression import Difference, Expression, Negation, Sum
from pinnln.units.source import Source, operands


@dataclass(frozen=True)
class Term:
    """One addend with its sign, and the span it has in the sum."""

    expression: Expression
    sign: int
    source: Source | None

    def __str__(self) -> str:
        return str(self.expression)


def terms(expression: Expression) -> list[Term]:
    """The addends of a sum; one that was named elsewhere, as in `buoyancy`, stays whole.

    >>> from pinnln.units import coordinates, d, field
    >>> x, = coordinates(x=(0.0, 1.0))
    >>> u = field("u", "", of=(x,))
    >>> [(term.sign, str(term)) for term in terms(d(u, x) - 2 * u + 1)]
    [(1, '∂u/∂x'), (-1, '2·u'), (1, '1')]
    """
    return _split(expression, 1, expression.source)


def _split(node: Expression, sign: int, span: Source | None) -> list[Term]:
    if isinstance(node, Negation):
        inner = node.operands[0]
        return _split(inner, -sign, inner.source) if _written_within(node, inner) else [Term(inner, -sign, span)]
    if not isinstance(node, Sum | Difference):
        return [Term(node, sign, span)]
    left, right = node.operands
    spans = operands(node.source)
    second = -sign if isinstance(node, Difference) else sign
    found: list[Term] = []
    for operand, its_sign, its_span in ((left, sign, spans[0]), (right, second, spans[1])):
        where = its_span or operand.source or node.source
        if isinstance(operand, Sum | Difference | Negation) and _written_within(node, operand):
            found += _split(operand, its_sign, where)
        else:
            found.append(Term(operand, its_sign, where))
    return found


def _written_within(outer: Expression, inner: Expression) -> bool:
    return outer.source is None or inner.source is None or outer.source.encloses(inner.source)
