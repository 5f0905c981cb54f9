"""The gate in: measured in characteristic scales, restated problems are one problem."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pinnln.units import Q, absolute, coordinates, d, exp, field, laplacian, sin, sqrt, where
from pinnln.units.expression import Expression, express
from pinnln.units.nondimensional import Characteristic, Yardsticks, nondimensionalize
from pinnln.units.program import Program
from pinnln.units.registry import measure, snap
from pinnln.units.statement import Statement

LENGTHS = ("m", "inch", "mile", "angstrom", "light_year")
TIMES = ("s", "hour", "year", "fortnight")
TEMPERATURES = (("kelvin", "kelvin"), ("degC", "delta_degC"), ("degF", "delta_degF"))


def stated(length: str, time: str, point: str, difference: str) -> tuple[Expression, Yardsticks]:
    """A reacting, radiating bar with its data in some units."""
    L, alpha = Q("10 cm").to(length), Q("1.11 cm^2/s").to(f"{length}^2/{time}")
    cold, bump, rate = Q(20, "degC").to(point), Q(80, "delta_degC").to(difference), Q("0.3 1/s").to(f"1/{time}")
    x, t = coordinates(x=(0 * L, L), t=(0 / rate, 10 / rate))
    T = field("T", "K", of=(x, t))
    share = (T - cold) / bump
    residual = (
        d(T, t)
        - alpha * laplacian(T)
        - rate * bump * exp(-share) * sin(x / L)
        + rate * T**4 / bump**3
        - rate * sqrt(absolute(T * bump)) * where(x < L / 2, 1, 2)
    )
    fixed = measure(cold).value, measure(bump).value
    yardsticks = {
        x: Characteristic(x.low, snap(x.high - x.low)),
        t: Characteristic(0.0, measure(1 / rate).value),
        T: Characteristic(*fixed),
    }
    return residual, yardsticks


def listing(expression: Expression, yardsticks: Yardsticks) -> str:
    """Every instruction of the dimensionless equation, numbers exact."""
    return Program([nondimensionalize(Statement("r", "residual", expression), yardsticks).expression]).listing()


REFERENCE = listing(*stated("m", "s", "kelvin", "kelvin"))


@given(st.sampled_from(LENGTHS), st.sampled_from(TIMES), st.sampled_from(TEMPERATURES))
def test_a_restated_equation_is_the_same_bit_for_bit(length: str, time: str, temperature: tuple[str, str]) -> None:
    """Inches, fortnights and °F change no instruction and no number of the dimensionless equation."""
    assert listing(*stated(length, time, *temperature)) == REFERENCE


def test_the_largest_term_is_one() -> None:
    """The residual is divided by its largest term; the sizes say how large each is as written."""
    residual, yardsticks = stated("m", "s", "kelvin", "kelvin")
    found = nondimensionalize(Statement("r", "residual", residual), yardsticks)
    assert max(size for _, size in found.sizes) == pytest.approx(1.0)
    assert found.scale > 0
    assert len(found.sizes) == 5


@given(st.floats(1e-6, 1e6))
def test_a_given_scale_is_kept(scale: float) -> None:
    """A scale that is given divides the residual, whatever its largest term is."""
    residual, yardsticks = stated("m", "s", "kelvin", "kelvin")
    assert nondimensionalize(Statement("r", "residual", residual), yardsticks, scale).scale == scale


def test_what_cancels_is_nothing() -> None:
    """T₀ + 1·θ̂ − T₀ leaves no ghost of the reference temperature."""
    (x,) = coordinates(x=(Q("0 m"), Q("1 m")))
    T = field("T", "K", of=(x,))
    statement = Statement("wall", "Dirichlet", T, express(Q(20, "degC")))
    yardsticks = {x: Characteristic(0.0, 1.0), T: Characteristic(293.15, 80.0)}
    assert str(nondimensionalize(statement, yardsticks).expression) == "T"
