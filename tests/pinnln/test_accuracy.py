"""pinnln bench accuracy: runs that may fail, rows with medians and aims, documents that are mended."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from pinnln import MLP, Benchmark, PublishedError, Sampling
from pinnln.accuracy_report import AccuracyReport, AccuracyRow, Rival, put_into, read_accuracy
from pinnln.accuracy_run import FAILED, AccuracyRun, Answer, run_accuracy
from pinnln.cli import main
from pinnln.measured_errors import MeasuredError, read_measured, write_measured
from pinnln.problems import CATALOG, copper_bar, oude_korendijk
from pinnln.whole_file import recorded_command

ALONE = {"threads": 1}


def quick(seed_of_doom: bool = False) -> Benchmark:
    """A copper bar that two steps do not solve; with doom, whose quantities cannot be asked for."""
    bar = replace(copper_bar(), network=MLP(width=6, depth=1), sampling=Sampling(interior=60), steps=2)
    if not seed_of_doom:
        return bar

    def refuse(solution: object) -> None:
        raise ArithmeticError("there is no such number")

    (first, *rest) = bar.quantities
    return replace(bar, quantities=(replace(first, ask=refuse), *rest))  # type: ignore[arg-type]  # it never answers


def run(seed: int, error: float, status: str = "budget") -> AccuracyRun:
    """A run as if it had been made."""
    answers = () if status == FAILED else (Answer("excess temperature", "K", 2.0, 4.0, 0.5),)
    errors = {} if status == FAILED else {"T": error}
    return AccuracyRun(
        "copper_bar", "A bar", seed, ALONE, {}, status, "no more", errors, answers, 7, 2.0 + seed, 1.0 + seed
    )


def row(runs: list[AccuracyRun], **changes: object) -> AccuracyRow:
    """The row of some runs of a copper bar with one quantity."""
    bar = quick()
    bar = replace(bar, quantities=(replace(bar.quantities[0], name="excess temperature"),), **changes)  # type: ignore[arg-type]
    return AccuracyRow.of(bar, "Fo = 0.3", runs)


def test_a_run_tells_errors_answers_and_time() -> None:
    """All fields, all quantities with value and reference, steps, seconds of both clocks, what was run; as JSON too."""
    found = run_accuracy(quick(), 1, ALONE)
    assert found.largest == found.errors["T"] > 0
    (answer,) = found.answers
    assert answer.error == pytest.approx(abs(answer.value / answer.reference - 1))
    assert answer.unit == "K"
    assert (found.steps, found.seed, found.status) == (2, 1, "budget")
    assert min(found.seconds, found.processor) > 0
    assert {"network", "sampling", "training", "windows", "problem", "torch"} <= set(found.about)
    assert AccuracyRun.from_dict(json.loads(json.dumps(found.as_dict()))) == found


def test_a_run_that_fails_says_why() -> None:
    """It has no answer, an infinite error, and the words of what went wrong."""
    found = run_accuracy(quick(seed_of_doom=True), 0, ALONE)
    assert (found.status, found.message) == (FAILED, "ArithmeticError: there is no such number")
    assert math.isinf(found.largest)
    assert AccuracyRun.from_dict(json.loads(json.dumps(found.as_dict()))) == found


def test_a_quantity_that_must_be_zero() -> None:
    """Has no relative error unless it is zero."""
    (asked,) = copper_bar().quantities
    still = replace(asked, reference=0 * asked.reference, ask=lambda _: 0 * asked.reference)
    moved = replace(still, ask=lambda _: asked.reference)
    assert Answer.of(still, None).error == 0  # type: ignore[arg-type]  # it is not asked
    assert math.isinf(Answer.of(moved, None).error)  # type: ignore[arg-type]


def test_the_median_of_the_seeds() -> None:
    """Of error, seconds, value; lowest and highest; the aim is met by the median."""
    found = row([run(0, 1e-9), run(1, 1e-3), run(2, 1e-7)], aim=1e-6)
    assert (found.error, found.lowest, found.highest, found.seeds, found.failed) == (1e-7, 1e-9, 1e-3, 3, 0)
    assert (found.processor, found.wall) == (2.0, 3.0)
    assert found.met is True
    assert found.cells() == (
        "copper_bar", "Fo = 0.3", "1.0e-07", "1e-09 … 1e-03, 3 seeds", "2", "1e-06", "yes",
        "5.0e-01 (excess temperature)", "–", "–",
    )  # fmt: skip
    assert found.measured == MeasuredError(
        1e-7, 1e-9, 1e-3, "largest relative L2 error of a field", 3, 2.0,
        "pinnln bench accuracy copper_bar --seeds 3", "processor",
    )  # fmt: skip
    assert row([run(0, 1e-5)], aim=1e-6).met is False
    assert row([run(0, 1e-5)], aim=None).met is None


def test_a_failed_seed_is_told_and_counts() -> None:
    """One of three leaves a median; with two of three the row has failed."""
    lost = run(2, math.inf, FAILED)
    one, two = row([run(0, 1e-9), run(1, 1e-7), lost], aim=1e-6), row([run(0, 1e-9), replace(lost, seed=1), lost])
    assert (one.error, one.failed, one.met) == (1e-7, 1, True)
    assert one.troubles == ("seed 2: no more",)
    assert "1e-09 … inf, 3 seeds, 1 failed" in one.cells()
    assert math.isinf(two.error)
    assert "failed" in two.cells()
    none = row([lost])
    assert (none.asked, none.met) == ((), False)
    assert "1 seed, 1 failed" in none.cells()
    report = AccuracyReport("by hand", (one, none))
    assert "- Failed: copper_bar, seed 2: no more." in report.sentences()
    assert "- 1 of 2 problems with an aim meet it; not copper_bar." in report.sentences()


def test_aims_of_quantities() -> None:
    """Where only they have one, the first is what the row measures, and all must be met."""
    test = oude_korendijk()
    assert test.measure == "relative error of the hydraulic conductivity"

    def found(K: float, S: float) -> AccuracyRow:
        answers = tuple(
            Answer(item.name, "", 1.0, 1.0, error) for item, error in zip(test.quantities, (K, S), strict=True)
        )
        return AccuracyRow.of(test, "none", [replace(run(0, 1e-3), answers=answers)])

    assert (found(0.02, 0.1).error, found(0.02, 0.1).met, found(0.02, 0.2).met) == (0.02, True, False)
    assert found(0.04, 0.1).met is False
    assert "2.0e-02, hydraulic conductivity" in found(0.02, 0.1).cells()
    assert "0.03 in hydraulic conductivity, 0.15 in specific storage" in found(0.02, 0.1).cells()


def test_what_another_bench_told_is_taken_over() -> None:
    """Where there is no run of our own: with its seeds, its command, and seconds by the clock on the wall."""
    told = MeasuredError(1e-9, 1e-10, 1e-8, "largest relative L2 error of a field", 5, 8.5, "pinnln bench deepxde")
    bar = replace(
        quick(), published=(PublishedError(1e-3, "Adam", "a paper"), PublishedError(1e-5, "L-BFGS", "another"))
    )
    found = AccuracyRow.of(bar, "none", [], told, Rival(1e-4, 120.0, 5))
    assert (found.measured, found.met) == (told, True)
    assert found.cells()[4:] == (
        "8.5 (wall)", "1e-08", "yes", "–", "1.0e-03 (Adam); 1.0e-05 (L-BFGS)", "1.0e-04 in 120 s",
    )  # fmt: skip
    assert found.short_cells() == ("copper_bar", "–", "1.0e-09", "8.5 (wall)", "1e-08", "1.0e-05, L-BFGS", "exact")
    assert AccuracyRow.of(bar, "none", [run(0, 0.5)], told).error == 0.5
    sentences = AccuracyReport("by hand", (found,)).sentences()
    assert "- Published: copper_bar: L-BFGS, another." in sentences
    assert "- Taken over, with seconds by the clock on the wall, from `pinnln bench deepxde`." in sentences


def test_a_report_is_read_again() -> None:
    """With rivals, published values, and errors that are not finite."""
    bar = replace(quick(), published=(PublishedError(1e-3, "Adam", "a paper"),))
    rows = (
        AccuracyRow.of(bar, "none", [run(0, 0.25), run(1, math.inf, FAILED)], None, Rival(math.inf, 1.0, 5)),
        row([run(0, 0.5)]),
    )
    report = AccuracyReport("by hand", rows)
    again = AccuracyReport.of(json.loads(json.dumps(report.as_dict())))
    assert again == report
    assert again.markdown() == report.markdown()


def test_a_table_goes_between_its_marks() -> None:
    """Whatever stood there; a document without them is refused."""
    before = "above\n<!-- accuracy -->\nold\n<!-- /accuracy -->\nbelow\n"
    assert put_into(before, "| new |", "accuracy") == before.replace("old", "| new |")
    with pytest.raises(ValueError, match="expected the lines <!-- accuracy --> and <!-- /accuracy -->"):
        put_into("above\n", "| new |", "accuracy")


def bench(*arguments: object) -> Result:
    """The command."""
    return CliRunner().invoke(main, ["bench", "accuracy", *map(str, arguments)])


def refused(*arguments: object) -> str:
    """What is said of misuse."""
    found = bench(*arguments)
    assert found.exit_code == 2
    return found.output


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Runs are made in this process, so that they know the catalogue of the test."""

    def queue(jobs: list, at_once: int, threads: int, say: Callable[[str], None]) -> list[str]:
        waiting = [job for job in jobs if not job.out.exists()]
        for job in waiting:
            assert CliRunner().invoke(main, job.arguments[2:]).exit_code == 0
            say(f"{job.name}: done")
        return []

    monkeypatch.setattr("pinnln.run_queue.run_queue", queue)

    def stand(**makers: Callable[[], Benchmark]) -> None:
        for name, maker in makers.items():
            monkeypatch.setitem(CATALOG, name, maker)

    return stand


