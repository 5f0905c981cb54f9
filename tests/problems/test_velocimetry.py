"""Velocities that are read with errors: training is as wise as the linearised equations of the flow they are from."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.polynomial.chebyshev import chebder, chebpts1, chebval

from pinnln import Benchmark, LevenbergMarquardt, ProblemError, Solution, UnitsError, solve
from pinnln.measurements import Measurements
from pinnln.problems import viscosity_from_velocities
from pinnln.units import Q

BENCHMARK = viscosity_from_velocities()
LENGTH, SPEED, DENSITY, REYNOLDS = 0.01, 0.004, 998.0, 998 * 0.004 * 0.01 / 0.001
FADING = REYNOLDS / 2 - np.sqrt(REYNOLDS**2 / 4 + 4 * np.pi**2)


def readings(benchmark: Benchmark) -> list[Measurements]:
    """What the camera says of u and of v."""
    needs = [need.measured for condition in benchmark.problem.conditions for need in condition.requirements]
    return [need for need in needs if need is not None]


def jets(x: np.ndarray, y: np.ndarray, degree: int, waves: int) -> dict[str, np.ndarray]:
    """Chebyshev polynomials in x times waves in y at points (N,), and their derivatives, (N, modes) each; H is one."""
    eye, place = np.eye(degree + 1), (x - 0.25) / 0.75
    along = [chebval(place, chebder(eye, order)).T / 0.75**order for order in range(3)]
    turns = 2 * np.pi * np.arange(waves + 1)
    cos, sin = np.cos(y[:, None] * turns), np.sin(y[:, None] * turns)
    across = [
        np.concatenate([even, odd[:, 1:]], axis=1)
        for even, odd in ((cos, sin), (-turns * sin, turns * cos), (-(turns**2) * cos, -(turns**2) * sin))
    ]
    found = {"": (0, 0), "x": (1, 0), "y": (0, 1), "xx": (2, 0), "yy": (0, 2)}
    return {name: (along[a][:, :, None] * across[b][:, None, :]).reshape(len(x), -1) for name, (a, b) in found.items()}


def linearised(benchmark: Benchmark, degree: int = 12, waves: int = 5) -> tuple[float, float]:
    """How far the readings take the viscosity from the true one, over it, and one standard error of that.

    Least squares of what the noise adds, over all flows near Kovasznay's:  ∇·u' = 0,  u'·∇U + U·∇u' + ∇p' = ν Δu' +
    δν ΔU,  of up to so many waves across a spacing, whatever flows in.
    """
    x, y = (
        axis.ravel()
        for axis in np.meshgrid(0.25 + 0.75 * chebpts1(degree + 4), np.arange(2 * waves + 6) / (2 * waves + 6) - 0.5)
    )
    nu, fade = 1 / REYNOLDS, np.exp(FADING * x)
    c, s, two_pi = fade * np.cos(2 * np.pi * y), fade * np.sin(2 * np.pi * y), 2 * np.pi
    U, V = (1 - c)[:, None], (FADING / two_pi * s)[:, None]
    U_x, U_y, V_x, V_y = (each[:, None] for each in (-FADING * c, two_pi * s, FADING**2 / two_pi * s, FADING * c))
    bent_U, bent_V = -(FADING**2 - two_pi**2) * c, (FADING**2 - two_pi**2) * FADING / two_pi * s
    at = jets(x, y, degree, waves)
    moved = U * at["x"] + V * at["y"] - nu * (at["xx"] + at["yy"])
    q, none = at[""], np.zeros_like(at[""])
    equations = np.block([
        [at["x"], at["y"], none],
        [moved + U_x * q, U_y * q, at["x"]],
        [V_x * q, moved + V_y * q, at["y"]],
    ])  # fmt: skip
    forcing = -nu * np.concatenate([0 * x, bent_U, bent_V])
    rows, noise = [1e6 * equations], []
    for place, seen in enumerate(readings(benchmark)):
        assert seen.sigma is not None
        points = np.stack(list(seen.places.values()), axis=1)
        here = jets(*(points.T / LENGTH), degree, waves)[""]
        rows.append(np.concatenate([here if field == place else 0 * here for field in range(3)], axis=1) * 100)
        noise.append((seen.values - benchmark.exact(points)["uv"[place]]) / seen.sigma)
    moves = np.concatenate(rows)
    own = np.concatenate([1e6 * forcing, np.zeros(len(moves) - len(forcing))])
    misfit = np.concatenate([0 * forcing, *noise])
    basis = np.linalg.qr(np.delete(moves, 2 * q.shape[1], axis=1))[0]  # a constant pressure is none
    for _ in range(2):
        own = own - basis @ (basis.T @ own)
    return float(own @ misfit / (own @ own)), float(1 / np.sqrt(own @ own))


@pytest.fixture(scope="module")
def solution() -> Solution:
    """One training."""
    return solve(
        BENCHMARK.problem,
        BENCHMARK.scales,
        network=BENCHMARK.network,
        sampling=BENCHMARK.sampling,
        optimizer=LevenbergMarquardt(steps=30),
        show=False,
    )


def test_training_is_as_wise_as_the_linearised_equations(solution: Solution) -> None:
    """The viscosity, to half of its standard error, and how sure it is, to a quarter: a network and five waves are not
    the same flows. The true one lies in the interval."""
    (mu,) = BENCHMARK.problem.unknowns
    off, error = linearised(BENCHMARK)
    low, high = (end.m_as("mPa*s") for end in solution.interval(mu))
    assert BENCHMARK.quantities[0].value(solution) == pytest.approx(1 + off, abs=0.5 * error)
    assert np.log(high / low) / 2 == pytest.approx(1.96 * error, rel=0.25)
    assert low < 1 < high


def test_the_pressure_follows_from_the_velocities(solution: Solution) -> None:
    """None was read, and it is found to the percent that the velocities were read to, as is the velocity itself."""
    errors = BENCHMARK.field_errors(solution)
    assert errors["p"] < 0.015
    assert errors["u"] < 0.01 / np.sqrt(5)
    assert BENCHMARK.quantities[1].error(solution) < 0.02


def test_the_linearised_equations_are_resolved() -> None:
    """More polynomials leave the estimate and its error where they are, to a twentieth of that error."""
    off, error = linearised(BENCHMARK, degree=14)
    assert linearised(BENCHMARK) == pytest.approx((off, error), abs=0.05 * error)


def test_the_flow_is_kovasznays() -> None:
    """Its mass is conserved, Bernoulli's sum of pressure and momentum of the mean flow, and eddies fade as λ says."""
    y = (np.arange(64) / 64 - 0.5) * LENGTH
    near, far = (BENCHMARK.exact(np.stack([np.full(64, x), y], axis=1)) for x in (0.0, LENGTH))
    for name, value in (("u", SPEED), ("v", 0.0)):
        assert near[name].mean() == pytest.approx(far[name].mean(), abs=1e-12)
        assert near[name].mean() == pytest.approx(value, abs=1e-12)
    carried = [each["p"].mean() + DENSITY * (each["u"] ** 2).mean() for each in (near, far)]
    assert carried[0] == pytest.approx(carried[1], rel=1e-12)  # the mean flow is not sheared along x
    assert np.log(np.ptp(far["u"]) / np.ptp(near["u"])) == pytest.approx(FADING, rel=1e-12)


