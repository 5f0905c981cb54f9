"""What holds on the boundary, at the start, or at a point."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import pint

from pinnln.measurements import Measurements
from pinnln.units import Ball, Coordinate, Derivative, Expression, Face, Field, ProblemError, Statement
from pinnln.units.expression import Negation, Operand, Product, Sum, express, named_quantities
from pinnln.units.registry import measure
from pinnln.units.source import Source, argument, caller

Faces: TypeAlias = "Face | Ball | Iterable[Faces]"
Place: TypeAlias = "Sequence[pint.Quantity[Any] | float] | Mapping[Coordinate, pint.Quantity[Any] | float]"


@dataclass(frozen=True)
class Requirement:
    """A statement that must hold where some coordinates are fixed [coherent SI], with `rim` on the surface of a hole,
    with `measured` at the points of the measurements; with `twin`, the difference between two places must vanish."""

    statement: Statement
    fixed: Mapping[Coordinate, float]
    twin: Mapping[Coordinate, float] | None = None
    rim: Ball | None = None
    measured: Measurements | None = None


class AbstractCondition(ABC):
    """Something that holds on a part of the domain's boundary."""

    @property
    @abstractmethod
    def requirements(self) -> tuple[Requirement, ...]:
        """What must hold, face by face."""


class _Stated(AbstractCondition):
    """A condition whose requirements are made when it is stated."""

    def __init__(self, requirements: Sequence[Requirement]) -> None:
        self._requirements = tuple(requirements)

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        return self._requirements

    def __repr__(self) -> str:
        return f"{type(self).__name__}({'; '.join(item.statement.name for item in self._requirements)})"


class Dirichlet(_Stated):
    """A value on faces and on the rims of holes:  u = g.

    Args: target, a field; value, a quantity or an expression of the coordinates; on, faces such as x.start or
    [x.ends, y.ends], or a Ball that is cut out of the domain.
    Raises: ProblemError if the target is no field, or a face is not of its domain.
    """

    def __init__(self, target: Field, value: Operand, on: Faces) -> None:
        source = caller()
        _require_field(target, "Dirichlet")
        requirements = [
            _required(_statement("Dirichlet", target, target, value, str(face), source), face)
            for face in _faces(on, target, "Dirichlet")
        ]
        super().__init__(requirements)


class Neumann(_Stated):
    """An outward slope on faces and on the rims of holes:  ∂u/∂n = g.  Out of the domain is into the hole.

    Args: target, a field; value [unit of u over length]; on, faces and holes.
    """

    def __init__(self, target: Field, value: Operand, on: Faces) -> None:
        source = caller()
        _require_field(target, "Neumann")
        requirements = []
        for face in _faces(on, target, "Neumann"):
            stated = _statement("Neumann", target, _outward_slope(target, face), value, str(face), source)
            requirements.append(_required(stated, face))
        super().__init__(requirements)


class Robin(_Stated):
    """A balance of value and outward slope on faces and on the rims of holes:  a u + b ∂u/∂n = g.

    Args: target, a field; a, b, g, quantities or expressions such that all three terms have one dimension; on, faces
    and holes.
    For cooling by air:  Robin(T, a=h, b=k, g=h * T_air, on=x.end).
    """

    def __init__(self, target: Field, a: Operand, b: Operand, g: Operand, on: Faces) -> None:
        source = caller()
        _require_field(target, "Robin")
        spans = [argument(source, place, name) for place, name in ((1, "a"), (2, "b"), (3, "g"))]
        first, second, third = (express(item, span) for item, span in zip((a, b, g), spans, strict=True))
        requirements = []
        for face in _faces(on, target, "Robin"):
            slope = _outward_slope(target, face)
            left = Sum(Product(first, target, source=spans[0]), Product(second, slope, source=spans[1]))
            stated = Statement(
                f"{target.name} on {face}", "Robin", left, third, source, spans[2], scope=named_quantities()
            )
            requirements.append(_required(stated, face))
        super().__init__(requirements)


class Balance(_Stated):
    """An equation on faces and on the rims of holes, as the expression that must vanish there:  left − right.

    For what no other condition says, as that nothing pulls at the rim of a hole, or what a surface radiates:
    Balance("radiated", k * d(T, x) + eps * sigma * T**4, on=x.end).

    Args: name, as it stands in tables and errors; expression of the fields; on, faces and holes.
    Raises: ProblemError if the expression holds no field, or a face is not of its domain.
    """

    def __init__(self, name: str, expression: Expression, on: Faces) -> None:
        source = caller()
        nodes = expression.walk() if isinstance(expression, Expression) else ()
        fields = [node for node in nodes if isinstance(node, Field)]
        if not fields:
            raise ProblemError(f"Balance({name!r}): expected an expression of fields, found {expression!r}")
        scope = named_quantities()
        requirements = [
            _required(Statement(f"{name} on {face}", "Balance", expression, source=source, scope=scope), face)
            for face in _faces(on, fields[0], "Balance")
        ]
        super().__init__(requirements)


class Periodic(_Stated):
    """The same value and the same slope at both ends of a coordinate.

    Args: target, a field; on, both faces, as in x.ends.
    """

    def __init__(self, target: Field, on: Faces) -> None:
        source = caller()
        _require_field(target, "Periodic")
        faces = [face for face in _faces(on, target, "Periodic") if isinstance(face, Face)]
        if len(faces) != 2 or faces[0].coordinate is not faces[1].coordinate or faces[0].end == faces[1].end:
            raise ProblemError(f"Periodic({target.name}): expected the two ends of one coordinate, as in on=x.ends")
        axis = faces[0].coordinate
        requirements = []
        for what, expression in (("value", target), ("slope", Derivative(target, (axis,)))):
            stated = Statement(f"{target.name} periodic in {axis.name} ({what})", "Periodic", expression, source=source)
            requirements.append(Requirement(stated, {axis: axis.high}, {axis: axis.low}))
        super().__init__(requirements)


