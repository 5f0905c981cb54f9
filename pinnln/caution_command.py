"""pinnln compare --caution: the experiment, its tables, its files."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import click
import torch
from click.core import ParameterSource

from pinnln.benchmark import Benchmark
from pinnln.caution import caution
from pinnln.caution_report import CautionReport
from pinnln.factors import budgets, study_factors

PROBLEM = "shear_heating"
"""The problem that is solved with every combination of factors, unless another is named."""

SEEDS, STEPS = 5, 100


def show_caution(
    context: click.Context,
    benchmark: Benchmark,
    seeds: int,
    steps: int | None,
    out: Path | None,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    """Computes the caution, trains the combinations of factors, prints and writes what came of it.

    Args: context, of `pinnln compare`; benchmark; seeds, five unless asked for; steps of Levenberg-Marquardt, a
    hundred unless given; out, a folder; as_json, whether JSON is printed in place of tables; quiet, no progress.
    Raises: click.UsageError for options of `pinnln compare` that mean nothing here.
    """
    from rich.console import Console

    for option in ("optimizer", "target"):
        if context.get_parameter_source(option) is not ParameterSource.DEFAULT:
            raise click.UsageError(f"--caution runs Adam and Levenberg-Marquardt to no target: leave --{option} out")
    for option in ("ways", "budget", "optimizers", "jobs", "threads", "table"):
        if context.get_parameter_source(option) is not ParameterSource.DEFAULT:
            raise click.UsageError(f"--caution has factors, seeds and --iterations of its own: leave --{option} out")
    chosen = SEEDS if context.get_parameter_source("seeds") is ParameterSource.DEFAULT else seeds
    study = study_factors(
        benchmark,
        budgets(STEPS if steps is None else steps),
        range(chosen),
        (lambda text: None) if quiet else (lambda text: click.echo(text, err=True)),
    )
    command = shlex.join(["pinnln", *sys.argv[1:]])
    report = CautionReport(command, caution(), study, {"torch": torch.__version__})
    if as_json:
        click.echo(json.dumps(report.as_dict(), indent=1, ensure_ascii=False))
    else:
        screen = Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False)
        screen.print(report.caution.refusal, "")
        for grid in report.grids():
            screen.print(grid.table(), "")
        screen.print(*report.sentences(), sep="\n")
    for path in report.save(out) if out is not None else ():
        click.echo(f"wrote {path}", err=True)
