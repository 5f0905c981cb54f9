"""Proposed scales are those of the textbooks, with no hint."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from pinnln import Dirichlet, Initial, Neumann, Pin, Problem, Residual, laplacian
from pinnln.problems import (
    allen_cahn,
    copper_bar,
    joule_heating,
    kovasznay,
    natural_convection,
    poroelastic_column,
    thermoelastic_bar,
)
from pinnln.units import Expression, Field, Q, Quantity, coordinates, d, div, exp, field, sin

TEXTBOOK = 3.0


def channel(speed: Quantity | None, drop: Quantity | None) -> Problem:
    """Water in a channel of 2 mm by 20 mm, half of it, driven by its inlet or by the pressure there."""
    L, H, rho, mu = Q("20 mm"), Q("1 mm"), Q("998 kg/m^3"), Q("1 mPa*s")
    x, y = coordinates(x=(0 * L, L), y=(0 * H, H))
    u, v, p = (field(name, unit, of=(x, y)) for name, unit in (("u", "m/s"), ("v", "m/s"), ("p", "Pa")))
    inlet = Dirichlet(u, speed, on=x.start) if speed is not None else Dirichlet(p, drop or Q("1 Pa"), on=x.start)

    def carried(q: Field) -> Expression:
        return rho * (u * d(q, x) + v * d(q, y))

    return Problem(
        Residual("continuity", div((u, v))),
        Residual("momentum_x", carried(u) + d(p, x) - mu * laplacian(u)),
        Residual("momentum_y", carried(v) + d(p, y) - mu * laplacian(v)),
        inlet,
        Dirichlet(u, Q("0 m/s"), on=y.end),
        Dirichlet(v, Q("0 m/s"), on=y.ends),
        Neumann(u, Q("0 1/s"), on=y.start),
        Dirichlet(p, Q("0 Pa"), on=x.end),
    )


def duct() -> Problem:
    """Oil driven through a slit by a given pressure gradient, fully developed:  μ u″ = −G."""
    H, mu, G = Q("5 mm"), Q("0.1 Pa*s"), Q("2 kPa/m")
    (y,) = coordinates(y=(0 * H, H))
    u = field("u", "m/s", of=(y,))
    return Problem(
        Residual("momentum", mu * d(u, y, y) + G),
        Dirichlet(u, Q("0 m/s"), on=y.end),
        Neumann(u, Q("0 1/s"), on=y.start),
    )


def heavy_plate() -> Problem:
    """A steel plate that stands on its edge and carries its own weight, in plane strain."""
    L, H, g, rho = Q("2 m"), Q("1 m"), Q("9.81 m/s^2"), Q("7850 kg/m^3")
    lam, G = Q("121 GPa"), Q("81 GPa")
    x, y = coordinates(x=(0 * L, L), y=(0 * H, H))
    u, v = field("u", "m", of=(x, y)), field("v", "m", of=(x, y))
    return Problem(
        Residual("across", (lam + 2 * G) * d(u, x, x) + G * d(u, y, y) + (lam + G) * d(v, x, y)),
        Residual("upright", (lam + 2 * G) * d(v, y, y) + G * d(v, x, x) + (lam + G) * d(u, x, y) - rho * g),
        Dirichlet(u, 0 * L, on=y.start),
        Dirichlet(v, 0 * L, on=y.start),
    )


def pulled_rod() -> Problem:
    """A rod that is held at one end and pulled at the other."""
    L, E, pull = Q("50 cm"), Q("70 GPa"), Q("100 MPa")
    (x,) = coordinates(x=(0 * L, L))
    u = field("u", "mm", of=(x,))
    return Problem(
        Residual("equilibrium", E * d(u, x, x)), Dirichlet(u, 0 * L, on=x.start), Neumann(u, pull / E, x.end)
    )


def reacting_layer() -> Problem:
    """A and B meet in a layer of gel and make C, which nothing else tells of."""
    L, D, k, t_end, c0 = Q("1 mm"), Q("1e-9 m^2/s"), Q("0.05 m^3/mol/s"), Q("1000 s"), Q("10 mol/m^3")
    x, t = coordinates(x=(0 * L, L), t=(0 * t_end, t_end))
    a, b, c = (field(name, "mol/m^3", of=(x, t)) for name in "abc")
    rate = k * a * b
    return Problem(
        Residual("A", d(a, t) - D * d(a, x, x) + rate),
        Residual("B", d(b, t) - D * d(b, x, x) + rate),
        Residual("C", d(c, t) - D * d(c, x, x) - rate),
        Dirichlet(a, c0, on=x.start),
        Dirichlet(b, c0, on=x.end),
        *(Initial(item, 0 * c0) for item in (a, b, c)),
        Dirichlet(c, 0 * c0, on=x.ends),
    )


def pumping_test() -> Problem:
    """Water drawn from a confined aquifer:  S ∂h/∂t = T (1/r) ∂(r ∂h/∂r)/∂r,  the rate Q at the well."""
    well, far, day = Q("0.1 m"), Q("200 m"), Q("1 day")
    S, T, rate = Q("1e-4"), Q("100 m^2/day"), Q("500 m^3/day")
    r, t = coordinates(r=(well, far), t=(0 * day, day))
    h = field("h", "m", of=(r, t))
    return Problem(
        Residual("storage", S * d(h, t) - T * d(r * d(h, r), r) / r),
        Neumann(h, -rate / (2 * math.pi * well * T), on=r.start),
        Dirichlet(h, Q("0 m"), on=r.end),
        Initial(h, Q("0 m")),
    )


def cavity(width: str, height: str, flux: str = "") -> Problem:
    """Air in a box of any shape, its left wall 10 K warmer than its right one, or heated by a flux."""
    L, H, T0, nu, lift = Q(width), Q(height), Q("300 K"), Q("15 mm^2/s"), Q("0.03 m/s^2/K")
    x, y = coordinates(x=(0 * L, L), y=(0 * H, H))
    u, v, p = (field(name, unit, of=(x, y)) for name, unit in (("u", "m/s"), ("v", "m/s"), ("p", "m^2/s^2")))
    T = field("T", "K", of=(x, y))

    def moved(q: Field) -> Expression:
        return u * d(q, x) + v * d(q, y) - nu * laplacian(q)

    return Problem(
        Residual("continuity", d(u, x) + d(v, y)),
        Residual("momentum_x", moved(u) + d(p, x)),
        Residual("momentum_y", moved(v) + d(p, y) - lift * (T - T0)),
        Residual("energy", moved(T)),
        *(Dirichlet(item, Q("0 m/s"), on=[x.ends, y.ends]) for item in (u, v)),
        Neumann(T, Q(flux), on=x.start) if flux else Dirichlet(T, T0 + Q("10 K"), on=x.start),
        Dirichlet(T, T0, on=x.end),
        Pin(p, Q("0 m^2/s^2"), at=(0 * L, 0 * H)),
    )


def lid(speed: Quantity) -> Problem:
    """Honey dragged round a box by its lid, without inertia."""
    L, mu = Q("5 cm"), Q("10 Pa*s")
    x, y = coordinates(x=(0 * L, L), y=(0 * L, L))
    u, v, p = (field(name, unit, of=(x, y)) for name, unit in (("u", "m/s"), ("v", "m/s"), ("p", "Pa")))
    return Problem(
        Residual("continuity", d(u, x) + d(v, y)),
        Residual("momentum_x", d(p, x) - mu * laplacian(u)),
        Residual("momentum_y", d(p, y) - mu * laplacian(v)),
        Dirichlet(u, speed, on=y.end),
        Dirichlet(v, 0 * speed, on=[x.ends, y.ends]),
        Pin(p, Q("0 Pa"), at=(0 * L, 0 * L)),
    )


def seeping_rain() -> Problem:
    """Rain on an aquifer in mixed form, Darcy's velocity a field of its own."""
    L, K, rain = Q("100 m"), Q("1e-3 m/s"), Q("1e-8 1/s")
    (x,) = coordinates(x=(0 * L, L))
    q, h = field("q", "m/s", of=(x,)), field("h", "m", of=(x,))
    return Problem(
        Residual("Darcy", q + K * d(h, x)), Residual("mass", d(q, x) - rain), Dirichlet(h, Q("0 m"), on=x.ends)
    )


