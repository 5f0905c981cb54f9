"""The command pinnln lint: scripts in, findings out, an exit code for CI."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from pinnln.lint_formats import FORMATS, as_json, statistics as counted, units_table
from pinnln.units import LintReport, ScriptError
from pinnln.units.codes import CODES
from pinnln.units.script_lint import lint_paths
from pinnln.units.time_limit import valid_limit

_LEVELS = ("note", "warning", "error")


@dataclass(frozen=True)
class LintSettings:
    """What [tool.pinnln.lint] of the nearest pyproject.toml says; options of the command come before it."""

    select: tuple[str, ...] = ("UL",)
    ignore: tuple[str, ...] = ()
    fail_level: str = "warning"
    time_limit: float = 60.0

    @classmethod
    def nearest(cls, folder: Path) -> LintSettings:
        """The settings that hold in a folder.

        Raises: ScriptError for settings that do not exist or are not of their kind.
        """
        for place in (folder, *folder.parents):
            file = place / "pyproject.toml"
            if file.is_file():
                return cls.read(file)
        return cls()

    @classmethod
    def read(cls, file: Path) -> LintSettings:
        """The settings of one pyproject.toml."""
        try:
            found: Any = tomllib.loads(file.read_text(encoding="utf-8"))
        except OSError as error:
            raise ScriptError(f"{file} cannot be read: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ScriptError(f"{file} cannot be read: {error}") from error
        for depth, key in enumerate(_TABLE, 1):
            found = found.get(key, {})
            if not isinstance(found, dict):
                name = ".".join(_TABLE[:depth])
                raise ScriptError(f"{file}: expected {name} to be a table, as in [tool.pinnln.lint], found {found!r}")
        return cls(**_checked(file, found))


_TABLE = ("tool", "pinnln", "lint")


def _checked(file: Path, table: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in LintSettings.__dataclass_fields__:
            known = ", ".join(item.replace("_", "-") for item in LintSettings.__dataclass_fields__)
            raise ScriptError(f"{file}: [tool.pinnln.lint] knows no {key!r}: expected one of {known}")
        if name in values:
            raise ScriptError(f"{file}: [tool.pinnln.lint] {key} is given twice, with - and with _: delete one")
        values[name] = _of_kind(f"{file}: [tool.pinnln.lint] {key}", name, value)
    return values


def _of_kind(what: str, name: str, value: Any) -> Any:
    if name in ("select", "ignore"):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ScriptError(f"{what}: expected a list of codes, found {value!r}")
        return _codes(value, what) if value or name == "select" else ()
    if name == "fail_level" and value not in _LEVELS:
        raise ScriptError(f"{what}: expected one of {', '.join(_LEVELS)}, found {value!r}")
    return valid_limit(value, what) if name == "time_limit" else value


def _codes(values: Iterable[str], what: str) -> tuple[str, ...]:
    """Codes or beginnings of codes, as in UL1.

    Raises: ScriptError for one that begins no code, and where there is none.
    """
    found = tuple(item for value in values for item in value.replace(",", " ").split())
    if not found:
        raise ScriptError(f"{what}: expected at least one code, such as UL101, or UL for all, found none")
    for item in found:
        if not any(code.startswith(item) for code in CODES):
            raise ScriptError(f"{what}: there is no code {item!r}: expected codes such as UL101, or UL1 for a group")
    return found


def _explained(context: click.Context, _: click.Parameter, code: str | None) -> None:
    if code is None or context.resilient_parsing:
        return
    if code not in CODES:
        raise click.BadParameter(f"there is no code {code!r}: expected one of {', '.join(CODES)}")
    click.echo(str(CODES[code]))
    context.exit(0)


def selected(report: LintReport, select: tuple[str, ...], ignore: tuple[str, ...]) -> LintReport:
    """The report with the findings whose code begins with one selected and none ignored.

    What could not be linted stays in it: a choice of codes is no answer to that.
    """
    kept = tuple(item for item in report.findings if item.fatal or _chosen(item.code, select, ignore))
    return replace(report, findings=kept)


def _chosen(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    return code.startswith(select) and not code.startswith(ignore)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--select", multiple=True, help="Codes to report, or their beginnings (UL1); all unless given.")
@click.option("--ignore", multiple=True, help="Codes not to report.")
@click.option("--output-format", "output", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--fail-level", type=click.Choice(_LEVELS), help="The lowest level that gives exit code 1.  [warning]")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever was found.")
@click.option("--time-limit", type=float, help="Seconds a script may run.  [60]")
@click.option("--show-units", is_flag=True, help="Print the unit of every named expression.")
@click.option("--statistics", is_flag=True, help="Print how often each code was found.")
@click.option(
    "--explain", metavar="CODE", is_eager=True, expose_value=False, callback=_explained, help="Explain a code and stop."
)
@click.pass_context
def lint(
    context: click.Context,
    paths: tuple[Path, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    output: str,
    fail_level: str | None,
    exit_zero: bool,
    time_limit: float | None,
    show_units: bool,
    statistics: bool,
) -> None:
    """Find dimensional errors in scripts that state problems. Scripts are executed; nothing is trained.

    \b
    Example:  pinnln lint examples/ --output-format github

    Exit codes: 0 clean, 1 findings, 2 misuse, or a script that cannot be linted.
    """
    settings = LintSettings.nearest(Path.cwd())
    chosen = _codes(select, "--select") if select else settings.select
    left_out = _codes(ignore, "--ignore") if ignore else settings.ignore
    if not any(_chosen(code, chosen, left_out) for code in CODES):
        raise ScriptError(f"no code is left to look for: {_named(chosen)} selected, {_named(left_out)} ignored")
    limit = settings.time_limit if time_limit is None else valid_limit(time_limit, "--time-limit")
    if not paths:
        raise ScriptError("nothing to lint: expected scripts or folders, as in pinnln lint examples/")
    report = selected(lint_paths(paths, limit), chosen, left_out)
    if output == "json":
        _say(as_json(report, statistics, show_units))
    else:
        _say(FORMATS[output](report))
        _say(units_table(report) if show_units else "", aside=output == "sarif")
        _say(counted(report) if statistics else "", aside=output == "sarif")
    if output in ("json", "sarif"):
        for finding in report.findings:
            _say(f"{finding.source}: {finding.message}" if finding.fatal else "", aside=True)
    threshold = _LEVELS.index(fail_level or settings.fail_level)
    failed = any(_LEVELS.index(finding.severity) >= threshold for finding in report.findings)
    context.exit(2 if report.coverage.failed else 1 if failed and not exit_zero else 0)


def _named(codes: tuple[str, ...]) -> str:
    return ", ".join(codes) or "nothing"


def _say(text: str, aside: bool = False) -> None:
    """Prints; aside on standard error, where standard output is one document."""
    plain: Callable[[str], str] = click.unstyle if os.environ.get("NO_COLOR") or not sys.stdout.isatty() else str
    if text:
        click.echo(plain(text), err=aside)
