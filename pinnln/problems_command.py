"""The command pinnln problems: a place to find one's equation."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from pinnln.bibliography import bibtex
from pinnln.catalogue_page import Entry, page, plain_page
from pinnln.measured_errors import FILE, read_measured

_HEAD = ("problem", "equation", "physics", "groups", "reference", "error, median")


@click.command()
@click.argument("name", required=False)
@click.option("--unicode", "notation", flag_value="unicode", default=True, help="With ∂ and ²; the default.")
@click.option("--ascii", "notation", flag_value="ascii", help="In plain ASCII.")
@click.option("--latex", "notation", flag_value="latex", help="Equations in LaTeX.")
@click.option("--bibtex", "as_bibtex", is_flag=True, help="Only whom to cite, as BibTeX.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Of all problems: a table in Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def problems(name: str | None, notation: str, as_bibtex: bool, as_markdown: bool, as_json: bool) -> None:
    """List the problems of the library, or say all of one: equations with units, scales, references, settings.

    \b
    Example:  pinnln problems
    Example:  pinnln problems natural_convection --latex
    """
    found = [_entry(each) for each in _names(name)]
    if as_bibtex:
        click.echo("\n\n".join(bibtex(entry.name, entry.benchmark.citation) for entry in found))
    elif name is None and as_json:
        click.echo(json.dumps([entry.summary() for entry in found], indent=1, ensure_ascii=False))
    elif name is None:
        _list(found, as_markdown)
    elif as_markdown:
        raise click.UsageError("--markdown is of the table of all problems: leave the name out")
    else:
        (entry,) = found
        shown = json.dumps(plain_page(entry), indent=1, ensure_ascii=False) if as_json else page(entry, notation)
        click.echo(shown)


def _names(name: str | None) -> list[str]:
    from pinnln.problems import CATALOG

    if name is not None and name not in CATALOG:
        raise click.BadParameter(f"there is no problem {name!r}: expected one of {', '.join(CATALOG)}")
    return list(CATALOG) if name is None else [name]


def _entry(name: str) -> Entry:
    import pinnln.problems

    maker = pinnln.problems.CATALOG[name]
    measured = read_measured(Path(pinnln.problems.__file__).parent / FILE)
    subject = maker.__module__.rpartition(".")[2].replace("_", " ")
    return Entry(maker(), (maker.__doc__ or "").splitlines()[0], subject, measured.get(name))


def _list(found: list[Entry], as_markdown: bool) -> None:
    rows: list[tuple[str, ...]] = [entry.cells() for entry in found]
    if as_markdown:
        lines = [_HEAD, tuple("---" for _ in _HEAD), *rows]
        click.echo("\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines))
        return
    table = Table(box=None, pad_edge=False)
    for head in _HEAD:
        table.add_column(head, no_wrap=head == "problem", overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False).print(table)
