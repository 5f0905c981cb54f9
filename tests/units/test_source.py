"""Every expression knows the characters it was written with."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from pinnln.units import Q, Source, coordinates, sin
from pinnln.units.source import argument, caller, operands

PREAMBLE = """
from pinnln.units import Q, coordinates, d, exp, field, grad, laplacian, sin, where
x, t = coordinates(x=(Q("0 m"), Q("1 m")), t=(Q("0 s"), Q("1 s")))
u, ν = field("u", "m/s", of=(x, t)), field("ν", "m^2/s", of=(x, t))
"""


@pytest.fixture
def written(tmp_path):
    """Runs a script and hands out its names and a reader of spans."""
    path = tmp_path / "script.py"

    def run(text, module="__main__"):
        path.write_text(PREAMBLE + text, encoding="utf-8")
        return runpy.run_path(str(path), run_name=module)

    return run


def characters(source):
    """The characters of a span, read from its file."""
    lines = Path(source.path).read_text(encoding="utf-8").splitlines()[source.line - 1 : source.end_line]
    lines[-1] = lines[-1][: source.end_column - 1]
    lines[0] = lines[0][source.column - 1 :]
    return "\n".join(lines)


@pytest.mark.parametrize(
    "text",
    [
        "u + u",
        "u - 2 * u",
        "u * Q('3 s')",
        "Q('3 s') * u",
        "u / (x * 2)",
        "u ** 2",
        "2 ** x",
        "-u",
        "u < Q('1 m/s')",
        "d(u, x, x)",
        "laplacian(u)",
        "sin(x / Q('1 m'))",
        "where(x < Q('1 m'), u, 0)",
        "ν * d(u, x)",
        "(\n    u * d(u, x)\n    + ν * d(u, x, x)\n)",
    ],
)
def test_the_span_is_what_was_written(written, text):
    """The span of a node holds the characters of its operation, no more and no less."""
    made = written(f"made = {text}\n")["made"]
    assert characters(made.source) == text.removeprefix("(\n    ").removesuffix("\n)")


def test_spans_of_parts_lie_within_the_whole(written):
    """Each operation of a chain has a span of its own, inside that of the whole."""
    whole = written("whole = u * u + u * x - u / x\n")["whole"]
    left, right = whole.operands
    assert characters(left.source) == "u * u + u * x"
    assert characters(right.source) == "u / x"
    assert characters(left.operands[1].source) == "u * x"
    assert whole.source.encloses(left.source)
    assert whole.source.encloses(right.source)
    assert not left.source.encloses(whole.source)
    assert not left.source.encloses(right.source)


def test_columns_count_characters_and_not_bytes(written):
    """Greek letters before a term do not shift its span."""
    whole = written("νν = ν\nwhole = νν * d(u, x) + νν * d(ν, x)\n")["whole"]
    assert characters(whole.operands[1].source) == "νν * d(ν, x)"
    assert whole.operands[1].source.column == len("whole = νν * d(u, x) + ") + 1


def test_an_expression_made_inside_a_function_points_into_it(written):
    """A helper of the script is the script: the span is the helper's line."""
    made = written("def carried(q):\n    return u * d(q, x)\n\nmade = carried(ν)\n")["made"]
    assert characters(made.source) == "u * d(q, x)"


def test_a_script_may_be_called_like_the_library(written):
    """A user's module whose name begins with pinnln is still the user's."""
    made = written("nu = Q('1 m')\nmade = nu * x\n", module="pinnln_study")["made"]
    assert characters(made.source) == "nu * x"
    assert made.operands[0].name == "nu"


def test_problems_of_the_library_count_as_scripts(written):
    """The equations of pinnln.problems are shown like a user's; the rest of the library is not."""
    made = written("made = sin(x / x)\n", module="pinnln.problems.heat")["made"]
    assert characters(made.source) == "sin(x / x)"
    assert written("made = sin(x / x)\n", module="pinnln.solver")["made"].source.path != made.source.path


def test_operands_are_the_two_sides(written):
    """The spans of both operands of a binary operation, brackets left out."""
    made = written("made = (u + u) * x\n")["made"]
    left, right = operands(made.source)
    assert (characters(left), characters(right)) == ("u + u", "x")


