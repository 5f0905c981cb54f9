"""Runs the notebooks of examples/ from top to bottom; as a script in full, and keeps what they show."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

ROOT = Path(__file__).parents[2]
NOTEBOOKS = tuple(sorted((ROOT / "examples").glob("*.ipynb")))
PARAMETERS = "parameters"  # the tag of the cell whose numbers a short form changes
FIGURE = "figure:"  # starts a tag that says of which document the figure of a cell is
_STRICT = """import warnings

warnings.simplefilter("error")
warnings.filterwarnings("default", module="ipykernel")  # whose own warnings are no fault of a notebook
"""


def read(path: Path) -> NotebookNode:
    """A notebook as it is kept."""
    return nbformat.read(path, as_version=4)


def code_cells(book: NotebookNode) -> list[NotebookNode]:
    """The cells that run."""
    return [cell for cell in book.cells if cell.cell_type == "code"]


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell."""
    return list(cell.metadata.get("tags", []))


def digest(book: NotebookNode) -> str:
    """What the outputs were made of: equal if and only if the code is."""
    return hashlib.sha256("\n\n".join(cell.source for cell in code_cells(book)).encode()).hexdigest()


def with_parameters(book: NotebookNode, values: Mapping[str, int]) -> NotebookNode:
    """A copy with other numbers in its cell of parameters, lines NAME = number.

    Raises: ValueError for a name that is not there.
    """
    copy = nbformat.from_dict(book)
    (cell,) = (each for each in code_cells(copy) if PARAMETERS in tags(each))
    for name, value in values.items():
        cell.source, found = re.subn(rf"^{name} = \d+", f"{name} = {value}", cell.source, flags=re.MULTILINE)
        if found != 1:
            raise ValueError(f"expected one line '{name} = number' among the parameters, found {cell.source!r}")
    return copy


def executed(book: NotebookNode, *, strict: bool = False) -> NotebookNode:
    """A copy that ran in a fresh kernel, in the folder of the examples, on one thread.

    Args: book; strict, whether warnings are errors.
    Raises: CellExecutionError for a cell that ends in an error.
    """
    copy = nbformat.from_dict(book)
    if strict:
        copy.cells.insert(0, nbformat.v4.new_code_cell(_STRICT))
    threads = {"OMP_NUM_THREADS": "1", "MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    private = Config(KernelManager={"transport_encryption": "required"})
    place = {"metadata": {"path": ROOT / "examples"}}
    manner = {"timeout": None, "startup_timeout": 600, "record_timing": False, "coalesce_streams": True}
    client = NotebookClient(copy, config=private, resources=place, **manner)
    client.execute(env={**os.environ, **threads})
    if strict:
        copy.cells.pop(0)
    return copy


def text_of(cell: NotebookNode) -> str:
    """What a cell said, without its figures."""
    said = []
    for output in cell.outputs:
        data = output.get("data", {})
        if "image/png" not in data:
            said.append(output.get("text", "") or data.get("text/plain", ""))
    return "".join(said)


def figures_of(cell: NotebookNode) -> list[bytes]:
    """The figures of a cell, as PNG."""
    shown = (output.get("data", {}).get("image/png") for output in cell.outputs)
    return [base64.b64decode(each) for each in shown if each is not None]


def documents(book: NotebookNode) -> Iterator[tuple[Path, bytes]]:
    """The figures that documents show, with the paths of their files."""
    for cell in code_cells(book):
        for tag in tags(cell):
            if tag.startswith(FIGURE):
                (figure,) = figures_of(cell)
                yield ROOT / tag.removeprefix(FIGURE), figure


def renew(path: Path) -> None:
    """Executes a notebook in full, and writes it with its outputs, a digest of its code, and its figures in docs/."""
    book = executed(read(path))
    book.metadata["pinnln"] = {"executed": digest(book)}
    nbformat.write(book, path)
    for place, figure in documents(book):
        place.write_bytes(figure)


if __name__ == "__main__":
    for each in NOTEBOOKS:
        if len(sys.argv) == 1 or each.stem in sys.argv[1:]:
            print(each.relative_to(ROOT), flush=True)
            renew(each)
