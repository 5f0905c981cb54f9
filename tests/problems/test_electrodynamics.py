"""The mode of a cavity: energy goes to and fro and is kept, no magnetic charge, the speed of light, refusals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pinnln import Benchmark
from pinnln.problems import maxwell_cavity_mode
from pinnln.units import Expression, Face, ProblemError, Q, Quantity, UnitsError, dimension_of
from pinnln.units.program import NUMPY, Partial, Program

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


class _Answering:
    """Answers as a Solution does when it is asked for means over the box, from the reference by complex steps."""

    def __init__(self, benchmark: Benchmark) -> None:
        self.benchmark = benchmark

    def mean(self, expression: Expression, on: Face) -> Quantity:
        """By the midpoint rule, exact for waves of less than thirty nodes."""
        ends = [item.high for item in self.benchmark.problem.coordinates]
        grid = np.meshgrid(*((np.arange(32) + 0.5) / 32 * end for end in ends[:2]))
        points = np.stack([*(part.ravel() for part in grid), np.full(32**2, ends[2])], axis=1)
        program = Program([expression])
        values = [self._partial(leaf, points) for leaf in program.leaves if isinstance(leaf, Partial)]
        unit = dimension_of(expression).unit
        return Q(float(np.mean(program.run(values, NUMPY)[0])), unit)

    def _partial(self, leaf: Partial, points: np.ndarray) -> np.ndarray:
        if not any(leaf.orders):
            return self.benchmark.exact(points)[leaf.field.name]
        return self.benchmark.exact(points + 1e-30j * np.array(leaf.orders))[leaf.field.name].imag / 1e-30


@pytest.mark.parametrize("periods", [0.25, 0.3, 0.5, 0.75, 1.0, 12.25])
def test_the_frequency_is_heard_at_any_time(periods: float) -> None:
    """Also a quarter of a period after the start, where the electric field is zero and no quotient of it is left."""
    for quantity in maxwell_cavity_mode(up=2, periods=periods).quantities:
        assert quantity.error(_Answering(maxwell_cavity_mode(up=2, periods=periods))) < 1e-9  # type: ignore[arg-type]


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: maxwell_cavity_mode(up=0), ProblemError, "up = 0: expected a whole number from 1, since the field would"),
    (lambda: maxwell_cavity_mode(periods=-1.0), ProblemError, "periods = -1: expected a value above 0"),
    (lambda: maxwell_cavity_mode(periods=1e5), ProblemError, "periods = 100000: .* up to 1000, since the phase"),
    (
        lambda: maxwell_cavity_mode(across=10**30),
        ProblemError,
        "across = 1e.30: expected a whole number from 1 to 1000,",
    ),
    (lambda: maxwell_cavity_mode(amplitude=Q("1 V")), UnitsError, "amplitude = 1 V: expected a quantity in V/m"),
    (lambda: maxwell_cavity_mode(width=Q("0 m")), ProblemError, "width = 0 m: expected a value above 0 m"),
]


@pytest.mark.parametrize(("make", "kind", "words"), REFUSED, ids=[words[:30] for _, _, words in REFUSED])
def test_what_makes_no_cavity_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """In words that name the argument, what it was, and why."""
    with pytest.raises(kind, match=words):
        make()
