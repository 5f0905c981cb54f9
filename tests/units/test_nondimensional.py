"""The gate in: measured in characteristic scales, restated problems are one problem."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, strategies as st

from pinnln.units import Q, absolute, coordinates, d, exp, field, laplacian, log, sin, sqrt, where
from pinnln.units.expression import Expression, express
from pinnln.units.nondimensional import Characteristic, Yardsticks, nondimensionalize
from pinnln.units.program import NUMPY, Program
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


def test_a_rate_of_arrhenius_has_its_size_and_not_that_of_its_prefactor() -> None:
    """k₀ exp(−E/RT) is measured where T rests: 10⁷/s · exp(−22.6) is 1.6·10⁻³/s, and the hour is long beside it."""
    (t,) = coordinates(t=(Q("0 s"), Q("1 hour")))
    c, T = field("c", "mol/m^3", of=(t,)), field("T", "K", of=(t,))
    yardsticks = {t: Characteristic(0.0, 3600.0), c: Characteristic(0.0, 2.0), T: Characteristic(320.0, 20.0)}
    rest = 60e3 / 8.314 / 320
    sizes = []
    for activation in (Q("60 kJ/mol"), Q("60000 J/mol")):
        rate = Q("1e7 1/s") * exp(-activation / Q("8.314 J/mol/K") / T)
        found = nondimensionalize(Statement("c", "residual", d(c, t) + rate * c), yardsticks)
        assert [size for _, size in found.sizes] == pytest.approx([1 / (3600e7 * math.exp(-rest)), 1.0], rel=1e-9)
        sizes.append((found.sizes, str(found.expression)))
    assert sizes[0] == sizes[1]


def test_an_exponential_keeps_its_value() -> None:
    """What comes out of it goes in again: the dimensionless equation times its scale is the equation."""
    (t,) = coordinates(t=(0.0, 1.0))
    u = field("u", "", of=(t,))
    found = nondimensionalize(
        Statement("u", "residual", 3 * u - 5 * exp(2 - 1 / u)),
        {t: Characteristic(0.0, 1.0), u: Characteristic(0.25, 2.0)},
    )
    program = Program([found.expression])
    for place in (-0.1, 0.0, 0.3, 1.0):
        value = 0.25 + 2 * place
        (there,) = program.run([place for _ in program.leaves], NUMPY)
        assert found.scale * float(there) == pytest.approx(3 * value - 5 * math.exp(2 - 1 / value), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("inner", [lambda u: -1 / u, log, lambda u: sqrt(u - 1), lambda u: (u - 2) ** 0.5])
def test_an_exponential_that_has_no_value_at_rest_stays_as_it_is(inner: Callable[[Expression], Expression]) -> None:
    """No infinity, no warning: it then counts as one."""
    (t,) = coordinates(t=(0.0, 1.0))
    u = field("u", "", of=(t,))
    found = nondimensionalize(
        Statement("u", "residual", d(u, t) + exp(inner(u))), {t: Characteristic(0.0, 1.0), u: Characteristic(0.0, 1.0)}
    )
    assert [size for _, size in found.sizes] == [1.0, 1.0]
