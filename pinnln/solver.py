"""solve: from a problem in quantities to a solution in quantities."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace

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
from pinnln.solution import Report, Solution
from pinnln.units import Scales
from pinnln.units.collection import end_if_collecting


def solve(
    problem: Problem,
    scales: Scales | None = None,
    *,
    network: AbstractNetwork | None = None,
    conditioning: AbstractConditioning | None = None,
    optimizer: AbstractOptimizer | Sequence[AbstractOptimizer] | None = None,
    sampling: Sampling | None = None,
    seed: int = 0,
    show: bool = True,
) -> Solution:
    """Solves a problem: checks its units, measures it in characteristic scales, trains, and reports.

    Args: problem; scales, what is not given is proposed and shown; network, MLP(20, 3) unless given; conditioning,
    the plain mean square unless given; optimizer, one or several in turn, Levenberg-Marquardt unless given;
    sampling, how many collocation points; seed of weights and points; show, scales and progress on standard error.
    Returns: the Solution.
    Raises: UnitsError if the problem is not sound, ScalesError if a scale is wrong or cannot be proposed, ProblemError
    if it cannot be formulated, all before any training.
    """
    end_if_collecting("solve")
    resolved = problem.scales(scales)
    formulation = nondimensional(problem, resolved.yardsticks)
    chosen = LevenbergMarquardt() if optimizer is None else optimizer
    optimizers = [chosen] if isinstance(chosen, AbstractOptimizer) else list(chosen)
    display = TrainingDisplay() if show else None
    if display is not None:
        display.announce(resolved, problem.term_sizes(scales), formulation)
    with display or nullcontext():
        solution = train(
            problem,
            formulation,
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
) -> Solution:
    """Trains one formulation of a problem; the seed fixes weights and points."""
    objective = ResidualObjective(formulation, network, conditioning, sampling, seed)
    theta = network.initialize(formulation.embedding.size, len(formulation.fields), seed)
    started = time.perf_counter()

    def monitor(progress: Progress) -> None:
        timed = replace(progress, seconds=time.perf_counter() - started)
        for each in monitors:
            each(timed)

    outcome = run_all(optimizers, objective, theta, monitor)
    seconds = time.perf_counter() - started
    report = Report(outcome.status, outcome.message, outcome.steps, seconds, objective.value(outcome.theta))
    return Solution(problem, formulation, network, outcome.theta, report)
