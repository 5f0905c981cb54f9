"""The one registry, its quantity `Q`, and the gate at which a quantity becomes a number of coherent SI units."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable
from dataclasses import dataclass
from tokenize import TokenError
from typing import Any, cast

import numpy as np
import pint

from pinnln.units.dimension import Dimension
from pinnln.units.errors import UnitsError
from pinnln.units.symbolic import Symbolic

DIGITS = 13
_OFFSET_UNITS = {"degree_Celsius", "degree_Fahrenheit"}


def _deferring(operator: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda self, other: NotImplemented if isinstance(other, Symbolic) else operator(self, other)


class Quantity(pint.Quantity):  # type: ignore[type-arg]  # pint's Quantity is generic only for its checker
    """A number with a unit; it steps aside for expressions and never holds anything but numbers.

    >>> Q("9.81 m/s^2").to("cm/s^2").magnitude
    981.0
    """

    def __new__(cls, value: Any, units: Any = None) -> Quantity:
        if not isinstance(value, (numbers.Number, str, list, tuple, np.ndarray, pint.Quantity)):
            raise TypeError(f"a quantity holds numbers, found {type(value).__name__}")
        if isinstance(value, pint.Quantity) and not isinstance(value, Quantity):  # of another registry
            value = cls(value.magnitude, str(value.units))
        return cast(Quantity, super().__new__(cls, value, units))

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.magnitude, str(self.units))


_DEFERRED = "add radd iadd sub rsub isub mul rmul imul truediv rtruediv itruediv pow rpow ipow lt le gt ge"
for _name in _DEFERRED.split():
    setattr(Quantity, f"__{_name}__", _deferring(getattr(pint.Quantity, f"__{_name}__")))


class Registry(pint.registry.GenericUnitRegistry[Quantity, pint.Unit]):
    """pint's registry with a quantity that defers to expressions."""

    Quantity = Quantity
    Unit = pint.Unit


registry = Registry()
for _own in (
    "EUR = [EUR]",
    "USD = [USD]",
    "person = [person] = _ = people",
    "individual = [individual]",
    "share = [share]",
):  # what physicists of markets and populations count; a base dimension bears the name of its unit
    registry.define(_own)
Q: type[Quantity] = registry.Quantity


def _restored(magnitude: Any, units: str) -> Quantity:
    return Q(magnitude, units)


def snap(value: float) -> float:
    """The number rounded to 13 significant digits, so that a restated quantity is the same number bit for bit.

    >>> snap(0.022000000000000002)
    0.022
    """
    return float(f"{value:.{DIGITS - 1}e}") if math.isfinite(value) else value


@dataclass(frozen=True, slots=True)
class Measured:
    """A quantity at the gate: its value [coherent SI], dimension, the unit it was stated in, and whether it is
    a point on an offset scale (20 °C) and not a ratio."""

    value: float
    dimension: Dimension
    unit: str
    point: bool


def measure(quantity: pint.Quantity[Any] | float) -> Measured:
    """The value of a scalar quantity in coherent SI units, snapped to 13 digits, with its dimension.

    Args: quantity, of any pint registry, or a bare number, which is dimensionless.
    Raises: UnitsError for arrays and logarithmic units, which cannot be a constant of an equation.

    >>> measure(Q(20, "degC")).value
    293.15
    """
    if not isinstance(quantity, pint.Quantity):
        return Measured(snap(float(quantity)), Dimension(), "", point=False)
    if isinstance(quantity.magnitude, Symbolic):
        raise UnitsError(
            f"a quantity of another pint registry swallowed an expression and holds {quantity.magnitude}: "
            "make quantities with pinnln.units.Q"
        )
    if np.ndim(quantity.magnitude):
        raise UnitsError(f"expected a scalar quantity, found an array of shape {np.shape(quantity.magnitude)}")
    point = is_point(quantity)
    base = quantity.to_base_units()
    dimension = Dimension.of(quantity.dimensionality)
    return Measured(snap(float(base.magnitude)), dimension, str(quantity.units), point)


def is_point(quantity: pint.Quantity[Any]) -> bool:
    """Whether the quantity stands on a scale with an offset (°C, °F).

    Raises: UnitsError for any other non-multiplicative unit (dBm, pH).
    """
    offset = quantity._get_non_multiplicative_units()
    if set(offset) - _OFFSET_UNITS:
        raise UnitsError(f"expected a linear unit, found {quantity.units}: state the quantity without a logarithm")
    return bool(offset)


def parse_unit(unit: str, what: str) -> pint.Unit:
    """The unit of this name, checked.

    Raises: UnitsError naming `what` was declared with an unknown or logarithmic unit.
    """
    try:
        parsed = registry.parse_units(unit) if unit else registry.parse_units("dimensionless")
        is_point(Q(1.0, parsed))
    except (pint.errors.PintError, TokenError, AssertionError, AttributeError, TypeError, ValueError) as error:
        raise UnitsError(f"{what} was declared in {unit!r}, which is not a unit: {error}") from error
    return parsed


def coherent(values: Any, dimension: Dimension) -> Quantity:
    """Numbers of coherent SI units as a quantity, in base units.

    >>> f"{coherent(0.5, Dimension.of({'[length]': 1})):~}"
    '0.5 m'
    """
    return Q(values, parse_unit(dimension.unit, "a result"))
