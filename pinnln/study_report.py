"""What the runs of a study say: medians, ranges and failures, for every problem, way and optimiser; text and JSON."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from pinnln.plain_numbers import finite
from pinnln.run_queue import kept_run
from pinnln.study import Run
from pinnln.whole_file import write_json, write_whole

_LOST = ("failed", "refused")
_PLAIN = "budget"


@dataclass(frozen=True)
class Cell:
    """One problem in one way with one optimiser, over its seeds.

    Attributes: seeds, how many were run; lost, how many of those have no finite error; error, lowest and highest,
    median and range of the largest relative L2 error of a field, infinite for a run that is lost; seconds of training,
    their median; ended, how many runs by status.
    """

    problem: str
    way: str
    optimizer: str
    seeds: int
    lost: int
    error: float
    lowest: float
    highest: float
    seconds: float
    ended: Mapping[str, int]

    @classmethod
    def of(cls, runs: Sequence[Run]) -> Cell:
        """From the runs, at least one, all of the same problem, way and optimiser."""
        first, errors = runs[0], [run.error for run in runs]
        return cls(
            first.problem, first.way, first.optimizer, len(runs), sum(not math.isfinite(error) for error in errors),
            median(errors), min(errors), max(errors), median(run.seconds for run in runs),
            dict(Counter(run.status for run in runs)),
        )  # fmt: skip

    @property
    def shown(self) -> str:
        """The median, or in a word what became of the runs where there is none."""
        if math.isfinite(self.error):
            return f"{self.error:.1e}"
        return "refused" if self.ended.get("refused") == self.seeds else "failed"

    @property
    def spread(self) -> str:
        """The range, rounded outwards so that the median lies in it; nothing for one seed or nothing but failures."""
        if self.seeds == 1 or not math.isfinite(self.lowest):
            return ""
        highest = _one_digit(self.highest, math.ceil) if math.isfinite(self.highest) else "failed"
        return f"{_one_digit(self.lowest, math.floor)} … {highest}"

    @property
    def remark(self) -> str:
        """How runs ended that did not use up the budget, as in "1 of 5 failed, 2 of 5 stalled"."""
        counts = {status: count for status, count in self.ended.items() if status not in (_PLAIN, *_LOST)}
        lost = {"failed": self.lost} if 0 < self.lost < self.seeds else {}
        return ", ".join(f"{count} of {self.seeds} {status}" for status, count in {**lost, **counts}.items())

    @property
    def text(self) -> str:
        """Median, and range in brackets."""
        return f"{self.shown} ({self.spread})" if self.spread else self.shown


@dataclass(frozen=True)
class WayRow:
    """A way in the report: its name, what it does, and whether it is unsafe."""

    name: str
    about: str
    unsafe: bool

    @property
    def label(self) -> str:
        """The name, and that it is unsafe."""
        return f"{self.name} (unsafe)" if self.unsafe else self.name


@dataclass(frozen=True)
class StudyReport:
    """All cells, and how they were made.

    Attributes: command; settings of all runs; versions; titles of the problems, by name; trainings, what each optimiser
    ran, by name; ways; seeds, the most that any cell has; cells; troubles, what failed or was refused and why.
    """

    command: str
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    titles: Mapping[str, str]
    trainings: Mapping[str, str]
    ways: tuple[WayRow, ...]
    seeds: int
    cells: tuple[Cell, ...]
    troubles: tuple[str, ...]

    def cell(self, problem: str, way: str, optimizer: str) -> Cell | None:
        """One cell, None where nothing was run."""
        wanted = (problem, way, optimizer)
        return next((item for item in self.cells if (item.problem, item.way, item.optimizer) == wanted), None)

    def best(self, problem: str, optimizer: str) -> float:
        """The smallest median error on a problem with an optimiser, infinite if there is none."""
        errors = (item.error for item in self.cells if (item.problem, item.optimizer) == (problem, optimizer))
        return min(errors, default=math.inf)

    def leads(self, cell: Cell) -> bool:
        """Whether a cell has the smallest median error on its problem with its optimiser."""
        return math.isfinite(cell.error) and cell.error == self.best(cell.problem, cell.optimizer)

    def table(self, problem: str) -> Table:
        """One problem for the screen: a row a way, a column an optimiser."""
        found = Table(header_style="bold", box=None)
        found.add_column("way", no_wrap=True)
        found.add_column("")
        for optimizer in self.trainings:
            found.add_column(optimizer, justify="right")
            found.add_column("", style="dim")
        for way in self.ways:
            cells = [self.cell(problem, way.name, optimizer) for optimizer in self.trainings]
            texts = [text for cell in cells for text in (self._emphasised(cell, "[bold]", "[/bold]"), _remark(cell))]
            found.add_row(way.name, "[red]unsafe[/red]" if way.unsafe else "", *texts)
        return found

    def sentences(self) -> list[str]:
        """What the tables do not say."""
        chosen, versions = self.settings, ", ".join(f"{name} {number}" for name, number in self.versions.items())
        return [
            f"Largest relative L2 error of a field: median over {self.seeds} seed(s)"
            f"{', with the range' if self.seeds > 1 else ''}. The smallest median of a column is bold.",
            f"Each run: {chosen['budget']:g} s of training, {chosen['threads']} thread(s). What ended before says so: "
            f"stalled or converged. {versions}.",
            "Unsafe ways strip the units and bring unlike residuals together; they are here to be compared with.",
        ]

    def markdown(self) -> str:
        """Tables and sentences, as a page."""
        lines = ["# Ways and optimisers in equal time", "", *(f"- {item}" for item in self.sentences()), ""]
        for problem, title in self.titles.items():
            lines += [f"## {title}", "", f"| {problem} | {' | '.join(self.trainings)} |"]
            lines += ["|---|" + "---:|" * len(self.trainings)]
            for way in self.ways:
                cells = [self.cell(problem, way.name, optimizer) for optimizer in self.trainings]
                texts = [_joined(self._emphasised(cell, "**", "**"), _remark(cell)) for cell in cells]
                lines.append(f"| {way.label} | {' | '.join(texts)} |")
            lines.append("")
        if self.troubles:
            lines += ["## What failed", "", *(f"- {item}" for item in self.troubles), ""]
        return "\n".join([*lines, *([f"Made by `{self.command}`.", ""] if self.command else [])])

    def _emphasised(self, cell: Cell | None, before: str, after: str) -> str:
        if cell is None:
            return "–"
        return f"{before}{cell.text}{after}" if self.leads(cell) else cell.text

    def as_dict(self) -> dict[str, Any]:
        """Plain data, null for what is not finite."""
        found: dict[str, Any] = finite(asdict(self))
        return found

    def save(self, folder: Path) -> list[Path]:
        """Writes study.json and study.md."""
        data, page = folder / "study.json", folder / "study.md"
        write_json(data, self.as_dict(), indent=1)
        write_whole(page, self.markdown())
        return [data, page]


def read_study(folder: Path) -> list[Run]:
    """All runs that a study kept in a folder.

    Raises: ValueError if there is none, if they were not run with the same settings, or naming a file that holds none.
    """
    runs = [Run.from_dict(kept_run(path)) for path in sorted(folder.glob("*.json"))]
    if not runs:
        raise ValueError(f"expected runs in {folder}, found none")
    other = next((run for run in runs if run.settings != runs[0].settings), None)
    if other is not None:
        raise ValueError(
            f"expected runs with the same settings in {folder}, found {dict(runs[0].settings)} of {runs[0].problem} "
            f"and {dict(other.settings)} of {other.problem}: keep them in folders of their own"
        )
    return runs


def study_report(
    runs: Sequence[Run], command: str, ways: Sequence[str], optimizers: Sequence[str], problems: Sequence[str] = ()
) -> StudyReport:
    """The report of runs.

    Args: runs, at least one; command, what made them; ways, optimizers, problems, in what order to show those that were
    run; others follow.
    """
    seeds: dict[tuple[str, str, str], list[Run]] = {}
    for run in runs:
        seeds.setdefault((run.problem, run.way, run.optimizer), []).append(run)
    cells = tuple(Cell.of(several) for several in seeds.values())
    titles = {run.problem: run.title for run in runs}
    trainings = {run.optimizer: run.about["training"] for run in runs}
    rows = {run.way: WayRow(run.way, run.about["way"], run.unsafe) for run in runs}
    return StudyReport(
        command=command,
        settings=dict(runs[0].settings),
        versions={"torch": runs[0].about["torch"]},
        titles={name: titles[name] for name in _ordered(problems, titles)},
        trainings={name: trainings[name] for name in _ordered(optimizers, trainings)},
        ways=tuple(rows[name] for name in _ordered(ways, rows)),
        seeds=max(cell.seeds for cell in cells),
        cells=cells,
        troubles=_troubles(runs),
    )


def _ordered(known: Sequence[str], found: Collection[str]) -> list[str]:
    """The names found; those that are known first, in their order."""
    return [*(name for name in known if name in found), *(name for name in found if name not in known)]


def _troubles(runs: Sequence[Run]) -> tuple[str, ...]:
    """Each thing that was said of runs without an answer, with where it was said."""
    said: dict[tuple[str, ...], list[int]] = {}
    for run in runs:
        if run.status in _LOST:
            said.setdefault((run.problem, run.way, run.optimizer, run.status, run.message), []).append(run.seed)
    return tuple(
        f"{problem}, {way}, {optimizer}, seed {', '.join(map(str, sorted(seeds)))}: {status}: {message}"
        for (problem, way, optimizer, status, message), seeds in said.items()
    )


def _one_digit(value: float, rounded: Callable[[float], int]) -> str:
    """A number with one digit, rounded up or down; digits behind the ninth are round-off.

    >>> _one_digit(0.112, math.ceil), _one_digit(0.112, math.floor)
    ('2e-01', '1e-01')
    """
    digits, power = f"{value:.9e}".split("e")
    return f"{rounded(float(digits)) * 10.0 ** int(power):.0e}"


def _remark(cell: Cell | None) -> str:
    return cell.remark if cell is not None else ""


def _joined(text: str, remark: str) -> str:
    return f"{text}; {remark}" if remark else text
