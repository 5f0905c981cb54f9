"""Optimisers on functions whose minimum is known: they arrive, and say so when they cannot."""

from __future__ import annotations

import math

import pytest
import torch

from pinnln import LBFGS, Adam, LevenbergMarquardt
from pinnln.kernels import AbstractSystem
from pinnln.objective import AbstractObjective, LeastSquares, Progress
from pinnln.optimizers import AbstractOptimizer, run_all

START = torch.tensor([-1.2, 1.0], dtype=torch.float64)


class Rosenbrock(AbstractObjective):
    """½(10(θ₁ − θ₀²))² + ½(1 − θ₀)², with a minimum of zero at (1, 1); may turn infinite after some evaluations."""

    def __init__(self, finite_for: float = math.inf, flat: bool = False) -> None:
        self.size, self.rounds, self._left, self._flat = 2, 0, finite_for, flat

    @property
    def rows(self) -> int:
        return 2

    def _rows(self, theta: torch.Tensor) -> torch.Tensor:
        rows = torch.stack([10 * (theta[1] - theta[0] ** 2), 1 - theta[0]])
        return torch.ones_like(rows) + 0 * rows if self._flat else rows

    def value(self, theta: torch.Tensor) -> float:
        return 0.5 * float(self._rows(theta).square().sum())

    def gradient(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        self._left -= 1
        at = theta.detach().clone().requires_grad_()
        (slope,) = torch.autograd.grad(0.5 * self._rows(at).square().sum(), at)
        return (self.value(theta.detach()), slope) if self._left >= 0 else (math.nan, slope * math.nan)

    def least_squares(self, theta: torch.Tensor, system: AbstractSystem) -> LeastSquares:
        jacobian = torch.autograd.functional.jacobian(self._rows, theta)
        assert isinstance(jacobian, torch.Tensor)
        here = self._rows(theta)
        system.add(jacobian, here)
        return LeastSquares(here, self._rows, lambda w: jacobian.T @ w)

    def resample(self, round: int, theta: torch.Tensor | None = None) -> float | None:
        self.rounds = round
        return None if theta is None else self.value(theta)


def ignore(_: Progress) -> None:
    """Watches nothing."""


@pytest.mark.parametrize(
    "optimizer",
    [
        LevenbergMarquardt(steps=60, tolerance=1e-25),
        [Adam(0.02, steps=2000, final_rate=1e-3), LBFGS(steps=200)],
        LBFGS(steps=200),
    ],
    ids=["LM", "Adam, L-BFGS", "L-BFGS"],
)
def test_the_minimum_is_found(optimizer: AbstractOptimizer | list[AbstractOptimizer]) -> None:
    """Every optimiser walks the curved valley to its end, and says that it has converged."""
    optimizers = optimizer if isinstance(optimizer, list) else [optimizer]
    outcome = run_all(optimizers, Rosenbrock(), START.clone(), ignore)
    torch.testing.assert_close(outcome.theta, torch.ones(2, dtype=torch.float64), rtol=1e-6, atol=1e-6)
    assert outcome.status in ("converged", "stalled")
    assert outcome.message


class Reweighed(Rosenbrock):
    """Rows that weights make ten times smaller from block to block, and a measure that they do not change."""

    root, misfits = 1.0, 0

    def rebalance(self, theta: torch.Tensor) -> bool:
        self.root /= 10
        return True

    def comparable(self, theta: torch.Tensor, loss: float) -> float:
        return self.value(theta)

    def refine(self, *, beyond: bool = True) -> bool:
        self.misfits += beyond
        return False

    def least_squares(self, theta: torch.Tensor, system: AbstractSystem) -> LeastSquares:
        jacobian = torch.autograd.functional.jacobian(self._rows, theta)
        assert isinstance(jacobian, torch.Tensor)
        root, here = self.root, self._rows(theta)
        system.add(root * jacobian, root * here)
        return LeastSquares(root * here, lambda at: root * self._rows(at), lambda w: root * jacobian.T @ w)


def test_weights_that_fall_are_no_misfit_to_levenberg_marquardt() -> None:
    """Blocks are compared in a measure that no refresh changes: the same way down, and no points for nothing."""
    optimizer = LevenbergMarquardt(steps=12, block=3, patience=2, tolerance=1e-250)
    reweighed = Reweighed()
    plain, weighed = (optimizer.run(item, START, ignore) for item in (Rosenbrock(), reweighed))
    torch.testing.assert_close(weighed.theta, plain.theta, rtol=1e-9, atol=1e-9)
    assert (weighed.status, weighed.steps, reweighed.misfits) == (plain.status, plain.steps, 0)


def test_the_loss_never_rises_on_the_same_points() -> None:
    """Levenberg-Marquardt accepts only what lowers the loss; every step is reported."""
    seen: list[Progress] = []
    LevenbergMarquardt(steps=25, block=25).run(Rosenbrock(), START.clone(), seen.append)
    losses = [progress.loss for progress in seen]
    assert losses == sorted(losses, reverse=True)
    assert [progress.step for progress in seen] == list(range(1, len(seen) + 1))


@pytest.mark.parametrize(
    ("optimizer", "rounds"),
    [(LevenbergMarquardt(steps=7, block=3), 3), (Adam(steps=7, resample_every=3), 2), (LBFGS(7, resample_every=3), 2)],
    ids=["LM", "Adam", "L-BFGS"],
)
def test_points_are_drawn_anew_between_blocks(optimizer: AbstractOptimizer, rounds: int) -> None:
    """Fixed points would be learnt by heart."""
    made = Rosenbrock()
    optimizer.run(made, START.clone(), ignore)
    assert made.rounds == rounds


@pytest.mark.parametrize("optimizer", [Adam(steps=20), LBFGS(steps=20)], ids=["Adam", "L-BFGS"])
def test_a_value_that_is_not_finite_is_rolled_back(optimizer: AbstractOptimizer) -> None:
    """The parameters returned are the last good ones, and the outcome says at which step it happened."""
    outcome = optimizer.run(Rosenbrock(finite_for=8), START.clone(), ignore)
    assert outcome.status == "stalled"
    assert "not finite at step" in outcome.message
    assert bool(outcome.theta.isfinite().all())


def test_an_objective_that_depends_on_nothing_is_said_to() -> None:
    """No gradient: stalled at once, with the reason."""
    outcome = LevenbergMarquardt().run(Rosenbrock(flat=True), START.clone(), ignore)
    assert (outcome.status, outcome.steps) == ("stalled", 1)
    assert "the objective does not depend on θ here" in outcome.message


def test_a_valley_floor_is_recognised() -> None:
    """At the minimum no step lowers the loss: stalled, after trying on fresh points."""
    theta = torch.tensor([1.0 + 1e-9, 1.0], dtype=torch.float64)
    outcome = LevenbergMarquardt(steps=300, tolerance=1e-300).run(Rosenbrock(), theta, ignore)
    assert outcome.status in ("stalled", "converged")


def test_the_budget_is_kept() -> None:
    """A budget of three is three steps."""
    outcome = LevenbergMarquardt(steps=3).run(Rosenbrock(), START.clone(), ignore)
    assert (outcome.status, outcome.steps) == ("budget", 3)
    assert "the budget of 3 steps is used up" in outcome.message
