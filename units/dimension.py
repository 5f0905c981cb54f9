"""Exact dimensions: products of base dimensions to rational powers, a group under multiplication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

_SYMBOLS = {
    "[mass]": "kg",
    "[length]": "m",
    "[time]": "s",
    "[current]": "A",
    "[temperature]": "K",
    "[substance]": "mol",
    "[luminosity]": "cd",
    "[printing_unit]": "pixel",
}
_ORDER = {base: place for place, base in enumerate(_SYMBOLS)}
_RAISED = str.maketrans("-0123456789/", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹ᐟ")
_LARGEST_ROOT, _DECIMALS, _CLOSE = 60, 10_000, 1e-9


def exact(exponent: float | Fraction) -> Fraction:
    """The rational number meant by an exponent, as 1/3 is meant by 0.333… and 463/250 by 1.852.

    >>> exact(1 / 3), exact(1.852)
    (Fraction(1, 3), Fraction(463, 250))
    """
    meant = Fraction(exponent)
    if meant.denominator <= _LARGEST_ROOT:
        return meant
    root = meant.limit_denominator(_LARGEST_ROOT)
    return root if abs(root - meant) < _CLOSE else meant.limit_denominator(_DECIMALS)


@dataclass(frozen=True, slots=True)
class Dimension:
    """A product of base dimensions,  Π bᵢ^eᵢ  with rational eᵢ; bases are an open set.

    A base that is none of the SI bears the name of its unit, as [EUR] does.

    Args: exponents, pairs (base, power), sorted by base, no power zero; build one with `Dimension.of`.

    >>> str(Dimension.of({"[mass]": 1, "[length]": -1, "[time]": -2}))
    'kg m⁻¹ s⁻²'
    """

    exponents: tuple[tuple[str, Fraction], ...] = ()

    @classmethod
    def of(cls, powers: Mapping[str, Any]) -> Dimension:
        """The dimension with these powers of base dimensions, as pint writes them."""
        kept = {base: exact(power) for base, power in powers.items()}
        return cls(tuple(sorted((base, power) for base, power in kept.items() if power)))

    @property
    def dimensionless(self) -> bool:
        """Whether this is the dimension of a pure number."""
        return not self.exponents

    def __mul__(self, other: Dimension) -> Dimension:
        powers = dict(self.exponents)
        for base, power in other.exponents:
            powers[base] = powers.get(base, Fraction(0)) + power
        return Dimension.of(powers)

    def __truediv__(self, other: Dimension) -> Dimension:
        return self * other**-1

    def __pow__(self, exponent: float | Fraction) -> Dimension:
        return Dimension.of({base: power * exact(exponent) for base, power in self.exponents})

    def __str__(self) -> str:
        """The dimension in coherent SI units, those of other bases last, `1` for a pure number."""
        ordered = sorted(self.exponents, key=lambda item: (_ORDER.get(item[0], len(_ORDER)), item[0]))
        names = [(_SYMBOLS.get(base, base.strip("[]")), power) for base, power in ordered]
        return " ".join(raised(name, power) for name, power in names) or "1"

    @property
    def unit(self) -> str:
        """The coherent SI unit as pint reads it.

        >>> Dimension.of({"[length]": 1, "[time]": -2}).unit
        'm ** 1 * s ** -2'
        """
        named = [(_SYMBOLS.get(base, base.strip("[]")), power) for base, power in self.exponents]
        return " * ".join(f"{name} ** {_plain(power)}" for name, power in named)


def _plain(power: Fraction) -> str:
    return str(power) if power.denominator == 1 else f"({power})"


DIMENSIONLESS = Dimension()


def raised(name: str, power: Fraction) -> str:
    """A name to a power, on one line.

    >>> raised("m", Fraction(1)), raised("m", Fraction(-1, 2))
    ('m', 'm⁻¹ᐟ²')
    """
    return name if power == 1 else name + str(power).translate(_RAISED)
