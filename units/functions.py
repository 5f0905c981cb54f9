"""The vocabulary of equations: fields and coordinates, derivatives, elementary functions."""

from __future__ import annotations

import keyword
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pint

from pinnln.units.errors import ProblemError
from pinnln.units.expression import (
    Call,
    Comparison,
    Coordinate,
    Derivative,
    Expression,
    Field,
    Function,
    Number,
    Operand,
    Unknown,
    Where,
    express,
    pure,
)
from pinnln.units.registry import Q, measure
from pinnln.units.source import caller
from pinnln.units.symbolic import Symbolic


def coordinates(**extents: tuple[pint.Quantity[Any] | float, pint.Quantity[Any] | float]) -> tuple[Coordinate, ...]:
    """The independent variables of a box, each with its two ends:  x ∈ [start, end].

    Args: extents, name = (start, end), quantities of one dimension with end > start.
    Returns: the coordinates in the order given.
    Raises: ProblemError for an extent that is empty or not finite, UnitsError for ends of unlike dimension.

    >>> from pinnln.units import Q
    >>> x, t = coordinates(x=(Q("0 cm"), Q("10 cm")), t=(Q("0 s"), Q("30 s")))
    >>> (x.name, x.high, t.is_time)
    ('x', 0.1, True)
    """
    if not extents:
        raise ProblemError("expected at least one coordinate, as in coordinates(x=(0 * L, L))")
    for name, ends in extents.items():
        if not isinstance(ends, tuple | list) or len(ends) != 2:
            raise ProblemError(f"coordinate {name!r}: expected (start, end), found {ends!r}")
    return tuple(Coordinate(name, low, high) for name, (low, high) in extents.items())


def field(name: str, unit: str, of: Sequence[Coordinate]) -> Field:
    """An unknown function of the coordinates.

    Args: name; unit, in which it is asked and answered ("kelvin", "m/s", "" for a pure number); of, its coordinates.
    Raises: UnitsError for an unknown unit, ProblemError for a name that is no identifier.

    >>> x, = coordinates(x=(0.0, 1.0))
    >>> str(d(field("T", "kelvin", of=(x,)), x))
    '∂T/∂x'
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ProblemError(f"expected a field's name to be an identifier such as T, found {name!r}")
    return Field(name, unit, of)


def constant(name: str, value: pint.Quantity[Any] | float) -> Number:
    """A named constant of the equations.

    >>> from pinnln.units import Q
    >>> str(2 * constant("nu", Q("15.7 mm^2/s")))
    '2·nu'
    """
    return Number(measure(value), name, caller())


def unknown(name: str, guess: pint.Quantity[Any] | float, *, positive: bool | None = None) -> Unknown:
    """A constant that training finds, used in equations and conditions as any other:  k = k₀·k̂.

    Args: name; guess, where it starts, whose size is its scale unless Scales(name=…) gives one; positive, whether it
    stays above zero: it is then trained through its logarithm. That is so for a guess above zero, unless it stands on
    a scale with an offset (°C).
    Raises: ProblemError for a name that is no identifier, a guess that is not finite, or one that is not above zero
    where the unknown shall be.

    >>> from pinnln.units import Q
    >>> k = unknown("k", guess=Q("10 W/m/K"))
    >>> str(2 * k), k.positive
    ('2·k', True)
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise ProblemError(f"expected an unknown's name to be an identifier such as k, found {name!r}")
    measured = measure(guess)
    if not math.isfinite(measured.value):
        raise ProblemError(f"unknown {name!r}: expected a finite guess, found {guess}")
    if positive and not measured.value > 0:
        raise ProblemError(f"unknown {name!r} shall be positive, and its guess is {guess}: expected one above zero")
    stays = measured.value > 0 and not measured.point if positive is None else positive
    return Unknown(measured, name, positive=stays, source=caller())


