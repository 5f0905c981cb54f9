"""Conditioning: objectives, their least-squares models, and what may be conditioned together."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln import IncommensurableError, LayerNorm, MeanSquare
from pinnln.conditioning import AbstractConditioning, MeanSquareOfLayerNorm, Unsafe
from pinnln.kernels import layer_norm, residual_loss, rms_norm
from pinnln.units import DIMENSIONLESS, Dimension

HONEST = [MeanSquare(), LayerNorm(), LayerNorm(1e-2, center=True)]
EVERY = [*HONEST, MeanSquareOfLayerNorm(), Unsafe(LayerNorm())]
RESIDUALS = st.integers(0, 2**20).map(
    lambda seed: torch.randn(3, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
)


def gradient(conditioning: AbstractConditioning, r: torch.Tensor) -> torch.Tensor:
    """The gradient of the objective by autograd, (K, N)."""
    r = r.clone().requires_grad_()
    return torch.autograd.grad(conditioning.objective(r).sum(), r)[0]


@given(RESIDUALS)
def test_the_signal_that_is_propagated_back_is_the_layer_norm(r: torch.Tensor) -> None:
    """The gradient of the objective is r, RMSNorm(r), or LayerNorm(r) with its common mode given back."""
    torch.testing.assert_close(gradient(MeanSquare(), r), r)
    torch.testing.assert_close(gradient(LayerNorm(1e-3), r), rms_norm(r, epsilon=1e-3, dim=0))
    mean = r.mean(0)
    expected = layer_norm(r, epsilon=1e-3, dim=0) + mean / (mean.square() + 1e-3).sqrt()
    torch.testing.assert_close(gradient(LayerNorm(1e-3, center=True), r), expected)


@pytest.mark.parametrize("conditioning", EVERY, ids=str)
@given(r=RESIDUALS)
def test_the_model_has_the_gradient_of_the_objective(conditioning: AbstractConditioning, r: torch.Tensor) -> None:
    """Tᵀs of the least-squares model is the gradient: Gauss-Newton goes downhill on the true objective."""
    model = conditioning.linearize(r)
    found = model.rows if model.matrix is None else torch.einsum("mkn,mn->kn", model.matrix, model.rows)
    torch.testing.assert_close(found, gradient(conditioning, r), rtol=1e-8, atol=1e-10)
    torch.testing.assert_close(model.evaluate(r), model.rows)


@pytest.mark.parametrize("conditioning", HONEST, ids=str)
@given(r=RESIDUALS, other=RESIDUALS)
def test_a_decrease_of_the_model_is_one_of_the_objective(
    conditioning: AbstractConditioning, r: torch.Tensor, other: torch.Tensor
) -> None:
    """Frozen weights majorise: the objective changes by no more than the model, wherever one goes."""
    model = conditioning.linearize(r)
    of_model = 0.5 * (model.evaluate(other).square() - model.evaluate(r).square()).sum(0)
    of_objective = conditioning.objective(other) - conditioning.objective(r)
    assert bool((of_objective <= of_model + 1e-9).all())


def test_the_textbook_loss_hardly_depends_on_the_residuals() -> None:
    """mean(LN²) reads the same after every residual has fallen a thousandfold: nothing to learn from."""
    r = torch.tensor([[1.0], [-3.0], [0.5]], dtype=torch.float64)
    before, after = (MeanSquareOfLayerNorm().objective(scale * r) for scale in (1.0, 1e-1))
    assert float((before - after).abs()) < 1e-3 * float(before)
    assert float(gradient(MeanSquareOfLayerNorm(), r).norm()) < 1e-4
    assert float(gradient(LayerNorm(), r).norm()) > 1


def test_one_component_is_not_centred() -> None:
    """With K = 1 centring would leave nothing: the uncentred objective stands in."""
    r = torch.tensor([[0.3, -2.0]], dtype=torch.float64)
    torch.testing.assert_close(LayerNorm(center=True).objective(r), LayerNorm().objective(r))


@pytest.mark.parametrize("conditioning", HONEST, ids=str)
def test_unlike_components_are_refused(conditioning: AbstractConditioning) -> None:
    """Only what has one dimension is conditioned together; the naive way must say that it is unsafe."""
    pascal = Dimension.of({"[mass]": 1, "[length]": -1, "[time]": -2})
    mixed = {"momentum": pascal, "energy": DIMENSIONLESS}
    with pytest.raises(IncommensurableError, match=r"(?s)conditioning across.*momentum.*kg m⁻¹ s⁻².*energy.*a pure"):
        conditioning.require(mixed)
    conditioning.require({"momentum": pascal, "other": pascal})
    Unsafe(conditioning).require(mixed)


@pytest.mark.parametrize("conditioning", [LayerNorm(1e-3), LayerNorm(1e-3, center=True), Unsafe(LayerNorm(1e-3))])
def test_the_total_is_the_one_pass_loss(conditioning: AbstractConditioning, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a gradient step differentiates is the kernel, equal to the sum of the objective over the points."""
    from pinnln import conditioning as module

    asked = []

    def counted(*arguments: torch.Tensor, **named: float) -> torch.Tensor:
        asked.append(named)
        return residual_loss(*arguments, **named)

    monkeypatch.setattr(module, "residual_loss", counted)
    r = torch.randn(3, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(1), requires_grad=True)
    total, plain = conditioning.total(r), conditioning.objective(r).sum()
    torch.testing.assert_close(total, plain, rtol=1e-13, atol=0)
    torch.testing.assert_close(
        torch.autograd.grad(total, r)[0], torch.autograd.grad(plain, r)[0], rtol=1e-12, atol=1e-13
    )
    assert len(asked) == 1
