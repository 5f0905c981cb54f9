"""Slopes of residuals by the rules of calculus, against autograd."""

from __future__ import annotations

import pytest
import torch

from pinnln import (
    Dirichlet,
    Periodic,
    Problem,
    Residual,
    Scales,
    absolute,
    coordinates,
    d,
    exp,
    field,
    sin,
    sqrt,
    where,
)
from pinnln.formulation import Formulation, nondimensional
from pinnln.tangent import Tangent
from pinnln.units import Q

x, y = coordinates(x=(0.0, 1.0), y=(0.0, 2.0))
u, v = field("u", "", of=(x, y)), field("v", "", of=(x, y))


def formulation() -> Formulation:
    """Products, quotients, powers, functions and a case distinction, of values and derivatives."""
    problem = Problem(
        Residual("first", u * d(u, x) ** 3 - exp(u) / (2 + v * v) + where(x < 0.5, u * v, sin(d(v, y, y)))),
        Residual("second", sqrt(1 + d(u, x, y) ** 2) + x * y + absolute(v) - 3 * d(v, y)),
        Dirichlet(u, sin(x), on=y.start),
        Periodic(v, on=x.ends),
    )
    return nondimensional(problem, problem.scales(Scales(u=Q(1.0, ""), v=Q(1.0, ""))).yardsticks)


def test_slopes_equal_autograd() -> None:
    """Every group, also one that compares two faces: the same residuals, signals and pulled back weights."""
    made = formulation()
    generator = torch.Generator().manual_seed(0)
    for group in made.groups:
        points = made.place(group, torch.rand(6, 2, dtype=torch.float64, generator=generator))
        network = torch.randn(len(group.indices), 6, 2, dtype=torch.float64, generator=generator).requires_grad_()
        r = made.residuals(group, points, network)
        found = made.linearized(group, points, network.detach())
        torch.testing.assert_close(found.values, r.detach(), rtol=1e-14, atol=0)
        expected = torch.stack([torch.autograd.grad(row.sum(), network, retain_graph=True)[0] for row in r])
        torch.testing.assert_close(found.signals(), expected, rtol=1e-12, atol=1e-13)
        g = torch.randn(r.shape, dtype=torch.float64, generator=generator)
        torch.testing.assert_close(found.back(g), torch.autograd.grad(r, network, g)[0], rtol=1e-12, atol=1e-13)


def test_what_does_not_occur_has_no_slope() -> None:
    """A linear residual has constant slopes, and none along what is not in it."""
    tangent = Tangent.of([2 * d(u, x) - v, x * y])
    assert [(place, item.field.name, item.orders) for place, item in tangent.slopes] == [
        (0, "u", (1, 0)),
        (0, "v", (0, 0)),
    ]
    assert tangent.program.run([1.0] * len(tangent.program.leaves), {})[2:] == [pytest.approx(2.0), pytest.approx(-1.0)]
