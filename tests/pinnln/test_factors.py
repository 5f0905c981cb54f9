"""Three factors, each alone and together: what each does to a problem, and that all else stays equal."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from pinnln import MLP, Adam, IncommensurableError, LevenbergMarquardt, Sampling
from pinnln.conditioning import LayerNorm, MeanSquare, Unsafe
from pinnln.factors import COMBINATIONS, FACTORS, Combination, FactorRun, FactorStudy, Unscaled, study_factors
from pinnln.formulation import scaled_unknowns
from pinnln.problems import advection, shear_heating
from pinnln.residual_objective import ResidualObjective
from pinnln.units import ProblemError

SMALL = replace(shear_heating(), network=MLP(6, 1), sampling=Sampling(40, 1))
SHORT = {"Adam": Adam(steps=6), "LM": LevenbergMarquardt(steps=3)}
YARDSTICKS = SMALL.problem.scales(SMALL.scales).yardsticks


def test_the_eight_combinations_are_all_there() -> None:
    """None first, all last, each once."""
    assert [COMBINATIONS[0].name, COMBINATIONS[-1].name] == ["none", "network + residuals + conditioning"]
    assert len({item.name for item in COMBINATIONS}) == 8
    assert [item.unsafe for item in COMBINATIONS] == [not item.residuals for item in COMBINATIONS]


def residuals(item: Combination) -> dict[str, torch.Tensor]:
    """Those of one and the same field, u = U·(y/H + s) and T = T₀ + s/β with s the distance, at the same points."""
    formulation = item.formulate(SMALL.problem, YARDSTICKS)
    group = formulation.groups[0]
    points = formulation.place(group, torch.linspace(0.05, 0.95, 9, dtype=torch.float64)[:, None])
    network = torch.zeros(len(group.indices), 9, 2, dtype=torch.float64)
    ratios = [YARDSTICKS[field].span / formulation.yardsticks[field].span for field in formulation.fields]
    network[0] = torch.tensor(ratios, dtype=torch.float64)
    found = formulation.residuals(group, points, network)
    return {part.name: row for part, row in zip(group.components, found, strict=True)}


@pytest.mark.parametrize("residual", ["momentum", "heat"])
def test_the_same_fields_leave_the_same_residuals(residual: str) -> None:
    """Whatever the network is measured in; scaled residuals are the SI ones over one number."""
    of = {(item.network, item.residuals): residuals(item)[residual] for item in COMBINATIONS}
    torch.testing.assert_close(of[True, True], of[False, True], rtol=1e-10, atol=1e-12)
    torch.testing.assert_close(of[True, False], of[False, False], rtol=1e-10, atol=0)
    ratio = of[True, False] / of[True, True]
    torch.testing.assert_close(ratio, ratio[0].expand(9), rtol=1e-9, atol=0)
    assert not 0.1 < float(ratio[0]) < 10


def test_each_factor_changes_one_thing() -> None:
    """What the network sees, what residuals are divided by, what is minimised."""
    low, high = SMALL.problem.coordinates[0].low, SMALL.problem.coordinates[0].high
    for item in COMBINATIONS:
        formulation = item.formulate(SMALL.problem, YARDSTICKS)
        behind = item.behind(SMALL.network, formulation)
        assert behind == (SMALL.network if item.network else Unscaled(SMALL.network, (low,), (high,)))
        inner = LayerNorm() if item.conditioning else MeanSquare()
        assert item.conditioner() == (Unsafe(inner) if item.unsafe else inner)


def test_an_unscaled_network_sees_the_coordinates() -> None:
    """Value and slope along y are those of the network at y in metres."""
    formulation = COMBINATIONS[0].formulate(SMALL.problem, YARDSTICKS)
    network = COMBINATIONS[0].behind(SMALL.network, formulation)
    y, indices = torch.tensor([[3.0], [700.0]], dtype=torch.float64), ((0,), (1,), (2,))
    theta = network.initialize(1, 2, seed=5)
    assert network.size(1, 2) == len(theta) == SMALL.network.size(1, 2)
    assert len(network.blocks(theta, 1, 2)) == 4
    seen = network.tape(theta, formulation.at(y, indices).features, 2, indices).output
    plain = torch.stack([y, torch.ones_like(y), torch.zeros_like(y)])
    torch.testing.assert_close(seen, SMALL.network.tape(theta, plain, 2, indices).output, rtol=1e-9, atol=1e-12)


def test_residuals_in_si_meet_the_check_of_dimensions() -> None:
    """Scaled unknowns do not make unlike residuals alike: summing them is refused unless it is called unsafe."""
    with pytest.raises(ValueError, match="pass unsafe=True"):
        scaled_unknowns(SMALL.problem, YARDSTICKS)
    formulation = scaled_unknowns(SMALL.problem, YARDSTICKS, unsafe=True)
    with pytest.raises(IncommensurableError, match=r"(?s)MeanSquare.*momentum.*heat"):
        ResidualObjective(formulation, SMALL.network, MeanSquare(), SMALL.sampling, 0)


def test_every_combination_trains_with_every_optimiser_and_seed() -> None:
    """Eight combinations, two optimisers, two seeds, in one order; each is told; the same again is the same."""
    said: list[str] = []
    found = study_factors(SMALL, SHORT, (0, 1), said.append)
    assert len(found.runs) == len(said) == 32
    assert all(math.isfinite(run.error) and set(run.errors) == {"u", "T"} for run in found.runs)
    assert found.scales[-1].startswith("heat: ")
    assert found.scales[-1].endswith("kg m⁻¹ s⁻³")
    again = study_factors(SMALL, SHORT, (0, 1))
    assert [run.errors for run in again.runs] == [run.errors for run in found.runs]


def test_a_training_that_fails_is_kept_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its error is infinite, and the others go on."""
    from pinnln import factors
    from pinnln.optimizers import TrainingError

    def fails(*arguments: object) -> None:
        raise TrainingError("not finite")

    monkeypatch.setattr(factors, "train", fails)
    found = study_factors(SMALL, {"LM": SHORT["LM"]}, (0,))
    assert {(run.status, run.error) for run in found.runs} == {("failed", math.inf)}


def test_the_worth_of_a_factor_is_a_geometric_mean() -> None:
    """Scaled residuals make errors a hundred times smaller here, the others change nothing; errors above one count
    as one."""
    runs = tuple(
        FactorRun(item, "LM", seed, {"u": 1e-4 if item.residuals else 1e-2 * 2**seed, "T": 1e-5}, "budget", 1.0)
        for item in COMBINATIONS
        for seed in (-1, 0, 1)
    )
    study = FactorStudy("shear_heating", "", (), {"LM": ""}, "", "", (-1, 0, 1), runs)
    assert [study.worth(factor, "LM") for factor in FACTORS] == pytest.approx([1, 100, 1])
    large = tuple(replace(run, errors={"u": 1e6}) if not run.combination.residuals else run for run in runs)
    assert replace(study, runs=large).worth("residuals", "LM") == pytest.approx(1e4)


def test_what_cannot_be_studied_is_refused() -> None:
    """No seed; a circle, which has no unit."""
    with pytest.raises(ValueError, match="expected at least one optimiser and one seed, found 2 and 0"):
        study_factors(SMALL, SHORT, ())
    with pytest.raises(ProblemError, match="x is a circle to the network"):
        study_factors(advection(), SHORT, (0,))
