"""Any composition of channel operations, against nested autograd; and what cannot be recorded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings, strategies as st

from pinnln.kernels import ACTIVATIONS, MultiIndex, NestedTape, Recording, Stack, downward_closure, layer_norm
from pinnln.kernels.nested_channels import nested_channels

FLOAT = torch.float64
WIDTH = 3
INDICES = downward_closure([(3, 0), (1, 1), (0, 2)])
SECOND = downward_closure([(2, 0), (1, 1), (0, 2)])
STEPS = ("linear", "scale", "activate", "normalize", "add", "subtract", "multiply")


def recorded(program: list[tuple[str, int, int]], theta: torch.Tensor, h: Stack, record: Recording) -> Stack:
    """A program of operations on earlier results, as a recording; the results are summed."""
    stacks, taken = [record.linear(h, theta[:6].view(WIDTH, 2), theta[6:9])], 9
    for step, one, other in program:
        left, right = stacks[one % len(stacks)], stacks[other % len(stacks)]
        if step == "linear":
            weight, bias = theta[taken : taken + 9].view(WIDTH, WIDTH), theta[taken + 9 : taken + 12]
            stacks.append(record.linear(left, weight, bias))
            taken += 12
        elif step == "scale":
            stacks.append(record.scale(left, theta[taken]))
            taken += 1
        elif step == "activate":
            stacks.append(record.activate(left, ACTIVATIONS["tanh"]))
        elif step == "normalize":
            stacks.append(record.normalize(left, 0.1))
        else:
            combine = {"add": record.add, "subtract": record.subtract, "multiply": record.multiply}[step]
            stacks.append(combine(left, right))
    total = stacks[0]
    for stack in stacks[1:]:
        total = record.add(total, stack)
    return total


def plain(program: list[tuple[str, int, int]]) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """The same program by torch's own operations."""

    def function(theta: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        values, taken = [x @ theta[:6].view(WIDTH, 2).T + theta[6:9]], 9
        for step, one, other in program:
            left, right = values[one % len(values)], values[other % len(values)]
            if step == "linear":
                values.append(left @ theta[taken : taken + 9].view(WIDTH, WIDTH).T + theta[taken + 9 : taken + 12])
                taken += 12
            elif step == "scale":
                values.append(theta[taken] * left)
                taken += 1
            elif step == "activate":
                values.append(torch.tanh(left))
            elif step == "normalize":
                values.append(layer_norm(left, epsilon=0.1))
            else:
                values.append({"add": torch.add, "subtract": torch.sub, "multiply": torch.mul}[step](left, right))
        return torch.stack(values).sum(0)

    return function


def size(program: list[tuple[str, int, int]]) -> int:
    """How many parameters a program takes."""
    return 9 + sum({"linear": 12, "scale": 1}.get(step, 0) for step, _, _ in program)


def compare(program: list[tuple[str, int, int]], indices: tuple[MultiIndex, ...], seed: int) -> None:
    """Channels, gradient and per-sample Jacobian of a program, to 1e-10."""
    generator = torch.Generator().manual_seed(seed)
    theta = torch.randn(size(program), dtype=FLOAT, generator=generator)
    features = torch.randn(len(indices), 2, 2, dtype=FLOAT, generator=generator)
    record = Recording(indices)
    tape = record.tape(recorded(program, theta, record.source(features), record))
    oracle = NestedTape.of(plain(program), theta, features, indices)
    signals = torch.randn(2, *tape.output.shape, dtype=FLOAT, generator=generator)
    rows = oracle.jacobian(signals)
    for ours, theirs in (
        (tape.output, oracle.output),
        (tape.jacobian(signals), rows),
        (tape.gradient(signals[0]), rows[0].sum(0)),
    ):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-10 * max(1.0, float(theirs.abs().max())))


@settings(max_examples=6)
@given(
    program=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=5),
    seed=st.integers(0, 2**20),
)
def test_any_composition_equals_autograd(program: list[tuple[str, int, int]], seed: int) -> None:
    """A random program of operations on earlier results, used once or more."""
    compare(program, SECOND, seed)


def test_third_derivatives_of_products_equal_autograd() -> None:
    """All three binomial coefficients take part."""
    compare([("activate", 0, 0), ("linear", 0, 0), ("multiply", 1, 2), ("scale", 3, 0)], INDICES, seed=3)


@pytest.mark.parametrize("index", [(1, 0), (2, 0), (1, 1), (3, 0), (2, 2)])
def test_nested_channels_are_nested_gradients(index: tuple[int, int]) -> None:
    """The fallback itself, of features that are coordinates, against autograd on autograd in reverse mode."""
    x = torch.rand(4, 2, dtype=FLOAT, generator=torch.Generator().manual_seed(0))
    theta = torch.tensor([1.3, 0.4], dtype=FLOAT)

    def function(theta: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        return torch.stack([torch.exp(x @ theta), torch.sin(theta[0] * x[:, 0] * x[:, 1])], 1)

    indices = downward_closure([index])
    features = torch.zeros(len(indices), 4, 2, dtype=FLOAT)
    features[0] = x
    for axis, first in enumerate([(1, 0), (0, 1)]):
        if first in indices:
            features[indices.index(first), :, axis] = 1.0
    found = nested_channels(function, theta, features, indices)[indices.index(index)]
    leaf = x.clone().requires_grad_()
    for column, value in enumerate(function(theta, leaf).unbind(1)):
        for axis, order in enumerate(index):
            for _ in range(order):
                (slope,) = torch.autograd.grad(value.sum(), leaf, create_graph=True)
                value = slope[:, axis]
        torch.testing.assert_close(found[:, column], value.detach(), rtol=1e-12, atol=1e-12)


def test_what_cannot_be_recorded_is_refused() -> None:
    """Channels that are not closed, and operations that lead nowhere."""
    with pytest.raises(ValueError, match=r"expected all lower derivatives too, missing \{\(1, 0\)\}"):
        Recording(((0, 0), (2, 0)))
    record = Recording(((0,),))
    h = record.source(torch.zeros(1, 2, 1, dtype=FLOAT))
    one = torch.ones(1, 1, dtype=FLOAT)
    idle = record.linear(h, one, one[0])
    output = record.linear(h, one, one[0])
    with pytest.raises(ValueError, match="expected every operation to lead to the output, found Linear that do not"):
        record.tape(output)
    assert record.tape(record.add(output, idle)).size == 4
