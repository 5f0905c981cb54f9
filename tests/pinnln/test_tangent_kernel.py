"""Traces of one size."""

from __future__ import annotations

import math

import pytest
import torch

from pinnln import MLP, Sampling, TangentKernel
from pinnln.formulation import nondimensional
from pinnln.problems import joule_heating
from pinnln.residual_objective import ResidualObjective


def test_weighted_terms_have_one_trace() -> None:
    """What the least-squares model is told has Jacobians of one size, equation by equation."""
    bar = joule_heating()
    formulation = nondimensional(bar.problem, bar.problem.scales(bar.scales).yardsticks)
    network = MLP(6, 2)
    objective = ResidualObjective(formulation, network, TangentKernel(), Sampling(40, 8), 0)
    theta = network.initialize(formulation.embedding.size, len(formulation.fields), 0)
    traces = objective.terms(theta).traces()
    assert float(traces.max() / traces.min()) > 1.2
    objective.rebalance(theta)
    weights = TangentKernel().weights(traces[None])
    torch.testing.assert_close(weights * traces, torch.ones(2, dtype=torch.float64))
    sizes = []

    class Watched:
        """A system that is told one chunk of Jacobian."""

        def add(self, jacobian: torch.Tensor, rows: torch.Tensor) -> None:
            sizes.append(jacobian.reshape(2, -1).square().sum(1))

    objective.least_squares(theta, Watched())  # type: ignore[arg-type]
    torch.testing.assert_close(sizes[0][0], sizes[0][1], rtol=1e-9, atol=0)


def test_the_mean_over_refreshes_is_of_the_traces() -> None:
    """In other units the weighted trace stays what it was."""
    history = torch.tensor([[1.0, 4.0], [2.0, 2.0]], dtype=torch.float64)
    scales = torch.tensor([1.0, 1e8], dtype=torch.float64)
    plain, other = (TangentKernel(bound=math.inf).weights(item) for item in (history, history * scales))
    torch.testing.assert_close(plain, other * scales)


def test_settings_out_of_range_are_refused() -> None:
    """Decay and bound."""
    with pytest.raises(ValueError, match="expected decay from 0 to below 1"):
        TangentKernel(decay=-1)
    with pytest.raises(ValueError, match="of at least 1"):
        TangentKernel(bound=0.1)
