"""The lint of scripts: run until training would start, every problem collected and examined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pinnln.units.collection import LintReached
from pinnln.units.dimensional_analysis import DimensionalAnalysis
from pinnln.units.executed import executed_lines, not_run, statement_lines
from pinnln.units.findings import Coverage, Finding, LintReport, without_repetition
from pinnln.units.script_run import Script, ScriptError, ScriptRun
from pinnln.units.source import Source, assigned
from pinnln.units.suppression import Suppressions, apply_elsewhere, skips_file
from pinnln.units.time_limit import valid_limit

_FOREIGN = ("build", "dist", "__pycache__", "node_modules", "site-packages", "venv")


def lint_script(path: str | Path, time_limit: float = 60.0) -> LintReport:
    """Every dimensional error of every problem that a script states; nothing is trained.

    The script is executed, as pytest executes what it collects, under the name `__unitlint__`. What it asks of a
    network, an optimiser or a solution is answered by a stand-in. What it does to the interpreter is undone.

    Args: path of a Python file; time_limit [s].
    Returns: the findings and what was looked at.
    Raises: ScriptError if the file is not there, does not parse, raises, or does not end within the limit; ProblemError
    for a limit that is no finite number above zero.
    """
    report, failure = _linted(Path(path), valid_limit(time_limit))
    if failure is not None:
        raise failure
    return report


def lint_folder(folder: str | Path, time_limit: float = 60.0) -> LintReport:
    """The lint of every script under a folder that speaks of pinnln; the others are named as skipped.

    Raises: ScriptError for a folder without any Python file. A script that cannot be linted is a finding, UL901.
    """
    return lint_paths([folder], time_limit)


def lint_paths(paths: Iterable[str | Path], time_limit: float = 60.0) -> LintReport:
    """The lint of scripts and folders, each script as if alone.

    A script that cannot be linted is a finding, UL901, and among `coverage.failed`; the others are linted all the same.

    Raises: ScriptError, before anything runs, for a path that is not there and a folder without any Python file.
    """
    limit = valid_limit(time_limit)
    total, seen = LintReport(), set()
    for file, asked in [script for path in paths for script in _scripts(Path(path))]:
        if file.resolve() in seen:
            continue
        seen.add(file.resolve())
        if not asked and not speaks_of_pinnln(file):
            total = total + LintReport(coverage=Coverage(files=1, skipped=(str(file),)))
            continue
        report, failure = _linted(file, limit)
        total = total + (report if failure is None else _with_failure(report, failure, file))
    return total


def lint_statements(path: str | Path, time_limit: float = 60.0) -> list[tuple[str, LintReport]]:
    """Every residual and condition of a script by its name, each with its own findings.

    A script that states no problem gives one report of its own, with the code UL905.

    Raises: ScriptError as `lint_script`, also for a script that a unit stops before its problem is stated.
    """
    limit = valid_limit(time_limit)
    script = Script.read(Path(path).resolve())
    suppressions = Suppressions(str(script.file), script.text)
    if suppressions.skip_file:
        return []
    run = ScriptRun.of(script, limit)
    failure, refusal = run.failure(), run.refusal()
    if failure is not None:
        raise failure
    if refusal is not None:
        raise ScriptError(f"{refusal.code} {refusal}")
    if not run.problems:
        return [("problem", LintReport(tuple(_kept(suppressions, [_nothing(run)]))))]
    found = []
    for problem in run.problems:
        for statement in problem.statements:
            analysis = DimensionalAnalysis()
            analysis.examine(statement)
            report = analysis.report()
            found.append((statement.name, replace(report, findings=tuple(_kept(suppressions, report.findings)))))
    return found


def speaks_of_pinnln(path: Path) -> bool:
    """Whether a file mentions pinnln, in whatever encoding it is; one that cannot be read may."""
    try:
        return b"pinnln" in path.read_bytes()
    except OSError:
        return True


def _linted(path: Path, time_limit: float) -> tuple[LintReport, ScriptError | None]:
    """What was found in a script, and why not more of it could be linted."""
    file = path.resolve()
    skipped = LintReport(coverage=Coverage(files=1, skipped=(str(path),)))
    try:
        script = Script.read(file)
    except ScriptError as error:
        return (skipped, None) if _asks_to_be_skipped(file) else (LintReport(coverage=Coverage(files=1)), error)
    suppressions = Suppressions(str(file), script.text)
    if suppressions.skip_file:
        return skipped, None
    with executed_lines(str(file)) as lines:
        run = ScriptRun.of(script, time_limit)
    analysis = DimensionalAnalysis()
    for problem in run.problems:
        for statement in problem.statements:
            analysis.examine(statement)
    report, refusal, failure = analysis.report(), run.refusal(), run.failure()
    statements = statement_lines(script.text)
    missing = not_run(statements, lines)
    findings = [*report.findings, *([refusal] if refusal else [])]
    if not run.problems and refusal is None and failure is None:
        findings.append(_nothing(run))
    findings = suppressions.apply([*findings, *(_skipped(str(file), line) for line in missing)])
    findings = apply_elsewhere(findings, str(file))
    coverage = replace(report.coverage, lines=len(statements), not_run=missing, files=1)
    whole = replace(report, findings=without_repetition(findings), coverage=coverage, shown=_shown(analysis, file))
    return whole, failure


def _scripts(path: Path) -> list[tuple[Path, bool]]:
    """The files a path stands for, and whether each was asked for by its own name."""
    if not path.is_dir():
        if not path.exists():
            raise ScriptError(f"{path} cannot be read: there is no such file or folder")
        return [(path, True)]
    files = sorted(file for file in path.rglob("*.py") if file.is_file() and not _foreign(file.relative_to(path)))
    if not files:
        raise ScriptError(f"{path} holds no Python file: expected scripts that state problems")
    return [(file, False) for file in files]


def _foreign(path: Path) -> bool:
    return any(part.startswith(".") or part in _FOREIGN for part in path.parts)


def _asks_to_be_skipped(file: Path) -> bool:
    try:
        return skips_file(file.read_bytes().decode(errors="replace"))
    except OSError:
        return False


def _with_failure(report: LintReport, failure: ScriptError, path: Path) -> LintReport:
    finding = Finding("UL901", failure.sentence, (), "", "", failure.source, fatal=True)
    coverage = replace(report.coverage, failed=(str(path),))
    return replace(report, findings=(*report.findings, finding), coverage=coverage)


def _kept(suppressions: Suppressions, findings: Iterable[Finding]) -> list[Finding]:
    kept = apply_elsewhere(suppressions.apply(findings), suppressions.path)
    return [item for item in kept if item.severity != "note"]


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


def _nothing(run: ScriptRun) -> Finding:
    place = run.place
    hint = "State it at the top level, outside functions and if __name__ == '__main__'."
    if place is not None and isinstance(run.end, SystemExit):
        hint = (
            f"The script ended with SystemExit at line {place.line}: state the problem before that, and give what it "
            "reads from the command line a default."
        )
    elif place is not None and isinstance(run.end, LintReached):
        hint = f"The script ended at line {place.line}, where it needs a trained answer: state the problem before that."
    start = Source(str(run.script.file), 1, 1, 1, 1)
    return Finding("UL905", "the script states no problem: nothing was checked", (), hint, "", place or start)
