"""Error against time of a study: problems by optimisers, a line for every way, medians within the range over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from pinnln.error_panel import INK, along, dress
from pinnln.study import Run
from pinnln.study_report import StudyReport

_SAFE = (
    *("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6a3d9a"),
    *("#111111", "#8c6d31", "#7fb800", "#a50026", "#01665e"),
)  # Okabe and Ito's first, which all eyes tell apart
_UNSAFE = ("#777777", "#a08060", "#b0b0b0", "#c09090")
_DASHES = ((5.0, 2.0), (2.0, 1.6), (7.0, 2.0, 1.5, 2.0))
_PER_RUN = 120
_SHADE, _FAINT, _MANY = 0.13, 0.06, 6
_LOST = 1e3
_KEY_COLUMNS = 3


class Stroke(NamedTuple):
    """How a way is drawn: its colour, and the dashes of an unsafe one in points, none for a line without gaps."""

    color: str
    dashes: tuple[float, ...] = ()


def strokes(report: StudyReport) -> dict[str, Stroke]:
    """The stroke of every way, by name: colours for those that keep units, grey and broken for those that do not."""
    safe = [way.name for way in report.ways if not way.unsafe]
    unsafe = [way.name for way in report.ways if way.unsafe]
    found = {name: Stroke(_SAFE[place % len(_SAFE)]) for place, name in enumerate(safe)}
    return found | {
        name: Stroke(_UNSAFE[place % len(_UNSAFE)], _DASHES[place % len(_DASHES)]) for place, name in enumerate(unsafe)
    }


def study_figure(report: StudyReport, runs: Sequence[Run], problems: Sequence[str] = ()) -> Figure:
    """Largest relative L2 error of a field against seconds of training, both logarithmic.

    A row a problem, a column an optimiser. The line is the median over the seeds, of which one that failed is above all
    others, the band the range of those that did not. A run that has ended keeps its last error, so the dot at the end
    is the median of the table. An error above a thousand is drawn as that.

    Args: report and its runs; problems, all unless given.
    """
    shown, optimizers, drawn = list(problems or report.titles), list(report.trainings), strokes(report)
    figure = Figure(
        figsize=(max(3.5 * len(optimizers), 7.4), 2.7 * len(shown) + 0.3 + 0.24 * _key_rows(report)),
        layout=ConstrainedLayoutEngine(w_pad=0.06, h_pad=0.06),
    )
    panels = figure.subplots(len(shown), len(optimizers), squeeze=False, sharex=True, sharey="row")
    for row, problem in zip(panels, shown, strict=True):
        for place, (panel, optimizer) in enumerate(zip(row, optimizers, strict=True)):
            dress(panel, f"{_title(problem)}, {optimizer}", first=place == 0, last=problem is shown[-1])
            for way in report.ways:
                found = [run for run in runs if (run.problem, run.way, run.optimizer) == (problem, way.name, optimizer)]
                _curve(panel, found, drawn[way.name], _SHADE if len(report.ways) <= _MANY else _FAINT)
            _names_failures(panel, report, problem, optimizer)
    figure.legend(
        handles=_key(report, drawn), loc="outside upper left", ncols=_KEY_COLUMNS, frameon=False, fontsize=9,
        labelcolor=INK,
    )  # fmt: skip
    return figure


def _curve(panel: Axes, runs: Sequence[Run], stroke: Stroke, shade: float) -> None:
    usable = [run for run in runs if run.history]
    lost = np.full((len(runs) - len(usable), _PER_RUN), np.inf)
    if len(lost) >= len(usable):
        return
    start = max(run.history[0].seconds for run in usable)
    end = max(*(run.history[-1].seconds for run in usable), 1.01 * start)
    times = np.geomspace(start, end, _PER_RUN)
    errors = np.stack([_along(run, times) for run in usable])
    middle = np.median(np.concatenate([errors, lost]), axis=0)
    line: dict[str, Any] = {"dashes": stroke.dashes} if stroke.dashes else {"solid_capstyle": "round"}
    panel.fill_between(times, errors.min(0), errors.max(0), color=stroke.color, alpha=shade, linewidth=0)
    panel.plot(times, middle, color=stroke.color, linewidth=1.6, **line)
    panel.plot(times[-1], middle[-1], "o", color=stroke.color, markersize=4.5, clip_on=False)


def _along(run: Run, times: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The error of one run at some times; a lost one is large, an exact one as small as numbers are."""
    errors = [min(max(item.error, np.finfo(float).eps), _LOST) for item in run.history]
    return along([item.seconds for item in run.history], errors, times)


def _names_failures(panel: Axes, report: StudyReport, problem: str, optimizer: str) -> None:
    """In words what has no line, since no median was left to draw."""
    cells = [report.cell(problem, way.name, optimizer) for way in report.ways]
    lost = [f"{cell.way}: {cell.shown}" for cell in cells if cell is not None and 2 * cell.lost >= cell.seeds]
    if lost:
        panel.text(0.03, 0.04, "\n".join(lost), transform=panel.transAxes, fontsize=7.5, color=INK, va="bottom")


def _key(report: StudyReport, drawn: dict[str, Stroke]) -> list[Artist]:
    """What lines and bands mean."""
    lines: list[Artist] = []
    for way in report.ways:
        stroke = drawn[way.name]
        dashes: dict[str, Any] = {"dashes": stroke.dashes} if stroke.dashes else {}
        lines.append(Line2D([], [], color=stroke.color, linewidth=1.8, label=way.label, **dashes))
    band = Patch(color=INK, alpha=0.18, linewidth=0, label=f"median and range, {report.seeds} seeds")
    return [*lines, *([band] if report.seeds > 1 else [])]


def _key_rows(report: StudyReport) -> int:
    return -(-(len(report.ways) + (report.seeds > 1)) // _KEY_COLUMNS)


def _title(problem: str) -> str:
    return problem.replace("_", " ").capitalize()
