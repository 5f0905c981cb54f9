"""What the problems of the library were solved to with their own settings, kept in a file that is installed."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from pinnln.benchmark import Benchmark
from pinnln.head_to_head import SUITE, Case
from pinnln.hindsight import largest_field_error
from pinnln.plain_numbers import number, short
from pinnln.solver import solve
from pinnln.whole_file import write_json

FILE = "measured.json"
_MEASURE = "largest relative L2 error of a field"


@dataclass(frozen=True)
class MeasuredError:
    """What a problem of the library is solved to.

    Attributes: error, the median over the seeds, lowest and highest; measure, what it is in words; seeds; seconds of
    training, the median; command that measured it.
    """

    error: float
    lowest: float
    highest: float
    measure: str
    seeds: int
    seconds: float
    command: str


def read_measured(path: Path) -> dict[str, MeasuredError]:
    """Errors by the name of their problem; none if there is no such file."""
    if not path.exists():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    numbers = ("error", "lowest", "highest")
    return {name: MeasuredError(**{**row, **{key: number(row[key]) for key in numbers}}) for name, row in found.items()}


def write_measured(path: Path, found: Mapping[str, MeasuredError]) -> None:
    """Writes what `read_measured` reads."""
    rows = {name: asdict(row) for name, row in found.items()}
    for row in rows.values():
        row.update({key: short(row[key]) for key in ("error", "lowest", "highest", "seconds")})
    write_json(path, rows, indent=1)


def from_report(report: Mapping[str, Any], makers: Mapping[str, Callable[..., Benchmark]]) -> dict[str, MeasuredError]:
    """Our side of a bench beside DeepXDE, for the cases that are problems of the library as they are by default.

    Args: report, as `pinnln bench deepxde` writes it; makers, the problems by name.
    """
    found = {}
    for row in report["rows"]:
        case, ours = SUITE.get(row["case"], Case(row["case"])), row["pinnln"]
        defaults = inspect.signature(makers[case.problem]).parameters
        if all(defaults[name].default == value for name, value in case.arguments.items()):
            found[case.problem] = MeasuredError(
                number(ours["error"]),
                number(ours["lowest"]),
                number(ours["highest"]),
                row["measure"],
                ours["seeds"],
                ours["seconds"],
                report["command"],
            )
    return found


def measure_error(benchmark: Benchmark, seeds: Sequence[int], command: str) -> MeasuredError:
    """Solves a problem with its own network, points, windows and steps, once for every seed."""
    solutions = [
        solve(
            benchmark.problem,
            benchmark.scales,
            network=benchmark.network,
            sampling=benchmark.sampling,
            windows=benchmark.windows,
            optimizer=benchmark.optimizers(),
            seed=seed,
            show=False,
        )
        for seed in seeds
    ]
    errors = [largest_field_error(benchmark, solution) for solution in solutions]
    seconds = median(solution.report.seconds for solution in solutions)
    return MeasuredError(median(errors), min(errors), max(errors), _MEASURE, len(errors), seconds, command)
