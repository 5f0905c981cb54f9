"""What each choice in Levenberg-Marquardt is worth: one changed at a time, equal steps, several problems and seeds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from pinnln.benchmark import Benchmark
from pinnln.conditioning import MeanSquare
from pinnln.formulation import nondimensional
from pinnln.levenberg_marquardt import LevenbergMarquardt
from pinnln.residual_objective import Sampling
from pinnln.solver import train
from pinnln.whole_file import write_json, write_whole

Change = Callable[[LevenbergMarquardt, Sampling], tuple[LevenbergMarquardt, Sampling]]


def _set(**values: Any) -> Change:
    return lambda optimizer, sampling: (replace(optimizer, **values), sampling)


CHOICES: Mapping[str, Change] = {
    "as it is": _set(),
    "metric: columns scaled": _set(softening=1e-14),
    "metric: nearly the identity": _set(softening=1e4),
    "no geodesic acceleration": _set(bend=0.0),
    "steps of half the gain": _set(gain=0.5),
    "blocks of 5 steps": _set(block=5),
    "blocks of 20 steps": _set(block=20),
    "all points at once": _set(start=math.inf),
    "points spread evenly": lambda optimizer, sampling: (optimizer, replace(sampling, adaptive=0.0)),
    "J = QR in place of JᵀJ": _set(orthogonal=True),
}
"""Changes of one choice each, by name."""


@dataclass(frozen=True)
class ChoiceRun:
    """The largest field error of one problem with one choice changed, one seed, and the processor's seconds it took."""

    choice: str
    problem: str
    seed: int
    error: float
    seconds: float


@dataclass(frozen=True)
class ChoicesBench:
    """All runs; steps of each; the command."""

    steps: int
    command: str
    runs: tuple[ChoiceRun, ...]

    def error(self, choice: str, problem: str) -> float:
        """The median over the seeds."""
        return median(run.error for run in self.runs if (run.choice, run.problem) == (choice, problem))

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    def table(self) -> Table:
        """A row for each choice, a column for each problem: medians of errors, and of the processor's seconds, which
        other work on the machine disturbs least, over those as it is."""
        problems = list(dict.fromkeys(run.problem for run in self.runs))
        shown = Table("choice", *problems, "time", box=None, header_style="bold")
        for choice in dict.fromkeys(run.choice for run in self.runs):
            cells = [f"{self.error(choice, problem):.1e}" for problem in problems]
            shown.add_row(choice, *cells, f"× {self._time(choice):.2f}")
        return shown

    def markdown(self) -> str:
        """The table as Markdown, with the command that made it."""
        problems = list(dict.fromkeys(run.problem for run in self.runs))
        lines = [
            f"`{self.command}`",
            "",
            f"| choice | {' | '.join(problems)} | time |",
            "|---" * (len(problems) + 2) + "|",
        ]
        for choice in dict.fromkeys(run.choice for run in self.runs):
            cells = [f"{self.error(choice, problem):.1e}" for problem in problems]
            lines.append(f"| {choice} | {' | '.join(cells)} | × {self._time(choice):.2f} |")
        return "\n".join(lines) + "\n"

    def save(self, folder: Path) -> list[Path]:
        """Writes choices.json and choices.md, each whole or not at all."""
        data, page = folder / "choices.json", folder / "choices.md"
        write_json(data, self.as_dict(), indent=1)
        write_whole(page, self.markdown())
        return [data, page]

    def _time(self, choice: str) -> float:
        ratios = [
            run.seconds / next(other.seconds for other in self.runs if _twin(run, other))
            for run in self.runs
            if run.choice == choice
        ]
        return median(ratios)


def _twin(run: ChoiceRun, other: ChoiceRun) -> bool:
    return (other.choice, other.problem, other.seed) == (next(iter(CHOICES)), run.problem, run.seed)


def bench_choices(
    benchmarks: Sequence[Benchmark], steps: int, seeds: int, command: str, say: Callable[[str], None]
) -> ChoicesBench:
    """Trains every problem with every choice changed alone.

    Args: benchmarks; steps of each training; seeds, how many; command, what was typed; say, where a line goes for each.
    Returns: the ChoicesBench.
    """
    runs = []
    for benchmark in benchmarks:
        yardsticks = benchmark.problem.scales(benchmark.scales).yardsticks
        formulation = nondimensional(benchmark.problem, yardsticks)
        for seed in range(seeds):
            for choice, change in CHOICES.items():
                optimizer, sampling = change(LevenbergMarquardt(steps=steps), benchmark.sampling)
                before = time.process_time()
                solution = train(
                    benchmark.problem, formulation, benchmark.network, MeanSquare(), [optimizer], sampling, seed
                )
                seconds = time.process_time() - before
                error = max(benchmark.field_errors(solution, 101).values())
                runs.append(ChoiceRun(choice, benchmark.name, seed, error, seconds))
                say(f"{benchmark.name}, seed {seed}, {choice}: {error:.1e} in {seconds:.1f} s")
    return ChoicesBench(steps, command, tuple(runs))
