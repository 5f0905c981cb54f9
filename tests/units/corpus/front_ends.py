"""One equation through either front end: a report for the text of a function."""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

import torch
from corpus_units import Symbols

from pinnln import units
from pinnln.units import LintReport, Q, lint_function
from pinnln.units.dimension import Dimension
from pinnln.units.dimensional_analysis import DimensionalAnalysis
from pinnln.units.expression import Coordinate, Field, Number
from pinnln.units.registry import measure
from pinnln.units.statement import Statement
from pinnln.units.tensor_lint import rescaled


def _compiled(name: str, text: str, around: dict[str, Any]) -> tuple[Callable[..., Any], str]:
    path = f"/corpus/{name}.py"
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    names = {**around, "__name__": "corpus"}
    exec(compile(text, path, "exec"), names)
    return names[name], path


def derivative(u: torch.Tensor, *along: torch.Tensor) -> torch.Tensor:
    """∂ⁿu/∂x∂y… by nested autograd."""
    for x in along:
        u = torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)[0]
    return u


TORCH = {"d": derivative, "sin": torch.sin, "exp": torch.exp, "tanh": torch.tanh, "torch": torch}
TREES = {"d": units.d, "sin": units.sin, "exp": units.exp, "tanh": units.tanh}


def by_tensors(name: str, text: str, symbols: Symbols, declared: bool = True) -> LintReport:
    """The report of the tensor lint."""
    function, _ = _compiled(name, text, TORCH)
    residuals = [symbols.residual] if declared else None
    return lint_function(function, symbols.inputs, symbols.outputs, symbols.constants, residuals)


def by_trees(name: str, text: str, symbols: Symbols) -> LintReport:
    """The report of the native lint."""
    function, _ = _compiled(name, text, TREES)
    coordinates = {key: Coordinate(key, Q(0.1, unit), Q(1.0, unit)) for key, unit in symbols.inputs.items()}
    fields = {key: Field(key, unit, tuple(coordinates.values())) for key, unit in symbols.outputs.items()}
    constants = {key: Number(measure(Q(1.3, unit)), key) for key, unit in symbols.constants.items()}
    residual = function(**coordinates, **fields, **constants)
    analysis = DimensionalAnalysis()
    scope = {key: node.dimension for key, node in constants.items()}
    declared = Dimension.of(Q(1.0, symbols.residual).dimensionality)
    analysis.examine(Statement(name, "residual", residual, source=residual.source, scope=scope), declared)
    return analysis.report()


FRONT_ENDS = {"tensors": by_tensors, "trees": by_trees}


def oracle(name: str, text: str, symbols: Symbols) -> dict[int, list[str]]:
    """What the rescaling oracle says of an equation, rules aside."""
    function, _ = _compiled(name, text, TORCH)
    dimension = Dimension.of(Q(1.0, symbols.residual).dimensionality)
    return rescaled(function, symbols.inputs, symbols.outputs, symbols.constants, [dimension])
