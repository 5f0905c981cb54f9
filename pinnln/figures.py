"""Figures: fields over the domain, convergence against time, residuals equation by equation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from pinnln.units import Coordinate, Field, ProblemError, Q

if TYPE_CHECKING:
    from pinnln.comparison import Comparison
    from pinnln.solution import Solution

_PER_AXIS = 81
_COLORS = ("#b2182b", "#ef8a62", "#dfa33a", "#2166ac", "#1a9850", "#762a83", "#4d4d4d")


def field_figure(solution: Solution, fields: Sequence[Field], at: Mapping[str, Any]) -> Figure:
    """Fields over the one or two coordinates that `at` does not fix; what was measured of a field of one coordinate."""
    figure = Figure(figsize=(4.2 * len(fields), 3.6), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(fields)))
    for panel, field in zip(panels, fields, strict=True):
        if len([item for item in field.coordinates if item.name not in at]) == 2:
            figure.colorbar(_map(panel, solution, field, at), ax=panel, shrink=0.85)
            panel.set_title(_label(field))
        else:
            (coordinate,), (places,), values = _values(solution, field, at)
            panel.plot(places, values, color=_COLORS[3])
            if len(field.coordinates) == 1:
                _measured(panel, solution, field)
            panel.set(xlabel=_label(coordinate), ylabel=_label(field))
    return figure


def gallery(solutions: Mapping[str, Solution]) -> Figure:
    """The fields of several solutions of one problem: lines over one coordinate, or a row of maps for each."""
    first = next(iter(solutions.values()))
    return _lines(solutions) if len(first.problem.coordinates) == 1 else _maps(solutions, first.problem.fields)


def _lines(solutions: Mapping[str, Solution]) -> Figure:
    """A panel for each field, a line for each solution; the later the thinner, so that none is hidden."""
    fields = next(iter(solutions.values())).problem.fields
    figure = Figure(figsize=(4.6 * len(fields), 4.4), layout="constrained")
    panels = figure.subplots(1, len(fields), squeeze=False)[0]
    for panel, field in zip(panels, fields, strict=True):
        for number, (name, solution) in enumerate(solutions.items()):
            (coordinate,), (places,), values = _values(solution, field, {})
            width = 1.2 + 1.1 * (len(solutions) - 1 - number)
            panel.plot(places, values, color=_COLORS[number % len(_COLORS)], linewidth=width, label=name)
        panel.set(xlabel=_label(coordinate), ylabel=_label(field))
        panel.grid(alpha=0.25)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, fontsize=8, loc="outside lower center", ncols=2)
    return figure


def _maps(solutions: Mapping[str, Solution], fields: Sequence[Field]) -> Figure:
    """A column of maps for each solution, one scale of colours for each row: that of the last solution."""
    size = (1.0 + 2.2 * len(solutions), 0.7 + 2.0 * len(fields))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(len(fields), len(solutions), squeeze=False)
    for row, field in zip(panels, fields, strict=True):
        values = _values(list(solutions.values())[-1], field, {})[-1]
        limits = (float(np.nanmin(values)), float(np.nanmax(values)))
        for panel, (name, solution) in zip(row, solutions.items(), strict=True):
            shown = _map(panel, solution, field, {}, limits)
            panel.label_outer()
            if field is fields[0]:
                panel.set_title(name.replace(" (", "\n(").replace("+", "\n+"), fontsize=9)
        figure.colorbar(shown, ax=list(row), label=_label(field), aspect=12)
    return figure


def convergence_figure(comparison: Comparison) -> Figure:
    """The relative error of the first quantity of interest against seconds of training, a line for every run."""
    figure = Figure(figsize=(7.2, 4.4), layout="constrained")
    panel = figure.subplots()
    for way, color in zip(comparison.ways, _colors(comparison), strict=True):
        for number, run in enumerate(comparison.of(way.name)):
            marks = [mark for mark in run.history if np.isfinite(mark.error) and mark.error > 0]
            panel.semilogy(
                [mark.seconds for mark in marks],
                [mark.error for mark in marks],
                color=color,
                linewidth=1.4,
                linestyle="--" if way.unsafe else "-",
                alpha=0.85,
                label=way.name if number == 0 else None,
            )
    panel.set(xlabel="seconds of training", ylabel=f"relative error of {comparison.benchmark.quantities[0].name}")
    panel.grid(alpha=0.25)
    panel.legend(fontsize=8)
    panel.set_title(comparison.benchmark.title, fontsize=10)
    return figure


def residual_figure(comparison: Comparison) -> Figure:
    """What every way left of each equation, in characteristic scales: the median over the seeds, and their range."""
    figure = Figure(figsize=(7.2, 4.0), layout="constrained")
    panel = figure.subplots()
    names = [residual.name for residual in comparison.benchmark.problem.residuals]
    width = 0.8 / len(comparison.ways)
    for number, (way, color) in enumerate(zip(comparison.ways, _colors(comparison), strict=True)):
        runs = [run for run in comparison.of(way.name) if run.residuals]
        if not runs:
            continue
        sizes = np.array([[run.residuals[name] for name in names] for run in runs])
        middle = np.median(sizes, axis=0)
        panel.bar(
            np.arange(len(names)) + (number - (len(comparison.ways) - 1) / 2) * width,
            middle,
            width,
            yerr=np.stack([middle - sizes.min(0), sizes.max(0) - middle]) if len(runs) > 1 else None,
            error_kw={"linewidth": 0.8},
            color=color,
            hatch="///" if way.unsafe else None,
            edgecolor="white",
            label=way.name,
        )
    panel.set_yscale("log")
    panel.set_xticks(range(len(names)), names)
    panel.set_ylabel("root mean square residual,\nin characteristic scales")
    panel.grid(axis="y", alpha=0.25)
    figure.legend(fontsize=8, loc="outside lower center", ncols=2)
    panel.set_title(comparison.benchmark.title, fontsize=10)
    return figure


def _colors(comparison: Comparison) -> list[str]:
    return [_COLORS[place % len(_COLORS)] for place in range(len(comparison.ways))]


def _measured(panel: Axes, solution: Solution, field: Field) -> None:
    """Points where a field of one coordinate was measured, with bars of one sigma where it is known."""
    (coordinate,) = field.coordinates
    needs = [need for condition in solution.problem.conditions for need in condition.requirements]
    shown = [need for need in needs if need.measured is not None and need.statement.target is field]
    for number, need in enumerate(shown):
        measured = need.measured
        assert measured is not None
        places = Q(measured.places[coordinate], coordinate.dimension.unit or "dimensionless").m_as(_unit(coordinate))
        base = field.dimension.unit or "dimensionless"
        values = Q(measured.values, base).m_as(_unit(field))
        sigma = (
            None if measured.sigma is None else Q(measured.values + measured.sigma, base).m_as(_unit(field)) - values
        )
        color = _COLORS[(2 * number) % len(_COLORS)]
        panel.errorbar(places, values, sigma, fmt="o", markersize=3.5, color=color, label=need.statement.name)
    if shown:
        panel.legend(fontsize=8)


def _map(
    panel: Axes, solution: Solution, field: Field, at: Mapping[str, Any], limits: tuple[float, float] | None = None
) -> QuadMesh:
    """A field over two coordinates; colours between its own extremes unless limits are given."""
    free, axes, values = _values(solution, field, at)
    low, high = limits or (float(np.nanmin(values)), float(np.nanmax(values)))
    shown = panel.pcolormesh(axes[0], axes[1], values.T, cmap="RdBu_r", vmin=low, vmax=high, shading="gouraud")
    panel.set(xlabel=_label(free[0]), ylabel=_label(free[1]))
    if free[0].dimension == free[1].dimension:
        panel.set_aspect("equal")
    return shown


def _values(
    solution: Solution, field: Field, at: Mapping[str, Any]
) -> tuple[list[Coordinate], list[np.ndarray[Any, Any]], np.ndarray[Any, Any]]:
    """Free coordinates, their values in their own units, and the field's values in its unit, NaN in holes."""
    free = [item for item in field.coordinates if item.name not in at]
    if len(free) not in (1, 2):
        names = ", ".join(item.name for item in free)
        raise ProblemError(f"a figure shows one or two coordinates, found ({names}): fix the others, as in t=Q('1 s')")
    lines = {item.name: np.linspace(item.low, item.high, _PER_AXIS) for item in free}
    grids = np.meshgrid(*lines.values(), indexing="ij")
    places: dict[str, Any] = dict(at)
    for item, grid in zip(free, grids, strict=True):
        places[item.name] = Q(grid, item.dimension.unit or "dimensionless")
    covered = solution.covers(**places)
    places |= {item.name: places[item.name][covered] for item in free}
    values = np.full(covered.shape, np.nan)
    values[covered] = np.asarray(solution(field, **places).magnitude, dtype=float)
    axes = [Q(lines[item.name], item.dimension.unit or "dimensionless").m_as(_unit(item)) for item in free]
    return free, axes, values


def _unit(symbol: Coordinate | Field) -> str:
    return symbol.unit or "dimensionless"


def _label(symbol: Coordinate | Field) -> str:
    unit = f"{Q(1.0, _unit(symbol)).units:~P}"
    return f"{symbol.name} [{unit}]" if unit else symbol.name
