"""A budget in seconds: it ends any optimiser, and what comes after it does not count. The clock is the test's own."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch

from pinnln import LBFGS, MLP, SOAP, Adam, LevenbergMarquardt, MeanSquare, Sampling, SelfScaledBroyden
from pinnln.first_order import FirstOrder
from pinnln.formulation import nondimensional
from pinnln.kernels import AbstractSystem
from pinnln.objective import AbstractObjective, LeastSquares, Progress
from pinnln.optimizers import AbstractOptimizer, Monitor, Outcome, run_all
from pinnln.problems import copper_bar
from pinnln.residual_objective import ResidualObjective
from pinnln.time_budget import ENDLESS, Timed, within


def ticking() -> Callable[[], float]:
    """A clock on which a second passes with every look at it."""
    return itertools.count().__next__


class Slope(AbstractObjective):
    """1 − θ for one parameter: a slope that never ends."""

    size, rows = 1, 1

    def value(self, theta: torch.Tensor) -> float:
        return float(1 - theta)

    def gradient(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        return self.value(theta), torch.full_like(theta, -1.0)

    def least_squares(self, theta: torch.Tensor, system: AbstractSystem) -> LeastSquares:
        raise NotImplementedError

    def resample(self, round: int, theta: torch.Tensor | None = None) -> float | None:
        return None


@dataclass(frozen=True)
class Walk(AbstractOptimizer):
    """Steps of length one, as many as asked for."""

    steps: int = ENDLESS

    def run(self, objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor) -> Outcome:
        for step in range(1, self.steps + 1):
            theta = theta + 1
            monitor(Progress("walk", step, self.steps, objective.value(theta), theta))
        return Outcome(theta, "converged", self.steps, "arrived")


def start() -> torch.Tensor:
    """θ = 0."""
    return torch.zeros(1, dtype=torch.float64)


def test_a_step_that_comes_too_late_does_not_count() -> None:
    """Steps end at seconds 1, 2, 3, 4; with a budget of three and a half the fourth is not seen by anyone."""
    seen: list[Progress] = []
    outcome = Timed(Walk(), 3.5, ticking()).run(Slope(), start(), seen.append)
    assert (float(outcome.theta), outcome.status, outcome.steps) == (3.0, "budget", 3)
    assert outcome.message == "the budget of 3.5 s is used up"
    assert [float(progress.theta) for progress in seen] == [1.0, 2.0, 3.0]


def test_what_arrives_in_time_is_not_disturbed() -> None:
    """An optimiser that ends by itself says how; one whose first step is too late has not moved."""
    assert Timed(Walk(2), 9.0, ticking()).run(Slope(), start(), lambda _: None).message == "arrived"
    late = Timed(Walk(), 0.5, ticking()).run(Slope(), start(), lambda _: None)
    assert (float(late.theta), late.steps) == (0.0, 0)


@pytest.mark.parametrize(
    "optimizer",
    [Adam(steps=ENDLESS), SOAP(steps=ENDLESS), LBFGS(ENDLESS), LevenbergMarquardt(ENDLESS), SelfScaledBroyden(ENDLESS)],
    ids=lambda item: type(item).__name__,
)
def test_seconds_end_every_optimiser_of_the_library(optimizer: AbstractOptimizer) -> None:
    """Each is left with its parameters when its share is over, and gives back all points it was lent."""
    benchmark = copper_bar()
    formulation = nondimensional(benchmark.problem, benchmark.problem.scales(benchmark.scales).yardsticks)
    objective = ResidualObjective(formulation, MLP(6, 1), MeanSquare(), Sampling(600), 0)
    theta, rows = MLP(6, 1).initialize(formulation.embedding.size, 1, 0), objective.rows
    before, seen = objective.value(theta), []
    outcome = run_all(within([optimizer], 6.5, ticking()), objective, theta, seen.append)
    assert (outcome.status, outcome.message) == ("budget", "the budget of 6.5 s is used up")
    assert 5 <= len(seen) <= 7
    assert objective.value(outcome.theta) < before
    assert objective.rows == rows


def test_the_rate_has_fallen_when_the_seconds_are_over() -> None:
    """On a slope that never ends a step of Adam is as long as its rate: a cosine in time, down to almost nothing."""
    places: list[float] = []
    rule = Adam(learning_rate=1e-2, steps=ENDLESS, final_rate=1e-6, seconds=40.5, clock=ticking())
    outcome = rule.run(Slope(), start(), lambda progress: places.append(float(progress.theta)))
    lengths = [after - before for before, after in itertools.pairwise(places)]
    assert outcome.steps == len(places) == 40
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[0] == pytest.approx(1e-2, rel=0.01)
    assert lengths[len(lengths) // 2] == pytest.approx(0.5e-2, rel=0.1)
    assert lengths[-1] < 1e-4


def test_optimisers_share_the_seconds_equally() -> None:
    """First-order ones know of their share, the others are watched; memory is that of the optimiser inside."""
    first, second = within([Adam(), LevenbergMarquardt()], 9.0)
    assert isinstance(first, FirstOrder)
    assert (first.seconds, second) == (4.5, Timed(LevenbergMarquardt(), 4.5))
    assert all(item.clock is time.process_time for item in within([Adam(), LBFGS()], 9.0, time.process_time))
    assert second.memory(10, 100) == LevenbergMarquardt().memory(10, 100)


@pytest.mark.parametrize("seconds", [0.0, -1.0, math.inf, math.nan])
def test_a_budget_must_end_and_not_at_once(seconds: float) -> None:
    """One sentence, before any training."""
    for refused in (lambda: within([Adam()], seconds), lambda: Timed(Adam(), seconds)):
        with pytest.raises(ValueError, match=r"a budget of .* s: expected seconds of training, finite and above zero"):
            refused()
    if seconds != math.inf:
        with pytest.raises(ValueError, match="expected seconds, a budget of time, above zero"):
            Adam(seconds=seconds)
    with pytest.raises(ValueError, match="expected at least one optimiser, found none"):
        within([], 1.0)
