"""Attention to points: within a term, and with no unit."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln import MLP, ResidualAttention, Sampling
from pinnln.formulation import nondimensional
from pinnln.problems import natural_convection
from pinnln.residual_objective import ResidualObjective

RESIDUALS = st.integers(0, 2**20).map(
    lambda seed: torch.randn(2, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
)


def attentive(interior: int) -> tuple[ResidualObjective, torch.Tensor]:
    """The cavity at its first parameters, its points weighted once."""
    cavity = natural_convection()
    formulation = nondimensional(cavity.problem, cavity.problem.scales(cavity.scales).yardsticks)
    network = MLP(6, 2)
    objective = ResidualObjective(formulation, network, ResidualAttention(), Sampling(interior, 8), 0)
    theta = network.initialize(formulation.embedding.size, len(formulation.fields), 0)
    objective.rebalance(theta)
    return objective, theta


@given(RESIDUALS, st.floats(1e-6, 1e6))
def test_factors_are_shares(r: torch.Tensor, unit: float) -> None:
    """From the floor to one, larger where the residual is; in other units the same."""
    attention = ResidualAttention(floor=0.2)
    found = attention.factors(r, None)
    assert float(found.max()) == 1
    assert float(found.min()) >= 0.2
    assert bool((found.gather(1, r.abs().argsort(1)).diff(dim=1) >= 0).all())
    torch.testing.assert_close(attention.factors(unit * r, None), found)


@given(RESIDUALS, RESIDUALS)
def test_factors_come_to_rest_at_the_share(before: torch.Tensor, r: torch.Tensor) -> None:
    """Each refresh takes them a tenth of the way there."""
    attention = ResidualAttention(floor=1e-6)
    old, rest = attention.factors(before, None), attention.factors(r, None)
    torch.testing.assert_close(attention.factors(r, old) - rest, 0.9 * (old - rest), rtol=1e-9, atol=1e-5)


def test_a_term_that_is_solved_everywhere_counts_everywhere() -> None:
    """No residual, no share, no division by zero."""
    torch.testing.assert_close(ResidualAttention().factors(torch.zeros(1, 3), None), torch.ones(1, 3))


def test_weight_moves_within_a_term_and_not_between() -> None:
    """Squared factors have a mean of one in each term of each group; fresh points have none yet."""
    objective, theta = attentive(1500)
    groups: dict[str, list[torch.Tensor]] = {}
    for part in objective.terms(theta).linear():
        assert part.points.factors is not None
        groups.setdefault(part.group.components[0].name, []).append(part.points.factors)
    assert len(groups["continuity"]) > 1
    for found in groups.values():
        means = torch.cat(found, 1).square().mean(1)
        torch.testing.assert_close(means, torch.ones_like(means))
    first = objective.value(theta)
    objective.rebalance(theta)
    assert objective.value(theta) == pytest.approx(first, rel=1e-12)
    objective.resample(1)
    assert all(part.points.factors is None for part in objective.terms(theta).linear())


def test_settings_out_of_range_are_refused() -> None:
    """Decay and floor."""
    with pytest.raises(ValueError, match="expected decay from 0 to below 1"):
        ResidualAttention(decay=1)
    for floor in (0.0, 1.5):
        with pytest.raises(ValueError, match="expected a floor above 0 and at most 1"):
            ResidualAttention(floor=floor)


def test_parameters_that_are_not_finite_leave_the_factors_alone() -> None:
    """A training that goes back to its best parameters finds the objective that it left."""
    objective, theta = attentive(40)
    before = objective.value(theta)
    objective.rebalance(torch.full_like(theta, torch.nan))
    assert objective.value(theta) == before
