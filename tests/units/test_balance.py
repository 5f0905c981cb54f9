"""Dominant balance: exact, the same in any units, and in one sentence where nothing decides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from pinnln import Dirichlet, Initial, Neumann, Pin, Problem, Residual, laplacian
from pinnln.problems import natural_convection
from pinnln.units import Expression, Field, Q, Scales, ScalesError, coordinates, d, div, field


def found(problem: Problem, name: str, unit: str) -> float:
    """The proposed span of a field in a unit, no scale given."""
    return float(problem.scales()[name].span.m_as(unit))


def test_free_fall_is_exact_and_says_why() -> None:
    """U = √(gβΔT L), p = ρU², and the origin names the equation and the two terms."""
    scales = natural_convection().problem.scales()
    dT = scales["T"].span.m_as("K")
    assert scales["v"].span.m_as("m/s") == pytest.approx((9.81 / 300 * dT * 0.022) ** 0.5, rel=1e-12)
    assert scales["p"].span.m_as("Pa") == pytest.approx(1.18 * scales["v"].span.m_as("m/s") ** 2, rel=1e-12)
    origins = {name: scales[name].origin for name in "uvp"}
    assert "K⁻¹·(T − T0)" in " ".join(origins.values())
    assert all(origin.startswith("balance of '") for origin in origins.values())


def test_terms_that_balance_within_one_name_are_not_told_twice() -> None:
    """The two slopes of a divergence stand in one term of the script; so do T₀⁴ and 4T₀³ ΔT of a radiating body."""
    (t,) = coordinates(t=(Q("0 s"), Q("1 hour")))
    T = field("T", "K", of=(t,))
    plate = Problem(
        Residual("plate", Q("1e4 J/m^2/K") * d(T, t) + Q("5.67e-8 W/m^2/K^4") * T**4), Initial(T, Q("1000 K"))
    )
    origin = plate.scales()["T"].origin
    assert origin.startswith("balance of 'plate': ")
    assert " against each other" in origin
    assert origin.count("T⁴") == 1


def creeping(speed: float) -> Problem:
    """Glycerol in a box at a temperature difference so small that nothing but friction holds it back."""
    L, nu, alpha, lift, dT = Q("1 cm"), Q("1e-3 m^2/s"), Q("1e-7 m^2/s"), Q(speed, "m/s^2/K"), Q("1 mK")
    x, y = coordinates(x=(0 * L, L), y=(0 * L, L))
    u, v, p = (field(name, unit, of=(x, y)) for name, unit in (("u", "m/s"), ("v", "m/s"), ("p", "m^2/s^2")))
    T = field("T", "K", of=(x, y))

    def carried(q: Field) -> Expression:
        return u * d(q, x) + v * d(q, y)

    return Problem(
        Residual("continuity", d(u, x) + d(v, y)),
        Residual("momentum_x", carried(u) + d(p, x) - nu * laplacian(u)),
        Residual("momentum_y", carried(v) + d(p, y) - nu * laplacian(v) - lift * (T - Q("300 K"))),
        Residual("energy", carried(T) - alpha * laplacian(T)),
        *(Dirichlet(item, Q("0 m/s"), on=[x.ends, y.ends]) for item in (u, v)),
        Dirichlet(T, Q("300 K"), on=x.start),
        Dirichlet(T, Q("300 K") + dT, on=x.end),
        Pin(p, Q("0 m^2/s^2"), at=(0 * L, 0 * L)),
    )


@given(st.floats(-9, 0))
@settings(max_examples=15, deadline=None)
def test_friction_takes_over_where_it_is_the_stronger(exponent: float) -> None:
    """The speed is the smaller of free fall and Stokes', at any Grashof number; conduction never drives a flow."""
    lift = 10.0**exponent
    drive = lift * 1e-3
    expected = min((drive * 0.01) ** 0.5, drive * 0.01**2 / 1e-3)
    assert found(creeping(lift), "v", "m/s") == pytest.approx(expected, rel=1e-9)


CAVITY = natural_convection()
UNITS = {
    "length": ("m", "inch", "mile", "nm"),
    "time": ("s", "hour", "fortnight"),
    "mass": ("kg", "pound", "electron_mass"),
}


@given(*(st.sampled_from(units) for units in UNITS.values()))
@settings(max_examples=12, deadline=None)
def test_restating_the_problem_changes_no_scale(length: str, time: str, mass: str) -> None:
    """The cavity and the column in other units have the same yardsticks, bit for bit."""
    cavity = natural_convection(
        height=Q("2.2 cm").to(length),
        viscosity=Q("15.7 mm^2/s").to(f"{length}^2/{time}"),
        density=Q("1.18 kg/m^3").to(f"{mass}/{length}^3"),
        gravity=Q("9.81 m/s^2").to(f"{length}/{time}^2"),
    )
    assert [row.span for row in cavity.problem.scales().rows] == [row.span for row in CAVITY.problem.scales().rows]


