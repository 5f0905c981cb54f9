"""What the library is solved to: medians over seeds beside aims, published values and DeepXDE; text and JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from pinnln.accuracy_run import FAILED, AccuracyRun
from pinnln.benchmark import FIELDS, Benchmark, PublishedError
from pinnln.measured_errors import MeasuredError
from pinnln.plain_numbers import finite, number, short
from pinnln.run_queue import kept_run
from pinnln.whole_file import write_json, write_whole

HEAD = ("problem", "groups", "error, median", "range", "seconds", "aim", "met", "quantities", "published", "DeepXDE")
SHORT = ("problem", "dimensionless groups", "our error", "seconds", "aim", "best published", "reference")
_NONE = "–"


@dataclass(frozen=True)
class Asked:
    """A quantity of interest over the seeds: medians of value and relative error; the error it aims at."""

    name: str
    unit: str
    value: float
    reference: float
    error: float
    aim: float | None


@dataclass(frozen=True)
class Rival:
    """What DeepXDE reached on the same problem, median over its seeds, and in how many seconds."""

    error: float
    seconds: float
    seeds: int


@dataclass(frozen=True)
class AccuracyRow:
    """A problem with its own settings, over its seeds.

    Attributes: groups; reference, how the answer is known; measure, what its error is; seeds; failed, how many of them
    gave no answer; error, lowest and highest; processor and wall seconds, medians, the former None where it was not
    taken; aim of the error; met, whether all aims are, None without one; asked, quantities; published; deepxde; command
    that measured it; troubles, what was said of the failed.
    """

    problem: str
    title: str
    groups: str
    reference: str
    measure: str
    seeds: int
    failed: int
    error: float
    lowest: float
    highest: float
    processor: float | None
    wall: float
    aim: float | None
    met: bool | None
    asked: tuple[Asked, ...]
    published: tuple[PublishedError, ...]
    deepxde: Rival | None
    command: str
    troubles: tuple[str, ...]

    @classmethod
    def of(
        cls,
        benchmark: Benchmark,
        groups: str,
        runs: Sequence[AccuracyRun],
        told: MeasuredError | None = None,
        deepxde: Rival | None = None,
    ) -> AccuracyRow:
        """From the runs of a problem, or, without any, from what another bench told of it."""
        lost = [run for run in runs if run.status == FAILED]
        asked = _asked(benchmark, [run for run in runs if run.status != FAILED])
        first = next((item for item in asked if item.aim is not None), None)
        named = benchmark.measure != FIELDS
        if told is not None and not runs:
            error, lowest, highest, seeds = told.error, told.lowest, told.highest, told.seeds
            processor, wall, command = None, told.seconds, told.command
        else:
            errors = [_answer(run, first.name) if named and first else run.largest for run in runs]
            error, lowest, highest, seeds = median(errors), min(errors), max(errors), len(runs)
            processor, wall = (median(getattr(run, name) for run in runs) for name in ("processor", "seconds"))
            command = f"pinnln bench accuracy {benchmark.name} --seeds {seeds}"
        aims = [item.aim for item in benchmark.quantities if item.aim is not None]
        aim = benchmark.aim if not named else aims[0]
        goals = [(error, aim), *((item.error, item.aim) for item in asked)]
        met = None if aim is None and not aims else all(goal is None or value <= goal for value, goal in goals)
        return cls(
            benchmark.name, benchmark.title, groups, benchmark.reference, benchmark.measure, seeds, len(lost),
            error, lowest, highest, processor, wall, aim, met, asked, benchmark.published, deepxde, command,
            tuple(dict.fromkeys(f"seed {run.seed}: {run.message}" for run in lost)),
        )  # fmt: skip

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> AccuracyRow:
        """The row that a report told as plain data."""
        rival = found["deepxde"]
        parts = {
            "asked": tuple(Asked(**_numbers(item, "value", "error")) for item in found["asked"]),
            "published": tuple(PublishedError(**item) for item in found["published"]),
            "deepxde": Rival(**_numbers(rival, "error")) if rival else None,
            "troubles": tuple(found["troubles"]),
        }
        return cls(**{**_numbers(found, "error", "lowest", "highest"), **parts})

    @property
    def measured(self) -> MeasuredError:
        """As `pinnln problems` shows it."""
        seconds, clock = (self.wall, "wall") if self.processor is None else (self.processor, "processor")
        return MeasuredError(
            self.error, self.lowest, self.highest, self.measure, self.seeds, seconds, self.command, clock
        )

    def cells(self) -> tuple[str, ...]:
        """In the order of HEAD."""
        reached = {None: _NONE, True: "yes", False: "no"}[self.met]
        published = "; ".join(f"{item.error:.1e} ({item.method})" for item in self.published)
        rival = f"{self.deepxde.error:.1e} in {self.deepxde.seconds:.0f} s" if self.deepxde else _NONE
        return (
            self.problem, self.groups, self._median(), self._range(), self._seconds(), self._aims(), reached,
            self._quantities(), published or _NONE, rival,
        )  # fmt: skip

    def short_cells(self) -> tuple[str, ...]:
        """In the order of SHORT."""
        best = min(self.published, key=lambda item: item.error, default=None)
        shown = f"{best.error:.1e}, {best.method}" if best else _NONE
        named = ", ".join(item for item in self.groups.split(", ") if "=" in item) or _NONE
        return self.problem, named, self._median(), self._seconds(), self._aims(), shown, self.reference

    def _median(self) -> str:
        what = "" if self.measure == FIELDS else f", {self.measure.removeprefix('relative error of the ')}"
        return f"{self.error:.1e}{what}" if math.isfinite(self.error) else "failed"

    def _range(self) -> str:
        """Over the seeds, and how many of them failed."""
        failed = f", {self.failed} failed" if self.failed else ""
        seeds = f"{self.seeds} seed{'s' if self.seeds > 1 else ''}{failed}"
        if not math.isfinite(self.lowest):
            return seeds
        ends = f"{self.lowest:.0e} … {self.highest:.0e}" if self.lowest < self.highest else f"{self.lowest:.0e}"
        return f"{ends}, {seeds}"

    def _seconds(self) -> str:
        return f"{self.wall:.3g} (wall)" if self.processor is None else f"{self.processor:.3g}"

    def _aims(self) -> str:
        if self.measure == FIELDS and self.aim is not None:
            return f"{self.aim:.0e}"
        aims = [f"{item.aim:.2g} in {item.name}" for item in self.asked if item.aim is not None]
        return ", ".join(aims) or (f"{self.aim:.2g}" if self.aim is not None else _NONE)

    def _quantities(self) -> str:
        """The worst of them."""
        worst = max(self.asked, key=lambda item: item.error, default=None)
        return f"{worst.error:.1e} ({worst.name})" if worst else _NONE


@dataclass(frozen=True)
class AccuracyReport:
    """All rows, in the order of the catalogue, and what made them."""

    command: str
    rows: tuple[AccuracyRow, ...]

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> AccuracyReport:
        """What `as_dict` told."""
        return cls(plain["command"], tuple(AccuracyRow.from_dict(row) for row in plain["rows"]))

    def as_dict(self) -> dict[str, Any]:
        """Plain data with six digits, null for what is not finite."""
        found: dict[str, Any] = finite(_shortened(asdict(self)))
        return found

    def table(self) -> Table:
        """For the screen."""
        found = Table(header_style="bold", box=None)
        for name in HEAD:
            found.add_column(name, no_wrap=name == "problem", overflow="fold")
        for row in self.rows:
            found.add_row(*row.cells())
        return found

    def markdown(self) -> str:
        """The table with what it does not say."""
        return "\n".join([*_lines(HEAD, (row.cells() for row in self.rows)), "", *self.sentences()])

    def short_markdown(self) -> str:
        """A table of fewer columns."""
        return "\n".join(_lines(SHORT, (row.short_cells() for row in self.rows)))

    def sentences(self) -> list[str]:
        """What the tables do not say: how many aims are met, which are not, what failed, who is cited, the commands."""
        aimed = [row for row in self.rows if row.met is not None]
        short_of = [row.problem for row in aimed if not row.met]
        count = f"{len(aimed) - len(short_of)} of {len(aimed)} problems with an aim meet it"
        sources = dict.fromkeys(
            f"{row.problem}: {item.method}, {item.source}" for row in self.rows for item in row.published
        )
        troubles = [f"{row.problem}, {what}" for row in self.rows for what in row.troubles]
        commands = dict.fromkeys(row.command for row in self.rows if row.processor is None)
        return [
            f"- {count}{'; not ' + ', '.join(short_of) if short_of else ''}.",
            *(f"- Failed: {what}." for what in troubles),
            *(f"- Published: {what}." for what in sources),
            *(f"- Taken over, with seconds by the clock on the wall, from `{command}`." for command in commands),
            f"- Made by `{self.command}`.",
        ]

    def save(self, folder: Path) -> list[Path]:
        """Writes accuracy.json and accuracy.md."""
        data, page = folder / "accuracy.json", folder / "accuracy.md"
        write_json(data, self.as_dict(), indent=1)
        write_whole(page, "# What the problems of the library are solved to\n\n" + self.markdown() + "\n")
        return [data, page]


def read_accuracy(folder: Path) -> list[AccuracyRun]:
    """All runs that are kept in a folder, none if there is no such folder.

    Raises: ValueError naming a file that holds no run.
    """
    return [AccuracyRun.from_dict(kept_run(path)) for path in sorted(folder.glob("*.json"))]


def put_into(document: str, table: str, mark: str) -> str:
    """A document with a table in place of what stands between its two marks.

    Raises: ValueError if the marks are not there.

    >>> put_into("<!-- accuracy -->\\nold\\n<!-- /accuracy -->", "new", "accuracy")
    '<!-- accuracy -->\\nnew\\n<!-- /accuracy -->'
    """
    start, end = f"<!-- {mark} -->\n", f"\n<!-- /{mark} -->"
    before, found, rest = document.partition(start)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"expected the lines {start.strip()} and {end.strip()} around the table, found no such pair")
    return before + start + table + end + after


def _asked(benchmark: Benchmark, runs: Sequence[AccuracyRun]) -> tuple[Asked, ...]:
    """The quantities over the runs that gave an answer."""
    found = []
    for place, quantity in enumerate(benchmark.quantities if runs else ()):
        answers = [run.answers[place] for run in runs]
        value, error = (median(getattr(item, name) for item in answers) for name in ("value", "error"))
        found.append(Asked(quantity.name, answers[0].unit, value, answers[0].reference, error, quantity.aim))
    return tuple(found)


def _answer(run: AccuracyRun, name: str) -> float:
    return next((item.error for item in run.answers if item.name == name), math.inf)


def _numbers(found: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {**found, **{name: number(found[name]) for name in names}}


def _shortened(value: Any) -> Any:
    if isinstance(value, float):
        return short(value)
    if isinstance(value, Mapping):
        return {key: _shortened(item) for key, item in value.items()}
    return [_shortened(item) for item in value] if isinstance(value, list | tuple) else value


def _lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [head, tuple("---" for _ in head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]
