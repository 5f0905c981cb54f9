"""The lint of torch functions never written with units: run once on a few points, and examined as equations."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import FunctionType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pint

from pinnln.units.derivative_names import misnamed
from pinnln.units.dimension import Dimension
from pinnln.units.dimensional_analysis import DimensionalAnalysis
from pinnln.units.errors import ProblemError
from pinnln.units.executed import executed_lines, not_run, statement_lines
from pinnln.units.expression import Coordinate, Expression, Field, Number
from pinnln.units.findings import Finding, LintReport, without_repetition
from pinnln.units.registry import Measured, Q, is_point, measure, parse_unit
from pinnln.units.rescaling import broken_dimensions
from pinnln.units.source import Source
from pinnln.units.statement import Statement
from pinnln.units.suppression import Suppressions
from pinnln.units.surroundings import found_around, plain_function
from pinnln.units.time_limit import TimeLimitReached, limited, valid_limit

if TYPE_CHECKING:
    from pinnln.units.tensor_run import TensorRun

Units = Mapping[str, str]


@dataclass(frozen=True)
class Declaration:
    """What the user says of a function: the units of its inputs, outputs, constants and residuals."""

    inputs: Mapping[str, Coordinate]
    outputs: Mapping[str, Field]
    constants: Mapping[str, Number]
    residuals: tuple[tuple[str, Dimension | None], ...]
    infer: bool
    points: tuple[Field, ...]

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions of all symbols."""
        nodes: list[Coordinate | Field | Number] = [*self.inputs.values(), *self.outputs.values()]
        nodes += self.constants.values()
        return tuple(node.dimension for node in nodes)

    @property
    def scope(self) -> dict[str, Dimension]:
        """The declared constants, material for hints."""
        return {name: node.dimension for name, node in self.constants.items()}


def lint_function(
    function: Callable[..., Any],
    inputs: Units,
    outputs: Units,
    constants: Mapping[str, str | pint.Quantity[Any]] | None = None,
    residuals: Sequence[str | None] | Mapping[str, str | None] | None = None,
    literals: Literal["dimensionless", "infer"] = "dimensionless",
    time_limit: float = 60.0,
) -> LintReport:
    """Every dimensional error of a torch residual function, found by running it once on seven points.

    The function keeps its own form. Parameters named like an input, an output or a constant receive it, (N, 1) or a
    scalar; two parameters of other names receive the inputs (N, d) and the outputs (N, m), as in DeepXDE; one
    other parameter receives a network that stands in for the solution, f(x, t) or f(cat([x, t])).

    Args: function; inputs and outputs, name to unit in the order of their columns, "" for a pure number; constants,
    names the function uses (parameters, globals, closure) to units or quantities; residuals, the units of what it
    returns, None where it is not known, with names if it is a mapping; literals, whether bare numbers are pure or have
    dimensions to be inferred; time_limit [s].
    Returns: findings, what was inferred, coverage.
    Raises: UnitsError for an unknown unit, ProblemError for a declaration that does not fit the function.

    >>> import torch
    >>> def pde(x, u):
    ...     u_x = torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)[0]
    ...     return u * u_x - u
    >>> lint_function(pde, {"x": "m"}, {"u": "m/s"}).codes
    ('UL101',)
    """
    valid_limit(time_limit)
    plain = plain_function(function)
    if plain is None:
        raise ProblemError(f"expected a Python function of tensors, found {function!r}")
    around = found_around(function, plain)
    declaration = _declared(inputs, outputs, constants or {}, residuals, literals, around)
    _require_used(function, plain, declaration, around)
    captured = [_captured(name, plain) for name, value in around.items() if isinstance(value, pint.Quantity)]
    if captured:
        return LintReport(tuple(captured))
    from pinnln.units.tensor_run import TensorRun

    run = TensorRun(function, plain, declaration, around)
    path, (first, last) = plain.__code__.co_filename, _lines(plain)
    with executed_lines(path) as lines:
        failure = _failure(run, plain, time_limit)
    if failure is not None:
        return LintReport((failure,))
    report = _examined(run, declaration, plain)
    text = "".join(linecache.getlines(path))
    statements = statement_lines(text, first + 1, last) if text else {}
    missing = not_run(statements, lines)
    findings = Suppressions(path, text, first, last).apply(report.findings) if text else list(report.findings)
    findings += [_skipped(path, line) for line in missing]
    coverage = replace(report.coverage, lines=len(statements), not_run=missing)
    return replace(report, findings=without_repetition(findings), coverage=coverage)