@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-3, 3))
@settings(max_examples=10, deadline=None)
def test_other_base_units_change_no_scale(length: float, time: float, mass: float) -> None:
    """A problem whose numbers are those of base units 10^a m, 10^b s, 10^c kg, taken for SI, has its spans in them."""
    m, s, kg = 10.0**length, 10.0**time, 10.0**mass
    restated = natural_convection(
        height=Q(0.022 / m, "m"),
        viscosity=Q(15.7e-6 / m**2 * s, "m^2/s"),
        density=Q(1.18 / kg * m**3, "kg/m^3"),
        gravity=Q(9.81 / m * s**2, "m/s^2"),
    )
    there, here = restated.problem.scales(), CAVITY.problem.scales()
    for name, unit, size in (("u", "m/s", m / s), ("v", "m/s", m / s), ("p", "Pa", kg / m / s**2)):
        assert there[name].span.m_as(unit) * size == pytest.approx(here[name].span.m_as(unit), rel=1e-9)


def test_given_scales_win_and_the_rest_follows() -> None:
    """A velocity that is given moves the pressure with it."""
    scales = natural_convection().problem.scales(Scales(u=Q("1 m/s")))
    assert scales["u"].origin == "given"
    assert scales["v"].span.m_as("m/s") == pytest.approx(1.0)
    assert scales["p"].span.m_as("Pa") == pytest.approx(1.18)


L = Q("1 m")
x, y = coordinates(x=(0 * L, L), y=(0 * L, L))
u, v, T = field("u", "m/s", of=(x, y)), field("v", "m/s", of=(x, y)), field("T", "K", of=(x, y))
still = [Dirichlet(u, Q("0 m/s"), on=x.ends), Dirichlet(v, Q("0 m/s"), on=y.ends)]

REFUSED = {
    "one term": (
        lambda: Problem(Residual("heat", laplacian(T)), Dirichlet(T, Q("300 K"), on=x.ends)),
        Scales(),
        "no condition bounds the field 'T', and no balance of terms does: 'heat' has nothing to balance .* with; "
        "give Scales.T=…. with a quantity of dimension K",
    ),
    "terms that grow alike": (
        lambda: Problem(Residual("mode", d(T, x, x) + Q("9 m^-2") * T), Dirichlet(T, Q("0 K"), on=x.ends)),
        Scales(),
        "the field 'T', .* does: 'mode' has nothing to balance 9 m⁻²·T and ∂²T/∂x², which grow alike, with; give",
    ),
    "a term that vanishes": (
        lambda: Problem(
            Residual("flow", laplacian(u) * Q("1 m^2/s") + Q("0 m/s^2/K") * (T - Q("300 K"))),
            Residual("heat", laplacian(T)),
            Dirichlet(T, Q("300 K"), on=x.start),
            Dirichlet(T, Q("310 K"), on=x.end),
            still[0],
        ),
        Scales(),
        r"the field 'u', .* does: .*·\(T − .*\) of 'flow' vanishes identically; .* give Scales.u=…. with a quantity of "
        "dimension m s⁻¹",
    ),
    "two fields that only follow each other": (
        lambda: Problem(Residual("continuity", div((u, v))), Residual("waves", d(u, x, x) - d(v, y, y)), *still),
        Scales(),
        "the field 'u', and no balance of terms does; give Scales.u=…. with a quantity of dimension m s⁻¹",
    ),
    "contradiction": (
        lambda: Problem(Residual("continuity", div((u, v))), Residual("heat", laplacian(u)), *still),
        Scales(u=Q("1 m/s"), v=Q("1 um/s")),
        "the given scales contradict each other in 'continuity': ∂u/∂x is 1.0e.06 times ∂v/∂y, and no other term "
        r"balances it: give Scales\(v=Q\('1.0 m / s'\)\), or leave it out",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_scaled_is_refused_in_one_sentence(name: str) -> None:
    """It names the field, says why, and asks for exactly the scale it needs."""
    make, scales, words = REFUSED[name]
    with pytest.raises(ScalesError, match=words):
        make().scales(scales)


def test_the_scale_that_is_asked_for_suffices() -> None:
    """Of two fields that only follow each other one is enough."""
    make, _, _ = REFUSED["two fields that only follow each other"]
    assert make().scales(Scales(u=Q("2 m/s")))["v"].span.m_as("m/s") == pytest.approx(2)


def test_too_many_ways_to_balance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the choices are more than can be tried, the fields are named."""
    monkeypatch.setattr("pinnln.units.balance._MOST_CHOICES", 3)
    with pytest.raises(ScalesError, match=r"the scales of u, v, p could balance in too many ways .*: give some"):
        CAVITY.problem.scales()


def test_a_scale_beyond_all_numbers() -> None:
    """A balance of high powers may lie where no number reaches: the field is named."""
    strange = Problem(
        Residual("strange", d(T, x, x) ** 0.01 * Q("1 K^0.99 / m^1.98") - Q("1e10 K/m^2")),
        Neumann(T, Q("0 K/m"), on=x.ends),
    )
    with pytest.raises(ScalesError, match=r"gives 'T' a scale of 10\^1000 K: give Scales\(T=…\)"):
        strange.scales()
