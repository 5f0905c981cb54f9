"""A problem as a paper prints it: equations with units, conditions together where they are alike, what letters are."""

from __future__ import annotations

import pytest

from pinnln import (
    Dirichlet,
    Initial,
    Neumann,
    Observe,
    Periodic,
    Problem,
    Residual,
    constant,
    coordinates,
    d,
    field,
    sin,
    unknown,
)
from pinnln.units import Q, UnitsError
from pinnln.units.dimensional_form import DimensionalForm, dimensional_form


def rod(flow: str = "0 W/m^2") -> DimensionalForm:
    """A rod with a warm end, one that is insulated, and one condition that says twice the same."""
    x, t = coordinates(x=(Q("0 cm"), Q("10 cm")), t=(Q("0 s"), Q("1 min")))
    T = field("T", "degC", of=(x, t))
    alpha, warm = constant("alpha", Q("1.1 cm^2/s")), constant("T_0", Q(20, "degC"))
    return dimensional_form(
        Problem(
            Residual("heat", d(T, t) - alpha * d(T, x, x) + 0.5 * Q("1 K/s") * sin(x / Q("1 cm"))),
            Dirichlet(T, warm, on=x.start),
            Neumann(T, Q(flow) / Q("400 W/m/K"), on=x.end),
            Initial(T, warm),
        )
    )


def test_equations_carry_their_unit() -> None:
    """Each is left = right with its unit behind; constants without a name are numbers with units, a zero has none."""
    assert str(rod()).splitlines()[:7] == [
        "Equations",
        "  heat:  ∂T/∂t − alpha·∂²T/∂x² + 0.5 K s⁻¹·sin(x / 1 cm) = 0    [K/s]",
        "",
        "Conditions",
        "  T on x.start:  T = T_0    [°C]",
        "  T on x.end:  ∂T/∂x = 0    [K/m]",
        "  T at t.start:  T = T_0    [°C]",
    ]


def test_letters_are_told_in_the_units_of_the_script() -> None:
    """Coordinates between their ends, fields, constants once; a point on an offset scale stays on it."""
    shown = str(rod())
    for line in ("x from 0 cm to 10 cm", "t from 0 min to 1 min", "T [°C]", "alpha = 1.1 cm²/s", "T_0 = 20 °C"):
        assert f"  {line}" in shown.splitlines()
    assert shown.count("T_0 = ") == 1


def test_a_unit_made_of_roots_is_not_shown() -> None:
    """A speed of free fall, √(gL), is in m/s, however its factors were given; a volatility keeps its root."""
    (x,) = coordinates(x=(Q("0 cm"), Q("1 cm")))
    u = field("u", "m/s", of=(x,))
    fall, unrest = constant("fall", (Q("9 m/s^2") * Q("4 cm")) ** 0.5), constant("unrest", Q("0.2 / year**0.5"))
    shown = str(
        dimensional_form(Problem(Residual("r", unrest**2 * u - fall * Q("1/s")), Dirichlet(u, fall, on=x.start)))
    )
    assert "fall = 0.6 m/s" in shown
    assert "unrest = 0.2 1/a⁰⋅⁵" in shown


def test_a_value_that_is_not_zero_is_told() -> None:
    """A slope of 1 K/m."""
    assert "∂T/∂x = 1 K m⁻¹    [K/m]" in str(rod("400 W/m^2"))


def test_units_read_as_a_physicist_says_them() -> None:
    """A traction in Pa/m, an unnamed modulus in MPa, a bending moment as its field is declared and not in joule."""
    (x,) = coordinates(x=(Q("0 mm"), Q("20 mm")))
    w, p, M = field("w", "mm", of=(x,)), field("p", "kPa", of=(x,)), field("M", "kN*m", of=(x,))
    slope = constant("U", Q("100 mm^2/s") / Q("1 cm"))
    shown = str(
        dimensional_form(
            Problem(
                Residual("force", Q("2 MPa") / (1 - 2 * 0.3) * d(w, x, x) - 1.0 * d(p, x)),
                Residual("moment", M + Q("3 kN*m^2") * d(w, x, x)),
                Residual("flow", d(p, x, x) / Q("2 Pa*s") - slope * Q("1/mm^2") / Q("1 m")),
                Dirichlet(w, Q("0 mm"), on=x.ends),
                Dirichlet(p, Q("1 kg/m^3") * Q("30 cm/s") ** 2, on=x.start),
                Neumann(p, Q("0 Pa/m"), on=x.end),
            )
        )
    )
    for part in (
        "force:  5 MPa·∂²w/∂x² − ∂p/∂x = 0    [Pa/m]",
        "moment:  M + 3 kN m²·∂²w/∂x² = 0    [kN·m]",
        "p = 90 mPa    [kPa]",
        "  U = 10 mm/s",
    ):
        assert part in shown


