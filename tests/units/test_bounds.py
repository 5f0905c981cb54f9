"""What conditions say of the size of a field."""

from __future__ import annotations

import pytest

from pinnln import Dirichlet, Initial, Problem, Residual, Robin
from pinnln.units import Q, coordinates, d, field


def found(problem: Problem, name: str, unit: str) -> float:
    """The proposed span of a field in a unit, no scale given."""
    return float(problem.scales()[name].span.m_as(unit))


def test_air_around_a_wall_bounds_its_temperature() -> None:
    """A Robin condition tells the temperature of the surroundings; with a = 0 it is a slope."""
    L, h, k, start = Q("10 cm"), Q("10 W/m^2/K"), Q("50 W/m/K"), Q(20, "degC")
    x, t = coordinates(x=(0 * L, L), t=(Q("0 s"), Q("1 hour")))
    T = field("T", "degC", of=(x, t))
    heat = Residual("heat", d(T, t) - Q("1e-5 m^2/s") * d(T, x, x))
    cooled = Problem(heat, Initial(T, start), Robin(T, a=h, b=k, g=h * Q(373.15, "kelvin"), on=x.end))
    assert found(cooled, "T", "K") == pytest.approx(80)
    heated = Problem(heat, Initial(T, start), Robin(T, a=0 * h, b=k, g=Q("1000 W/m^2"), on=x.end))
    assert found(heated, "T", "K") == pytest.approx(1000 / 50 * 0.1)
    assert heated.scales()["T"].reference.m_as("degC") == pytest.approx(20)


def test_a_narrow_range_far_from_zero_is_a_reference_and_a_span() -> None:
    """An atmosphere that varies by a tenth of a percent is counted from its least value; one that doubles is not."""
    (x,) = coordinates(x=(Q("0 m"), Q("1 m")))
    p = field("p", "Pa", of=(x,))
    for high, reference, span in (("1.014e5 Pa", 1.013e5, 100.0), ("2.1e5 Pa", 0.0, 2.1e5)):
        ends = Dirichlet(p, Q("1.013e5 Pa"), on=x.start), Dirichlet(p, Q(high), on=x.end)
        scale = Problem(Residual("seepage", d(p, x, x)), *ends).scales()["p"]
        assert (scale.reference.m_as("Pa"), scale.span.m_as("Pa")) == (reference, pytest.approx(span))
