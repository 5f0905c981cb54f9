"""Derivative channels against nested autograd, and the way back against autograd of the parameters."""

from __future__ import annotations

from itertools import pairwise, product

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln.kernels import ACTIVATIONS, Embedding, MultiIndex, downward_closure, propagate

FLOAT = torch.float64
FUNCTIONS = {
    "tanh": torch.tanh,
    "sin": torch.sin,
    "silu": torch.nn.functional.silu,
    "gelu": torch.nn.functional.gelu,
}


def network(inputs: int, outputs: int, seed: int, width: int = 7) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Two hidden layers with random weights."""
    generator = torch.Generator().manual_seed(seed)
    sizes = [inputs, width, width, outputs]
    return [
        (
            torch.randn(after, before, dtype=FLOAT, generator=generator) * 0.7,
            torch.randn(after, dtype=FLOAT, generator=generator) * 0.3,
        )
        for before, after in pairwise(sizes)
    ]


def plain(layers: list[tuple[torch.Tensor, torch.Tensor]], x: torch.Tensor, activation: str) -> torch.Tensor:
    """The network by torch's own functions."""
    function = FUNCTIONS[activation]
    for weight, bias in layers[:-1]:
        x = function(x @ weight.T + bias)
    return x @ layers[-1][0].T + layers[-1][1]


def bare(x: torch.Tensor, indices: tuple[MultiIndex, ...]) -> torch.Tensor:
    """The coordinates as their own features."""
    count = x.shape[1]
    return Embedding((-1.0,) * count, (1.0,) * count).channels(x, indices)


def nested(
    layers: list[tuple[torch.Tensor, torch.Tensor]], x: torch.Tensor, index: MultiIndex, activation: str
) -> torch.Tensor:
    """A partial derivative by autograd on autograd, (N, m), with its graph."""
    x = x.clone().requires_grad_()
    columns = []
    for column in plain(layers, x, activation).unbind(1):
        value = column
        for axis, order in enumerate(index):
            for _ in range(order):
                (slope,) = torch.autograd.grad(value.sum(), x, create_graph=True)
                value = slope[:, axis]
        columns.append(value)
    return torch.stack(columns, 1)


def every_index(inputs: int, order: int) -> list[MultiIndex]:
    """All multi-indices up to a total order, mixed ones included."""
    return [index for index in product(range(order + 1), repeat=inputs) if sum(index) <= order]


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize(("inputs", "order"), [(1, 4), (2, 4), (3, 3), (4, 3)])
def test_channels_equal_nested_autograd(activation: str, inputs: int, order: int) -> None:
    """Every derivative up to third order in up to four coordinates, fourth in two, mixed ones included, to 1e-12."""
    layers = network(inputs, 2, seed=order + inputs)
    x = torch.rand(5, inputs, dtype=FLOAT, generator=torch.Generator().manual_seed(1))
    indices = downward_closure(every_index(inputs, order))
    output = propagate(layers, bare(x, indices), indices, ACTIVATIONS[activation]).output
    for place, index in enumerate(indices):
        expected = nested(layers, x, index, activation).detach()
        assert float((output[place] - expected).abs().max()) <= 1e-12 * max(1.0, float(expected.abs().max())), index


@given(seed=st.integers(0, 2**20), activation=st.sampled_from(sorted(ACTIVATIONS)), order=st.integers(1, 3))
def test_the_way_back_equals_autograd(seed: int, activation: str, order: int) -> None:
    """Gradient and per-sample Jacobian equal autograd through the nested derivatives."""
    layers = network(2, 2, seed, width=4)
    x = torch.rand(3, 2, dtype=FLOAT, generator=torch.Generator().manual_seed(seed))
    indices = downward_closure([(order, 0), (0, 1)])
    tape = propagate(layers, bare(x, indices), indices, ACTIVATIONS[activation])
    signals = torch.randn(2, *tape.output.shape, dtype=FLOAT, generator=torch.Generator().manual_seed(seed))
    jacobian = tape.jacobian(signals)
    leaves = [part.clone().requires_grad_() for layer in layers for part in layer]
    again = list(zip(leaves[::2], leaves[1::2], strict=True))
    output = torch.stack([nested(again, x, index, activation) for index in indices])
    for equation, point in product(range(2), range(3)):
        total = (signals[equation, :, point] * output[:, point]).sum()
        parts = torch.autograd.grad(total, leaves, retain_graph=True, materialize_grads=True)
        expected = torch.cat([part.flatten() for part in parts])
        torch.testing.assert_close(jacobian[equation, point], expected, rtol=1e-9, atol=1e-10)
    torch.testing.assert_close(tape.gradient(signals[0]), jacobian[0].sum(0), rtol=1e-9, atol=1e-10)


def test_what_does_not_fit_is_refused() -> None:
    """Shapes, dtypes and a tape without memory are refused at the door."""
    layers = network(2, 1, 0)
    x = torch.zeros(3, 2, dtype=FLOAT)
    tanh = ACTIVATIONS["tanh"]
    features = bare(x, ((0, 0),))
    with pytest.raises(ValueError, match=r"expected features \(C, N, f\) for 2 channels"):
        propagate(layers, features, ((0, 0), (1, 0)), tanh)
    with pytest.raises(ValueError, match="expected a first layer for features"):
        propagate(layers, features.float(), ((0, 0),), tanh)
    with pytest.raises(ValueError, match="expected the value as the first channel"):
        propagate(layers, features, ((1, 0),), tanh)
    tape = propagate(layers, features, ((0, 0),), tanh, keep=False)
    with pytest.raises(ValueError, match="propagate with keep=True"):
        tape.gradient(torch.zeros_like(tape.output))
    with pytest.raises(ValueError, match=r"expected signals of shape \(1, 3, 1\)"):
        tape.gradient(torch.zeros(2, 3, 1, dtype=FLOAT))
