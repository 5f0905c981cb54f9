"""compare and its command: every way, one table, figures, JSON, exit codes."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from pinnln import WAYS, Comparison, LevenbergMarquardt, Way, compare
from pinnln.cli import main
from pinnln.conditioning import MeanSquare
from pinnln.formulation import stripped
from pinnln.problems import CATALOG, copper_bar, joule_heating
from pinnln.units import IncommensurableError


@pytest.fixture(scope="module")
def joule() -> Comparison:
    """The Joule bar in every way with two seeds."""
    return compare(joule_heating(), optimizer=[LevenbergMarquardt(steps=12)], seeds=(0, 1), show=False)


def text(comparison: Comparison) -> str:
    """The table as it is printed."""
    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(comparison.table())
    console.file.close()
    return console.export_text()


def test_principled_ways_arrive_and_the_textbook_loss_does_not(joule: Comparison) -> None:
    """With the same network, points and budget the scaled ways solve the problem; mean(LN²) does not move."""
    for way in ("nondimensional", "nondimensional+layer-norm"):
        assert joule.error(way) < 0.01
    assert joule.error("naive-layer-norm (loss)") > 0.5
    assert joule.misses(0.01) == []
    assert set(joule.misses(0.0)) == {"nondimensional", "nondimensional+layer-norm"}


def test_all_ways_share_points_and_budget(joule: Comparison) -> None:
    """Each way ran with each seed; no run took more steps than the budget."""
    assert [(run.way, run.seed) for run in joule.runs] == [(way.name, seed) for way in WAYS for seed in (0, 1)]
    assert all(run.steps <= 12 for run in joule.runs)
    assert set(joule.settings) == {"network", "sampling", "optimizer", "threads", "torch"}


def test_the_table_says_what_every_way_did(joule: Comparison) -> None:
    """One row a way: median and range over the seeds, and the naive ways marked as unsafe."""
    lines = text(joule).splitlines()
    for way in WAYS:
        row = next(line for line in lines if line.strip().startswith(f"{way.name} "))
        assert ("unsafe" in row) == way.unsafe
        assert "…" in row
        assert "%" in row


def test_everything_is_written(joule: Comparison, tmp_path: Path) -> None:
    """JSON with every number and the command that made it, and three figures."""
    written = joule.save(tmp_path / "out", command="pinnln compare joule_heating")
    assert [path.name for path in written] == ["comparison.json", "fields.png", "convergence.png", "residuals.png"]
    assert all(path.stat().st_size > 1000 for path in written)
    assert not list((tmp_path / "out").glob("*.unfinished"))
    found = json.loads(written[0].read_text())
    assert found["command"] == "pinnln compare joule_heating"
    assert len(found["runs"]) == 10
    first = found["runs"][0]
    assert set(first["residuals"]) == {"charge", "heat"}
    assert set(first["field_errors"]) == {"phi", "T"}
    assert [mark["step"] for mark in first["history"]] == list(range(1, 13))


def test_a_way_without_its_unsafe_label_is_refused() -> None:
    """Stripped units meet the check of dimensions unless the way says that it is unsafe."""

    def strip(problem: object, _: object) -> object:
        return stripped(problem, unsafe=True)  # type: ignore[arg-type]

    sneaky = Way("sneaky", "units stripped and squares added", strip, MeanSquare())  # type: ignore[arg-type]
    with pytest.raises(IncommensurableError, match=r"(?s)MeanSquare conditioning.*charge.*heat"):
        compare(joule_heating(), ways=[sneaky], show=False)
    with pytest.raises(ValueError, match="pass unsafe=True"):
        stripped(joule_heating().problem)


def test_nothing_to_compare_is_refused() -> None:
    """No way and no seed are one error."""
    with pytest.raises(ValueError, match="expected at least one way and one seed, found 5 and 0"):
        compare(joule_heating(), seeds=())


def run(*arguments: str) -> tuple[int, str, str]:
    """A command: exit code, standard output, standard error."""
    result = CliRunner().invoke(main, list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_the_command_prints_table_and_writes_files(tmp_path: Path) -> None:
    """pinnln compare NAME, start to end."""
    code, out, err = run("compare", "copper_bar", "--iterations", "3", "--out", str(tmp_path), "--target", "1e-9")
    assert code == 1
    assert "nondimensional+layer-norm" in out
    assert "above the target" in err
    assert (tmp_path / "comparison.json").exists()


def test_the_command_speaks_json() -> None:
    """--json is for programs: numbers that are not finite are null."""
    code, out, err = run("compare", "joule_heating", "--iterations", "2", "--json", "--quiet", "--optimizer", "adam")
    assert (code, err) == (0, "")
    assert json.loads(out)["benchmark"] == "joule_heating"


def test_solve_answers_and_saves(tmp_path: Path) -> None:
    """pinnln solve NAME prints each quantity beside its reference."""
    folder = str(tmp_path / "new")
    code, out, _ = run("solve", "copper_bar", "--iterations", "5", "--out", folder, "--optimizer", "adam+lbfgs")
    assert code == 0
    assert "excess temperature in the middle" in out
    assert "reference 26.7491 K" in out
    assert (tmp_path / "new" / "fields.png").stat().st_size > 1000
    assert (tmp_path / "new" / "solution.safetensors").exists()


def test_problems_are_listed() -> None:
    """pinnln problems names each with its sentence."""
    code, out, _ = run("problems")
    assert code == 0
    assert all(name in out for name in CATALOG)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["compare", "perpetuum_mobile"], "there is no problem 'perpetuum_mobile': expected one of copper_bar"),
        (["compare", "copper_bar", "--iterations", "0"], "a budget of 0 steps trains nothing"),
        (["compare", "copper_bar", "--seeds", "0"], "expected at least one way and one seed"),
        (["solve", "copper_bar", "--iterations", "-1"], "a budget of -1 steps trains nothing"),
        (["solve", "copper_bar", "--iterations", "9", "--optimizer", "auto"], "auto chooses its own budget"),
    ],
)
def test_misuse_is_one_sentence_and_exit_code_two(arguments: list[str], words: str) -> None:
    """No traceback, no training."""
    code, out, err = run(*arguments)
    assert code == 2
    assert out == ""
    assert words in err
    assert "Traceback" not in err


@pytest.mark.parametrize("command", ["", "compare", "solve", "problems"])
def test_help_shows_an_example(command: str) -> None:
    """--help of each command has one to paste."""
    code, out, _ = run(*filter(None, [command]), "--help")
    assert code == 0
    assert "Example:  pinnln" in out


def test_a_way_that_cannot_start_is_reported() -> None:
    """A way whose objective is infinite at the start is a row that says so, and the others go on."""
    benchmark = copper_bar()

    class Infinite(MeanSquare):
        """Overflow."""

        def objective(self, r: object) -> object:  # type: ignore[override]
            return super().objective(r) * math.inf  # type: ignore[arg-type]

        def gradient(self, r: object) -> object:  # type: ignore[override]
            value, slope = super().gradient(r)  # type: ignore[arg-type]
            return value * math.inf, slope

    ways = [Way("overflowing", "", WAYS[-1].formulate, Infinite()), WAYS[-2]]
    found = compare(benchmark, ways=ways, optimizer=[LevenbergMarquardt(steps=2)], show=False)
    assert [run.status for run in found.runs] == ["failed", "budget"]
    assert math.isnan(found.error("overflowing"))
    assert "nan" in text(found)
