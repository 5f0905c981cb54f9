"""A warning for equations of which only one term counts, with the scale that causes it."""

from __future__ import annotations

import re

import pytest

from pinnln import Dirichlet, Initial, Neumann, Problem, Residual, Scales, coordinates, d, field, laplacian, sin
from pinnln.problems import joule_heating, natural_convection
from pinnln.units import Q


def test_a_scale_that_is_off_is_blamed() -> None:
    """A thousandfold velocity leaves only inertia; the sentence says whose scale it is and what would do."""
    cavity = natural_convection()
    U = cavity.problem.scales(cavity.scales)["u"].span
    apt = cavity.problem.term_sizes(cavity.scales).warnings
    assert apt == ()
    warnings = cavity.problem.term_sizes(
        Scales(u=1000 * U, v=1000 * U, p=Q("1 mPa"), T=(Q("300 K"), Q("10 K")))
    ).warnings
    assert any(item.startswith("in 'momentum_y' only ") for item in warnings)
    assert any("the scale of v, 84" in item and "(given), causes it; with " in item for item in warnings)


def test_what_is_advised_balances() -> None:
    """Inertia falls with u and v together, so both are to change; with both as advised friction is as large."""
    cavity, T = natural_convection().problem, (Q("300 K"), Q("10 K"))
    off = cavity.term_sizes(Scales(u=Q("80 m/s"), v=Q("80 m/s"), p=Q("1 uPa"), T=T)).warnings
    (said,) = (item for item in off if item.startswith("in 'momentum_x' "))
    found = re.search(r"with (\S+) m/s for all of its dimension they would be equal", said)
    assert found is not None
    apt = Q(float(found[1]), "m/s")
    sizes = cavity.term_sizes(Scales(u=apt, v=apt, p=Q("1 uPa"), T=T))["momentum_x"]
    assert sizes[2] == pytest.approx(sizes[0], rel=0.05)


def test_a_temperature_that_a_current_exceeds() -> None:
    """A span of 1 mK beside σφ'² is blamed, and the span that would balance is that of the balance."""
    bar = joule_heating()
    (warning,) = bar.problem.term_sizes(Scales(T=(Q(20, "degC"), Q("1 mK")))).warnings
    assert warning.startswith("in 'heat' only ")
    assert "the scale of T, 0.001 K (given), causes it; with 27 K they would be equal" in warning


@pytest.mark.parametrize("density", ["1 kg/m^3", "900 kg/m^3"])
def test_the_pressure_across_a_thin_channel_blames_no_scale(density: str) -> None:
    """∂p/∂y is far below span over height, whatever it is divided by: there is no velocity that should balance it."""
    L, H, nu, rho = Q("1 m"), Q("1 cm"), Q("1 cm^2/s"), Q(density)
    x, y = coordinates(x=(0 * L, L), y=(0 * H, H))
    u, v, p = field("u", "m/s", of=(x, y)), field("v", "m/s", of=(x, y)), field("p", "Pa", of=(x, y))
    channel = Problem(
        Residual("continuity", d(u, x) + d(v, y)),
        Residual("momentum_x", d(p, x) / rho - nu * laplacian(u)),
        Residual("momentum_y", d(p, y) / rho - nu * laplacian(v)),
        Dirichlet(u, Q("0 m/s"), on=y.ends),
        Dirichlet(v, Q("0 m/s"), on=[x.ends, y.ends]),
        Dirichlet(p, Q("10 Pa"), on=x.start),
        Dirichlet(p, Q("0 Pa"), on=x.end),
    )
    (warning,) = channel.term_sizes().warnings
    assert warning.startswith("in 'momentum_y' only ∂p/∂y / rho counts, the next term, ")
    assert warning.endswith("a derivative may be smaller than span over extent, so no scale need be wrong")


def test_a_swing_many_periods_long_blames_the_time() -> None:
    """The angle is what the initial state says; the scale that would balance is that of time, √(l/g) or so."""
    (t,) = coordinates(t=(Q("0 s"), Q("40 s")))
    theta = field("theta", "", of=(t,))
    pendulum = Problem(
        Residual("swing", d(theta, t, t) + Q("9.81 m/s^2") / Q("1 m") * sin(theta)),
        Initial(theta, 0.5),
        Initial(d(theta, t), Q("0 1/s")),
    )
    (warning,) = pendulum.term_sizes().warnings
    assert "the scale of t, 40 s (its extent), causes it; with 0.23 s they would be equal" in warning


def test_a_radiating_fin_blames_its_length() -> None:
    """No span of the temperature lowers σT₀⁴; the length over which it conducts as much does."""
    (x,) = coordinates(x=(Q("0 m"), Q("1 m")))
    T = field("T", "K", of=(x,))
    fin = Problem(
        Residual("fin", Q("0.1 W/K") * d(T, x, x) - Q("5.67e-8 W/m^2/K^4") * T**4),
        Dirichlet(T, Q("1000 K"), on=x.start),
        Neumann(T, Q("0 K/m"), on=x.end),
    )
    (warning,) = fin.term_sizes().warnings
    assert "the scale of x, 1 m (its extent), causes it; with 0.042 m they would be equal" in warning
