"""Terms of an objective: their mean squares, slopes and traces are those of the parts that it is the sum of."""

from __future__ import annotations

import pytest
import torch

from pinnln import (
    MLP,
    Dirichlet,
    LayerNorm,
    MeanSquare,
    Neumann,
    Periodic,
    Problem,
    Residual,
    Sampling,
    Scales,
    coordinates,
    d,
    field,
    laplacian,
)
from pinnln.conditioning import AbstractConditioning
from pinnln.formulation import nondimensional
from pinnln.kernels import NormalEquations
from pinnln.residual_objective import ResidualObjective
from pinnln.terms import names_of
from pinnln.units import Q

L, alpha = Q("1 m"), Q("0.1 m^2/s")
x, y = coordinates(x=(0 * L, L), y=(0 * L, L))
u, T = field("u", "m/s", of=(x, y)), field("T", "K", of=(x, y))
coupled = Problem(
    Residual("flow", u * d(u, x) - alpha * laplacian(u) + Q("1 m/s^2/K") * (T - Q("300 K"))),
    Residual("heat", u * d(T, x) - alpha * laplacian(T)),
    Dirichlet(T, Q("310 K"), on=y.start),
    Neumann(T, Q("2 K/m"), on=y.end),
    Periodic(T, on=x.ends),
)
FORMULATION = nondimensional(coupled, coupled.scales(Scales(u=Q("1 m/s"), T=(Q("300 K"), Q("10 K")))).yardsticks)


def objective(conditioning: AbstractConditioning, interior: int = 30) -> tuple[ResidualObjective, torch.Tensor]:
    """Two equations, a slope and a period that are left to the loss, at random parameters."""
    made = ResidualObjective(FORMULATION, MLP(4, 2), conditioning, Sampling(interior, 10), seed=1)
    return made, MLP(4, 2).initialize(FORMULATION.embedding.size, 2, seed=2) * 1.5


def test_every_equation_and_condition_is_a_term() -> None:
    """Equations first, then what the ansatz does not meet; each name once."""
    assert names_of(FORMULATION)[:2] == ("flow", "heat")
    assert len(names_of(FORMULATION)) == len(set(names_of(FORMULATION))) == 5


def test_mean_squares_are_twice_the_losses() -> None:
    """What the progress line shows of each equation is ½ m_c."""
    made, theta = objective(MeanSquare())
    found = made.terms(theta).mean_squares()
    expected = [2 * value for value in made.losses(theta).values()]
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float64), rtol=1e-12, atol=0)


@pytest.mark.parametrize("conditioning", [MeanSquare(), LayerNorm(1e-2), LayerNorm(1e-2, center=True)], ids=str)
def test_shares_of_terms_add_up_to_the_gradient(conditioning: AbstractConditioning) -> None:
    """Whatever the conditioning: nothing is lost and nothing counted twice, also where a condition joins two faces."""
    made, theta = objective(conditioning)
    value, slope = made.gradient(theta)
    total, shares = made.term_slopes(theta)
    assert total == pytest.approx(value, rel=1e-12)
    assert shares.shape == (5, made.size)
    torch.testing.assert_close(shares.sum(0), slope, rtol=1e-9, atol=1e-12)
    assert bool((shares.norm(dim=1) > 0).all())


def test_a_share_is_the_gradient_of_its_own_loss() -> None:
    """Along a random direction the loss of every term changes as its share says."""
    made, theta = objective(MeanSquare())
    direction = torch.randn(theta.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    step = 1e-6
    ahead, behind = (made.terms(theta + sign * step * direction).mean_squares() for sign in (1, -1))
    expected = (ahead - behind) / (4 * step)
    torch.testing.assert_close(made.term_slopes(theta)[1] @ direction, expected, rtol=1e-5, atol=1e-8)


def test_traces_add_up_to_that_of_the_normal_equations() -> None:
    """Σ_c tr K_c = tr JᵀJ."""
    made, theta = objective(MeanSquare())
    system = NormalEquations(made.size)
    made.least_squares(theta, system)
    traces = made.terms(theta).traces()
    assert float(traces.sum()) == pytest.approx(float(system.gram.trace()), rel=1e-10)
    assert bool((traces > 0).all())