def pendulum() -> Problem:
    """A pendulum that is pushed while it hangs at rest."""
    (t,) = coordinates(t=(Q("0 s"), Q("0.5 s")))
    angle = field("angle", "", of=(t,))
    swing = Residual("swing", d(angle, t, t) + Q("9.81 1/s^2") * sin(angle))
    return Problem(swing, Initial(angle, 0.0), Initial(d(angle, t), Q("0.1 1/s")))


def glowing_wire() -> Problem:
    """A wire whose heat is carried away by radiation and by Arrhenius' law, in kelvins above a wall of 300 K."""
    L, k, source, rate = Q("1 m"), Q("1 W/m/K"), Q("1 MW/m^3"), Q("1e10 W/m^3")
    (x,) = coordinates(x=(0 * L, L))
    T = field("T", "K", of=(x,))
    lost = Q("5.67e-6 W/m^3/K^4") * (T**4 - Q("300 K") ** 4)
    return Problem(
        Residual("heat", k * d(T, x, x) - lost + source + rate * exp(-Q("9000 K") / T)),
        Dirichlet(T, Q("300 K"), on=x.ends),
    )


def found(problem: Problem, name: str, unit: str) -> float:
    """The proposed span of a field in a unit, no scale given."""
    return float(problem.scales()[name].span.m_as(unit))


