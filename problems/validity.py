"""Arguments of a problem that make physical sense, and the refusal of those that do not."""

from __future__ import annotations

import math

import numpy as np

from pinnln.units import ProblemError, Q, Quantity, UnitsError


def require(name: str, value: Quantity | float, unit: str, why: str, low: float = 0.0, high: float = math.inf) -> float:
    """The magnitude of an argument in a unit, if it lies in the range  low < value ≤ high.

    Args: name of the argument; value; unit it is measured in, "" for a pure number; why the range is what it is, the
    end of a sentence that begins with "since"; low and high, in that unit.
    Returns: the magnitude, a float.
    Raises: UnitsError for a value of another dimension; ProblemError for one out of range, not finite, or an array.

    >>> require("length", Q("10 cm"), "m", "a bar has an extent")
    0.1
    >>> require("length", Q("-1 m"), "m", "a bar has an extent")
    Traceback (most recent call last):
    pinnln.units.errors.ProblemError: length = -1 m: expected a value above 0 m, since a bar has an extent
    """
    measured = isinstance(value, Quantity) and np.ndim(value.magnitude) == 0
    shown = f"{value:.6g~P}" if measured else f"{value:.6g}" if isinstance(value, float) else f"{value}"
    asked = f"{Q(1.0, unit).units:~P}" if unit else ""
    quantity = value if isinstance(value, Quantity) else Q(value, "dimensionless")
    if not quantity.is_compatible_with(unit or "dimensionless"):
        expected = f"a quantity in {asked}, as in Q('1 {unit}')" if unit else "a pure number"
        raise UnitsError(f"{name} = {shown}: expected {expected}")
    if np.ndim(quantity.magnitude):
        raise ProblemError(f"{name} = {shown}: expected one number, found shape {np.shape(quantity.magnitude)}")
    magnitude = float(quantity.m_as(unit or "dimensionless"))
    if not (math.isfinite(magnitude) and low < magnitude <= high):
        ends = [f"above {low:g}"] if math.isfinite(low) else []
        ends += [f"up to {high:g}"] if math.isfinite(high) else []
        allowed = f"a value {' and '.join(ends)} {asked}".rstrip() if ends else "a finite value"
        raise ProblemError(f"{name} = {shown}: expected {allowed}, since {why}")
    return magnitude


def require_count(name: str, value: int, why: str) -> int:
    """A whole number of at least one.

    Raises: ProblemError for anything else.

    >>> require_count("across", 0, "the field would vanish")
    Traceback (most recent call last):
    pinnln.units.errors.ProblemError: across = 0: expected a whole number from 1, since the field would vanish
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ProblemError(f"{name} = {value}: expected a whole number from 1, since {why}")
    return value


EXTENT = "a domain has an extent"
COLDEST = "nothing is colder"
MATTER = "the field would vanish everywhere and no relative error were defined"
"""Reasons that many problems share."""
