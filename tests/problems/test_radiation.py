"""The radiating fin: its first integral, its heat balance, its limits, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pinnln.problems import radiating_fin
from pinnln.problems.radiation import fin_profile
from pinnln.problems.two_point_reference import Line
from pinnln.units import ProblemError, Q, UnitsError

S = np.linspace(0, 1, 101)


@pytest.mark.parametrize(("radiation", "surroundings"), [(0.01, 0.5), (0.96, 0.54), (20.0, 0.1), (100.0, 0.9)])
def test_the_first_integral_is_the_same_all_along(radiation: float, surroundings: float) -> None:
    """½ θ′² − N (θ⁵/5 − θₑ⁴ θ) does not depend on the place; nothing flows at the tip, and the base is at one."""
    line, profile = Line(64), fin_profile(radiation, surroundings)
    theta, slope = line.rows(S, 0) @ profile, line.rows(S, 1) @ profile
    kept = slope**2 / 2 - radiation * (theta**5 / 5 - surroundings**4 * theta)
    np.testing.assert_allclose(kept, kept[0], atol=1e-13 * max(1.0, radiation))
    assert (theta[0], slope[-1]) == (pytest.approx(1, abs=1e-14), pytest.approx(0, abs=1e-13))
    finer = Line(96).rows(S, 0) @ fin_profile(radiation, surroundings, 96)
    np.testing.assert_allclose(theta, finer, atol=1e-13)


def test_what_leaves_the_base_is_what_the_faces_radiate() -> None:
    """Gauss-Legendre over the light of both faces of the reference, in watts per metre."""
    benchmark = radiating_fin()
    nodes, weights = np.polynomial.legendre.leggauss(40)
    T = benchmark.exact(0.15 * (nodes[:, None] + 1))["T"]
    radiated = 2 * 0.85 * 5.670374419e-8 * (T**4 - 180.0**4)
    assert benchmark.quantities[0].reference.m_as("W/m") == pytest.approx(0.15 * weights @ radiated, rel=1e-9)


def test_a_short_fin_is_as_warm_as_its_base_and_a_long_one_does_not_feel_its_tip() -> None:
    """1 − θ(1) = ½ N (1 − θₑ⁴) for small N; for large N and cold space θ′(0) = −√(2N/5), a bit less with a tip."""
    line = Line(64)
    tip = (line.rows(np.array([1.0]), 0) @ fin_profile(1e-5, 0.5))[0]
    assert 1 - tip == pytest.approx(0.5e-5 * (1 - 0.5**4), rel=1e-4)
    assert -fin_profile(100.0, 1e-3)[1] == pytest.approx((2 * 100 / 5) ** 0.5, rel=1e-3)


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: radiating_fin(emissivity=1.2), ProblemError, "emissivity = 1.2: .* no surface radiates more than a black"),
    (lambda: radiating_fin(base=Q("100 K")), ProblemError, "base − surroundings = -80 K: expected a value above 0 K"),
    (lambda: radiating_fin(length=Q("10 m")), ProblemError, r"2εσT³L²/\(kδ\) = 1.*: .* up to 100, since beyond it"),
    (lambda: radiating_fin(thickness=Q("0 mm")), ProblemError, "thickness = 0 mm: expected a value above 0 m"),
    (lambda: radiating_fin(heat_conductivity=Q("1 W/K")), UnitsError, "heat_conductivity = 1 W/K: expected a quantity"),
]


@pytest.mark.parametrize(("make", "kind", "words"), REFUSED, ids=[words[:30] for _, _, words in REFUSED])
def test_what_makes_no_fin_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """In words that name the argument, what it was, and why."""
    with pytest.raises(kind, match=words):
        make()
