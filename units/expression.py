"""Expression trees: equations as data, every node with its place in the script."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pint

from pinnln.units.dimension import DIMENSIONLESS, Dimension
from pinnln.units.errors import ProblemError, UnitsError
from pinnln.units.registry import Measured, Q, measure, parse_unit
from pinnln.units.source import Source, caller, user_frame
from pinnln.units.symbolic import Symbolic

Operand: TypeAlias = "Expression | pint.Quantity[Any] | float"


class Expression(Symbolic):
    """Something an equation is made of; arithmetic on it makes larger ones.

    Nodes are compared by identity and never changed.
    """

    __slots__ = ("operands", "source")

    def __init__(self, *operands: Expression, source: Source | None = None) -> None:
        self.operands = operands
        self.source = source

    def __add__(self, other: Operand) -> Expression:
        return _binary(Sum, self, other)

    def __radd__(self, other: Operand) -> Expression:
        return _binary(Sum, other, self)

    def __sub__(self, other: Operand) -> Expression:
        return _binary(Difference, self, other)

    def __rsub__(self, other: Operand) -> Expression:
        return _binary(Difference, other, self)

    def __mul__(self, other: Operand) -> Expression:
        return _binary(Product, self, other)

    def __rmul__(self, other: Operand) -> Expression:
        return _binary(Product, other, self)

    def __truediv__(self, other: Operand) -> Expression:
        return _binary(Quotient, self, other)

    def __rtruediv__(self, other: Operand) -> Expression:
        return _binary(Quotient, other, self)

    def __pow__(self, other: Operand) -> Expression:
        return _binary(Power, self, other)

    def __rpow__(self, other: Operand) -> Expression:
        return _binary(Power, other, self)

    def __neg__(self) -> Expression:
        return Negation(self, source=caller())

    def __pos__(self) -> Expression:
        return self

    def __lt__(self, other: Operand) -> Comparison:
        return Comparison("<", self, express(other), source=caller())

    def __le__(self, other: Operand) -> Comparison:
        return Comparison("≤", self, express(other), source=caller())

    def __gt__(self, other: Operand) -> Comparison:
        return Comparison(">", self, express(other), source=caller())

    def __ge__(self, other: Operand) -> Comparison:
        return Comparison("≥", self, express(other), source=caller())

    def __str__(self) -> str:
        from pinnln.units.printing import text

        return text(self)

    def __repr__(self) -> str:
        return f"<{self}>"

    def walk(self) -> Iterator[Expression]:
        """Every node of the tree once, the leaves first."""
        seen: set[int] = set()
        pending: list[tuple[Expression, bool]] = [(self, False)]
        while pending:
            node, opened = pending.pop()
            if opened:
                yield node
            elif id(node) not in seen:
                seen.add(id(node))
                pending.append((node, True))
                pending.extend((operand, False) for operand in reversed(node.operands))


class Number(Expression):
    """A constant: its value [coherent SI], its dimension, and its name if it has one."""

    __slots__ = ("dimension", "name", "point", "unit", "value")

    def __init__(self, measured: Measured, name: str = "", source: Source | None = None) -> None:
        super().__init__(source=source)
        self.value, self.dimension = measured.value, measured.dimension
        self.unit, self.point, self.name = measured.unit, measured.point, name


class Parameter(Expression):
    """A pure number that is only known by its name: an unknown in its scale, or what was measured at every point."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


class Unknown(Number):
    """A constant that training finds; wherever sizes are estimated it counts as its guess.

    Inside the gate `measured` stands for it, the unknown in its scale; `positive` says whether it stays above zero.
    """

    __slots__ = ("measured", "positive")

    def __init__(self, guess: Measured, name: str, *, positive: bool, source: Source | None = None) -> None:
        super().__init__(guess, name, source)
        self.positive, self.measured = positive, Parameter(name)


class Coordinate(Expression):
    """An independent variable between two ends; `start`, `end` and `ends` name its faces."""

    __slots__ = ("dimension", "high", "low", "name", "unit")

    def __init__(self, name: str, low: pint.Quantity[Any] | float, high: pint.Quantity[Any] | float) -> None:
        super().__init__(source=caller())
        first, last = (
            _scalar(low, f"the start of coordinate {name!r}"),
            _scalar(high, f"the end of coordinate {name!r}"),
        )
        if first.dimension != last.dimension:
            raise UnitsError(
                f"coordinate {name!r} runs from {low} ({first.dimension}) to {high} ({last.dimension}): "
                "expected both ends in units of one dimension"
            )
        if not (math.isfinite(first.value) and math.isfinite(last.value) and last.value > first.value):
            raise ProblemError(
                f"coordinate {name!r} runs from {low} to {high}: expected a finite extent above zero; "
                "give (start, end) with end > start"
            )
        self.name, self.dimension, self.unit = name, first.dimension, last.unit
        self.low, self.high = first.value, last.value

    @property
    def is_time(self) -> bool:
        """Whether it carries the dimension of time, or is a pure number called t."""
        return str(self.dimension) == "s" or (self.dimension.dimensionless and self.name == "t")

    @property
    def start(self) -> Face:
        """The face where the coordinate is smallest."""
        return Face(self, end=False)

    @property
    def end(self) -> Face:
        """The face where the coordinate is largest."""
        return Face(self, end=True)

    @property
    def ends(self) -> tuple[Face, Face]:
        """Both faces."""
        return self.start, self.end


