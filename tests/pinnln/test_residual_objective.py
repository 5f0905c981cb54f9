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
from pinnln.kernels import NormalEquations
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
        Periodic(T, on=x.ends),
    )
    scales = problem.scales(Scales(u=Q("1 m/s"), T=(Q("300 K"), Q("10 K"))))
    formulation = nondimensional(problem, scales.yardsticks)
    network = MLP(4, 2)
    made = ResidualObjective(formulation, network, conditioning, Sampling(interior, 10), seed=1)
    return made, network.initialize(formulation.embedding.size, 2, seed=2) * 1.5


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
    system = NormalEquations(made.size)
    model = made.least_squares(theta, system)
    torch.testing.assert_close(system.slope, made.gradient(theta)[1], rtol=1e-8, atol=1e-10)
    torch.testing.assert_close(system.gram, system.gram.T)
    assert float(torch.linalg.eigvalsh(system.gram).min()) > -1e-10
    torch.testing.assert_close(model.rows(theta), model.here, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("conditioning", CONDITIONINGS, ids=str)
def test_one_way_back_is_the_transposed_jacobian(conditioning: AbstractConditioning) -> None:
    """Jᵀw by one way back equals Jᵀw by the Jacobian that the dual system was given, for any w."""
    made, theta = objective(conditioning, interior=7)
    blocks = []

    class Kept(NormalEquations):
        def add(self, jacobian: torch.Tensor, rows: torch.Tensor) -> None:
            blocks.append(jacobian)

    model = made.least_squares(theta, Kept(made.size))
    w = torch.randn(len(model.here), dtype=torch.float64, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(model.pull(w), torch.cat(blocks).T @ w, rtol=1e-9, atol=1e-11)


def test_the_matrix_is_that_of_the_rows() -> None:
    """For the plain mean square, gram = JᵀJ with J by differences of the residuals themselves."""
    made, theta = objective(MeanSquare(), interior=12)
    system = NormalEquations(made.size)
    made.least_squares(theta, system)

    def rows(at: torch.Tensor) -> torch.Tensor:
        found = made.residuals(at)
        return torch.cat([values / len(values) ** 0.5 for values in found.values()])

    step = 1e-6
    columns = [(rows(theta + step * unit) - rows(theta - step * unit)) / (2 * step) for unit in torch.eye(len(theta))]
    jacobian = torch.stack(columns, 1)
    torch.testing.assert_close(system.gram, jacobian.T @ jacobian, rtol=1e-5, atol=1e-6)


def test_chunks_of_points_add_up() -> None:
    """More points than one chunk holds: the same objective as the mean over all of them."""
    made, theta = objective(MeanSquare(), interior=2500)
    found = made.residuals(theta)
    assert len(found["flow"]) == 2500
    expected = sum(0.5 * float(values.square().mean()) for values in found.values())
    assert made.value(theta) == pytest.approx(expected, rel=1e-12)
    model = made.least_squares(theta, NormalEquations(made.size))
    assert model.half_square == pytest.approx(expected, rel=1e-12)
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
    monkeypatch.setattr(residual_objective, "_MOST_PLACED", 10)
    anew, _ = objective(LayerNorm(1e-2), interior=1100)
    assert anew.gradient(theta)[0] == kept.gradient(theta)[0]
    assert torch.equal(anew.gradient(theta)[1], kept.gradient(theta)[1])
    ours, theirs = NormalEquations(len(theta)), NormalEquations(len(theta))
    here, there = anew.least_squares(theta, ours), kept.least_squares(theta, theirs)
    assert torch.equal(ours.gram, theirs.gram)
    assert torch.equal(here.rows(1.1 * theta), there.rows(1.1 * theta))
    torch.testing.assert_close(here.pull(here.here), there.pull(there.here), rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("conditioning", [MeanSquare(), LayerNorm(1e-2)], ids=str)
def test_the_same_seed_gives_the_same_bits(conditioning: AbstractConditioning) -> None:
    """Two objectives of one seed, and one asked twice: no bit of value, gradient or model differs."""
    (first, theta), (second, again) = objective(conditioning, 700), objective(conditioning, 700)
    assert torch.equal(theta, again)
    for made in (first, second):
        assert made.value(theta) == first.value(theta)
        assert torch.equal(made.gradient(theta)[1], first.gradient(theta)[1])
        systems = NormalEquations(len(theta)), NormalEquations(len(theta))
        made.least_squares(theta, systems[0])
        first.least_squares(theta, systems[1])
        assert torch.equal(systems[0].gram, systems[1].gram)
        assert torch.equal(systems[0].slope, systems[1].slope)


def test_points_gather_where_the_residual_is_large() -> None:
    """With θ half of the points follow the residual: its mean square there exceeds that of even points, whose mean is
    returned; the same θ gives the same points."""
    made, theta = objective(MeanSquare(), interior=400)
    theta = 4 * theta  # steep enough for residuals of unlike size

    def square() -> float:
        return sum(float(made.residuals(theta)[name].square().mean()) for name in ("flow", "heat"))

    made.resample(5)
    even, value = square(), made.value(theta)
    validation = made.resample(5, theta)
    gathered = square()
    assert validation == pytest.approx(value, rel=0.2)
    assert gathered > 1.3 * even
    assert made.resample(5, theta) == validation
    assert square() == gathered


def test_points_grow_by_half_and_not_without_end() -> None:
    """A refinement holds from the next round on, up to some eight rows a parameter."""
    made, theta = objective(MeanSquare(), interior=40)
    before = made.rows
    assert made.refine()
    made.resample(1, theta)
    assert made.rows == before + 40
    while made.refine():
        pass
    assert made.sampling.interior * 2 <= 1.5 * 8 * made.size


def test_thinned_points_grow_back_to_those_asked_for() -> None:
    """Training on few rows grows without going beyond what was asked, and all points are there at the end."""
    made, theta = objective(MeanSquare(), interior=100)
    asked, whole = made.rows, made.value(theta)
    with made.thinned(80):
        assert made.sampling.interior == 40
        assert made.rows == asked - 120
        while made.refine(beyond=False):
            pass
        assert made.sampling.interior == 100
    with made.thinned(80):
        assert made.value(theta) != whole
    assert made.rows == asked
    assert made.value(theta) == whole


def test_what_was_refined_beyond_the_asked_is_kept() -> None:
    """Points that a misfit asked for stay when the thinning ends."""
    made, _ = objective(MeanSquare(), interior=40)
    with made.thinned(1000):
        assert made.sampling.interior == 40
        assert not made.refine(beyond=False)
        assert made.refine()
    assert made.sampling.interior == 60