def test_the_command_solves_and_goes_on(tmp_path: Path, here: Callable[..., None]) -> None:
    """Each run once; what is there is kept, what has changed is run again; JSON, Markdown, the file of the errors."""
    here(copper_bar=quick, poisson=lambda: replace(quick(seed_of_doom=True), name="poisson"))
    kept = MeasuredError(1.0, 1.0, 1.0, "error", 1, 1.0, "pinnln")
    write_measured(tmp_path / "measured.json", {"sir": kept, "copper_bar": kept})
    (tmp_path / "page.md").write_text("<!-- accuracy -->\n\n<!-- /accuracy -->\n")
    asked = ("copper_bar", "poisson", "--seeds", 2, "--out", tmp_path / "out", "--measured", tmp_path / "measured.json")
    first = bench(*asked, "--into", tmp_path / "page.md")
    assert first.exit_code == 0, first.output
    assert first.output.count(": done") == 4
    report = AccuracyReport.of(json.loads((tmp_path / "out" / "accuracy.json").read_text()))
    found = [(item.problem, item.seeds, item.failed) for item in report.rows]
    assert found == [("copper_bar", 2, 0), ("poisson", 2, 2)]
    assert report.markdown() in (tmp_path / "page.md").read_text()
    assert "failed" in (tmp_path / "out" / "accuracy.md").read_text()
    measured = read_measured(tmp_path / "measured.json")
    assert list(measured) == ["copper_bar", "poisson", "sir"]
    assert measured["sir"] == kept
    assert measured["copper_bar"].error == pytest.approx(report.rows[0].error, rel=1e-5)
    assert ": done" not in bench(*asked).output
    here(copper_bar=lambda: replace(quick(), steps=3))
    again = bench(*asked)
    assert again.output.count(": done") == 2
    assert "copper_bar-0 was run on what has changed since: it is run again" in again.output


