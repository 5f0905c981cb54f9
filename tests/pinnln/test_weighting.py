"""Weights that change between blocks: what they may not change, and that they begin anew with each training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln import (
    LBFGS,
    MLP,
    SOAP,
    Adam,
    Causal,
    ConFIG,
    Gains,
    GradientNorm,
    IncommensurableError,
    LayerNorm,
    LevenbergMarquardt,
    LogLoss,
    MeanSquare,
    MultiAdam,
    ReLoBRaLo,
    ResidualAttention,
    Sampling,
    SelfScaledBroyden,
    SoftAdapt,
    TangentKernel,
    solve,
)
from pinnln.conditioning import AbstractConditioning, Unsafe
from pinnln.formulation import nondimensional, stripped
from pinnln.objective import Progress
from pinnln.optimizers import AbstractOptimizer
from pinnln.problems import joule_heating, natural_convection
from pinnln.residual_objective import ResidualObjective
from pinnln.restating import SYSTEMS, restated
from pinnln.solver import train
from pinnln.units import DIMENSIONLESS, Dimension
from pinnln.weighting import Scaled

WEIGHTINGS: tuple[AbstractConditioning, ...] = (
    LogLoss(),
    GradientNorm(),
    TangentKernel(),
    ReLoBRaLo(keep=0.5),
    SoftAdapt(),
    ResidualAttention(),
    Gains(),
    Gains(MeanSquare()),
)
OPTIMIZERS: Mapping[str, AbstractOptimizer] = {
    "LM": LevenbergMarquardt(steps=4, block=2),
    "Adam": Adam(steps=21, resample_every=15),
    "SOAP": SOAP(steps=11, resample_every=10, basis_every=4),
    "L-BFGS": LBFGS(steps=4, resample_every=2),
    "SSBroyden": SelfScaledBroyden(steps=4, resample_every=2),
}
SMALL, NET = Sampling(interior=48, face=8), MLP(4, 1)
BAR = joule_heating()
MEASURED = nondimensional(BAR.problem, BAR.problem.scales(BAR.scales).yardsticks)
RESIDUALS = st.integers(0, 2**20).map(
    lambda seed: torch.randn(3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
)


def trained(conditioning: AbstractConditioning, optimizer: AbstractOptimizer) -> torch.Tensor:
    """The parameters of the Joule bar after a short training from seed 3."""
    return train(BAR.problem, MEASURED, NET, conditioning, [optimizer], SMALL, 3).theta


@given(
    st.sampled_from([MeanSquare(), LayerNorm(), LayerNorm(center=True)]), st.sampled_from([1, 5]), RESIDUALS, RESIDUALS
)
def test_scaled_residuals_have_a_model_of_their_own(
    inner: AbstractConditioning, points: int, r: torch.Tensor, other: torch.Tensor
) -> None:
    """Gradient, least-squares model and its rows elsewhere are those of the inner one behind √w r."""
    roots = torch.rand(3, points, dtype=torch.float64, generator=torch.Generator().manual_seed(1)) + 0.1
    scaled = Scaled(inner, roots)
    asked = r.clone().requires_grad_()
    (expected,) = torch.autograd.grad(scaled.total(asked), asked)
    torch.testing.assert_close(scaled.gradient(r)[1], expected)
    model = scaled.linearize(r)
    assert model.matrix is not None
    torch.testing.assert_close(torch.einsum("mkn,mn->kn", model.matrix, model.rows), expected)
    torch.testing.assert_close(model.evaluate(other), inner.linearize(roots * r).evaluate(roots * other))
    torch.testing.assert_close(scaled.objective(r), inner.objective(roots * r))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("weighting", WEIGHTINGS, ids=str)
def test_a_training_begins_anew(weighting: AbstractConditioning, optimizer: str) -> None:
    """Twice from one seed with one object: the same parameters bit for bit; with Adam not those without weights."""
    first, second = (trained(weighting, OPTIMIZERS[optimizer]) for _ in range(2))
    assert bool((first == second).all())
    if optimizer == "Adam":
        assert not torch.equal(first, trained(weighting.base(), OPTIMIZERS[optimizer]))  # type: ignore[attr-defined]


@pytest.mark.parametrize("optimizer", [*list(OPTIMIZERS)[:2], "MultiAdam", "ConFIG"])
@pytest.mark.parametrize("weighting", [*WEIGHTINGS, MeanSquare()], ids=str)
def test_restating_a_problem_changes_no_weight(weighting: AbstractConditioning, optimizer: str) -> None:
    """In inches, hours, pounds and °F: the same training bit for bit."""
    by_terms = {"MultiAdam": MultiAdam(steps=12), "ConFIG": ConFIG(steps=12)}
    if (optimizer in by_terms) != (weighting == MeanSquare()):
        return
    other = restated(joule_heating, SYSTEMS["inch, pound, hour, °F"])
    again = nondimensional(other.problem, other.problem.scales(other.scales).yardsticks)
    chosen = {**OPTIMIZERS, **by_terms}[optimizer]
    found = train(other.problem, again, NET, weighting, [chosen], SMALL, 3).theta
    assert bool((found == trained(weighting, chosen)).all())


@pytest.mark.parametrize("weighting", WEIGHTINGS, ids=str)
def test_unlike_components_are_refused(weighting: AbstractConditioning) -> None:
    """Weights that are pure numbers make nothing commensurable; the naive way must say that it is unsafe."""
    mixed = {"momentum": Dimension.of({"[mass]": 1, "[length]": -1, "[time]": -2}), "energy": DIMENSIONLESS}
    with pytest.raises(IncommensurableError, match=rf"(?s){type(weighting).__name__} conditioning across.*momentum"):
        weighting.require(mixed)
    with pytest.raises(IncommensurableError):
        ResidualObjective(stripped(BAR.problem, unsafe=True), NET, weighting, SMALL, 0)
    ResidualObjective(stripped(BAR.problem, unsafe=True), NET, Unsafe(weighting), SMALL, 0)


@pytest.mark.parametrize("weighting", WEIGHTINGS, ids=str)
def test_weights_change_between_blocks_and_never_inside(weighting: AbstractConditioning) -> None:
    """The objective is a fixed function of θ until `rebalance`; what is comparable stays one function after it too."""
    cavity = natural_convection()
    formulation = nondimensional(cavity.problem, cavity.problem.scales(cavity.scales).yardsticks)
    objective = ResidualObjective(formulation, NET, weighting, SMALL, 0)
    theta = NET.initialize(formulation.embedding.size, len(formulation.fields), 0)
    before, plain = objective.value(theta), objective.comparable(theta, 0.0)
    assert before == pytest.approx(plain, rel=1e-12)
    assert objective.rebalance(1.3 * theta)
    assert objective.rebalance(theta)
    assert objective.value(theta) != pytest.approx(before, rel=1e-3)
    fixed = objective.value(theta)
    objective.gradient(theta)
    objective.term_slopes(theta)
    assert objective.value(theta) == fixed
    assert objective.gradient(theta)[0] == pytest.approx(fixed, rel=1e-12)
    assert objective.comparable(theta, 0.0) == plain


@pytest.mark.parametrize("weighting", WEIGHTINGS, ids=str)
def test_a_weighted_training_still_solves_the_problem(weighting: AbstractConditioning) -> None:
    """With Levenberg-Marquardt every one of them finds the temperature of the bar."""
    solution = solve(
        BAR.problem,
        BAR.scales,
        network=NET,
        sampling=SMALL,
        conditioning=weighting,
        optimizer=LevenbergMarquardt(steps=15, block=5),
        show=False,
    )
    assert max(BAR.field_errors(solution).values()) < 1e-2


def test_steps_within_a_block_go_down() -> None:
    """Of frozen weights the loss that is shown never rises between two refreshes."""
    marks: list[Progress] = []
    optimizer = LevenbergMarquardt(steps=12, block=6)
    train(BAR.problem, MEASURED, NET, LogLoss(), [optimizer], SMALL, 3, [marks.append])
    losses = [mark.loss for mark in marks]
    assert all(after <= before for block in (losses[:6], losses[6:]) for before, after in pairwise(block))


def test_a_condition_of_weights_inside_another_is_refused() -> None:
    """Neither a causal ordering nor gains would know that the weights change."""
    for name, made in (("Causal", lambda: Causal(LogLoss())), ("Gains", lambda: Gains(Unsafe(GradientNorm())))):
        with pytest.raises(
            TypeError, match=rf"{name} works on a conditioning whose weights are fixed.*take one of the"
        ):
            made()
    for wrong in (LogLoss, "layer norm"):
        with pytest.raises(TypeError, match=r"Gains works on a conditioning such as MeanSquare\(\).*, found "):
            Gains(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("optimizer", [MultiAdam(steps=3), ConFIG(steps=3)], ids=str)
def test_weights_that_would_mean_nothing_are_refused(optimizer: AbstractOptimizer) -> None:
    """To an optimiser that takes every slope by itself; weights of points within a term do mean something."""
    name = type(optimizer).__name__
    with pytest.raises(
        ValueError, match=rf"{name} takes the slope of every term by itself.*LogLoss.*or another optimiser"
    ):
        trained(LogLoss(), optimizer)
    assert torch.isfinite(trained(ResidualAttention(), optimizer)).all()


def test_points_without_limit_keep_their_factors() -> None:
    """Above the number that is placed anew at every pass, attention keeps its points."""
    objective = ResidualObjective(MEASURED, NET, ResidualAttention(), replace(SMALL, interior=70_000), 0)
    theta = NET.initialize(MEASURED.embedding.size, 2, 0)
    plain = objective.value(theta)
    objective.rebalance(theta)
    assert objective.value(theta) > 1.01 * plain
