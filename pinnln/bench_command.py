"""pinnln bench: what is fast, measured where it is asked."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pinnln.accuracy_command import accuracy, accuracy_run

if TYPE_CHECKING:
    from pinnln.head_to_head import Case, Settings
    from pinnln.run_queue import Job

_STEP = "adam_step"


@click.group()
def bench() -> None:
    """Measure the library on this machine.

    \b
    Example:  pinnln bench kernels --out results/kernels
    """


bench.add_command(accuracy)
bench.add_command(accuracy_run)


@bench.command()
@click.option("--rows", type=click.IntRange(min=1), default=1_000_000, show_default=True, help="Rows N.")
@click.option("--widths", default="2,3,4,5,8,16", show_default=True, help="Components K, separated by commas.")
@click.option("--repeats", type=click.IntRange(min=1), default=15, show_default=True)
@click.option("--device", help="cpu or cuda; CUDA where there is one unless given.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for JSON and figure.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of the table.")
def kernels(rows: int, widths: str, repeats: int, device: str | None, out: Path | None, as_json: bool) -> None:
    """LayerNorm of narrow rows, its way back and the one-pass loss, beside torch and beside a copy.

    \b
    Example:  pinnln bench kernels --rows 1000000 --out docs/kernels
    """
    import torch

    from pinnln.kernel_bench import bench_kernels

    chosen = device or ("cuda" if torch.cuda.is_available() else "cpu")
    if chosen.startswith("cuda") and not torch.cuda.is_available():
        raise ValueError(f"--device: expected cpu, found {chosen!r}: torch sees no CUDA device here")
    command = shlex.join(["pinnln", *sys.argv[1:]])
    found = bench_kernels(_widths(widths), rows, repeats, chosen, command)
    click.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=False) if as_json else found.table())
    for path in found.save(out) if out is not None else ():
        click.echo(f"wrote {path}", err=True)


def _widths(text: str) -> list[int]:
    try:
        found = [int(item) for item in text.split(",")]
    except ValueError:
        raise ValueError(f"--widths: expected whole numbers such as 2,4,8, found {text!r}") from None
    if min(found) < 2:
        raise ValueError(f"--widths: expected at least 2 components, found {min(found)}")
    return found


@bench.command()
@click.option("--repeats", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of the table.")
@click.pass_context
def lint(context: click.Context, repeats: int, as_json: bool) -> None:
    """How long the unit-lint takes; exit code 1 if a target is missed.

    \b
    Example:  pinnln bench lint
    """
    from pinnln.lint_bench import bench_lint

    found = bench_lint(repeats)
    click.echo(json.dumps(asdict(found), indent=1) if as_json else found.table())
    context.exit(0 if found.met else 1)


@bench.command()
@click.option("--repeats", type=click.IntRange(min=1), default=7, show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for JSON and figure.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of the tables.")
def solver(repeats: int, out: Path | None, as_json: bool) -> None:
    """A step of training beside its bare matrix products, its growth with points and parameters, its memory.

    \b
    Example:  pinnln bench solver --out docs/solver
    """
    from pinnln import solver_bench

    found = solver_bench.bench_solver(solver_bench.STANDARD, repeats, shlex.join(["pinnln", *sys.argv[1:]]))
    click.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=False) if as_json else found.table())
    for path in found.save(out) if out is not None else ():
        click.echo(f"wrote {path}", err=True)


@bench.command()
@click.argument("names", nargs=-1)
@click.option("--steps", type=click.IntRange(min=1), default=80, show_default=True, help="Steps of each training.")
@click.option("--seeds", type=click.IntRange(min=1), default=3, show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for JSON and Markdown.")
def choices(names: tuple[str, ...], steps: int, seeds: int, out: Path | None) -> None:
    """What each choice in Levenberg-Marquardt is worth: metric, acceleration, gain, blocks, points, factorisation.

    \b
    Example:  pinnln bench choices poisson burgers --steps 80 --out docs/choices
    """
    from rich.console import Console

    from pinnln.choices_bench import bench_choices
    from pinnln.problems import CATALOG

    cases = _cases(names or ("poisson", "helmholtz", "burgers", "kovasznay"))
    benchmarks = [CATALOG[case.problem](**case.arguments) for case in cases.values()]
    command = shlex.join(["pinnln", *sys.argv[1:]])
    found = bench_choices(benchmarks, steps, seeds, command, lambda text: click.echo(text, err=True))
    Console(width=None if sys.stdout.isatty() else 140, highlight=False).print(found.table())
    for path in found.save(out) if out is not None else ():
        click.echo(f"wrote {path}", err=True)


@bench.command()
@click.argument("names", nargs=-1)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for JSON and Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of the table.")
def soundness(names: tuple[str, ...], out: Path | None, as_json: bool) -> None:
    """Does stating a problem in other units change its training? Asked of every conditioning, with and without units.

    \b
    Example:  pinnln bench soundness --out docs/soundness
    """
    from pinnln.problems import CATALOG
    from pinnln.soundness_bench import bench_soundness

    chosen = names or ("joule_heating", "natural_convection")
    unknown = [name for name in chosen if name not in CATALOG]
    if unknown:
        raise ValueError(f"there is no problem {unknown[0]!r}: expected some of {', '.join(CATALOG)}")
    command = shlex.join(["pinnln", *sys.argv[1:]])
    found = bench_soundness([CATALOG[name] for name in chosen], command, lambda text: click.echo(text, err=True))
    click.echo(json.dumps(found.as_dict(), indent=1, ensure_ascii=False) if as_json else found.markdown())
    for path in found.save(out) if out is not None else ():
        click.echo(f"wrote {path}", err=True)


@bench.command("deepxde")
@click.argument("names", nargs=-1)
@click.option("--seeds", type=click.IntRange(min=1), default=5, show_default=True, help="How many, counted from 0.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Threads of each run.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Runs at once.")
@click.option("--budget", type=float, default=600.0, show_default=True, help="Seconds of training of each run.")
@click.option("--adam", type=int, default=5000, show_default=True, help="DeepXDE's iterations of Adam.")
@click.option("--lbfgs", type=int, default=10_000, show_default=True, help="DeepXDE's iterations of L-BFGS.")
@click.option("--nncg", type=int, default=0, show_default=True, help="DeepXDE's iterations of NNCG.")
@click.option("--learning-rate", type=float, default=1e-3, show_default=True, help="Of DeepXDE's Adam.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("results/deepxde"), show_default=True
)
@click.option("--table", "only_table", is_flag=True, help="Run nothing; report what is there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of the table.")
@click.pass_context
def against_deepxde(
    context: click.Context,
    names: tuple[str, ...],
    seeds: int,
    threads: int,
    jobs: int,
    budget: float,
    adam: int,
    lbfgs: int,
    nncg: int,
    learning_rate: float,
    out: Path,
    only_table: bool,
    as_json: bool,
) -> None:
    """pinnln beside DeepXDE with Adam and L-BFGS: same problem, network, points, precision; every run its own process.

    What is in the folder already is not run again, so an interrupted bench goes on. Cases: all unless named.

    \b
    Example:  pinnln bench deepxde copper_bar --seeds 3 --out results/deepxde
    """
    from rich.console import Console

    from pinnln.head_to_head import Settings
    from pinnln.head_to_head_figure import error_figure
    from pinnln.head_to_head_report import read_runs, report
    from pinnln.run_queue import run_queue
    from pinnln.whole_file import recorded_command

    settings = Settings(threads, budget, adam, lbfgs, nncg, learning_rate)
    failed: list[str] = []
    if not only_table:
        planned = _jobs(_cases(names), seeds, settings, out / "runs")
        failed = run_queue(planned, jobs, threads, lambda text: click.echo(text, err=True))
    found, steps = read_runs(out / "runs")
    command = recorded_command(out / "report.json") if only_table else None
    made = report(found, steps, command or shlex.join(["pinnln", *sys.argv[1:]]), _default_settings)
    written = made.save(out)
    if made.rows:
        error_figure(found).savefig(out / "error.png", dpi=160)
        written.append(out / "error.png")
    if as_json:
        click.echo(json.dumps(made.as_dict(), indent=1, ensure_ascii=False))
    else:
        Console(width=None if sys.stdout.isatty() else 170, highlight=False).print(
            made.table(), *made.sentences(), sep="\n"
        )
    for path in written:
        click.echo(f"wrote {path}", err=True)
    context.exit(1 if failed else 0)


@bench.command("deepxde-run", hidden=True)
@click.argument("name")
@click.argument("solver")
@click.argument("seed", type=int)
@click.argument("settings")
@click.argument("out", type=click.Path(path_type=Path))
def deepxde_run(name: str, solver: str, seed: int, settings: str, out: Path) -> None:
    """One run of `pinnln bench deepxde`, in a process of its own: settings as JSON, its file."""
    import torch

    from pinnln.head_to_head import SOLVERS, Settings, time_adam_step
    from pinnln.problems import CATALOG
    from pinnln.whole_file import write_json

    chosen = Settings(**json.loads(settings))
    torch.set_num_threads(chosen.threads)
    case = _cases([name])[name]
    benchmark = CATALOG[case.problem](**case.arguments)
    if solver == _STEP:
        write_json(out, time_adam_step(name, benchmark, chosen).as_dict())
    else:
        write_json(out, SOLVERS[solver](name, case, benchmark, seed, chosen).as_dict())


def _cases(names: Sequence[str]) -> dict[str, Case]:
    """Cases of the suite, or problems of the library, by name; the whole suite if none is named."""
    from pinnln.head_to_head import SUITE, Case
    from pinnln.problems import CATALOG

    chosen = names or list(SUITE)
    known = {**{name: Case(name) for name in CATALOG}, **{k: v for k, v in SUITE.items() if v.problem in CATALOG}}
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise ValueError(f"there is no case {unknown[0]!r}: expected some of {', '.join(known)}")
    return {name: known[name] for name in chosen}


def _default_settings(name: str) -> Mapping[str, str]:
    from pinnln.problems import CATALOG

    case = _cases([name])[name]
    return CATALOG[case.problem](**case.arguments).settings


def _jobs(cases: Iterable[str], seeds: int, settings: Settings, folder: Path) -> list[Job]:
    """One job for each case, solver and seed, and one for the Adam step of each case; first seeds first."""
    from pinnln.head_to_head import SOLVERS
    from pinnln.run_queue import Job, require_settings

    planned = [(case, solver, seed) for seed in range(seeds) for case in cases for solver in SOLVERS]
    planned += [(case, _STEP, 0) for case in cases]
    found = []
    for case, solver, seed in planned:
        name = f"{case}-{solver}-{seed}"
        path = folder / f"{name}.json"
        require_settings(path, asdict(settings))
        command = ("bench", "deepxde-run", case, solver, str(seed), json.dumps(asdict(settings)), str(path))
        found.append(Job(name, ("-m", "pinnln.cli", *command), path))
    return found
