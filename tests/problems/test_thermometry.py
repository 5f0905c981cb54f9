"""Thermometers that are read with errors: training is as wise as the formula that made the readings."""

from __future__ import annotations

from math import pi

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.special import ndtri

from pinnln import Benchmark, ProblemError, solve
from pinnln.measurements import Measurements
from pinnln.problems import diffusivity_from_temperatures
from pinnln.units import Q


def readings(benchmark: Benchmark) -> Measurements:
    """What the thermometers say."""
    needs = [need for condition in benchmark.problem.conditions for need in condition.requirements]
    (measured,) = (need.measured for need in needs if need.measured is not None)
    return measured


def fit(benchmark: Benchmark) -> tuple[float, float, float]:
    """The diffusivity [cm²/s] by least squares on the formula, and its 95 % interval in the logarithm."""
    measured = readings(benchmark)
    x, t = measured.places.values()
    assert measured.sigma is not None

    def misfit(logs: np.ndarray) -> np.ndarray:
        left = np.exp(-(pi**2) * 1e-4 * np.exp(logs[0]) * t / 0.1**2)
        return np.asarray((293.15 + 80 * left * np.sin(pi * x / 0.1) - measured.values) / measured.sigma)

    found = least_squares(misfit, [0.0], xtol=1e-12)
    width = float(ndtri(0.975) / np.sqrt((found.jac**2).sum()))
    (middle,) = found.x
    return tuple(np.exp([middle, middle - width, middle + width]).tolist())


@pytest.mark.parametrize("seed", [0, 4])
def test_training_is_as_wise_as_the_formula(seed: int) -> None:
    """The answer and both ends of its interval, to a tenth of the interval; its seed is that of the readings."""
    benchmark = diffusivity_from_temperatures(seed=seed)
    solution = solve(
        benchmark.problem,
        benchmark.scales,
        network=benchmark.network,
        sampling=benchmark.sampling,
        optimizer=benchmark.optimizers(),
        show=False,
    )
    (unknown,), middle_low_high = benchmark.problem.unknowns, fit(benchmark)
    ends = [end.m_as("cm^2/s") for end in solution.interval(unknown)]
    assert benchmark.quantities[0].value(solution) == solution.unknowns["alpha"].m_as("cm^2/s")
    assert [benchmark.quantities[0].value(solution), *ends] == pytest.approx(middle_low_high, abs=1.5e-3)


def test_the_interval_of_the_formula_holds_what_it_promises() -> None:
    """Over forty sets of readings the diffusivity they were made with lies in it 37 times, of 38 to be expected."""
    inside = 0
    for seed in range(40):
        _, low, high = fit(diffusivity_from_temperatures(seed=seed))
        inside += low < 1.11 < high
    assert inside == 37


def test_the_errors_of_the_readings_are_those_that_are_stated() -> None:
    """Normal, of the size of the noise, other ones for another seed; none without noise to speak of."""
    many, other = (readings(diffusivity_from_temperatures(readings=4000, seed=seed)) for seed in (0, 1))
    quiet = readings(diffusivity_from_temperatures(readings=4000, noise=Q(1e-6, "delta_degC")))
    errors = many.values - quiet.values
    assert errors.std() == pytest.approx(1.0, abs=0.05)
    assert errors.mean() == pytest.approx(0.0, abs=0.05)
    assert (np.abs(errors) < 1.96).mean() == pytest.approx(0.95, abs=0.01)
    assert not np.array_equal(many.values, other.values)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"noise": Q(0, "delta_degC")}, "noise = 0 .*: expected a value above 0 .*, since no thermometer is exact"),
        ({"readings": 0}, "readings = 0: expected a whole number from 1, since nothing is told"),
        ({"guess": Q("-1 cm^2/s")}, "guess = -1 cm²/s: expected a value above 0 m²/s, since heat flows"),
    ],
)
def test_what_makes_no_sense_is_refused(changed: dict[str, object], words: str) -> None:
    """A thermometer without error, no thermometer, and heat that flows to where it is warm."""
    with pytest.raises(ProblemError, match=words):
        diffusivity_from_temperatures(**changed)  # type: ignore[arg-type]  # one of them at a time