def rescaled(
    function: Callable[..., Any],
    inputs: Units,
    outputs: Units,
    constants: Mapping[str, str | pint.Quantity[Any]],
    dimensions: Sequence[Dimension | None],
) -> dict[int, list[str]]:
    """The rescaling oracle alone: the residuals that are not homogeneous, with the base dimensions that break them."""
    from pinnln.units.tensor_run import TensorRun

    plain = plain_function(function)
    if plain is None:
        raise ProblemError(f"expected a Python function of tensors, found {function!r}")
    around = found_around(function, plain)
    declaration = _declared(inputs, outputs, constants, None, "dimensionless", around)
    return broken_dimensions(TensorRun(function, plain, declaration, around).values, dimensions, declaration.dimensions)


def _declared(
    inputs: Units,
    outputs: Units,
    constants: Mapping[str, str | pint.Quantity[Any]],
    residuals: Sequence[str | None] | Mapping[str, str | None] | None,
    literals: str,
    around: Mapping[str, Any],
) -> Declaration:
    for what, given in (("inputs", inputs), ("outputs", outputs), ("constants", constants)):
        if not isinstance(given, Mapping):
            raise ProblemError(f'{what}: expected names with units, as in {{"x": "m"}}, found {given!r}')
    if isinstance(residuals, str):
        raise ProblemError(f"residuals: expected a list of units, as in [{residuals!r}], found {residuals!r}")
    if literals not in ("dimensionless", "infer"):
        raise ProblemError(f"literals: expected 'dimensionless' or 'infer', found {literals!r}")
    if not inputs or not outputs:
        raise ProblemError('expected inputs={"x": "m", …} and outputs={"u": "m/s", …}, found none: nothing to check')
    coordinates = {}
    for name, unit in inputs.items():
        parse_unit(unit, f"input {name!r}")
        zero = 0 * Q(1.0, unit) if not is_point(Q(1.0, unit)) else Q(0.0, unit)
        coordinates[name] = Coordinate(name, zero, Q(1.0, unit))
    fields = {name: Field(name, unit, tuple(coordinates.values())) for name, unit in outputs.items()}
    for node in (*coordinates.values(), *fields.values()):
        node.source = None
    named = residuals.items() if isinstance(residuals, Mapping) else [("", unit) for unit in residuals or ()]
    wanted = [(name, None if unit is None else _dimension(unit, f"residual {name!r}")) for name, unit in named]
    points = tuple(field for field in fields.values() if is_point(Q(1.0, field.unit)))
    numbers = {name: _constant(name, unit, around.get(name)) for name, unit in constants.items()}
    return Declaration(coordinates, fields, numbers, tuple(wanted), literals == "infer", points)


def _dimension(unit: str, what: str) -> Dimension:
    return Dimension.of(Q(1.0, parse_unit(unit, what)).dimensionality)


def _constant(name: str, unit: str | pint.Quantity[Any], held: Any) -> Number:
    if isinstance(unit, pint.Quantity):
        return Number(measure(unit), name)
    value = float(held) if isinstance(held, int | float | np.number) else 1.0
    return Number(Measured(value, _dimension(unit, f"constant {name!r}"), unit, point=False), name)


def _require_used(
    function: Callable[..., Any], plain: FunctionType, declaration: Declaration, around: Mapping[str, Any]
) -> None:
    parameters = list(inspect.signature(function).parameters)
    for name in declaration.constants:
        if name not in parameters and name not in around:
            known = ", ".join(sorted([*parameters, *(key for key, value in around.items() if _numeric(value))]))
            raise ProblemError(f"constant {name!r} is not used by {plain.__name__}: it knows {known}")


def _numeric(value: Any) -> bool:
    return isinstance(value, int | float | np.number | np.ndarray) or type(value).__name__ in ("Tensor", "Parameter")


def _failure(run: TensorRun, plain: FunctionType, time_limit: float) -> Finding | None:
    """What went wrong while the function ran, as a finding at its line."""
    source = Source(plain.__code__.co_filename, plain.__code__.co_firstlineno, 1, plain.__code__.co_firstlineno, 1)
    try:
        with limited(time_limit):
            run.run()
    except TimeLimitReached:
        return _unlintable(f"{plain.__name__} did not end within {time_limit:g} s", source)
    except ProblemError as error:
        return _unlintable(str(error), source)
    except (Exception, SystemExit) as error:
        frames = list(traceback.walk_tb(error.__traceback__))
        line = next((at for frame, at in reversed(frames) if frame.f_code.co_filename == source.path), source.line)
        where = Source(source.path, line, 1, line, len(linecache.getline(source.path, line).rstrip()) + 1)
        inside = str(frames[-1][0].f_globals.get("__name__", "")).startswith("pinnln.")
        who = "the lint failed here, which is a fault of its own: it" if inside else plain.__name__
        return _unlintable(f"{who} raised {type(error).__name__}: {_first_line(error)}", where)
    return None


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else "no message"