def d(expression: Operand, *along: Coordinate) -> Expression:
    """A partial derivative,  ∂ⁿf/∂x∂y… : once for each coordinate given.

    Args: expression; along, one coordinate for each order, as in d(T, x, x).
    Raises: ProblemError if something else is given, or a field does not depend on the coordinate.
    """
    operand = express(expression)
    if not along or not all(isinstance(item, Coordinate) for item in along):
        raise ProblemError(f"expected coordinates to differentiate along, as in d(T, x, x), found {along!r}")
    for coordinate in along:
        if isinstance(operand, Field) and coordinate not in operand.coordinates:
            names = ", ".join(item.name for item in operand.coordinates)
            raise ProblemError(
                f"field {operand.name!r} is of ({names}): it has no derivative along {coordinate.name!r}"
            )
    return Derivative(operand, along, source=caller())


class Vector(Symbolic):
    """Components along the space coordinates, in their order; sums, multiples and `dot` go by component."""

    __slots__ = ("components", "coordinates")

    def __init__(self, components: Sequence[Expression], along: Sequence[Coordinate]) -> None:
        if len(components) != len(along):
            raise ProblemError(f"expected one component for each of {len(along)} coordinates, found {len(components)}")
        self.components, self.coordinates = tuple(components), tuple(along)

    def __iter__(self) -> Iterator[Expression]:
        return iter(self.components)

    def __mul__(self, factor: Operand | Vector) -> Vector:
        if isinstance(factor, Vector):
            raise TypeError("a product of vectors is ambiguous: write a.dot(b) for the scalar product")
        return Vector([component * factor for component in self.components], self.coordinates)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Operand) -> Vector:
        return Vector([component / divisor for component in self.components], self.coordinates)

    def __add__(self, other: Vector) -> Vector:
        return Vector([a + b for a, b in self._pairs(other)], self.coordinates)

    def __sub__(self, other: Vector) -> Vector:
        return Vector([a - b for a, b in self._pairs(other)], self.coordinates)

    def __neg__(self) -> Vector:
        return Vector([-component for component in self.components], self.coordinates)

    def dot(self, other: Vector) -> Expression:
        """The scalar product  Σ aᵢ bᵢ."""
        return _total([a * b for a, b in self._pairs(other)])

    def _pairs(self, other: Vector) -> Iterator[tuple[Expression, Expression]]:
        if not isinstance(other, Vector):
            raise TypeError(f"expected a Vector, found {type(other).__name__}")
        if other.coordinates != self.coordinates:
            mine, its = ([item.name for item in vector.coordinates] for vector in (self, other))
            raise ProblemError(f"expected vectors along the same coordinates, found {mine} and {its}")
        return zip(self, other, strict=True)


def grad(expression: Expression) -> Vector:
    """The gradient along the space coordinates,  ∇f = (∂f/∂x, ∂f/∂y, …)."""
    along = _space(expression)
    return Vector([Derivative(expression, (item,), source=caller()) for item in along], along)


def div(vector: Vector | Sequence[Expression]) -> Expression:
    """The divergence  ∇·v = Σ ∂vᵢ/∂xᵢ.

    Args: vector, a Vector, or its components in the order of their space coordinates, as in div((u, v)).
    """
    if not isinstance(vector, Vector):
        if not isinstance(vector, tuple | list) or not vector:
            raise ProblemError(f"expected a Vector or its components, as in div((u, v)), found {vector!r}")
        vector = Vector([express(item) for item in vector], _space(express(vector[0])))
    return _total(
        [Derivative(part, (axis,), source=caller()) for part, axis in zip(vector, vector.coordinates, strict=True)]
    )


def laplacian(expression: Expression) -> Expression:
    """The Laplacian  Δf = Σ ∂²f/∂xᵢ²  along the space coordinates.

    >>> x, y, t = coordinates(x=(0.0, 1.0), y=(0.0, 1.0), t=(0.0, 1.0))
    >>> str(laplacian(field("T", "K", of=(x, y, t))))
    '∂²T/∂x² + ∂²T/∂y²'
    """
    return _total([Derivative(expression, (axis, axis), source=caller()) for axis in _space(expression)])


