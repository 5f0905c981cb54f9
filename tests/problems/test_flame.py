"""The unstable flame is the common test of Kuramoto and Sivashinsky, in metres and seconds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pinnln.problems import kuramoto_sivashinsky
from pinnln.units import ProblemError, Q


def test_in_its_scales_it_is_the_common_test() -> None:
    """All four coefficients are one on a ring of 32π, up to 100: with x/16 and t/100 those of PINNacle."""
    benchmark = kuramoto_sivashinsky(speed=Q("2 m/s"), duration=Q("5 ms"))
    assert benchmark.problem.term_sizes(benchmark.scales)["front"] == pytest.approx((1.0,) * 4, rel=1e-9)
    x, t = benchmark.problem.coordinates
    yardsticks = benchmark.problem.scales(benchmark.scales)
    assert x.high / yardsticks["x"].span.m_as("m") == pytest.approx(32 * np.pi, rel=1e-9)
    assert t.high / yardsticks["t"].span.m_as("s") == pytest.approx(2.5, rel=1e-9)


def test_a_wrinkle_grows_at_the_rate_of_its_length() -> None:
    """On a ring of 8 ℓ the wave cos(x/R) is small at first against nothing; its linear rate is κ² − κ⁴, κ = 1/8."""
    benchmark = kuramoto_sivashinsky(cells=8.0, duration=Q("1 ms"))
    (_, around), (_, end) = ((item.low, item.high) for item in benchmark.problem.coordinates)
    x = around * np.arange(64) / 64
    first = [np.fft.rfft(benchmark.exact(np.stack([x, t + 0 * x], 1))["s"])[:3] for t in (0.0, end / 50)]
    rate = ((first[1] - first[0]) / (end / 50 / 2e-3))[1] / first[0][1]
    # of −(s²/2)_x with s = cos θ + ½ sin 2θ the first harmonic is −¼ cos θ, over R = 8
    assert rate.real == pytest.approx(1 / 64 - 1 / 4096 - 1 / 32, rel=2e-2)


def test_the_start_and_the_ring() -> None:
    """D/(Vℓ) cos(x/R)(1 + sin(x/R)) at t = 0; one front at both ends."""
    benchmark = kuramoto_sivashinsky(duration=Q("10 ms"))
    (_, around), (_, end) = ((item.low, item.high) for item in benchmark.problem.coordinates)
    angle = np.linspace(0, 2 * np.pi, 41)
    start = benchmark.exact(np.stack([around * angle / (2 * np.pi), 0 * angle], axis=1))["s"]
    np.testing.assert_allclose(start, 2**-2.5 * np.cos(angle) * (1 + np.sin(angle)), atol=1e-12)
    t = np.linspace(0, end, 7)
    left, right = (benchmark.exact(np.stack([place + 0 * t, t], axis=1))["s"] for place in (0.0, around))
    np.testing.assert_allclose(left, right, atol=1e-12)


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "speed": (lambda: kuramoto_sivashinsky(speed=Q("0 m/s")), "speed = 0 m/s: expected a value above 0 m/s"),
    "diffusivity": (lambda: kuramoto_sivashinsky(diffusivity=Q("-1e-5 m^2/s")), "diffusivity = .* the front is stable"),
    "stiffness": (lambda: kuramoto_sivashinsky(stiffness=Q("0 m^4/s")), "stiffness = .* narrow wrinkles must not grow"),
    "cells": (lambda: kuramoto_sivashinsky(cells=40.0), "cells = 40: .* up to 16, since fewer do not grow"),
    "duration": (lambda: kuramoto_sivashinsky(duration=Q("1 s")), "duration.* = 500: .* as uncertain as the chaos"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_arguments_out_of_range_are_refused(name: str) -> None:
    """What was expected, what was found, and why."""
    with pytest.raises(ProblemError, match=REFUSED[name][1]):
        REFUSED[name][0]()
