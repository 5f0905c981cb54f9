"""Shapes cut out of a box: where they lie, how far away a point is, which way their surface faces."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any, TypeAlias

import numpy as np
import pint

from pinnln.units.errors import ProblemError, UnitsError
from pinnln.units.expression import (
    Coordinate,
    Derivative,
    Difference,
    Expression,
    Negation,
    Number,
    Product,
    Quotient,
    Sum,
)
from pinnln.units.registry import Measured, measure
from pinnln.units.source import Source, caller

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
_DIRECTIONS = 5


class Ball:
    """A ball over two or more space coordinates, to be cut out of a domain:  Σ (xᵢ − cᵢ)² < R².

    Over two coordinates it is a disk; where the domain has further coordinates, such as time, the cylinder along them.

    Args: centre, one quantity for each of its coordinates; radius; name, as it stands in tables and errors.
    Attributes: coordinates; centre and radius [coherent SI]; name; source, its place in the script.
    Raises: UnitsError for a centre or radius of another dimension than its coordinates, ProblemError for a radius that
    is not above zero, fewer than two coordinates, time among them, or a ball that touches or leaves the box.

    >>> from pinnln.units import Q, coordinates
    >>> x, y = coordinates(x=(Q("0 m"), Q("1 m")), y=(Q("0 m"), Q("1 m")))
    >>> Ball({x: Q("30 cm"), y: Q("70 cm")}, radius=Q("10 cm"))
    Ball(x = 30 cm, y = 70 cm, radius = 10 cm)
    """

    __slots__ = ("centre", "coordinates", "name", "radius", "source")

    def __init__(
        self,
        centre: Mapping[Coordinate, pint.Quantity[Any] | float],
        radius: pint.Quantity[Any] | float,
        name: str = "",
    ) -> None:
        self.source = caller()
        if not isinstance(centre, Mapping) or not all(isinstance(item, Coordinate) for item in centre):
            raise ProblemError(f"expected a centre such as {{x: 0.3 * L, y: 0.7 * L}}, found {centre!r}{self._where}")
        places = ", ".join(f"{item.name} = {_shown(place)}" for item, place in centre.items())
        self.name = name or f"Ball({places}, radius = {_shown(radius)})"
        self.coordinates = tuple(centre)
        if len(self.coordinates) < 2 or any(item.is_time for item in self.coordinates):
            raise ProblemError(f"{self.name}: expected two or more space coordinates in its centre{self._where}")
        size = self._measured("radius", radius, self.coordinates[0])
        if not (math.isfinite(size.value) and size.value > 0):
            raise ProblemError(f"{self.name}: expected a finite radius above zero{self._where}")
        for item in self.coordinates:
            self._measured("radius", radius, item)
        self.radius = size.value
        self.centre = tuple(self._measured(item.name, place, item).value for item, place in centre.items())
        self._require_inside()

    def __repr__(self) -> str:
        return self.name

    def contains(self, points: Mapping[Coordinate, Any], slack: float = 0.0) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Whether points lie inside, by more than `slack` of the squared radius.

        Args: points, numbers [coherent SI] for each of its coordinates, of one shape.
        """
        reach = sum(
            ((np.asarray(points[item]) - middle) / self.radius) ** 2
            for item, middle in zip(self.coordinates, self.centre, strict=True)
        )
        return np.asarray(reach < 1.0 - slack)

    def surface(self, directions: Array) -> Array:
        """The points of the surface (N, n) [coherent SI] in the directions (N, n), unit vectors."""
        return np.asarray(self.centre) + self.radius * directions

    def directions(self) -> Array:
        """Some unit vectors (N, n) on all sides, for what is to be sampled on the surface."""
        steps = np.linspace(-1.0, 1.0, _DIRECTIONS)
        found = np.array([item for item in product(steps, repeat=len(self.coordinates)) if any(item)])
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True))

    def outward_slope(self, field: Expression, source: Source | None = None) -> Expression:
        """The slope along the normal that leaves the domain and enters the ball:  ∂u/∂n = −Σ (xᵢ − cᵢ)/R · ∂u/∂xᵢ.

        Args: field, any expression of the coordinates; source, its place in the script.
        """
        total: Expression | None = None
        for item, middle in zip(self.coordinates, self.centre, strict=True):
            arm = Difference(item, _constant(middle, item), source=source)
            normal = Quotient(arm, _constant(self.radius, item), source=source)
            part = Product(normal, Derivative(field, (item,), source=source), source=source)
            total = part if total is None else Sum(total, part, source=source)
        assert total is not None
        return Negation(total, source=source)

    def _measured(self, what: str, quantity: Any, along: Coordinate) -> Measured:
        try:
            found = measure(quantity)
        except (TypeError, ValueError) as error:
            raise UnitsError(f"{self.name}: {what}: {error}{self._where}") from error
        if found.dimension != along.dimension:
            raise UnitsError(
                f"{self.name}: its {what} {_shown(quantity)} has the dimension {found.dimension}: expected "
                f"{along.dimension}, that of {along.name}{self._where}"
            )
        return found

    def _require_inside(self) -> None:
        for item, middle in zip(self.coordinates, self.centre, strict=True):
            low, high = middle - self.radius, middle + self.radius
            if not item.low < low < high < item.high:
                raise ProblemError(
                    f"{self.name} reaches from {item.name} = {low:g} to {high:g} {item.dimension}, but the box from "
                    f"{item.low:g} to {item.high:g}: expected it strictly inside; "
                    f"move its centre, or make its radius smaller{self._where}"
                )

    @property
    def _where(self) -> str:
        return f"    {self.source}" if self.source is not None else ""


def require_apart(balls: Sequence[Ball]) -> None:
    """Nothing, if no two balls touch or overlap.

    Raises: ProblemError with their distance and their radii.
    """
    for first, second in combinations(balls, 2):
        shared = [item for item in first.coordinates if item in second.coordinates]
        gaps = [
            first.centre[first.coordinates.index(item)] - second.centre[second.coordinates.index(item)]
            for item in shared
        ]
        apart, needed = math.hypot(*gaps), first.radius + second.radius
        if apart <= needed:
            raise ProblemError(
                f"{first} and {second} touch or overlap: their centres are {apart:g} {first.coordinates[0].dimension} "
                f"apart, expected more than the sum of their radii, {needed:g}"
            )


def _constant(value: float, along: Coordinate) -> Number:
    return Number(Measured(value, along.dimension, along.unit, point=False))


def _shown(quantity: Any) -> str:
    return f"{quantity:.6g~P}" if isinstance(quantity, pint.Quantity) else f"{quantity}"
