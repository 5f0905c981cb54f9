"""A problem as a paper prints it before it is made dimensionless: equations with units, and what the letters are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pinnln.units.dimension import Dimension
from pinnln.units.dimensionless_form import NOTATIONS, laid_out
from pinnln.units.expression import Coordinate, Expression, Field, Number, Unknown
from pinnln.units.linter import dimension_of
from pinnln.units.readable_units import readable, readable_unit
from pinnln.units.registry import Q, Quantity
from pinnln.units.statement import Stated, Statement

_SAID = {"Periodic": "is alike at both ends", "Observe": "is measured"}


@dataclass(frozen=True)
class DimensionalEquation:
    """One statement in its quantities.

    Attributes: names, of all places where it holds; kind; left and right; unit of both sides, of a field as declared.
    """

    names: tuple[str, ...]
    kind: str
    left: Expression
    right: Expression | None
    unit: str

    def text(self, write: Callable[[Expression], str]) -> str:
        """left = right, zero if there is no right, or what is said of left; a bare zero has no unit."""
        if self.kind in _SAID:
            return f"{write(self.left)} {_SAID[self.kind]}"
        zero = self.right is None or (isinstance(self.right, Number) and not self.right.name and not self.right.value)
        return f"{write(self.left)} = {'0' if zero or self.right is None else write(self.right)}"


@dataclass(frozen=True)
class Letter:
    """What a letter stands for: a coordinate between its ends, a field, a constant, or an unknown that training
    finds and its guess, in the unit of the script."""

    name: str
    kind: str
    unit: str
    values: tuple[Quantity, ...]

    def __str__(self) -> str:
        shown = [f"{value:.6g~P}" for value in self.values]
        match self.kind:
            case "coordinate":
                return f"{self.name} from {shown[0]} to {shown[1]}"
            case "field":
                return f"{self.name} [{self.unit or '1'}]"
            case "unknown":
                return f"{self.name}, guessed as {shown[0]}"
        return f"{self.name} = {shown[0]}"


@dataclass(frozen=True)
class DimensionalForm:
    """A problem in its quantities: equations, conditions, and the letters in them."""

    equations: tuple[DimensionalEquation, ...]
    conditions: tuple[DimensionalEquation, ...]
    letters: tuple[Letter, ...]

    def text(self, notation: str = "unicode") -> str:
        """Section by section: equations and conditions with their units, then coordinates, fields, constants, unknowns.

        Args: notation of the equations, "unicode", "ascii" (of all) or "latex".
        """
        write = NOTATIONS[notation]
        sections = {"Equations": _lines(self.equations, write), "Conditions": _lines(self.conditions, write)}
        for kind in ("coordinate", "field", "constant", "unknown"):
            sections[f"{kind.capitalize()}s"] = [str(item) for item in self.letters if item.kind == kind]
        return laid_out(sections, notation)

    def __str__(self) -> str:
        return self.text()


def dimensional_form(problem: Stated) -> DimensionalForm:
    """A problem as it was stated, with the unit of every equation.

    Conditions that say the same in several places stand in one line. Constants without a name stand in the equations as
    numbers with units.

    Args: problem, which must be sound.
    Raises: UnitsError if it is not.

    >>> from pinnln import Dirichlet, Problem, Residual, constant, coordinates, d, field
    >>> x, = coordinates(x=(Q("0 cm"), Q("10 cm")))
    >>> T = field("T", "kelvin", of=(x,))
    >>> bar = Problem(Residual("heat", constant("k", Q("15 W/m/K")) * d(T, x, x)), Dirichlet(T, Q("300 K"), on=x.ends))
    >>> print(dimensional_form(bar))
    Equations
      heat:  k·∂²T/∂x² = 0    [W/m³]
    <BLANKLINE>
    Conditions
      T on x.start, T on x.end:  T = 300 K    [K]
    <BLANKLINE>
    Coordinates
      x from 0 cm to 10 cm
    <BLANKLINE>
    Fields
      T [K]
    <BLANKLINE>
    Constants
      k = 15 W/K/m
    """
    declared = {
        item.dimension: _short(item.unit)
        for item in reversed(problem.fields)
        if item.unit and not item.dimension.dimensionless
    }
    made = [_equation(statement, declared) for statement in problem.statements]
    return DimensionalForm(
        tuple(item for item in made if item.kind == "residual"),
        _together([item for item in made if item.kind != "residual"]),
        (*(_along(item) for item in problem.coordinates), *map(_asked, problem.fields), *_constants(problem)),
    )


def _equation(statement: Statement, declared: Mapping[Dimension, str]) -> DimensionalEquation:
    target = statement.target
    dimension = dimension_of(target)
    unit = (_short(target.unit) or "1") if isinstance(target, Field) else declared.get(dimension)
    return DimensionalEquation(
        (statement.name,), statement.kind, target, statement.value, unit or readable_unit(dimension)
    )


def _together(conditions: Sequence[DimensionalEquation]) -> tuple[DimensionalEquation, ...]:
    """Those that read alike as one, in the order of the first of each."""
    alike: dict[tuple[str, str], list[DimensionalEquation]] = {}
    for item in conditions:
        alike.setdefault((item.kind, item.text(str)), []).append(item)
    return tuple(
        DimensionalEquation(
            tuple(name for item in same for name in item.names), first.kind, first.left, first.right, first.unit
        )
        for same in alike.values()
        for first in same[:1]
    )


def _lines(equations: Sequence[DimensionalEquation], write: Callable[[Expression], str]) -> list[str]:
    return [f"{', '.join(item.names)}:  {item.text(write)}    [{item.unit}]" for item in equations]


def _along(coordinate: Coordinate) -> Letter:
    size = max(abs(coordinate.low), abs(coordinate.high))
    ends = [readable(end, coordinate.dimension, coordinate.unit, size) for end in (coordinate.low, coordinate.high)]
    return Letter(coordinate.name, "coordinate", _short(ends[1].units), tuple(ends))


def _asked(field: Field) -> Letter:
    return Letter(field.name, "field", _short(field.unit), ())


def _constants(problem: Stated) -> tuple[Letter, ...]:
    """Every constant with a name, as first met."""
    found: dict[str, Letter] = {}
    for statement in problem.statements:
        for node in statement.expression.walk():
            if isinstance(node, Number) and node.name and node.name not in found:
                value = readable(node.value, node.dimension, node.unit)
                kind = "unknown" if isinstance(node, Unknown) else "constant"
                found[node.name] = Letter(node.name, kind, _short(value.units), (value,))
    return tuple(found.values())


def _short(unit: Any) -> str:
    return f"{Q(1.0, unit or 'dimensionless').units:~P}"
