"""The command line: pinnln bench, compare, lint, nondim, problems and solve."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pinnln.benchmark import Benchmark
    from pinnln.optimizers import AbstractOptimizer


class _Refusing(click.Group):
    """Commands whose refusals are one message and exit code 2; lint, nondim and bench are loaded when called."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted({*super().list_commands(context), "bench", "lint", "nondim"})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name == "lint":
            from pinnln.lint_command import lint

            return lint
        if name == "nondim":
            from pinnln.nondim_command import nondim

            return nondim
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


_OPTIMIZERS = ["lm", "lm+ssbroyden", "adam", "adam+lbfgs", "soap", "multiadam", "config"]


@main.command()
@click.argument("name", required=False)
@click.option("--caution", is_flag=True, help="Why unlike residuals may not be normalised together, as an experiment.")
@click.option("--seeds", default=1, show_default=True, help="How many seeds, counted from 0.")
@click.option("--iterations", type=int, help="Budget of each way; of the problem's own unless given.")
@click.option("--optimizer", type=click.Choice(_OPTIMIZERS), default="lm", show_default=True)
@click.option("--ways", help="Names separated by commas, such as raw,nondimensional,grad-norm; five unless given.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for figures and JSON.")
@click.option("--target", type=float, help="Exit with 1 if a principled way's relative error is above this.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON in place of the table.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
@click.pass_context
def compare(
    context: click.Context,
    name: str | None,
    caution: bool,
    seeds: int,
    iterations: int | None,
    optimizer: str,
    ways: str | None,
    out: Path | None,
    target: float | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Solve a problem of the library in naive and principled ways, side by side.

    \b
    Example:  pinnln compare natural_convection --seeds 3 --out results/natural_convection
    Example:  pinnln compare --caution --out results/caution
    """
    if caution:
        from pinnln.caution_command import PROBLEM, show_caution

        show_caution(context, _benchmark(name or PROBLEM), seeds, iterations, out, as_json=as_json, quiet=quiet)
        return
    if name is None:
        raise click.UsageError("expected the name of a problem, as in pinnln compare joule_heating, or --caution")
    from rich.console import Console

    from pinnln.comparison import compare as run
    from pinnln.ways import WAYS, ways_named

    chosen = WAYS if ways is None else ways_named(ways.split(","))
    benchmark = _benchmark(name)
    optimizers = _optimizers(optimizer, iterations if iterations is not None else benchmark.steps)
    comparison = run(benchmark, ways=chosen, optimizer=optimizers, seeds=range(seeds), show=not quiet)
    command = shlex.join(["pinnln", *sys.argv[1:]])
    if as_json:
        click.echo(json.dumps(comparison.plain(command), indent=1))
    else:
        Console(width=None if sys.stdout.isatty() else 140, highlight=False).print(comparison.table())
    if out is not None:
        for path in comparison.save(out, command):
            click.echo(f"wrote {path}", err=True)
    missed = comparison.misses(target) if target is not None else []
    if missed:
        click.echo(f"above the target of {target:.2%}: {', '.join(missed)}", err=True)
        context.exit(1)


@main.command()
@click.argument("name")
@click.option("--seed", default=0, show_default=True)
@click.option("--iterations", type=int, help="Budget; of the problem's own unless given.")
@click.option("--optimizer", type=click.Choice([*_OPTIMIZERS, "auto"]), default="lm", show_default=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for solution and figure.")
@click.option("--quiet", is_flag=True, help="No progress on standard error.")
def solve(name: str, seed: int, iterations: int | None, optimizer: str, out: Path | None, quiet: bool) -> None:
    """Solve a problem of the library and answer its questions.

    \b
    Example:  pinnln solve copper_bar --out results/copper_bar
    """
    from pinnln.solver import solve as run

    benchmark = _benchmark(name)
    if optimizer == "auto" and iterations is not None:
        raise click.BadParameter("auto chooses its own budget: leave --iterations out, or name an optimizer")
    steps = iterations if iterations is not None else benchmark.steps
    solution = run(
        benchmark.problem,
        benchmark.scales,
        network=benchmark.network,
        sampling=benchmark.sampling,
        windows=benchmark.windows,
        optimizer="auto" if optimizer == "auto" else _optimizers(optimizer, steps),
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


@main.command()
def problems() -> None:
    """List the problems of the library.

    \b
    Example:  pinnln problems
    """
    from pinnln.problems import CATALOG

    for name, maker in CATALOG.items():
        click.echo(f"{name:<20} {(maker.__doc__ or '').splitlines()[0]}")


def _benchmark(name: str) -> Benchmark:
    from pinnln.problems import CATALOG

    if name not in CATALOG:
        raise click.BadParameter(f"there is no problem {name!r}: expected one of {', '.join(CATALOG)}")
    return CATALOG[name]()


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
    alone = {"soap": SOAP, "multiadam": MultiAdam, "config": ConFIG}
    if name in alone:
        return [alone[name](steps=steps)]
    return [Adam(steps=steps)] if name == "adam" else [Adam(steps=steps), LBFGS(steps=max(1, steps // 4))]


if __name__ == "__main__":
    main()
