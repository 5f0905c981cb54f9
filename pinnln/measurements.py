"""What was measured at points: places, values and how sure they are, as numbers at the gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pint

from pinnln.units import Coordinate, Dimension, Expression, ProblemError, Q
from pinnln.units.algebra import add
from pinnln.units.expression import Difference, Parameter, Product, pure
from pinnln.units.nondimensional import Addend, Yardsticks, addends, measure_in
from pinnln.units.registry import is_point, snap

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Given: TypeAlias = "pint.Quantity[Any] | Sequence[pint.Quantity[Any] | float] | Array | float"

VALUE, WEIGHT = Parameter("measured"), Parameter("weight")
"""What stands in the residual for the measured value, and for one over how sure it is, at every point."""


@dataclass(frozen=True, eq=False)
class Measurements:
    """N values of an expression, at points of the domain.

    Attributes: places (N,) of every coordinate; values (N,); sigma (N,), the standard deviation of each, None where it
    is not known; all in coherent SI units.
    """

    places: Mapping[Coordinate, Array]
    values: Array
    sigma: Array | None

    def __len__(self) -> int:
        return len(self.values)

    def unit_points(self, coordinates: Sequence[Coordinate]) -> Array:
        """The points (N, d) in the unit box of the extents."""
        columns = [(self.places[item] - item.low) / (item.high - item.low) for item in coordinates]
        return np.stack(columns, axis=1)


@dataclass(frozen=True, eq=False)
class Misfit:
    """Measurements against an expression, in pure numbers:  w (ĥ − v̂).

    Attributes: expression, with VALUE for v̂ and WEIGHT for w; scale, what h was divided by [coherent SI], its largest
    term that varies; values v̂ (N,); sigma (N,), over the scale, ones where it is not known.
    """

    expression: Expression
    scale: float
    values: Array
    sigma: Array


def misfit(
    target: Expression, measurements: Measurements, yardsticks: Yardsticks, scale: float | None = None
) -> Misfit:
    """The residual of measurements in characteristic scales, its numbers rounded to 13 digits.

    Args: target; its measurements; yardsticks; scale, what to divide by [coherent SI] in place of the largest term.
    """
    whole = addends(measure_in(target, yardsticks))
    rest = sum(item.coefficient for item in whole if item.factor is None)
    varying = [item for item in whole if item.factor is not None]
    divisor = scale or max((abs(item.coefficient) for item in varying), default=1.0)
    total: Expression = pure(0.0)
    for item in varying:
        total = add(total, Addend(item.coefficient / divisor, item.factor).expression)
    values = _snapped((measurements.values - rest) / divisor)
    sigma = np.ones(len(values)) if measurements.sigma is None else _snapped(measurements.sigma / divisor)
    return Misfit(Product(WEIGHT, Difference(total, VALUE)), divisor, values, sigma)


def measured_numbers(given: Given, what: str, *, difference: bool = False) -> tuple[Array, Dimension]:
    """Quantities as an array [coherent SI] with their dimension.

    Args: given, a quantity with a scalar or an array, or a sequence of quantities; what they are, for errors;
    difference, whether points on an offset scale (°C) are refused.
    Raises: ProblemError for what are no quantities, or for points where differences are meant.
    """
    if isinstance(given, tuple | list) and any(isinstance(item, pint.Quantity) for item in given):
        parts = [measured_numbers(item, what, difference=difference) for item in given]
        if any(np.ndim(numbers) or dimension != parts[0][1] for numbers, dimension in parts):
            raise ProblemError(f"{what}: expected quantities of one dimension, one for each point, found {given!r}")
        return np.array([float(numbers) for numbers, _ in parts]), parts[0][1]
    try:
        quantity = given if isinstance(given, pint.Quantity) else Q(np.asarray(given, dtype=float), "dimensionless")
        point, numbers = is_point(quantity), np.asarray(quantity.to_base_units().magnitude, dtype=float)
    except (TypeError, ValueError) as error:  # what is no number, and logarithmic units
        raise ProblemError(f"{what}: expected quantities, as in Q([1.0, 2.0], 'K'), found {given!r}") from error
    if point and difference:
        raise ProblemError(f"{what} are points on an offset scale: state differences, as in delta_degC")
    if numbers.ndim > 1:
        raise ProblemError(f"{what}: expected one number for each point, found an array of shape {numbers.shape}")
    return _snapped(numbers), Dimension.of(quantity.dimensionality)


def _snapped(values: Array) -> Array:
    return np.array([snap(float(value)) for value in values.reshape(-1)]).reshape(values.shape)
