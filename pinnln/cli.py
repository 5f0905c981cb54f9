"""The command line: pinnln bench, compare, lint, nondim, problems and solve."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pinnln.benchmark import Benchmark
    from pinnln.optimizers import AbstractOptimizer
    from pinnln.study import Settings
    from pinnln.ways import Way


class _Refusing(click.Group):
    """Commands whose refusals are one message and exit code 2; those of files of their own are loaded when called."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted({*super().list_commands(context), "bench", "lint", "nondim", "problems"})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name == "lint":
            from pinnln.lint_command import lint

            return lint
        if name == "nondim":
            from pinnln.nondim_command import nondim

            return nondim
        if name == "problems":
            from pinnln.problems_command import problems

            return problems
        if name == "bench":
            from pinnln.bench_command import bench

            return bench
        return super().get_command(context, name)

    def invoke(self, context: click.Context) -> Any:
        from pinnln.units import PinnlnError

        try:
            return super().invoke(context)
        except (PinnlnError, ValueError) as error:
            click.echo(f"{type(error).__name__}: {error}", err=True)
            context.exit(2)


@click.group(cls=_Refusing, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pinnln")
def main() -> None:
    """Coupled PDEs with physics-informed neural networks, where every quantity carries its unit.

    \b
    Example:  pinnln compare natural_convection --out results/natural_convection

    Exit codes: 0 fine, 1 findings or a target missed, 2 misuse.
    """


_OPTIMIZERS = ["lm", "lm+ssbroyden", "adam", "lbfgs", "adam+lbfgs", "soap", "multiadam", "config"]


@main.command()
@click.argument("names", nargs=-1)
@click.option("--caution", is_flag=True, help="Why unlike residuals may not be normalised together, as an experiment.")
@click.option("--seeds", default=1, show_default=True, help="How many seeds, counted from 0.")
@click.option("--ways", help="Which, by name, separated by commas, or all; those of the README unless given.")
@click.option("--iterations", type=int, help="Budget of each way; of the problem's own unless given.")
@click.option("--optimizer", type=click.Choice(_OPTIMIZERS), default="lm", show_default=True)
@click.option("--budget", type=float, help="Seconds of training of each run: a study, every run its own process.")
@click.option("--optimizers", help="Of a study, separated by commas, as in adam,lbfgs,lm.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Runs of a study at once.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Of each run of a study.")
@click.option("--table", is_flag=True, help="Run nothing; report the study that is in --out.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for figures, JSON and report.")
@click.option("--target", type=float, help="Exit with 1 if a principled way's relative error is above this.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of the table.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
@click.pass_context
def compare(
    context: click.Context,
    names: tuple[str, ...],
    caution: bool,
    seeds: int,
    ways: str | None,
    iterations: int | None,
    optimizer: str,
    budget: float | None,
    optimizers: str | None,
    jobs: int,
    threads: int,
    table: bool,
    out: Path | None,
    target: float | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Solve problems of the library in naive and principled ways, side by side.

    One problem is compared in this process, steps being equal. With a --budget in seconds any number of problems, ways
    and optimisers are, every run in a process of its own, seconds being equal; what is in the folder already is not run
    again, so an interrupted study goes on. Its report is one HTML file.

    \b
    Example:  pinnln compare natural_convection --seeds 3 --out results/natural_convection
    Example:  pinnln compare joule_heating copper_bar --budget 20 --ways all --optimizers adam,lm --out results/study
    Example:  pinnln compare --caution --out results/caution
    """
    if caution:
        _caution(context, names, seeds, iterations, out, as_json=as_json, quiet=quiet)
        return
    if budget is not None or table:
        if iterations is not None or target is not None:
            raise click.UsageError("--iterations and --target are of a comparison in steps: leave them out of a study")
        from pinnln.study import Settings

        chosen = (optimizers or optimizer).split(",")
        settings = Settings(budget, threads) if budget is not None and not table else None
        folder = out or Path("results/study")
        _study(context, names, ways, chosen, range(seeds), settings, jobs, folder, as_json=as_json, quiet=quiet)
        return
    if not names:
        raise click.UsageError("expected the name of a problem, as in pinnln compare joule_heating, or --caution")
    if len(names) > 1 or optimizers is not None or max(jobs, threads) > 1:
        raise click.UsageError(
            "expected the name of one problem, as in pinnln compare joule_heating; --jobs, --threads, several problems "
            "or --optimizers need a --budget, the seconds of each run"
        )
    from rich.console import Console

    from pinnln.comparison import compare as run

    benchmark = _benchmark(names[0])
    steps = iterations if iterations is not None else benchmark.steps
    comparison = run(
        benchmark, ways=_ways(ways), optimizer=_optimizers(optimizer, steps), seeds=range(seeds), show=not quiet
    )
    command = shlex.join(["pinnln", *sys.argv[1:]])
    if as_json:
        click.echo(json.dumps(comparison.plain(command), indent=1))
    else:
        Console(width=None if sys.stdout.isatty() else 140, highlight=False).print(comparison.table())
    for path in comparison.save(out, command) if out is not None else ():
        click.echo(f"wrote {path}", err=True)
    missed = comparison.misses(target) if target is not None else []
    if missed:
        click.echo(f"above the target of {target:.2%}: {', '.join(missed)}", err=True)
        context.exit(1)


def _caution(
    context: click.Context,
    names: Sequence[str],
    seeds: int,
    iterations: int | None,
    out: Path | None,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """The caution, on one problem."""
    from pinnln.caution_command import PROBLEM, show_caution

    if len(names) > 1:
        raise click.UsageError(f"--caution is shown on one problem, found {', '.join(names)}")
    benchmark = _benchmark(names[0] if names else PROBLEM)
    show_caution(context, benchmark, seeds, iterations, out, as_json=as_json, quiet=quiet)


def _study(
    context: click.Context,
    names: Sequence[str],
    ways: str | None,
    optimizers: Sequence[str],
    seeds: Sequence[int],
    settings: Settings | None,
    jobs: int,
    out: Path,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Runs a study, or with no settings only reports the one that is there; exit code 1 if a run left no file."""
    from rich.console import Console

    from pinnln.problems import CATALOG
    from pinnln.study import cases
    from pinnln.study_command import report_study, run_study

    failed: list[str] = []
    if settings is not None:
        benchmarks = {name: _benchmark(name) for name in names}
        trainings = {name: _endless(name) for name in optimizers}
        asked = [way.name for way in _ways(ways)]
        failed = run_study(
            cases(names, asked, optimizers, seeds), benchmarks, trainings, settings, jobs, out / "runs",
            (lambda text: None) if quiet else (lambda text: click.echo(text, err=True)),
        )  # fmt: skip
    command = shlex.join(["pinnln", *sys.argv[1:]]) if settings is not None else None
    order = [*dict.fromkeys([*optimizers, *_OPTIMIZERS])]
    known = [way.name for way in _ways("all")]
    report, written = report_study(out, command, known, order, list(names) or list(CATALOG))
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=1, ensure_ascii=False))
    else:
        console = Console(width=None if sys.stdout.isatty() else 170, highlight=False)
        for name, title in report.titles.items():
            console.print(f"[bold]{title}[/bold]", report.table(name), "", sep="\n")
        console.print(*report.sentences(), sep="\n")
    for path in written:
        click.echo(f"wrote {path}", err=True)
    context.exit(1 if failed else 0)


@main.command("compare-run", hidden=True)
@click.argument("problem")
@click.argument("way")
@click.argument("optimizer")
@click.argument("seed", type=int)
@click.argument("settings")
@click.argument("out", type=click.Path(path_type=Path))
def compare_run(problem: str, way: str, optimizer: str, seed: int, settings: str, out: Path) -> None:
    """One run of a study, in a process of its own: settings as JSON, its file."""
    import torch

    from pinnln.study import Case, Settings, run_case
    from pinnln.whole_file import write_json

    chosen = Settings(**json.loads(settings))
    torch.set_num_threads(chosen.threads)
    (found,) = _ways(way)
    case = Case(problem, found.name, optimizer, seed)
    write_json(out, run_case(case, _benchmark(problem), found, _endless(optimizer), chosen).as_dict())


@main.command()
@click.argument("name")
@click.option("--seed", default=0, show_default=True)
@click.option("--iterations", type=int, help="Budget; of the problem's own unless given.")
@click.option("--optimizer", type=click.Choice([*_OPTIMIZERS, "auto"]), help="The problem's own unless given.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for solution and figure.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
def solve(name: str, seed: int, iterations: int | None, optimizer: str | None, out: Path | None, quiet: bool) -> None:
    """Solve a problem of the library and answer its questions.

    \b
    Example:  pinnln solve copper_bar --out results/copper_bar
    """
    from pinnln.solver import solve as run

    benchmark = _benchmark(name)
    if optimizer == "auto" and iterations is not None:
        raise click.BadParameter("auto chooses its own budget: leave --iterations out, or name an optimizer")
    steps = iterations if iterations is not None else benchmark.steps
    own = benchmark.optimizers() if iterations is None else _optimizers("lm", steps)
    solution = run(
        benchmark.problem,
        benchmark.scales,
        network=benchmark.network,
        conditioning=benchmark.conditioning if optimizer is None else None,
        sampling=benchmark.sampling,
        windows=benchmark.windows,
        optimizer="auto" if optimizer == "auto" else own if optimizer is None else _optimizers(optimizer, steps),
        seed=seed,
        show=not quiet,
        validate=lambda solution: max(benchmark.field_errors(solution).values()),
    )
    for quantity in benchmark.quantities:
        click.echo(
            f"{quantity.name}: {quantity.ask(solution):.6g~P} (reference {quantity.reference:.6g~P}, "
            f"{quantity.source}; relative error {quantity.error(solution):.1e})"
        )
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        solution.save(out / "solution.safetensors")
        solution.plot().savefig(out / "fields.png", dpi=130)
        click.echo(f"wrote {out / 'solution.safetensors'} and {out / 'fields.png'}", err=True)


def _benchmark(name: str) -> Benchmark:
    from pinnln.problems import CATALOG

    if name not in CATALOG:
        raise click.BadParameter(f"there is no problem {name!r}: expected one of {', '.join(CATALOG)}")
    return CATALOG[name]()


def _ways(names: str | None) -> Sequence[Way]:
    """Ways by their names, separated by commas; those of every comparison unless some are named."""
    from pinnln.ways import WAYS, ways_named

    return WAYS if names is None else ways_named(names)


def _endless(name: str) -> list[AbstractOptimizer]:
    """Optimisers by name, with more steps than any budget in seconds has time for."""
    from pinnln.time_budget import ENDLESS

    if name not in _OPTIMIZERS:
        raise click.BadParameter(f"there is no optimizer {name!r}: expected some of {', '.join(_OPTIMIZERS)}")
    return _optimizers(name, ENDLESS)


def _optimizers(name: str, steps: int) -> list[AbstractOptimizer]:
    from pinnln.conflict_free import ConFIG
    from pinnln.first_order import SOAP, Adam
    from pinnln.levenberg_marquardt import LevenbergMarquardt
    from pinnln.limited_memory_bfgs import LBFGS
    from pinnln.multi_adam import MultiAdam
    from pinnln.self_scaled_broyden import SelfScaledBroyden

    if name == "lm":
        return [LevenbergMarquardt(steps=steps)]
    if name == "lm+ssbroyden":
        return [LevenbergMarquardt(steps=max(1, steps // 4)), SelfScaledBroyden(steps=4 * steps)]
    alone = {"lbfgs": LBFGS, "soap": SOAP, "multiadam": MultiAdam, "config": ConFIG}
    if name in alone:
        return [alone[name](steps=steps)]
    return [Adam(steps=steps)] if name == "adam" else [Adam(steps=steps), LBFGS(steps=max(1, steps // 4))]


if __name__ == "__main__":
    main()
