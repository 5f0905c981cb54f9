"""A problem of the library solved with its own settings and one seed, and how near that came to its reference."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch

from pinnln.benchmark import Benchmark, QuantityOfInterest
from pinnln.formulation import nondimensional
from pinnln.hindsight import field_errors
from pinnln.plain_numbers import finite, number
from pinnln.solution import Solution, fingerprint
from pinnln.solver import solve

FAILED = "failed"


@dataclass(frozen=True)
class Answer:
    """What a solution answers to a quantity of interest: value and reference in one unit, the relative error."""

    name: str
    unit: str
    value: float
    reference: float
    error: float

    @classmethod
    def of(cls, quantity: QuantityOfInterest, solution: Solution) -> Answer:
        """Asked of a solution; the error is infinite where the reference is zero and the value is not."""
        value, reference = quantity.value(solution), float(quantity.reference.magnitude)
        error = abs(value - reference) / abs(reference) if reference else math.inf if value else 0.0
        error = error if math.isfinite(error) else math.inf
        return cls(quantity.name, f"{quantity.reference.units:~P}", value, reference, error)


@dataclass(frozen=True)
class AccuracyRun:
    """One problem with one seed.

    Attributes: about, what was run, in words, with a digest of the dimensionless problem; status and message, how it
    ended, "failed" with the reason if it did not; errors of all fields; answers to the quantities of interest; steps;
    seconds from the statement to the solution by the clock on the wall, and of the processor.
    """

    problem: str
    title: str
    seed: int
    settings: Mapping[str, Any]
    about: Mapping[str, str]
    status: str
    message: str
    errors: Mapping[str, float]
    answers: tuple[Answer, ...]
    steps: int
    seconds: float
    processor: float

    @property
    def largest(self) -> float:
        """The largest error of a field, infinite if the run failed."""
        return max(self.errors.values(), default=math.inf)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, null for what is not finite."""
        found: dict[str, Any] = finite(asdict(self))
        return found

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> AccuracyRun:
        """The run that `as_dict` told; an error that was not finite is infinite."""
        errors = {name: number(error) for name, error in found["errors"].items()}
        answers = tuple(
            Answer(**{**item, **{key: number(item[key]) for key in ("value", "reference", "error")}})
            for item in found["answers"]
        )
        return cls(**{**found, "errors": errors, "answers": answers})


def about(benchmark: Benchmark) -> dict[str, str]:
    """What is run, in words, and a digest of the dimensionless problem: a run of other settings is another run."""
    formulation = nondimensional(benchmark.problem, benchmark.problem.scales(benchmark.scales).yardsticks)
    conditioning = {} if benchmark.conditioning is None else {"conditioning": str(benchmark.conditioning)}
    return {
        **conditioning,
        **benchmark.settings,
        "problem": fingerprint(formulation),
        "torch": torch.__version__,
    }


def run_accuracy(benchmark: Benchmark, seed: int, settings: Mapping[str, Any]) -> AccuracyRun:
    """Solves a problem with its own network, points, windows and steps, and asks for fields and quantities.

    What goes wrong in a training or in a question is a run that failed, with what was said.
    """
    begun, spent = time.perf_counter(), time.process_time()
    words = about(benchmark)
    try:
        solution = solve(
            benchmark.problem,
            benchmark.scales,
            network=benchmark.network,
            conditioning=benchmark.conditioning,
            sampling=benchmark.sampling,
            windows=benchmark.windows,
            optimizer=benchmark.optimizers(),
            seed=seed,
            show=False,
        )
        seconds, processor = time.perf_counter() - begun, time.process_time() - spent
        errors = field_errors(benchmark, solution)
        answers = tuple(Answer.of(item, solution) for item in benchmark.quantities)
    except (ArithmeticError, ValueError, RuntimeError, MemoryError) as error:
        seconds, processor = time.perf_counter() - begun, time.process_time() - spent
        why = f"{type(error).__name__}: {error}"
        return AccuracyRun(
            benchmark.name, benchmark.title, seed, settings, words, FAILED, why, {}, (), 0, seconds, processor
        )
    report = solution.report
    return AccuracyRun(
        benchmark.name, benchmark.title, seed, settings, words, report.status, report.message, errors, answers,
        report.steps, seconds, processor,
    )  # fmt: skip
