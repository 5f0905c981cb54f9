"""Three factors, each alone and together: scaling the network, scaling the residuals, LayerNorm conditioning."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import median

import torch

from pinnln.benchmark import Benchmark
from pinnln.conditioning import AbstractConditioning, LayerNorm, MeanSquare, Unsafe
from pinnln.first_order import Adam
from pinnln.formulation import Formulation, nondimensional, scaled_residuals, scaled_unknowns, stripped
from pinnln.kernels import AbstractTape, MultiIndex
from pinnln.levenberg_marquardt import LevenbergMarquardt
from pinnln.network import AbstractNetwork
from pinnln.optimizers import AbstractOptimizer, TrainingError
from pinnln.problem import Problem
from pinnln.solver import train
from pinnln.units import ProblemError, dimension_of
from pinnln.units.nondimensional import Yardsticks

FACTORS: Mapping[str, str] = {
    "network": "inputs and outputs of the network in characteristic scales, not in SI",
    "residuals": "residuals over their characteristic scales, not in SI magnitudes with units stripped",
    "conditioning": "the objective whose gradient is the RMSNorm of the residuals, not their squares",
}
"""What each factor does, and what stands in its place."""


@dataclass(frozen=True)
class Combination:
    """Which of the three factors is at work."""

    network: bool
    residuals: bool
    conditioning: bool

    @property
    def name(self) -> str:
        """Those at work, joined.

        >>> Combination(network=True, residuals=False, conditioning=True).name
        'network + conditioning'
        """
        return " + ".join(name for name in FACTORS if getattr(self, name)) or "none"

    @property
    def unsafe(self) -> bool:
        """Whether residuals with stripped units are brought together."""
        return not self.residuals

    def formulate(self, problem: Problem, yardsticks: Yardsticks) -> Formulation:
        """The problem with this much of it scaled."""
        if self.network:
            whole = self.residuals
            return nondimensional(problem, yardsticks) if whole else scaled_unknowns(problem, yardsticks, unsafe=True)
        return scaled_residuals(problem, yardsticks) if self.residuals else stripped(problem, unsafe=True)

    def conditioner(self) -> AbstractConditioning:
        """What is minimised."""
        chosen = LayerNorm() if self.conditioning else MeanSquare()
        return Unsafe(chosen) if self.unsafe else chosen

    def behind(self, network: AbstractNetwork, formulation: Formulation) -> AbstractNetwork:
        """The network, which sees the coordinates as they are unless its inputs are scaled."""
        if self.network:
            return network
        if formulation.ansatz.periodic:
            name = formulation.ansatz.periodic[0].name
            raise ProblemError(f"{name} is a circle to the network, which has no unit: expected no periodic coordinate")
        low, high = formulation.box()
        return Unscaled(network, tuple(low.tolist()), tuple(high.tolist()))


COMBINATIONS = tuple(Combination(*chosen) for chosen in product((False, True), repeat=len(FACTORS)))
"""All eight, from none to all."""


@dataclass(frozen=True)
class Unscaled(AbstractNetwork):
    """A network that sees the coordinates as they are, where others see the box as [−1, 1].

    Args: network; low and high, the corners of the box.
    """

    network: AbstractNetwork
    low: tuple[float, ...]
    high: tuple[float, ...]

    def tape(
        self,
        theta: torch.Tensor,
        features: torch.Tensor,
        outputs: int,
        indices: tuple[MultiIndex, ...],
        *,
        keep: bool = True,
    ) -> AbstractTape:
        """The network behind, of  x = (low + high)/2 + (high − low)/2 · feature."""
        low, high = (features.new_tensor(corner) for corner in (self.low, self.high))
        seen = (high - low) / 2 * features
        for place, index in enumerate(indices):
            if not any(index):
                seen[place] += (low + high) / 2
        return self.network.tape(theta, seen, outputs, indices, keep=keep)

    def size(self, inputs: int, outputs: int) -> int:
        """That of the network behind."""
        return self.network.size(inputs, outputs)

    def initialize(self, inputs: int, outputs: int, seed: int) -> torch.Tensor:
        """As the network behind."""
        return self.network.initialize(inputs, outputs, seed)

    def blocks(self, theta: torch.Tensor, inputs: int, outputs: int) -> list[torch.Tensor]:
        """As the network behind."""
        return self.network.blocks(theta, inputs, outputs)


@dataclass(frozen=True)
class FactorRun:
    """One training: combination, optimiser, seed; relative L2 error of every field, infinite where it failed."""

    combination: Combination
    optimizer: str
    seed: int
    errors: Mapping[str, float]
    status: str
    seconds: float

    @property
    def error(self) -> float:
        """That of the worst field."""
        return max(self.errors.values())


@dataclass(frozen=True)
class FactorStudy:
    """All trainings on one problem.

    Attributes: problem and title; scales of unknowns and residuals, shown; budgets, the optimisers in words; network;
    sampling; seeds; runs.
    """

    problem: str
    title: str
    scales: tuple[str, ...]
    budgets: Mapping[str, str]
    network: str
    sampling: str
    seeds: tuple[int, ...]
    runs: tuple[FactorRun, ...]

    def of(self, combination: Combination, optimizer: str) -> list[FactorRun]:
        """The runs of one combination with one optimiser, seed by seed."""
        return [run for run in self.runs if (run.combination, run.optimizer) == (combination, optimizer)]

    def error(self, combination: Combination, optimizer: str) -> float:
        """The median over the seeds."""
        return median(run.error for run in self.of(combination, optimizer))

    def worth(self, factor: str, optimizer: str) -> float:
        """How many times smaller the error is with a factor than without: the geometric mean over the others' settings.

        Errors above one, where the fields are no nearer than zero, count as one.
        """
        logs = [
            (1 if getattr(item, factor) else -1) * math.log(min(self.error(item, optimizer), 1.0))
            for item in COMBINATIONS
        ]
        return math.exp(-2 * sum(logs) / len(logs))


def budgets(steps: int) -> dict[str, AbstractOptimizer]:
    """Levenberg-Marquardt with so many steps, and Adam with twenty times as many, which take about as long."""
    return {"Adam": Adam(steps=20 * steps), "Levenberg-Marquardt": LevenbergMarquardt(steps=steps)}


def study_factors(
    benchmark: Benchmark,
    optimizers: Mapping[str, AbstractOptimizer],
    seeds: Sequence[int],
    say: Callable[[str], None] = lambda text: None,
) -> FactorStudy:
    """Trains a problem with every combination of the factors: same network, points, budgets and seeds.

    Args: benchmark; optimizers by name; seeds of weights and points; say, where a line goes for each training.
    Raises: ValueError for no optimiser or no seed, ProblemError for a periodic coordinate.
    """
    if not optimizers or not seeds:
        raise ValueError(f"expected at least one optimiser and one seed, found {len(optimizers)} and {len(seeds)}")
    problem = benchmark.problem
    resolved = problem.scales(benchmark.scales)
    runs = []
    for seed, (name, optimizer), combination in product(seeds, optimizers.items(), COMBINATIONS):
        formulation = combination.formulate(problem, resolved.yardsticks)
        runs.append(_run(benchmark, combination, formulation, name, optimizer, seed))
        say(f"seed {seed}, {name}, {combination.name}: {runs[-1].error:.1e} in {runs[-1].seconds:.1f} s")
    sizes = nondimensional(problem, resolved.yardsticks).groups[0].components
    units = {item.name: dimension_of(item.statement.expression) for item in problem.residuals}
    return FactorStudy(
        benchmark.name,
        benchmark.title,
        (*map(str, resolved.rows), *(f"{item.name}: {item.scale:.3g} {units[item.name]}" for item in sizes)),
        {name: str(item) for name, item in optimizers.items()},
        str(benchmark.network),
        str(benchmark.sampling),
        tuple(seeds),
        tuple(runs),
    )


def _run(
    benchmark: Benchmark,
    combination: Combination,
    formulation: Formulation,
    name: str,
    optimizer: AbstractOptimizer,
    seed: int,
) -> FactorRun:
    network = combination.behind(benchmark.network, formulation)
    conditioner, sampling = combination.conditioner(), benchmark.sampling
    try:
        solution = train(benchmark.problem, formulation, network, conditioner, [optimizer], sampling, seed)
    except TrainingError:
        lost = {item.name: math.inf for item in benchmark.problem.fields}
        return FactorRun(combination, name, seed, lost, "failed", 0.0)
    errors = benchmark.field_errors(solution, 101)
    report = solution.report
    return FactorRun(combination, name, seed, errors, report.status, report.seconds)
