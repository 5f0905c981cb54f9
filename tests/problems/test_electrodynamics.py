"""The mode of a cavity: energy goes to and fro and is kept, no magnetic charge, the speed of light, refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pinnln.problems import maxwell_cavity_mode
from pinnln.units import ProblemError, Q, UnitsError

MU, EPS = 1.25663706127e-6, 8.8541878188e-12


def test_energy_is_electric_then_magnetic_and_always_the_same() -> None:
    """Means over the box by the midpoint rule, exact for waves: E alone at the start, H alone after a quarter."""
    benchmark = maxwell_cavity_mode(across=2, up=3)
    period = benchmark.problem.coordinates[2].high
    x, y = (grid.ravel() for grid in np.meshgrid((np.arange(16) + 0.5) / 160, (np.arange(16) + 0.5) / 200))
    for share, electric_share in ((0.0, 1.0), (0.1, np.cos(0.2 * np.pi) ** 2), (0.25, 0.0), (1.0, 1.0)):
        fields = benchmark.exact(np.stack([x, y, np.full_like(x, share * period)], 1))
        electric = EPS / 2 * (fields["E"] ** 2).mean()
        magnetic = MU / 2 * (fields["Hx"] ** 2 + fields["Hy"] ** 2).mean()
        whole = benchmark.quantities[1].reference.m_as("J/m^3")
        assert electric + magnetic == pytest.approx(whole, rel=1e-9)
        assert electric == pytest.approx(electric_share * whole, rel=1e-9, abs=1e-12 * whole)


def test_the_fields_obey_maxwell() -> None:
    """Faraday's and Ampère's laws by complex steps, no magnetic charge, no field along the metal."""
    benchmark = maxwell_cavity_mode(length=Q("3 in"), across=1, up=2)
    ends = np.array([item.high for item in benchmark.problem.coordinates])
    points = ends * np.random.default_rng(0).random((30, 3))

    def slope(name: str, axis: int) -> np.ndarray:
        return benchmark.exact(points + 1e-30j * np.eye(3)[axis])[name].imag / 1e-30

    largest = np.abs(slope("E", 1)).max()
    np.testing.assert_allclose(MU * slope("Hx", 2), -slope("E", 1), atol=1e-9 * largest)
    np.testing.assert_allclose(MU * slope("Hy", 2), slope("E", 0), atol=1e-9 * largest)
    curl = slope("Hy", 0) - slope("Hx", 1)
    np.testing.assert_allclose(EPS * slope("E", 2), curl, atol=1e-9 * np.abs(curl).max())
    np.testing.assert_allclose(slope("Hx", 0) + slope("Hy", 1), 0, atol=1e-12 * np.abs(curl).max())
    for axis, end in ((0, 0.0), (0, ends[0]), (1, 0.0), (1, ends[1])):
        wall = points.copy()
        wall[:, axis] = end
        fields = benchmark.exact(wall)
        np.testing.assert_allclose(fields["E"], 0, atol=1e-11)
        np.testing.assert_allclose(fields["Hx" if axis == 0 else "Hy"], 0, atol=1e-14)


def test_light_goes_along_the_diagonal_of_a_square_once_a_period() -> None:
    """In a square box of side a, f = c/(√2 a): 2.998 GHz in 7.07 cm."""
    square = maxwell_cavity_mode(length=Q("7.0710678118654752 cm"), width=Q("7.0710678118654752 cm"))
    assert square.quantities[0].reference.m_as("GHz") == pytest.approx(2.99792458, rel=1e-9)


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: maxwell_cavity_mode(up=0), ProblemError, "up = 0: expected a whole number from 1, since the field would"),
    (lambda: maxwell_cavity_mode(periods=-1.0), ProblemError, "periods = -1: expected a value above 0"),
    (lambda: maxwell_cavity_mode(amplitude=Q("1 V")), UnitsError, "amplitude = 1 V: expected a quantity in V/m"),
    (lambda: maxwell_cavity_mode(width=Q("0 m")), ProblemError, "width = 0 m: expected a value above 0 m"),
]


@pytest.mark.parametrize(("make", "kind", "words"), REFUSED, ids=[words[:30] for _, _, words in REFUSED])
def test_what_makes_no_cavity_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """In words that name the argument, what it was, and why."""
    with pytest.raises(kind, match=words):
        make()