def test_times_given_as_inverse_frequencies_are_times() -> None:
    """A period of 2.4 GHz is told in picoseconds, at both ends with one prefix."""
    x, t = coordinates(x=(Q("0 m"), Q("1 m")), t=(Q("0 s"), 1 / Q("2.4 GHz")))
    E = field("E", "V/m", of=(x, t))
    problem = Problem(Residual("stays", d(E, t)), Initial(E, Q("1 V/m")))
    assert "t from 0 ps to 416.667 ps" in str(dimensional_form(problem))


def test_a_long_condition_hangs_below_its_name() -> None:
    """A series is broken before its signs, within the width of a page, and loses none of its terms."""
    (x,) = coordinates(x=(Q("0 m"), Q("1 m")))
    y, u = x / Q("1 m"), field("u", "m", of=(x,))
    series = sum((constant(f"coefficient_{n}", Q("1 m")) * sin(n * y) for n in range(1, 12)), Q("1 m") * y)
    form = dimensional_form(Problem(Residual("line", d(u, x, x)), Dirichlet(u, series, on=x.ends)))
    for notation in ("unicode", "ascii"):
        lines = form.text(notation).splitlines()
        start = next(place for place, line in enumerate(lines) if "u on x.start" in line)
        assert all(len(line) <= 120 for line in lines)
        assert lines[start + 1].startswith("      + coefficient_")
        assert sum(line.count("sin(") for line in lines[start:]) == 11
    assert max(map(len, form.text("latex").splitlines())) > 300


def test_conditions_that_read_alike_are_one() -> None:
    """Both ends of a ring and both ends of a bar; a periodic one says what is alike."""
    (x,) = coordinates(x=(Q("0 m"), Q("1 m")))
    u, w = field("u", "m", of=(x,)), field("w", "m", of=(x,))
    form = dimensional_form(
        Problem(
            Residual("first", d(u, x) - d(w, x)),
            Residual("second", d(w, x, x)),
            Dirichlet(w, Q("1 m"), on=x.ends),
            Periodic(u, on=x.ends),
        )
    )
    assert form.conditions[0].names == ("w on x.start", "w on x.end")
    assert "u periodic in x (value):  u is alike at both ends    [m]" in form.text()
    assert "u periodic in x (slope):  ∂u/∂x is alike at both ends    [1]" in form.text()


def test_unknowns_and_measurements() -> None:
    """A conductivity that training finds is told with its guess, a thermometer without its readings."""
    (x,) = coordinates(x=(Q("0 m"), Q("1 m")))
    T, k = field("T", "K", of=(x,)), unknown("k", guess=Q("20 W/m/K"))
    shown = str(
        dimensional_form(
            Problem(
                Residual("heat", k * d(T, x, x) + Q("1 kW/m^3")),
                Dirichlet(T, Q("300 K"), on=x.ends),
                Observe(T, Q([301.0, 302.0], "K"), at={x: Q([20.0, 50.0], "cm")}, sigma=Q("0.5 K")),
            )
        )
    )
    assert "  T at 2 points:  T is measured    [K]" in shown.splitlines()
    assert "Unknowns\n  k, guessed as 20 W/K/m" in shown


def test_other_notations() -> None:
    """LaTeX in the equations, ASCII throughout, fractional powers included."""
    assert r"\frac{\partial T}{\partial t} - \alpha\, \frac{\partial^{2} T}{\partial x^{2}}" in rod().text("latex")
    (x,) = coordinates(x=(Q("0 m"), Q("1 m")))
    u = field("u", "m", of=(x,))
    rough = constant("rough", Q("3 m**0.5"))
    shown = dimensional_form(Problem(Residual("r", rough**2 * d(u, x) - Q("2 m")), Dirichlet(u, Q("0 m"), on=x.start)))
    plain = shown.text("ascii")
    assert plain.isascii()
    assert "rough = 3 m^0.5" in plain
    assert "rough^2*du/dx - 2 m = 0    [m]" in plain


def test_what_is_not_sound_is_refused() -> None:
    """An equation of unlike terms has no unit to print."""
    (x,) = coordinates(x=(Q("0 m"), Q("1 m")))
    u = field("u", "m", of=(x,))
    with pytest.raises(UnitsError, match="have different dimensions"):
        dimensional_form(Problem(Residual("r", d(u, x) - u), Dirichlet(u, Q("0 m"), on=x.start)))
