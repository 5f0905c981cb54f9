"""Mistakes made on purpose: each operator changes one node of a correct equation and knows where."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from corpus_units import Symbols

FUNCTIONS = {"sin", "exp", "tanh"}


@dataclass(frozen=True)
class Mutant:
    """An equation with one mistake: its text, the lines and columns (1-based, end exclusive) of the changed node and of
    the innermost term around it, and whether units can see it."""

    equation: str
    operator: str
    text: str
    node: tuple[int, int, int, int]
    term: tuple[int, int, int, int]
    detectable: bool = True
    offset: str = ""


def mutants(name: str, text: str, symbols: Symbols) -> Iterator[Mutant]:
    """Every mutant of one equation by every operator."""
    tree = ast.parse(text)
    for parent in ast.walk(tree):
        for child in ast.iter_child_nodes(parent):
            child.parent = parent  # type: ignore[attr-defined]
    for node in ast.walk(tree):
        if isinstance(node, ast.expr):
            for operator, replacement, detectable in _changes(node, symbols):
                yield _mutant(name, text, node, operator, replacement, detectable)


def _changes(node: ast.expr, symbols: Symbols) -> Iterator[tuple[str, str, bool]]:
    written = ast.unparse(node)
    if isinstance(node, ast.BinOp):
        yield from _binary(node, symbols)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in symbols.constants:
        unit = symbols.constants[node.id]
        yield "duplicate parameter", f"({written} * {written})", not symbols.pure(unit)
        for other, its in symbols.constants.items():
            if not symbols.same(unit, its):
                yield "swap parameter", other, True
                break
    if isinstance(node, ast.Name) and not symbols.pure(symbols.outputs.get(node.id, "")) and not _differentiated(node):
        yield "add a bare epsilon", f"({written} + 1e-06)", True
        yield "exponential of a field", f"exp({written})", True
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        yield from _call(node, symbols)


def _binary(node: ast.BinOp, symbols: Symbols) -> Iterator[tuple[str, str, bool]]:
    left = ast.unparse(node.left)
    if (
        isinstance(node.op, ast.Mult | ast.Div)
        and isinstance(node.right, ast.Name)
        and node.right.id in symbols.constants
    ):
        yield "drop parameter", _wrapped(node.left), not symbols.pure(symbols.constants[node.right.id])
    if isinstance(node.op, ast.Mult) and isinstance(node.left, ast.Name) and node.left.id in symbols.constants:
        yield "drop parameter", _wrapped(node.right), not symbols.pure(symbols.constants[node.left.id])
    if isinstance(node.op, ast.Pow) and isinstance(node.left, ast.Name) and isinstance(node.right, ast.Constant):
        unit = symbols.constants.get(
            node.left.id, symbols.outputs.get(node.left.id, symbols.inputs.get(node.left.id, ""))
        )
        yield "drop a power", left, not symbols.pure(unit)
    if isinstance(node.op, ast.Add | ast.Sub):
        sign = "-" if isinstance(node.op, ast.Add) else "+"
        yield "flip a sign", f"{left} {sign} {_wrapped(node.right)}", False
    if isinstance(node.op, ast.Mult):
        yield "factor two", f"2 * {_wrapped(node.left)} * {_wrapped(node.right)}", False


def _call(node: ast.Call, symbols: Symbols) -> Iterator[tuple[str, str, bool]]:
    assert isinstance(node.func, ast.Name)
    arguments = [ast.unparse(item) for item in node.args]
    if node.func.id in FUNCTIONS:
        inner = node.args[0]
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Div) and isinstance(inner.right, ast.Name):
            yield "argument not normalised", f"{node.func.id}({ast.unparse(inner.left)})", True
    if node.func.id != "d":
        return
    along = arguments[1:]
    last = symbols.inputs[along[-1]]
    yield "derivative once more", f"d({', '.join([*arguments, along[-1]])})", not symbols.pure(last)
    if len(along) > 1:
        yield "derivative once less", f"d({', '.join(arguments[:-1])})", not symbols.pure(last)
    for other, unit in symbols.inputs.items():
        if other != along[-1]:
            same = symbols.same(unit, last)
            operator = "swap x and y" if same else "another coordinate"
            yield operator, f"d({', '.join([*arguments[:-1], other])})", not same


def _differentiated(node: ast.AST) -> bool:
    parent = getattr(node, "parent", None)
    return isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "d"


def _wrapped(node: ast.expr) -> str:
    return f"({ast.unparse(node)})" if isinstance(node, ast.BinOp | ast.UnaryOp) else ast.unparse(node)


def _mutant(name: str, text: str, node: ast.expr, operator: str, replacement: str, detectable: bool) -> Mutant:
    lines = text.splitlines()
    line = lines[node.lineno - 1]
    assert node.end_lineno == node.lineno
    changed = line[: node.col_offset] + replacement + line[node.end_col_offset :]
    grown = len(changed) - len(line)
    term: ast.AST = node
    while not _is_addend(term):
        term = term.parent  # type: ignore[attr-defined]
    assert isinstance(term, ast.expr)
    start, end = _marked(operator, replacement)
    span = (node.lineno, node.col_offset + 1 + start, node.lineno, node.col_offset + 1 + end)
    around = (term.lineno, term.col_offset + 1, term.lineno, (term.end_col_offset or 0) + grown + 1)
    return Mutant(
        name, operator, "\n".join([*lines[: node.lineno - 1], changed, *lines[node.lineno :]]), span, around, detectable
    )


def _marked(operator: str, replacement: str) -> tuple[int, int]:
    """The part of the new text that is wrong: the bare number, the argument of a function, else all within brackets."""
    if operator == "add a bare epsilon":
        return replacement.index("1e-06"), len(replacement) - 1
    if operator in ("exponential of a field", "argument not normalised"):
        return replacement.index("(") + 1, len(replacement) - 1
    bracketed = replacement.startswith("(") and replacement.endswith(")")
    return (1, len(replacement) - 1) if bracketed else (0, len(replacement))


def _is_addend(node: ast.AST) -> bool:
    """Whether a node is one term: of the outermost sum around it, or all of an assignment or return."""
    parent = getattr(node, "parent", None)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Sub):
        return True
    return not isinstance(parent, ast.expr)
