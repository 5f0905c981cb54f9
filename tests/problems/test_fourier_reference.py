"""Fourier series of waves: their resolution changes no digit that is claimed, and what the equations keep is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
from numpy.polynomial import Chebyshev

from pinnln.problems.fourier_reference import (
    FourierReference,
    korteweg_de_vries_reference,
    kuramoto_sivashinsky_reference,
)


def row(reference: FourierReference, low: float, extent: float, time: float, count: int = 512) -> np.ndarray:
    """The field at equally spaced points of the ring at one time."""
    x = low + extent * np.arange(count) / count
    return reference(x, np.full(count, time))


Pair: TypeAlias = Callable[[], tuple[FourierReference, FourierReference]]
COARSER: dict[str, tuple[Pair, float, float, float, float]] = {
    "korteweg_de_vries": (
        lambda: (korteweg_de_vries_reference(0.022, 1.0), korteweg_de_vries_reference(0.022, 1.0, 128, 4e-4)),
        -1.0,
        2.0,
        1.0,
        2e-7,
    ),
    "kuramoto_sivashinsky": (
        lambda: (kuramoto_sivashinsky_reference(16.0, 50.0), kuramoto_sivashinsky_reference(16.0, 50.0, 90, 2e-2)),
        0.0,
        32 * np.pi,
        50.0,
        2e-7,
    ),
}


@pytest.mark.parametrize("name", COARSER)
def test_with_fewer_waves_and_steps_of_twice_the_length_little_changes(name: str) -> None:
    """The rule is of fourth order, so that a sixteenth of this is the error claimed: 1e-8, of flames up to 100 ms."""
    made, low, extent, duration, limit = COARSER[name]
    ours, coarser = made()
    for share in (0.013, 0.503, 1.0):
        one, two = (row(reference, low, extent, share * duration, 128) for reference in (ours, coarser))
        assert np.linalg.norm(one - two) < limit * np.linalg.norm(one)


def derivative(reference: FourierReference, x: float, t: float, order: tuple[int, int], reach: float) -> float:
    """∂ⁿu/∂xⁿ or ∂u/∂t by a Chebyshev polynomial along a short line."""
    nodes = reach * np.cos(np.pi * np.arange(13) / 12)
    along = (x + nodes, np.full(13, t)) if order[0] else (np.full(13, x), t + nodes)
    return float(Chebyshev.fit(nodes, reference(*along), 12).deriv(sum(order))(0.0))


POINTS = np.random.default_rng(1).random((5, 2))


def test_solitons_obey_their_equation() -> None:
    """u_t + u u_x + δ² u_xxx = 0, asked of the series between its steps; the largest term is above 1 at every point."""
    reference = korteweg_de_vries_reference(0.022, 1.0)
    for x, t in POINTS * [2, 0.8] + [-1, 0.1]:
        u, rate = reference(np.array([x]), np.array([t]))[0], derivative(reference, x, t, (0, 1), 0.01)
        terms = [rate, u * derivative(reference, x, t, (1, 0), 0.03)]
        terms.append(0.022**2 * derivative(reference, x, t, (3, 0), 0.03))
        assert abs(sum(terms)) < 1e-4 * max(map(abs, terms))


def test_flames_obey_their_equation() -> None:
    """u_t + u u_x + u_xx + u_xxxx = 0 in the time of chaos."""
    reference = kuramoto_sivashinsky_reference(16.0, 50.0)
    for x, t in POINTS * [90, 30] + [5, 10]:
        u, rate = reference(np.array([x]), np.array([t]))[0], derivative(reference, x, t, (0, 1), 0.4)
        terms = [rate, u * derivative(reference, x, t, (1, 0), 1.0)]
        terms += [derivative(reference, x, t, (order, 0), 1.0) for order in (2, 4)]
        assert abs(sum(terms)) < 1e-4 * max(map(abs, terms))


def test_solitons_keep_mass_energy_and_the_third_invariant() -> None:
    """∫η, ∫η² and ∫(η³/3 − δ² η_x²) of Korteweg and de Vries at the end are those of the start, cos πx."""
    u = row(korteweg_de_vries_reference(0.022, 1.0), -1.0, 2.0, 1.0)
    slope = np.fft.irfft(np.fft.rfft(u) * np.pi * 1j * np.arange(257))
    kept = [u.mean(), (u**2).mean(), (u**3 / 3 - 0.022**2 * slope**2).mean()]
    np.testing.assert_allclose(kept, [0.0, 0.5, -(0.022**2) * np.pi**2 / 2], atol=1e-8)


def test_the_third_invariant_is_that_of_this_sign() -> None:
    """Of half of a dispersion it would not be kept: the check above can fail."""
    u = row(korteweg_de_vries_reference(0.044, 1.0, 100, 1e-3), -1.0, 2.0, 1.0)
    slope = np.fft.irfft(np.fft.rfft(u) * np.pi * 1j * np.arange(257))
    assert abs((u**3 / 3 - 0.022**2 * slope**2).mean() + 0.022**2 * np.pi**2 / 2) > 1e-3


def test_flames_grow_and_are_damped_as_their_energy_says() -> None:
    """½ d⟨s²⟩/dt = ⟨s_x²⟩ − ⟨s_xx²⟩, and the mean slope stays zero: a closed front is as often up as down."""
    reference = kuramoto_sivashinsky_reference(16.0, 50.0)
    before, now, after = (row(reference, 0.0, 32 * np.pi, time) for time in (29.99, 30.0, 30.01))
    waves, modes = np.arange(257) / 16, np.fft.rfft(now)
    bends = [np.fft.irfft(modes * (1j * waves) ** order) for order in (1, 2)]
    rate = ((after**2).mean() - (before**2).mean()) / 0.04
    assert rate == pytest.approx((bends[0] ** 2).mean() - (bends[1] ** 2).mean(), rel=1e-4)
    assert abs(now.mean()) < 1e-13


def test_many_points_are_asked_in_pieces() -> None:
    """A thousand points one by one and all together."""
    reference = korteweg_de_vries_reference(0.1, 0.5, 40, 5e-3)
    x, t = np.random.default_rng(0).random((2, 1000))
    alone = [reference(x[[place]], t[[place]] / 2)[0] for place in range(0, 1000, 250)]
    np.testing.assert_allclose(reference(x, t / 2)[::250], alone, rtol=1e-14)
