"""LayerNorm as formulas: potentials, their gradients, and what torch gets wrong."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln.kernels import centred_potential, common_mode_potential, layer_norm, rms_norm, uncentred_potential

ROWS = (
    st.integers(1, 6)
    .flatmap(lambda count: st.lists(st.floats(-100, 100), min_size=count, max_size=count))
    .map(lambda values: torch.tensor(values, dtype=torch.float64)[:, None])
)
EPSILON = st.sampled_from([1e-8, 1e-4, 1.0])


def gradient(potential: object, r: torch.Tensor, epsilon: float) -> torch.Tensor:
    """The gradient of a potential by autograd."""
    r = r.clone().requires_grad_()
    assert callable(potential)
    return torch.autograd.grad(potential(r, epsilon).sum(), r)[0]


@given(ROWS, EPSILON)
def test_layer_norm_is_the_gradient_of_its_potential(r: torch.Tensor, epsilon: float) -> None:
    """∇ K√(v + ε) = LayerNorm(r), the law that makes the conditioning honest."""
    torch.testing.assert_close(gradient(centred_potential, r, epsilon), layer_norm(r, epsilon), rtol=1e-7, atol=1e-7)


@given(ROWS, EPSILON)
def test_rms_norm_is_the_gradient_of_its_potential(r: torch.Tensor, epsilon: float) -> None:
    """∇ K√(m + ε) = RMSNorm(r)."""
    torch.testing.assert_close(gradient(uncentred_potential, r, epsilon), rms_norm(r, epsilon), rtol=1e-9, atol=1e-9)


@given(ROWS, EPSILON)
def test_the_common_mode_pulls_all_components_alike(r: torch.Tensor, epsilon: float) -> None:
    """∂ψ/∂r_k = μ / √(μ² + ε) for every component."""
    mean = r.mean(0)
    expected = (mean / (mean.square() + epsilon).sqrt()).expand_as(r)
    torch.testing.assert_close(gradient(common_mode_potential, r, epsilon), expected, rtol=1e-9, atol=1e-9)


@given(ROWS, st.floats(-10, 10))
def test_centring_is_blind_to_a_common_shift(r: torch.Tensor, shift: float) -> None:
    """φ does not change when all components move together: the reason for ψ."""
    torch.testing.assert_close(centred_potential(r + shift, 1e-2), centred_potential(r, 1e-2), rtol=1e-6, atol=1e-6)


def test_every_derivative_is_exact() -> None:
    """gradcheck and gradgradcheck pass, which torch's own layer_norm cannot promise."""
    r = torch.tensor([[0.3, -1.0], [2.0, 0.5], [-0.7, 0.1]], dtype=torch.float64, requires_grad=True)
    for function in (layer_norm, rms_norm):
        assert torch.autograd.gradcheck(lambda r, f=function: f(r, 1e-3), r)
        assert torch.autograd.gradgradcheck(lambda r, f=function: f(r, 1e-3), r)


def test_layer_norm_is_that_of_torch() -> None:
    """The values are those of torch.nn.functional.layer_norm across components."""
    r = torch.randn(4, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = torch.nn.functional.layer_norm(r.T, (4,), eps=1e-5).T
    torch.testing.assert_close(layer_norm(r, 1e-5), expected)
    assert pytest.approx(0, abs=1e-12) == float(layer_norm(r, 1e-5).mean(0).abs().max())
