"""Causal ordering: weights that open in time, end at one, know no units, and stand for a least-squares model."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st

from pinnln import (
    LBFGS,
    MLP,
    Adam,
    Causal,
    Dirichlet,
    Initial,
    LayerNorm,
    LevenbergMarquardt,
    MeanSquare,
    Problem,
    ProblemError,
    Residual,
    Sampling,
    Scales,
    coordinates,
    d,
    field,
    sin,
    solve,
)
from pinnln.causal import TimeFront, Weighted
from pinnln.formulation import nondimensional
from pinnln.problems import copper_bar, joule_heating
from pinnln.residual_objective import ResidualObjective
from pinnln.units import Q

L, SPEED = Q("1 m"), Q("8 m/s")
x, t = coordinates(x=(0 * L, L), t=(Q("0 s"), Q("1 s")))
u = field("u", "mol/m^3", of=(x, t))
ONE = Q("1 mol/m^3")
carried = Problem(
    Residual("advection", d(u, t) + SPEED * d(u, x)),
    Dirichlet(u, -ONE * sin(2 * math.pi * SPEED * t / L), on=x.start),
    Initial(u, ONE * sin(2 * math.pi * x / L)),
)
NET, POINTS = MLP(8, 2), Sampling(interior=128, face=16)
FORMULATION = nondimensional(carried, carried.scales(Scales(t=L / SPEED, u=ONE)).yardsticks)


def points_at(shares: torch.Tensor) -> object:
    """Points at given shares of time."""
    unit = torch.stack([torch.full_like(shares, 0.5), shares], dim=1)
    return FORMULATION.place(FORMULATION.groups[0], unit)


@given(
    stages=st.integers(1, 12),
    blocks=st.lists(st.floats(0, 100), min_size=0, max_size=40),
    patience=st.integers(1, 3),
)
def test_weights_fall_in_time_rise_in_training_and_end_at_one(stages: int, blocks: list[float], patience: int) -> None:
    """Never more for a later time, never less after a block, and all one after so many blocks, whatever r is."""
    front = TimeFront(Causal(stages=stages, patience=patience), FORMULATION)
    points = points_at(torch.linspace(0, 1, 33, dtype=torch.float64))
    before = front.weights(points, 33)  # type: ignore[arg-type]
    assert float(before[0]) == 1
    assert float(before[-1]) == pytest.approx(Causal().floor)
    for size in [*blocks, *[1e3] * (stages * patience)]:
        front.record(points, torch.full((1, 33), size, dtype=torch.float64), first=True)  # type: ignore[arg-type]
        front.advance()
        after = front.weights(points, 33)  # type: ignore[arg-type]
        assert bool((after >= before).all() and (after <= 1).all() and (after.diff() <= 0).all())
        before = after
    assert front.open
    assert bool((before == 1).all())


def test_the_front_waits_for_the_residuals_behind_it() -> None:
    """What lies ahead of the front does not hold it; what lies behind does, until patience ends."""
    shares = torch.linspace(0, 1, 41, dtype=torch.float64)
    points, front = points_at(shares), TimeFront(Causal(tolerance=0.1, stages=4, patience=3), FORMULATION)
    ahead = (shares > 0.6).double()[None]
    front.record(points, ahead, first=True)  # type: ignore[arg-type]
    front.advance()
    stopped = front.weights(points, 41)  # type: ignore[arg-type]
    assert float(stopped[shares == 0.5]) == 1
    assert float(stopped[-1]) == pytest.approx(Causal().floor)
    for block in range(3):
        assert torch.equal(front.weights(points, 41), stopped), block  # type: ignore[arg-type]
        front.record(points, ahead, first=True)  # type: ignore[arg-type]
        front.advance()
    assert not torch.equal(front.weights(points, 41), stopped)  # type: ignore[arg-type]


@pytest.mark.parametrize("inner", [MeanSquare(), LayerNorm(), LayerNorm(center=True)], ids=str)
def test_the_weighted_model_is_that_of_the_weighted_objective(inner: object) -> None:
    """Half the squared rows change as the objective does: equal gradients, and T is the derivative of the rows."""
    generator = torch.Generator().manual_seed(3)
    r = torch.randn(3, 5, dtype=torch.float64, generator=generator).requires_grad_()
    weighted = Weighted(inner, torch.tensor([1.0, 0.7, 0.2, 1e-3, 0.0]).double())  # type: ignore[arg-type]
    (slope,) = torch.autograd.grad(weighted.total(r), r)
    model = weighted.linearize(r.detach())
    assert model.matrix is not None
    torch.testing.assert_close(torch.einsum("mkn,mn->kn", model.matrix, model.rows), slope)
    torch.testing.assert_close(model.evaluate(r.detach()), model.rows)


def objective(causal: Causal) -> ResidualObjective:
    """The objective of the carried wave."""
    return ResidualObjective(FORMULATION, NET, causal, POINTS, 0)


def test_what_is_minimised_at_last_is_the_inner_objective() -> None:
    """Value, gradient and model with time open are those of the inner conditioning bit for bit, and not before."""
    ordered, plain = objective(Causal()), ResidualObjective(FORMULATION, NET, MeanSquare(), POINTS, 0)
    theta = NET.initialize(2, 1, 1)
    assert ordered.value(theta) < 0.5 * plain.value(theta)
    assert not torch.equal(ordered.gradient(theta)[1], plain.gradient(theta)[1])
    assert ordered.open_time()
    assert not plain.open_time()
    assert ordered.value(theta) == plain.value(theta)
    assert torch.equal(ordered.gradient(theta)[1], plain.gradient(theta)[1])
    assert not ordered.open_time()


@pytest.mark.parametrize("optimizer", [LevenbergMarquardt(steps=3, block=2), [Adam(steps=20), LBFGS(steps=5)]], ids=str)
def test_a_short_training_ends_with_the_plain_objective(optimizer: object) -> None:
    """A budget that ends before time is open is spent once more on all of it, and the report is of the plain mean."""
    settings = {"network": NET, "sampling": POINTS, "optimizer": optimizer, "show": False}
    solution = solve(carried, Scales(t=L / SPEED, u=ONE), conditioning=Causal(), **settings)  # type: ignore[arg-type]
    assert solution.report.steps == (6 if isinstance(optimizer, LevenbergMarquardt) else 50)
    rows = np.random.default_rng(0).random((4000, 2)) * [1.0, 1.0]
    found = solution.values(carried.residuals[0].statement.target, rows)
    scale = FORMULATION.groups[0].components[0].scale
    assert solution.report.objective == pytest.approx(0.5 * float(np.mean((found / scale) ** 2)), rel=0.5)


def test_an_ordered_training_arrives() -> None:
    """A wave that travels through the box twice is found, and nothing of time is left closed."""
    speed, ticks = Q("2 m/s"), np.linspace(0, 1, 40)
    slow = Problem(
        Residual("advection", d(u, t) + speed * d(u, x)),
        Dirichlet(u, -ONE * sin(2 * math.pi * speed * t / L), on=x.start),
        Initial(u, ONE * sin(2 * math.pi * x / L)),
    )
    settings = {"network": MLP(12, 2), "sampling": Sampling(interior=300), "show": False}
    solution = solve(slow, conditioning=Causal(), optimizer=LevenbergMarquardt(80, 4), **settings)  # type: ignore[arg-type]
    found = solution(u, x=0.7 * L, t=Q(ticks, "s")).m_as("mol/m^3")
    assert float(np.abs(found - np.sin(2 * math.pi * (0.7 - 2 * ticks))).max()) < 0.2
    assert solution.report.steps == 80


@pytest.mark.parametrize("inner", [MeanSquare(), LayerNorm()], ids=str)
def test_the_unit_law_holds(inner: object) -> None:
    """Restated in inches, hours and °F, an ordered training ends at the same parameters bit for bit."""
    other = copper_bar(
        length=Q("10 cm").to("inch"),
        diffusivity=Q("1.11 cm^2/s").to("inch^2/hour"),
        cold=Q(20, "degC").to("degF"),
        bump=Q(80, "delta_degC").to("delta_degF"),
        duration=Q("30 s").to("hour"),
    )
    thetas = [
        solve(
            item.problem,
            item.scales,
            network=NET,
            sampling=POINTS,
            conditioning=Causal(inner, tolerance=0.05),  # type: ignore[arg-type]
            optimizer=LevenbergMarquardt(steps=8, block=2),
            show=False,
        ).theta
        for item in (copper_bar(), other)
    ]
    assert torch.equal(*thetas)


def test_refusals() -> None:
    """Without time there is no order; settings are above zero."""
    still = joule_heating()
    with pytest.raises(ProblemError, match=r"this problem is of \(x\): expected a coordinate in units of time"):
        solve(still.problem, still.scales, conditioning=Causal(), show=False)
    with pytest.raises(ValueError, match=r"expected a tolerance above zero.*found 0"):
        Causal(tolerance=0)
