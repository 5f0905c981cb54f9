"""Dimensions form a group, and every one of them can be written down and read back."""

from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from pinnln.units import DIMENSIONLESS, Dimension, Q
from pinnln.units.dimension import exact

LAW = settings(derandomize=True, deadline=None, max_examples=100)
BASES = ("[mass]", "[length]", "[time]", "[current]", "[temperature]", "[substance]", "[luminosity]")
POWERS = st.builds(Fraction, st.integers(-6, 6), st.sampled_from([1, 2, 3, 4]))
DIMENSIONS = st.dictionaries(st.sampled_from([*BASES, "[currency]"]), POWERS, max_size=4).map(Dimension.of)
SI = st.dictionaries(st.sampled_from(BASES), POWERS, max_size=4).map(Dimension.of)
WHOLE = st.dictionaries(st.sampled_from(BASES), st.integers(-4, 4), max_size=4).map(Dimension.of)

LENGTH, TIME = Dimension.of({"[length]": 1}), Dimension.of({"[time]": 1})


@LAW
@given(DIMENSIONS, DIMENSIONS, DIMENSIONS)
def test_dimensions_form_an_abelian_group(a, b, c):
    """Products associate and commute, the pure number is neutral, and every dimension has an inverse."""
    assert (a * b) * c == a * (b * c)
    assert a * b == b * a
    assert a * DIMENSIONLESS == a
    assert a * a**-1 == DIMENSIONLESS
    assert a / b == a * b**-1


@LAW
@given(DIMENSIONS, DIMENSIONS, st.sampled_from([-2, -1, 0, 1, 2, 3]), st.sampled_from([-1, 1, 2, Fraction(1, 2)]))
def test_powers_obey_the_laws_of_powers(a, b, m, n):
    """A power distributes over products, exponents of one base add, and powers of powers multiply."""
    assert (a * b) ** n == a**n * b**n
    assert a**m * a**n == a ** (m + n)
    assert (a**m) ** n == a ** (m * n)


@LAW
@given(DIMENSIONS, st.integers(2, 5))
def test_a_root_undoes_its_power_exactly(a, n):
    """The n-th root of an n-th power is the dimension itself, although 1/n is asked for as a float."""
    assert (a**n) ** (1 / n) == a


@LAW
@given(DIMENSIONS, DIMENSIONS)
def test_equal_dimensions_hash_alike_and_print_alike(a, b):
    """Two dimensions are equal just when they print alike, and then they are one key of a dictionary."""
    assert (a == b) == (str(a) == str(b))
    assert (a * b) / b == a
    assert hash((a * b) / b) == hash(a)


@LAW
@given(SI)
def test_the_unit_of_a_dimension_is_read_back_by_pint(a):
    """The coherent unit of a dimension, roots included, has that dimension."""
    assert Dimension.of(dict(Q(1.0, a.unit).dimensionality)) == a


@LAW
@given(WHOLE)
def test_what_is_printed_is_read_back_by_pint(a):
    """The printed form of whole powers is a unit of coherent SI: one of it is one."""
    printed = Q(1.0, "" if a.dimensionless else str(a))
    assert Dimension.of(dict(printed.dimensionality)) == a
    assert printed.to_base_units().magnitude == 1.0


@pytest.mark.parametrize(
    ("powers", "printed"),
    [
        ({}, "1"),
        ({"[mass]": 1, "[length]": -1, "[time]": -2}, "kg m⁻¹ s⁻²"),
        ({"[time]": -1, "[length]": 1}, "m s⁻¹"),
        ({"[length]": Fraction(1, 2)}, "m¹ᐟ²"),
        ({"[currency]": 1, "[time]": -1}, "s⁻¹ currency"),
    ],
)
def test_dimensions_print_in_the_order_of_the_si(powers, printed):
    """Mass stands before length before time, whatever the order they were given in; other bases come last."""
    assert str(Dimension.of(powers)) == printed


def test_a_velocity_is_a_length_over_a_time():
    """Dimensions are built by the arithmetic that a textbook uses."""
    assert str(LENGTH / TIME) == "m s⁻¹"
    assert (LENGTH / LENGTH).dimensionless
    assert not LENGTH.dimensionless
    assert DIMENSIONLESS.unit == ""


@pytest.mark.parametrize(
    ("given_as", "meant"),
    [(1 / 3, Fraction(1, 3)), (0.1 * 3, Fraction(3, 10)), (2, Fraction(2)), (5 / 7, Fraction(5, 7))],
)
def test_an_exponent_is_the_fraction_it_stands_for(given_as, meant):
    """Floats near a small fraction mean that fraction, so roots never leave a residue."""
    assert exact(given_as) == meant


def test_vanishing_powers_are_not_kept():
    """A base to the power zero is no part of a dimension."""
    assert Dimension.of({"[length]": 0, "[time]": 1}) == TIME
