"""Four pipes in a block: harmonic, met on sides and rims, all heat accounted for, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pinnln import MLP, Solution
from pinnln.formulation import nondimensional
from pinnln.problems import poisson_with_holes
from pinnln.problems.pipes_reference import pipes_reference
from pinnln.solution import Report
from pinnln.units import ProblemError, Q, UnitsError

CIRCLE = np.exp(2j * np.pi * np.arange(64) / 64)
BLOCKS = [(0.3, 0.1), (0.25, 0.15), (0.36, 0.09), (0.1, 0.08), (0.25, 0.01)]


@pytest.mark.parametrize(("offset", "radius"), BLOCKS)
def test_the_reference_meets_sides_and_rims(offset: float, radius: float) -> None:
    """One on all sides and zero on all rims, between the points of its fit; more multipoles change nothing."""
    found = pipes_reference(offset, radius)
    place = np.linspace(-0.5, 0.5, 77)
    for x, y in ((place, 0 * place + 0.5), (0 * place - 0.5, place), (place, 0 * place - 0.5)):
        np.testing.assert_allclose(found.values(x, y), 1, atol=1e-11)
    for i, j in ((1, 1), (-1, 1), (-1, -1), (1, -1)):
        rim = i * offset + 1j * j * offset + radius * CIRCLE
        np.testing.assert_allclose(found.values(rim.real, rim.imag), 0, atol=1e-11)
    assert found.misfit < 1e-11
    assert found.shape_factor == pytest.approx(pipes_reference(offset, radius, 40).shape_factor, rel=1e-10)


def test_every_value_is_the_mean_of_its_surroundings() -> None:
    """The mean over a circle that touches no pipe is the value at its centre: the temperature is harmonic."""
    benchmark = poisson_with_holes()
    for centre, radius in ((0.0, 0.08), (0.09j, 0.03), (0.1 + 0.05j, 0.008), (0.135 + 0.135j, 0.015)):
        around = centre + radius * CIRCLE
        points = np.stack([around.real, around.imag], 1)
        middle = benchmark.exact(np.array([[np.real(centre), np.imag(centre)]]))["T"][0]
        assert benchmark.exact(points)["T"].mean() == pytest.approx(middle, abs=1e-11)


@pytest.mark.parametrize(("offset", "radius"), BLOCKS)
def test_what_enters_through_the_sides_the_pipes_take(offset: float, radius: float) -> None:
    """∮ ∂u/∂n over four sides, by complex steps, is the strength of the logarithms."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    slope = pipes_reference(offset, radius).values(np.full(60, 0.5 + 1e-30j), nodes / 2 + 0j).imag / 1e-30
    assert pipes_reference(offset, radius).shape_factor == pytest.approx(4 * weights @ slope / 2, rel=1e-10)


def test_no_error_is_asked_inside_the_pipes() -> None:
    """A solution of random parameters is off by as much as it is outside, a finite number; the block in units of its
    side is that of PINNacle."""
    benchmark = poisson_with_holes()
    formulation = nondimensional(benchmark.problem, benchmark.problem.scales(benchmark.scales).yardsticks)
    network = MLP(6, 1)
    theta = network.initialize(formulation.embedding.size, 1, 0)
    solution = Solution(benchmark.problem, formulation, network, theta, Report("budget", "", 0, 0.0, 0.0))
    asked = []

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        asked.append(points)
        return dict(benchmark.exact(points))

    error = type(benchmark)(**{**vars(benchmark), "exact": exact}).field_errors(solution)["T"]
    assert 1e-3 < error < 10
    (points,) = asked
    assert 33**2 - 4 * np.pi * 0.1**2 * 32**2 == pytest.approx(len(points), abs=30)
    assert np.hypot(*(np.abs(points) - 0.09).T).min() >= 0.03


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (
        lambda: poisson_with_holes(offset=Q("12 cm")),
        ProblemError,
        r"radius/\(side/2 − offset\) = 1.5: .* up to 1, since",
    ),
    (
        lambda: poisson_with_holes(offset=Q("3 cm")),
        ProblemError,
        "1.25 radius/offset = 1.25: .* keep half of their radius",
    ),
    (
        lambda: poisson_with_holes(radius=Q("1 mm")),
        ProblemError,
        "radius/side = 0.00333333: .* pipes that are no wires",
    ),
    (lambda: poisson_with_holes(brine=Q(12, "degC")), ProblemError, "size of ground − brine = 0 K: .* would vanish"),
    (lambda: poisson_with_holes(side=Q("1 s")), UnitsError, "side = 1 s: expected a quantity in m"),
]


@pytest.mark.parametrize(("make", "kind", "words"), REFUSED, ids=[words[:30] for _, _, words in REFUSED])
def test_what_makes_no_block_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """In words that name the argument, what it was, and why."""
    with pytest.raises(kind, match=words):
        make()
