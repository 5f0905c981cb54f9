"""What the constants of an equation are to it: a viscosity, a rate, a lift; found from where they stand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction

from pinnln.units.algebra import fold
from pinnln.units.dimension import DIMENSIONLESS, Dimension
from pinnln.units.expression import (
    Coordinate,
    Derivative,
    Expression,
    Field,
    Negation,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from pinnln.units.nondimensional import addends
from pinnln.units.printing import text
from pinnln.units.readable_units import written_out
from pinnln.units.sizes import pieces
from pinnln.units.statement import Stated, Statement

_SPEED = "m s⁻¹"
_TEMPERATURE = "K"
_WEIGHT = "m s⁻²"
_CONSTANTS = {
    "kg m⁻³": "ρ",
    "kg m⁻¹ s⁻¹": "μ",
    "kg s⁻²": "γ",
    "m² s⁻² K⁻¹": "c_p",
    "kg s⁻² A⁻¹": "B",
    "kg⁻¹ m⁻³ s³ A²": "σ",
}


@dataclass(frozen=True)
class Part:
    """A product of what the script states:  value = Π qᵢ^eᵢ.

    Attributes: value [coherent SI]; dimension; powers eᵢ by the symbol of qᵢ, as far as they are known; along, of a
    diffusivity the coordinates that it spreads along, none where that is all of space.
    """

    value: float
    dimension: Dimension
    powers: Mapping[str, Fraction] = field(default_factory=dict)
    along: tuple[Coordinate, ...] = ()

    def __str__(self) -> str:
        """The value with its unit."""
        return written_out(self.value, self.dimension)

    def __mul__(self, other: Part) -> Part:
        powers = dict(self.powers)
        for name, power in other.powers.items():
            powers[name] = powers.get(name, Fraction(0)) + power
        kept = {name: power for name, power in powers.items() if power}
        return Part(self.value * other.value, self.dimension * other.dimension, kept)

    def __pow__(self, power: Fraction | int) -> Part:
        powers = {name: its * power for name, its in self.powers.items() if power}
        return Part(self.value ** float(power), self.dimension**power, powers)

    def __truediv__(self, other: Part) -> Part:
        return self * other**-1


@dataclass(frozen=True)
class Addend:
    """One addend of an equation: its constants, the derivatives and the values that it multiplies."""

    constants: Part
    slopes: tuple[Derivative, ...]
    values: tuple[Field, ...]

    @property
    def slope(self) -> Derivative | None:
        """The one derivative, if there is one and no more."""
        return self.slopes[0] if len(self.slopes) == 1 else None


def addends_of(statement: Statement, dimension: Dimension) -> list[Addend]:
    """The addends of an equation that are products of constants, fields and their derivatives; others are left out."""
    found = []
    for _, piece in pieces(statement.expression):
        named = constants_of(piece)
        for item in addends(fold(piece)):
            factors = list(_factors(item.factor)) if item.factor is not None else []
            slopes = tuple(factor for factor in factors if isinstance(factor, Derivative))
            values = tuple(factor for factor in factors if isinstance(factor, Field))
            if len(slopes) + len(values) < len(factors):
                continue
            rest = dimension
            for slope in slopes:
                rest = rest / _dimension(slope)
            for value in values:
                rest = rest / value.dimension
            found.append(Addend(Part(abs(item.coefficient), rest, named.powers), slopes, values))
    return found


def constants_of(expression: Expression) -> Part:
    """The constants that multiply an expression as a whole, by the names that they have in the script.

    >>> from pinnln.units import Q, constant, coordinates, d, field
    >>> x, = coordinates(x=(Q("0 m"), Q("1 m")))
    >>> T = field("T", "K", of=(x,))
    >>> found = constants_of(constant("k", Q("2 W/m/K")) * d(T, x, x) / constant("c", Q("4 J/m^3/K")))
    >>> ({name: int(power) for name, power in found.powers.items()}, str(found.dimension))
    ({'k': 1, 'c': -1}, 'm² s⁻¹')
    """
    match expression:
        case Number():
            shown = (
                {} if expression.dimension.dimensionless and not expression.name else {text(expression): Fraction(1)}
            )
            return Part(expression.value, expression.dimension, shown)
        case Product():
            return constants_of(expression.operands[0]) * constants_of(expression.operands[1])
        case Quotient():
            below = constants_of(expression.operands[1])
            return constants_of(expression.operands[0]) / below if below.value else Part(1.0, DIMENSIONLESS)
        case Negation() | Derivative():
            return constants_of(expression.operands[0])
        case Power():
            exponent = fold(expression.operands[1])
            if isinstance(exponent, Number) and constants_of(expression.operands[0]).value > 0:
                return constants_of(expression.operands[0]) ** Fraction(exponent.value).limit_denominator(60)
    return Part(1.0, DIMENSIONLESS)


def _factors(expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, Product):
        for operand in expression.operands:
            yield from _factors(operand)
    else:
        yield expression


def _dimension(slope: Derivative) -> Dimension:
    below = DIMENSIONLESS
    for coordinate in slope.coordinates:
        below = below * coordinate.dimension
    return _field(slope).dimension / below


def roles_of(problem: Stated, dimensions: Mapping[str, Dimension]) -> dict[str, Part]:
    """The constants of a problem by the letters that groups are written in: ν, α, D, gβ, g, k, h, λ, ρ, …

    A diffusivity is what multiplies the second derivative over what multiplies the rate or the convection of the same
    field: ν of a velocity, α of a temperature, D of anything else.

    Args: problem; dimensions of its statements by name.
    """
    found: dict[str, Part] = {}
    for statement in problem.statements:
        if statement.kind == "residual":
            items = addends_of(statement, dimensions[statement.name])
            its = {**_waves(items), **_of_equation(items)}
            if not any(isinstance(node, Number) and str(node.dimension) == _WEIGHT for node in statement.target.walk()):
                its.pop("g", None)  # what drives the flow is no weight
            for letter, part in its.items():
                found.setdefault(letter, part)
        elif statement.kind == "Robin" and isinstance(statement.target, Sum):
            first, second = (constants_of(operand.operands[0]) for operand in statement.target.operands)
            if first.powers != found.get("U", Part(0.0, DIMENSIONLESS, {"": Fraction(1)})).powers:
                found.setdefault("h", first)  # and not the stream of P. V. Danckwerts
                found.setdefault("λ", second)
        for node in statement.expression.walk() if statement.kind == "residual" else ():
            if isinstance(node, Number) and str(node.dimension) in _CONSTANTS:
                found.setdefault(_CONSTANTS[str(node.dimension)], constants_of(node))
    return {letter: part for letter, part in found.items() if part.value > 0 and math.isfinite(part.value)}


def _of_equation(items: list[Addend]) -> dict[str, Part]:
    found: dict[str, Part] = {}
    carriers = {_field(slope): item.constants for item in items if (slope := item.slope) and _carries(item)}
    for stream in _streams(items):
        carriers.setdefault(stream, Part(1.0, DIMENSIONLESS))
    for item in items:
        slope = item.slope
        if slope is not None and not item.values and _field(slope) in carriers:
            carried = item.constants / carriers[_field(slope)]
            if _twice(slope, in_time=False):
                along = _alike(slope, item.constants, items)
                found.setdefault(_diffusivity(_field(slope)), replace(carried, along=along))
            elif len(slope.coordinates) == 1 and not slope.coordinates[0].is_time:
                found.setdefault("U", carried)
    moved = [field_ for field_ in carriers if str(field_.dimension) == _SPEED]
    for item in items:
        if item.slopes or len(item.values) > 1:
            continue
        value = item.values[0] if item.values else None
        if value is not None and value in carriers and value not in moved:
            found.setdefault("k", item.constants / carriers[value])
        elif moved and value is not None and str(value.dimension) == _TEMPERATURE:
            found.setdefault("gβ", item.constants / carriers[moved[0]])
        elif moved and value is None:
            found.setdefault("g", item.constants / carriers[moved[0]])
    if "gβ" in found:
        found.pop("g", None)  # the constant part of gβ (T − T₀)
    return found


def _alike(slope: Derivative, constants: Part, items: list[Addend]) -> tuple[Coordinate, ...]:
    """The coordinates along which a field spreads as it does along this one, none where that is all of space."""
    alike = [
        other.coordinates[0]
        for item in items
        if (other := item.slope) and _field(other) is _field(slope) and _twice(other, in_time=False)
        if not item.values and math.isclose(item.constants.value, constants.value, rel_tol=1e-9)
    ]
    return () if all(item in alike or item.is_time for item in _field(slope).coordinates) else tuple(alike)


def _field(slope: Derivative) -> Field:
    inner = slope.operands[0]
    assert isinstance(inner, Field)
    return inner


def _carries(item: Addend) -> bool:
    """Whether it is a rate ∂f/∂t or a convection u ∂f/∂x."""
    slope = item.slope
    if slope is None or len(slope.coordinates) != 1:
        return False
    if slope.coordinates[0].is_time:
        return not item.values
    return len(item.values) == 1 and str(item.values[0].dimension) == _SPEED


def _streams(items: list[Addend]) -> list[Field]:
    """The fields that a constant speed carries while they diffuse and nothing changes in time:  u ∂f/∂x = D ∂²f/∂x²."""
    carried = [
        _field(slope)
        for item in items
        if (slope := item.slope) and not item.values and len(slope.coordinates) == 1
        if not slope.coordinates[0].is_time and str(item.constants.dimension) == _SPEED
    ]
    diffusing = [_field(slope) for item in items if (slope := item.slope) and _twice(slope, in_time=False)]
    return [field_ for field_ in carried if field_ in diffusing]


def _twice(slope: Derivative, *, in_time: bool) -> bool:
    """Whether it is a second derivative along one coordinate, of time or of space."""
    first: Coordinate = slope.coordinates[0]
    return len(slope.coordinates) == 2 and slope.coordinates[1] is first and first.is_time == in_time


def _waves(items: list[Addend]) -> dict[str, Part]:
    """c of  ∂²f/∂t² = c² ∂²f/∂x²."""
    inert = {_field(slope): item.constants for item in items if (slope := item.slope) and _twice(slope, in_time=True)}
    for item in items:
        slope = item.slope
        if slope is not None and not item.values and _twice(slope, in_time=False) and _field(slope) in inert:
            return {"c": (item.constants / inert[_field(slope)]) ** Fraction(1, 2)}
    return {}


def _diffusivity(field_: Field) -> str:
    return {_SPEED: "ν", _TEMPERATURE: "α"}.get(str(field_.dimension), "D")
