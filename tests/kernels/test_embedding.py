"""Features of coordinates: their derivatives, their periods, and what is refused."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln.kernels import Embedding, downward_closure

INDICES = downward_closure([(3, 0), (1, 1), (0, 2)])
BOX = Embedding((0.5, -2.0), (1.5, 3.0), (True, False))


def test_features_are_the_box_and_the_circle() -> None:
    """The ends of a plain coordinate are −1 and 1; a quarter of a period turns the circle by a right angle."""
    x = torch.tensor([[0.75, -2.0], [0.5, 3.0]], dtype=torch.float64)
    expected = torch.tensor([[0.0, 1.0, -1.0], [1.0, 0.0, 1.0]], dtype=torch.float64)
    torch.testing.assert_close(BOX.channels(x, ((0, 0),))[0], expected, rtol=0, atol=1e-15)


@given(seed=st.integers(0, 2**20))
def test_derivatives_equal_autograd_and_are_periodic(seed: int) -> None:
    """Every channel equals autograd of the value, and is the same one period on."""
    x = torch.rand(4, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    found = BOX.channels(x, INDICES)
    later = BOX.channels(x + torch.tensor([1.0, 0.0], dtype=torch.float64), INDICES)
    torch.testing.assert_close(found, later, rtol=0, atol=1e-12 * (2 * math.pi) ** 3)
    for feature in range(BOX.size):
        for place, index in enumerate(INDICES):
            leaf = x.clone().requires_grad_()
            value = BOX.channels(leaf, ((0, 0),))[0, :, feature]
            for axis, order in enumerate(index):
                for _ in range(order):
                    (slope,) = torch.autograd.grad(value.sum(), leaf, create_graph=True, materialize_grads=True)
                    value = slope[:, axis]
            torch.testing.assert_close(found[place, :, feature], value.detach(), rtol=1e-12, atol=1e-11)


def test_what_does_not_fit_is_refused() -> None:
    """Unlike lengths, an empty extent, points of another dimension."""
    with pytest.raises(ValueError, match="expected corners and flags of one length"):
        Embedding((0.0,), (1.0, 2.0))
    with pytest.raises(ValueError, match="expected low < high"):
        Embedding((1.0,), (1.0,))
    with pytest.raises(ValueError, match=r"expected x \(N, 2\)"):
        BOX.channels(torch.zeros(3, 1, dtype=torch.float64), ((0,),))
