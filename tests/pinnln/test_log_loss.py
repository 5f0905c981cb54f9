"""The log of every term: its gradient, and what its frozen weights promise."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln import LogLoss

SQUARES = st.lists(st.floats(0, 1e3), min_size=3, max_size=3).map(lambda m: torch.tensor(m, dtype=torch.float64))


def objective(m: torch.Tensor, epsilon: float) -> torch.Tensor:
    """½ Σ log(ε + m_c)."""
    return 0.5 * (epsilon + m).log().sum()


@given(SQUARES, st.floats(1e-8, 1))
def test_weights_are_the_gradient_of_the_log(m: torch.Tensor, epsilon: float) -> None:
    """w_c = ∂(½ Σ log(ε + m))/∂(½ m_c), whatever was seen before."""
    asked = m.clone().requires_grad_()
    (expected,) = torch.autograd.grad(objective(asked, epsilon), asked)
    found = LogLoss(epsilon).weights(torch.stack([torch.ones_like(m), m]))
    torch.testing.assert_close(found, 2 * expected)


@given(SQUARES, SQUARES, st.floats(1e-6, 1))
def test_what_frozen_weights_gain_the_log_gains(here: torch.Tensor, there: torch.Tensor, epsilon: float) -> None:
    """The log is concave: it changes by no more than Σ w_c L_c does."""
    of_model = 0.5 * float(LogLoss(epsilon).weights(here[None]) @ (there - here))
    assert float(objective(there, epsilon) - objective(here, epsilon)) <= of_model + 1e-9 * (1 + abs(of_model))


@pytest.mark.parametrize("epsilon", [0.0, -1.0, float("nan"), float("inf")])
def test_a_wrong_epsilon_is_refused(epsilon: float) -> None:
    """It is a mean square, and above zero."""
    with pytest.raises(ValueError, match="expected epsilon to be finite and above zero"):
        LogLoss(epsilon)
