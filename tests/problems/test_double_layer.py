"""Electro-osmosis: the potential between two walls in all its limits, the flow, and where it is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.polynomial import Chebyshev

from pinnln.problems import electro_osmosis
from pinnln.problems.double_layer import potential_between_walls
from pinnln.units import ProblemError, Q, UnitsError


@settings(max_examples=25, deadline=None)
@given(st.floats(0.1, 6.0), st.floats(0.5, 20.0))
def test_the_potential_obeys_poisson_and_boltzmann(wall: float, half_height: float) -> None:
    """φ″ = sinh φ next to the wall and in the middle, φ′ = 0 there, φ = ζ at the wall."""
    potential = potential_between_walls(wall, half_height)
    assert potential(np.array([half_height]))[0] == pytest.approx(wall, rel=1e-12)
    np.testing.assert_allclose(potential(np.array([-0.3])), potential(np.array([0.3])), rtol=1e-12)
    room = 0.2 * np.exp(-wall / 2)  # the wall is as near to a pole
    for place in (0.0, half_height / 2, half_height - room):
        patch = Chebyshev.interpolate(potential, 14, domain=[place - room, place + room])
        assert patch.deriv(2)(place) == pytest.approx(np.sinh(patch(place)), rel=1e-6, abs=1e-8)


def test_layers_that_do_not_meet_are_gouys_and_chapmans() -> None:
    """tanh(φ/4) = tanh(ζ/4) e^(−distance), where the other wall is twenty of Debye's lengths away."""
    away = np.linspace(0.0, 4.0, 9)
    found = potential_between_walls(4.0, 20.0)(20.0 - away)
    np.testing.assert_allclose(np.tanh(found / 4), np.tanh(1.0) * np.exp(-away), rtol=1e-10)


def test_a_weak_potential_is_debyes_and_hueckels() -> None:
    """cosh(y)/cosh(h), but for cubes of the potential."""
    y = np.linspace(0.0, 3.0, 9)
    np.testing.assert_allclose(potential_between_walls(0.01, 3.0)(y), 0.01 * np.cosh(y) / np.cosh(3.0), rtol=1e-4)


def test_the_other_sign_flows_the_other_way() -> None:
    """ζ and −ζ make opposite flows; its rate is the integral over the slit, its middle as fast as the quantity says."""
    glass, other = electro_osmosis(), electro_osmosis(zeta=Q("50 mV"))
    y = np.linspace(0.0, 50e-9, 9)[:, None]
    np.testing.assert_allclose(glass.exact(y)["u"], -other.exact(y)["u"], rtol=1e-14)
    velocity = Chebyshev.interpolate(lambda place: glass.exact(place[:, None])["u"], 60, domain=[0.0, 50e-9])
    whole = velocity.integ()
    assert glass.quantities[1].reference.m_as("m^2/s") == pytest.approx(2 * (whole(50e-9) - whole(0.0)), rel=1e-11)
    assert velocity(0.0) == pytest.approx(
        float(glass.quantities[0].reference.magnitude) * 695e-12 * 0.05 * 1e4 / 0.89e-3, rel=1e-12
    )
    assert glass.quantities[0].reference == other.quantities[0].reference


def test_narrow_slits_are_slow() -> None:
    """The plug is as fast as Helmholtz and Smoluchowski say only where the layers do not meet."""
    shares = [float(electro_osmosis(half_height=Q(h, "nm")).quantities[0].reference.magnitude) for h in (10, 30, 150)]
    assert shares[0] < 0.5 < 0.9 < shares[1] < 0.99 < 0.999 < shares[2] < 1.0


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda: electro_osmosis(zeta=Q("200 mV")), ProblemError, "F/RT = 7.78.*: .* up to 6, since .* ions crowd"),
        (lambda: electro_osmosis(zeta=Q("0 mV")), ProblemError, r"\|zeta\|·F/RT = 0: expected a value above 0.01"),
        (lambda: electro_osmosis(zeta=Q("1 V/m")), UnitsError, "zeta = 1 V/m: expected a quantity in V"),
        (lambda: electro_osmosis(half_height=Q("1 um")), ProblemError, "Debye's length = 103.956: .* up to 20, since"),
        (lambda: electro_osmosis(half_height=Q("1 nm")), ProblemError, "above 0.5 and up to 20, since"),
        (lambda: electro_osmosis(concentration=Q("0 mol/m^3")), ProblemError, "without ions there is no layer"),
        (lambda: electro_osmosis(permittivity=Q("-1 pF/m")), ProblemError, "like charges repel each other"),
        (lambda: electro_osmosis(viscosity=Q("0 Pa*s")), ProblemError, "without friction nothing holds the water"),
        (lambda: electro_osmosis(temperature=Q("0 K")), ProblemError, "ions that do not move about"),
        (lambda: electro_osmosis(electric_field=Q("0 V/m")), ProblemError, "the field would vanish everywhere"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """In words that say what is valid, and why."""
    with pytest.raises(kind, match=words):
        make()
