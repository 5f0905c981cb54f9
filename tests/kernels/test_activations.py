"""Activations: every derivative is the slope of the one before, up to the fifth, for the way back of a fourth."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln.kernels import ACTIVATIONS

VALUES = {
    "tanh": torch.tanh,
    "sin": torch.sin,
    "silu": torch.nn.functional.silu,
    "gelu": torch.nn.functional.gelu,
}


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
@given(z=st.lists(st.floats(-6, 6), min_size=1, max_size=4))
def test_each_derivative_is_the_slope_of_the_one_before(name: str, z: list[float]) -> None:
    """σ is torch's own, and d/dz σ⁽ᵏ⁾ = σ⁽ᵏ⁺¹⁾ by autograd, k = 0 … 4."""
    leaf = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    torch.testing.assert_close(ACTIVATIONS[name].derivatives(leaf.detach(), 0)[0], VALUES[name](leaf.detach()))
    found = ACTIVATIONS[name].derivatives(leaf.detach(), 5)
    expected = VALUES[name](leaf)
    for order in range(1, 6):
        (expected,) = torch.autograd.grad(expected.sum(), leaf, create_graph=True)
        torch.testing.assert_close(found[order], expected.detach(), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_no_derivative_overflows(name: str) -> None:
    """Far from zero all of them are finite."""
    far = torch.tensor([-800.0, -40.0, 40.0, 800.0], dtype=torch.float64)
    assert all(torch.isfinite(item).all() for item in ACTIVATIONS[name].derivatives(far, 5))
