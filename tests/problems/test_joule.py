"""A plate whose current heats it: the law of Kohlrausch, what is conserved, and where it is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from pinnln.problems import joule_heating_2d
from pinnln.units import ProblemError, Q, UnitsError

LENGTH, WIDTH, CONDUCTIVITY, HEAT_CONDUCTIVITY, AMBIENT = 0.05, 0.04, 5.9e7, 400.0, 293.15


def slope(exact: Callable[[np.ndarray], dict[str, np.ndarray]], name: str, axis: int, points: np.ndarray) -> np.ndarray:
    """A first derivative of an analytic formula, by a step into the complex plane: exact."""
    return np.asarray(exact(points + 1e-30j * np.eye(2)[axis])[name].imag / 1e-30)


@settings(max_examples=5, deadline=None)
@given(st.floats(10.0, 160.0), st.floats(0.05, 0.5))
def test_charge_and_heat_are_conserved(millivolts: float, crowding: float) -> None:
    """∇·(σ∇φ) = 0 and kΔT + σ|∇φ|² = 0, slopes exact, their slopes by differences of the fourth order."""
    exact = joule_heating_2d(voltage=Q(millivolts, "mV"), crowding=crowding).exact
    points = np.random.default_rng(0).uniform(0.1, 0.9, (10, 2)) * [LENGTH, WIDTH]

    def along(axis: int, flux: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        step = 1e-4 * np.eye(2)[axis]
        near, far = (flux(points + n * step) - flux(points - n * step) for n in (1, 2))
        return np.asarray((8 * near - far) / 12e-4)

    def current(axis: int) -> Callable[[np.ndarray], np.ndarray]:
        return lambda at: CONDUCTIVITY * AMBIENT / exact(at)["T"] * slope(exact, "phi", axis, at)

    source = sum(current(axis)(points) * slope(exact, "phi", axis, points) for axis in (0, 1))
    heat = sum(along(axis, lambda at, n=axis: HEAT_CONDUCTIVITY * slope(exact, "T", n, at)) for axis in (0, 1))
    assert np.abs(heat + source).max() < 1e-7 * np.abs(source).max()
    parts = [along(axis, current(axis)) for axis in (0, 1)]
    assert np.abs(parts[0] + parts[1]).max() < 1e-7 * np.abs(current(0)(points)).max() / WIDTH


def test_every_potential_has_its_temperature() -> None:
    """σ₀T₀φ² + kT² is the same everywhere; at the corner where the current enters stand V and T₀."""
    exact = joule_heating_2d().exact
    found = exact(np.random.default_rng(0).random((20, 2)) * [LENGTH, WIDTH])
    sum_of_squares = CONDUCTIVITY * AMBIENT * found["phi"] ** 2 + HEAT_CONDUCTIVITY * found["T"] ** 2
    np.testing.assert_allclose(sum_of_squares, sum_of_squares[0], rtol=1e-13)
    corner = exact(np.array([[LENGTH, 0.0]]))
    assert (corner["phi"][0], corner["T"][0]) == (pytest.approx(0.075, rel=1e-13), pytest.approx(AMBIENT, rel=1e-13))


def test_the_same_current_passes_every_cross_section() -> None:
    """That of the quantity of interest, however it is crowded; the edges let nothing out."""
    benchmark = joule_heating_2d()
    nodes, weights = np.polynomial.legendre.leggauss(40)
    for x in (0.0, 0.02, LENGTH):
        at = np.stack([np.full(40, x), WIDTH / 2 * (1 + nodes)], axis=1)
        density = CONDUCTIVITY * AMBIENT / benchmark.exact(at)["T"] * slope(benchmark.exact, "phi", 0, at)
        found = WIDTH / 2 * weights @ density
        assert benchmark.quantities[1].reference.m_as("A/m") == pytest.approx(found, rel=1e-12)
    edges = np.array([[0.01, 0.0], [0.04, 0.0], [0.01, WIDTH], [0.04, WIDTH]])
    for name in ("phi", "T"):
        assert np.abs(slope(benchmark.exact, name, 1, edges)).max() < 1e-10 * benchmark.exact(edges)[name].max() / WIDTH


def test_copper_melts_where_contacts_do() -> None:
    """Holm's table of contacts gives 0.43 V across copper at its melting point, 1358 K: here, half of it within 7 %."""
    excess = joule_heating_2d(voltage=Q("0.215 V")).quantities[0].reference
    assert excess.m_as("K") + AMBIENT == pytest.approx(1358, rel=0.07)


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda: joule_heating_2d(voltage=Q("1 V")), ProblemError, "√.σ₀/.kT₀.. = 22.4.*: .* where metals melt"),
        (lambda: joule_heating_2d(voltage=Q("0 V")), ProblemError, "the field would vanish everywhere"),
        (lambda: joule_heating_2d(crowding=0.0), ProblemError, "crowding = 0: .* above 0 and up to 0.5, since at zero"),
        (lambda: joule_heating_2d(crowding=0.8), ProblemError, "crowding = 0.8: .* the current turns back"),
        (lambda: joule_heating_2d(length=Q("1 m")), ProblemError, "length/width = 25: expected .* up to 5, since"),
        (lambda: joule_heating_2d(width=Q("4 s")), UnitsError, "width = 4 s: expected a quantity in m"),
        (lambda: joule_heating_2d(electric_conductivity=Q("0 S/m")), ProblemError, "charge flows down the potential"),
        (lambda: joule_heating_2d(heat_conductivity=Q("-1 W/m/K")), ProblemError, "heat flows from warm to cold"),
        (lambda: joule_heating_2d(ambient=Q("0 K")), ProblemError, "ambient = 0 K: .* nothing is colder"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """In words that say what is valid, and why."""
    with pytest.raises(kind, match=words):
        make()
