"""pinnln bench: what is fast, measured where it is asked."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import asdict
from pathlib import Path

import click


@click.group()
def bench() -> None:
    """Measure the library on this machine.

    \b
    Example:  pinnln bench kernels --out results/kernels
    """


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
