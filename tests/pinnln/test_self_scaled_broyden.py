"""SSBroyden: its matrix keeps the secant condition and stays positive, it beats BFGS, and it solves."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings, strategies as st

from pinnln import LevenbergMarquardt, SelfScaledBroyden, solve
from pinnln.kernels import AbstractSystem
from pinnln.objective import AbstractObjective, LeastSquares, Progress
from pinnln.problems import copper_bar
from pinnln.self_scaled_broyden import InverseHessian


class Rosenbrock(AbstractObjective):
    """Σ 100 (x_{k+1} − x_k²)² + (1 − x_k)², with its gradient by autograd."""

    def __init__(self, size: int = 20, hole: float = math.inf) -> None:
        self.size, self.hole, self.rounds = size, hole, 0

    @property
    def rows(self) -> int:
        return 2 * self.size - 2

    def value(self, theta: torch.Tensor) -> float:
        return self.gradient(theta)[0]

    def gradient(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        x = theta.detach().clone().requires_grad_()
        loss = (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
        if bool((x.abs() > self.hole).any()):
            loss = loss * math.nan
        (slope,) = torch.autograd.grad(loss, x)
        return float(loss.detach()), slope

    def least_squares(self, theta: torch.Tensor, system: AbstractSystem) -> LeastSquares:
        raise AssertionError("not asked by a quasi-Newton method")

    def resample(self, round: int, theta: torch.Tensor | None = None) -> None:
        self.rounds = round


START = torch.tensor([-1.2, 1.0] * 10, dtype=torch.float64)


def test_it_finds_the_valley_of_rosenbrock() -> None:
    """To the minimum of 20 variables in fewer than 170 steps, fresh points or not."""
    objective, seen = Rosenbrock(), []
    outcome = SelfScaledBroyden(steps=400, resample_every=50, tolerance=1e-8, damping=None).run(
        objective, START, seen.append
    )
    assert outcome.status == "converged"
    assert outcome.steps < 170
    torch.testing.assert_close(outcome.theta, torch.ones(20, dtype=torch.float64), rtol=0, atol=1e-7)
    assert all(isinstance(item, Progress) for item in seen)
    assert all(after.loss < before.loss for before, after in pairwise(seen))
    assert objective.rounds >= 2


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 8), st.integers(0, 10_000))
def test_the_matrix_meets_the_secant_condition_and_stays_positive(size: int, seed: int) -> None:
    """H y = s after every update; on a convex quadratic H has positive eigenvalues throughout."""
    generator = torch.Generator().manual_seed(seed)
    root = torch.randn(size, size, dtype=torch.float64, generator=generator)
    hessian = root @ root.T + 0.1 * torch.eye(size, dtype=torch.float64)
    x = torch.randn(size, dtype=torch.float64, generator=generator)
    curvature = InverseHessian(torch.eye(size, dtype=torch.float64))
    for _ in range(size + 2):
        g = hessian @ x
        p = curvature.direction(g)
        length = float(-(g @ p) / (p @ hessian @ p)) * 0.9
        if not math.isfinite(length) or float(g.abs().max()) < 1e-6:
            break
        after = hessian @ (x + length * p)
        curvature.learn(length, p, g, after)
        torch.testing.assert_close(curvature.matrix @ (after - g), length * p, rtol=1e-6, atol=1e-8)
        assert float(torch.linalg.eigvalsh(curvature.matrix).min()) > 0
        x = x + length * p


def test_nothing_is_learned_from_negative_curvature_and_a_spoilt_matrix_starts_anew() -> None:
    """yᵀs ≤ 0 leaves H; what is not positive definite becomes the identity."""
    curvature = InverseHessian(torch.eye(2, dtype=torch.float64))
    g = torch.tensor([1.0, 0.0], dtype=torch.float64)
    curvature.learn(1.0, -g, g, 2 * g)
    assert curvature.fresh
    curvature.matrix[0, 0] = -1.0
    curvature.keep_positive()
    assert torch.equal(curvature.matrix, torch.eye(2, dtype=torch.float64))


def test_it_ends_where_it_cannot_go_on() -> None:
    """A budget, a start that is no number, bad settings: said in words."""
    assert SelfScaledBroyden(steps=3, damping=None).run(Rosenbrock(), START, lambda progress: None).status == "budget"
    stalled = SelfScaledBroyden(steps=50, damping=None).run(Rosenbrock(hole=0.5), START, lambda progress: None)
    assert stalled.status == "stalled"
    assert torch.equal(stalled.theta, START)
    with pytest.raises(ValueError, match="a budget of 0 steps trains nothing"):
        SelfScaledBroyden(steps=0)
    with pytest.raises(ValueError, match="expected resample_every to be finite and above zero"):
        SelfScaledBroyden(resample_every=0)
    with pytest.raises(ValueError, match="expected damping to be finite and above zero"):
        SelfScaledBroyden(damping=0.0)


def test_it_takes_over_from_levenberg_marquardt() -> None:
    """On the copper bar both in turn end nearer to the exact solution than the first alone."""
    benchmark = copper_bar()
    errors = []
    for optimizers in ([LevenbergMarquardt(steps=15)], [LevenbergMarquardt(steps=15), SelfScaledBroyden(steps=150)]):
        solution = solve(
            benchmark.problem,
            benchmark.scales,
            network=benchmark.network,
            sampling=benchmark.sampling,
            optimizer=optimizers,
            show=False,
        )
        errors.append(max(benchmark.field_errors(solution).values()))
    assert errors[1] < errors[0]
