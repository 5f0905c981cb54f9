"""Slopes of one length, in whatever units the equations are stated."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln import MLP, GradientNorm, Sampling
from pinnln.formulation import nondimensional
from pinnln.problems import natural_convection
from pinnln.residual_objective import ResidualObjective

NORMS = st.lists(st.lists(st.floats(1e-3, 1e3), min_size=3, max_size=3), min_size=1, max_size=5).map(
    lambda rows: torch.tensor(rows, dtype=torch.float64)
)


@given(NORMS, st.lists(st.floats(1e-6, 1e6), min_size=3, max_size=3))
def test_a_term_in_other_units_pulls_as_before(norms: torch.Tensor, units: list[float]) -> None:
    """Stated in other units a slope is s² as long; its weight times it is what it was, at every refresh."""
    scales = torch.tensor(units, dtype=torch.float64)
    plain, other = (GradientNorm(bound=math.inf).weights(history) for history in (norms, norms * scales))
    torch.testing.assert_close(plain, other * scales)


def test_weighted_slopes_are_of_one_length() -> None:
    """On the cavity, whose terms have slopes of several sizes, they come out as long as each other."""
    cavity = natural_convection()
    formulation = nondimensional(cavity.problem, cavity.problem.scales(cavity.scales).yardsticks)
    network = MLP(6, 2)
    objective = ResidualObjective(formulation, network, GradientNorm(), Sampling(40, 8), 0)
    theta = network.initialize(formulation.embedding.size, len(formulation.fields), 0)
    before = objective.term_slopes(theta)[1].norm(dim=1)
    assert float(before.max() / before.min()) > 3
    objective.rebalance(theta)
    after = objective.term_slopes(theta)[1].norm(dim=1)
    torch.testing.assert_close(after, after.mean().expand_as(after), rtol=1e-9, atol=0)


def test_settings_out_of_range_are_refused() -> None:
    """Decay and bound."""
    with pytest.raises(ValueError, match="expected decay from 0 to below 1"):
        GradientNorm(decay=1)
    with pytest.raises(ValueError, match="of at least 1"):
        GradientNorm(bound=0)
