"""Hartmann's flow: what the formula is for any magnet and any walls, and where it is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.polynomial import Chebyshev

from pinnln.problems import hartmann_flow
from pinnln.units import ProblemError, Q, UnitsError

HALF_WIDTH, GRADIENT, VISCOSITY, CONDUCTIVITY, PERMEABILITY = 0.01, 2.0, 1.95e-3, 3.86e6, 4e-7 * np.pi


def curve(name: str, hartmann: float = 10.0, conductance: float = 0.0) -> Chebyshev:
    """A field over y, as a polynomial that is it to round-off."""
    exact = hartmann_flow(hartmann=hartmann, wall_conductance=conductance).exact
    return Chebyshev.interpolate(lambda y: exact(y[:, None])[name], int(16 + hartmann), domain=[0.0, HALF_WIDTH])


@settings(max_examples=8, deadline=None)
@given(st.floats(1.0, 50.0), st.one_of(st.just(0.0), st.floats(1e-3, 1e3)))
def test_it_is_in_balance_and_its_walls_conduct_as_stated(hartmann: float, conductance: float) -> None:
    """Friction, the force on the current and the pressure cancel; Ohm's law holds, and the condition at the wall."""
    u, B = (curve(name, hartmann, conductance) for name in ("u", "B"))
    magnet = hartmann / HALF_WIDTH * (VISCOSITY / CONDUCTIVITY) ** 0.5
    y = np.linspace(0.0, HALF_WIDTH, 21)
    forces = VISCOSITY * u.deriv(2)(y) + magnet * B.deriv(1)(y) / PERMEABILITY + GRADIENT
    assert np.abs(forces).max() < 1e-6 * max(GRADIENT, np.abs(VISCOSITY * u.deriv(2)(y)).max())
    motion = magnet * u.deriv(1)(y)
    assert np.abs(B.deriv(2)(y) / CONDUCTIVITY / PERMEABILITY + motion).max() < 1e-6 * np.abs(motion).max()
    left = B(HALF_WIDTH) + conductance * HALF_WIDTH * B.deriv(1)(HALF_WIDTH)
    assert abs(left) < 1e-8 * (1 + conductance) * PERMEABILITY * GRADIENT * HALF_WIDTH / magnet


def test_without_a_magnet_it_is_poiseuille_flow() -> None:
    """At Ha = 0.1 the velocity in the middle is Ga²/(2μ) but for Ha² terms."""
    found = hartmann_flow(hartmann=0.11).exact(np.zeros((1, 1)))["u"][0]
    assert found == pytest.approx(GRADIENT * HALF_WIDTH**2 / (2 * VISCOSITY), rel=2e-3)


def test_between_perfect_conductors_it_is_the_formula_of_the_textbooks() -> None:
    """u = G/(σB₀²) (1 − cosh(Ha y/a)/cosh Ha), which lets a current flow that insulating walls stop."""
    y = np.linspace(0.0, HALF_WIDTH, 9)
    found = hartmann_flow(wall_conductance=1e12).exact(y[:, None])["u"]
    drag = VISCOSITY * (10.0 / HALF_WIDTH) ** 2
    np.testing.assert_allclose(found, GRADIENT / drag * (1 - np.cosh(10 * y / HALF_WIDTH) / np.cosh(10)), rtol=1e-9)
    assert hartmann_flow().quantities[0].reference > 9 * hartmann_flow(wall_conductance=1e12).quantities[0].reference


def test_insulating_walls_bear_the_whole_pressure() -> None:
    """No net current, so no net force of the magnet: the shear stress is Ga; the flow rate is the integral of u."""
    flow, stress = hartmann_flow().quantities
    assert stress.reference.m_as("Pa") == pytest.approx(GRADIENT * HALF_WIDTH, rel=1e-12)
    whole = curve("u").integ()
    assert flow.reference.m_as("m^2/s") == pytest.approx(2 * (whole(HALF_WIDTH) - whole(0.0)), rel=1e-12)


def test_conducting_walls_are_a_condition_of_their_own() -> None:
    """B + Ca ∂B/∂n = 0 at the wall; insulating ones have B = 0."""
    kinds = [type(condition).__name__ for condition in hartmann_flow(wall_conductance=0.1).problem.conditions]
    assert "Robin" in kinds
    assert hartmann_flow().problem.dimensionless(hartmann_flow().scales).groups["Ha"] == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda: hartmann_flow(hartmann=0.0), ProblemError, "hartmann = 0: .* above 0.1 and up to 50, since .* magnet"),
        (lambda: hartmann_flow(hartmann=80.0), ProblemError, "up to 50, since .* thinner than a/50"),
        (lambda: hartmann_flow(half_width=Q("-1 cm")), ProblemError, "half_width = -1 cm: expected a value above 0 m"),
        (lambda: hartmann_flow(viscosity=Q("0 Pa*s")), ProblemError, "viscosity = .* made by friction"),
        (lambda: hartmann_flow(conductivity=Q("0 S/m")), ProblemError, "conductivity = .* held back by a magnet"),
        (lambda: hartmann_flow(conductivity=Q("1 W/m/K")), UnitsError, "expected a quantity in S/m"),
        (lambda: hartmann_flow(wall_conductance=-0.1), ProblemError, "wall_conductance = -0.1: .* insulates and has"),
        (lambda: hartmann_flow(pressure_gradient=Q("0 Pa/m")), ProblemError, "the field would vanish everywhere"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """In words that say what is valid, and why."""
    with pytest.raises(kind, match=words):
        make()
