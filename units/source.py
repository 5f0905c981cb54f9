"""Where in a script an expression stands, to the character."""

from __future__ import annotations

import ast
import functools
import linecache
import re
import sys
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import CodeType, FrameType

_CELL = re.compile(r"(^|[/\\])ipykernel_\d+[/\\]\d+\.py$|^<ipython-input")  # what IPython calls the text of a cell


@dataclass(frozen=True, slots=True)
class Source:
    """A span of a script; lines and columns count from 1, columns in characters, `end_column` is exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    def encloses(self, other: Source) -> bool:
        """Whether the other span lies within this one."""
        inside = (self.line, self.column) <= (other.line, other.column)
        return (
            self.path == other.path
            and inside
            and (other.end_line, other.end_column) <= (self.end_line, self.end_column)
        )

    def __str__(self) -> str:
        if _CELL.search(self.path):
            return f"cell:{self.line}"
        path = Path(self.path)
        shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        return f"{shown}:{self.line}"

    def excerpt(self) -> str:
        """The line with a caret under every character of the span; empty where the text is not at hand."""
        text = linecache.getline(self.path, self.line).rstrip("\n")
        if not text.strip():
            return ""
        end = self.end_column if self.end_line == self.line else len(text) + 1
        label = f"{self.line:>6} | "
        return f"{label}{text}\n{' ' * (len(label) - 2)}| {' ' * (self.column - 1)}{'^' * max(1, end - self.column)}"


def _of_library(frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__", ""))
    rooms = name.split(".")
    return rooms[0] == "pinnln" and rooms[1:2] != ["problems"]


def user_frame() -> FrameType | None:
    """The innermost frame outside the library: the user's line."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _of_library(frame):
        frame = frame.f_back
    return frame


def caller() -> Source | None:
    """The span of the user's expression that is being evaluated just now."""
    frame = user_frame()
    return span_of(frame.f_code, frame.f_lasti) if frame is not None else None


def span_of(code: CodeType, instruction: int) -> Source | None:
    """The span of what one instruction of the interpreter belongs to."""
    return _span(code, code.co_filename, instruction)


@functools.lru_cache(maxsize=4096)
def _span(code: CodeType, path: str, instruction: int) -> Source | None:  # code objects of two files may be equal
    line, end_line, column, end_column = next(islice(code.co_positions(), instruction // 2, None))
    if line is None or end_line is None or column is None or end_column is None:
        return None
    return _in_characters(path, line, column, end_line, end_column)


def _in_characters(path: str, line: int, column: int, end_line: int, end_column: int) -> Source:
    def characters(row: int, offset: int) -> int:
        text = linecache.getline(path, row).encode()
        return len(text[:offset].decode(errors="replace")) + 1 if text else offset + 1

    return Source(path, line, characters(line, column), end_line, characters(end_line, end_column))


@functools.lru_cache(maxsize=64)
def _nodes(path: str, text: str) -> dict[Source, ast.expr | ast.AugAssign]:
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return {}
    found: dict[Source, ast.expr | ast.AugAssign] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.expr | ast.AugAssign):
            found.setdefault(_of_node(path, node), node)
    return found


def _of_node(path: str, node: ast.expr | ast.AugAssign) -> Source:
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return _in_characters(path, node.lineno, node.col_offset, end_line, end_column)


def _node_at(source: Source) -> ast.expr | ast.AugAssign | None:
    return _nodes(source.path, "".join(linecache.getlines(source.path))).get(source)


def operands(source: Source | None) -> tuple[Source | None, Source | None]:
    """The spans of the left and right operand of the binary operation or comparison written at `source`."""
    node = _node_at(source) if source else None
    if source is not None and isinstance(node, ast.BinOp):
        return _of_node(source.path, node.left), _of_node(source.path, node.right)
    if source is not None and isinstance(node, ast.AugAssign):
        return _of_node(source.path, node.target), _of_node(source.path, node.value)
    if source is not None and isinstance(node, ast.Compare) and len(node.comparators) == 1:
        return _of_node(source.path, node.left), _of_node(source.path, node.comparators[0])
    return None, None


def argument(source: Source | None, place: int, keyword: str = "") -> Source | None:
    """The span of one argument of the call written at `source`, by place or by keyword; else the call itself."""
    node = _node_at(source) if source else None
    if source is None or not isinstance(node, ast.Call):
        return source
    for given in node.keywords:
        if given.arg == keyword:
            return _of_node(source.path, given.value)
    if place < len(node.args) and not any(isinstance(given, ast.Starred) for given in node.args):
        return _of_node(source.path, node.args[place])
    return source


def segment(source: Source | None) -> str:
    """The characters of a span on one line, or nothing."""
    if source is None or source.line != source.end_line:
        return ""
    return linecache.getline(source.path, source.line)[source.column - 1 : source.end_column - 1]


def assigned(source: Source) -> str:
    """The name to which the value of a span is given, as in `u_xx = …`, or nothing."""
    for node in _assignments(source.path, "".join(linecache.getlines(source.path))):
        inside = node.value.lineno <= source.line and source.end_line <= (node.value.end_lineno or node.value.lineno)
        value = node.value.value if isinstance(node.value, ast.Subscript) else node.value
        if inside and source in (_of_node(source.path, node.value), _of_node(source.path, value)):
            target = node.targets[0]
            return target.id if isinstance(target, ast.Name) else ""
    return ""


@functools.lru_cache(maxsize=64)
def _assignments(path: str, text: str) -> list[ast.Assign]:
    try:
        return [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Assign)]
    except SyntaxError:
        return []


def names_within(source: Source | None) -> set[str] | None:
    """The names that the expression at a span mentions; None where no expression is known."""
    node = _node_at(source) if source else None
    return None if node is None else {item.id for item in ast.walk(node) if isinstance(item, ast.Name)}
