"""The rule table: what each operation demands of the dimensions of its operands, and what it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from pinnln.units.dimension import DIMENSIONLESS, Dimension
from pinnln.units.expression import Difference, Expression, Negation, Power, Product, Quotient, Sum

JOIN: frozenset[type[Expression]] = frozenset({Sum, Difference})
"""Operations whose operands must share one dimension, which is then the result's."""

COMBINE: Mapping[type[Expression], Callable[..., Dimension]] = {
    Product: lambda left, right: left * right,
    Quotient: lambda left, right: left / right,
    Negation: lambda operand: operand,
}
"""Operations that take any dimensions and compute the result's from them."""

SCALE_FREE: frozenset[type[Expression]] = frozenset({Product, Quotient, Negation, Power})
"""Operations that have no meaning for a point on an offset scale, such as 20 °C."""

FUNCTIONS: Mapping[str, Callable[[Dimension], Dimension] | None] = {
    "dimensionless": None,
    "preserve": lambda operand: operand,
    "sign": lambda operand: DIMENSIONLESS,
    "root": lambda operand: operand ** Fraction(1, 2),
}
"""Rules of elementary functions by the name they carry; None demands a pure number and gives one."""
