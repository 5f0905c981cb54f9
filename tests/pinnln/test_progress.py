"""The line that moves while a problem is trained: what it says, in how much room, and at what cost."""

from __future__ import annotations

import io
import math
import re
import time

import pytest
import torch
from hypothesis import given, strategies
from rich.console import Console

import pinnln.solver
from pinnln import (
    MLP,
    Adam,
    Dirichlet,
    LevenbergMarquardt,
    MeanSquare,
    Problem,
    Residual,
    Sampling,
    Scales,
    Solution,
    coordinates,
    d,
    field,
    solve,
)
from pinnln.formulation import nondimensional
from pinnln.objective import Progress
from pinnln.progress import ProgressLine, TrainingDisplay
from pinnln.residual_objective import ResidualObjective
from pinnln.units import Q

LOSSES = {"continuity": 3e-7, "momentum_x": 2.2e-6, "momentum_y": 4.4e-6, "energy": 1.1e-6}
STEP = Progress("Levenberg-Marquardt", 120, 300, 8e-6, torch.zeros(1), 1e-6, 3675.0)

L = Q("20 cm")
(x,) = coordinates(x=(0 * L, L))
T, w = field("T", "K", of=(x,)), field("w", "K", of=(x,))
problem = Problem(
    Residual("heat", d(T, x, x) + Q("2000 K/m^2")),
    Residual("salt", d(w, x, x) + Q("2000 K/m^2") * T / Q("300 K")),
    Dirichlet(T, Q("300 K"), on=x.ends),
    Dirichlet(w, Q("0 K"), on=x.ends),
)
SCALES = Scales(T=(Q("300 K"), Q("10 K")), w=Q("10 K"))


def terminal(width: int = 80) -> Console:
    """A console that takes itself for a terminal and keeps what it shows."""
    return Console(file=io.StringIO(), width=width, force_terminal=True, legacy_windows=False)


def shown(console: Console) -> str:
    """What it has shown, without the control codes."""
    assert isinstance(console.file, io.StringIO)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", console.file.getvalue())


def test_the_line_at_several_widths() -> None:
    """At 80 columns everything is there and the largest equation by name; with more room the others by their rank."""
    line = ProgressLine(STEP, LOSSES, 2.3e-4)
    assert line.text(80) == "LM 120/300  loss 8.0e-06 (momentum_y 55 % +3)  λ 1e-06  error 2.3e-04  1:01:15"
    assert "(momentum_y 55 %, momentum_x 28 %, energy 14 %, continuity 4 %)  damping 1e-06" in line.text(130)
    assert line.text(62) == "LM 120/300  loss 8.0e-06  λ 1e-06  error 2.3e-04  1:01:15"


@given(
    strategies.integers(20, 200),
    strategies.dictionaries(strategies.text("abc_", min_size=1, max_size=30), strategies.floats(0, 1e9), max_size=9),
    strategies.none() | strategies.floats(0, 1e9),
)
def test_the_line_keeps_to_its_room(width: int, losses: dict[str, float], error: float | None) -> None:
    """Whatever the equations are called and however many there are; shares never add up to more than all."""
    text = ProgressLine(STEP, losses, error).text(width)
    assert len(text) <= width
    assert sum(int(share) for share in re.findall(r"(\d+) %", text)) <= 100 + len(losses)


def test_losses_are_computed_at_the_pace_of_the_line() -> None:
    """A thousand steps in a moment ask once for the losses; a costly error waits 75 times its cost."""
    asked: list[str] = []

    def error() -> float:
        asked.append("error")
        time.sleep(0.02)
        return 0.5

    def losses() -> dict[str, float]:
        asked.append("losses")
        return LOSSES

    console = terminal()
    with TrainingDisplay(console) as display:
        for step in range(1000):
            display.update(Progress("Adam", step, 1000, 1.0, torch.zeros(1), losses=losses, error=error))
        time.sleep(0.55)
        display.update(Progress("Adam", 1000, 1000, 1.0, torch.zeros(1), losses=losses, error=error))
    assert asked == ["losses", "error"]
    assert "Adam 1000/1000" in shown(console)


def test_another_training_has_its_own_losses() -> None:
    """In a comparison the shares of one way never stand beside the loss of the next, however dear they were."""
    console = terminal(100)

    def dear() -> dict[str, float]:
        time.sleep(0.05)
        return {"first": 1.0}

    with TrainingDisplay(console) as display:
        display.update(Progress("Adam", 1, 9, 1.0, torch.zeros(1), losses=dear), "one: ")
        time.sleep(0.55)
        display.update(Progress("Adam", 1, 9, 1.0, torch.zeros(1), losses=lambda: {"second": 1.0}), "two: ")
    assert "one: Adam 1/9  loss 1.0e+00 (first 100 %)" in shown(console)
    assert "two: Adam 1/9  loss 1.0e+00 (second 100 %)" in shown(console)


def test_nothing_is_computed_where_nobody_looks() -> None:
    """Written to a file, there is no line that moves, and its losses cost nothing."""

    def fail() -> float:
        raise AssertionError("nobody asked")

    with TrainingDisplay(Console(file=io.StringIO(), width=80)) as display:
        display.update(Progress("Adam", 1, 2, 1.0, torch.zeros(1), losses=lambda: {"a": fail()}, error=fail))


def test_the_losses_add_up_to_the_objective() -> None:
    """By the names of the equations, for the plain mean square."""
    formulation = nondimensional(problem, problem.scales(SCALES).yardsticks)
    objective = ResidualObjective(formulation, MLP(6, 1), MeanSquare(), Sampling(64, 4), seed=0)
    theta = MLP(6, 1).initialize(formulation.embedding.size, 2, seed=0)
    losses = objective.losses(theta)
    assert list(losses) == ["heat", "salt"]
    assert sum(losses.values()) == pytest.approx(objective.value(theta), rel=1e-12)


def test_solve_shows_equations_and_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """From solve to the terminal: names of equations with their shares, damping, the error that was asked for."""
    console = terminal(100)
    monkeypatch.setattr(pinnln.solver, "TrainingDisplay", lambda: TrainingDisplay(console))
    middles: list[float] = []

    def error(solution: Solution) -> float:
        middles.append(float(solution(T, x=L / 2).m_as("K")))
        return 0.125

    settings = {"network": MLP(6, 1), "sampling": Sampling(32, 4)}
    solve(problem, SCALES, optimizer=LevenbergMarquardt(steps=3), validate=error, **settings)  # type: ignore[arg-type]
    assert re.search(r"LM 1/3  loss \S+ \((heat|salt) \d+ %, .*  damping \de-\d+  error 1\.2e-01  0:00", shown(console))
    assert all(math.isfinite(middle) for middle in middles)
    assert len(middles) >= 1


def test_showing_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same parameters bit for bit, shown or not."""
    monkeypatch.setattr(pinnln.solver, "TrainingDisplay", lambda: TrainingDisplay(terminal()))
    settings = {"network": MLP(6, 1), "sampling": Sampling(32, 4), "optimizer": Adam(steps=30, resample_every=7)}
    seen, unseen = (
        solve(problem, SCALES, show=show, validate=lambda solution: 0.0, **settings)  # type: ignore[arg-type]
        for show in (True, False)
    )
    assert torch.equal(seen.theta, unseen.theta)
