"""Long waves on shallow water are the common test of Korteweg and de Vries, in metres and seconds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pinnln.problems import korteweg_de_vries
from pinnln.units import ProblemError, Q


@pytest.mark.parametrize("depth", ["1 m", "4 ft"])
def test_in_its_scales_it_is_the_common_test(depth: str) -> None:
    """η_t + η η_x + 0.022² η_xxx = 0 for any basin, from −1 to 1, up to 1."""
    benchmark = korteweg_de_vries(depth=Q(depth), height=Q("5 cm"))
    sizes = benchmark.problem.term_sizes(benchmark.scales)["mass"]
    assert sizes == pytest.approx((1.0, 1.0, 0.022**2), rel=1e-9)
    yardsticks = benchmark.problem.scales(benchmark.scales)
    ends = [(item.low, item.high) for item in benchmark.problem.coordinates]
    assert ends[0][1] / yardsticks["x"].span.m_as("m") == pytest.approx(1.0, rel=1e-9)
    assert ends[1][1] / yardsticks["t"].span.m_as("s") == pytest.approx(1.0, rel=1e-9)


def test_the_start_is_a_cosine_and_the_ends_are_one_place() -> None:
    """A cos(πx/L) at t = 0; the same water at both ends at all times."""
    benchmark = korteweg_de_vries(dispersion=0.05)
    (_, L), (_, T) = ((item.low, item.high) for item in benchmark.problem.coordinates)
    x = np.linspace(-L, L, 41)
    start = benchmark.exact(np.stack([x, 0 * x], axis=1))["eta"]
    np.testing.assert_allclose(start, 0.1 * np.cos(np.pi * x / L), atol=1e-14)
    t = np.linspace(0, T, 7)
    left, right = (benchmark.exact(np.stack([place + 0 * t, t], axis=1))["eta"] for place in (-L, L))
    np.testing.assert_allclose(left, right, atol=1e-13)


def test_the_highest_soliton_outgrows_the_wave_it_came_from() -> None:
    """Zabusky & Kruskal saw solitons of more than twice the height of the cosine, narrow beside its length."""
    benchmark = korteweg_de_vries()
    highest = benchmark.quantities[0].reference.m_as("cm")
    assert 22 < highest < 26
    (_, L), (_, T) = ((item.low, item.high) for item in benchmark.problem.coordinates)
    x = np.linspace(-L, L, 2001)
    last = benchmark.exact(np.stack([x, T + 0 * x], axis=1))["eta"]
    crests = (last[1:-1] > last[:-2]) & (last[1:-1] > last[2:]) & (last[1:-1] > 0)
    assert 4 <= crests.sum() <= 10
    assert (last**2)[:-1].mean() == pytest.approx(benchmark.quantities[1].reference.m_as("m^2"), rel=1e-7)


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "depth": (lambda: korteweg_de_vries(depth=Q("0 m")), "depth = 0 m: expected a value above 0 m"),
    "height": (lambda: korteweg_de_vries(height=Q("60 cm")), "height = 60 cm: .* up to 0.5 m, since the water"),
    "gravity": (lambda: korteweg_de_vries(gravity=Q("-1 m/s^2")), "gravity = -1 m/s²: expected a value above 0"),
    "dispersion": (lambda: korteweg_de_vries(dispersion=0.01), "dispersion = 0.01: .* since the reference does not"),
    "duration": (lambda: korteweg_de_vries(duration=Q("1 hour")), "duration·speed/length = 35.*: .* up to 4, since"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_arguments_out_of_range_are_refused(name: str) -> None:
    """What was expected, what was found, and why."""
    with pytest.raises(ProblemError, match=REFUSED[name][1]):
        REFUSED[name][0]()