class Initial(_Stated):
    """A value at the start of time:  u(t₀) = g, or  ∂u/∂t(t₀) = g  for equations of second order in time.

    Args: target, a field, or its first time derivative d(u, t); value, a quantity or an expression of space.
    Raises: ProblemError if the field does not depend on time.
    """

    def __init__(self, target: Field | Expression, value: Operand) -> None:
        source = caller()
        field = target.operands[0] if isinstance(target, Derivative) else target
        _require_field(field, "Initial")
        assert isinstance(field, Field)
        times = [item for item in field.coordinates if item.is_time]
        if not times:
            raise ProblemError(
                f"Initial({field.name}): the field is of no time; expected a coordinate in units of time"
            )
        if isinstance(target, Derivative) and target.coordinates != (times[0],):
            raise ProblemError(f"Initial({target}): expected the field or its first time derivative")
        stated = _statement("Initial", field, target, value, str(times[0].start), source)
        super().__init__([Requirement(stated, {times[0]: times[0].low})])


class Pin(_Stated):
    """A value at one point, for fields that are fixed only up to a constant:  u(x₀) = g.

    A pressure that changes with time is fixed only up to a function of time: then the point is one of space alone, as
    in at={x: 0 * L, y: 0 * L}, and the value holds there at all times.

    Args: target, a field; value, a quantity or an expression of the coordinates; at, the point, one quantity for each
    coordinate of the field, or those of some coordinates by name of these.
    Raises: ProblemError for a point outside the domain, or coordinates that the field is not of.
    """

    def __init__(self, target: Field, value: Operand, at: Place) -> None:
        source = caller()
        _require_field(target, "Pin")
        named = at if isinstance(at, Mapping) else _in_order(target, at)
        if not named or not named.keys() <= set(target.coordinates):
            names = ", ".join(item.name for item in target.coordinates)
            found = ", ".join(str(item) for item in named) or "none"
            raise ProblemError(f"Pin({target.name}): expected coordinates among ({names}), found {found}")
        fixed = {}
        for coordinate, place in named.items():
            measured = measure(place)
            if measured.dimension != coordinate.dimension or not coordinate.low <= measured.value <= coordinate.high:
                raise ProblemError(
                    f"Pin({target.name}): {coordinate.name} = {place} lies outside the domain, which runs from "
                    f"{coordinate.low:g} to {coordinate.high:g} {coordinate.dimension}"
                )
            fixed[coordinate] = measured.value
        where = ", ".join(_at(coordinate, value) for coordinate, value in fixed.items())
        super().__init__([Requirement(_statement("Pin", target, target, value, f"({where})", source), fixed)])


def _at(coordinate: Coordinate, value: float) -> str:
    """A place on a coordinate in coherent units, which other units of the script do not change."""
    unit = "" if coordinate.dimension.dimensionless or not value else f" {coordinate.dimension}"
    return f"{coordinate.name}={value:g}{unit}"


def _in_order(target: Field, at: Sequence[pint.Quantity[Any] | float]) -> Mapping[Coordinate, Any]:
    if len(at) != len(target.coordinates):
        names = ", ".join(item.name for item in target.coordinates)
        raise ProblemError(f"Pin({target.name}): expected one quantity for each of ({names}), found {len(at)}")
    return dict(zip(target.coordinates, at, strict=True))


def _statement(
    kind: str, field: Field, target: Expression, value: Operand, where: str, source: Source | None
) -> Statement:
    span = argument(source, 1, "value")
    name = f"{field.name if kind != 'Initial' else target} {'at' if kind in ('Initial', 'Pin') else 'on'} {where}"
    return Statement(name, kind, target, express(value, span), source, span, named_quantities())


def _require_field(target: Any, kind: str) -> None:
    if not isinstance(target, Field):
        raise ProblemError(f"{kind}: expected a field made by field(), found {target!r}")


def _required(stated: Statement, face: Face | Ball) -> Requirement:
    if isinstance(face, Ball):
        return Requirement(replace(stated, rim=face), {}, rim=face)
    return Requirement(stated, {face.coordinate: face.position})


def _outward_slope(target: Field, face: Face | Ball) -> Expression:
    if isinstance(face, Ball):
        return face.outward_slope(target)
    slope = Derivative(target, (face.coordinate,))
    return slope if face.end else Negation(slope)


def _faces(on: Faces, target: Field, kind: str) -> list[Face | Ball]:
    if isinstance(on, Face | Ball):
        own = on.coordinates if isinstance(on, Ball) else (on.coordinate,)
        if not set(own) <= set(target.coordinates):
            names = ", ".join(item.name for item in target.coordinates)
            what = "face" if isinstance(on, Face) else "hole"
            raise ProblemError(
                f"{kind}({target.name}): the {what} {on} lies outside the domain of the field, which is of ({names})"
            )
        return [on]
    if isinstance(on, str | Coordinate) or not isinstance(on, Iterable):
        raise ProblemError(f"{kind}({target.name}): expected faces such as x.start or [x.ends, y.ends], found {on!r}")
    found = [face for part in on for face in _faces(part, target, kind)]
    if not found:
        raise ProblemError(f"{kind}({target.name}): expected faces such as x.start or [x.ends, y.ends], found none")
    return found
