"""Every notebook was executed as it stands, runs again in a short form, and ends in the number it promises."""

from __future__ import annotations

import re

import pytest
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from notebook import (
    NOTEBOOKS,
    PARAMETERS,
    code_cells,
    digest,
    documents,
    executed,
    figures_of,
    read,
    tags,
    text_of,
    with_parameters,
)

ENDS_IN = {
    "caution": (0.0, 0.05),  # what is left of the residuals
    "cavity_four_ways": (0.0, 0.5),  # error of the Nusselt number, in percent
    "first_steps": (0.0, 1e-6),  # largest error, over the rise it began with
    "pumping_test": (0.0, 3.0),  # distance from the published conductivity, in percent
}
SHORT = {
    "caution": {"STEPS": 5},
    "cavity_four_ways": {"STEPS": 2},
    "first_steps": {"STEPS": 5},
    "pumping_test": {"STEPS": 2},
}
LARGEST = 400_000
BY_NAME = {path.stem: path for path in NOTEBOOKS}


def everything(cell: NotebookNode) -> str:
    """What a cell shows in any form but figures."""
    shown = [output.get("data", {}) for output in cell.outputs]
    return text_of(cell) + "".join(str(value) for data in shown for kind, value in data.items() if kind != "image/png")


def last_number(book: NotebookNode) -> float:
    """The last number that a notebook prints."""
    found: list[str] = re.findall(r"-?\d+\.\d+(?:e[-+]\d+)?", text_of(code_cells(book)[-1]))
    return float(found[-1])


def before_training(book: NotebookNode) -> list[str]:
    """What the cells say that stand before the first one whose parameters are used, and so hold in any form."""
    cells = code_cells(book)
    names = re.findall(r"^(\w+) = \d+", next(cell.source for cell in cells if PARAMETERS in tags(cell)), re.MULTILINE)
    said = []
    for cell in cells:
        if PARAMETERS not in tags(cell) and any(re.search(rf"\b{name}\b", cell.source) for name in names):
            break
        said.append(text_of(cell))
    return said


def test_every_notebook_has_its_number() -> None:
    """No notebook without a test, and none too large to be shown."""
    assert set(BY_NAME) == set(ENDS_IN) == set(SHORT)
    assert all(path.stat().st_size < LARGEST for path in NOTEBOOKS)


@pytest.mark.parametrize("name", ENDS_IN)
def test_what_is_kept_was_made_by_the_code_beside_it(name: str) -> None:
    """Run once from top to bottom, in full, without an error, and nothing of the machine in it."""
    book = read(BY_NAME[name])
    cells = code_cells(book)
    assert book.metadata["pinnln"]["executed"] == digest(book), "run make notebooks"
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    assert not re.search(r"/(home|root|tmp|usr|opt|work|Users)/|ipykernel|Warning", "".join(map(everything, cells)))
    assert any(figures_of(cell) for cell in cells)


@pytest.mark.parametrize("name", ENDS_IN)
def test_what_is_kept_ends_in_its_number(name: str) -> None:
    """The number of the last cell, as it was trained in full."""
    expected, tolerance = ENDS_IN[name]
    assert last_number(read(BY_NAME[name])) == pytest.approx(expected, abs=tolerance)


def said(name: str) -> str:
    """All that a notebook shows as text."""
    return "".join(map(text_of, code_cells(read(BY_NAME[name]))))


def test_the_caution_leaves_what_it_says() -> None:
    """All of the residuals on the textbook's loss, which cannot tell them apart, and next to nothing on the other."""
    naive, legal = map(float, said("caution").splitlines()[-1].split(", "))
    assert naive == 1
    assert legal < 0.05


def test_only_the_ways_that_measure_in_scales_find_the_roll() -> None:
    """The unsafe ways are off by more than a tenth, the others by less than half a percent."""
    rows = re.findall(r"^\S.*?(unsafe)? +Nu .* error +([\d.]+) %$", said("cavity_four_ways"), re.MULTILINE)
    assert [unsafe for unsafe, _ in rows] == ["unsafe", "unsafe", "", ""]
    assert all(float(error) > 10 if unsafe else float(error) < 0.5 for unsafe, error in rows)


