"""An equation that is not finite somewhere: it is named with its point and its way out, and never trained to."""

from __future__ import annotations

import math
import re

import pytest
import torch

from pinnln import (
    LBFGS,
    MLP,
    Adam,
    Dirichlet,
    LevenbergMarquardt,
    Neumann,
    Periodic,
    Problem,
    ProblemError,
    Residual,
    Sampling,
    Scales,
    SelfScaledBroyden,
    coordinates,
    d,
    exp,
    field,
    log,
    solve,
    sqrt,
)
from pinnln.conditioning import MeanSquare
from pinnln.formulation import nondimensional
from pinnln.optimizers import TrainingError, run_all
from pinnln.residual_objective import ResidualObjective
from pinnln.units import Q

L = Q("20 cm")
(x,) = coordinates(x=(0 * L, L))
T, w = field("T", "K", of=(x,)), field("w", "K", of=(x,))
ends = Dirichlet(T, Q("300 K"), on=x.ends)
SCALES = Scales(T=(Q("300 K"), Q("10 K")))
curved = d(T, x, x) * L**2 / Q("10 K")

AT_THE_START = {
    "logarithm": (log(-1 - x / L), r"it takes the logarithm of -1\.\d+\. Keep it positive: .* where\(q > small"),
    "root": (sqrt(-1 - x / L), r"it takes the square root of -1\.\d+\. Keep it positive"),
    "power": ((-1 - x / L) ** 0.5, r"it raises -1\.\d+ to the power 0\.5\. Keep it positive"),
    "division": (1 / ((T - T) / Q("1 K")), r"it divides by zero\. Multiply the equation by what it divides by"),
    "exponential": (exp(1e3 * (1 + x / L)), r"it takes exp of \d+.*\. Give scales that make its argument"),
}


@pytest.mark.parametrize("name", AT_THE_START)
def test_equation_point_and_way_out_are_named(name: str) -> None:
    """Before any training: the residual by name, the point in centimetres, the operation, what to do."""
    term, words = AT_THE_START[name]
    problem = Problem(Residual("fine", d(w, x, x) * L**2 / Q("10 K")), Residual("odd", curved + term), ends)
    scales = Scales(T=(Q("300 K"), Q("10 K")), w=Q("1 K"))
    with pytest.raises(TrainingError, match=words) as caught:
        solve(problem, scales, network=MLP(4, 1), sampling=Sampling(32, 4), show=False)
    found = re.search(r"Residual 'odd' is not finite at x = ([\d.]+) cm: ", str(caught.value))
    assert found is not None, caught.value
    assert 0 <= float(found.group(1)) <= 20


def test_a_division_by_a_constant_zero_is_refused() -> None:
    """What is zero whatever the fields are is found when the equation is measured, not by an ArithmeticError."""
    with pytest.raises(ProblemError, match=r"a term divides .* by a constant zero: multiply the equation by it"):
        solve(Problem(Residual("odd", curved + 1 / (0 * x / L)), ends), SCALES, show=False)


def test_a_single_bad_point_is_found() -> None:
    """Only where x < 0.8 cm is the argument negative, and there the fault is found, not anywhere else."""
    problem = Problem(Residual("odd", curved + log(x / L - 0.04)), ends)
    with pytest.raises(TrainingError) as caught:
        solve(problem, SCALES, network=MLP(4, 1), sampling=Sampling(128, 4), show=False)
    place = re.search(r"x = ([\d.]+) cm", str(caught.value))
    assert place is not None
    assert float(place.group(1)) < 0.8


def test_a_slope_that_is_infinite_is_found() -> None:
    """A root of zero is finite and its slope is not: said before any training."""
    problem = Problem(Residual("odd", curved + sqrt((T - Q("300 K")) / Q("1 K"))), Neumann(T, Q("0 K/m"), on=x.ends))
    formulation = nondimensional(problem, problem.scales(SCALES).yardsticks)
    objective = ResidualObjective(formulation, MLP(4, 1), MeanSquare(), Sampling(16, 4), seed=0)
    nothing = torch.zeros(objective.size, dtype=torch.float64)
    with pytest.raises(
        TrainingError, match=r"expected a finite gradient at the start.*'odd' has an infinite slope at x"
    ):
        run_all([Adam(steps=1)], objective, nothing, lambda _: None)


def test_a_condition_is_named_as_one() -> None:
    """A fault on a face names the condition that stands there, and the face's coordinate."""
    (s,) = coordinates(s=(0 * L, L))
    v = field("v", "K", of=(s,))
    problem = Problem(
        Residual("heat", d(v, s, s)),
        Dirichlet(v, Q("300 K"), on=s.start),
        Neumann(v, log(-v / Q("300 K")) * Q("1 K/m"), on=s.end),
    )
    with pytest.raises(TrainingError, match=r"Condition 'v on s.end' is not finite at s = 20 cm: .*logarithm of -"):
        solve(problem, Scales(v=(Q("300 K"), Q("10 K"))), network=MLP(4, 1), sampling=Sampling(16, 4), show=False)


OPTIMIZERS = [
    Adam(0.05, steps=150),
    LBFGS(steps=60),
    LevenbergMarquardt(steps=40),
    SelfScaledBroyden(steps=60),
]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda item: type(item).__name__)
def test_a_step_over_the_edge_is_taken_back(optimizer: object) -> None:
    """ln T = const is finite for T > 0 only, and long steps leave it: what is returned is finite all the same."""
    problem = Problem(Residual("odd", log(T / Q("300 K")) + 6 + 0 * curved), Dirichlet(T, Q("300 K"), on=x.start))
    scales = Scales(T=(Q("300 K"), Q("300 K")))
    try:
        solution = solve(
            problem,
            scales,
            network=MLP(6, 1),
            sampling=Sampling(64, 4),
            optimizer=optimizer,  # type: ignore[arg-type]
            show=False,
        )
    except TrainingError as error:
        pytest.fail(f"the start is finite: {error}")
    assert bool(solution.theta.isfinite().all())
    assert math.isfinite(solution.report.objective)
    assert solution.report.status in ("converged", "stalled", "budget")


def test_both_ends_of_a_period_are_asked() -> None:
    """A periodic condition has two points for each row, and all is finite: nothing is found there."""
    problem = Problem(Residual("ring", d(T, x, x) - (T - Q("300 K")) / L**2 * exp(x / L)), Periodic(T, on=x.ends))
    solution = solve(
        problem,
        SCALES,
        network=MLP(4, 1),
        sampling=Sampling(16, 4),
        optimizer=LevenbergMarquardt(steps=2),
        show=False,
    )
    assert math.isfinite(solution.report.objective)
