"""compare: the naive and the principled ways side by side, all else being equal."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

import torch
from rich.table import Table

from pinnln.benchmark import Benchmark, QuantityOfInterest
from pinnln.collocation import sobol
from pinnln.formulation import Formulation, nondimensional
from pinnln.levenberg_marquardt import LevenbergMarquardt
from pinnln.objective import Progress
from pinnln.optimizers import AbstractOptimizer, TrainingError
from pinnln.plain_numbers import finite
from pinnln.progress import TrainingDisplay
from pinnln.solution import Solution
from pinnln.solver import train
from pinnln.units.collection import end_if_collecting
from pinnln.units.nondimensional import Yardsticks, nondimensionalize
from pinnln.ways import WAYS, Way
from pinnln.whole_file import write_json

_MARKS = 40
_VALIDATION = (2048, 990_001)


@dataclass(frozen=True)
class Mark:
    """Where a run stood: step, seconds of training, loss, relative error of the first quantity of interest."""

    step: int
    seconds: float
    loss: float
    error: float


@dataclass(frozen=True)
class Run:
    """One way with one seed.

    Attributes: values and errors (relative) of the quantities of interest; field_errors, relative L2; residuals, the
    root mean square of each equation in characteristic scales, the same yardstick for every way; history.
    """

    way: str
    seed: int
    status: str
    message: str
    steps: int
    seconds: float
    values: Mapping[str, float]
    errors: Mapping[str, float]
    field_errors: Mapping[str, float] = field(default_factory=dict)
    residuals: Mapping[str, float] = field(default_factory=dict)
    history: tuple[Mark, ...] = ()
    solution: Solution | None = None


@dataclass(frozen=True)
class Comparison:
    """What the ways of one comparison did, run by run.

    Attributes: benchmark; ways; seeds; settings, what all runs have in common, in words; runs.
    """

    benchmark: Benchmark
    ways: tuple[Way, ...]
    seeds: tuple[int, ...]
    settings: Mapping[str, str]
    runs: tuple[Run, ...]

    def of(self, way: str) -> list[Run]:
        """The runs of one way, seed by seed."""
        return [run for run in self.runs if run.way == way]

    def error(self, way: str) -> float:
        """The median relative error of the first quantity of interest over the seeds."""
        return _median([run.errors[self.benchmark.quantities[0].name] for run in self.of(way)])

    def misses(self, target: float) -> list[str]:
        """The principled ways whose median relative error is above a target."""
        return [way.name for way in self.ways if not way.unsafe and not self.error(way.name) <= target]

    def table(self) -> Table:
        """One row a way and quantity: median over the seeds, and the range if there are several."""
        ours = Table(title=self.benchmark.title, title_justify="left", header_style="bold", box=None)
        spread = [f"range over {len(self.seeds)} seeds"] if len(self.seeds) > 1 else []
        for name in ("way", "", "value", "error", "relative error", *spread, "seconds", "ended"):
            ours.add_column(name, justify="left" if name in ("way", "", "ended") else "right", no_wrap=True)
        for quantity in self.benchmark.quantities:
            unit = "" if quantity.reference.dimensionless else f" {quantity.reference.units:~P}"
            ours.add_section()
            ours.add_row(f"[bold]{quantity.name}[/bold]", "", f"{quantity.reference.magnitude:.6g}{unit}")
            for way in self.ways:
                ours.add_row(*self._row(way, quantity))
        return ours

    def _row(self, way: Way, quantity: QuantityOfInterest) -> tuple[str, ...]:
        runs = self.of(way.name)
        values = [run.values[quantity.name] for run in runs]
        reference = float(quantity.reference.magnitude)
        errors = [run.errors[quantity.name] for run in runs]
        return (
            f"  {way.name}",
            "[red]unsafe[/red]" if way.unsafe else "",
            f"{_median(values):.6g}",
            f"{_median([abs(value - reference) for value in values]):.2g}",
            _percent(_median(errors)),
            *([f"{_percent(min(errors))} … {_percent(max(errors))}"] if len(runs) > 1 else []),
            f"{_median([run.seconds for run in runs]):.1f}",
            ", ".join(sorted({run.status for run in runs})),
        )

    def plain(self, command: str = "") -> dict[str, Any]:
        """Everything but the networks, as JSON knows it; `command` says what made it."""
        found = {
            "benchmark": self.benchmark.name,
            "title": self.benchmark.title,
            "command": command,
            "settings": dict(self.settings),
            "seeds": list(self.seeds),
            "ways": [{"name": way.name, "about": way.about, "unsafe": way.unsafe} for way in self.ways],
            "quantities": [
                {
                    "name": item.name,
                    "reference": float(item.reference.magnitude),
                    "unit": f"{item.reference.units:~}",
                    "source": item.source,
                }
                for item in self.benchmark.quantities
            ],
            "runs": [_plain(run) for run in self.runs],
        }
        return {name: finite(value) for name, value in found.items()}

    def save(self, folder: str | Path, command: str = "") -> list[Path]:
        """Writes comparison.json, fields.png, convergence.png and residuals.png into a folder.

        Returns: the paths written.
        """
        from pinnln.figures import convergence_figure, gallery, residual_figure

        home = Path(folder)
        path = home / "comparison.json"
        write_json(path, self.plain(command), indent=1)
        written = [path]
        solutions = {run.way: run.solution for run in reversed(self.runs) if run.solution is not None}
        figures = {
            "fields": gallery({way.name: solutions[way.name] for way in self.ways if way.name in solutions}),
            "convergence": convergence_figure(self),
            "residuals": residual_figure(self),
        }
        for name, figure in figures.items():
            figure.savefig(home / f"{name}.png", dpi=130)
            written.append(home / f"{name}.png")
        return written


def compare(
    benchmark: Benchmark,
    *,
    ways: Sequence[Way] = WAYS,
    optimizer: Sequence[AbstractOptimizer] | None = None,
    seeds: Sequence[int] = (0,),
    show: bool = True,
) -> Comparison:
    """Solves a benchmark in several ways with the same network, points, optimiser, budget and seeds.

    Args: benchmark; ways, all of WAYS unless given; optimizer, one after another, Levenberg-Marquardt with the steps
    of the benchmark unless given; seeds of weights and points; show, progress on standard error.
    Returns: the Comparison.
    Raises: UnitsError, ScalesError or ProblemError before any training, ValueError for no way or no seed.
    """
    end_if_collecting("compare")
    if not ways or not seeds:
        raise ValueError(f"expected at least one way and one seed, found {len(ways)} and {len(seeds)}")
    problem = benchmark.problem
    resolved = problem.scales(benchmark.scales)
    formulations = {way.name: way.formulate(problem, resolved.yardsticks) for way in ways}
    optimizers = list(optimizer) if optimizer is not None else [LevenbergMarquardt(steps=benchmark.steps)]
    display = TrainingDisplay() if show else None
    if display is not None:
        display.announce(resolved, problem.term_sizes(benchmark.scales), nondimensional(problem, resolved.yardsticks))
    runs = []
    with display or nullcontext():
        for way, seed in product(ways, seeds):
            runs.append(_run(benchmark, way, formulations[way.name], optimizers, seed, resolved.yardsticks, display))
            if display is not None:
                display.say(f"{way.name}, seed {seed}: {runs[-1].seconds:.1f} s, {runs[-1].message}")
    settings = {
        "network": str(benchmark.network),
        "sampling": str(benchmark.sampling),
        "optimizer": ", then ".join(str(item) for item in optimizers),
        "threads": str(torch.get_num_threads()),
        "torch": torch.__version__,
    }
    return Comparison(benchmark, tuple(ways), tuple(seeds), settings, tuple(runs))


def _run(
    benchmark: Benchmark,
    way: Way,
    formulation: Formulation,
    optimizers: Sequence[AbstractOptimizer],
    seed: int,
    yardsticks: Yardsticks,
    display: TrainingDisplay | None,
) -> Run:
    marks: list[Progress] = []
    monitors: list[Callable[[Progress], None]] = [marks.append]
    if display is not None:
        monitors.append(lambda progress: display.update(progress, f"{way.name}, seed {seed}: "))
    names = [item.name for item in benchmark.quantities]
    try:
        solution = train(
            benchmark.problem,
            formulation,
            benchmark.network,
            way.conditioning,
            optimizers,
            benchmark.sampling,
            seed,
            monitors,
        )
    except TrainingError as error:
        lost = dict.fromkeys(names, math.nan)
        return Run(way.name, seed, "failed", str(error), 0, math.nan, lost, lost)
    report = solution.report
    return Run(
        way.name,
        seed,
        report.status,
        report.message,
        report.steps,
        report.seconds,
        {item.name: item.value(solution) for item in benchmark.quantities},
        {item.name: item.error(solution) for item in benchmark.quantities},
        benchmark.field_errors(solution),
        _residual_sizes(solution, yardsticks),
        _history(benchmark, solution, marks),
        solution,
    )


def _history(benchmark: Benchmark, solution: Solution, marks: Sequence[Progress]) -> tuple[Mark, ...]:
    """The first quantity along the training, asked of the parameters kept on the way."""
    stride = max(1, len(marks) // _MARKS)
    kept = [*marks[stride - 1 :: stride]]
    first = benchmark.quantities[0]
    found = []
    for number, mark in enumerate(kept, start=1):
        then = Solution(solution.problem, solution.formulation, solution.network, mark.theta, solution.report)
        found.append(Mark(number * stride, mark.seconds, mark.loss, first.error(then)))
    return tuple(found)


def _residual_sizes(solution: Solution, yardsticks: Yardsticks) -> dict[str, float]:
    """Root mean squares of the residuals at points no training has seen, in characteristic scales."""
    coordinates = solution.problem.coordinates
    count, seed = _VALIDATION
    unit = sobol(coordinates, count, {}, seed, solution.problem.holes).numpy()
    low, high = ([getattr(item, end) for item in coordinates] for end in ("low", "high"))
    points = low + (torch.tensor(high) - torch.tensor(low)).numpy() * unit
    sizes = {}
    for residual in solution.problem.residuals:
        scale = nondimensionalize(residual.statement, yardsticks).scale
        values = solution.values(residual.statement.target, points) / scale
        sizes[residual.name] = float((values**2).mean() ** 0.5)
    return sizes


def _median(values: Sequence[float]) -> float:
    return median(values) if all(math.isfinite(value) for value in values) else math.nan


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{100 * share:.2g} %"


def _plain(run: Run) -> dict[str, Any]:
    kept = {name: value for name, value in vars(run).items() if name not in ("solution", "history")}
    return {**kept, "history": [vars(mark) for mark in run.history]}
