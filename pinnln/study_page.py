"""A study as one HTML file that needs nothing else: figures, styles and tables inside, to be read or printed."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib import rc_context
from matplotlib.figure import Figure

from pinnln.study import Run
from pinnln.study_figure import strokes, study_figure
from pinnln.study_report import Cell, StudyReport

_HEADING = "Ways and optimisers in equal time"
_TEMPLATE = "study_page.html"
_SHADES = ((2.0, "d0"), (1e1, "d1"), (1e2, "d2"), (1e3, "d3"))


def study_page(report: StudyReport, runs: Sequence[Run]) -> str:
    """The page of a study: what is best where at a glance, a figure and a table for each problem, what failed, how to
    read it. Names and messages are escaped; nothing is loaded, nothing is run."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    def shade(cell: Cell | None) -> str:
        if cell is None:
            return ""
        return shade_of(cell.error, report.best(cell.problem, cell.optimizer))

    return environment.get_template(_TEMPLATE).render(
        heading=_HEADING,
        report=report,
        strokes=strokes(report),
        pictures={name: picture(study_figure(report, runs, [name])) for name in report.titles},
        shade=shade,
        spoken=lambda name: name.replace("_", " "),
    )


def shade_of(error: float, best: float) -> str:
    """The class of a cell by how many times its error is the best of its column; an error of one is no answer.

    >>> [shade_of(error, 1e-3) for error in (1e-3, 5e-3, 0.5, 1.0, math.inf)]
    ['d0', 'd1', 'd3', 'd4', 'dx']
    """
    if not math.isfinite(error):
        return "dx"
    if error >= 1:
        return "d4"
    return next((name for most, name in _SHADES if error <= most * best), "d4")


def picture(figure: Figure) -> str:
    """A figure as the address of an image that holds it; the same bytes for the same figure."""
    drawn = io.BytesIO()
    with rc_context({"svg.hashsalt": "pinnln", "svg.fonttype": "path"}):
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode('ascii')}"