def test_each_piezometer_alone_tells_another_storage() -> None:
    """The intervals of S do not meet, and those of both together hold the published values."""
    text, number = said("pumping_test"), r"([\d.]+)(?:×10⁻⁵ 1/m| m/d)"
    _, near, far = re.findall(rf"S = {number}, with 95 % between {number} and {number}", text)
    assert float(near[2]) < float(far[1])
    both = re.findall(rf"between {number} and {number}\n    published: {number}", text)
    assert len(both) == 2
    assert all(float(low) < float(published) < float(high) for low, high, published in both)


@pytest.mark.parametrize("name", SHORT)
def test_a_notebook_runs_in_a_short_form(name: str) -> None:
    """In a few steps, warnings being errors, it says what is kept up to the training, and ends in another number."""
    kept = read(BY_NAME[name])
    short = executed(with_parameters(kept, SHORT[name]), strict=True)
    assert before_training(short) == before_training(kept)
    assert sum(map(len, before_training(kept))) > 50
    assert list(map(len, map(figures_of, code_cells(short)))) == list(map(len, map(figures_of, code_cells(kept))))
    assert last_number(short) != last_number(kept)


@pytest.mark.parametrize("name", ENDS_IN)
def test_the_documents_show_the_figures_of_the_notebooks(name: str) -> None:
    """A figure of a document is that of the cell it comes from, byte for byte."""
    for path, figure in documents(read(BY_NAME[name])):
        assert path.read_bytes() == figure


def book_of(*sources: str) -> NotebookNode:
    """A notebook whose first cell has the parameters."""
    book = new_notebook(cells=[new_code_cell(source) for source in sources])
    book.cells[0].metadata["tags"] = [PARAMETERS]
    return book


def test_other_parameters_leave_the_notebook_as_it_is() -> None:
    """A copy has the new number, and other code."""
    book = book_of("STEPS = 100  # many\nPOINTS = 7", "print(STEPS)")
    short = with_parameters(book, {"STEPS": 3})
    assert short.cells[0].source == "STEPS = 3  # many\nPOINTS = 7"
    assert book.cells[0].source.startswith("STEPS = 100")
    assert digest(short) != digest(book)


def test_a_parameter_that_is_not_there_is_refused() -> None:
    """A short form that changes nothing would be a long one."""
    with pytest.raises(ValueError, match="expected one line 'ROUNDS = number' among the parameters, found 'STEPS = 1"):
        with_parameters(book_of("STEPS = 100"), {"ROUNDS": 3})


def test_an_error_and_in_a_strict_run_a_warning_end_it() -> None:
    """Nothing is passed over, and the line that makes warnings errors is not left behind."""
    warning = book_of("N = 1", "import warnings\nwarnings.warn('too hot')\nprint(N)")
    assert text_of(executed(warning).cells[1]).startswith("1\n")
    assert len(executed(book_of("N = 1"), strict=True).cells) == 1
    with pytest.raises(CellExecutionError, match="too hot"):
        executed(warning, strict=True)


def test_a_mistake_in_a_cell_is_shown_where_it_stands() -> None:
    """The lint names the line of the cell, and no file that nobody has."""
    stated = "from pinnln import Problem, Residual, coordinates, d, field\nfrom pinnln.units import Q\n"
    stated += "(x,) = coordinates(x=(Q('0 m'), Q('1 m')))\nu = field('u', 'm', of=(x,))"
    mistaken = "print('here:')\nprint(Problem(Residual('sum', d(u, x) + u)).lint())"
    said = text_of(executed(book_of(stated, mistaken)).cells[1])
    assert re.search(r" cell:2$", said, re.MULTILINE)
    assert re.search(r"^ +\| .*\^$", said, re.MULTILINE)