def test_what_a_report_tells_is_not_solved(tmp_path: Path, here: Callable[..., None]) -> None:
    """Unless it is named; DeepXDE's error stands beside it; --table runs nothing and keeps the command."""
    here(**{name: quick for name in CATALOG if name != "copper_bar"})
    side = {"seeds": 5, "error": 1e-9, "lowest": 1e-10, "highest": None, "seconds": 8.0, "startup": 0.0}
    row = {"measure": "m", "pinnln": side, "deepxde": {**side, "error": 1e-4}}
    rows = [{"case": name, "settings": maker().settings, **row} for name, maker in CATALOG.items()]
    told = tmp_path / "report.json"
    told.write_text(json.dumps({"command": "pinnln bench deepxde", "rows": rows}))
    found = bench("--report", told, "--out", tmp_path / "out", "--json")
    assert found.exit_code == 0, found.output
    assert ": done" not in found.output
    report = AccuracyReport.of(json.loads((tmp_path / "out" / "accuracy.json").read_text()))
    assert [item.command for item in report.rows] == ["pinnln bench deepxde"] * len(CATALOG)
    assert report.rows[0].deepxde == Rival(1e-4, 8.0, 5)
    before = recorded_command(tmp_path / "out" / "accuracy.json")
    assert bench("--table", "--report", told, "--out", tmp_path / "out").exit_code == 0
    assert recorded_command(tmp_path / "out" / "accuracy.json") == before


def test_misuse_of_the_command(tmp_path: Path, here: Callable[..., None]) -> None:
    """An unknown name, nothing to report, a document without a place for the table, other threads: refused in words."""
    here(copper_bar=quick)
    assert "there is no problem 'perpetuum': expected some of copper_bar" in refused("perpetuum", "--out", tmp_path)
    assert "expected runs in" in refused("--table", "--out", tmp_path / "empty")
    (tmp_path / "page.md").write_text("no place\n")
    arguments = ("copper_bar", "--seeds", 1, "--out", tmp_path / "out")
    assert "expected a line <!-- accuracy -->" in refused(*arguments, "--into", tmp_path / "page.md")
    assert "was run with {'threads': 1}, expected {'threads': 2}" in refused(*arguments, "--threads", 2)
    assert len(read_accuracy(tmp_path / "out" / "runs")) == 1


def test_errors_stay_finite_where_a_field_is_zero() -> None:
    """A field whose reference is zero everywhere is measured in the span of its scale."""
    bar = quick()
    cold = replace(bar, exact=lambda at: {"T": np.full(len(at), 293.15)})
    found = run_accuracy(cold, 0, ALONE)
    assert math.isfinite(found.largest)
