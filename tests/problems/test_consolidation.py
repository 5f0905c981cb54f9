"""Mandel's problem: the series bears the load at all times, knows its two limits, and is refused where it should be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.polynomial import Chebyshev

from pinnln.problems import mandel_problem
from pinnln.problems.mandel_series import MandelSeries
from pinnln.units import ProblemError, Q, UnitsError

SHEAR, STORAGE, MOBILITY, LOAD, HALF_WIDTH = 3e6, 1e-8, 1e-13, 1e5, 0.05


def clay(poisson_ratio: float = 0.2, coupling: float = 1.0, start: float = 60.0) -> MandelSeries:
    """The clay of the problem, of another Poisson ratio or coupling."""
    return MandelSeries(HALF_WIDTH, LOAD, SHEAR, poisson_ratio, coupling, STORAGE, MOBILITY, start)


def along(series: MandelSeries, name: str, time: float) -> Chebyshev:
    """A field over x at one time, on the line y = 1 m, as a polynomial that is it to round-off."""

    def values(x: np.ndarray) -> np.ndarray:
        return series.fields(np.stack([x, np.ones_like(x), np.full_like(x, time)], axis=1))[name]

    return Chebyshev.interpolate(values, 40, domain=[0.0, HALF_WIDTH])


@settings(max_examples=6, deadline=None)
@given(st.floats(0.0, 0.4), st.floats(0.3, 1.0), st.floats(0.03, 2.0))
def test_the_sides_are_free_and_the_plates_bear_the_load(ratio: float, coupling: float, later: float) -> None:
    """σ_xx = 0 everywhere, the mean of σ_yy is −F/a, p = 0 at the sides, at any time and for any clay."""
    series = clay(ratio, coupling)
    p, u_x, u_y = (along(series, name, later / series.rate) for name in ("p", "u_x", "u_y"))
    x, thinner = np.linspace(0.0, HALF_WIDTH, 21), u_y(0.0)
    lame = 2 * SHEAR * ratio / (1 - 2 * ratio)
    wider = u_x.deriv()
    across = (2 * SHEAR + lame) * wider(x) + lame * thinner - coupling * p(x)
    assert np.abs(across).max() < 1e-7 * LOAD
    means = [(curve.integ()(HALF_WIDTH) - curve.integ()(0.0)) / HALF_WIDTH for curve in (wider, p)]
    load = lame * means[0] + (2 * SHEAR + lame) * thinner - coupling * means[1]
    assert load == pytest.approx(-LOAD, rel=1e-9)
    assert abs(p(HALF_WIDTH)) < 1e-9 * LOAD


def test_water_is_conserved() -> None:
    """What leaves at the side is what the clay and its water lose:  ∂/∂t ∫(Sp + α∇·u) dx = m ∂p/∂x at x = a."""
    series = clay()

    def held(time: float) -> float:
        p, u_x, u_y = (along(series, name, time) for name in ("p", "u_x", "u_y"))
        return float(STORAGE * (p.integ()(HALF_WIDTH) - p.integ()(0.0)) + u_x(HALF_WIDTH) + HALF_WIDTH * u_y(0.0))

    for time in (200.0, 1500.0):
        near, far = (held(time + n) - held(time - n) for n in (1.0, 2.0))
        assert (8 * near - far) / 12 == pytest.approx(MOBILITY * along(series, "p", time).deriv()(HALF_WIDTH), rel=1e-6)


def test_at_once_the_clay_is_an_undrained_solid_and_at_last_a_drained_one() -> None:
    """Bulge Fν/2G and thinning −F(1−ν)/2G of the one and of the other; the pressure p₀ is even, then none."""
    series = clay(start=1e-3)
    unit = LOAD / (2 * SHEAR)
    soon, last = (series.fields(np.array([[HALF_WIDTH, 1.0, time]])) for time in (1e-3, 1e6))
    for fields, ratio, limit in ((soon, series.undrained_ratio, 2e-3), (last, 0.2, 1e-12)):
        assert fields["u_x"][0] == pytest.approx(unit * ratio * HALF_WIDTH, rel=limit)
        assert fields["u_y"][0] == pytest.approx(-unit * (1 - ratio), rel=limit)
    inside = series.fields(np.array([[0.0, 0.0, 1e-3], [0.6 * HALF_WIDTH, 0.0, 1e-3], [0.0, 0.0, 1e6]]))["p"]
    np.testing.assert_allclose(inside, [series.at_once, series.at_once, 0.0], rtol=1e-3, atol=1e-6)
    assert series.undrained_ratio == pytest.approx(0.4857142857, rel=1e-9)


def test_the_pressure_rises_before_it_falls() -> None:
    """The effect of Mandel and Cryer, the stronger the more the drained clay can shrink, and not at the sides."""
    rises = [series.peak(60.0, 3000.0)[1] / series.at_once for series in (clay(0.0), clay(0.2), clay(0.4))]
    assert rises[0] > rises[1] > rises[2] > 1.0
    when, largest = clay().peak(60.0, 3000.0)
    later = clay().fields(np.array([[0.0, 0.0, when / 2], [0.0, 0.0, 2 * when], [0.9 * HALF_WIDTH, 0.0, when]]))["p"]
    assert (later < largest).all()
    assert later[2] < 0.3 * largest
    assert float(mandel_problem().quantities[0].reference.magnitude) == pytest.approx(rises[1], rel=1e-12)


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda: mandel_problem(poisson_ratio=0.5), ProblemError, "poisson_ratio = 0.5: .* up to 0.45, since"),
        (lambda: mandel_problem(coupling=1.5), ProblemError, "coupling = 1.5: .* Biot's coefficient"),
        (lambda: mandel_problem(start=Q("1 s")), ProblemError, "start·c/a² = 0.000296.*: .* within a tenth"),
        (lambda: mandel_problem(start=Q("0 s")), ProblemError, "start = 0 s: .* the pressure jumps"),
        (lambda: mandel_problem(end=Q("30 s")), ProblemError, "end − start = -.*: expected a value above 0 s"),
        (lambda: mandel_problem(end=Q("1 week")), ProblemError, "nothing is left of the pressure"),
        (lambda: mandel_problem(half_height=Q("0 cm")), ProblemError, "half_height = 0 cm: expected"),
        (lambda: mandel_problem(storage=Q("1 Pa")), UnitsError, "storage = 1 Pa: expected a quantity in 1/Pa"),
        (lambda: mandel_problem(load=Q("-1 kPa")), ProblemError, "load = -1 kPa: expected a value above 0 Pa"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """In words that say what is valid, and why."""
    with pytest.raises(kind, match=words):
        make()
