"""The report of a study: medians, ranges and failures follow from the runs, and nothing is dropped."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
from hypothesis import given, strategies as st
from rich.console import Console

from pinnln.study import Run
from pinnln.study_report import Cell, StudyReport, read_study, study_report
from pinnln.whole_file import recorded_command, write_json

ERRORS = st.lists(st.floats(1e-12, 1e3) | st.just(math.inf), min_size=1, max_size=7)


@pytest.fixture(scope="module")
def report(study_runs: list[Run]) -> StudyReport:
    """Of the runs that all tests of studies share."""
    return study_report(study_runs, "pinnln compare …", ["raw", "nondimensional"], ["lm", "adam"], ["joule_heating"])


@given(errors=ERRORS)
def test_a_cell_is_median_and_range(study_run: Callable[..., Run], errors: list[float]) -> None:
    """Of all its seeds: a run that is lost is worse than any other, never left out."""
    runs = [study_run(1.0, error, seed=seed) for seed, error in enumerate(errors)]
    cell = Cell.of(runs)
    assert (cell.seeds, cell.error) == (len(errors), median(errors))
    assert (cell.lowest, cell.highest) == (min(errors), max(errors))
    assert cell.lost == errors.count(math.inf)
    assert (cell.shown == "failed") == (cell.error == math.inf)


@given(errors=st.lists(st.floats(1e-12, 1e3), min_size=2, max_size=5))
def test_a_range_holds_its_median(study_run: Callable[..., Run], errors: list[float]) -> None:
    """As both are shown, with one digit and two."""
    cell = Cell.of([study_run(1.0, error, seed=seed) for seed, error in enumerate(errors)])
    lowest, highest = map(float, cell.spread.split(" … "))
    assert lowest <= float(cell.shown) <= highest


def test_cells_say_what_became_of_their_runs(report: StudyReport) -> None:
    """Median with range; failed where there is no median; how many failed or ended early where there is one."""
    found = {(cell.way, cell.optimizer): cell for cell in report.cells if cell.problem == "copper_bar"}
    assert found["nondimensional", "lm"].text == "2.0e-06 (1e-06 … 3e-06)"
    assert (found["raw", "adam"].text, found["raw", "adam"].remark) == ("failed", "")
    assert found["raw", "lm"].text == "8.0e-01 (7e-01 … failed)"
    assert found["raw", "lm"].remark == "1 of 3 failed, 2 of 3 stalled"


def test_one_seed_has_no_range_and_a_refusal_is_none_of_its_own(study_run: Callable[..., Run]) -> None:
    """What the library refused did not fail in training."""
    assert Cell.of([study_run(0.5)]).text == "5.0e-01"
    assert Cell.of([study_run(status="refused", message="no")]).text == "refused"


def test_order_is_that_of_the_catalogues(report: StudyReport) -> None:
    """Known names first and in their order, others after them."""
    assert list(report.titles) == ["joule_heating", "copper_bar"]
    assert [way.name for way in report.ways] == ["raw", "nondimensional", "careful"]
    assert list(report.trainings) == ["lm", "adam"]
    assert report.seeds == 3


def test_a_page_has_every_cell(report: StudyReport) -> None:
    """Rows are ways, the unsafe ones labelled; columns optimisers; the best is bold; failures have a reason."""
    page = report.markdown()
    assert "| copper_bar | lm | adam |" in page
    assert "| raw (unsafe) | 8.0e-01 (7e-01 … failed); 1 of 3 failed, 2 of 3 stalled | failed |" in page
    assert "| nondimensional | **2.0e-06 (1e-06 … 3e-06)** | **2.0e-02 (1e-02 … 3e-02)** |" in page
    assert "| careful | 6.0e-06 (3e-06 … 9e-06) | 6.0e-02 (3e-02 … 9e-02) |" in page
    assert "- copper_bar, raw, adam, seed 0, 1, 2: failed: T is infinite at x = <here>" in page
    assert "3 s of training, 1 thread(s)" in page
    assert "Made by `pinnln compare …`." in page


def test_the_screen_shows_the_same(report: StudyReport) -> None:
    """One table a problem."""
    console = Console(width=160, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    console.print(report.table("copper_bar"))
    console.file.close()
    lines = console.export_text().splitlines()
    row = next(line for line in lines if line.strip().startswith("raw"))
    assert "unsafe" in row
    assert "failed" in row
    assert any("2.0e-06 (1e-06 … 3e-06)" in line for line in lines)


def test_a_way_that_was_not_run_is_a_dash(study_runs: list[Run]) -> None:
    """An interrupted study has a report too."""
    some = [run for run in study_runs if (run.problem, run.way) != ("copper_bar", "careful")]
    report = study_report(some, "", [], [])
    assert report.cell("copper_bar", "careful", "lm") is None
    assert "| careful | – | – |" in report.markdown()


def test_data_are_kept_and_read_again(report: StudyReport, study_runs: list[Run], tmp_path: Path) -> None:
    """JSON without infinities, the command in it, and runs that make the same report."""
    for run in study_runs:
        write_json(tmp_path / "runs" / f"{run.problem}-{run.way}-{run.optimizer}-{run.seed}.json", run.as_dict())
    again = read_study(tmp_path / "runs")
    assert study_report(again, "", [], []).as_dict()["cells"] != []
    assert recorded_command(tmp_path / "study.json") is None
    data, page = report.save(tmp_path)
    kept = json.loads(data.read_text())
    assert recorded_command(tmp_path / "study.json") == kept["command"] == "pinnln compare …"
    assert next(cell for cell in kept["cells"] if cell["lost"] == 3)["error"] is None
    assert page.read_text() == report.markdown()


def test_runs_that_cannot_be_compared_are_refused(study_run: Callable[..., Run], tmp_path: Path) -> None:
    """No runs, or runs with unequal seconds."""
    with pytest.raises(ValueError, match=r"expected runs in .*, found none"):
        read_study(tmp_path)
    longer = {**study_run(0.1).as_dict(), "settings": {"budget": 9.0, "threads": 1}}
    write_json(tmp_path / "a.json", study_run(0.1).as_dict())
    write_json(tmp_path / "b.json", longer)
    with pytest.raises(ValueError, match=r"expected runs with the same settings .*'budget': 3.0.*'budget': 9.0"):
        read_study(tmp_path)
