"""Means and integrals: as fine as what is asked needs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from pinnln import coordinates
from pinnln.quadrature import over_domain, settled
from pinnln.units import Q

x, y = coordinates(x=(Q("0 m"), Q("2 m")), y=(Q("0 m"), Q("1 m")))


@given(waves=st.integers(1, 1000))
def test_rapid_waves_have_the_mean_of_slow_ones(waves: int) -> None:
    """Sixty-four points alone would take the square of 64 waves for anything between zero and one."""
    mean, size = settled(
        lambda finer: over_domain([x], {}, [], finer=finer), lambda points: np.sin(math.pi * waves * points[:, 0]) ** 2
    )
    assert mean == pytest.approx(0.5, rel=1e-9)
    assert size == pytest.approx(2.0, rel=1e-14)


def test_what_is_smooth_is_asked_no_further_than_it_takes_to_see() -> None:
    """The rule, and one of twice as many points that agrees with it."""
    asked: list[int] = []

    def integrand(points: np.ndarray) -> np.ndarray:
        asked.append(len(points))
        return np.exp(points[:, 0] * points[:, 1])

    mean, _ = settled(lambda finer: over_domain([x, y], {}, [], finer=finer), integrand)
    exact = sum(2.0 ** (k + 1) / (math.factorial(k) * (k + 1) ** 2) for k in range(40)) / 2
    assert mean == pytest.approx(exact, rel=1e-13)
    assert asked == [64**2, 128**2]


def test_a_mean_that_never_settles_ends_at_a_hundred_thousand_points() -> None:
    """The finest that is affordable is the answer; so is what is not finite."""
    asked: list[int] = []

    def noise(points: np.ndarray) -> np.ndarray:
        asked.append(len(points))
        return np.random.default_rng(len(points)).normal(size=len(points))

    mean, _ = settled(lambda finer: over_domain([x, y], {}, [], finer=finer), noise)
    assert abs(mean) < 0.1
    assert 50_000 < max(asked) <= 100_000
    nowhere, _ = settled(
        lambda finer: over_domain([x], {y: 0.5}, [], finer=finer), lambda points: points[:, 0] * np.nan
    )
    assert math.isnan(nowhere)
