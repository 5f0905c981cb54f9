"""Terzaghi's layer: the published degrees of consolidation, balance of water and force, and where it is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.polynomial import Chebyshev
from scipy.special import erf

from pinnln.problems import terzaghi
from pinnln.units import ProblemError, Q, UnitsError

HEIGHT, MOBILITY, STIFFNESS, STORAGE, LOAD = 10.0, 1e-12, 1e7, 1e-8, 1e5
RATE = MOBILITY / (STORAGE + 1 / STIFFNESS) / HEIGHT**2
AT_ONCE = LOAD / (1 + STORAGE * STIFFNESS)


def along(name: str, time: float) -> Chebyshev:
    """A field over z at one time, as a polynomial that is it to round-off."""
    exact = terzaghi().exact
    return Chebyshev.interpolate(
        lambda z: exact(np.stack([z, np.full_like(z, time)], axis=1))[name], 60, domain=[0.0, HEIGHT]
    )


@pytest.mark.parametrize(("factor", "share"), [(0.031, 0.2), (0.197, 0.5), (0.403, 0.7), (0.848, 0.9)])
def test_the_degree_of_consolidation_is_that_of_the_tables(factor: float, share: float) -> None:
    """20 % at ct/H² = 0.031, 50 % at 0.197, 70 % at 0.403, 90 % at 0.848, in every textbook of soil mechanics."""
    held = along("p", factor / RATE).integ()
    assert 1 - (held(HEIGHT) - held(0.0)) / (HEIGHT * AT_ONCE) == pytest.approx(share, abs=2e-3)
    if factor == 0.197:
        assert terzaghi().quantities[0].reference.magnitude == pytest.approx(share, abs=2e-3)


@pytest.mark.parametrize("time", [2e5, 1e6, 8e6])
def test_the_load_is_borne_and_the_water_kept(time: float) -> None:
    """M ∂w/∂z − αp = −q at every depth; S ∂p/∂t + α ∂²w/∂z∂t = m ∂²p/∂z²."""
    z = np.linspace(0.5, 9.5, 10)
    p, w = along("p", time), along("w", time)
    np.testing.assert_allclose(STIFFNESS * w.deriv()(z) - p(z), -LOAD, rtol=1e-9)
    held = [STORAGE * along("p", time + n)(z) + along("w", time + n).deriv()(z) for n in (1e3, -1e3, 2e3, -2e3)]
    rate = (8 * (held[0] - held[1]) - (held[2] - held[3])) / 12e3
    flows = MOBILITY * p.deriv(2)(z)
    np.testing.assert_allclose(rate, flows, rtol=1e-5, atol=1e-5 * np.abs(flows).max())


@pytest.mark.parametrize("factor", [0.002, 0.03, 0.0799])
def test_the_start_is_an_error_function_and_its_mirror_image(factor: float) -> None:
    """The series and what is stated of the start agree, soon and as late as it is allowed."""
    z = np.linspace(0.0, HEIGHT, 41)
    found = terzaghi(start=Q(factor / RATE, "s")).exact(np.stack([z, np.full_like(z, factor / RATE)], axis=1))
    depth = 2 * HEIGHT * factor**0.5
    stated = erf(z / depth) + erf((2 * HEIGHT - z) / depth) - erf((2 * HEIGHT + z) / depth)
    np.testing.assert_allclose(found["p"], AT_ONCE * stated, atol=1e-12 * AT_ONCE)


def test_at_last_the_clay_bears_all() -> None:
    """w → qH/M, 10 cm, and nothing is left of the pressure."""
    found = terzaghi().exact(np.array([[0.0, 30 / RATE], [HEIGHT, 30 / RATE]]))
    assert found["w"][0] == pytest.approx(LOAD * HEIGHT / STIFFNESS, rel=1e-12)
    assert abs(found["p"][1]) < 1e-12 * AT_ONCE


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda: terzaghi(start=Q("1 min")), ProblemError, "start·c/H² = .*: .* above 0.001 .* the pressure jumps"),
        (lambda: terzaghi(start=Q("1 month")), ProblemError, "up to 0.08, since .* more than one mirror image"),
        (lambda: terzaghi(end=Q("1 hour")), ProblemError, "end·c/H² = .*: expected a value above 0.0471"),
        (lambda: terzaghi(end=Q("10 year")), ProblemError, "and up to 5, since .* later all is over"),
        (lambda: terzaghi(coupling=1.2), ProblemError, "coupling = 1.2: .* Biot's coefficient"),
        (lambda: terzaghi(stiffness=Q("0 MPa")), ProblemError, "stiffness = 0 MPa: .* ground that is pressed"),
        (lambda: terzaghi(mobility=Q("1 m^2")), UnitsError, "mobility = 1 m²: expected a quantity in m²/Pa/s"),
        (lambda: terzaghi(load=Q("0 kPa")), ProblemError, "the field would vanish everywhere"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """In words that say what is valid, and why."""
    with pytest.raises(kind, match=words):
        make()
