"""The unit that a physicist reads: its value is always that of the quantity, whatever it was stated in."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from pinnln.units import Dimension, Q
from pinnln.units.inference import unknown_dimension
from pinnln.units.readable_units import readable, readable_unit, written_out
from pinnln.units.registry import measure

UNITS = (
    "m",
    "cm",
    "mm",
    "km",
    "s",
    "min",
    "day",
    "kg",
    "g",
    "K",
    "A",
    "mol",
    "Pa",
    "MPa",
    "N",
    "J",
    "W",
    "V",
    "Hz",
    "l",
    "EUR",
)
LAW = settings(derandomize=True, deadline=None, max_examples=60)


@LAW
@given(
    st.dictionaries(st.sampled_from(UNITS), st.sampled_from([-3, -2, -1, 1, 2, 3]), min_size=1, max_size=4),
    st.sampled_from([1.0, -2.5, 1e-7, 3e9, 0.0]),
)
def test_a_quantity_keeps_its_value(powers: dict[str, int], number: float) -> None:
    """In another unit it is the same quantity, and no two of its units are powers of one another."""
    stated = Q(number, " * ".join(f"{name} ** {power}" for name, power in powers.items()))
    found = measure(stated)
    shown = readable(found.value, found.dimension, found.unit)
    assert shown.to_base_units().magnitude == pytest.approx(stated.to_base_units().magnitude, rel=1e-11)
    assert shown.dimensionality == stated.dimensionality
    kinds = [Dimension.of(Q(1.0, name).dimensionality) for name, _ in shown.unit_items()]
    leading = [kind ** (1 / kind.exponents[0][1]) for kind in kinds if not kind.dimensionless]
    assert len(set(leading)) == len(leading)


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        (Q("100 mm^2/s") / Q("1 cm"), "10 mm/s"),
        (Q("3 MPa"), "3 MPa"),
        (Q("998 kg/m^3") * Q("10 mm/s") ** 2, "99.8 mPa"),
        (Q("1 kg/m/s^2"), "1 Pa"),
        (Q("2 kN*m"), "2 kN·m"),
        (Q("4 J/kg/K"), "4 J/K/kg"),
        (Q("0.475 MPa/GPa"), "0.000475"),
        (Q("30 percent"), "30 %"),
        (1 / Q("2 MHz"), "500 ns"),
        (Q("3 /minute"), "3 1/min"),
        (Q("2 kg/s^2"), "2 kg/s²"),
        (Q(20, "delta_degC"), "20 K"),
        (Q(20, "degC"), "20 °C"),
        (Q("6.5e-4 m^3*s/kg"), "0.00065 m³·s/kg"),
        (Q("9 m/s^2*cm") ** 0.5, "0.3 m/s"),
    ],
    ids=str,
)
def test_stated_units(stated: object, shown: str) -> None:
    """They stay unless a kind of unit stands in them twice or base units spell out a name."""
    found = measure(stated)  # type: ignore[arg-type]
    assert f"{readable(found.value, found.dimension, found.unit):.6g~P}" == shown


@pytest.mark.parametrize(
    ("unit", "shown"),
    [
        ("kg/m^2/s^2", "Pa/m"),
        ("kg/m/s^3", "W/m³"),
        ("kg/s^3", "W/m²"),
        ("kg/s^2", "N/m"),
        ("kg*m/s^3/A", "V/m"),
        ("A*s/m^3", "C/m³"),
        ("A/m^2", "A/m²"),
        ("kg/m/s", "Pa·s"),
        ("kg/m^3/s", "kg/m³/s"),
        ("m/s^2", "m/s²"),
        ("m*s^2/kg", "1/Pa"),
        ("kg/s^3/K", "W/K/m²"),
        ("kg/s^2/A", "T"),
        ("person/s", "person/s"),
        ("", "1"),
    ],
)
def test_units_of_dimensions(unit: str, shown: str) -> None:
    """A name where one leaves no mass, time or current over, else the base units."""
    assert readable_unit(Dimension.of(Q(1.0, unit).dimensionality)) == shown


def test_what_is_unknown_is_told_by_its_dimension() -> None:
    """A number of the tensor lint whose dimension nobody declared, and one that says where it stood."""
    assert written_out(2.0, unknown_dimension("nu"), "literal") == "2 ?nu"
    assert written_out(2.0, Dimension.of({"[length]": 1}), "literal") == "2 m"