def _examined(run: TensorRun, declaration: Declaration, plain: FunctionType) -> LintReport:
    analysis = DimensionalAnalysis(declaration.points)
    names = [name for name, _ in declaration.residuals]
    wanted = [dimension for _, dimension in declaration.residuals]
    written = _returned_names(plain)
    if wanted and len(wanted) != len(run.residuals):
        source = Source(plain.__code__.co_filename, plain.__code__.co_firstlineno, 1, plain.__code__.co_firstlineno, 1)
        sentence = f"{plain.__name__} returns {len(run.residuals)} residuals, declared were {len(wanted)}"
        return LintReport((_unlintable(sentence, source),))
    for place, node in enumerate(run.residuals):
        given = names[place] if place < len(names) else ""
        name = given or (written[place] if place < len(written) else f"{plain.__name__} {place + 1}")
        statement = Statement(name, "residual", node, source=node.source, scope=declaration.scope)
        analysis.examine(statement, wanted[place] if place < len(wanted) else None)
    for node in run.decisions:
        analysis.visit(node)
    analysis.findings += [_escaped(node, source, analysis) for node, source in run.escapes if _has_unit(node, analysis)]
    analysis.findings += [_stranger(name, source) for name, source in run.strangers.items()]
    analysis.findings += misnamed(analysis.visited)
    known = analysis.report()
    settled = known.clean and not (known.inferred or known.undetermined or declaration.points or run.asked_network)
    if settled:
        broken = broken_dimensions(
            run.values, [analysis.dimension(node) for node in run.residuals], declaration.dimensions
        )
        analysis.findings += [_inhomogeneous(place, bases, plain) for place, bases in broken.items()]
    return analysis.report()


def _inhomogeneous(place: int, bases: Sequence[str], plain: FunctionType) -> Finding:
    source = Source(plain.__code__.co_filename, plain.__code__.co_firstlineno, 1, plain.__code__.co_firstlineno, 1)
    return Finding(
        "UL104",
        f"residual {place + 1} of {plain.__name__} is not homogeneous: it breaks when {', '.join(bases)} is rescaled",
        (),
        "Something passes around torch: look for numpy, float() and numbers that carry a unit.",
        str(place + 1),
        source,
    )


def _has_unit(node: Expression, analysis: DimensionalAnalysis) -> bool:
    analysis.visit(node)
    dimension = analysis.dimension(node)
    return dimension is not None and not dimension.dimensionless


def _escaped(node: Expression, source: Source | None, analysis: DimensionalAnalysis) -> Finding:
    shown = str(analysis.dimension(node))
    return Finding(
        "UL504",
        f"{node} leaves torch as a bare number: its unit is not followed",
        ((str(node), shown),),
        "Keep it a tensor, or divide it by a scale first.",
        "",
        source,
    )


def _stranger(name: str, source: Source | None) -> Finding:
    return Finding("UL903", f"there is no rule for {name}: it was probed, or fits anything", (), "", "", source)


def _skipped(path: str, line: int) -> Finding:
    return Finding("UL904", "this line was not executed and not checked", (), "", "", Source(path, line, 1, line, 1))


def _unlintable(sentence: str, source: Source) -> Finding:
    return Finding("UL901", sentence, (), "", "", source)


def _captured(name: str, plain: FunctionType) -> Finding:
    source = Source(plain.__code__.co_filename, plain.__code__.co_firstlineno, 1, plain.__code__.co_firstlineno, 1)
    return Finding(
        "UL502",
        f"{plain.__name__} uses {name}, a pint quantity: pint takes a tensor for a bare magnitude",
        ((name, "pint quantity"),),
        f'Use its magnitude there, and declare constants={{"{name}": unit}}.',
        "",
        source,
    )


def _lines(plain: FunctionType) -> tuple[int, int]:
    first = plain.__code__.co_firstlineno
    last = max((line for *_, line in plain.__code__.co_lines() if line is not None), default=first)
    return first, last


def _returned_names(plain: FunctionType) -> list[str]:
    """The names in the return statement, as in `return momentum, energy`."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(plain)))
    except (OSError, SyntaxError, TypeError):
        return []
    returns = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return) and node.value is not None]
    if len(returns) != 1:
        return []
    parts = returns[0].elts if isinstance(returns[0], ast.List | ast.Tuple) else [returns[0]]
    names = [part.id if isinstance(part, ast.Name) else "" for part in parts]
    return names if len(names) > 1 else [names[0] or plain.__name__]
