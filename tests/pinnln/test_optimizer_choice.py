"""optimizer="auto": what it chooses, what it says of it, and what it refuses to hold in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given, strategies

from pinnln import (
    LBFGS,
    MLP,
    Dirichlet,
    LayerNorm,
    LevenbergMarquardt,
    Periodic,
    Pin,
    Problem,
    Residual,
    Sampling,
    Scales,
    SelfScaledBroyden,
    Solution,
    TooLargeError,
    choose_optimizers,
    coordinates,
    d,
    field,
    solve,
)
from pinnln.formulation import nondimensional
from pinnln.memory import bytes_of_points, free_memory, installed_memory, require_memory, shown_bytes
from pinnln.residual_objective import ResidualObjective, rows_of
from pinnln.units import Q

L = Q("20 cm")
x, y = coordinates(x=(0 * L, L), y=(0 * L, L))
T = field("T", "K", of=(x, y))
problem = Problem(
    Residual("heat", d(T, x, x) + d(T, y, y) + Q("2000 K/m^2")),
    Dirichlet(T, Q("300 K"), on=x.ends),
    Periodic(T, on=y.ends),
)
SCALES = Scales(T=(Q("300 K"), Q("10 K")))
FORMULATION = nondimensional(problem, problem.scales(SCALES).yardsticks)


@pytest.mark.parametrize(
    ("parameters", "names"),
    [
        (921, ["LevenbergMarquardt"]),
        (4_000, ["SelfScaledBroyden"]),
        (20_000, ["Adam", "LBFGS"]),
        (300_000, ["SOAP"]),
    ],
)
def test_the_number_of_parameters_decides(parameters: int, names: list[str]) -> None:
    """Second order for few, limited memory for many, SOAP for very many; the reason quotes both sizes."""
    choice = choose_optimizers(parameters, 3_000, 10**12)
    assert [type(item).__name__ for item in choice.optimizers] == names
    assert f"{parameters:,} parameters and 3,000 rows" in choice.reason


def test_memory_decides_too() -> None:
    """Where the matrices do not fit, none is taken, and the reason says how much there is."""
    choice = choose_optimizers(1_500, 3_000, 50 * 10**6)
    assert [type(item).__name__ for item in choice.optimizers] == ["Adam", "LBFGS"]
    assert choice.reason.endswith("one matrix of curvature would take 18 MB of the 50 MB there are")


@given(strategies.integers(1, 10**7), strategies.integers(1, 10**7), strategies.integers(10**6, 10**13))
def test_what_is_chosen_fits(parameters: int, rows: int, memory: int) -> None:
    """Whatever is chosen takes at most the memory there is, or no more than L-BFGS or SOAP would; one sentence."""
    choice = choose_optimizers(parameters, rows, memory)
    least = LBFGS().memory(parameters, rows)
    assert all(item.memory(parameters, rows) <= max(memory, least) for item in choice.optimizers)
    assert ". " not in choice.reason
    assert choice == choose_optimizers(parameters, rows, memory)


def test_nothing_to_choose_for_is_refused() -> None:
    """No parameter, no choice."""
    with pytest.raises(ValueError, match="at least one parameter and one row, found 0 and 10"):
        choose_optimizers(0, 10, None)


def test_the_choice_is_the_default_and_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is shown before the training, and the report keeps it through a file."""
    solution = solve(problem, SCALES, network=MLP(4, 1), sampling=Sampling(32, 8))
    reason = solution.report.optimizer
    assert reason.startswith("Levenberg-Marquardt: 21 parameters and 32 rows")
    assert " ".join(reason.split()) in " ".join(capsys.readouterr().err.split())
    solution.save(tmp_path / "plate")
    assert Solution.load(tmp_path / "plate", problem).report == solution.report


def test_optimisers_that_were_given_are_reported() -> None:
    """With their settings, as they would be written."""
    solution = solve(
        problem,
        SCALES,
        network=MLP(4, 1),
        sampling=Sampling(32, 8),
        optimizer=[LevenbergMarquardt(steps=2), LBFGS(steps=1)],
        show=False,
    )
    assert solution.report.optimizer.startswith("LevenbergMarquardt(steps=2")
    assert ", then LBFGS(steps=1" in solution.report.optimizer


