"""A problem of the library restated: the same quantities, written in other units."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import pint

from pinnln.benchmark import Benchmark
from pinnln.units import Dimension, Q
from pinnln.units.registry import is_point

SYSTEMS: Mapping[str, Mapping[str, str]] = {
    "inch, pound, hour, °F": {"[length]": "inch", "[mass]": "pound", "[time]": "hour", "[temperature]": "delta_degF"},
    "cm, g, min, mA": {"[length]": "cm", "[mass]": "g", "[time]": "min", "[current]": "mA"},
}
"""Systems of base units beside SI; what is not named stays as in SI."""


def restated(make: Callable[..., Benchmark], base_units: Mapping[str, str]) -> Benchmark:
    """A problem of the library with every quantity that it is made of in other base units.

    >>> from pinnln.problems import joule_heating
    >>> str(restated(joule_heating, {"[length]": "inch"}).scales)[:15]
    'Scales(x=(3.937'
    """
    found = {
        name: in_base_units(item.default, base_units)
        for name, item in inspect.signature(make).parameters.items()
        if isinstance(item.default, pint.Quantity)
    }
    return make(**found)


def in_base_units(quantity: pint.Quantity[Any], base_units: Mapping[str, str]) -> pint.Quantity[Any]:
    """The same quantity in other base units; a temperature on a scale with an offset stays on one, one in kelvin, which
    may be a difference, has the same zero still.

    >>> f"{in_base_units(Q('15 W/m/K'), {'[mass]': 'g', '[length]': 'cm'}):~P}"
    '1500000.0 cm·g/K/s³'
    >>> f"{in_base_units(Q(20, 'degC'), {'[temperature]': 'delta_degF'}):.0f~P}"
    '68 °F'
    >>> f"{in_base_units(Q('300 K'), {'[temperature]': 'delta_degF'}):.0f~P}"
    '540 °R'
    """
    if is_point(quantity):
        return quantity.to(base_units.get("[temperature]", "degC").removeprefix("delta_"))
    if quantity.units == Q(1.0, "kelvin").units and base_units.get("[temperature]") == "delta_degF":
        return quantity.to("degR")
    unit = Q(1.0, "dimensionless")
    for base, power in quantity.dimensionality.items():
        unit = unit * Q(1.0, base_units.get(base) or Dimension.of({base: 1}).unit) ** power
    return quantity.to(unit.units)
