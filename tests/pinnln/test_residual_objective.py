"""The objective of a formulation: gradients, Gauss-Newton models, chunks of points, fresh points."""

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
    residual_objective,
)
from pinnln.conditioning import AbstractConditioning, MeanSquareOfLayerNorm
from pinnln.formulation import nondimensional
from pinnln.residual_objective import ResidualObjective
from pinnln.units import Q

L = Q("1 m")
x, y = coordinates(x=(0 * L, L), y=(0 * L, L))
u, T = field("u", "m/s", of=(x, y)), field("T", "K", of=(x, y))
alpha = Q("0.1 m^2/s")
CONDITIONINGS = [MeanSquare(), LayerNorm(1e-2), LayerNorm(1e-2, center=True), MeanSquareOfLayerNorm(1e-2)]


def objective(conditioning: AbstractConditioning, interior: int = 40) -> tuple[ResidualObjective, torch.Tensor]:
    """A nonlinear coupled problem with every kind of group, at random parameters."""
    problem = Problem(
        Residual("flow", u * d(u, x) - alpha * laplacian(u) + Q("1 m/s^2/K") * (T - Q("300 K"))),
        Residual("heat", u * d(T, x) - alpha * laplacian(T)),
        Dirichlet(T, Q("310 K"), on=y.start),
        Neumann(T, Q("2 K/m"), on=y.end),
        Periodic(u, on=x.ends),
        Periodic(T, on=x.ends),
    )
    scales = problem.scales(Scales(u=Q("1 m/s"), T=(Q("300 K"), Q("10 K"))))
    formulation = nondimensional(problem, scales.yardsticks)
    network = MLP(4, 2)
    made = ResidualObjective(formulation, network, conditioning, Sampling(interior, 10), seed=1)
    return made, network.initialize(2, 2, seed=2) * 1.5


@pytest.mark.parametrize("conditioning", CONDITIONINGS, ids=str)
def test_the_gradient_is_that_of_the_value(conditioning: AbstractConditioning) -> None:
    """A central difference of the value along a random direction equals the gradient's share of it."""
    made, theta = objective(conditioning)
    value, slope = made.gradient(theta)
    assert value == pytest.approx(made.value(theta), rel=1e-12)
    direction = torch.randn(theta.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    step = 1e-6
    expected = (made.value(theta + step * direction) - made.value(theta - step * direction)) / (2 * step)
    assert float(slope @ direction) == pytest.approx(expected, rel=1e-5, abs=1e-8)


@pytest.mark.parametrize("conditioning", CONDITIONINGS, ids=str)
def test_the_model_has_the_slope_of_the_objective(conditioning: AbstractConditioning) -> None:
    """Gauss-Newton's slope is the gradient; its matrix is symmetric and nowhere negative."""
    made, theta = objective(conditioning)
    model = made.quadratic(theta)
    torch.testing.assert_close(model.slope, made.gradient(theta)[1], rtol=1e-8, atol=1e-10)
    torch.testing.assert_close(model.gram, model.gram.T)
    assert float(torch.linalg.eigvalsh(model.gram).min()) > -1e-10
    assert model.value(theta) == pytest.approx(model.half_square, rel=1e-12)


def test_the_matrix_is_that_of_the_rows() -> None:
    """For the plain mean square, gram = JᵀJ with J by differences of the residuals themselves."""
    made, theta = objective(MeanSquare(), interior=12)
    gram = made.quadratic(theta).gram

    def rows(at: torch.Tensor) -> torch.Tensor:
        found = made.residuals(at)
        return torch.cat([values / len(values) ** 0.5 for values in found.values()])

    step = 1e-6
    columns = [(rows(theta + step * unit) - rows(theta - step * unit)) / (2 * step) for unit in torch.eye(len(theta))]
    jacobian = torch.stack(columns, 1)
    torch.testing.assert_close(gram, jacobian.T @ jacobian, rtol=1e-5, atol=1e-6)


def test_chunks_of_points_add_up() -> None:
    """More points than one chunk holds: the same objective as the mean over all of them."""
    made, theta = objective(MeanSquare(), interior=2500)
    found = made.residuals(theta)
    assert len(found["flow"]) == 2500
    expected = sum(0.5 * float(values.square().mean()) for values in found.values())
    assert made.value(theta) == pytest.approx(expected, rel=1e-12)
    assert made.quadratic(theta).half_square == pytest.approx(expected, rel=1e-12)
    assert made.gradient(theta)[0] == pytest.approx(expected, rel=1e-12)


def test_fresh_points_are_a_function_of_the_round() -> None:
    """Another round gives other points, the same round the same."""
    made, theta = objective(MeanSquare())
    first = made.value(theta)
    made.resample(1)
    assert made.value(theta) != first
    made.resample(0)
    assert made.value(theta) == first


def test_many_points_are_placed_anew_with_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """Points that are not kept: the same gradient, model and trial, bit for bit, also in frozen weights."""
    kept, theta = objective(LayerNorm(1e-2), interior=1100)
    monkeypatch.setattr(residual_objective, "_MOST_KEPT", 10)
    anew, _ = objective(LayerNorm(1e-2), interior=1100)
    assert anew.gradient(theta)[0] == kept.gradient(theta)[0]
    assert torch.equal(anew.gradient(theta)[1], kept.gradient(theta)[1])
    ours, theirs = anew.quadratic(theta), kept.quadratic(theta)
    assert torch.equal(ours.gram, theirs.gram)
    assert ours.value(1.1 * theta) == theirs.value(1.1 * theta)


@pytest.mark.parametrize("conditioning", [MeanSquare(), LayerNorm(1e-2)], ids=str)
def test_the_same_seed_gives_the_same_bits(conditioning: AbstractConditioning) -> None:
    """Two objectives of one seed, and one asked twice: no bit of value, gradient or model differs."""
    (first, theta), (second, again) = objective(conditioning, 700), objective(conditioning, 700)
    assert torch.equal(theta, again)
    for made in (first, second):
        assert made.value(theta) == first.value(theta)
        assert torch.equal(made.gradient(theta)[1], first.gradient(theta)[1])
        assert torch.equal(made.quadratic(theta).gram, first.quadratic(theta).gram)
        assert torch.equal(made.quadratic(theta).slope, first.quadratic(theta).slope)
