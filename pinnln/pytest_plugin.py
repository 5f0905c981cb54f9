"""The pytest plugin:  pytest --unit-lint  checks every residual and condition of the scripts it meets."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
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


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Takes the scripts that speak of pinnln and are no tests, if asked to; no module of tests imports them."""
    collectors = yield
    if not parent.config.getoption("--unit-lint") or not _is_script(file_path, parent.config):
        return collectors
    taken: pytest.Collector = UnitLintFile.from_parent(parent, path=file_path)
    return [taken, *(item for item in collectors if not isinstance(item, pytest.Module))]


def _is_script(file: Path, config: pytest.Config) -> bool:
    if file.suffix != ".py" or file.name == "conftest.py":
        return False
    if any(_matches(file, pattern) for pattern in config.getini("python_files")):
        return False
    from pinnln.units.script_lint import speaks_of_pinnln

    return speaks_of_pinnln(file)


def _matches(file: Path, pattern: str) -> bool:
    """Whether pytest takes a file for a module of tests: by its name, or by its path where the pattern is one."""
    return fnmatch(str(file), f"*/{pattern}") if "/" in pattern else fnmatch(file.name, pattern)


class UnitLintFile(pytest.File):
    """A script, with one item for each residual and condition it states."""

    def collect(self) -> Iterator[UnitLintScript]:
        """Runs the script without training; one that states nothing has an item only if it was asked for by name."""
        from pinnln.units.script_lint import lint_statements
        from pinnln.units.script_run import ScriptError

        try:
            found = lint_statements(self.path)
        except ScriptError as error:
            raise self.CollectError(str(error)) from None
        named = self.session.isinitpath(self.path)
        stated = [(name, report) for name, report in found if named or "UL905" not in report.codes]
        if stated:
            yield UnitLintScript.from_parent(self, name="unit-lint", stated=stated)


class UnitLintScript(pytest.Collector):
    """What a script states; a level of its own, so that heat.py::unit-lint::momentum can be asked for."""

    def __init__(self, *, stated: Sequence[tuple[str, LintReport]], **given: Any) -> None:
        super().__init__(**given)
        self.stated = stated

    def collect(self) -> Iterator[UnitLintItem]:
        """One item for each residual and condition."""
        for name, report in self.stated:
            yield UnitLintItem.from_parent(self, name=name, report=report)


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
