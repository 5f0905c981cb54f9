"""LayerNorm as formulas: potentials, their derivatives to the fourth, and what torch gets wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln.kernels import centred_potential, common_mode_potential, reference, uncentred_potential

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")  # from within torch

ROWS = (
    st.integers(1, 6)
    .flatmap(lambda count: st.lists(st.floats(-100, 100), min_size=count, max_size=count))
    .map(lambda values: torch.tensor(values, dtype=torch.float64)[:, None])
)
EPSILON = st.sampled_from([1e-8, 1e-4, 1.0])
Potential = Callable[[torch.Tensor, float, int], torch.Tensor]


def gradient(potential: Potential, r: torch.Tensor, epsilon: float) -> torch.Tensor:
    """The gradient of a potential by autograd, rows along dim 0."""
    r = r.clone().requires_grad_()
    return torch.autograd.grad(potential(r, epsilon, 0).sum(), r)[0]


@given(ROWS, EPSILON)
def test_layer_norm_is_the_gradient_of_its_potential(r: torch.Tensor, epsilon: float) -> None:
    """∇ K√(v + ε) = LayerNorm(r), the law that makes the conditioning honest."""
    expected = reference.layer_norm(r, epsilon, 0)
    torch.testing.assert_close(gradient(centred_potential, r, epsilon), expected, rtol=1e-7, atol=1e-7)


@given(ROWS, EPSILON)
def test_rms_norm_is_the_gradient_of_its_potential(r: torch.Tensor, epsilon: float) -> None:
    """∇ K√(m + ε) = RMSNorm(r)."""
    expected = reference.rms_norm(r, epsilon, 0)
    torch.testing.assert_close(gradient(uncentred_potential, r, epsilon), expected, rtol=1e-9, atol=1e-9)


@given(ROWS, EPSILON)
def test_the_common_mode_pulls_all_components_alike(r: torch.Tensor, epsilon: float) -> None:
    """∂ψ/∂r_k = μ / √(μ² + ε) for every component."""
    mean = r.mean(0)
    expected = (mean / (mean.square() + epsilon).sqrt()).expand_as(r)
    torch.testing.assert_close(gradient(common_mode_potential, r, epsilon), expected, rtol=1e-9, atol=1e-9)


@given(ROWS, st.floats(-10, 10))
def test_centring_is_blind_to_a_common_shift(r: torch.Tensor, shift: float) -> None:
    """φ does not change when all components move together: the reason for ψ."""
    torch.testing.assert_close(
        centred_potential(r + shift, 1e-2, 0), centred_potential(r, 1e-2, 0), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("count", [2, 3, 7])
def test_derivatives_to_the_fourth_are_those_of_the_potential(count: int, center: bool) -> None:
    """J a, D³φ[a, b] and D⁴φ[a, b, c] equal nested forward-mode derivatives of the norm, to 1e-12."""
    x, a, b, c = torch.randn(4, count, dtype=torch.float64, generator=torch.Generator().manual_seed(count))
    function = reference.layer_norm if center else reference.rms_norm

    def norm(x: torch.Tensor) -> torch.Tensor:
        return function(x, 0.3)

    def first(x: torch.Tensor) -> torch.Tensor:
        return torch.func.jvp(norm, (x,), (a,))[1]

    def second(x: torch.Tensor) -> torch.Tensor:
        return torch.func.jvp(first, (x,), (b,))[1]

    third = torch.func.jvp(second, (x,), (c,))[1]
    close = {"rtol": 1e-12, "atol": 1e-12}
    torch.testing.assert_close(reference.hessian_product(a, x, 0.3, center=center), first(x), **close)
    torch.testing.assert_close(reference.third_derivative(a, b, x, 0.3, center=center), second(x), **close)
    torch.testing.assert_close(reference.fourth_derivative(a, b, c, x, 0.3, center=center), third, **close)


@pytest.mark.parametrize("center", [True, False])
def test_stopped_statistics_descend_the_logarithm(center: bool) -> None:
    """The gradient of ½‖·‖² with stopped statistics is that of ½ K log(v + ε), or of ½ K log(m + ε)."""
    x = torch.randn(5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(2), requires_grad=True)
    frozen = reference.frozen_layer_norm if center else reference.frozen_rms_norm
    (found,) = torch.autograd.grad(0.5 * frozen(x, 0.1).square().sum(), x)
    (expected,) = torch.autograd.grad(0.5 * reference.logarithmic_potential(x, 0.1, center=center).sum(), x)
    torch.testing.assert_close(found, expected, rtol=1e-13, atol=1e-13)


def test_every_derivative_is_exact() -> None:
    """gradcheck and gradgradcheck pass, which torch's own layer_norm cannot promise."""
    r = torch.tensor([[0.3, -1.0], [2.0, 0.5], [-0.7, 0.1]], dtype=torch.float64, requires_grad=True)
    for function in (reference.layer_norm, reference.rms_norm):
        assert torch.autograd.gradcheck(lambda r, f=function: f(r, 1e-3, 0), r)
        assert torch.autograd.gradgradcheck(lambda r, f=function: f(r, 1e-3, 0), r)


def test_layer_norm_is_that_of_torch() -> None:
    """The values are those of torch.nn.functional.layer_norm across components."""
    r = torch.randn(4, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = torch.nn.functional.layer_norm(r.T, (4,), eps=1e-5).T
    torch.testing.assert_close(reference.layer_norm(r, 1e-5, 0), expected)
    assert pytest.approx(0, abs=1e-12) == float(reference.layer_norm(r, 1e-5, 0).mean(0).abs().max())
