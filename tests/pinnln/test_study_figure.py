"""The figure of a study: a panel for each problem and optimiser, the same stroke for a way in all of them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from pinnln.study import Run
from pinnln.study_figure import strokes, study_figure
from pinnln.study_report import StudyReport, study_report


@pytest.fixture(scope="module")
def report(study_runs: list[Run]) -> StudyReport:
    """Of the runs that all tests of studies share."""
    return study_report(study_runs, "", ["raw", "nondimensional"], ["adam", "lm"])


def test_every_problem_and_optimiser_has_a_panel(report: StudyReport, study_runs: list[Run]) -> None:
    """Rows are problems, columns optimisers; each way has a line, a band and an end, or a word where it failed."""
    panels = study_figure(report, study_runs).axes
    titles = [panel.get_title(loc="left") for panel in panels]
    assert titles == ["Copper bar, adam", "Copper bar, lm", "Joule heating, adam", "Joule heating, lm"]
    assert [len(panel.collections) for panel in panels] == [2, 3, 2, 3]
    assert [[text.get_text() for text in panel.texts] for panel in panels] == [["raw: failed"], [], ["raw: failed"], []]


def test_the_line_is_the_median_and_the_band_the_range(report: StudyReport, study_runs: list[Run]) -> None:
    """At the end of the training: 2e-6 between 1e-6 and 3e-6."""
    panel = study_figure(report, study_runs, ["copper_bar"]).axes[1]
    color = strokes(report)["nondimensional"].color
    line = next(item for item in panel.lines if item.get_color() == color and len(item.get_xdata()) > 1)
    assert line.get_ydata()[-1] == pytest.approx(2e-6)
    assert line.get_xdata()[[0, -1]] == pytest.approx([0.01, 0.04])
    band = panel.collections[[item.name for item in report.ways].index("nondimensional")]
    corners = band.get_paths()[0].vertices
    last = corners[np.isclose(corners[:, 0], 0.04)][:, 1]
    assert (last.min(), last.max()) == pytest.approx((1e-6, 3e-6))


def test_ways_differ_and_unsafe_ones_are_broken_lines(report: StudyReport) -> None:
    """No two ways have one stroke; only ways that strip units are dashed."""
    found = strokes(report)
    assert len(set(found.values())) == len(report.ways)
    assert {way.name: bool(found[way.name].dashes) for way in report.ways} == {
        way.name: way.unsafe for way in report.ways
    }


def test_a_run_that_has_ended_keeps_its_error(study_run: Callable[..., Run]) -> None:
    """The dot is the median of the table, though one run ended long before the others."""
    runs = [study_run(0.5, 1e-3), study_run(0.5, 0.2, 0.1, 0.05, seed=1), study_run(0.5, 0.2, 0.1, 0.02, seed=2)]
    report = study_report(runs, "", [], [])
    line, dot = study_figure(report, runs).axes[0].lines
    assert dot.get_ydata()[0] == pytest.approx(report.cells[0].error) == line.get_ydata()[-1] == pytest.approx(0.02)
    assert dot.get_xdata()[0] == pytest.approx(0.08)


def test_a_run_that_failed_counts_in_the_median(study_run: Callable[..., Run]) -> None:
    """Of three runs with one failure the larger error is the median; with two failures there is none to draw."""
    runs = [study_run(0.5, 1e-3), study_run(0.5, 2e-3, seed=1), study_run(seed=2, status="failed")]
    report = study_report(runs, "", [], [])
    line, _ = study_figure(report, runs).axes[0].lines
    assert line.get_ydata()[-1] == pytest.approx(report.cells[0].error) == pytest.approx(2e-3)
    most = [runs[0], *(study_run(seed=seed, status="failed") for seed in (1, 2))]
    panel = study_figure(study_report(most, "", [], []), most).axes[0]
    assert ([text.get_text() for text in panel.texts], len(panel.lines)) == (["nondimensional: failed"], 0)


def test_errors_without_a_logarithm_are_drawn(study_run: Callable[..., Run]) -> None:
    """An exact answer and a lost one stay on the paper."""
    runs = [study_run(0.1, 0.0), study_run(0.1, math.inf, way="raw")]
    panel = study_figure(study_report(runs, "", [], []), runs).axes[0]
    ends = sorted(line.get_ydata()[-1] for line in panel.lines if len(line.get_xdata()) > 1)
    assert ends == pytest.approx([np.finfo(float).eps, 1e3])
