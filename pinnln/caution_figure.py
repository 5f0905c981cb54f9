"""The caution at a glance: what LayerNorm reads, what a loss says, what the errors are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, NullFormatter

from pinnln.caution import NAMES, Caution, Path
from pinnln.factors import COMBINATIONS, FACTORS, FactorStudy

_BLUE, _VERMILION, _GREEN, _SKY, _INK = "#0072b2", "#d55e00", "#009e73", "#56b4e9", "#444444"  # Okabe and Ito's
_PALE = "#bbbbbb"
_SHOWN = (
    ("as it stands", _PALE, "before"),
    ("momentum a tenth", _BLUE, "after: momentum a tenth"),
    ("as it stands, in kPa and mK/s", _VERMILION, "before, in kPa and mK/s"),
)
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "mean(LN²), units stripped": {"color": _VERMILION, "linewidth": 3.2, "label": "mean(LN²), units stripped"},
    "φ + ψ": {"color": _BLUE, "linestyle": "--", "label": "in scales: φ + ψ (centred)"},
    "φ_rms": {"color": _BLUE, "label": r"in scales: φ$_\mathrm{rms}$ (uncentred)"},
    "½ Σ r̂²": {"color": _GREEN, "label": "in scales: half the squares"},
}
_COLORS, _MARKERS = (_SKY, _BLUE, _GREEN, _INK), ("o", "s", "^", "D")


def caution_figure(caution: Caution, factors: FactorStudy) -> Figure:
    """In three columns: a residual and its LayerNorm, losses while residuals fall, errors by factors."""
    figure = Figure(figsize=(15.0, 6.8), layout=ConstrainedLayoutEngine(w_pad=0.1, h_pad=0.08))
    grid = figure.add_gridspec(2, 3, width_ratios=(1.0, 0.95, 1.6))
    _magnitudes(figure.add_subplot(grid[0, 0]), caution)
    _norms(figure.add_subplot(grid[1, 0]), caution)
    for place, path in enumerate(caution.paths):
        _losses(figure.add_subplot(grid[place, 1]), path, first=not place)
    _errors(figure, grid[:, 2], factors)
    return figure


def _magnitudes(panel: Axes, caution: Caution) -> None:
    """The magnitudes before and after, and in other units."""
    for place, (case, color, caption) in enumerate(_SHOWN):
        item, at = caution.reading(case), np.arange(len(NAMES)) + 0.27 * (place - 1)
        panel.bar(at, item.magnitudes, 0.25, color=color, label=caption)
        for x, value, unit in zip(at, item.magnitudes, item.units, strict=True):
            text = f"$10^{{{np.log10(value):.0f}}}$\n{unit}"
            panel.text(x, value * 1.3, text, ha="center", va="bottom", fontsize=8, color=_INK)
    panel.set_yscale("log")
    panel.set_ylim(1, 1e8)
    panel.set_xticks(range(len(NAMES)), NAMES)
    panel.set_ylabel("magnitude, units stripped")
    panel.legend(fontsize=8, frameon=False, loc="upper right")
    _dress(panel, "One residual falls tenfold …")


def _norms(panel: Axes, caution: Caution) -> None:
    """LayerNorm of the same."""
    for place, (case, color, _) in enumerate(_SHOWN):
        values, at = caution.reading(case).layer_norm, np.arange(len(NAMES)) + 0.27 * (place - 1)
        panel.bar(at, values, 0.25, color=color)
        for x, value in zip(at, values, strict=True):
            side = "bottom" if value > 0 else "top"
            panel.text(x, 1.05 * value, f"{value:+.0f}", ha="center", va=side, fontsize=9, color=_INK)
    panel.axhline(0, color=_INK, linewidth=0.8)
    panel.set_ylim(-1.45, 1.45)
    panel.set_xticks(range(len(NAMES)), NAMES)
    panel.set_ylabel("LayerNorm of the magnitudes")
    _dress(panel, "… LayerNorm reads the same; other units turn it")


def _losses(panel: Axes, path: Path, *, first: bool) -> None:
    """Every objective over its first value, while a share of the residual is left."""
    for name, values in path.curves.items():
        panel.plot(path.shares, values, **{"linewidth": 1.8, **_STYLES[name]})
    panel.set_xlim(1.0, 0.0)
    panel.set_ylim(-0.04, 1.12)
    panel.set_ylabel("objective over its first value")
    panel.set_xlabel(f"share left of {'both residuals' if path.falling == 'both' else path.falling}")
    panel.grid(color="#dddddd", linewidth=0.6)
    if first:
        panel.legend(fontsize=8.5, frameon=False, loc="lower left")
    what = "Both residuals fall" if path.falling == "both" else f"Only {path.falling} falls"
    _dress(panel, f"{what}: mean(LN²) is flat")


def _errors(figure: Figure, place: SubplotSpec, study: FactorStudy) -> None:
    """A row for each combination: which factors are at work, and the errors of every optimiser over the seeds."""
    inner = place.subgridspec(1, 2, width_ratios=(0.55, 1.0), wspace=0.02)
    table, panel = figure.add_subplot(inner[0]), figure.add_subplot(inner[1])
    rows = np.arange(len(COMBINATIONS))[::-1]
    for row, item in zip(rows, COMBINATIONS, strict=True):
        filled = [getattr(item, factor) for factor in FACTORS]
        table.scatter(range(len(filled)), [row] * len(filled), s=70, color=[_INK if on else "#e4e4e4" for on in filled])
        if item.unsafe:
            for axis in (table, panel):
                axis.axhspan(row - 0.5, row + 0.5, color=_VERMILION, alpha=0.07, linewidth=0)
        for number, name in enumerate(study.budgets):
            errors = [max(run.error, 1e-16) for run in study.of(item, name)]
            _spread(panel, errors, row + 0.16 * (1 - 2 * number), number)
    for axis in (table, panel):
        axis.set_ylim(-0.6, len(COMBINATIONS) - 0.4)
        axis.set_yticks([])
    table.set_xlim(-0.5, len(FACTORS) - 0.5)
    table.set_xticks(range(len(FACTORS)), ["network\nscaled", "residuals\nscaled", "Layer-\nNorm"])
    panel.set_xscale("log")
    panel.autoscale_view(scaley=False)
    panel.axvline(1.0, color=_INK, linewidth=0.8, linestyle=":")
    panel.xaxis.set_major_locator(LogLocator(base=10, numticks=9))
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.set_xlabel(f"relative error, {len(study.seeds)} seeds; shaded: units stripped")
    panel.grid(axis="x", color="#dddddd", linewidth=0.6)
    key = [_mark(number, label=name) for number, name in enumerate(study.budgets)]
    panel.legend(handles=key, fontsize=8.5, frameon=False, loc="upper left")
    _dress(panel, "")
    _dress(table, f"Three factors, each alone and together: {study.problem.replace('_', ' ')}")
    table.tick_params(length=0, labelsize=8)
    for side in ("left", "bottom"):
        table.spines[side].set_visible(False)
    panel.spines["left"].set_visible(False)


def _spread(panel: Axes, errors: Sequence[float], row: float, number: int) -> None:
    """The median of errors, and a line over their range."""
    if not np.isfinite(errors).all():
        panel.text(1.2, row, "failed", va="center", fontsize=8, color=_INK)
        return
    panel.add_line(_mark(number, [min(errors), max(errors)], [row, row], marker="", alpha=0.7))
    panel.add_line(_mark(number, [float(np.median(errors))], [row]))


def _mark(number: int, x: Sequence[float] = (), y: Sequence[float] = (), **changed: Any) -> Line2D:
    """The mark of one optimiser."""
    style = {"color": _COLORS[number % len(_COLORS)], "marker": _MARKERS[number % len(_MARKERS)], "markersize": 7}
    return Line2D(x, y, **{**style, "linewidth": 1.6, **changed})


def _dress(panel: Axes, title: str) -> None:
    panel.set_title(title, fontsize=10.5, loc="left", color=_INK)
    panel.set_axisbelow(True)
    panel.tick_params(labelsize=9, color=_PALE, labelcolor=_INK)
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        panel.spines[side].set_color(_PALE)
