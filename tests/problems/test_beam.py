"""The beam swings as its formula says: equations, supports, frequency, moment."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pinnln.problems import euler_bernoulli_beam
from pinnln.units import ProblemError, Q

EI, MASS, L = 210e9 * 1943e-8, 22.4, 5.0


def test_the_formula_obeys_both_equations() -> None:
    """M = −EI w_xx and μ w_tt = M_xx, by central differences; w and M are zero on the supports."""
    exact = euler_bernoulli_beam().exact
    points = np.random.default_rng(0).random((20, 2)) * [4.8, 0.038] + [0.1, 0.001]

    def second(field: str, move: tuple[float, float]) -> np.ndarray:
        before, now, after = (exact(points + share * np.array(move))[field] for share in (-1, 0, 1))
        return (before - 2 * now + after) / sum(move) ** 2

    np.testing.assert_allclose(-EI * second("w", (1e-3, 0.0)), exact(points)["M"], rtol=1e-5, atol=0.5)
    np.testing.assert_allclose(MASS * second("w", (0.0, 1e-6)), second("M", (1e-3, 0.0)), rtol=1e-5, atol=5.0)
    ends = exact(np.array([[0.0, 0.011], [L, 0.011]]))
    np.testing.assert_allclose([*ends["w"] / 5e-3, *ends["M"] / 8e3], 0, atol=1e-14)


def test_the_largest_moment_is_the_largest() -> None:
    """The closed form of its place, against a search along the beam at the start."""
    benchmark = euler_bernoulli_beam()
    line = np.linspace(0, L, 4001)
    start = benchmark.exact(np.stack([line, 0 * line], axis=1))["M"]
    assert start.max() == pytest.approx(benchmark.quantities[1].reference.m_as("N*m"), rel=1e-6)


def test_all_comes_back_after_a_period() -> None:
    """Modes swing with n² ω: after one period of the first the beam is bent as at the start, 26.8 Hz for IPE 200."""
    benchmark = euler_bernoulli_beam()
    period = 1 / benchmark.quantities[0].reference.m_as("Hz")
    line = np.linspace(0, L, 21)
    start, later = (benchmark.exact(np.stack([line, t + 0 * line], axis=1)) for t in (0.0, period))
    for name in ("w", "M"):
        np.testing.assert_allclose(later[name], start[name], atol=1e-12 * np.abs(start[name]).max())
    assert 1 / period == pytest.approx(np.pi / 2 / L**2 * (EI / MASS) ** 0.5, rel=1e-12)


REFUSED: dict[str, Callable[[], object]] = {
    "length = 0 m: expected a value above 0 m": lambda: euler_bernoulli_beam(length=Q("0 m")),
    "modulus = -1 Pa: expected": lambda: euler_bernoulli_beam(modulus=Q("-1 Pa")),
    "second_moment = 0 m⁴: .* a cross-section": lambda: euler_bernoulli_beam(second_moment=Q("0 m^4")),
    "mass = 0 kg/m: .* what is to swing": lambda: euler_bernoulli_beam(mass=Q("0 kg/m")),
    "amplitude = 0 mm: .* no relative error": lambda: euler_bernoulli_beam(amplitude=Q("0 mm")),
    "duration = 0 s: expected": lambda: euler_bernoulli_beam(duration=Q("0 s")),
}


@pytest.mark.parametrize("words", REFUSED)
def test_arguments_out_of_range_are_refused(words: str) -> None:
    """What was expected, what was found, and why."""
    with pytest.raises(ProblemError, match=words):
        REFUSED[words]()
