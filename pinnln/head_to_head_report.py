"""What the runs of a bench say: medians, ranges, who is sooner and who is closer; as table, Markdown, JSON, figure."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from pinnln.chebyshev import Classical, chebyshev_helmholtz
from pinnln.head_to_head import SUITE, AdamStep, Moment, Run
from pinnln.plain_numbers import finite
from pinnln.whole_file import write_json, write_whole

_SLACK = 1.1
_SETTINGS = ("network", "sampling", "training", "windows")
_HEAD = (
    "problem",
    "pinnln: error",
    "range",
    "seconds",
    "DeepXDE: error",
    "range",
    "seconds",
    "sooner at DeepXDE's error",
    "closer at DeepXDE's time",
)


@dataclass(frozen=True)
class Side:
    """One solver on one case over its seeds: median error, range, median seconds of training and of start-up."""

    seeds: int
    error: float
    lowest: float
    highest: float
    seconds: float
    startup: float

    @classmethod
    def of(cls, runs: Sequence[Run]) -> Side:
        """From the runs, at least one."""
        errors = [run.error for run in runs]
        seconds, startup = median(run.seconds for run in runs), median(run.startup for run in runs)
        return cls(len(runs), median(errors), min(errors), max(errors), seconds, startup)


@dataclass(frozen=True)
class Row:
    """One case.

    Attributes: measure, what the error is; settings of pinnln, in words; pinnln, deepxde; sooner, how many times sooner
    pinnln is where DeepXDE ends: the time from which DeepXDE is within 10 % of its own final error, over the time from
    which pinnln stays below the median of those, zero if it does not get there; closer, how many times smaller the
    error of pinnln is at DeepXDE's time of training. Both are infinite where DeepXDE failed.
    """

    case: str
    title: str
    measure: str
    settings: Mapping[str, str]
    pinnln: Side
    deepxde: Side
    sooner: float
    closer: float

    @classmethod
    def of(cls, ours: Sequence[Run], theirs: Sequence[Run]) -> Row:
        """From the runs of both, at least one each."""
        mine, yours = Side.of(ours), Side.of(theirs)
        arrived = median(settled(run.history, _SLACK * run.error) for run in theirs)
        passed = median(settled(run.history, yours.error) for run in ours)
        then = median(error_at(run.history, yours.seconds) for run in ours)
        lost = not math.isfinite(yours.error)
        sooner = math.inf if lost else arrived / passed if math.isfinite(passed) else 0.0
        closer = math.inf if lost else yours.error / then if math.isfinite(then) else 0.0
        first = ours[0]
        settings = {name: first.about[name] for name in _SETTINGS if name in first.about}
        return cls(first.case, first.title, first.measure, settings, mine, yours, sooner, closer)

    def cells(self) -> tuple[str, ...]:
        """As text, in the order of the table."""
        return (
            self.case,
            *_shown(self.pinnln),
            *_shown(self.deepxde),
            _times(self.sooner) if self.sooner else "not reached",
            _times(self.closer),
        )


@dataclass(frozen=True)
class Report:
    """All cases with runs of both, the Adam steps, the classical solver, how it was made, and the cases whose problems
    have other settings by default now."""

    command: str
    settings: Mapping[str, Any]
    versions: Mapping[str, str]
    rows: tuple[Row, ...]
    steps: tuple[AdamStep, ...]
    classical: Classical
    changed: tuple[str, ...] = ()

    def table(self) -> Table:
        """For the screen."""
        found = Table(title="pinnln and DeepXDE", title_justify="left", header_style="bold", box=None)
        for name in _HEAD:
            found.add_column(name, justify="left" if name == "problem" else "right")
        for row in self.rows:
            found.add_row(*row.cells())
        return found

    def sentences(self) -> list[str]:
        """What the table does not say."""
        return [*self._terms(), *self._setting(), *self._beside()]

    def _terms(self) -> list[str]:
        seeds = sorted({side.seeds for row in self.rows for side in (row.pinnln, row.deepxde)})
        measures = dict.fromkeys(row.measure for row in self.rows)
        named = [
            f"{measure} ({', '.join(row.case for row in self.rows if row.measure == measure)})" for measure in measures
        ]
        return [
            f"Medians over {' or '.join(map(str, seeds))} seed(s), with the range. Error: {'; '.join(named)}.",
            "Sooner: the time from which DeepXDE is within 10 % of its final error, over the time from which pinnln "
            "stays below it. Closer: DeepXDE's final error over that of pinnln at DeepXDE's time.",
            "DeepXDE was given what its users find by hand: the same dimensionless equations, exact conditions, "
            "network, Sobol points, fresh ones during Adam, and float64. Its clock runs in its optimisers' steps only.",
            "pinnln draws later points partly where its residual is large, which DeepXDE's resampling does not do.",
            *self._since(),
        ]

    def _since(self) -> list[str]:
        told = "Solved with other settings by default than those of these runs (report.json), which are"
        return [f"{told} measured by `pinnln bench accuracy`: {', '.join(self.changed)}."] if self.changed else []

    def _setting(self) -> list[str]:
        chosen, found = self.settings, []
        if chosen:
            newton = f", then {chosen['nncg']:,} of NNCG" if chosen["nncg"] else ""
            versions = ", ".join(f"{name} {number}" for name, number in self.versions.items())
            found.append(
                f"DeepXDE: {chosen['adam']:,} iterations of Adam at {chosen['learning_rate']:g}, then at most "
                f"{chosen['lbfgs']:,} of L-BFGS{newton}. Each run: {chosen['threads']} thread(s), at most "
                f"{chosen['budget']:g} s. {versions}."
            )
        if self.rows:
            theirs, ours = (median(getattr(row, side).startup for row in self.rows) for side in ("deepxde", "pinnln"))
            found.append(f"Start-up, not counted above: DeepXDE {theirs:.1f} s, pinnln {ours:.1f} s.")
        return found

    def _beside(self) -> list[str]:
        steps = [
            f"{step.case} {1e3 * step.pinnln:.2f} and {1e3 * step.deepxde:.2f} ms, {step.deepxde / step.pinnln:.1f}×"
            for step in self.steps
        ]
        adam = f"One Adam step on a network of 3 × 20, pinnln and DeepXDE in turns: {'; '.join(steps)}."
        classical = self.classical
        return [
            *([adam] if steps else []),
            f"A classical solver, Chebyshev collocation of degree {classical.degree} on the Helmholtz problem: error "
            f"{classical.error:.0e} in {1e3 * classical.seconds:.1f} ms. On a square no network comes near that.",
        ]

    def markdown(self) -> str:
        """The table and the sentences, as a page."""
        head = f"| {' | '.join(_HEAD)} |\n|---|" + "---:|" * (len(_HEAD) - 1)
        rows = [f"| {' | '.join(row.cells())} |" for row in self.rows]
        made = [f"Made by `{self.command}`."] if self.command else []
        return "\n".join(["# pinnln and DeepXDE", "", head, *rows, "", *(f"- {item}" for item in self.sentences()), "",
                          *made, ""])  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """Plain data, null for what is not finite."""
        found: dict[str, Any] = finite(asdict(self))
        return found

    def save(self, folder: Path) -> list[Path]:
        """Writes report.json and report.md."""
        data, page = folder / "report.json", folder / "report.md"
        write_json(data, self.as_dict())
        write_whole(page, self.markdown())
        return [data, page]


def read_runs(folder: Path) -> tuple[list[Run], list[AdamStep]]:
    """All runs that a bench kept in a folder, cases in the order of the suite.

    Raises: ValueError if there is none.
    """
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    if not found:
        raise ValueError(f"expected runs in {folder}, found none")
    order = {name: place for place, name in enumerate(SUITE)}
    found.sort(key=lambda item: (order.get(item["case"], len(order)), item["case"]))
    runs = [Run.from_dict(item) for item in found if "history" in item]
    return runs, [AdamStep.from_dict(item) for item in found if "history" not in item]


def report(
    runs: Sequence[Run],
    steps: Sequence[AdamStep],
    command: str,
    defaults: Callable[[str], Mapping[str, str]] | None = None,
) -> Report:
    """The report of runs; a case that only one of the two has run is left out; defaults, the settings of a case now."""
    cases = list(dict.fromkeys(run.case for run in runs))
    rows = [Row.of(*sides) for case in cases if all(sides := sides_of(runs, case))]
    settings = dict(runs[0].settings) if runs else {}
    versions = {key: run.about[key] for run in runs for key in ("torch", "DeepXDE") if key in run.about}
    changed = [row.case for row in rows if defaults and not row.settings.items() <= defaults(row.case).items()]
    return Report(command, settings, versions, tuple(rows), tuple(steps), chebyshev_helmholtz(), tuple(changed))


def sides_of(runs: Sequence[Run], case: str) -> tuple[list[Run], list[Run]]:
    """The runs of pinnln and those of DeepXDE on one case."""
    ours = [run for run in runs if run.case == case and run.solver == "pinnln"]
    return ours, [run for run in runs if run.case == case and run.solver == "deepxde"]


def settled(history: Sequence[Moment], level: float) -> float:
    """The second from which an error stays at or below a level, infinite if it does not end there.

    >>> settled([Moment("", 1, 0.1), Moment("", 2, 0.5), Moment("", 3, 0.2), Moment("", 4, 0.1)], 0.2)
    3
    """
    found = math.inf
    for item in reversed(history):
        if not item.error <= level:
            return found
        found = item.seconds
    return found


def error_at(history: Sequence[Moment], seconds: float) -> float:
    """The error reached by some second, infinite before the first moment."""
    return next((item.error for item in reversed(history) if item.seconds <= seconds), math.inf)


def _shown(side: Side) -> tuple[str, str, str]:
    if not math.isfinite(side.error):
        return "failed", "", f"{side.seconds:.3g}"
    return f"{side.error:.1e}", f"{side.lowest:.0e} … {side.highest:.0e}", f"{side.seconds:.3g}"


def _times(ratio: float) -> str:
    if not math.isfinite(ratio):
        return "∞"
    if ratio < 1:
        return f"{ratio:.2g}×"
    return f"{ratio:.1f}×" if ratio < 10 else f"{ratio:,.0f}×" if ratio < 1e4 else f"{ratio:.0e}×"
