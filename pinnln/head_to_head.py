"""One problem, two solvers: a run of pinnln or of DeepXDE with its error along time, and what an Adam step takes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.metadata import version
from typing import Any

import torch

from pinnln.benchmark import FIELDS, Benchmark
from pinnln.conditioning import MeanSquare
from pinnln.deepxde_model import deepxde, deepxde_model, loss_weights
from pinnln.deepxde_training import Schedule, train_deepxde
from pinnln.formulation import Formulation, nondimensional
from pinnln.hindsight import errors_along, largest_field_error
from pinnln.objective import Progress
from pinnln.optimizers import TrainingError
from pinnln.perceptron import MLP
from pinnln.plain_numbers import number, short
from pinnln.residual_objective import ResidualObjective
from pinnln.solution import Solution
from pinnln.solver import train_in_windows
from pinnln.timing import timed
from pinnln.trail import Trail
from pinnln.windows import Windows, breaks_of

_STEP_NETWORK = MLP(width=20, depth=3)


def first_quantity_error(benchmark: Benchmark, solution: Solution) -> float:
    """The relative error of the first quantity of interest."""
    return benchmark.quantities[0].error(solution)


@dataclass(frozen=True)
class Case:
    """A problem of the library with its arguments, and the error by which solvers are measured on it.

    Args: problem, its name in the catalogue; arguments; error, of a solution; measure, what that error is, in words.
    """

    problem: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    error: Callable[[Benchmark, Solution], float] = largest_field_error
    measure: str = FIELDS


def _convection(rayleigh: float) -> Case:
    return Case(
        "natural_convection", {"rayleigh": rayleigh}, first_quantity_error, "relative error of the mean Nusselt number"
    )


SUITE: Mapping[str, Case] = {
    **{
        name: Case(name)
        for name in ("poisson", "copper_bar", "helmholtz", "burgers", "wave", "advection", "allen_cahn", "kovasznay")
    },
    "natural_convection_1e3": _convection(1e3),
    "natural_convection_1e4": _convection(1e4),
    "natural_convection_1e5": _convection(1e5),
}
"""The cases of the bench, by name."""


@dataclass(frozen=True)
class Settings:
    """What all runs of a bench have in common: threads of each, budget [s] of training, iterations of DeepXDE and the
    learning rate of its Adam.

    Raises: ValueError for what a Schedule refuses.
    """

    threads: int = 1
    budget: float = 600.0
    adam: int = 5000
    lbfgs: int = 10_000
    nncg: int = 0
    learning_rate: float = 1e-3

    def __post_init__(self) -> None:
        _ = self.schedule

    @property
    def schedule(self) -> Schedule:
        """What DeepXDE runs."""
        return Schedule(
            adam=self.adam, learning_rate=self.learning_rate, lbfgs=self.lbfgs, nncg=self.nncg, budget=self.budget
        )


@dataclass(frozen=True)
class Moment:
    """The error of a run at some second of its training."""

    phase: str
    seconds: float
    error: float


@dataclass(frozen=True)
class Run:
    """One solver on one case with one seed.

    Attributes: about, network, points, what trained and on which versions, in words; startup, seconds of formulation,
    imports and compilation before the first step; seconds of training; history.
    """

    case: str
    title: str
    measure: str
    solver: str
    seed: int
    settings: Mapping[str, Any]
    about: Mapping[str, str]
    status: str
    message: str
    startup: float
    seconds: float
    history: tuple[Moment, ...]

    @property
    def error(self) -> float:
        """The error at the end, infinite if the run failed."""
        return self.history[-1].error if self.history else math.inf

    def as_dict(self) -> dict[str, Any]:
        """Plain data; moments as [phase, seconds, error], with null for an error that is not finite."""
        moments = [[item.phase, short(item.seconds), short(item.error)] for item in self.history]
        return {**asdict(self), "history": moments}

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Run:
        """The run that `as_dict` told; an error that was not finite is infinite."""
        moments = tuple(Moment(phase, seconds, number(error)) for phase, seconds, error in found["history"])
        return cls(**{**found, "history": moments})


@dataclass(frozen=True)
class AdamStep:
    """Seconds of one Adam step of both on one network of 3 × 20 and the same points, medians of steps in turns."""

    case: str
    settings: Mapping[str, Any]
    points: int
    pinnln: float
    deepxde: float

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> AdamStep:
        """What `as_dict` told."""
        return cls(**found)


def run_pinnln(name: str, case: Case, benchmark: Benchmark, seed: int, settings: Settings) -> Run:
    """pinnln with its defaults and the network and points of the benchmark; errors are asked when training is over."""
    begun = time.perf_counter()
    formulation = _formulation(benchmark)
    optimizers = benchmark.optimizers()
    trail, phase = Trail(), ""

    def watch(progress: Progress) -> None:
        nonlocal phase
        phase = progress.optimizer.rpartition(": ")[2]
        if phase == progress.optimizer:  # θ of a later window, or measured anew, is of another formulation
            trail.pass_by(progress.optimizer, progress.seconds, progress.theta)

    about = {**benchmark.settings, **_about(benchmark)}
    made = partial(Run, name, benchmark.title, case.measure, "pinnln", seed, asdict(settings), about)
    try:
        solution = train_in_windows(
            benchmark.problem,
            Windows(benchmark.problem, formulation, breaks_of(formulation, benchmark.windows)),
            benchmark.network,
            MeanSquare(),
            optimizers,
            benchmark.sampling,
            seed,
            [watch],
        )
    except TrainingError as error:
        spent = time.perf_counter() - begun
        return made(status="failed", message=str(error), startup=0.0, seconds=spent, history=())
    report = solution.report
    startup = time.perf_counter() - begun - report.seconds
    history = (*_history(case, benchmark, formulation, trail), _end(phase, case, benchmark, solution))
    return made(status=report.status, message=report.message, startup=startup, seconds=report.seconds, history=history)


def run_deepxde(name: str, case: Case, benchmark: Benchmark, seed: int, settings: Settings) -> Run:
    """DeepXDE on the same formulation, network and points; its parameters are asked the same questions by pinnln."""
    formulation = _formulation(benchmark)
    found = train_deepxde(formulation, benchmark.network, benchmark.sampling, settings.schedule, seed)
    about = {**_about(benchmark), "training": str(settings.schedule), "DeepXDE": version("deepxde")}
    history = _history(case, benchmark, formulation, found.trail)
    return Run(
        name, benchmark.title, case.measure, "deepxde", seed, asdict(settings), about, found.status, found.message,
        found.startup, found.seconds, history,
    )  # fmt: skip


SOLVERS: Mapping[str, Callable[[str, Case, Benchmark, int, Settings], Run]] = {
    "pinnln": run_pinnln,
    "deepxde": run_deepxde,
}
"""Who runs, by name."""


def time_adam_step(name: str, benchmark: Benchmark, settings: Settings, repeats: int = 15) -> AdamStep:
    """One Adam step of pinnln and one of DeepXDE on a network of 3 × 20 and the points of the benchmark, in turns."""
    formulation, network, sampling = _formulation(benchmark), _STEP_NETWORK, benchmark.sampling
    with deepxde(0) as module:
        model = deepxde_model(module, formulation, network, sampling, 0)
        model.compile("adam", lr=1e-3, loss_weights=loss_weights(formulation), verbose=0)
        points = model.data.train_x
        objective = ResidualObjective(formulation, network, MeanSquare(), sampling, 0)
        theta = network.initialize(formulation.embedding.size, len(formulation.fields), 0)
        optimizer = torch.optim.Adam([theta], lr=1e-3)

        def ours() -> None:
            _, theta.grad = objective.gradient(theta)
            optimizer.step()

        seconds = timed({"pinnln": ours, "deepxde": lambda: model.train_step(points, None, None)}, repeats)
    return AdamStep(name, asdict(settings), len(points), seconds["pinnln"], seconds["deepxde"])


def _formulation(benchmark: Benchmark) -> Formulation:
    return nondimensional(benchmark.problem, benchmark.problem.scales(benchmark.scales).yardsticks)


def _about(benchmark: Benchmark) -> dict[str, str]:
    return {
        "network": str(benchmark.network),
        "sampling": str(benchmark.sampling),
        "torch": torch.__version__,
        "threads": str(torch.get_num_threads()),
    }


def _end(phase: str, case: Case, benchmark: Benchmark, solution: Solution) -> Moment:
    """The end of a run of pinnln, which with several windows of time is the only moment that has an error."""
    return Moment(phase, solution.report.seconds, case.error(benchmark, solution))


def _history(case: Case, benchmark: Benchmark, formulation: Formulation, trail: Trail) -> tuple[Moment, ...]:
    errors = errors_along(benchmark, formulation, trail.kept, case.error)
    return tuple(Moment(item.phase, item.seconds, error) for item, error in zip(trail.kept, errors, strict=True))
