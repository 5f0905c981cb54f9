"""The unit that a physicist reads: as it was stated, named where base units spell a name out, none of a kind twice."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pint

from pinnln.units.dimension import Dimension, exact, raised
from pinnln.units.errors import UnitsError
from pinnln.units.registry import Q, Quantity, coherent, parse_unit, registry, snap

_ABSORBED = {"[mass]", "[time]", "[current]"}
_NAMED = {
    name: Dimension.of(dict(zip(("[mass]", "[length]", "[time]", "[current]"), powers, strict=True)))
    for name, powers in {
        "newton": (1, 1, -2, 0),
        "pascal": (1, -1, -2, 0),
        "joule": (1, 2, -2, 0),
        "watt": (1, 2, -3, 0),
        "coulomb": (0, 0, 1, 1),
        "volt": (1, 2, -3, -1),
        "tesla": (1, 0, -2, -1),
        "weber": (1, 2, -2, -1),
        "farad": (-1, -2, 4, 2),
        "ohm": (1, 2, -3, -2),
        "siemens": (-1, -2, 3, 2),
        "henry": (1, 2, -2, -2),
    }.items()
}
_VISCOSITY = Dimension.of({"[mass]": 1, "[length]": -1, "[time]": -1})
_BASE_UNITS = {
    "[mass]": "kilogram",
    "[length]": "meter",
    "[time]": "second",
    "[current]": "ampere",
    "[temperature]": "kelvin",
    "[substance]": "mole",
    "[luminosity]": "candela",
    "[printing_unit]": "pixel",
}
_ORDER = {base: place for place, base in enumerate(_BASE_UNITS)}
_PREFIXES = {-12: "pico", -9: "nano", -6: "micro", -3: "milli", 0: "", 3: "kilo", 6: "mega", 9: "giga"}
_DIFFERENCES = ("delta_degree_Celsius",)

Powers = Mapping[str, Fraction]


def readable(value: float, dimension: Dimension, stated: str = "", size: float | None = None) -> Quantity:
    """A number [coherent SI] in the unit in which it is best read.

    That is the unit that it was stated in, in which no kind of unit stands twice: 100 mm²/cm/s is 10 mm/s. Where base
    units alone spell out what has a name, as kg·mm²/m³/s² does, that is Pa, with a prefix.

    Args: value; dimension; stated, the unit it was given in, empty if none; size [coherent SI], by which the prefix is
    chosen where it is not that of the value.
    Raises: UnitsError for a dimension that is not known.

    >>> print(f"{readable(0.01, Dimension.of({'[length]': 1, '[time]': -1}), 'mm**2/cm/s'):~P}")
    10.0 mm/s
    >>> print(f"{readable(5e6, Dimension.of({'[mass]': 1, '[length]': -1, '[time]': -2})):~P}")
    5.0 MPa
    """
    powers = _powers(dimension, stated, abs(value if size is None else size))
    found = coherent(value, dimension).to(pint.util.UnitsContainer({name: _plain(its) for name, its in powers.items()}))
    return Q(snap(float(found.magnitude)), found.units)


def readable_unit(dimension: Dimension) -> str:
    """The unit of a dimension in short, by name where there is one: Pa/m, W/m³, V/m, 1 for a pure number.

    >>> print(readable_unit(Dimension.of({"[mass]": 1, "[length]": -1, "[time]": -3})))
    W/m³
    """
    return f"{readable(1.0, dimension).units:~P}" or "1"


def spelled(unit: Any) -> list[tuple[str, Fraction]]:
    """The factors of a unit, symbol and power: those above the line first, named ones before base units."""
    items = {name: exact(power) for name, power in _items(unit).items()}

    def place(name: str) -> tuple[bool, int]:
        bases = list(registry.get_dimensionality(name))
        return items[name] < 0, _ORDER.get(str(bases[0]), len(_ORDER)) if len(bases) == 1 else -1

    return [(registry.get_symbol(name), items[name]) for name in sorted(items, key=place)]


def number_and_unit(value: float, dimension: Dimension, stated: str = "") -> tuple[str, list[tuple[str, Fraction]]]:
    """A number [coherent SI] to four digits and the factors of its unit; those of its dimension if that is not known.

    >>> from pinnln.units.registry import measure
    >>> found = measure(Q("9.81 m/s^2"))
    >>> number_and_unit(found.value, found.dimension, found.unit)
    ('9.81', [('m', Fraction(1, 1)), ('s', Fraction(-2, 1))])
    """
    if not all(base.startswith("[") for base, _ in dimension.exponents):
        return f"{value:.4g}", [(str(dimension), Fraction(1))]
    found = readable(value, dimension, stated)
    return f"{found.magnitude:.4g}", spelled(found.units)


def written_out(value: float, dimension: Dimension, stated: str = "") -> str:
    """A number [coherent SI] with its unit in negative powers, as it stands in a product.

    >>> written_out(0.0327, Dimension.of({"[length]": 1, "[time]": -2, "[temperature]": -1}))
    '0.0327 m s⁻² K⁻¹'
    """
    number, unit = number_and_unit(value, dimension, stated)
    return " ".join([number, *(raised(symbol, power) for symbol, power in unit)])


def _powers(dimension: Dimension, stated: str, size: float) -> Powers:
    given = _given(dimension, stated)
    powers = _one_of_a_kind(given)
    if list(given) == ["degree_Celsius"] or (dimension.dimensionless and len(given) == 1):
        return given
    if not powers:
        return {}
    ((name, power), *more) = powers.items()
    if not more and power == -1 and _dimension(name) ** -1 == dimension and len(dimension.exponents) == 1:
        ((base, its),) = dimension.exponents
        if its == 1 and base == "[time]":  # the inverse of a frequency
            return {_prefixed("second", size): Fraction(1)}
    spelled_out = len(powers) > 1 and all(len(_dimension(item).exponents) == 1 for item in powers)
    named = _named(dimension) if spelled_out else None
    if named is None or len(named) + bool(stated) > len(powers):
        return powers
    ((first, power), *rest) = named.items()
    return {_prefixed(first, size) if power == 1 else first: power, **dict(rest)}


def _given(dimension: Dimension, stated: str) -> dict[str, Fraction]:
    """The factors of a unit as it was stated, base units where it was not or is of another dimension."""
    base = {_BASE_UNITS.get(item, item.strip("[]")): power for item, power in dimension.exponents}
    try:
        unit = parse_unit(stated, "a constant") if stated else None
    except UnitsError:  # a word such as literal that says where a number is from
        unit = None
    if unit is None or Dimension.of(unit.dimensionality) != dimension:
        return base
    powers = {name: exact(power) for name, power in _items(unit).items()}
    rooted = any(power.denominator > 1 for power in powers.values())
    if rooted and all(power.denominator == 1 for _, power in dimension.exponents):
        return base
    return {"kelvin" if name in _DIFFERENCES else name: power for name, power in powers.items()}


def _one_of_a_kind(powers: Powers) -> dict[str, Fraction]:
    """Units whose dimensions are powers of one another as a power of the one that stands highest; pure numbers left
    out of what has a dimension."""
    kinds: dict[Dimension, dict[str, tuple[Fraction, Fraction]]] = {}
    for name, power in powers.items():
        its = _dimension(name)
        if its.dimensionless:
            continue
        leading = its.exponents[0][1]
        kinds.setdefault(its ** (1 / leading), {})[name] = (power, leading)
    found: dict[str, Fraction] = {}
    for kind in kinds.values():
        total = sum((power * leading for power, leading in kind.values()), Fraction(0))
        fitting = [name for name, (_, leading) in kind.items() if (total / leading).denominator == 1] or list(kind)
        best = max(fitting, key=lambda name: abs(kind[name][0] * kind[name][1]))
        if total:
            found[best] = total / kind[best][1]
    return found


def _named(dimension: Dimension) -> dict[str, Fraction] | None:
    """A unit with a name, or one over it, that leaves no mass, time or current over; None if there is none."""
    if dimension == _VISCOSITY:
        return {"pascal": Fraction(1), "second": Fraction(1)}
    absorbed = {base: power for base, power in dimension.exponents if base in _ABSORBED}
    found: list[tuple[Fraction, dict[str, Fraction]]] = []
    for sign in (1, -1):
        for name, its in _NAMED.items():
            if absorbed != {base: sign * power for base, power in its.exponents if base in _ABSORBED}:
                continue
            rest = (dimension / its**sign).exponents
            left = {_BASE_UNITS.get(base, base.strip("[]")): power for base, power in rest}
            found.append((sum((abs(power) for power in left.values()), Fraction(1)), {name: Fraction(sign), **left}))
    return min(found, key=lambda item: item[0])[1] if found else None


def _prefixed(name: str, size: float) -> str:
    thousands = 3 * math.floor(math.log10(size) / 3 + 1e-12) if size else 0
    return _PREFIXES[min(max(thousands, min(_PREFIXES)), max(_PREFIXES))] + name


def _dimension(name: str) -> Dimension:
    return Dimension.of(registry.get_dimensionality(name))


def _items(unit: Any) -> dict[str, Any]:
    return dict(Q(1.0, unit).unit_items())


def _plain(power: Fraction) -> int | float:
    return int(power) if power.denominator == 1 else float(power)
