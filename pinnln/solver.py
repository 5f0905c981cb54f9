"""solve: from a problem in quantities to a solution in quantities."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Literal

import torch

from pinnln.conditioning import AbstractConditioning, MeanSquare
from pinnln.constant_outputs import bare, with_unknowns
from pinnln.formulation import Formulation, nondimensional
from pinnln.memory import free_memory, installed_memory, require_memory
from pinnln.network import AbstractNetwork
from pinnln.objective import Progress
from pinnln.optimizer_choice import Choice, choose_optimizers
from pinnln.optimizers import AbstractOptimizer, run_all
from pinnln.perceptron import MLP
from pinnln.problem import Problem
from pinnln.progress import TrainingDisplay
from pinnln.remeasuring import ROUNDS, Measured, as_guessed, measured_by_guess, remeasured
from pinnln.residual_objective import ResidualObjective, Sampling, rows_of
from pinnln.settings import listed_optimizers, require_kinds, require_pairs
from pinnln.solution import Report, Solution, joined
from pinnln.threads import suited_threads
from pinnln.units import Scales
from pinnln.units.collection import end_if_collecting
from pinnln.verdict import History, judge
from pinnln.windows import Breaks, Trained, Windows, breaks_of


def solve(
    problem: Problem,
    scales: Scales | None = None,
    *,
    network: AbstractNetwork | None = None,
    conditioning: AbstractConditioning | None = None,
    optimizer: AbstractOptimizer | Sequence[AbstractOptimizer] | Literal["auto"] = "auto",
    sampling: Sampling | None = None,
    windows: Breaks = 1,
    seed: int = 0,
    show: bool = True,
    validate: Callable[[Solution], float] | None = None,
) -> Solution:
    """Solves a problem: checks its units, measures it in characteristic scales, trains, and reports.

    Where constants are unknown it is measured anew in what was found of them, and training goes on from there, until
    that moves no scale by a quarter, four times at most.

    Args: problem; scales, what is not given is proposed and shown; network, MLP(20, 3) unless given; conditioning,
    the plain mean square unless given; optimizer, one or several in turn, or "auto", which chooses by
    parameters, rows and memory and says why; sampling, how many collocation points; windows of time, solved one after
    another, each from where the one before it ended: how many equal ones, or the times between them, as in
    [Q("1 s"), Q("3 s")]; seed of weights and points; show, scales and progress on standard error; validate, the
    relative error of a solution where a reference is known, shown meanwhile.
    Returns: the Solution.
    Raises: UnitsError if the problem is not sound, ScalesError if a scale is wrong or cannot be proposed, ProblemError
    if it cannot be formulated, TooLargeError if memory would not suffice, TypeError for a setting of the wrong kind,
    ValueError for an optimiser to which the conditioning means nothing, all before any training; TrainingError if an
    equation is not finite at the start.
    """
    end_if_collecting("solve")
    require_kinds(network=network, sampling=sampling, conditioning=conditioning)
    given = listed_optimizers(optimizer)
    resolved = problem.scales(scales)
    formulation = nondimensional(problem, resolved.yardsticks)
    stretches = Windows(problem, formulation, breaks_of(formulation, windows))
    network, sampling = network or MLP(), sampling or Sampling()
    choice = _choice(given, formulation, network, sampling)
    display = TrainingDisplay() if show else None
    if display is not None:
        display.announce(resolved, problem.term_sizes(scales), formulation)
        display.say(choice.reason)
    with display or nullcontext():
        solution = train_in_windows(
            problem,
            stretches,
            network,
            conditioning or MeanSquare(),
            choice.optimizers,
            sampling,
            seed,
            [display.update] if display is not None else [],
            reason=choice.reason,
            validate=validate,
        )
    if display is not None:
        display.conclude(solution.report)
        for name, value in solution.unknowns.items():
            display.say(f"{name} = {value:.6g~P}")
    return solution


def _choice(
    given: tuple[AbstractOptimizer, ...] | None, formulation: Formulation, network: AbstractNetwork, sampling: Sampling
) -> Choice:
    """The optimisers given, or those that suit the problem."""
    if given is not None:
        return Choice(given, ", then ".join(str(item) for item in given))
    parameters = with_unknowns(network, formulation).size(formulation.embedding.size, formulation.outputs)
    return choose_optimizers(parameters, rows_of(formulation, sampling), installed_memory())


def train(
    problem: Problem,
    formulation: Formulation,
    network: AbstractNetwork,
    conditioning: AbstractConditioning,
    optimizers: Sequence[AbstractOptimizer],
    sampling: Sampling,
    seed: int,
    monitors: Sequence[Callable[[Progress], None]] = (),
    *,
    start: torch.Tensor | None = None,
    reason: str = "",
    validate: Callable[[Solution], float] | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Solution:
    """Trains one formulation of a problem; the seed fixes weights and points. It starts from parameters `start` (P,),
    if the objective is lower there. The seconds it tells are those of the clock.

    Raises: ValueError for an optimiser to which the weights of the conditioning mean nothing, TooLargeError if memory
    would not suffice, TrainingError if an equation is not finite at the start.
    """
    require_pairs(conditioning, optimizers)
    network = with_unknowns(network, formulation)
    require_memory(formulation, network, sampling, optimizers, free_memory())
    objective = ResidualObjective(formulation, network, conditioning, sampling, seed)
    theta = network.initialize(formulation.embedding.size, formulation.outputs, seed)
    if start is not None and objective.value(start) < objective.value(theta):
        theta = start
    history, unfinished = History(), Report("budget", "the training goes on", 0, 0.0, 0.0)
    started = clock()

    def error(at: torch.Tensor) -> Callable[[], float] | None:
        if validate is None:
            return None
        return lambda: validate(Solution(problem, formulation, network, at, unfinished))

    def monitor(progress: Progress) -> None:
        at = progress.theta
        history.record(progress)
        timed = replace(
            progress,
            seconds=clock() - started,
            losses=lambda: objective.losses(at),
            error=error(at),
        )
        for each in monitors:
            each(timed)

    with suited_threads(len(theta)):
        outcome = run_all(optimizers, objective, theta, monitor)
        if objective.open_time():
            last = run_all(optimizers, objective, outcome.theta, monitor)
            outcome = replace(last, steps=outcome.steps + last.steps)
    seconds = clock() - started
    value = objective.comparable(outcome.theta, objective.value(outcome.theta))
    verdict = judge(objective, outcome.theta, history)
    in_time = any(item.is_time for item in formulation.coordinates)
    status, message = verdict.amended(outcome, bare(network), objective.sampling, in_time=in_time)
    chosen = reason or ", then ".join(str(item) for item in optimizers)
    report = Report(status, message, outcome.steps, seconds, value, chosen)
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
    *,
    reason: str = "",
    validate: Callable[[Solution], float] | None = None,
) -> Solution:
    """Trains a problem window after window, each network starting from the one before; the error is watched where
    there is one window. An inverse problem, which has one, is trained again where it is measured otherwise in what was
    found."""
    count, spent = len(windows), 0.0

    def trained(here: Formulation, start: torch.Tensor | None, prefix: str) -> Solution:
        nonlocal spent
        before = spent

        def monitor(progress: Progress) -> None:
            named = replace(progress, optimizer=prefix + progress.optimizer, seconds=before + progress.seconds)
            for each in monitors:
                each(named)

        watched = validate if count == 1 else None
        solution = train(
            problem, here, network, conditioning, optimizers, sampling, seed, [monitor],
            start=start, reason=reason, validate=watched,
        )  # fmt: skip
        spent += solution.report.seconds
        return solution

    if count == 1:
        return _train_remeasured(problem, windows.formulation, trained)
    here, start = windows.first(), None
    found: list[Solution] = []
    for place in range(1, count + 1):
        found.append(trained(here, start, f"window {place} of {count}: "))
        start = found[-1].theta
        if place < count:
            here = windows.after(Trained(here, network, start))
    report = joined([item.report for item in found], windows.shares)
    theta = torch.stack([item.theta for item in found])
    return Solution(problem, windows.formulation, network, theta, report, windows.breaks)


def _train_remeasured(
    problem: Problem, formulation: Formulation, trained: Callable[[Formulation, torch.Tensor | None, str], Solution]
) -> Solution:
    """The last of the trainings of an inverse problem, each measured in what the one before found, with the steps and
    seconds of all; of any other problem the only one."""
    following = measured_by_guess(formulation)
    measured: Measured | None = as_guessed(problem, formulation)
    reports: list[Report] = []
    while measured is not None:
        prefix = f"measured anew {len(reports)}: " if reports else ""
        found = trained(measured.trained, measured.start, prefix)
        reports.append(found.report)
        steps, seconds = sum(item.steps for item in reports), sum(item.seconds for item in reports)
        report = replace(found.report, steps=steps, seconds=seconds)
        solution = Solution(problem, measured.formulation, found.network, found.theta, report)
        measured = remeasured(solution, measured, following) if len(reports) < ROUNDS else None
    return solution
