"""solve: from a problem in quantities to a solution in quantities."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace

import torch

from pinnln.conditioning import AbstractConditioning, MeanSquare
from pinnln.formulation import Formulation, nondimensional
from pinnln.levenberg_marquardt import LevenbergMarquardt
from pinnln.network import AbstractNetwork
from pinnln.objective import Progress
from pinnln.optimizers import AbstractOptimizer, run_all
from pinnln.perceptron import MLP
from pinnln.problem import Problem
from pinnln.progress import TrainingDisplay
from pinnln.residual_objective import ResidualObjective, Sampling
from pinnln.solution import Report, Solution, joined
from pinnln.units import Scales
from pinnln.units.collection import end_if_collecting
from pinnln.windows import Breaks, Trained, Windows, breaks_of


def solve(
    problem: Problem,
    scales: Scales | None = None,
    *,
    network: AbstractNetwork | None = None,
    conditioning: AbstractConditioning | None = None,
    optimizer: AbstractOptimizer | Sequence[AbstractOptimizer] | None = None,
    sampling: Sampling | None = None,
    windows: Breaks = 1,
    seed: int = 0,
    show: bool = True,
) -> Solution:
    """Solves a problem: checks its units, measures it in characteristic scales, trains, and reports.

    Args: problem; scales, what is not given is proposed and shown; network, MLP(20, 3) unless given; conditioning,
    the plain mean square unless given; optimizer, one or several in turn, Levenberg-Marquardt unless given;
    sampling, how many collocation points; windows of time, solved one after another, each from where the one before
    it ended: how many equal ones, or the times between them, as in [Q("1 s"), Q("3 s")]; seed of weights and points;
    show, scales and progress on standard error.
    Returns: the Solution.
    Raises: UnitsError if the problem is not sound, ScalesError if a scale is wrong or cannot be proposed, ProblemError
    if it cannot be formulated, all before any training.
    """
    end_if_collecting("solve")
    resolved = problem.scales(scales)
    formulation = nondimensional(problem, resolved.yardsticks)
    chosen = LevenbergMarquardt() if optimizer is None else optimizer
    stretches = Windows(problem, formulation, breaks_of(formulation, windows))
    optimizers = [chosen] if isinstance(chosen, AbstractOptimizer) else list(chosen)
    display = TrainingDisplay() if show else None
    if display is not None:
        display.announce(resolved, problem.term_sizes(scales), formulation)
    with display or nullcontext():
        solution = train_in_windows(
            problem,
            stretches,
            network or MLP(),
            conditioning or MeanSquare(),
            optimizers,
            sampling or Sampling(),
            seed,
            [display.update] if display is not None else [],
        )
    if display is not None:
        display.conclude(solution.report)
    return solution


def train(
    problem: Problem,
    formulation: Formulation,
    network: AbstractNetwork,
    conditioning: AbstractConditioning,
    optimizers: Sequence[AbstractOptimizer],
    sampling: Sampling,
    seed: int,
    monitors: Sequence[Callable[[Progress], None]] = (),
    start: torch.Tensor | None = None,
) -> Solution:
    """Trains one formulation of a problem; the seed fixes weights and points. It starts from parameters `start` (P,),
    if the objective is lower there."""
    objective = ResidualObjective(formulation, network, conditioning, sampling, seed)
    theta = network.initialize(formulation.embedding.size, len(formulation.fields), seed)
    if start is not None and objective.value(start) < objective.value(theta):
        theta = start
    started = time.perf_counter()

    def monitor(progress: Progress) -> None:
        timed = replace(progress, seconds=time.perf_counter() - started)
        for each in monitors:
            each(timed)

    outcome = run_all(optimizers, objective, theta, monitor)
    if objective.open_time():
        last = run_all(optimizers, objective, outcome.theta, monitor)
        outcome = replace(last, steps=outcome.steps + last.steps)
    seconds = time.perf_counter() - started
    report = Report(outcome.status, outcome.message, outcome.steps, seconds, objective.value(outcome.theta))
    return Solution(problem, formulation, network, outcome.theta, report)


def train_in_windows(
    problem: Problem,
    windows: Windows,
    network: AbstractNetwork,
    conditioning: AbstractConditioning,
    optimizers: Sequence[AbstractOptimizer],
    sampling: Sampling,
    seed: int,
    monitors: Sequence[Callable[[Progress], None]] = (),
) -> Solution:
    """Trains a problem window after window, each network starting from the one before."""
    count, spent = len(windows), 0.0
    here, start = windows.first(), None
    found: list[Solution] = []
    for place in range(1, count + 1):
        prefix = f"window {place} of {count}: " if count > 1 else ""

        def monitor(progress: Progress, prefix: str = prefix, spent: float = spent) -> None:
            named = replace(progress, optimizer=prefix + progress.optimizer, seconds=spent + progress.seconds)
            for each in monitors:
                each(named)

        found.append(train(problem, here, network, conditioning, optimizers, sampling, seed, [monitor], start))
        start, spent = found[-1].theta, spent + found[-1].report.seconds
        if place < count:
            here = windows.after(Trained(here, network, start))
    if count == 1:
        return found[0]
    report = joined([item.report for item in found], windows.shares)
    theta = torch.stack([item.theta for item in found])
    return Solution(problem, windows.formulation, network, theta, report, windows.breaks)
