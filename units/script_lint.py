"""The lint of scripts: run until training would start, every problem collected and examined."""

from __future__ import annotations

import io
import linecache
import runpy
import sys
import traceback
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import pint

from pinnln.units.collection import LintReached, collecting
from pinnln.units.dimensional_analysis import DimensionalAnalysis
from pinnln.units.errors import PinnlnError
from pinnln.units.executed import executed_lines, not_run, statement_lines
from pinnln.units.findings import Coverage, Finding, LintReport, without_repetition
from pinnln.units.source import Source, assigned, span_of
from pinnln.units.statement import Stated
from pinnln.units.suppression import Suppressions
from pinnln.units.time_limit import TimeLimitReached, limited

RUN_NAME = "__unitlint__"


class ScriptError(PinnlnError, ValueError):
    """A script cannot be linted: it does not parse, raises, never ends, or is not there."""


def lint_script(path: str | Path, time_limit: float = 60.0) -> LintReport:
    """Every dimensional error of every problem that a script states; nothing is trained.

    The script is executed, as pytest executes what it collects, under the name `__unitlint__`. What it asks of a
    network, an optimiser or a solution is answered by a stand-in.

    Args: path of a Python file; time_limit [s].
    Returns: the findings and what was looked at.
    Raises: ScriptError if the file is not there, does not parse, raises, or does not end within the limit.
    """
    file = Path(path).resolve()
    text = _read(file)
    suppressions = Suppressions(str(file), text)
    if suppressions.skip_file:
        return LintReport(coverage=Coverage(files=1, skipped=(str(path),)))
    with executed_lines(str(file)) as lines:
        problems, raised = _collected(file, time_limit)
    analysis = DimensionalAnalysis()
    for problem in problems:
        for statement in problem.statements:
            analysis.examine(statement)
    report = analysis.report()
    statements = statement_lines(text)
    missing = not_run(statements, lines)
    findings = [*report.findings, *([raised] if raised else [])]
    if not problems and raised is None:
        findings.append(_nothing(file))
    findings = suppressions.apply([*findings, *(_skipped(str(file), line) for line in missing)])
    coverage = replace(report.coverage, lines=len(statements), not_run=missing, files=1)
    return replace(report, findings=without_repetition(findings), coverage=coverage, shown=_shown(analysis, file))


def lint_statements(path: str | Path, time_limit: float = 60.0) -> list[tuple[str, LintReport]]:
    """Every residual and condition of a script by its name, each with its own findings.

    Raises: ScriptError as `lint_script`, also for a script that a unit stops before its problem is stated.
    """
    file = Path(path).resolve()
    suppressions = Suppressions(str(file), _read(file))
    problems, raised = _collected(file, time_limit)
    if raised is not None:
        raise ScriptError(f"{raised.code} {raised}")
    found = []
    for problem in problems:
        for statement in problem.statements:
            analysis = DimensionalAnalysis()
            analysis.examine(statement)
            report = analysis.report()
            kept = [item for item in suppressions.apply(report.findings) if item.severity != "note"]
            found.append((statement.name, replace(report, findings=tuple(kept))))
    return found


def _collected(file: Path, time_limit: float) -> tuple[list[Stated], Finding | None]:
    """The problems a script states, and the refusal that ended it, if one did."""
    with collecting() as problems:
        try:
            _run(file, time_limit)
        except LintReached:
            pass
        except Exception as error:
            return problems, _as_finding(error, file)
    return problems, None


def _shown(analysis: DimensionalAnalysis, file: Path) -> tuple[tuple[Source, str, str], ...]:
    """The unit of every expression that the script gives a name, and of every equation."""
    found = {}
    for node in analysis.visited:
        dimension = analysis.dimension(node)
        if node.source is not None and node.source.path == str(file) and dimension is not None:
            name = assigned(node.source)
            if name:
                found[node.source, name] = str(dimension)
    return tuple(
        (source, name, unit) for (source, name), unit in sorted(found.items(), key=lambda item: item[0][0].line)
    )


def _skipped(path: str, line: int) -> Finding:
    return Finding("UL904", "this line was not executed and not checked", (), "", "", Source(path, line, 1, line, 1))


def lint_folder(folder: str | Path, time_limit: float = 60.0) -> LintReport:
    """The lint of every script under a folder that speaks of pinnln; the others are named as skipped.

    Raises: ScriptError for a script that cannot be linted, or a folder without any Python file.
    """
    files = sorted(path for path in Path(folder).rglob("*.py") if not _hidden(path.relative_to(folder)))
    if not files:
        raise ScriptError(f"{folder} holds no Python file: expected scripts that state problems")
    total = LintReport()
    for file in files:
        if "pinnln" in _read(file):
            total = total + lint_script(file, time_limit)
        else:
            total = total + LintReport(coverage=Coverage(files=1, skipped=(str(file),)))
    return total


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") or part in ("build", "dist", "__pycache__") for part in path.parts)


def _read(file: Path) -> str:
    linecache.checkcache(str(file))
    try:
        text = file.read_text(encoding="utf-8")
        compile(text, str(file), "exec")
    except OSError as error:
        raise ScriptError(f"{file} cannot be read: {error.strerror}") from error
    except SyntaxError as error:
        raise ScriptError(f"{file}:{error.lineno}: the script does not parse: {error.msg}") from error
    except ValueError as error:
        raise ScriptError(f"{file} is no Python script in UTF-8: {error}") from error
    return text


def _run(file: Path, time_limit: float) -> None:
    before, sys.argv = sys.argv, [str(file)]
    sys.path.insert(0, str(file.parent))
    try:
        with redirect_stdout(io.StringIO()), limited(time_limit):
            runpy.run_path(str(file), run_name=RUN_NAME)
    except SystemExit:
        pass
    except TimeLimitReached:
        raise ScriptError(
            f"{file} did not end within {time_limit:g} s: expected a script that states problems; put long work under "
            'if __name__ == "__main__", or raise the limit'
        ) from None
    finally:
        sys.path.remove(str(file.parent))
        sys.argv = before


def _as_finding(error: Exception, file: Path) -> Finding:
    """A refusal of units as a finding at the script's line.

    Raises: ScriptError for any other exception.
    """
    if isinstance(error, ScriptError):
        raise error
    source = _place(error.__traceback__, file)
    first = str(error).splitlines()[0] if str(error) else type(error).__name__
    code = _code(error)
    if code is None:
        line = source.line if source else "?"
        raise ScriptError(f"{file}:{line}: the script raised {type(error).__name__}: {first}") from error
    return Finding(code, first, (), "", "", source)


def _code(error: Exception) -> str | None:
    text = str(error)
    if isinstance(error, pint.errors.UndefinedUnitError) or "is not a unit" in text or "linear unit" in text:
        return "UL503"
    if isinstance(error, pint.errors.OffsetUnitCalculusError):
        return "UL301"
    if isinstance(error, pint.errors.DimensionalityError):
        return "UL101"
    return "UL901" if isinstance(error, PinnlnError) else None


def _place(trace: TracebackType | None, file: Path) -> Source | None:
    found = None
    for frame, _ in traceback.walk_tb(trace):
        if frame.f_code.co_filename == str(file):
            found = frame
    if found is None:
        return None
    last = next(item for item in _frames(trace) if item.tb_frame is found)
    return span_of(found.f_code, last.tb_lasti)


def _frames(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next


def _nothing(file: Path) -> Finding:
    return Finding(
        "UL905",
        "the script states no problem: nothing was checked",
        (),
        "State it at the top level, outside functions and if __name__ == '__main__'.",
        "",
        Source(str(file), 1, 1, 1, 1),
    )
