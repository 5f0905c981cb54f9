"""What a problem states: each equation and each condition as an expression that must vanish somewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pinnln.units.dimension import Dimension
from pinnln.units.expression import Coordinate, Difference, Expression, Field, Unknown
from pinnln.units.shapes import Ball
from pinnln.units.source import Source


@dataclass(frozen=True)
class Statement:
    """An equation, or a condition  target = value.

    Args: name, as it stands in tables and errors; kind, what it is called in a sentence; target, an expression that
    must vanish or, with a value, equal it; source and value_source, the spans of the statement and of its value in the
    script; scope, the script's named quantities; rim, the shape on whose surface it holds, if on one; largest, the
    largest of many values where `value` is the least of them.
    """

    name: str
    kind: str
    target: Expression
    value: Expression | None = None
    source: Source | None = None
    value_source: Source | None = None
    scope: Mapping[str, Dimension] = field(default_factory=dict)
    rim: Ball | None = None
    largest: Expression | None = None

    @property
    def expression(self) -> Expression:
        """The residual: left minus right."""
        return self.target if self.value is None else Difference(self.target, self.value)


class Stated(Protocol):
    """What lint and scales read of a problem."""

    @property
    def statements(self) -> Sequence[Statement]:
        """Every equation and condition."""
        ...

    @property
    def fields(self) -> Sequence[Field]:
        """The unknown functions."""
        ...

    @property
    def coordinates(self) -> Sequence[Coordinate]:
        """The independent variables."""
        ...

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The constants that training finds."""
        ...
