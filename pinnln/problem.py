"""A problem: equations and conditions over one domain, checked when it is stated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from pinnln.conditions import AbstractCondition
from pinnln.units import (
    Ball,
    Coordinate,
    Expression,
    Field,
    LintReport,
    ProblemError,
    ResolvedScales,
    Scales,
    Statement,
    Unknown,
    lint,
)
from pinnln.units.collection import collect
from pinnln.units.dimensionless_form import DimensionlessForm, dimensionless_form
from pinnln.units.expression import named_quantities
from pinnln.units.imbalance import imbalances
from pinnln.units.linter import require_sound
from pinnln.units.nondimensional import nondimensionalize
from pinnln.units.shapes import require_apart
from pinnln.units.source import caller


class Residual:
    """One equation, as the expression that must vanish inside the domain:  left − right.

    Args: name, as it stands in tables and errors; expression.
    Raises: ProblemError if the expression is none.
    """

    def __init__(self, name: str, expression: Expression) -> None:
        if not isinstance(expression, Expression):
            raise ProblemError(f"residual {name!r}: expected an expression of fields, found {expression!r}")
        self.name = name
        self.statement = Statement(name, "residual", expression, source=caller(), scope=named_quantities())

    def __repr__(self) -> str:
        return f"Residual({self.name!r}, {self.statement.target})"


@dataclass(frozen=True)
class TermSizes:
    """The size of every term of every equation over the largest of its equation, in characteristic scales.

    Attributes: equations, terms and sizes by name; warnings, a sentence for each equation of which only one term
    counts, and which scale causes it.
    """

    equations: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = field(default_factory=tuple)
    warnings: tuple[str, ...] = ()

    def __str__(self) -> str:
        return "\n".join(f"{name}: {', '.join(f'{size:.2g}' for _, size in sizes)}" for name, sizes in self.equations)

    def __getitem__(self, name: str) -> tuple[float, ...]:
        return next(tuple(size for _, size in sizes) for its, sizes in self.equations if its == name)


class Problem:
    """Coupled equations with their conditions on a box, from which holes may be cut, in quantities.

    Args: parts, residuals and conditions in any order; without, the holes, each a Ball, on whose rims conditions may
    hold too, as in on=hole.
    Attributes: residuals, conditions, fields, coordinates, holes, unknowns, statements.
    Raises: ProblemError for names used twice, a condition on a field of no equation, fewer equations than fields,
    fields on different coordinates, holes that touch, or a condition on a shape that is no hole. Dimensions are
    checked by `lint`, `solve` and `compare`.

    >>> from pinnln import Dirichlet, coordinates, d, field
    >>> from pinnln.units import Q
    >>> x, = coordinates(x=(Q("0 m"), Q("1 m")))
    >>> T = field("T", "K", of=(x,))
    >>> Problem(Residual("heat", d(T, x, x)), Dirichlet(T, Q("300 K"), on=x.ends))
    Problem(heat: ∂²T/∂x² = 0; T on x.start; T on x.end)
    """

    def __init__(self, *parts: Residual | AbstractCondition, without: Ball | Iterable[Ball] = ()) -> None:
        for part in parts:
            if not isinstance(part, Residual | AbstractCondition):
                raise ProblemError(f"expected residuals and conditions, found {part!r}")
        self.residuals = tuple(part for part in parts if isinstance(part, Residual))
        self.conditions = tuple(part for part in parts if isinstance(part, AbstractCondition))
        self.fields = _fields(residual.statement.target for residual in self.residuals)
        if not self.fields:
            raise ProblemError("expected at least one residual with a field in it, as in Residual('heat', d(T, x, x))")
        self.coordinates = self.fields[0].coordinates
        self.holes = (without,) if isinstance(without, Ball) else tuple(without)
        self._check()
        self._check_holes()
        self._check_measurements()
        collect(self)

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        """The constants that training finds, in the order in which they are met."""
        found = (node for item in self.statements for node in item.expression.walk() if isinstance(node, Unknown))
        return tuple(dict.fromkeys(found))

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Every equation, then every condition."""
        stated = [residual.statement for residual in self.residuals]
        return (*stated, *(item.statement for condition in self.conditions for item in condition.requirements))

    def lint(self) -> LintReport:
        """Every dimensional error of the problem, and how much was looked at."""
        return lint(self)

    def require_sound(self) -> None:
        """Nothing, if the dimensions fit; raises UnitsError with every finding."""
        require_sound(self)

    def scales(self, scales: Scales | None = None) -> ResolvedScales:
        """The yardstick of every symbol: those given, the rest proposed.

        Raises: UnitsError if the problem is not sound, ScalesError if a scale is wrong or cannot be proposed.
        """
        self.require_sound()
        return (scales or Scales()).resolve(self)

    def term_sizes(self, scales: Scales | None = None) -> TermSizes:
        """How large each term of each equation is, over the largest of its equation."""
        resolved = self.scales(scales)
        equations = [nondimensionalize(item.statement, resolved.yardsticks) for item in self.residuals]
        return TermSizes(tuple((item.name, item.sizes) for item in equations), imbalances(self, resolved))

    def dimensionless(self, scales: Scales | None = None) -> DimensionlessForm:
        """The problem in pure numbers, as a paper would print it: scales, dimensionless groups, equations, conditions.

        Raises: UnitsError if the problem is not sound, ScalesError if a scale is wrong or cannot be proposed.
        """
        return dimensionless_form(self, self.scales(scales))

    def __repr__(self) -> str:
        equations = [f"{item.name}: {item.statement.target} = 0" for item in self.residuals]
        conditions = [item.statement.name for condition in self.conditions for item in condition.requirements]
        return f"Problem({'; '.join(equations + conditions)})"

    def _check(self) -> None:
        names = [residual.name for residual in self.residuals]
        _refuse_twice(names, "residuals")
        _refuse_twice([field.name for field in self.fields], "fields")
        coordinates = [item.name for item in self.coordinates]
        constants = [item.name for item in self.unknowns]
        _refuse_twice([*coordinates, *(field.name for field in self.fields), *constants], "symbols")
        for residual in self.residuals:
            if not _fields([residual.statement.target]):
                raise ProblemError(f"residual {residual.name!r} has no field in it: {residual.statement.target} = 0")
        known = ", ".join(field.name for field in self.fields)
        for statement in self.statements:
            for field_ in _fields([statement.expression]):
                if field_ not in self.fields:
                    raise ProblemError(
                        f"{statement.kind} {statement.name!r}: field {field_.name!r} stands in no equation; "
                        f"the equations are of {known}"
                    )
            for node in statement.expression.walk():
                if isinstance(node, Coordinate) and node not in self.coordinates:
                    raise ProblemError(
                        f"{statement.kind} {statement.name!r}: coordinate {node.name!r} is not of this domain"
                    )
        for field_ in self.fields:
            if field_.coordinates != self.coordinates:
                raise ProblemError(
                    f"fields {self.fields[0].name!r} and {field_.name!r} are of different coordinates: "
                    "expected the same, in the same order"
                )
        if len(self.residuals) < len(self.fields):
            raise ProblemError(
                f"{len(self.fields)} fields ({known}) but {len(self.residuals)} equations ({', '.join(names)}): "
                "the problem is under-determined; expected at least one equation for each field"
            )

    def _check_measurements(self) -> None:
        """Refuses points in holes, and a sigma that is known of some measurements and not of others."""
        needs = [need for condition in self.conditions for need in condition.requirements]
        stated = [(need.statement.name, need.measured) for need in needs if need.measured is not None]
        without = [name for name, measured in stated if measured.sigma is None]
        if without and len(without) < len(stated):
            raise ProblemError(
                f"{without[0]!r} was observed without sigma and others with one: give sigma to all observations or to "
                "none, so that they can be weighed against each other"
            )
        for name, measured in stated:
            for hole in self.holes:
                inside = np.flatnonzero(hole.contains(measured.places))
                if len(inside):
                    raise ProblemError(
                        f"{name!r} was observed inside the hole {hole} (point {inside[0] + 1}): expected points of the "
                        "domain"
                    )

    def _check_holes(self) -> None:
        for hole in self.holes:
            if not isinstance(hole, Ball):
                raise ProblemError(f"expected holes such as Ball({{x: …, y: …}}, radius=…), found {hole!r}")
            if not set(hole.coordinates) <= set(self.coordinates):
                names = ", ".join(item.name for item in self.coordinates)
                raise ProblemError(f"the hole {hole} lies outside the domain, which is of ({names})")
        _refuse_twice([hole.name for hole in self.holes], "holes")
        require_apart(self.holes)
        for need in (item for condition in self.conditions for item in condition.requirements):
            if need.rim is not None and need.rim not in self.holes:
                raise ProblemError(
                    f"{need.statement.kind} {need.statement.name!r} holds on a shape that is not cut out of the "
                    "domain: state Problem(…, without=[…]) with it"
                )
            for hole in self.holes:
                if set(hole.coordinates) <= set(need.fixed) and hole.contains(need.fixed):
                    raise ProblemError(
                        f"{need.statement.kind} {need.statement.name!r} is asked inside the hole {hole}: "
                        "expected a point of the domain"
                    )


def _fields(expressions: Iterable[Expression]) -> tuple[Field, ...]:
    found: dict[Field, None] = {}
    for expression in expressions:
        found.update({node: None for node in expression.walk() if isinstance(node, Field)})
    return tuple(found)


def _refuse_twice(names: Sequence[str], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ProblemError(f"the name {twice[0]!r} is used twice among the {what}: give each its own")
