"""What a function finds around it, its globals and closure, and putting traced constants there while it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import CellType, CodeType, FunctionType
from typing import Any


def plain_function(function: Callable[..., Any]) -> FunctionType | None:
    """The Python function behind a callable: itself, that of a bound method, or the __call__ of an object."""
    inner: Any = function
    while hasattr(inner, "__wrapped__") or hasattr(inner, "__func__"):
        inner = getattr(inner, "__wrapped__", None) or inner.__func__
    if isinstance(inner, FunctionType):
        return inner
    method = getattr(type(inner), "forward", None) or vars(type(inner)).get("__call__")
    return method if isinstance(method, FunctionType) else None


def mentioned(function: FunctionType) -> dict[str, Any]:
    """The names that a function, and the functions of its module it calls, take from outside, with their values."""
    found: dict[str, Any] = {}
    pending, seen = [function], set()
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        free = dict(zip(current.__code__.co_freevars, current.__closure__ or (), strict=True))
        for name in _names(current.__code__):
            value = _content(free[name]) if name in free else current.__globals__.get(name)
            if isinstance(value, FunctionType) and value.__code__.co_filename == function.__code__.co_filename:
                pending.append(value)
            elif name in free or name in current.__globals__:
                found.setdefault(name, value)
    return found


@contextmanager
def replaced(function: FunctionType, values: Mapping[str, Any]) -> Iterator[None]:
    """Within the block, names outside the function hold other values; afterwards the old ones again."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    held = {name: cells[name].cell_contents for name in values if name in cells}
    outer = {name: function.__globals__[name] for name in values if name in function.__globals__ and name not in cells}
    try:
        for name in held:
            cells[name].cell_contents = values[name]
        for name in outer:
            function.__globals__[name] = values[name]
        yield
    finally:
        for name, value in held.items():
            cells[name].cell_contents = value
        function.__globals__.update(outer)


def _names(code: CodeType) -> set[str]:
    inner = [item for item in code.co_consts if isinstance(item, CodeType)]
    return {*code.co_names, *code.co_freevars}.union(*(_names(item) for item in inner))


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None