WRONG: dict[str, tuple[str, object, str]] = {
    "name": ("optimizer", "adam", r"expected optimizer to be \"auto\", an optimiser such as .*, found 'adam'"),
    "class": ("optimizer", LBFGS, "found the class LBFGS: call it"),
    "one of several": ("optimizer", [LBFGS(), 3], "found 3"),
    "nothing": ("optimizer", None, "found None"),
    "network": ("network", [20, 20], r"expected network to be a network such as MLP\(.*found \[20, 20\]"),
    "network of torch": ("network", torch.nn.Linear(1, 1), "expected network to be a network such as MLP"),
    "sampling": (
        "sampling",
        500,
        r"expected sampling to be Sampling\(interior=2000, face=100\) or the like, found 500",
    ),
    "conditioning": ("conditioning", LayerNorm, "found the class LayerNorm: call it"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_setting_of_the_wrong_kind_is_refused(name: str) -> None:
    """One sentence: which setting, what was expected, what was found."""
    setting, value, words = WRONG[name]
    with pytest.raises(TypeError, match=words):
        solve(problem, SCALES, show=False, **{setting: value})  # type: ignore[arg-type]


def test_matrices_that_do_not_fit_are_refused_before_any_work() -> None:
    """2,000 units are 8·10⁶ parameters: refused at once, with what is needed, what there is, and the ways out."""
    with pytest.raises(
        TooLargeError, match=r"SelfScaledBroyden on [\d,]+ parameters .* takes .* TB, and .* are free"
    ) as e:
        solve(problem, SCALES, network=MLP(2_000, 3), optimizer=SelfScaledBroyden(), show=False)
    assert 'LBFGS() or SOAP(), or optimizer="auto"' in str(e.value)


def test_points_that_do_not_fit_are_refused_before_any_work() -> None:
    """10¹² points are refused at once."""
    with pytest.raises(
        TooLargeError, match=r"1,000,000,000,000 points inside and 100 on each face take .* fewer points"
    ):
        solve(problem, SCALES, sampling=Sampling(interior=10**12), show=False)


def test_the_least_that_fits_is_let_through() -> None:
    """The refusal starts one byte below what is needed, and never where the system does not say."""
    network, sampling, optimizer = MLP(20, 3), Sampling(100, 10), LevenbergMarquardt()
    parameters = network.size(FORMULATION.embedding.size, 1)
    needed = bytes_of_points(FORMULATION, sampling) + optimizer.memory(parameters, rows_of(FORMULATION, sampling))
    require_memory(FORMULATION, network, sampling, [optimizer], needed)
    require_memory(FORMULATION, network, sampling, [optimizer], None)
    with pytest.raises(TooLargeError):
        require_memory(FORMULATION, network, sampling, [optimizer], needed - 1)


def test_rows_and_bytes_are_those_of_the_points() -> None:
    """Counted without drawing a point, and equal to what is drawn: interior, faces, pairs of them, a pinned point."""
    pinned = Problem(*problem.residuals, Periodic(T, on=[*x.ends]), Pin(T, Q("300 K"), at=(L / 3, L / 3)))
    formulation = nondimensional(pinned, pinned.scales(SCALES).yardsticks)
    sampling = Sampling(50, 10)
    objective = ResidualObjective(formulation, MLP(4, 1), LayerNorm(), sampling, seed=0)
    drawn = objective.residuals(MLP(4, 1).initialize(formulation.embedding.size, 1, seed=0))
    assert rows_of(formulation, sampling) == sum(len(values) for values in drawn.values())
    held = 0
    for place in range(len(formulation.groups)):
        for points, _ in objective.draw(place, seed=0):
            tensors = (points.x, points.features, points.jets.lift, points.jets.factors)
            held += sum(8 * tensor.numel() for tensor in tensors)
    assert held <= bytes_of_points(formulation, sampling) < 1.5 * held


def test_the_system_says_what_it_has() -> None:
    """What is free is some, and no more than what is installed."""
    free, installed = free_memory(), installed_memory()
    assert free is not None
    assert installed is not None
    assert 10**6 < free <= installed


@pytest.mark.parametrize(("count", "shown"), [(0, "0 B"), (999, "999 B"), (6_785_928, "6.8 MB"), (2e16, "2e+04 TB")])
def test_bytes_are_said_briefly(count: float, shown: str) -> None:
    """Two or three digits and a unit."""
    assert shown_bytes(count) == shown
