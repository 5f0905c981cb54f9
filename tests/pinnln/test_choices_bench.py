"""pinnln bench choices: one choice changed at a time, all told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from pinnln import MLP, LevenbergMarquardt, Sampling
from pinnln.choices_bench import CHOICES, ChoiceRun, ChoicesBench, bench_choices
from pinnln.cli import main
from pinnln.problems import CATALOG, copper_bar

SMALL = replace(copper_bar(), network=MLP(4, 1), sampling=Sampling(40, 8))


def test_every_choice_but_the_first_changes_something() -> None:
    """Exactly one setting differs from what is the default."""
    plain = (LevenbergMarquardt(), Sampling())
    for name, change in CHOICES.items():
        changed = change(*plain)
        differences = sum(
            getattr(new, field) != getattr(old, field)
            for new, old in zip(changed, plain, strict=True)
            for field in vars(old)
        )
        assert differences == (name != "as it is"), name


def test_every_choice_trains_and_is_told(tmp_path: Path) -> None:
    """A row for each, finite errors, files that say the command; the same choice has the time of itself."""
    said: list[str] = []
    found = bench_choices([SMALL], steps=3, seeds=1, command="pinnln bench choices", say=said.append)
    assert len(said) == len(found.runs) == len(CHOICES)
    assert all(0 < run.error < 10 for run in found.runs)
    data, page = found.save(tmp_path)
    assert len(json.loads(data.read_text())["runs"]) == len(CHOICES)
    lines = page.read_text().splitlines()
    assert lines[0] == "`pinnln bench choices`"
    assert "× 1.00" in next(line for line in lines if line.startswith("| as it is"))
    assert sum(line.startswith("| ") for line in lines) == len(CHOICES) + 1


def test_medians_are_over_seeds_and_times_over_twins() -> None:
    """Errors of three seeds in any order; seconds over those of the same problem and seed as it is."""
    plain = [ChoiceRun("as it is", "bar", seed, error, 2.0) for seed, error in enumerate((3e-3, 1e-3, 2e-3))]
    other = [
        ChoiceRun("no geodesic acceleration", "bar", seed, 5e-3, seconds) for seed, seconds in enumerate((1, 3, 5))
    ]
    found = ChoicesBench(80, "", (*plain, *other))
    assert found.error("as it is", "bar") == 2e-3
    assert "| no geodesic acceleration | 5.0e-03 | × 1.50 |" in found.markdown()


def test_the_command_prints_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line for each choice on the way, then the table."""
    monkeypatch.setitem(CATALOG, "copper_bar", lambda: SMALL)
    found = CliRunner().invoke(main, ["bench", "choices", "copper_bar", "--steps", "2", "--seeds", "1"])
    assert found.exit_code == 0, found.output
    assert all(name in found.output for name in CHOICES)
