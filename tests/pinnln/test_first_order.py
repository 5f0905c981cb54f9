"""Adam, SOAP and L-BFGS: what they reach, what they hand to their rules, and how they come back from a bad step."""

from __future__ import annotations

import math

import pytest
import torch

from pinnln import (
    LBFGS,
    MLP,
    SOAP,
    Adam,
    Dirichlet,
    MeanSquare,
    Problem,
    Residual,
    Sampling,
    Scales,
    coordinates,
    field,
    laplacian,
    sin,
    solve,
)
from pinnln.first_order import FirstOrder
from pinnln.formulation import nondimensional
from pinnln.kernels import AbstractSystem
from pinnln.objective import AbstractObjective, LeastSquares, Progress
from pinnln.optimizers import AbstractOptimizer, Monitor, Outcome, run_all
from pinnln.residual_objective import ResidualObjective
from pinnln.units import Q

L = Q("1 m")
x, y = coordinates(x=(0 * L, L), y=(0 * L, L))
u = field("u", "V", of=(x, y))
poisson = Problem(
    Residual("charge", laplacian(u) + Q("20 V/m^2") * sin(math.pi * x / L) * sin(math.pi * y / L)),
    Dirichlet(u, Q("0 V"), on=[x.ends, y.ends]),
)
SCALES = Scales(u=Q("1 V"))


def ignore(_: Progress) -> None:
    """Watches nothing."""


class Valley(AbstractObjective):
    """½‖R W A − B‖² of a matrix W (4, 4), turned by R; may turn infinite for one evaluation, or for all after it."""

    def __init__(self, turned: torch.Tensor | None = None, bad: range = range(0)) -> None:
        generator = torch.Generator().manual_seed(5)
        self._a, self._b = torch.randn(2, 4, 4, dtype=torch.float64, generator=generator)
        self._turned = torch.eye(4, dtype=torch.float64) if turned is None else turned
        self.size, self.asked, self._bad = 16, 0, bad

    def value(self, theta: torch.Tensor) -> float:
        return 0.5 * float((self._turned @ theta.view(4, 4) @ self._a - self._b).square().sum())

    def gradient(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        self.asked += 1
        r = self._turned @ theta.view(4, 4) @ self._a - self._b
        slope = (self._turned.T @ r @ self._a.T).flatten()
        return (math.nan, slope * math.nan) if self.asked in self._bad else (0.5 * float(r.square().sum()), slope)

    @property
    def rows(self) -> int:
        return 16

    def least_squares(self, theta: torch.Tensor, system: AbstractSystem) -> LeastSquares:
        raise NotImplementedError

    def resample(self, round: int, theta: torch.Tensor | None = None) -> float | None:
        """The points are all there are."""
        return None

    def blocks(self, theta: torch.Tensor) -> list[torch.Tensor]:
        return [theta.view(4, 4)]

    def fault(self, theta: torch.Tensor) -> str | None:
        return "Residual 'valley' is the guilty one."


START = torch.linspace(-1, 1, 16, dtype=torch.float64)


@pytest.mark.parametrize("optimizer", [Adam(1e-2, steps=150), SOAP(steps=300), LBFGS(steps=40)], ids=str)
def test_a_poisson_problem_is_lowered(optimizer: FirstOrder | LBFGS) -> None:
    """From a loss of order one by a factor of a hundred and more."""
    settings = {"network": MLP(8, 2), "sampling": Sampling(64, 16), "show": False}
    start = solve(poisson, SCALES, optimizer=Adam(1e-12, steps=1, final_rate=1e-12), **settings)  # type: ignore[arg-type]
    end = solve(poisson, SCALES, optimizer=optimizer, **settings)  # type: ignore[arg-type]
    assert end.report.objective < 1e-2 * start.report.objective


def test_the_blocks_are_the_layers_of_the_network() -> None:
    """Views of θ that cover it once: what is written into a block stands in θ."""
    network = MLP(8, 2)
    formulation = nondimensional(poisson, poisson.scales(SCALES).yardsticks)
    objective = ResidualObjective(formulation, network, MeanSquare(), Sampling(16, 4), seed=0)
    theta = torch.zeros(objective.size, dtype=torch.float64)
    blocks = objective.blocks(theta)
    inputs = formulation.embedding.size
    assert [tuple(block.shape) for block in blocks] == [(8, inputs), (8,), (8, 8), (8,), (1, 8), (1,)]
    for block in blocks:
        block += 1
    assert bool((theta == 1).all())


def test_soap_knows_matrices() -> None:
    """Turning the rows of W by a rotation turns SOAP's path with it, for its bases turn too; Adam's bends."""
    turned = torch.linalg.qr(torch.randn(4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1)))[0]
    apart = {}
    for optimizer in (SOAP(0.05, steps=40, basis_every=5), Adam(0.05, steps=40)):
        straight = optimizer.run(Valley(), START, ignore).theta.view(4, 4)
        rotated = optimizer.run(Valley(turned), (turned.T @ START.view(4, 4)).flatten(), ignore).theta.view(4, 4)
        apart[optimizer.name] = float((turned @ rotated - straight).abs().max())
    assert apart["SOAP"] < 1e-4
    assert apart["Adam"] > 1e-2


