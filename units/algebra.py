"""Rewriting of expressions that passed the lint: constants folded, derivatives carried through to the fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pinnln.units.errors import ProblemError
from pinnln.units.expression import (
    Call,
    Comparison,
    Coordinate,
    Derivative,
    Difference,
    Expression,
    Field,
    Negation,
    Number,
    Parameter,
    Power,
    Product,
    Quotient,
    Sum,
    Where,
    pure,
)
from pinnln.units.functions import LOG


def _value(node: Expression) -> float | None:
    return node.value if isinstance(node, Number) else None


def add(left: Expression, right: Expression) -> Expression:
    """left + right, with zeros dropped and constants folded."""
    a, b = _value(left), _value(right)
    if a is not None and b is not None:
        return pure(a + b)
    return right if a == 0 else left if b == 0 else Sum(left, right)


def negate(operand: Expression) -> Expression:
    """− operand."""
    value = _value(operand)
    return pure(-value) if value is not None else Negation(operand)


def subtract(left: Expression, right: Expression) -> Expression:
    """left − right, with zeros dropped and constants folded."""
    a, b = _value(left), _value(right)
    if a is not None and b is not None:
        return pure(a - b)
    return negate(right) if a == 0 else left if b == 0 else Difference(left, right)


def multiply(left: Expression, right: Expression) -> Expression:
    """left · right, with zeros and ones dropped and constants folded."""
    a, b = _value(left), _value(right)
    if a is not None and b is not None:
        return pure(a * b)
    if a == 0 or b == 0:
        return pure(0.0)
    return right if a == 1 else left if b == 1 else Product(left, right)


def divide(left: Expression, right: Expression) -> Expression:
    """left / right, with zeros and ones dropped and constants folded.

    Raises: ProblemError where the denominator is zero whatever the fields are.
    """
    a, b = _value(left), _value(right)
    if b == 0:
        raise ProblemError(f"a term divides {left} by a constant zero: multiply the equation by it, or leave it out")
    if a is not None and b is not None:
        return pure(a / b)
    if a == 0:
        return pure(0.0)
    return left if b == 1 else Quotient(left, right)


def raise_to(base: Expression, exponent: Expression) -> Expression:
    """base ^ exponent, with constants folded."""
    a, b = _value(base), _value(exponent)
    if a is not None and b is not None:
        return pure(a**b)
    if b == 0:
        return pure(1.0)
    return base if b == 1 else Power(base, exponent)


_BUILD: dict[type[Expression], Callable[..., Expression]] = {
    Sum: add,
    Difference: subtract,
    Product: multiply,
    Quotient: divide,
    Power: raise_to,
    Negation: negate,
}


def rebuild(node: Expression, operands: Sequence[Expression]) -> Expression:
    """The same operation on other operands, folded where they are constant."""
    build = _BUILD.get(type(node))
    if build is not None:
        return build(*operands)
    if isinstance(node, Call):
        value = _value(operands[0])
        return pure(float(node.function.evaluate(value))) if value is not None else Call(node.function, operands[0])
    if isinstance(node, Derivative):
        return differentiate_along(operands[0], node.coordinates)
    if isinstance(node, Comparison):
        return Comparison(node.relation, *operands)
    if isinstance(node, Where):
        return Where(*operands)
    return node


def transform(expression: Expression, leaf: Callable[[Expression], Expression]) -> Expression:
    """The expression with every leaf replaced; a derivative of a field counts as a leaf."""
    made: dict[int, Expression] = {}
    for node in expression.walk():
        if not node.operands or (isinstance(node, Derivative) and isinstance(node.operands[0], Field)):
            made[id(node)] = leaf(node)
        else:
            made[id(node)] = rebuild(node, [made[id(operand)] for operand in node.operands])
    return made[id(expression)]


def fold(expression: Expression) -> Expression:
    """The expression in bare numbers [coherent SI], constants folded, every derivative taken down to the fields."""
    return transform(expression, _bare)


def _bare(node: Expression) -> Expression:
    if isinstance(node, Number):
        return pure(node.value)
    if isinstance(node, Derivative):
        return differentiate_along(node.operands[0], node.coordinates)
    return node


def differentiate_along(expression: Expression, along: Sequence[Coordinate]) -> Expression:
    """∂ⁿf/∂x∂y… for each coordinate in turn."""
    for coordinate in along:
        expression = differentiate(expression, coordinate)
    return expression


def differentiate(expression: Expression, by: Coordinate) -> Expression:
    """∂f/∂x by the rules of calculus, down to derivatives of fields; parts that are shared are differentiated once.

    >>> from pinnln.units import coordinates, field
    >>> x, = coordinates(x=(0.0, 1.0))
    >>> u = field("u", "", of=(x,))
    >>> str(differentiate(u * u, x))
    '∂u/∂x·u + u·∂u/∂x'
    """
    slopes: dict[int, Expression] = {}
    for node in expression.walk():
        if not isinstance(node, Comparison) or node is expression:
            slopes[id(node)] = _slope(node, by, [slopes.get(id(operand), operand) for operand in node.operands])
    return slopes[id(expression)]


def _slope(node: Expression, by: Coordinate, slopes: Sequence[Expression]) -> Expression:
    """The derivative of a node from those of its operands."""
    match node:
        case Number() | Coordinate() | Parameter():
            return pure(1.0 if node is by else 0.0)
        case Field():
            return Derivative(node, (by,)) if by in node.coordinates else pure(0.0)
        case Derivative():
            inner = node.operands[0]
            if not isinstance(inner, Field):
                return differentiate(differentiate_along(inner, node.coordinates), by)
            return Derivative(inner, (*node.coordinates, by)) if by in inner.coordinates else pure(0.0)
        case Call():
            return multiply(node.function.derivative(node.operands[0]), slopes[0])
        case Where():
            return Where(node.operands[0], *slopes[1:])
        case Negation():
            return negate(slopes[0])
    return _of_pair(node, *slopes)


def _of_pair(node: Expression, da: Expression, db: Expression) -> Expression:
    a, b = node.operands
    match node:
        case Sum():
            return add(da, db)
        case Difference():
            return subtract(da, db)
        case Product():
            return add(multiply(da, b), multiply(a, db))
        case Quotient():
            return subtract(divide(da, b), divide(multiply(a, db), multiply(b, b)))
        case Power() if isinstance(b, Number):
            return multiply(multiply(pure(b.value), raise_to(a, pure(b.value - 1))), da)
        case Power():
            return multiply(node, add(multiply(db, Call(LOG, a)), divide(multiply(b, da), a)))
    raise TypeError(f"expected a differentiable expression, found {node}")
