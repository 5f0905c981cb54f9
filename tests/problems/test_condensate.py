"""The breather of cold atoms is the common test of Schrödinger's equation with attraction, in micrometres."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pinnln.problems import schroedinger
from pinnln.units import ProblemError, Q


@pytest.mark.parametrize("width", ["10 um", "25 um"])
def test_in_its_scales_it_is_the_common_test(width: str) -> None:
    """i h_t + ½ h_xx + |h|² h = 0 from −5 to 5, up to π/2, whatever the width of the cloud."""
    benchmark = schroedinger(width=Q(width))
    for name in ("real part", "imaginary part"):
        rate, spread, *drawn = benchmark.problem.term_sizes(benchmark.scales)[name]
        assert (rate, spread, max(drawn)) == pytest.approx((1.0, 0.5, 1.0), rel=1e-9)
    x, t = benchmark.problem.coordinates
    yardsticks = benchmark.problem.scales(benchmark.scales)
    assert x.high / yardsticks["x"].span.m_as("m") == pytest.approx(5.0, rel=1e-9)
    assert t.high / yardsticks["t"].span.m_as("s") == pytest.approx(np.pi / 2, rel=1e-9)


def test_the_cloud_is_drawn_together_and_opens_again() -> None:
    """At half time four times the density of the start in the middle, at the end that of the start everywhere."""
    benchmark = schroedinger()
    x, t = benchmark.problem.coordinates
    found = benchmark.exact(np.array([[0.0, share * t.high] for share in (0.0, 0.5, 1.0)]))
    np.testing.assert_allclose((found["u"] ** 2 + found["v"] ** 2) / found["u"][0] ** 2, [1, 4, 1], rtol=1e-10)
    line = np.linspace(x.low, x.high, 41)
    start, end = (benchmark.exact(np.stack([line, time + 0 * line], axis=1)) for time in (0.0, t.high))
    np.testing.assert_allclose(np.hypot(end["u"], end["v"]), start["u"], rtol=1e-9)
    np.testing.assert_allclose(start["u"] * np.cosh(line / 1e-5), start["u"].max(), rtol=1e-9)
    assert not start["v"].any()


def test_the_breather_obeys_the_equation() -> None:
    """v_t = (ħ/2m) u_xx + (g/ħ)|ψ|² u and u_t = −(ħ/2m) v_xx − (g/ħ)|ψ|² v, by central differences."""
    benchmark = schroedinger()
    motion, strength = 1.054571817e-34 / (2 * 7.016 * 1.66053907e-27), 4 * np.pi * 710 * 0.21e-9
    _, t = benchmark.problem.coordinates
    points = np.random.default_rng(0).uniform([-4e-5, 1e-4], [4e-5, 0.99 * t.high], (40, 2))

    def around(move: tuple[float, float]) -> list[dict[str, np.ndarray]]:
        return [benchmark.exact(points + share * np.array(move)) for share in (-1, 0, 1)]

    (left, here, right), (before, _, after) = around((2e-8, 0.0)), around((0.0, 2e-7))
    density = here["u"] ** 2 + here["v"] ** 2
    for turned, still, sign in (("v", "u", 1), ("u", "v", -1)):
        rate = (after[turned] - before[turned]) / 4e-7
        bent = (left[still] - 2 * here[still] + right[still]) / 4e-16
        drive = motion * bent + strength * density * here[still]
        np.testing.assert_allclose(rate, sign * drive, atol=1e-4 * np.abs(rate).max())


def test_the_number_of_atoms_between_the_ends() -> None:
    """8 tanh(b) nℓ at the end of a period, a few thousand; fewer while a part of them is farther out."""
    benchmark = schroedinger()
    density = benchmark.quantities[0].reference / 16
    number = benchmark.quantities[1].reference.m_as("")
    assert number == pytest.approx(8 * np.tanh(5) * (density * Q("10 um")).m_as(""), rel=1e-9)
    shorter = schroedinger(reach=1.0, duration=Q("8.6766 ms")).quantities[1].reference.m_as("")
    assert number / 2 < shorter < number


REFUSED: dict[str, tuple[Callable[[], object], str]] = {
    "width": (lambda: schroedinger(width=Q("0 m")), "width = 0 m: expected a value above 0 m"),
    "attraction": (lambda: schroedinger(attraction=Q("-0.2 nm")), "attraction = -0.2 nm: .* atoms that repel"),
    "trap": (lambda: schroedinger(trap=Q("0 Hz")), "trap = 0 Hz: expected .* the atoms leave the tube"),
    "mass": (lambda: schroedinger(mass=Q("0 kg")), "mass = 0 kg: expected a value above 0 kg"),
    "reach": (lambda: schroedinger(reach=20.0), "reach = 20: .* farther out there is nothing"),
    "duration": (lambda: schroedinger(duration=Q("0 s")), "duration = 0 s: expected a value above 0 s"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_arguments_out_of_range_are_refused(name: str) -> None:
    """What was expected, what was found, and why."""
    with pytest.raises(ProblemError, match=REFUSED[name][1]):
        REFUSED[name][0]()
