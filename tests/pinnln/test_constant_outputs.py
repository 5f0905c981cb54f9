"""Unknown constants in training: their columns of the Jacobian, their units, what a file keeps of them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from pinnln import (
    MLP,
    SOAP,
    Adam,
    ConFIG,
    Dirichlet,
    GradientNorm,
    Initial,
    LayerNorm,
    LevenbergMarquardt,
    MeanSquare,
    MultiAdam,
    Neumann,
    Observe,
    Periodic,
    Problem,
    ProblemError,
    Residual,
    Robin,
    Sampling,
    Scales,
    SelfScaledBroyden,
    Solution,
    coordinates,
    d,
    exp,
    field,
    solve,
    unknown,
)
from pinnln.conditioning import AbstractConditioning, Unsafe
from pinnln.constant_outputs import ConstantOutputs, bare, unknown_values, with_unknowns
from pinnln.formulation import Formulation, nondimensional, stripped
from pinnln.kernels import NormalEquations
from pinnln.optimizers import AbstractOptimizer
from pinnln.residual_objective import ResidualObjective
from pinnln.solution import fingerprint
from pinnln.solver import train
from pinnln.units import Q
from pinnln.units.expression import Unknown

NET, SMALL = MLP(width=6, depth=2), Sampling(interior=40, face=8)
L, TRUE = Q("10 cm"), 25.0
PLACES = np.linspace(0.01, 0.09, 5)
WARM = 293.15 + 5e5 / (2 * TRUE) * PLACES * (0.1 - PLACES)


def bar(guess: str = "10 W/m/K", *, restated: bool = False, positive: bool | None = None) -> tuple[Problem, Unknown]:
    """A heated bar with cold ends, five of its temperatures and its unknown conductivity; also in inches and °F."""
    length = L.to("inch") if restated else L
    (x,) = coordinates(x=(0 * length, length))
    start = Q(guess).to("horsepower/inch/delta_degF") if restated else Q(guess)
    T, k = field("T", "degF" if restated else "K", of=(x,)), unknown("k", guess=start, positive=positive)
    heating = Q("5e5 W/m^3").to("horsepower/foot^3") if restated else Q("5e5 W/m^3")
    warm, places, sure = Q(WARM, "K"), Q(PLACES, "m"), Q("0.5 K")
    if restated:
        warm, places, sure = warm.to("degF"), places.to("foot"), Q(0.9, "delta_degF")
    problem = Problem(
        Residual("heat", k * d(T, x, x) + heating),
        Dirichlet(T, Q(20, "degC").to("degF") if restated else Q("293.15 K"), on=x.ends),
        Observe(T, warm, at={x: places}, sigma=sure),
    )
    return problem, k


def coupled() -> Formulation:
    """Unknowns of both signs in products, quotients, powers, exponents and conditions, beside an observed flux."""
    x, t = coordinates(x=(0.0, 1.0), t=(0.0, 2.0))
    u = field("u", "", of=(x, t))
    a, b, c = unknown("a", 2.0), unknown("b", -0.5), unknown("c", 0.3, positive=False)
    problem = Problem(
        Residual("u", d(u, t) - a * d(u, x, x) / (1 + c * c) + exp(b * u) - u**a),
        Robin(u, a=a, b=c, g=b, on=x.end),
        Dirichlet(u, b * x + 1, on=x.start),
        Initial(u, 2 + c * x),
        Observe(a * d(u, x), [0.1, 0.2, 0.4], at={x: [0.2, 0.5, 0.7], t: 1.0}, sigma=[0.1, 0.1, 0.3]),
    )
    return nondimensional(problem, problem.scales(Scales(u=3.0, c=0.7)).yardsticks)


def objective(formulation: Formulation, conditioning: AbstractConditioning) -> tuple[ResidualObjective, torch.Tensor]:
    """Its objective, and parameters that are not those of the start."""
    network = with_unknowns(NET, formulation)
    made = ResidualObjective(formulation, network, conditioning, SMALL, seed=1)
    theta = network.initialize(formulation.embedding.size, formulation.outputs, seed=2)
    return made, theta + 0.1 * torch.randn(len(theta), dtype=torch.float64, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("conditioning", [MeanSquare(), LayerNorm()], ids=str)
def test_every_column_is_a_central_difference(conditioning: AbstractConditioning) -> None:
    """The gradient, Jᵀr and Jᵀw along every parameter, unknowns among them, against differences of the residuals."""
    made, theta = objective(coupled(), conditioning)
    assert made.size == len(theta) == NET.size(2, 1) + 3
    system = NormalEquations(made.size)
    model = made.least_squares(theta, system)
    value, slope = made.gradient(theta)
    weights = torch.randn(len(model.here), dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    pulled = model.pull(weights)
    step = 1e-6
    for place in [0, 7, *range(len(theta) - 3, len(theta))]:
        moved = torch.zeros_like(theta)
        moved[place] = step
        rows = (model.rows(theta + moved) - model.rows(theta - moved)) / (2 * step)
        assert float(pulled[place]) == pytest.approx(float(rows @ weights), rel=1e-6, abs=1e-7)
        numeric = (made.value(theta + moved) - made.value(theta - moved)) / (2 * step)
        assert float(slope[place]) == pytest.approx(numeric, rel=1e-6, abs=1e-7)
    assert value == pytest.approx(made.value(theta))


def test_conditions_with_unknowns_go_to_the_loss() -> None:
    """An ansatz knows its data before training; what training moves it cannot meet."""
    made = coupled()
    assert not made.ansatz.met
    assert [item.name for group in made.groups[1:] for item in group.components] == [
        *("u on x.end", "u on x.start", "u at t.start", "a·∂u/∂x at 3 points"),
    ]


OPTIMIZERS = {
    "LM": (LevenbergMarquardt(steps=40), 1e-3),
    "Broyden": ([LevenbergMarquardt(steps=10), SelfScaledBroyden(steps=100)], 1e-2),
    "Adam": (Adam(learning_rate=3e-2, steps=500), 0.05),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_conductivity_is_found(name: str) -> None:
    """From five exact temperatures, whatever the optimiser; the answer is in the unit of the guess."""
    problem, k = bar()
    optimizer, tolerance = OPTIMIZERS[name]
    solution = solve(problem, network=NET, optimizer=optimizer, sampling=SMALL, show=False)
    assert str(solution(k).units) == "watt / kelvin / meter"
    assert solution(k).magnitude == pytest.approx(TRUE, rel=tolerance)
    assert solution.unknowns == {"k": solution(k)}
    assert solution(2 / k).to("m*K/W").magnitude == pytest.approx(2 / TRUE, rel=tolerance)
    x = problem.coordinates[0]
    with pytest.raises(ProblemError, match=r"c is no unknown of this problem: expected one of its unknowns \(k\)"):
        solution(2 * unknown("c", 1.0))
    flux = solution(-k * d(problem.fields[0], x), x=L).to("W/m^2").magnitude
    assert flux == pytest.approx(5e5 * 0.05, rel=2 * tolerance)


@pytest.mark.parametrize(
    "optimizer",
    [
        LevenbergMarquardt(steps=8, block=4),
        Adam(steps=12),
        SOAP(steps=6),
        MultiAdam(steps=6),
        ConFIG(steps=6),
        SelfScaledBroyden(steps=6),
    ],
    ids=lambda item: type(item).__name__,
)
def test_a_restated_problem_trains_to_the_same_constant(optimizer: AbstractOptimizer) -> None:
    """In inches, horsepower and °F the equations, the steps and the constant are the same, bit for bit."""
    found = []
    for restated in (False, True):
        problem, _ = bar(restated=restated)
        formulation = nondimensional(problem, problem.scales().yardsticks)
        solution = train(problem, formulation, NET, MeanSquare(), [optimizer], SMALL, 3)
        found.append((fingerprint(formulation), solution))
    (first, one), (second, two) = found
    assert first == second
    assert torch.equal(one.theta, two.theta)
    start = with_unknowns(NET, one.formulation).initialize(1, 2, 3)
    assert one.theta[-1] != start[-1]


def test_stripped_units_break_the_law() -> None:
    """Counted in other units a constant is another number, and so is its training."""
    problem, _ = bar()
    thetas = []
    for units in ({}, {"[length]": "inch"}):
        made = stripped(problem, units, unsafe=True)
        thetas.append(train(problem, made, NET, Unsafe(MeanSquare()), [Adam(steps=5)], SMALL, 3).theta)
    assert not torch.equal(*thetas)


def test_weights_of_terms_know_measurements() -> None:
    """A weighting sees the measurements as a term beside the equation."""
    problem, k = bar()
    solution = solve(
        problem, network=NET, conditioning=GradientNorm(), optimizer=Adam(steps=30), sampling=SMALL, show=False
    )
    assert math.isfinite(solution(k).magnitude)


def test_a_file_keeps_the_constant(tmp_path: Path) -> None:
    """Also for the problem restated; another name, guess or sign is another problem."""
    problem, k = bar()
    solution = solve(problem, network=NET, optimizer=LevenbergMarquardt(steps=5), sampling=SMALL, show=False)
    solution.save(tmp_path / "bar.safetensors")
    again = Solution.load(tmp_path / "bar.safetensors", problem)
    assert torch.equal(again.theta, solution.theta)
    assert again(k) == solution(k)
    assert again.interval(k) == solution.interval(k)
    restated, its = bar(restated=True)
    found = Solution.load(tmp_path / "bar.safetensors", restated)(its)
    assert found.to("W/m/K").magnitude == pytest.approx(solution(k).magnitude, rel=1e-12)
    with pytest.raises(ProblemError, match="a solution of other equations"):
        Solution.load(tmp_path / "bar.safetensors", bar(positive=False)[0])
    (x,) = coordinates(x=(0 * L, L))
    T, c = field("T", "K", of=(x,)), unknown("c", guess=Q("10 W/m/K"))
    other = Problem(Residual("heat", c * d(T, x, x) + Q("5e5 W/m^3")), Dirichlet(T, Q("293.15 K"), on=x.ends))
    with pytest.raises(ProblemError, match=r"is a solution for \['T', 'k', 'x'\]: expected \['T', 'c', 'x'\]"):
        Solution.load(tmp_path / "bar.safetensors", other)


@pytest.mark.parametrize(("guess", "positive"), [("10 W/m/K", None), ("10 W/m/K", False), ("-10 W/m/K", None)])
def test_a_training_starts_from_the_guess(guess: str, positive: bool | None) -> None:
    """Whether the constant is trained as it is or through its logarithm, and whatever scale was given."""
    for scales in (None, Scales(k=Q("3 W/m/K"))):
        problem, k = bar(guess, positive=positive)
        formulation = nondimensional(problem, problem.scales(scales).yardsticks)
        network = with_unknowns(NET, formulation)
        theta = network.initialize(formulation.embedding.size, formulation.outputs, 0)
        (found,) = unknown_values(network, formulation, theta)
        assert found == pytest.approx(Q(guess).to_base_units().magnitude, rel=1e-14)
        assert torch.equal(network.blocks(theta, 1, 2)[-1], theta[-1:])
        assert bare(network) is NET
        assert k.positive == (positive is None and not guess.startswith("-"))


def test_nothing_unknown_is_nothing_more() -> None:
    """Without unknowns the network stays itself."""
    (x,) = coordinates(x=(0.0, 1.0))
    u = field("u", "", of=(x,))
    problem = Problem(Residual("u", d(u, x)), Dirichlet(u, 1.0, on=x.start))
    formulation = nondimensional(problem, problem.scales().yardsticks)
    assert with_unknowns(NET, formulation) is NET
    assert unknown_values(NET, formulation, NET.initialize(1, 1, 0)) == ()
    assert formulation.outputs == 1


def test_unknowns_are_told_before_training(capsys: pytest.CaptureFixture[str]) -> None:
    """The table of scales lists the guess, the dimensionless form the unknown in its scale, the end what was found."""
    problem, k = bar()
    assert "k = 10 W/K/m · k̂    (the size of its guess)" in str(problem.scales())
    assert "k̂·∂²T̂/∂x̂²" in problem.dimensionless().text()
    assert "\n\nMeasurements\n  T at 5 points" in problem.dimensionless().text()
    assert r"\hat{k}" in problem.dimensionless().text("latex")
    solution = solve(problem, network=NET, optimizer=LevenbergMarquardt(steps=2), sampling=SMALL)
    shown = capsys.readouterr().err
    assert "the size of its guess" in shown
    assert f"k = {solution(k):.6g~P}" in shown


def test_periodic_slopes_and_neumann_values_may_hold_unknowns() -> None:
    """Groups of two places, and conditions on slopes, have a column for the unknown as well."""
    x, y = coordinates(x=(0.0, 1.0), y=(0.0, 1.0))
    u, v = field("u", "", of=(x, y)), field("v", "", of=(x, y))
    q = unknown("q", 0.4)
    problem = Problem(
        Residual("u", d(u, x, x) + q * d(u, y, y) - v),
        Residual("v", d(v, x) - q * u),
        Neumann(u, q * x, on=y.start),
        Periodic(u, on=x.ends),
    )
    formulation = nondimensional(problem, problem.scales(Scales(u=1.0, v=1.0)).yardsticks)
    made, theta = objective(formulation, MeanSquare())
    moved = torch.zeros_like(theta)
    moved[-1] = 1e-6
    _, slope = made.gradient(theta)
    numeric = (made.value(theta + moved) - made.value(theta - moved)) / 2e-6
    assert float(slope[-1]) == pytest.approx(numeric, rel=1e-6)
    assert isinstance(made.network, ConstantOutputs)