@dataclass(frozen=True)
class Face:
    """One end of a coordinate: the part of the boundary on which a condition holds."""

    coordinate: Coordinate
    end: bool

    @property
    def position(self) -> float:
        """Where the face lies on its coordinate [coherent SI]."""
        return self.coordinate.high if self.end else self.coordinate.low

    def __str__(self) -> str:
        return f"{self.coordinate.name}.{'end' if self.end else 'start'}"


class Field(Expression):
    """An unknown function of the coordinates, with the unit it is asked and answered in."""

    __slots__ = ("coordinates", "dimension", "name", "unit")

    def __init__(self, name: str, unit: str, of: Sequence[Coordinate]) -> None:
        super().__init__(source=caller())
        if not of or not all(isinstance(item, Coordinate) for item in of):
            raise ProblemError(f"field {name!r}: expected of=(x, …), coordinates made by coordinates(), found {of!r}")
        self.name, self.coordinates = name, tuple(of)
        self.unit = str(parse_unit(unit, f"field {name!r}"))
        self.dimension = Dimension.of(Q(1.0, self.unit).dimensionality)


Symbol: TypeAlias = Coordinate | Field | Unknown
"""What has a scale of its own."""


class Derivative(Expression):
    """A partial derivative of an expression, once for each coordinate listed."""

    __slots__ = ("coordinates",)

    def __init__(self, operand: Expression, coordinates: Sequence[Coordinate], source: Source | None = None) -> None:
        super().__init__(operand, source=source)
        self.coordinates = tuple(coordinates)


class Sum(Expression):
    """left + right."""

    __slots__ = ()


class Difference(Expression):
    """left − right."""

    __slots__ = ()


class Product(Expression):
    """left · right."""

    __slots__ = ()


class Quotient(Expression):
    """left / right."""

    __slots__ = ()


class Power(Expression):
    """base ^ exponent."""

    __slots__ = ()


class Negation(Expression):
    """− operand."""

    __slots__ = ()


class Comparison(Expression):
    """left < right and its kin; true or false at every point."""

    __slots__ = ("relation",)

    def __init__(self, relation: str, *operands: Expression, source: Source | None = None) -> None:
        super().__init__(*operands, source=source)
        self.relation = relation

    def __bool__(self) -> bool:
        raise TypeError(f"{self} holds at some points and not at others: write where({self}, …, …) in place of if")


class Where(Expression):
    """One expression where a comparison holds, another where it does not."""

    __slots__ = ()


class Call(Expression):
    """An elementary function of a pure number, or the magnitude of anything."""

    __slots__ = ("function",)

    def __init__(self, function: Function, operand: Expression, source: Source | None = None) -> None:
        super().__init__(operand, source=source)
        self.function = function


class Operation(Expression):
    """Something done to operands that only its name tells: what the trace of foreign code is made of beside arithmetic.

    `what` is the name under which the rule table knows it.
    """

    __slots__ = ("code", "what")

    def __init__(self, what: str, *operands: Expression, source: Source | None = None, code: str = "") -> None:
        super().__init__(*operands, source=source)
        self.what, self.code = what, code


@dataclass(frozen=True)
class Function:
    """An elementary function: its name in the rule table, its values and its derivative as an expression."""

    name: str
    evaluate: Callable[[Any], Any]
    derivative: Callable[[Expression], Expression]


def express(value: Any, source: Source | None = None) -> Expression:
    """The expression meant by an operand: itself, a quantity as a constant, a number as a pure one.

    Raises: TypeError for anything else.
    """
    if isinstance(value, Expression):
        return value
    if isinstance(value, pint.Quantity | int | float | np.integer | np.floating):
        return Number(_scalar(value, "a constant"), _name_in_script(value), source or caller())
    raise TypeError(f"expected an expression, a quantity or a number, found {type(value).__name__}: {value!r}")


def pure(value: float) -> Number:
    """A pure number as an expression, exactly as it is."""
    return Number(Measured(value, DIMENSIONLESS, "", point=False))


def _scalar(value: Any, what: str) -> Measured:
    try:
        return measure(value)
    except (TypeError, ValueError) as error:
        raise UnitsError(f"{what}: {error}") from error


def _name_in_script(value: Any) -> str:
    frame = user_frame() if isinstance(value, pint.Quantity) else None
    if frame is None:
        return ""
    for scope in (frame.f_locals, frame.f_globals):
        for name, held in list(scope.items()):
            if held is value and not name.startswith("_"):
                return name
    return ""


def named_quantities() -> dict[str, Dimension]:
    """The scalar quantities that the user's script has names for just now: material for hints."""
    frame = user_frame()
    found: dict[str, Dimension] = {}
    for scope in (frame.f_globals, frame.f_locals) if frame is not None else ():
        for name, held in list(scope.items()):
            if isinstance(held, pint.Quantity) and not name.startswith("_"):
                found[name] = Dimension.of(held.dimensionality)
            elif isinstance(held, Number) and held.name:
                found[held.name] = held.dimension
    return found


def _binary(node: type[Expression], left: Operand, right: Operand) -> Expression:
    kinds = (Expression, pint.Quantity, int, float, np.integer, np.floating)
    if not isinstance(left, kinds) or not isinstance(right, kinds):
        return NotImplemented  # Python then asks the other operand
    return node(express(left), express(right), source=caller())
