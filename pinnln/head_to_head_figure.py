"""Error against time of pinnln and DeepXDE: a panel for each case, medians over the seeds within their range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from pinnln.error_panel import INK, along, dress
from pinnln.head_to_head import Run
from pinnln.head_to_head_report import sides_of

_BLUE, _VERMILION = "#0072b2", "#d55e00"  # Okabe and Ito's, which all eyes tell apart
_NAMES = {"allen_cahn": "Allen-Cahn"}
_PER_RUN = 200
_COLUMNS = 4


def error_figure(runs: Sequence[Run]) -> Figure:
    """Relative error against seconds of training, both logarithmic.

    The line is the median over the seeds, the band their range; a run that has ended keeps its last error. A ring marks
    where one optimiser hands over to the next, a dot where the median training ends.
    """
    cases = [case for case in dict.fromkeys(run.case for run in runs) if all(sides_of(runs, case))]
    columns = min(_COLUMNS, len(cases))
    rows = -(-len(cases) // columns)
    layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.08)
    figure = Figure(figsize=(max(3.3 * columns, 7.4), 2.75 * rows + 0.75), layout=layout)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for place, (panel, case) in enumerate(zip(panels, cases, strict=False)):
        ours, theirs = sides_of(runs, case)
        _curve(panel, theirs, _VERMILION)
        _curve(panel, ours, _BLUE)
        dress(panel, _title(case), first=place % columns == 0, last=place + columns >= len(cases))
    for panel in panels[len(cases) :]:
        panel.set_visible(False)
    figure.legend(handles=_key(runs), loc="outside upper left", ncols=4, frameon=False, fontsize=9.5, labelcolor=INK)
    return figure


def _key(runs: Sequence[Run]) -> list[Artist]:
    """What lines, band and ring mean."""
    seeds = len({run.seed for run in runs})
    ring: dict[str, Any] = {
        "marker": "o",
        "color": "white",
        "markeredgecolor": _VERMILION,
        "markeredgewidth": 1.3,
        "markersize": 5,
    }
    return [
        Line2D([], [], color=_BLUE, linewidth=1.8, label="pinnln"),
        Line2D([], [], color=_VERMILION, linewidth=1.8, label="DeepXDE"),
        Line2D([], [], linestyle="", label="Adam ends, L-BFGS begins", **ring),
        *([Patch(color=INK, alpha=0.18, linewidth=0, label=f"median and range, {seeds} seeds")] if seeds > 1 else []),
    ]


def _curve(panel: Axes, runs: Sequence[Run], color: str) -> None:
    usable = [run for run in runs if run.history]
    if not usable:
        return
    start = max(run.history[0].seconds for run in usable)
    end = max(float(np.median([run.seconds for run in usable])), 1.01 * start)
    times = np.geomspace(start, end, _PER_RUN)
    errors = np.stack([_along(run, times) for run in usable])
    middle = np.median(errors, axis=0)
    panel.fill_between(times, errors.min(0), errors.max(0), color=color, alpha=0.18, linewidth=0)
    panel.plot(times, middle, color=color, linewidth=1.8, solid_capstyle="round")
    panel.plot(times[-1], middle[-1], "o", color=color, markersize=5, clip_on=False)
    handover = [found for run in usable if (found := _handover(run)) is not None]
    if handover and len(handover) == len(usable) and start < (when := float(np.median(handover))) < end:
        there = float(np.exp(np.interp(np.log(when), np.log(times), np.log(middle))))
        panel.plot(when, there, "o", color="white", markeredgecolor=color, markeredgewidth=1.3, markersize=5)


def _along(run: Run, times: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The error of one run at some times."""
    moments = [item for item in run.history if 0 < item.error < np.inf]
    return along([item.seconds for item in moments], [item.error for item in moments], times)


def _handover(run: Run) -> float | None:
    """When the first optimiser ended, if another followed."""
    first = run.history[0].phase
    spent = [item.seconds for item in run.history if item.phase == first]
    return spent[-1] if len(spent) < len(run.history) else None


def _title(case: str) -> str:
    """The case in words, natural_convection_1e4 as Natural convection, Ra = 10⁴."""
    words, _, power = case.rpartition("_1e")
    name = words or case
    shown = _NAMES.get(name, name.replace("_", " ").capitalize())
    return f"{shown}, Ra = $10^{power}$" if words else shown
