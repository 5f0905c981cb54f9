"""A panel of error against time, both logarithmic: its frame, and what is drawn in it for the runs of one kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullFormatter
from numpy.typing import NDArray

INK = "#444444"
_PALE, _GRID = "#bbbbbb", "#dddddd"


def dress(panel: Axes, title: str, *, first: bool, last: bool) -> None:
    """Axes, grid and title; the error is named on the first panel of a row, time on the last of a column."""
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_title(title, fontsize=10.5, loc="left", color=INK)
    if last:
        panel.set_xlabel("seconds of training", color=INK)
    if first:
        panel.set_ylabel("relative error", color=INK)
    for axis in (panel.xaxis, panel.yaxis):
        axis.set_major_locator(LogLocator(base=10, numticks=8))
        axis.set_minor_formatter(NullFormatter())
    panel.minorticks_off()
    panel.tick_params(labelsize=8.5, length=3, color=_PALE, labelcolor=INK)
    panel.grid(color=_GRID, linewidth=0.6)
    panel.set_axisbelow(True)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        panel.spines[side].set_color(_PALE)


def along(seconds: Sequence[float], errors: Sequence[float], times: NDArray[Any]) -> NDArray[Any]:
    """The errors of one run at some times, between its moments along straight lines of the logarithms."""
    found: NDArray[Any] = np.exp(np.interp(np.log(times), np.log(seconds), np.log(errors)))
    return found
