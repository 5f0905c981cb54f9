"""Which lines of a file ran: what did not run was not checked."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def executed_lines(path: str) -> Iterator[set[int]]:
    """The lines of one file that run within the block; another tracer that is there already keeps its work."""
    lines: set[int] = set()
    before = sys.gettrace()

    def local(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            lines.add(frame.f_lineno)
        return local

    def trace(frame: FrameType, event: Any, argument: Any) -> Any:
        if frame.f_code.co_filename == path:
            lines.add(frame.f_lineno)
            return local
        if before is None:
            return None
        followed = before(frame, event, argument)
        sys.settrace(trace)  # coverage, once called, puts itself in the place of whoever called it
        return followed

    sys.settrace(trace)
    try:
        yield lines
    finally:
        sys.settrace(before)


def statement_lines(text: str, first: int = 1, last: int | None = None) -> dict[int, range]:
    """The first line of every statement between two lines, and the lines on which it counts as run."""
    found = {}
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.stmt) or isinstance(node, ast.Global | ast.Nonlocal | ast.Pass):
            continue
        if isinstance(node, ast.AnnAssign) and node.value is None:
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        body = getattr(node, "body", None)
        end = body[0].lineno - 1 if body else node.end_lineno or node.lineno
        if first <= node.lineno and (last is None or node.lineno <= last):
            found[node.lineno] = range(node.lineno, max(end, node.lineno) + 1)
    return found


def not_run(statements: dict[int, range], lines: set[int]) -> tuple[int, ...]:
    """The statements of which no line ran."""
    return tuple(sorted(line for line, span in statements.items() if not lines.intersection(span)))
