"""What the problems of the library were solved to with their own settings, kept in a file that is installed."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pinnln.benchmark import Benchmark
from pinnln.head_to_head import SUITE, Case
from pinnln.plain_numbers import number, short
from pinnln.whole_file import write_json

FILE = "measured.json"


@dataclass(frozen=True)
class MeasuredError:
    """What a problem of the library is solved to.

    Attributes: error, the median over the seeds, lowest and highest; measure, what it is in words; seeds; seconds of
    training, the median; command that measured it; clock, what the seconds are of, "processor" or "wall".
    """

    error: float
    lowest: float
    highest: float
    measure: str
    seeds: int
    seconds: float
    command: str
    clock: str = "wall"


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


def from_report(
    report: Mapping[str, Any],
    makers: Mapping[str, Callable[..., Benchmark]],
    side: Literal["pinnln", "deepxde"] = "pinnln",
) -> dict[str, MeasuredError]:
    """One side of a bench beside DeepXDE, for the cases that are problems of the library as they are by default; ours
    only where it was measured with the settings that they have now.

    Args: report, as `pinnln bench deepxde` writes it; makers, the problems by name; side, whose errors.
    """
    found = {}
    for row in report["rows"]:
        case, theirs = SUITE.get(row["case"], Case(row["case"])), row[side]
        defaults = inspect.signature(makers[case.problem]).parameters
        usual = all(defaults[name].default == value for name, value in case.arguments.items())
        if usual and (side == "deepxde" or row["settings"].items() <= makers[case.problem]().settings.items()):
            found[case.problem] = MeasuredError(
                number(theirs["error"]),
                number(theirs["lowest"]),
                number(theirs["highest"]),
                row["measure"],
                theirs["seeds"],
                theirs["seconds"],
                report["command"],
            )
    return found