def test_the_errors_of_the_readings_are_those_that_are_stated() -> None:
    """Normal, of the size of the noise in both components, which err apart; other ones for another seed."""
    many = viscosity_from_velocities(readings=4000)
    errors = []
    for name, seen in zip("uv", readings(many), strict=True):
        points = np.stack(list(seen.places.values()), axis=1)
        errors.append((seen.values - many.exact(points)[name]) / 4e-5)
    assert [each.std() for each in errors] == pytest.approx([1.0, 1.0], abs=0.05)
    assert [each.mean() for each in errors] == pytest.approx([0.0, 0.0], abs=0.05)
    assert np.corrcoef(errors)[0, 1] == pytest.approx(0.0, abs=0.05)
    other = readings(viscosity_from_velocities(seed=1))[0]
    assert not np.array_equal(readings(BENCHMARK)[0].values, other.values)


@pytest.mark.parametrize(
    ("changed", "kind", "words"),
    [
        ({"viscosity": Q("0 Pa*s")}, ProblemError, "viscosity = 0 Pa·s: expected a value above 0 Pa·s, since layers"),
        ({"guess": Q("1 mm^2/s")}, UnitsError, r"guess = 1 mm²/s: expected a quantity in Pa·s"),
        ({"noise": Q("0 m/s")}, ProblemError, "noise = 0 m/s: expected a value above 0 m/s, since no camera is exact"),
        ({"readings": 0}, ProblemError, "readings = 0: expected a whole number from 1, since nothing is told"),
        ({"speed": Q("1 m/s")}, ProblemError, "Re = 9980: expected a value above 4 and up to 400, since only then"),
        ({"spacing": Q("1 mm"), "speed": Q("1 mm/s")}, ProblemError, "Re = 0.998: expected a value above 4"),
    ],
)
def test_what_makes_no_sense_is_refused(changed: dict[str, object], kind: type[Exception], words: str) -> None:
    """No friction, a viscosity of another kind, a camera without error, nothing read, and eddies that do not fade."""
    with pytest.raises(kind, match=words):
        viscosity_from_velocities(**changed)  # type: ignore[arg-type]  # one or two of them at a time
