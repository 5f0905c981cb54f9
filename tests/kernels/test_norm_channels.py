"""LayerNorm in derivative channels against nested autograd through our own layer, and the way back from it."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from pinnln.kernels import ACTIVATIONS, Embedding, MultiIndex, Recording, Tape, downward_closure, layer_norm

FLOAT = torch.float64
EPSILON = 1e-3
INDICES = downward_closure([(2, 0), (1, 1), (0, 2)])


def network(seed: int) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Two hidden layers with random weights."""
    generator = torch.Generator().manual_seed(seed)
    return [
        (
            torch.randn(after, before, dtype=FLOAT, generator=generator),
            torch.randn(after, dtype=FLOAT, generator=generator),
        )
        for before, after in pairwise([2, 6, 6, 2])
    ]


def normalised(
    layers: list[tuple[torch.Tensor, torch.Tensor]], features: torch.Tensor, indices: tuple[MultiIndex, ...]
) -> Tape:
    """The network in derivative channels."""
    record = Recording(indices)
    h = record.source(features)
    for weight, bias in layers[:-1]:
        h = record.normalize(record.activate(record.linear(h, weight, bias), ACTIVATIONS["tanh"]), EPSILON)
    return record.tape(record.linear(h, *layers[-1]))


def plain(layers: list[tuple[torch.Tensor, torch.Tensor]], x: torch.Tensor) -> torch.Tensor:
    """The network by torch's functions and our LayerNorm."""
    for weight, bias in layers[:-1]:
        x = layer_norm(torch.tanh(x @ weight.T + bias), epsilon=EPSILON)
    return x @ layers[-1][0].T + layers[-1][1]


def nested(layers: list[tuple[torch.Tensor, torch.Tensor]], x: torch.Tensor) -> torch.Tensor:
    """All channels by autograd on autograd, (C, N, m), with their graph."""
    x = x.clone().requires_grad_()
    found = []
    for index in INDICES:
        columns = []
        for value in plain(layers, x).unbind(1):
            for axis, order in enumerate(index):
                for _ in range(order):
                    (slope,) = torch.autograd.grad(value.sum(), x, create_graph=True)
                    value = slope[:, axis]
            columns.append(value)
        found.append(torch.stack(columns, 1))
    return torch.stack(found)


@pytest.mark.parametrize("seed", range(3))
def test_normalised_channels_and_their_way_back_equal_autograd(seed: int) -> None:
    """Values, slopes, second derivatives, and the gradient of a functional of them all, to 1e-10."""
    layers = [(w.requires_grad_(), b.requires_grad_()) for w, b in network(seed)]
    x = torch.rand(5, 2, dtype=FLOAT, generator=torch.Generator().manual_seed(seed))
    expected = nested(layers, x)
    signal = torch.randn(expected.shape, dtype=FLOAT, generator=torch.Generator().manual_seed(9))
    parameters = [item for layer in layers for item in layer]
    gradient = torch.cat([item.flatten() for item in torch.autograd.grad((signal * expected).sum(), parameters)])
    detached = [(w.detach(), b.detach()) for w, b in layers]
    tape = normalised(detached, Embedding((-1.0, -1.0), (1.0, 1.0)).channels(x, INDICES), INDICES)
    torch.testing.assert_close(tape.output, expected.detach(), rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(tape.gradient(signal), gradient, rtol=1e-10, atol=1e-9)
    torch.testing.assert_close(tape.jacobian(signal[None])[0].sum(0), gradient, rtol=1e-10, atol=1e-9)


def test_a_third_derivative_through_a_normalised_layer_is_refused() -> None:
    """With the way out."""
    indices = downward_closure([(3, 0)])
    features = torch.zeros(len(indices), 1, 2, dtype=FLOAT)
    with pytest.raises(ValueError, match=r"order 0 to 2 through a normalised layer, found \(3, 0\): lower the order"):
        normalised(network(0), features, indices)
