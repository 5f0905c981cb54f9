"""Problems, ways, optimisers and seeds, every one with every other, each run with the same seconds of training."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import product
from typing import Any

import torch

from pinnln.benchmark import Benchmark
from pinnln.formulation import Formulation
from pinnln.hindsight import errors_along, field_errors
from pinnln.objective import Progress
from pinnln.optimizers import AbstractOptimizer, TrainingError
from pinnln.plain_numbers import number, short
from pinnln.solution import Solution
from pinnln.solver import train
from pinnln.time_budget import require_budget, within
from pinnln.trail import Trail
from pinnln.units import PinnlnError
from pinnln.ways import Way, handle

_AT_ONCE = 1e-3
"""Seconds that are over at the first step."""


@dataclass(frozen=True)
class Case:
    """One run of a study, by names: problem, way, optimiser, seed.

    >>> Case("joule_heating", "nondimensional+layer-norm", "adam", 0).name
    'joule_heating-nondimensional-layer-norm-adam-0'
    """

    problem: str
    way: str
    optimizer: str
    seed: int

    @property
    def name(self) -> str:
        """A name that files may have."""
        return "-".join([self.problem, handle(self.way), handle(self.optimizer), str(self.seed)])


@dataclass(frozen=True)
class Settings:
    """What all runs of a study have in common: budget, seconds of training of each; threads of each.

    Seconds are the processor's where a run has one thread, so that nothing else on the machine takes from them.

    Raises: ValueError for a budget that is not finite and above zero, or for less than one thread.
    """

    budget: float
    threads: int = 1

    def __post_init__(self) -> None:
        require_budget(self.budget)
        if self.threads < 1:
            raise ValueError(f"expected at least one thread, found {self.threads}")

    @property
    def clock(self) -> Callable[[], float]:
        """What counts the seconds: threads that wait for each other use the processor as well, and count none."""
        return time.process_time if self.threads == 1 else time.perf_counter


@dataclass(frozen=True)
class Moment:
    """Where a run stood at some second of its training: the optimiser at work, its loss, the largest relative L2 error
    of a field."""

    phase: str
    seconds: float
    loss: float
    error: float


@dataclass(frozen=True)
class Run:
    """One case, run.

    Attributes: title of the problem; unsafe, whether the way brings unlike residuals together; settings; about,
    network, points, training and versions, in words; status, that of a Report, or "failed" where an equation was not
    finite, or "refused"; message; startup, seconds before the first step; seconds of training; steps; fields and
    quantities, relative errors at the end, by name; history.
    """

    problem: str
    way: str
    optimizer: str
    seed: int
    title: str
    unsafe: bool
    settings: Mapping[str, Any]
    about: Mapping[str, str]
    status: str
    message: str
    startup: float = 0.0
    seconds: float = 0.0
    steps: int = 0
    fields: Mapping[str, float] = field(default_factory=dict)
    quantities: Mapping[str, float] = field(default_factory=dict)
    history: tuple[Moment, ...] = ()

    @property
    def error(self) -> float:
        """The largest relative L2 error of a field at the end, infinite if there is none."""
        return self.history[-1].error if self.history else math.inf

    def as_dict(self) -> dict[str, Any]:
        """Plain data; moments as [phase, seconds, loss, error], with null for what is not finite."""
        moments = [[item.phase, short(item.seconds), short(item.loss), short(item.error)] for item in self.history]
        fields, quantities = (
            {name: short(item) for name, item in found.items()} for found in (self.fields, self.quantities)
        )
        spent = {"startup": short(self.startup), "seconds": short(self.seconds)}
        return {**asdict(self), **spent, "fields": fields, "quantities": quantities, "history": moments}

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Run:
        """The run that `as_dict` told; what was not finite is infinite."""
        moments = tuple(
            Moment(phase, seconds, number(loss), number(error)) for phase, seconds, loss, error in found["history"]
        )
        errors = {kind: {name: number(item) for name, item in found[kind].items()} for kind in ("fields", "quantities")}
        return cls(**{**found, **errors, "history": moments})


def cases(problems: Sequence[str], ways: Sequence[str], optimizers: Sequence[str], seeds: Sequence[int]) -> list[Case]:
    """Every problem in every way with every optimiser and every seed, first seeds first, so that an interrupted study
    has something to say of everything.

    Raises: ValueError for none of one kind, and for two cases whose files would have one name.

    >>> [case.name for case in cases(["poisson"], ["raw"], ["adam", "lm"], [0])]
    ['poisson-raw-adam-0', 'poisson-raw-lm-0']
    """
    found = [
        Case(problem, way, optimizer, seed)
        for seed, problem, way, optimizer in product(seeds, problems, ways, optimizers)
    ]
    if not found:
        counts = f"{len(problems)}, {len(ways)}, {len(optimizers)} and {len(seeds)}"
        raise ValueError(f"expected at least one problem, way, optimiser and seed, found {counts}")
    names = [case.name for case in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"two runs would be called {twice!r}: name every problem, way and optimiser once")
    return found


def run_case(
    case: Case, benchmark: Benchmark, way: Way, optimizers: Sequence[AbstractOptimizer], settings: Settings
) -> Run:
    """One run: trained until its seconds are over, then asked for its errors.

    The optimisers share the seconds equally. A first training of one step, which is thrown away, loads what no clock
    should count. Whatever the library refuses is a run that says so.
    """
    clock = settings.clock
    begun = clock()
    trail, seen = Trail(), _Last()

    def watch(progress: Progress) -> None:
        seen.progress = progress
        trail.pass_by(progress.optimizer, progress.seconds, progress.theta, progress.loss)

    made = partial(
        Run, case.problem, case.way, case.optimizer, case.seed, benchmark.title, way.unsafe, asdict(settings),
        _about(benchmark, way, optimizers, settings),
    )  # fmt: skip
    try:
        formulation = way.formulate(benchmark.problem, benchmark.problem.scales(benchmark.scales).yardsticks)
        trained = partial(_trained, case, benchmark, way, formulation, clock)
        trained(within(optimizers, _AT_ONCE, clock), [])
        solution = trained(within(optimizers, settings.budget, clock), [watch])
    except (PinnlnError, ValueError) as error:
        return made("failed" if isinstance(error, TrainingError) else "refused", str(error))
    report = solution.report
    startup = clock() - begun - report.seconds
    phase, seconds = seen.stood(min(report.seconds, settings.budget))
    trail.end(phase, seconds, solution.theta, report.objective)
    errors = errors_along(benchmark, formulation, trail.kept)
    history = tuple(
        Moment(item.phase, item.seconds, item.loss, error) for item, error in zip(trail.kept, errors, strict=True)
    )
    fields = field_errors(benchmark, solution)
    quantities = {item.name: item.error(solution) for item in benchmark.quantities}
    return made(report.status, report.message, startup, seconds, report.steps, fields, quantities, history)


def _trained(
    case: Case,
    benchmark: Benchmark,
    way: Way,
    formulation: Formulation,
    clock: Callable[[], float],
    optimizers: Sequence[AbstractOptimizer],
    monitors: Sequence[Callable[[Progress], None]],
) -> Solution:
    problem, network, sampling = benchmark.problem, benchmark.network, benchmark.sampling
    conditioning, seed = way.conditioning, case.seed
    return train(problem, formulation, network, conditioning, optimizers, sampling, seed, monitors, clock=clock)


class _Last:
    """The last progress of a training."""

    def __init__(self) -> None:
        self.progress: Progress | None = None

    def stood(self, spent: float) -> tuple[str, float]:
        """The optimiser at work and the second; all that was spent where not one step was seen."""
        return ("", spent) if self.progress is None else (self.progress.optimizer, self.progress.seconds)


def _about(
    benchmark: Benchmark, way: Way, optimizers: Sequence[AbstractOptimizer], settings: Settings
) -> dict[str, str]:
    share = settings.budget / max(1, len(optimizers))
    return {
        "network": str(benchmark.network),
        "sampling": str(benchmark.sampling),
        "way": way.about,
        "training": ", then ".join(f"{type(item).__name__} for {share:g} s" for item in optimizers),
        "torch": torch.__version__,
        "threads": str(torch.get_num_threads()),
    }