def _space(expression: Expression) -> tuple[Coordinate, ...]:
    found: dict[Coordinate, None] = {}
    for node in expression.walk():
        for axis in node.coordinates if isinstance(node, Field) else (node,) if isinstance(node, Coordinate) else ():
            if not axis.is_time:
                found[axis] = None
    if not found:
        raise ProblemError(f"{expression} depends on no space coordinate")
    return tuple(found)


def _total(terms: Sequence[Expression]) -> Expression:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def where(condition: Comparison, yes: Operand, no: Operand) -> Expression:
    """One expression where the comparison holds, another where it does not.

    Raises: TypeError if the condition is no comparison of expressions.
    """
    if not isinstance(condition, Comparison):
        raise TypeError(f"expected a comparison such as x < L / 2, found {condition!r}")
    return Where(condition, express(yes), express(no), source=caller())


def _apply(function: Function, operand: Operand) -> Any:
    if isinstance(operand, Expression):
        return Call(function, operand, source=caller())
    if isinstance(operand, pint.Quantity):
        return function.evaluate(operand)
    return float(function.evaluate(operand))


def error_function(z: Any) -> Any:
    """erf of a number, an array or a quantity; numpy has none."""
    if isinstance(z, pint.Quantity):
        return Q(error_function(z.m_as("dimensionless")), "dimensionless")
    return _erf(z)


_erf = np.vectorize(math.erf, otypes=[float])
SIN: Function = Function("sin", np.sin, lambda z: Call(COS, z))
COS: Function = Function("cos", np.cos, lambda z: -Call(SIN, z))
TAN: Function = Function("tan", np.tan, lambda z: pure(1.0) + Call(TAN, z) ** 2)
EXP: Function = Function("exp", np.exp, lambda z: Call(EXP, z))
LOG: Function = Function("log", np.log, lambda z: pure(1.0) / z)
SINH: Function = Function("sinh", np.sinh, lambda z: Call(COSH, z))
COSH: Function = Function("cosh", np.cosh, lambda z: Call(SINH, z))
TANH: Function = Function("tanh", np.tanh, lambda z: pure(1.0) - Call(TANH, z) ** 2)
ERF: Function = Function("erf", error_function, lambda z: pure(2 / math.sqrt(math.pi)) * Call(EXP, -(z**2)))
SQRT: Function = Function("sqrt", np.sqrt, lambda z: pure(0.5) / Call(SQRT, z))
SIGN: Function = Function("sign", np.sign, lambda z: pure(0.0))
ABS: Function = Function("abs", np.abs, lambda z: Call(SIGN, z))


def sin(operand: Operand) -> Any:
    """sin z of a pure number (radians)."""
    return _apply(SIN, operand)


def cos(operand: Operand) -> Any:
    """cos z of a pure number (radians)."""
    return _apply(COS, operand)


def tan(operand: Operand) -> Any:
    """tan z of a pure number (radians)."""
    return _apply(TAN, operand)


def exp(operand: Operand) -> Any:
    """eᶻ of a pure number."""
    return _apply(EXP, operand)


def log(operand: Operand) -> Any:
    """The natural logarithm of a pure number."""
    return _apply(LOG, operand)


def sinh(operand: Operand) -> Any:
    """sinh z of a pure number."""
    return _apply(SINH, operand)


def cosh(operand: Operand) -> Any:
    """cosh z of a pure number."""
    return _apply(COSH, operand)


def tanh(operand: Operand) -> Any:
    """tanh z of a pure number."""
    return _apply(TANH, operand)


def erf(operand: Operand) -> Any:
    """The error function  2/√π ∫₀ᶻ e^(−s²) ds  of a pure number; the normal distribution is ½ (1 + erf(z/√2)).

    >>> round(erf(1.0), 6)
    0.842701
    """
    return _apply(ERF, operand)


def sqrt(operand: Operand) -> Any:
    """√z, with the square root of the dimension of z."""
    return _apply(SQRT, operand)


def absolute(operand: Operand) -> Any:
    """|z|, of the dimension of z."""
    return _apply(ABS, operand)
