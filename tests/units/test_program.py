"""Expressions as instructions: the same on numpy and torch, equal parts once."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pinnln.formulation import TORCH
from pinnln.units import absolute, coordinates, cos, cosh, d, erf, exp, field, log, sin, sinh, sqrt, tan, tanh, where
from pinnln.units.program import NUMPY, Partial, Program

x, y = coordinates(x=(0.0, 1.0), y=(0.0, 1.0))
u = field("u", "", of=(x, y))
FUNCTIONS = (sin, cos, tan, exp, log, sinh, cosh, tanh, erf, sqrt, absolute)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_numpy_and_torch_agree(function: object) -> None:
    """Every elementary function computes the same on both."""
    assert callable(function)
    program = Program([function(0.5 + x) + where(x >= 0.5, x, -y)])
    places = np.linspace(0.1, 0.9, 7), np.linspace(0.3, 0.2, 7)
    ours = [places[0] if leaf is x else places[1] for leaf in program.leaves]
    (expected,) = program.run(ours, NUMPY)
    (found,) = program.run([torch.from_numpy(column) for column in ours], TORCH)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-14)


def test_equal_parts_are_computed_once() -> None:
    """sin(x)·y in two expressions is one sine and one product."""
    program = Program([sin(x) * y, sin(x) * y + 1])
    assert program.listing().count("sin") == 1
    assert program.listing().count("mul") == 1


def test_leaves_are_coordinates_and_partial_derivatives() -> None:
    """A mixed derivative is asked by how often it is along each coordinate."""
    program = Program([d(u, x, y, x) * x + u])
    assert program.leaves == [Partial(u, (2, 1)), x, Partial(u, (0, 0))]


@pytest.mark.parametrize(("relation", "expected"), [("<", 1), ("<=", 1), (">", 0), (">=", 0)])
def test_relations(relation: str, expected: int) -> None:
    """The four comparisons."""
    tests = {"<": x < 0.5, "<=": x <= 0.5, ">": x > 0.5, ">=": x >= 0.5}
    assert Program([where(tests[relation], 1, 0)]).run([0.2], NUMPY)[0] == expected


def test_the_fault_is_that_of_the_expression_asked() -> None:
    """Several expressions share a program: each is told of its own first operation that fails, or of none."""
    (x,) = coordinates(x=(-1.0, 1.0))
    program = Program([log(x), sqrt(x - 1) + 2, x + 1, 1 / (x + 0.5)])
    assert program.fault(0, [-0.5]) == ("log", (-0.5,))
    assert program.fault(1, [-0.5]) == ("sqrt", (-1.5,))
    assert program.fault(2, [-0.5]) is None
    assert program.fault(3, [-0.5]) == ("truediv", (1.0, 0.0))
    assert program.fault(3, [0.5]) is None