def test_the_start_is_not_changed() -> None:
    """The parameters handed in belong to whoever handed them in."""
    for optimizer in (SOAP(steps=5), Adam(steps=5), LBFGS(steps=5)):
        start = START.clone()
        optimizer.run(Valley(), start, ignore)
        assert torch.equal(start, START)


@pytest.mark.parametrize("optimizer", [Adam(0.01, steps=200), SOAP(0.01, steps=200)], ids=["Adam", "SOAP"])
def test_one_bad_evaluation_is_gone_back_from(optimizer: FirstOrder) -> None:
    """A single value that is not finite costs a step and most of the rate, not the training."""
    outcome = optimizer.run(Valley(bad=range(50, 51)), START, ignore)
    assert outcome.status == "budget"
    assert Valley().value(outcome.theta) < 0.8 * Valley().value(START)


@pytest.mark.parametrize(
    "optimizer", [Adam(steps=200), SOAP(steps=200), LBFGS(steps=200)], ids=["Adam", "SOAP", "BFGS"]
)
def test_what_stays_bad_ends_the_training_at_its_best(optimizer: FirstOrder | LBFGS) -> None:
    """The parameters are the best seen, and the outcome quotes what the objective knows of the fault."""
    seen: list[Progress] = []
    outcome = optimizer.run(Valley(bad=range(12, 10**6)), START, seen.append)
    assert outcome.status == "stalled"
    assert "not finite at step" in outcome.message
    assert "Residual 'valley' is the guilty one." in outcome.message
    assert Valley().value(outcome.theta) == pytest.approx(min(item.loss for item in seen), rel=1e-2)


class Spoilt(AbstractOptimizer):
    """Hands back parameters at which nothing is finite."""

    def run(self, objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor) -> Outcome:
        return Outcome(theta * math.nan, "budget", 1, "done")


class Pitted(Valley):
    """From the first fresh points on it is finite nowhere."""

    def resample(self, round: int, theta: torch.Tensor | None = None) -> float | None:
        self._b = self._b * math.nan
        return None


def test_what_is_not_finite_is_never_handed_on() -> None:
    """The optimiser before has the last word, and the message quotes the fault."""
    good = run_all([Adam(0.01, steps=50)], Valley(), START, ignore)
    outcome = run_all([Adam(0.01, steps=50), Spoilt()], Valley(), START, ignore)
    assert torch.equal(outcome.theta, good.theta)
    assert (outcome.status, outcome.steps) == ("stalled", 51)
    assert "Residual 'valley' is the guilty one." in outcome.message


def test_points_that_spoil_everything_do_not_cost_the_training() -> None:
    """Where no parameters would be finite, those that were trained are kept, and the status says stalled."""
    outcome = run_all([Adam(0.01, steps=150, resample_every=100)], Pitted(), START, ignore)
    assert outcome.status == "stalled"
    assert "not finite at step 1" in outcome.message
    assert Valley().value(outcome.theta) < 0.8 * Valley().value(START)


def test_a_rate_that_is_far_too_high_is_lowered() -> None:
    """Steps of a thousand throw the parameters away; the training comes back, and then arrives."""
    outcome = Adam(1e3, steps=400, final_rate=1e-3).run(Valley(), START, ignore)
    assert Valley().value(outcome.theta) < 1e-6 * Valley().value(START)


class Reweighed(Valley):
    """The same slopes, and a loss that reads a thousand times more from every tenth step on."""

    size_now = 1.0

    def rebalance(self, theta: torch.Tensor) -> bool:
        self.size_now *= 1e3
        return True

    def value(self, theta: torch.Tensor) -> float:
        return self.size_now * super().value(theta)

    def gradient(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        loss, slope = super().gradient(theta)
        return self.size_now * loss, slope


def test_a_loss_that_weights_have_raised_is_no_reason_to_go_back() -> None:
    """Every refresh measures the best parameters anew: the training goes on, and ends where it does without weights."""
    found = Adam(1e-2, steps=60).run(Reweighed(), START, ignore)
    assert found.status == "budget"
    assert torch.equal(found.theta, Adam(1e-2, steps=60).run(Valley(), START, ignore).theta)


def test_no_point_is_asked_twice_in_a_row() -> None:
    """L-BFGS starts an iteration on the evaluation that the one before it ended on."""
    objective, seen = Valley(), list[Progress]()
    LBFGS(steps=20).run(objective, START, seen.append)
    assert objective.asked <= 1.5 * len(seen) + 1


def test_the_gradient_is_asked_once_a_step() -> None:
    """A first-order step is one gradient."""
    objective = Valley()
    Adam(steps=30).run(objective, START, ignore)
    assert objective.asked == 30


@pytest.mark.parametrize("settings", [{"decay": 1.0}, {"decay": 0.0}, {"basis_every": 0}, {"learning_rate": math.inf}])
def test_settings_that_make_no_sense_are_refused(settings: dict[str, float]) -> None:
    """Decay within (0, 1), everything else finite and above zero."""
    with pytest.raises(ValueError, match=next(iter(settings))):
        SOAP(**settings)  # type: ignore[arg-type]
