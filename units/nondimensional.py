"""The gate in: an equation measured in characteristic scales, the same form with pure numbers of order one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from pinnln.units.algebra import add, divide, fold, multiply, raise_to, rebuild, transform
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
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    Unknown,
    Where,
    pure,
)
from pinnln.units.registry import DIGITS, snap
from pinnln.units.statement import Statement
from pinnln.units.terms import terms


@dataclass(frozen=True)
class Characteristic:
    """The yardstick of one symbol,  q = reference + span · q̂,  both in coherent SI units."""

    reference: float
    span: float


_DEGREES = {"abs": 1.0, "sqrt": 0.5, "sign": 0.0}

_STEEPEST = 600.0

Yardsticks = Mapping[Symbol, Characteristic]


@dataclass(frozen=True)
class Addend:
    """A pure number times an expression of order one."""

    coefficient: float
    factor: Expression | None

    def __mul__(self, other: Addend) -> Addend:
        factors = [factor for factor in (self.factor, other.factor) if factor is not None]
        joined = None if not factors else factors[0] if len(factors) == 1 else Product(*factors)
        return Addend(self.coefficient * other.coefficient, joined)

    @property
    def expression(self) -> Expression:
        """The addend as an expression, its coefficient rounded to 13 digits."""
        return multiply(pure(snap(self.coefficient)), pure(1.0) if self.factor is None else self.factor)


@dataclass(frozen=True)
class DimensionlessStatement:
    """A statement measured in yardsticks.

    Attributes: name; expression, the dimensionless residual; scale, what it was divided by [coherent SI];
    sizes, the size of each term as the script wrote it, over the scale.
    """

    name: str
    expression: Expression
    scale: float
    sizes: tuple[tuple[str, float], ...]


def nondimensionalize(
    statement: Statement, yardsticks: Yardsticks, scale: float | None = None
) -> DimensionlessStatement:
    """A statement in pure numbers:  q = reference + span·q̂ in every symbol, then divided by the largest term.

    The size of a term is the product of its constants and spans, every dimensionless symbol counting as one.
    Coefficients are rounded to 13 significant digits, so a restated problem is the same problem bit for bit.

    Args: statement; yardsticks of all its fields and coordinates; scale, what to divide by [coherent SI] in place of
    the largest term.
    """
    whole = addends(measure_in(statement.expression, yardsticks))
    written = list(terms(statement.target)) + ([] if statement.value is None else terms(statement.value))
    sizes = [(str(term), _size(addends(measure_in(term.expression, yardsticks)))) for term in written]
    largest = max((abs(item.coefficient) for item in whole), default=0.0)
    divisor = scale or largest or 1.0
    expression: Expression = pure(0.0)
    for item in whole:
        expression = add(expression, replace(item, coefficient=item.coefficient / divisor).expression)
    return DimensionlessStatement(
        statement.name, expression, divisor, tuple((shown, size / divisor) for shown, size in sizes)
    )


def _size(found: Sequence[Addend]) -> float:
    return max((abs(item.coefficient) for item in found), default=0.0)


def measure_in(expression: Expression, yardsticks: Yardsticks) -> Expression:
    """The expression with every symbol replaced by reference + span · symbol; an unknown without a yardstick counts as
    its guess."""

    def leaf(node: Expression) -> Expression:
        if isinstance(node, Derivative):
            inner = node.operands[0]
            assert isinstance(inner, Field)
            span = yardsticks[inner].span
            for coordinate in node.coordinates:
                span /= yardsticks[coordinate].span
            return multiply(pure(span), node)
        if isinstance(node, Field | Coordinate):
            return add(pure(yardsticks[node].reference), multiply(pure(yardsticks[node].span), node))
        return node

    def opened(node: Expression) -> Expression:
        if isinstance(node, Unknown) and node in yardsticks:
            return add(pure(yardsticks[node].reference), multiply(pure(yardsticks[node].span), node.measured))
        return node

    if any(isinstance(node, Unknown) for node in expression.walk()):
        expression = transform(expression, opened)
    return transform(fold(expression), leaf)


def addends(expression: Expression) -> list[Addend]:
    """The addends of an expression, constants merged; what cancels to round-off is nothing."""
    found: list[Addend] = []
    constants: list[Addend] = []
    for item in _flatten(expression, 1.0):
        (constants if item.factor is None else found).append(item)
    total = sum(item.coefficient for item in constants)
    largest = max((abs(item.coefficient) for item in constants), default=0.0)
    if abs(total) > largest * 10.0**-DIGITS:
        found.append(Addend(total, None))
    return [item for item in found if item.coefficient]


def _flatten(node: Expression, sign: float) -> list[Addend]:
    if isinstance(node, Sum | Difference):
        left, right = node.operands
        return _flatten(left, sign) + _flatten(right, -sign if isinstance(node, Difference) else sign)
    if isinstance(node, Negation):
        return _flatten(node.operands[0], -sign)
    item = factored(node)
    if isinstance(item.factor, Sum | Difference):
        return [
            Addend(item.coefficient * sign * inner.coefficient, inner.factor) for inner in _flatten(item.factor, 1.0)
        ]
    return [replace(item, coefficient=sign * item.coefficient)]


def factored(node: Expression) -> Addend:
    """The expression as a pure number times an expression whose largest addend has the coefficient one."""
    match node:
        case Number():
            return Addend(node.value, None)
        case Negation():
            return Addend(-1.0, None) * factored(node.operands[0])
        case Product():
            return factored(node.operands[0]) * factored(node.operands[1])
        case Quotient():
            return _quotient(factored(node.operands[0]), factored(node.operands[1]))
        case Power():
            return _power(factored(node.operands[0]), node.operands[1])
        case Sum() | Difference():
            return _sum(addends(node))
        case Call():
            return _call(node, factored(node.operands[0]))
        case Comparison():
            return Addend(1.0, rebuild(node, _over_largest(node.operands)[1]))
        case Where():
            largest, branches = _over_largest(node.operands[1:])
            return Addend(largest, rebuild(node, [factored(node.operands[0]).expression, *branches]))
    return Addend(1.0, node)


def _over_largest(operands: Sequence[Expression]) -> tuple[float, list[Expression]]:
    """What may be compared or stand in for one another, divided by the largest of their coefficients."""
    found = [factored(operand) for operand in operands]
    largest = _size(found)
    return largest, [replace(item, coefficient=item.coefficient / (largest or 1.0)).expression for item in found]


def _call(node: Call, inner: Addend) -> Addend:
    """A function whose argument may carry a dimension is homogeneous,  f(c·z) = |c|ⁿ f(±z): its span comes out.

    Of an exponential of fields comes out what it is where they rest,  exp(z) = exp(z₀) · exp(z − z₀): the rate of an
    Arrhenius law is then of the size that it has, not of that of its prefactor.
    """
    degree = _DEGREES.get(node.function.name)
    if degree is None:
        rest = _at_rest(inner.expression) if node.function.name == "exp" else 0.0
        return Addend(math.exp(rest), rebuild(node, [add(inner.expression, pure(-rest)) if rest else inner.expression]))
    if inner.factor is None:
        return Addend(float(node.function.evaluate(inner.coefficient)), None)
    sign = replace(inner, coefficient=math.copysign(1.0, inner.coefficient))
    return Addend(abs(inner.coefficient) ** degree, rebuild(node, [sign.expression]))


def _at_rest(expression: Expression) -> float:
    """The value of an expression of fields alone where all of them are at their references, zero if it has none."""
    nodes = list(expression.walk())
    if any(isinstance(node, Coordinate | Derivative) for node in nodes) or not any(
        isinstance(node, Field) for node in nodes
    ):
        return 0.0
    try:
        with np.errstate(all="ignore"):
            found = transform(expression, lambda node: pure(0.0) if isinstance(node, Field) else node)
    except (ArithmeticError, ProblemError, ValueError):
        return 0.0
    value = found.value if isinstance(found, Number) else math.nan
    return snap(value) if isinstance(value, float) and abs(value) < _STEEPEST else 0.0


def _sum(found: list[Addend]) -> Addend:
    if len(found) <= 1:
        return found[0] if found else Addend(0.0, None)
    largest = max((item.coefficient for item in found), key=abs)
    total: Expression = pure(0.0)
    for item in found:
        total = add(total, replace(item, coefficient=item.coefficient / largest).expression)
    return Addend(largest, total)


def _quotient(over: Addend, under: Addend) -> Addend:
    if under.factor is None:
        return Addend(over.coefficient / under.coefficient, over.factor)
    numerator = pure(1.0) if over.factor is None else over.factor
    return Addend(over.coefficient / under.coefficient, divide(numerator, under.factor))


def _power(base: Addend, exponent: Expression) -> Addend:
    power = exponent.value if isinstance(exponent, Number) else None
    if power is not None and (base.coefficient > 0 or power == int(power)):
        return Addend(base.coefficient**power, None if base.factor is None else raise_to(base.factor, exponent))
    return Addend(1.0, raise_to(base.expression, factored(exponent).expression))
