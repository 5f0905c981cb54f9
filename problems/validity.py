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
    if isinstance(value, bool | str) or value is None:
        raise ProblemError(f"{name} = {value!r}: expected {_example(unit)}")
    quantity = value if isinstance(value, Quantity) else Q(value, "dimensionless")
    if not quantity.is_compatible_with(unit or "dimensionless"):
        raise UnitsError(f"{name} = {shown}: expected {_example(unit)}")
    if np.ndim(quantity.magnitude):
        raise ProblemError(f"{name} = {shown}: expected one number, found shape {np.shape(quantity.magnitude)}")
    magnitude = float(quantity.m_as(unit or "dimensionless"))
    if not (math.isfinite(magnitude) and low < magnitude <= high):
        ends = [f"above {low:g}"] if math.isfinite(low) else []
        ends += [f"up to {high:g}"] if math.isfinite(high) else []
        allowed = f"a value {' and '.join(ends)} {asked}".rstrip() if ends else "a finite value"
        raise ProblemError(f"{name} = {shown}: expected {allowed}, since {why}")
    return magnitude


def _example(unit: str) -> str:
    return f"a quantity in {Q(1.0, unit).units:~P}, as in Q('1 {unit}')" if unit else "a pure number"


def require_count(name: str, value: int, why: str, least: int = 1) -> int:
    """A whole number of at least one, or what else is the least.

    Raises: ProblemError for anything else.

    >>> require_count("across", 0, "the field would vanish")
    Traceback (most recent call last):
    pinnln.units.errors.ProblemError: across = 0: expected a whole number from 1, since the field would vanish
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ProblemError(f"{name} = {value}: expected a whole number from {least}, since {why}")
    return value


def rounded(magnitude: float) -> float:
    """To thirteen digits, so that a reference is the same whatever units its arguments are stated in.

    >>> rounded(0.1 + 0.2)
    0.3
    """
    return float(f"{magnitude:.12e}")


EXTENT = "a domain has an extent"
COLDEST = "nothing is colder"
MATTER = "the field would vanish everywhere and no relative error were defined"
"""Reasons that many problems share."""
