"""Measurements of what a problem is about: an expression, its values at points, how sure they are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pinnln.conditions import AbstractCondition, Requirement
from pinnln.measurements import Array, Given, Measurements, measured_numbers
from pinnln.units import Coordinate, Dimension, Expression, Field, Number, ProblemError, Statement
from pinnln.units.expression import named_quantities
from pinnln.units.registry import Measured
from pinnln.units.source import argument, caller


class Observe(AbstractCondition):
    """Measured values of an expression of the fields at N points:  h(xᵢ) = vᵢ ± σᵢ.

    They go to the loss, each as (h − v)/σ up to one factor that all share: no measurement weighs more than a residual
    of the equations of the size of h, so noise does not bend the equations. Where a constant is unknown and no sigma is
    stated, that of the misfit stands for it.

    Args: target, an expression of fields, such as T or -k * d(T, x); values, a quantity with N numbers; at, for every
    coordinate a quantity with one number or N; sigma, the standard deviation of the values, one quantity or N, for all
    observations of a problem or for none: without, all count alike and their spread is estimated from the misfit.
    Raises: ProblemError for a target without a field, coordinates that are missing, unlike lengths, numbers that are
    not finite, points outside the domain, or a sigma that is not above zero. Dimensions are checked as those of any
    condition, by `lint` and `solve`.

    >>> from pinnln import coordinates, field
    >>> from pinnln.units import Q
    >>> x, = coordinates(x=(Q("0 m"), Q("1 m")))
    >>> T = field("T", "K", of=(x,))
    >>> Observe(T, Q([301.0, 304.0], "K"), at={x: Q([20.0, 70.0], "cm")}, sigma=Q("0.5 K"))
    Observe(T at 2 points)
    """

    def __init__(
        self,
        target: Expression,
        values: Given,
        at: Mapping[Coordinate, Given],
        sigma: Given | None = None,
    ) -> None:
        source = caller()
        domain = _domain(target)
        what = f"Observe({target})"
        if set(at) != set(domain):
            names, found = (", ".join(str(item) for item in items) for items in (domain, at))
            raise ProblemError(f"{what}: expected at={{…}} with a quantity for each of ({names}), found ({found})")
        numbers, dimension = measured_numbers(values, f"{what}: its values")
        places = {item: _places(item, at[item], what) for item in domain}
        lengths = {"its values": numbers, **{f"the places along {item.name}": places[item] for item in domain}}
        spread = None if sigma is None else _sigma(sigma, dimension, what)
        if spread is not None:
            lengths["its sigma"] = spread
        count = max(int(each.size) for each in lengths.values())
        if not numbers.ndim and count > 1:
            raise ProblemError(f"{what}: expected {count} values, one for each point, found one")
        for name, each in lengths.items():
            if each.ndim and each.size != count:
                raise ProblemError(f"{what}: expected {count} numbers or one in {name}, found {each.size}")
        measured = Measurements(
            {item: _each(place, count) for item, place in places.items()},
            _each(numbers, count),
            None if spread is None else _each(spread, count),
        )
        _require_finite(measured, what, dimension)
        named = f"{target} at {count} point{'s' if count != 1 else ''}"
        least, largest = (
            Number(Measured(float(end), dimension, dimension.unit, point=False), source=source)
            for end in (measured.values.min(), measured.values.max())
        )
        span = argument(source, 1, "values")
        statement = Statement(named, "Observe", target, least, source, span, named_quantities(), largest=largest)
        self._requirement = Requirement(statement, {}, measured=measured)

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """The one statement, at its points."""
        return (self._requirement,)

    def __repr__(self) -> str:
        return f"Observe({self._requirement.statement.name})"


def _domain(target: Expression) -> tuple[Coordinate, ...]:
    fields = [node for node in target.walk() if isinstance(node, Field)] if isinstance(target, Expression) else []
    if not fields:
        raise ProblemError(f"Observe: expected an expression of fields, such as T or -k * d(T, x), found {target!r}")
    return fields[0].coordinates


def _places(coordinate: Coordinate, given: Given, what: str) -> Array:
    places, dimension = measured_numbers(given, f"{what}: the places along {coordinate.name}")
    if dimension != coordinate.dimension:
        raise ProblemError(
            f"{what}: the places along {coordinate.name} have the dimension {dimension}: expected "
            f"{coordinate.dimension}"
        )
    return places


def _sigma(given: Given, dimension: Dimension, what: str) -> Array:
    sigma, its = measured_numbers(given, f"{what}: its sigma", difference=True)
    if its != dimension:
        raise ProblemError(f"{what}: its sigma has the dimension {its}: expected {dimension}, as its values")
    if not bool(np.all(np.isfinite(sigma) & (sigma > 0))):
        raise ProblemError(f"{what}: expected a sigma that is finite and above zero, found {given}")
    return sigma


def _each(numbers: Array, count: int) -> Array:
    return np.array(np.broadcast_to(numbers, (count,)), dtype=float)


def _require_finite(measured: Measurements, what: str, dimension: Dimension) -> None:
    """Refuses values that are not finite and points outside the domain; the first of them is named."""
    count = len(measured)
    if not count:
        raise ProblemError(f"{what}: expected at least one value, found none")
    bad = np.flatnonzero(~np.isfinite(measured.values))
    if len(bad):
        raise ProblemError(
            f"{what}: value {bad[0] + 1} of {count} is {measured.values[bad[0]]:g} {dimension}".rstrip()
            + ": leave out what was not measured"
        )
    for item, places in measured.places.items():
        outside = np.flatnonzero(~((places >= item.low) & (places <= item.high)))
        if len(outside):
            raise ProblemError(
                f"{what}: point {outside[0] + 1} of {count} lies outside the domain: {item.name} = "
                f"{places[outside[0]]:g}, which runs from {item.low:g} to {item.high:g} {item.dimension}".rstrip()
            )
