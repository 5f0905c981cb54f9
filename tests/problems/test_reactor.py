"""The tubular reactor: its heat balance, the isothermal limit, one state only, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from pinnln.problems import arrhenius_reactor
from pinnln.problems.reactor import reactor_profile
from pinnln.problems.two_point_reference import Line
from pinnln.units import ProblemError, Q, UnitsError

S = np.linspace(0, 1, 101)
GROUPS = [(10.0, 6.7, 1.0, 20.0, 0.09), (50.0, 50.0, 5.0, 20.0, 0.09), (1.0, 50.0, 5.0, 40.0, 0.05)]


@pytest.mark.parametrize("groups", GROUPS)
def test_the_profile_obeys_the_equations_and_danckwerts(groups: tuple[float, ...]) -> None:
    """Both balances between the points of collocation, and four conditions; more terms change nothing."""
    mass, heat, damkohler, gamma, beta = groups
    found = reactor_profile(*groups)
    (y, dy, ddy), (theta, dtheta, ddtheta) = ([Line(128).rows(S, order) @ one for order in range(3)] for one in found)
    reacted = damkohler * np.exp(gamma - gamma / (1 + beta * theta)) * y
    np.testing.assert_allclose(ddy / mass - dy, reacted, atol=1e-11 * reacted.max())
    np.testing.assert_allclose(ddtheta / heat - dtheta, -reacted, atol=1e-11 * reacted.max())
    ends = [y[0] - dy[0] / mass - 1, theta[0] - dtheta[0] / heat, dy[-1], dtheta[-1]]
    np.testing.assert_allclose(ends, 0, atol=1e-11)
    for one, other in zip(found, reactor_profile(*groups, 160), strict=True):
        np.testing.assert_allclose(Line(128).rows(S, 0) @ one, Line(160).rows(S, 0) @ other, atol=1e-12)


def test_all_heat_leaves_with_the_stream() -> None:
    """T(L) − T₀ = r (c₀ − c(L)), whatever mixes; if heat and mass mix alike, T − T₀ = r (c₀ − c) all along."""
    for alike in (False, True):
        benchmark = arrhenius_reactor(heat_dispersion=Q("10 cm^2/s")) if alike else arrhenius_reactor()
        fields = benchmark.exact(np.linspace(0, 2, 41)[:, None])
        gap = fields["T"] - 298.15 - 13.6e-3 * (2000 - fields["c"])
        np.testing.assert_allclose(gap if alike else gap[-1], 0, atol=1e-10)
        assert alike or np.abs(gap).max() > 0.1


@pytest.mark.parametrize(("mass", "damkohler"), [(0.5, 1.0), (10.0, 2.0), (40.0, 5.0)])
def test_without_heat_it_is_the_reactor_of_danckwerts(mass: float, damkohler: float) -> None:
    """What is left of a reaction of first order:  4a e^(Pe/2) / ((1 + a)² e^(aPe/2) − (1 − a)² e^(−aPe/2)),
    a = √(1 + 4 Da/Pe) (P. V. Danckwerts, 1953)."""
    a = (1 + 4 * damkohler / mass) ** 0.5
    left = 4 * a / ((1 + a) ** 2 * np.exp((a - 1) * mass / 2) - (1 - a) ** 2 * np.exp(-(a + 1) * mass / 2))
    y, _ = reactor_profile(mass, mass, damkohler, 20.0, 1e-14)
    assert (Line(128).rows(np.array([1.0]), 0) @ y)[0] == pytest.approx(left, rel=1e-10)


def test_the_hottest_reaction_that_is_let_in_has_one_state() -> None:
    """Where heat is stirred and mass is or is not, the heat that is made crosses the heat that is carried off once; a
    reaction twice as hot burns or stays cold at some Da."""
    theta = np.linspace(0, 1, 20_001)

    def most_states(gamma: float, beta: float) -> int:
        found = []
        for damkohler in np.geomspace(1e-3, 5, 200):
            rate = damkohler * np.exp(gamma - gamma / (1 + beta * theta))
            found += [
                np.count_nonzero(np.diff(np.sign(made - theta))) for made in (rate / (1 + rate), 1 - np.exp(-rate))
            ]
        return max(found)

    assert most_states(20.0, 0.1) == 1
    assert most_states(40.0, 0.05) == 1
    assert most_states(20.0, 0.2) == 3


def test_the_corners_of_what_is_allowed_have_a_reference() -> None:
    """Mixing strong or weak, slow or fast, at the hottest feed: all heat leaves, and nothing is used up twice."""
    for mass, heat, damkohler in product((0.5, 50.0), (0.5, 50.0), (0.1, 5.0)):
        y, theta = reactor_profile(mass, heat, damkohler, 20.0, 0.1)
        out = Line(128).rows(np.array([1.0]), 0) @ np.column_stack([y, theta])
        assert -1e-13 < out[0, 0] < 1
        assert out.sum() == pytest.approx(1, abs=1e-10)


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (
        lambda: arrhenius_reactor(feed=Q("8 mol/L")),
        ProblemError,
        r"feed_temperature²\) = 7.3.*: .* up to 2, .* may burn",
    ),
    (lambda: arrhenius_reactor(speed=Q("1 m/s")), ProblemError, "length/dispersion = 2000: .* up to 50, since the ref"),
    (lambda: arrhenius_reactor(speed=Q("1 um/s")), ProblemError, "Da, the rate at the inlet .* = .* up to 5, since"),
    (lambda: arrhenius_reactor(activation=Q("50 kJ")), UnitsError, "activation = 50 kJ: expected a quantity in J/mol"),
    (lambda: arrhenius_reactor(dispersion=Q("0 m^2/s")), ProblemError, "dispersion = 0 m²/s: .* mixing evens out"),
]


@pytest.mark.parametrize(("make", "kind", "words"), REFUSED, ids=[words[:30] for _, _, words in REFUSED])
def test_what_makes_no_reactor_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """In words that name the argument, what it was, and why."""
    with pytest.raises(kind, match=words):
        make()