@pytest.mark.parametrize("text", ["sin(x / x)", "-u", "sum([u, u])"])
def test_what_is_not_binary_has_no_operands(written, text):
    """A call or a sign has no left and right side."""
    assert operands(written(f"made = {text}\n")["made"].source) == (None, None)


def test_an_argument_is_found_by_place_or_by_keyword(written):
    """The span of one argument of a call; the call itself where it cannot be told."""
    script = written("made = where(x < x * 2, u * 1, no=u * 2)\nstarred = where(*(x < x, u, u))\nadded = u + u\n")
    call = script["made"].source
    assert characters(argument(call, 1)) == "u * 1"
    assert characters(argument(call, 2, "no")) == "u * 2"
    assert argument(call, 2) == call
    assert argument(script["starred"].source, 1) == script["starred"].source
    assert argument(script["added"].source, 0) == script["added"].source


def test_without_a_span_there_is_nothing_to_find():
    """No source has no operands and no argument."""
    assert operands(None) == (None, None)
    assert argument(None, 0) is None


def test_the_excerpt_underlines_the_span(written):
    """The line of the script with a caret under each character of the span."""
    source = written("made = u * u + ν * d(u, x)\n")["made"].operands[1].source
    line, carets = source.excerpt().splitlines()
    assert line == "     5 | made = u * u + ν * d(u, x)"
    assert carets == "       |                ^^^^^^^^^^^"
    assert str(source).endswith("script.py:5")


def test_the_excerpt_of_several_lines_shows_the_first(written):
    """A span over several lines is underlined to the end of its first line."""
    source = written("made = (u * d(u, x)\n        - ν * d(u, x, x))\n")["made"].source
    line, carets = source.excerpt().splitlines()
    assert line.endswith("made = (u * d(u, x)")
    assert line[carets.index("^") :] == "u * d(u, x)"
    assert carets.count("^") == len("u * d(u, x)")


def test_without_the_text_the_excerpt_is_empty():
    """Code that stands in no file has spans in bytes, no excerpt and no parts."""
    scope = {}
    exec("from pinnln.units import coordinates\nx, = coordinates(x=(0.0, 1.0))\nmade = x + x", scope)
    source = scope["made"].source
    assert (source.path, source.line, source.column) == ("<string>", 3, 8)
    assert source.excerpt() == ""
    assert operands(source) == (None, None)


def test_a_file_that_is_no_longer_python_has_no_parts(tmp_path):
    """A script that changed under a running program is passed over, not a crash."""
    path = tmp_path / "broken.py"
    path.write_text("made = (u +\n")
    assert operands(Source(str(path), 1, 8, 1, 12)) == (None, None)


def test_paths_below_the_working_directory_are_shown_relative(tmp_path, monkeypatch):
    """A place in the script reads as path:line, short where it can be."""
    monkeypatch.chdir(tmp_path)
    assert str(Source(str(tmp_path / "bar.py"), 24, 1, 24, 2)) == "bar.py:24"
    assert str(Source("/elsewhere/bar.py", 3, 1, 3, 2)) == "/elsewhere/bar.py:3"


@pytest.mark.parametrize("path", ["/tmp/ipykernel_4711/123456.py", "<ipython-input-3-0a1b2c>", r"\ipykernel_4\5.py"])
def test_a_cell_of_a_notebook_is_called_one(path):
    """The file that IPython says the text of a cell is in is one that nobody can open."""
    assert str(Source(path, 2, 1, 2, 2)) == "cell:2"
    assert str(Source("/elsewhere/ipykernel_notes.py", 2, 1, 2, 2)) == "/elsewhere/ipykernel_notes.py:2"


def test_code_without_column_positions_has_no_span(tmp_path):
    """Where Python kept no columns an expression is made all the same, without a place."""
    path = tmp_path / "script.py"
    path.write_text(PREAMBLE + "print(u * x, (u * x).source)\n", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-X", "no_debug_ranges", str(path)], capture_output=True, check=True, encoding="utf-8"
    )
    assert ran.stdout == "u·x None\n"


def test_the_caller_is_the_line_outside_the_library():
    """Seen from a test, the user's line is the test's."""
    (x,) = coordinates(x=(Q("0 m"), Q("1 m")))
    assert characters(caller()) == "caller()"
    assert characters(sin(x / Q("1 m")).source) == 'sin(x / Q("1 m"))'
