"""Units through expressions: the registry, expression trees, their dimensions, the lint, and scales."""

from pinnln.units.base_units import base_unit
from pinnln.units.dimension import DIMENSIONLESS, Dimension
from pinnln.units.errors import IncommensurableError, PinnlnError, ProblemError, ScalesError, UnitsError
from pinnln.units.expression import (
    Comparison,
    Coordinate,
    Derivative,
    Expression,
    Face,
    Field,
    Number,
    Parameter,
    Symbol,
    Unknown,
)
from pinnln.units.findings import Coverage, Finding, Inferred, LintReport
from pinnln.units.functions import (
    Vector,
    absolute,
    constant,
    coordinates,
    cos,
    cosh,
    d,
    div,
    erf,
    exp,
    field,
    grad,
    laplacian,
    log,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    unknown,
    where,
)
from pinnln.units.linter import assert_units_consistent, dimension_of, lint
from pinnln.units.registry import Q, Quantity
from pinnln.units.scales import ResolvedScales, Scale, Scales
from pinnln.units.script_lint import lint_folder, lint_script
from pinnln.units.script_run import ScriptError
from pinnln.units.shapes import Ball
from pinnln.units.source import Source
from pinnln.units.statement import Statement
from pinnln.units.tensor_lint import lint_function

__all__ = [
    "DIMENSIONLESS",
    "Ball",
    "Comparison",
    "Coordinate",
    "Coverage",
    "Derivative",
    "Dimension",
    "Expression",
    "Face",
    "Field",
    "Finding",
    "IncommensurableError",
    "Inferred",
    "LintReport",
    "Number",
    "Parameter",
    "PinnlnError",
    "ProblemError",
    "Q",
    "Quantity",
    "ResolvedScales",
    "Scale",
    "Scales",
    "ScalesError",
    "ScriptError",
    "Source",
    "Statement",
    "Symbol",
    "UnitsError",
    "Unknown",
    "Vector",
    "absolute",
    "assert_units_consistent",
    "base_unit",
    "constant",
    "coordinates",
    "cos",
    "cosh",
    "d",
    "dimension_of",
    "div",
    "erf",
    "exp",
    "field",
    "grad",
    "laplacian",
    "lint",
    "lint_folder",
    "lint_function",
    "lint_script",
    "log",
    "sin",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "unknown",
    "where",
]
