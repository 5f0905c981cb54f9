"""The network: normalised hidden layers solve, save and load, and are those of our own LayerNorm."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pinnln import MLP, LevenbergMarquardt, Solution, solve
from pinnln.kernels import Embedding, LayerNorm
from pinnln.network import EPSILON
from pinnln.problems import copper_bar

NORMALIZED = MLP(width=12, depth=2, layer_norm=True)


def as_module(theta: torch.Tensor, network: MLP, inputs: int, outputs: int) -> torch.nn.Sequential:
    """The same network of torch's layers and ours."""
    parts: list[torch.nn.Module] = []
    *hidden, last = network.layers(theta, inputs, outputs)
    for weight, bias in hidden:
        parts += [_linear(weight, bias), torch.nn.Tanh(), LayerNorm(len(bias), eps=EPSILON, elementwise_affine=False)]
    return torch.nn.Sequential(*parts, _linear(*last))


def _linear(weight: torch.Tensor, bias: torch.Tensor) -> torch.nn.Linear:
    layer = torch.nn.Linear(weight.shape[1], weight.shape[0], dtype=weight.dtype)
    layer.weight.data, layer.bias.data = weight.clone(), bias.clone()
    return layer


def test_a_normalised_network_is_that_of_torch_with_our_layer() -> None:
    """Value and slopes at points, to 1e-12."""
    theta = NORMALIZED.initialize(2, 3, seed=4)
    x = torch.rand(6, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0)).requires_grad_()
    expected = as_module(theta, NORMALIZED, 2, 3)(x)
    indices = ((0, 0), (1, 0), (0, 1))
    features = Embedding((-1.0, -1.0), (1.0, 1.0)).channels(x.detach(), indices)
    output = NORMALIZED.tape(theta, features, 3, indices, keep=False).output
    torch.testing.assert_close(output[0], expected.detach(), rtol=1e-12, atol=1e-12)
    (slope,) = torch.autograd.grad(expected[:, 1].sum(), x)
    torch.testing.assert_close(output[1:, :, 1].T, slope, rtol=1e-12, atol=1e-12)


def test_a_normalised_network_solves_and_is_kept(tmp_path: Path) -> None:
    """The copper bar, to one part in a thousand of its bump; saved and loaded it gives the same answer."""
    benchmark = copper_bar()
    solution = solve(
        benchmark.problem,
        benchmark.scales,
        network=NORMALIZED,
        sampling=benchmark.sampling,
        optimizer=LevenbergMarquardt(steps=60),
        show=False,
    )
    assert max(benchmark.field_errors(solution).values()) < 1e-3
    solution.save(tmp_path / "bar.safetensors")
    again = Solution.load(tmp_path / "bar.safetensors", benchmark.problem)
    assert torch.equal(again.theta, solution.theta)
    assert again.network == NORMALIZED


def test_one_unit_cannot_be_normalised() -> None:
    """A single number is its own mean."""
    with pytest.raises(ValueError, match="expected a width of at least 2 for LayerNorm, found 1"):
        MLP(width=1, layer_norm=True)
