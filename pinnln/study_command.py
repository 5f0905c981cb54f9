"""pinnln compare with a budget in seconds: the runs of a study in processes of their own, and its report."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from pinnln.benchmark import Benchmark
from pinnln.formulation import nondimensional
from pinnln.memory import bytes_of_training, free_memory, processes_that_fit
from pinnln.optimizers import AbstractOptimizer
from pinnln.run_queue import Job, require_settings, run_queue
from pinnln.study import Case, Run, Settings
from pinnln.study_figure import study_figure
from pinnln.study_page import study_page
from pinnln.study_report import StudyReport, read_study, study_report
from pinnln.whole_file import recorded_command, write_whole

_PIXELS = 160
_THEN = " && "


def run_study(
    cases: Sequence[Case],
    benchmarks: Mapping[str, Benchmark],
    optimizers: Mapping[str, Sequence[AbstractOptimizer]],
    settings: Settings,
    jobs: int,
    folder: Path,
    say: Callable[[str], None],
) -> list[str]:
    """Runs the cases that are not in the folder yet, as many at once as asked for and as memory holds.

    Args: cases; benchmarks and optimizers, by name; settings of all; jobs, runs at once; folder, where each leaves a
    file; say, where a sentence goes for each.
    Returns: the names of the runs that left no file.
    Raises: ValueError for any run in the folder with other settings, UnitsError, ScalesError or ProblemError for a
    problem that is not sound, all before any run.
    """
    planned = [_job(case, settings, folder) for case in cases]
    for path in sorted(folder.glob("*.json")):
        require_settings(path, asdict(settings))
    most = max(_bytes(benchmark, list(optimizers.values())) for benchmark in benchmarks.values())
    at_once = processes_that_fit(jobs, most, free_memory())
    if at_once < jobs:
        say(f"{at_once} of {jobs} runs at once: more would not fit into memory")
    cores = os.cpu_count() or 1
    if at_once * settings.threads > cores:
        say(
            f"{at_once} runs at once with {settings.threads} thread(s) each share {cores} core(s): their seconds are "
            f"worth less than those of a run alone; --jobs {max(1, cores // settings.threads)} keeps them equal"
        )
    return run_queue(planned, at_once, settings.threads, say)


def report_study(
    out: Path, command: str | None, ways: Sequence[str], optimizers: Sequence[str], problems: Sequence[str]
) -> tuple[StudyReport, list[Path]]:
    """Writes JSON, Markdown, figure and page of the runs in OUT/runs.

    Args: out; command, what ran last, None if nothing did; those that the report before tells of stand before it; ways,
    optimizers, problems, in what order to show them.
    Returns: the report, and the paths written.
    """
    runs: list[Run] = read_study(out / "runs")
    commands = _one_after_another(recorded_command(out / "study.json"), command)
    report = study_report(runs, commands, ways, optimizers, problems)
    written = report.save(out)
    figure, page = out / "error.png", out / "study.html"
    study_figure(report, runs).savefig(figure, dpi=_PIXELS)
    write_whole(page, study_page(report, runs))
    return report, [*written, figure, page]


def _one_after_another(before: str | None, now: str | None) -> str:
    """Commands as one line of a shell, each once."""
    return _THEN.join(dict.fromkeys([*(before.split(_THEN) if before else []), *([now] if now else [])]))


def _job(case: Case, settings: Settings, folder: Path) -> Job:
    path = folder / f"{case.name}.json"
    chosen = (case.problem, case.way, case.optimizer, str(case.seed), json.dumps(asdict(settings)), str(path))
    return Job(case.name, ("-m", "pinnln.cli", "compare-run", *chosen), path)


def _bytes(benchmark: Benchmark, optimizers: Sequence[Sequence[AbstractOptimizer]]) -> int:
    """Of the training that needs most."""
    formulation = nondimensional(benchmark.problem, benchmark.problem.scales(benchmark.scales).yardsticks)
    return max(bytes_of_training(formulation, benchmark.network, benchmark.sampling, several) for several in optimizers)
