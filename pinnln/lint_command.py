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

from pinnln.lint_formats import FORMATS, statistics as counted, units_table
from pinnln.units import LintReport, ScriptError, lint_folder, lint_script
from pinnln.units.codes import CODES

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
            table = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("pinnln", {}).get("lint", {})
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ScriptError(f"{file} cannot be read: {error}") from error
        return cls(**{_checked(file, key): _of_kind(file, key, value) for key, value in table.items()})


def _checked(file: Path, key: str) -> str:
    name = key.replace("-", "_")
    if name not in LintSettings.__dataclass_fields__:
        known = ", ".join(item.replace("_", "-") for item in LintSettings.__dataclass_fields__)
        raise ScriptError(f"{file}: [tool.pinnln.lint] knows no {key!r}: expected one of {known}")
    return name


def _of_kind(file: Path, key: str, value: Any) -> Any:
    if key in ("select", "ignore"):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ScriptError(f"{file}: [tool.pinnln.lint] {key}: expected a list of codes, found {value!r}")
        return _codes(value, f"{file}: {key}")
    if key == "fail-level" and value not in _LEVELS:
        raise ScriptError(f"{file}: fail-level: expected one of {', '.join(_LEVELS)}, found {value!r}")
    if key == "time-limit" and (not isinstance(value, int | float) or value <= 0):
        raise ScriptError(f"{file}: time-limit: expected seconds above zero, found {value!r}")
    return value


def _codes(values: Iterable[str], what: str) -> tuple[str, ...]:
    """Codes or beginnings of codes, as in UL1.

    Raises: ScriptError for one that begins no code.
    """
    found = tuple(item for value in values for item in value.replace(",", " ").split())
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
    """The report with the findings whose code begins with one selected and none ignored."""
    kept = tuple(item for item in report.findings if item.code.startswith(select) and not item.code.startswith(ignore))
    return replace(report, findings=kept)


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
    chosen = _codes(select, "--select") or settings.select
    left_out = _codes(ignore, "--ignore") or settings.ignore
    limit = time_limit if time_limit is not None else settings.time_limit
    report = selected(_all(paths, limit), chosen, left_out)
    _say(FORMATS[output](report))
    if show_units:
        _say(units_table(report))
    if statistics:
        _say(counted(report))
    threshold = _LEVELS.index(fail_level or settings.fail_level)
    failed = any(_LEVELS.index(finding.severity) >= threshold for finding in report.findings)
    context.exit(1 if failed and not exit_zero else 0)


def _all(paths: tuple[Path, ...], limit: float) -> LintReport:
    if not paths:
        raise ScriptError("nothing to lint: expected scripts or folders, as in pinnln lint examples/")
    total = LintReport()
    for path in paths:
        total = total + (lint_folder(path, limit) if path.is_dir() else lint_script(path, limit))
    return total


def _say(text: str) -> None:
    plain: Callable[[str], str] = click.unstyle if os.environ.get("NO_COLOR") or not sys.stdout.isatty() else str
    if text:
        click.echo(plain(text))
