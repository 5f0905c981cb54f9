"""The command pinnln nondim: a problem in pure numbers, as a paper would print it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from pinnln.problem import Problem
from pinnln.units import Scales, ScriptError
from pinnln.units.dimensionless_form import NOTATIONS, DimensionlessEquation, DimensionlessForm
from pinnln.units.script_run import Script, ScriptRun


@click.command()
@click.argument("name")
@click.option("--unicode", "notation", flag_value="unicode", default=True, help="With ∂, ² and hats; the default.")
@click.option("--ascii", "notation", flag_value="ascii", help="In plain ASCII.")
@click.option("--latex", "notation", flag_value="latex", help="Equations in LaTeX.")
@click.option("--own-scales", is_flag=True, help="Of a problem of the library: its own scales, none proposed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, equations in all three notations.")
def nondim(name: str, notation: str, own_scales: bool, as_json: bool) -> None:
    """Print scales, term sizes, dimensionless groups and the dimensionless system of a problem.

    NAME is a problem of the library or the path of a script, which is executed until it would train.

    \b
    Example:  pinnln nondim natural_convection --latex
    """
    found = [problem.dimensionless(scales) for problem, scales in _problems(name, own_scales)]
    if as_json:
        plain = [_plain(form) for form in found]
        click.echo(json.dumps(plain[0] if len(plain) == 1 else plain, indent=1, ensure_ascii=False))
        return
    for form in found:
        click.echo(form.text(notation))


def _problems(name: str, own_scales: bool) -> list[tuple[Problem, Scales | None]]:
    from pinnln.problems import CATALOG

    if name in CATALOG:
        benchmark = CATALOG[name]()
        return [(benchmark.problem, benchmark.scales if own_scales else None)]
    if not Path(name).exists():
        raise click.BadParameter(
            f"there is no problem {name!r}, and no such script: expected a path or one of {', '.join(CATALOG)}"
        )
    if own_scales:
        raise click.BadParameter("--own-scales is for problems of the library: a script's scales are not known")
    run = ScriptRun.of(Script.read(Path(name).resolve()), 60.0)
    failure, refusal = run.failure(), run.refusal()
    if failure is not None:
        raise failure
    if refusal is not None:
        raise ScriptError(f"{refusal.code} {refusal}")
    stated = [(problem, None) for problem in run.problems if isinstance(problem, Problem)]
    if not stated:
        raise ScriptError(f"{name} states no problem: expected one at its top level, as in Problem(Residual(…), …)")
    return list(stated)


def _plain(form: DimensionlessForm) -> dict[str, Any]:
    """What a program may read."""
    return {
        "scales": [
            {"name": row.name, "reference": str(row.reference), "span": str(row.span), "origin": row.origin}
            for row in form.scales.rows
        ],
        "groups": [
            {"symbol": item.symbol, "name": item.name, "definition": item.definition, "value": item.value}
            for item in form.groups.groups
        ],
        "equations": [_statement(item) for item in form.equations],
        "conditions": [_statement(item) for item in form.conditions],
        "measurements": list(form.measurements),
    }


def _statement(item: DimensionlessEquation) -> dict[str, Any]:
    written = {notation: f"{write(item.expression)} = 0" for notation, write in NOTATIONS.items()}
    return {"name": item.name, "terms": [{"term": term, "size": size} for term, size in item.sizes], **written}
