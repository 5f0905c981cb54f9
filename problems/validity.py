"""Arguments of a problem that make physical sense, and the refusal of those that do not."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np

from pinnln.units import ProblemError, Q, Quantity, UnitsError


def require(
    name: str,
    value: Quantity | float,
    unit: str,
    why: str,
    low: float = 0.0,
    high: float = math.inf,
    above: str = "",
    zero: bool = False,
) -> float:
    """The magnitude of an argument in a unit, if it lies in the range  low < value ≤ high.

    Args: name of the argument; value; unit it is measured in, "" for a pure number, "kelvin" for a temperature and
    "delta_degC" for a difference of two; why nothing lies below the range, the end of a sentence that begins with
    "since"; low and high, in that unit; above, why nothing lies above it, where that has another reason; zero, whether
    the value may also be zero.
    Returns: the magnitude, a float.
    Raises: UnitsError for a value of another dimension; ProblemError for one out of range, not finite, or no number.

    >>> require("length", Q("10 cm"), "m", "a bar has an extent")
    0.1
    >>> require("length", Q("-1 m"), "m", "a bar has an extent")
    Traceback (most recent call last):
    pinnln.units.errors.ProblemError: length = -1 m: expected a value above 0 m, since a bar has an extent
    >>> require("emissivity", 1.2, "", "a surface radiates", high=1.0, above="black is one")
    Traceback (most recent call last):
    pinnln.units.errors.ProblemError: emissivity = 1.2: expected a value above 0 and up to 1, since black is one
    """
    shown, quantity = _measured(name, value, unit)
    magnitude = float(quantity.m_as(unit or "dimensionless"))
    asked = f"{Q(1.0, unit).units:~P}" if unit else ""
    if not (math.isfinite(magnitude) and (low < magnitude <= high or (zero and not magnitude))):
        ends = [f"above {low:g}"] if math.isfinite(low) else []
        ends += [f"up to {high:g}"] if math.isfinite(high) else []
        kind = "value" if math.isfinite(magnitude) or not ends else "finite value"
        allowed = f"a {kind} {' and '.join(ends)} {asked}".rstrip() if ends else "a finite value"
        allowed = f"zero or {allowed}" if zero else allowed
        reason = above if magnitude > high and above else why
        raise ProblemError(f"{name} = {shown}: expected {allowed}, since {reason}")
    if magnitude and not _LEAST <= abs(magnitude) <= _MOST:
        raise ProblemError(
            f"{name} = {shown}: expected a size from {_LEAST:g} to {_MOST:g} {asked}".rstrip()
            + ", since products of others have no place among the numbers of a computer"
        )
    return magnitude


def _measured(name: str, value: object, unit: str) -> tuple[str, Quantity]:
    """How an argument is shown, and the one quantity that it is, of the dimension that is asked for."""
    if isinstance(value, bool) or not isinstance(value, Quantity | numbers.Real | np.ndarray):
        raise ProblemError(f"{name} = {value!r}: expected {_example(unit)}")
    if isinstance(value, Quantity):
        single = np.ndim(value.magnitude) == 0 and isinstance(_item(value.magnitude), numbers.Real)
        quantity = Q(_number(value.magnitude), value.units) if single else value
        shown = f"{quantity:.6g~P}" if single else f"{quantity}"
    else:
        single = isinstance(value, numbers.Real)
        quantity = Q(_number(value) if single else value, "dimensionless")
        shown = f"{_number(value):.6g}" if single else f"{value}"
    if not quantity.is_compatible_with(unit or "dimensionless"):
        raise UnitsError(f"{name} = {shown}: expected {_example(unit)}")
    if not single:
        raise ProblemError(f"{name} = {shown}: expected one number, found shape {np.shape(quantity.magnitude)}")
    written = [item for item, _ in quantity.unit_items()]
    if unit == "kelvin" and any(item.startswith("delta_") for item in written):
        raise UnitsError(f"{name} = {shown}: expected a temperature, as in Q(20, 'degC'), found a difference of two")
    if unit != "kelvin" and _POINTS & set(written):
        raise UnitsError(f"{name} = {shown}: expected {_example(unit)}, found a point on a scale")
    return shown, quantity


def _example(unit: str) -> str:
    if unit == "delta_degC":
        return "a difference of temperatures, as in Q(1, 'delta_degC') or Q('1 K')"
    return f"a quantity in {Q(1.0, unit).units:~P}, as in Q('1 {unit}')" if unit else "a pure number"


def _item(magnitude: Any) -> Any:
    return magnitude.item() if isinstance(magnitude, np.ndarray) else magnitude


def _number(value: Any) -> float:
    """As a float, infinite where there is none so large."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def require_count(name: str, value: int, why: str, least: int = 1, most: int | None = None, above: str = "") -> int:
    """A whole number from one, or what else is the least, up to the most, if there is one.

    Args: name of the argument; value; why there is none below the least, above why none above the most.
    Raises: ProblemError for anything else.

    >>> require_count("across", 0, "the field would vanish")
    Traceback (most recent call last):
    pinnln.units.errors.ProblemError: across = 0: expected a whole number from 1, since the field would vanish
    """
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        shown = f"{_number(value):.6g}" if whole and abs(value) >= _LONG else f"{value}"
        over = whole and value > least
        ends = f"from {least} to {most}" if over else f"from {least}"
        raise ProblemError(
            f"{name} = {shown}: expected a whole number {ends}, since {above if over and above else why}"
        )
    return int(value)


def rounded(magnitude: float) -> float:
    """To thirteen digits, so that a reference is the same whatever units its arguments are stated in.

    >>> rounded(0.1 + 0.2)
    0.3
    """
    return float(f"{magnitude:.12e}")


def require_fading(name: str, exponent: float) -> float:
    """The exponent of a decay e^(−exponent) over a whole duration, if something fades and something is left.

    >>> require_fading("π²·diffusivity·duration/length²", 3.3)
    3.3
    """
    return require(name, exponent, "", "sooner nothing has faded yet", low=1e-6, high=30.0, above=FADED)


def require_coupled(ratio: float) -> float:
    """S·M/α² of wet ground, the water that it stores over that which its own compression frees, if that counts."""
    return require("storage·stiffness/coupling²", ratio, "", "water is stored", high=100.0, above=UNCOUPLED)


def require_warmer(name: str, difference: float, temperature: float) -> float:
    """A difference of temperatures over the temperature [K] it is added to, if it is not lost in its digits."""
    return require(name, difference / temperature, "", "less is lost in the digits of the temperature", low=1e-6)


_POINTS = {"degree_Celsius", "degree_Fahrenheit", "degree_Reaumur"}
_LEAST, _MOST, _LONG = 1e-40, 1e40, 10**15
"""Sizes of a magnitude between which products of several are numbers too; of a whole number that is shown whole."""

EXTENT = "a domain has an extent"
COLDEST = "nothing is colder"
MATTER = "the field would vanish everywhere and no relative error were defined"
UNCOUPLED = "beyond it the ground hardly feels its water"
FOLLOWED = "the reference is followed up to there"
PHASE = "the phase of so many swings is lost in its digits"
FADED = "later nothing is left of what was there at the start"
FINE = "no network resolves finer waves"
MANY = "each reading is a point of the training"
"""Reasons that many problems share."""

BIOT = ("else the grains do not feel the water", 0.0, 1.0, "Biot's coefficient is one where grains keep their volume")
"""Why, the ends of the range, and why, of the coupling of ground and water."""
