"""Scales: given as given, proposed from extents and conditions, always shown."""

from __future__ import annotations

import unicodedata
from typing import Any

import pint
import pytest

from pinnln import Dirichlet, Neumann, Problem, Residual
from pinnln.units import ProblemError, Q, Scales, ScalesError, coordinates, d, field, sin, unknown
from pinnln.units.scales import unit_of

L = Q("20 cm")
(x,) = coordinates(x=(0 * L, L))
T, w = field("T", "degC", of=(x,)), field("w", "mm", of=(x,))
bar = Problem(
    Residual("heat", d(T, x, x)),
    Residual("bend", d(w, x, x)),
    Dirichlet(T, Q(20, "degC"), on=x.start),
    Dirichlet(T, Q(20, "degC") + Q("50 K") * sin(x / L), on=x.end),
    Dirichlet(w, Q("-3 mm"), on=x.end),
)


def test_coordinates_by_extent_and_fields_by_their_conditions() -> None:
    """A temperature gets a reference and the range of its conditions, another field its largest value."""
    found = bar.scales()
    assert found["x"].span.m_as("cm") == pytest.approx(20)
    assert found["T"].reference.m_as("degC") == pytest.approx(20)
    assert found["T"].span.m_as("K") == pytest.approx(50 * 0.8414709848, rel=1e-9)
    assert (found["w"].reference.m_as("mm"), found["w"].span.m_as("mm")) == (0, pytest.approx(3))
    assert "its extent" in str(found)
    assert "the range of its conditions" in str(found["T"])
    with pytest.raises(ScalesError, match="there is no scale of 'q': expected one of x, T, w"):
        found["q"]


def test_a_slope_bounds_a_field_too() -> None:
    """Where only a slope is known, slope times extent is proposed; on either end."""
    for face in x.ends:
        problem = Problem(Residual("bend", d(w, x, x)), Neumann(w, Q("2 mm/cm"), on=face))
        assert problem.scales()["w"].span.m_as("mm") == pytest.approx(40)


def test_what_is_given_is_used() -> None:
    """A span, or a reference and a span, in any unit of the dimension."""
    found = bar.scales(Scales(x=Q("1 inch"), T=(Q(0, "degC"), Q(18, "delta_degF"))))
    assert found["x"].span.m_as("inch") == pytest.approx(1)
    assert found["T"].span.m_as("K") == pytest.approx(10)
    assert found["T"].origin == "given"


@pytest.mark.parametrize("wrong", [(Q("1 K"),) * 3, "wide", [], Q([1.0, 2.0], "K")], ids=str)
def test_what_is_no_scale(wrong: object) -> None:
    """Three quantities, a word, nothing and an array are no scale."""
    with pytest.raises(ScalesError, match="the scale of 'T': expected"):
        Scales(T=wrong)  # type: ignore[arg-type]


def test_scales_print_as_they_were_given() -> None:
    """The representation can be read back."""
    assert repr(Scales(x=Q("1 inch"), T=(Q(20, "degC"), Q("5 K")))) == (
        "Scales(x=(1 inch), T=(20 degree_Celsius, 5 kelvin))"
    )


def test_a_scale_is_shown_in_the_unit_of_its_symbol() -> None:
    """Centimetres as the coordinate was given, degrees as the field was declared and their span in kelvin."""
    shown = str(bar.scales(Scales(x=Q("50 mm"), T=(Q("293.15 K"), Q("50 K"))))).splitlines()
    assert [unicodedata.normalize("NFC", line) for line in shown] == [
        "x = 5 cm · x\u0302    (given)",
        "T = 20 °C + 50 K · T\u0302    (given)",
        "w = 3 mm · ŵ    (the largest value of its conditions)",
    ]


def test_base_units_make_derived_ones() -> None:
    """A pressure in pounds, inches and hours."""
    pressure = bar.fields[0].dimension * bar.coordinates[0].dimension ** -2
    assert unit_of(pressure, {"[length]": "inch", "[temperature]": "delta_degF"}) == pytest.approx(
        5 / 9 / 0.0254**2, rel=1e-12
    )


def with_source(strength: pint.Quantity[Any], **options: bool) -> Problem:
    """A bar with an unknown source s."""
    s = unknown("s", strength, **options)
    return Problem(
        Residual("heat", d(T, x, x) + s), Dirichlet(T, Q("300 K"), on=x.start), Dirichlet(T, Q("310 K"), on=x.end)
    )


def test_an_unknown_is_measured_by_its_guess() -> None:
    """By its size, or by what is given."""
    row = with_source(Q("-2 K/cm^2")).scales()["s"]
    assert (row.reference.magnitude, row.span.m_as("K/cm^2")) == (0, pytest.approx(2))
    assert row.origin == "the size of its guess"
    given = with_source(Q("0 K/m^2")).scales(Scales(s=Q("5 K/m^2")))["s"]
    assert (given.span.m_as("K/m^2"), given.origin) == (5, "given")
    pair = with_source(Q("3 K/m^2"), positive=False).scales(Scales(s=(Q("2 K/m^2"), Q("5 K/m^2"))))["s"]
    assert pair.reference.m_as("K/m^2") == 2


@pytest.mark.parametrize(
    ("guess", "scales", "words"),
    [
        (Q("0 K/m^2"), Scales(), r"guess of the unknown 's' is zero, which tells no scale: give Scales\(s=…\)"),
        (Q("1 K/m^2"), Scales(s=(Q("1 K/m^2"), Q("1 K/m^2"))), "trained through its logarithm: expected a span alone"),
        (Q("1 K/m^2"), Scales(s=Q("1 m")), "the scale of 's' has the dimension m: expected m⁻² K"),
    ],
)
def test_a_scale_of_an_unknown_that_cannot_be(guess: pint.Quantity[Any], scales: Scales, words: str) -> None:
    """Each is refused with the way out."""
    with pytest.raises(ScalesError, match=words):
        with_source(guess).scales(scales)


def test_an_unknown_temperature_needs_a_span() -> None:
    """20 °C counts from a convention; reference and span are asked for."""
    ambient = unknown("ambient", Q(20, "degC"))
    problem = Problem(
        Residual("heat", d(T, x, x)), Dirichlet(T, ambient, on=x.start), Dirichlet(T, Q("310 K"), on=x.end)
    )
    with pytest.raises(
        ScalesError, match=r"stands on a scale with an offset, which tells no span: give Scales\(ambient="
    ):
        problem.scales()
    found = problem.scales(Scales(ambient=(Q(20, "degC"), Q(10, "delta_degC"))))["ambient"]
    assert found.span.magnitude == 10


def test_two_unknowns_of_one_name_are_refused() -> None:
    """A name is one thing."""
    a, b = unknown("s", Q("1 K/m^2")), unknown("s", Q("2 K/m^2"))
    with pytest.raises(ProblemError, match="the name 's' is used twice among the symbols"):
        Problem(Residual("heat", d(T, x, x) + a - b))