FREE_FALL = (9.81 / 300 * 10 * 0.022) ** 0.5
SPANS: dict[str, tuple[Callable[[], Problem], str, str, float]] = {
    "free fall": (lambda: natural_convection().problem, "u", "m/s", FREE_FALL),
    "free fall, upwards": (lambda: natural_convection().problem, "v", "m/s", FREE_FALL),
    "stagnation pressure of free fall": (lambda: natural_convection().problem, "p", "Pa", 1.18 * FREE_FALL**2),
    "temperature difference of the cavity": (lambda: natural_convection().problem, "T", "K", 10.0),
    "free fall at Ra = 1e5": (
        lambda: natural_convection(rayleigh=1e5).problem,
        "v",
        "m/s",
        (9.81 / 300 * 100 * 0.022) ** 0.5,
    ),
    "speed of the inlet": (lambda: channel(Q("1 m/s"), None), "u", "m/s", 1.0),
    "what continuity leaves across": (lambda: channel(Q("1 m/s"), None), "v", "m/s", 0.05),
    "stagnation pressure of an inlet": (lambda: channel(Q("1 m/s"), None), "p", "Pa", 998.0),
    "lubrication pressure of a slow inlet": (lambda: channel(Q("1 mm/s"), None), "p", "Pa", 1e-3 * 1e-3 * 0.02 / 1e-6),
    "Poiseuille's speed from a pressure": (lambda: channel(None, Q("0.1 Pa")), "u", "m/s", 0.1 * 1e-6 / (2e-3 * 0.02)),
    "Bernoulli's speed from a pressure": (lambda: channel(None, Q("1 kPa")), "u", "m/s", (1000 / 998) ** 0.5),
    "Poiseuille's speed from a gradient": (duct, "u", "m/s", 2000 * 0.005**2 / (2 * 0.1)),
    "bump of a conducting bar": (lambda: copper_bar().problem, "T", "K", 80.0),
    "voltage": (lambda: joule_heating().problem, "phi", "mV", 20.0),
    "warmth of a current": (lambda: joule_heating().problem, "T", "K", 1e6 * 0.02**2 / 15),
    "thermal stretch": (lambda: thermoelastic_bar().problem, "u", "m", 12e-6 * 60 * 0.2),
    "settlement under weight": (heavy_plate, "v", "m", 7850 * 9.81 / 283e9),
    "stretch of a pulled rod": (pulled_rod, "u", "mm", 500 * 100e6 / 70e9),
    "settlement of consolidation": (lambda: poroelastic_column().problem, "w", "m", 1e5 * 10 / 1e7),
    "pressure of consolidation": (lambda: poroelastic_column().problem, "p", "kPa", 100.0),
    "product of a slow reaction": (reacting_layer, "c", "mol/m^3", 0.05 * 100 / (1e-9 / 1e-6)),
    "phases": (lambda: allen_cahn().problem, "u", "", 1.0),
    "drawdown": (pumping_test, "h", "m", 500 / (2 * math.pi * 100)),
    "free fall in a tall box": (lambda: cavity("2 cm", "20 cm"), "v", "m/s", (0.03 * 10 * 0.2) ** 0.5),
    "return flow in a tall box": (lambda: cavity("2 cm", "20 cm"), "u", "m/s", (0.03 * 10 * 0.2) ** 0.5 / 10),
    "pressure head of a shallow box": (lambda: cavity("20 cm", "2 cm"), "p", "m^2/s^2", 0.03 * 10 * 0.02),
    "current in a shallow box": (lambda: cavity("20 cm", "2 cm"), "u", "m/s", (0.03 * 10 * 0.02) ** 0.5),
    "warmth of a heated wall": (lambda: cavity("2 cm", "2 cm", "1 K/mm"), "T", "K", 20.0),
    "free fall beside a heated wall": (lambda: cavity("2 cm", "2 cm", "1 K/mm"), "v", "m/s", (0.03 * 20 * 0.02) ** 0.5),
    "Stokes' pressure under a lid": (lambda: lid(Q("2 cm/s")), "p", "Pa", 10 * 0.02 / 0.05),
    "seepage of rain": (seeping_rain, "q", "m/s", 1e-8 * 100),
    "head of rain": (seeping_rain, "h", "m", 1e-8 * 100**2 / 1e-3),
    "angle of a pushed pendulum": (pendulum, "angle", "", 0.1 / 9.81**0.5),
    "temperature of radiation": (glowing_wire, "T", "K", (1e6 / 5.67e-6) ** 0.25),
    "speed before a grid": (lambda: kovasznay().problem, "u", "cm/s", 6.28),
}


@pytest.mark.parametrize("name", SPANS)
def test_proposed_scales_are_those_of_the_textbook(name: str) -> None:
    """Up to a factor of three, with no scale given by the user."""
    make, symbol, unit, textbook = SPANS[name]
    assert textbook / TEXTBOOK < found(make(), symbol, unit) < textbook * TEXTBOOK
