"""The ways a lint speaks: text, one line a finding, JSON, SARIF 2.1.0, annotations of GitHub."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from pinnln.units.codes import CODES
from pinnln.units.findings import Finding, LintReport

SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SARIF_LEVELS = {"error": "error", "warning": "warning", "note": "note"}
_GITHUB_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
_COLORS = {"error": "red", "warning": "yellow", "note": "cyan"}


def text(report: LintReport) -> str:
    """Every finding with its excerpt, units, way out and notes; then what was inferred, and the coverage."""
    blocks = [_block(finding) for finding in report.findings]
    blocks += [f"note: inferred: {item}" for item in report.inferred]
    blocks += [f"note: undetermined: {item}" for item in report.undetermined]
    return "\n\n".join([*blocks, footer(report)])


def concise(report: LintReport) -> str:
    """One line a finding."""
    return "\n".join([*(_line(finding) for finding in report.findings), footer(report)])


def footer(report: LintReport) -> str:
    """What was looked at, and how much was found."""
    counts = Counter(finding.severity for finding in report.findings)
    found = [f"{counts[level]} {level}{'' if counts[level] == 1 else 's'}" for level in _COLORS if counts[level]]
    nothing = not report.coverage.residuals + report.coverage.conditions
    clean = "Nothing was checked." if nothing else "All units fit."
    return f"{report.coverage}\n{'Found ' + ', '.join(found) + '.' if found else clean}"


def as_json(report: LintReport, statistics: bool = False, units: bool = False) -> str:
    """The report as one JSON object; how often each code was found, and the units of what has a name, if asked for."""
    found = plain(report)
    if statistics:
        found["statistics"] = [
            {"code": code, "count": count, "title": CODES[code].title} for code, count in _ranked(report)
        ]
    if units:
        found["units"] = [{"name": name, "unit": unit, **_span(source)} for source, name, unit in report.shown]
    return json.dumps(found, indent=1, ensure_ascii=False)


def plain(report: LintReport) -> dict[str, Any]:
    """The report in dictionaries and lists; columns count characters from 1."""
    coverage = report.coverage
    return {
        "version": version("pinnln"),
        "findings": [_plain(finding) for finding in report.findings],
        "inferred": [{"name": item.name, "unit": item.dimension, **_span(item.source)} for item in report.inferred],
        "undetermined": list(report.undetermined),
        "coverage": {name: _listed(getattr(coverage, name)) for name in coverage.__dataclass_fields__},
    }


def sarif(report: LintReport) -> str:
    """The report as a SARIF 2.1.0 log."""
    log = {
        "$schema": SARIF_SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver()},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": not report.coverage.failed}],
                "originalUriBaseIds": {"%SRCROOT%": {"uri": Path.cwd().as_uri() + "/"}},
                "results": _results(report),
            }
        ],
    }
    return json.dumps(log, indent=1, ensure_ascii=False)


def github(report: LintReport) -> str:
    """The findings as workflow commands, the gravest first."""
    order = list(_GITHUB_LEVELS)
    ranked = sorted(report.findings, key=lambda finding: order.index(finding.severity))
    return "\n".join([*(_annotation(finding) for finding in ranked), footer(report)])


FORMATS: Mapping[str, Callable[[LintReport], str]] = {
    "text": text,
    "concise": concise,
    "json": as_json,
    "sarif": sarif,
    "github": github,
}


def units_table(report: LintReport) -> str:
    """The unit of every named intermediate result, by line."""
    rows = [(f"{_relative(source.path)}:{source.line}", name, unit) for source, name, unit in report.shown]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
    return "\n".join(f"{place:<{widths[0]}}  {name:<{widths[1]}}  {unit}" for place, name, unit in rows)


def statistics(report: LintReport) -> str:
    """How often each code was found."""
    return "\n".join(f"{count:>5}  {code}  {CODES[code].title}" for code, count in _ranked(report))


def _ranked(report: LintReport) -> list[tuple[str, int]]:
    return Counter(finding.code for finding in report.findings).most_common()


def _line(finding: Finding) -> str:
    source = finding.source
    place = f"{_relative(source.path)}:{source.line}:{source.column}: " if source else ""
    repeated = f" ({finding.times} times)" if finding.times > 1 else ""
    shown = click.style(finding.code, fg=_COLORS[finding.severity], bold=True)
    return f"{place}{shown} [{finding.severity}] {finding.message}{repeated}"


def _block(finding: Finding) -> str:
    excerpt = finding.source.excerpt().splitlines() if finding.source else []
    hint = [f"  help: {finding.hint}"] if finding.hint else []
    return "\n".join([_line(finding), *excerpt, *finding.rows(), *hint, *(f"  note: {note}" for note in finding.notes)])


def _relative(path: str) -> str:
    file = Path(path)
    return file.relative_to(Path.cwd()).as_posix() if file.is_relative_to(Path.cwd()) else file.as_posix()


def _span(source: Any) -> dict[str, Any]:
    if source is None:
        return {"path": None, "line": None, "column": None, "end_line": None, "end_column": None}
    return {
        "path": _relative(source.path),
        "line": source.line,
        "column": source.column,
        "end_line": source.end_line,
        "end_column": source.end_column,
    }


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        **_span(finding.source),
        "residual": finding.residual,
        "units": [{"what": what, "unit": unit} for what, unit in finding.units],
        "excess": finding.excess,
        "hint": finding.hint,
        "notes": list(finding.notes),
        "times": finding.times,
    }


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _driver() -> dict[str, Any]:
    rules = [
        {
            "id": code.name,
            "shortDescription": {"text": code.title},
            "fullDescription": {"text": code.why},
            "help": {"text": str(code)},
            "defaultConfiguration": {"level": _SARIF_LEVELS[code.level]},
        }
        for code in CODES.values()
    ]
    return {"name": "pinnln lint", "version": version("pinnln"), "rules": rules}


def _results(report: LintReport) -> list[dict[str, Any]]:
    """The findings; of like ones in one file each has a fingerprint of its own."""
    met: Counter[tuple[str, str]] = Counter()
    results = []
    for finding in report.findings:
        key = (finding.source.path if finding.source else "", _fingerprint(finding))
        met[key] += 1
        results.append(_result(finding, f"{key[1]}:{met[key]}"))
    return results


def _result(finding: Finding, fingerprint: str) -> dict[str, Any]:
    said = [finding.message, *(f"{what}: {unit}" for what, unit in finding.units), finding.hint]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _SARIF_LEVELS[finding.severity],
        "message": {"text": "\n".join(filter(None, said))},
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
    }
    if finding.source is not None:
        source = finding.source
        region = {
            "startLine": source.line,
            "startColumn": source.column,
            "endLine": source.end_line,
            "endColumn": source.end_column,
        }
        place = _relative(source.path)
        within = not Path(place).is_absolute()
        artifact = {"uri": quote(place), "uriBaseId": "%SRCROOT%"} if within else {"uri": Path(place).as_uri()}
        result["locations"] = [{"physicalLocation": {"artifactLocation": artifact, "region": region}}]
    return result


def _fingerprint(finding: Finding) -> str:
    shown = finding.units[-1][0] if finding.units else finding.message
    return hashlib.sha256(f"{finding.code}|{finding.residual}|{shown}".encode()).hexdigest()[:16]


def _annotation(finding: Finding) -> str:
    properties = [f"title={_escaped('pinnln lint (' + finding.code + ')', ':,')}"]
    source = finding.source
    if source is not None:
        properties += [
            f"file={_escaped(_relative(source.path), ':,')}",
            f"line={source.line}",
            f"col={source.column}",
            f"endLine={source.end_line}",
            f"endColumn={source.end_column}",
        ]
    said = "; ".join([finding.message, *(f"{what}: {unit}" for what, unit in finding.units), finding.hint])
    return f"::{_GITHUB_LEVELS[finding.severity]} {','.join(properties)}::{_escaped(said)}"


def _escaped(said: str, more: Iterable[str] = "") -> str:
    codes = {"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"}
    return "".join(codes[letter] if letter in {"%", "\r", "\n", *more} else letter for letter in said)
