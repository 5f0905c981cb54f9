"""The pytest plugin:  pytest --unit-lint  checks every residual and condition of the scripts it meets."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pinnln.units import LintReport


def pytest_addoption(parser: pytest.Parser) -> None:
    """Adds --unit-lint."""
    group = parser.getgroup("pinnln")
    group.addoption(
        "--unit-lint", action="store_true", help="check the units of every problem that a script with pinnln states"
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Takes the scripts that speak of pinnln and are no tests, if asked to."""
    config = parent.config
    if not config.getoption("--unit-lint") or file_path.suffix != ".py" or file_path.name == "conftest.py":
        return None
    if any(fnmatch(file_path.name, pattern) for pattern in config.getini("python_files")):
        return None
    if "pinnln" not in file_path.read_text(encoding="utf-8", errors="replace"):
        return None
    collector: pytest.Collector = UnitLintFile.from_parent(parent, path=file_path)
    return collector


class UnitLintFile(pytest.File):
    """A script, with one item for each residual and condition it states."""

    def collect(self) -> Iterator[UnitLintItem]:
        """Runs the script without training."""
        from pinnln.units.script_lint import ScriptError, lint_statements

        try:
            found = lint_statements(self.path)
        except ScriptError as error:
            raise self.CollectError(str(error)) from None
        for name, report in found:
            yield UnitLintItem.from_parent(self, name=f"unit-lint::{name}", report=report)


class UnitLintItem(pytest.Item):
    """One residual or condition."""

    def __init__(self, *, report: LintReport, **given: Any) -> None:
        super().__init__(**given)
        self.report = report

    def runtest(self) -> None:
        """Fails with every finding."""
        if not self.report.clean:
            raise UnitMismatchError(self.report)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        """The findings, without a traceback."""
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The script and what is checked."""
        return self.path, None, f"unit-lint: {self.name}"


class UnitMismatchError(Exception):
    """What a unit-lint item raises; its text is the report."""
