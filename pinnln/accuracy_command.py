"""pinnln bench accuracy: what the problems of the library are solved to with their own settings."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pinnln.accuracy_report import AccuracyReport
    from pinnln.benchmark import Benchmark
    from pinnln.run_queue import Job

_OUT = Path("results/accuracy")


@click.command()
@click.argument("names", nargs=-1)
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True, help="How many, counted from 0.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Runs at once.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Threads of each run.")
@click.option(
    "--report",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="report.json of bench deepxde: its numbers stand beside ours, and what it tells of is not solved again "
    "unless it is named.",
)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=_OUT, show_default=True)
@click.option(
    "--measured", type=click.Path(dir_okay=False, path_type=Path), help="File that pinnln problems reads, to be mended."
)
@click.option(
    "--into",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Document with the lines <!-- accuracy --> or <!-- accuracy, short --> and their ends, to put the table into.",
)
@click.option("--table", "only_table", is_flag=True, help="Run nothing; report what is there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of the table.")
@click.pass_context
def accuracy(
    context: click.Context,
    names: tuple[str, ...],
    seeds: int,
    jobs: int,
    threads: int,
    report: Path | None,
    out: Path,
    measured: Path | None,
    into: tuple[Path, ...],
    only_table: bool,
    as_json: bool,
) -> None:
    """The error of each problem, solved with its own settings, beside its aim, published values and DeepXDE.

    Every run has a process of its own and leaves a file; what is there already is not run again unless the problem or
    its settings have changed since, so an interrupted bench goes on. A run that fails is a row that says so. All
    problems unless some are named.

    \b
    Example:  pinnln bench accuracy poisson sir --seeds 3 --out results/accuracy
    Example:  pinnln bench accuracy --jobs 2 --report docs/deepxde/report.json --out docs/accuracy
    """
    from rich.console import Console

    from pinnln.run_queue import run_queue
    from pinnln.whole_file import recorded_command

    def say(text: str) -> None:
        click.echo(text, err=True)

    chosen = _chosen(names)
    told = json.loads(report.read_text(encoding="utf-8")) if report is not None else {"rows": [], "command": ""}
    failed: list[str] = []
    if not only_table:
        planned = _jobs(chosen if names else _untold(chosen, told), seeds, {"threads": threads}, out / "runs", say)
        failed = run_queue(planned, jobs, threads, say)
    command = (recorded_command(out / "accuracy.json") or "") if only_table else shlex.join(["pinnln", *sys.argv[1:]])
    made = _report(out, command, told)
    written = [*made.save(out), *_spread(made, measured, into)]
    if as_json:
        click.echo(json.dumps(made.as_dict(), indent=1, ensure_ascii=False))
    else:
        Console(width=None if sys.stdout.isatty() else 190, highlight=False, markup=False).print(
            made.table(), *made.sentences(), sep="\n"
        )
    for path in written:
        say(f"wrote {path}")
    context.exit(1 if failed else 0)


@click.command("accuracy-run", hidden=True)
@click.argument("name")
@click.argument("seed", type=int)
@click.argument("settings")
@click.argument("out", type=click.Path(path_type=Path))
def accuracy_run(name: str, seed: int, settings: str, out: Path) -> None:
    """One run of `pinnln bench accuracy`, in a process of its own: settings as JSON, its file."""
    import torch

    from pinnln.accuracy_run import run_accuracy
    from pinnln.problems import CATALOG
    from pinnln.whole_file import write_json

    chosen = json.loads(settings)
    torch.set_num_threads(chosen["threads"])
    write_json(out, run_accuracy(CATALOG[name](), seed, chosen).as_dict())


def _chosen(names: Sequence[str]) -> list[str]:
    from pinnln.problems import CATALOG

    if unknown := [name for name in names if name not in CATALOG]:
        raise ValueError(f"there is no problem {unknown[0]!r}: expected some of {', '.join(CATALOG)}")
    return [name for name in CATALOG if name in names or not names]


def _untold(names: Sequence[str], told: Mapping[str, Any]) -> list[str]:
    """Those of which another bench does not tell."""
    from pinnln.measured_errors import from_report
    from pinnln.problems import CATALOG

    known = from_report(told, CATALOG)
    return [name for name in names if name not in known]


def _jobs(
    names: Sequence[str], seeds: int, settings: Mapping[str, Any], folder: Path, say: Callable[[str], None]
) -> list[Job]:
    """One job for each problem and seed, first seeds first; a run of what has changed since is taken away.

    Raises: ValueError for a run that is kept with other settings.
    """
    from pinnln.accuracy_run import about
    from pinnln.problems import CATALOG
    from pinnln.run_queue import Job, kept_run, require_settings

    words = {name: about(CATALOG[name]()) for name in names}
    found = []
    for seed in range(seeds):
        for name in names:
            path = folder / f"{name}-{seed}.json"
            require_settings(path, settings)
            if path.exists() and kept_run(path)["about"] != words[name]:
                say(f"{name}-{seed} was run on what has changed since: it is run again")
                path.unlink()
            command = ("bench", "accuracy-run", name, str(seed), json.dumps(settings), str(path))
            found.append(Job(f"{name}-{seed}", ("-m", "pinnln.cli", *command), path))
    return found


def _report(out: Path, command: str, told: Mapping[str, Any]) -> AccuracyReport:
    """All problems with runs, and those of which another bench tells.

    Raises: ValueError if there are none.
    """
    from pinnln.accuracy_report import AccuracyReport, AccuracyRow, Rival, read_accuracy
    from pinnln.measured_errors import from_report
    from pinnln.plain_numbers import number
    from pinnln.problems import CATALOG

    runs, known = read_accuracy(out / "runs"), from_report(told, CATALOG)
    theirs = from_report(told, CATALOG, side="deepxde")
    rows = []
    for name, maker in CATALOG.items():
        ours = [run for run in runs if run.problem == name]
        if not ours and name not in known:
            continue
        benchmark, other = maker(), theirs.get(name)
        rival = Rival(number(other.error), other.seconds, other.seeds) if other else None
        rows.append(AccuracyRow.of(benchmark, _groups(benchmark), ours, known.get(name), rival))
    if not rows:
        raise ValueError(f"expected runs in {out / 'runs'}, or --report, found none")
    return AccuracyReport(command, tuple(rows))


def _groups(benchmark: Benchmark) -> str:
    from pinnln.catalogue_page import Entry

    return Entry(benchmark, "", "", None).groups


def _spread(made: AccuracyReport, measured: Path | None, into: Sequence[Path]) -> list[Path]:
    """Puts the numbers where others read them: the file of `pinnln problems`, tables in documents."""
    from pinnln.accuracy_report import put_into
    from pinnln.measured_errors import read_measured, write_measured
    from pinnln.problems import CATALOG
    from pinnln.whole_file import write_whole

    if measured is not None:
        found = {**read_measured(measured), **{row.problem: row.measured for row in made.rows}}
        write_measured(measured, {name: found[name] for name in CATALOG if name in found})
    tables = {"accuracy": made.markdown(), "accuracy, short": made.short_markdown()}
    for path in into:
        text = path.read_text(encoding="utf-8")
        marked = {mark: table for mark, table in tables.items() if f"<!-- {mark} -->" in text}
        if not marked:
            raise ValueError(f"{path}: expected a line <!-- accuracy --> or <!-- accuracy, short -->, found none")
        for mark, table in marked.items():
            text = put_into(text, table, mark)
        write_whole(path, text)
    return [*([measured] if measured is not None else []), *into]
