"""What a function finds around it, its globals and closure, and putting traced constants there while it runs."""

from __future__ import annotations

import dis
import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import CellType, CodeType, FunctionType
from typing import Any

import numpy as np

_OUTSIDE = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_CLOSURE", "LOAD_FROM_DICT_OR_DEREF"}


def plain_function(function: Callable[..., Any]) -> FunctionType | None:
    """The Python function behind a callable: itself, that of a bound method, a partial, or an object's __call__."""
    inner: Any = function
    while True:
        if isinstance(inner, functools.partial):
            inner = inner.func
        elif hasattr(inner, "__wrapped__") or hasattr(inner, "__func__"):
            inner = getattr(inner, "__wrapped__", None) or inner.__func__
        else:
            break
    if isinstance(inner, FunctionType):
        return inner
    method = getattr(type(inner), "forward", None) or vars(type(inner)).get("__call__")
    return method if isinstance(method, FunctionType) else None


def reached(function: FunctionType) -> list[FunctionType]:
    """The function and the functions of its module that it calls, directly or not."""
    found: list[FunctionType] = []
    pending = [function]
    while pending:
        current = pending.pop()
        if current in found:
            continue
        found.append(current)
        pending += [
            value
            for value in _around(current).values()
            if isinstance(value, FunctionType) and value.__code__.co_filename == function.__code__.co_filename
        ]
    return found


def mentioned(function: FunctionType) -> dict[str, Any]:
    """The names that a function, and the functions of its module it calls, take from outside, with their values."""
    found: dict[str, Any] = {}
    functions = reached(function)
    for current in functions:
        for name, value in _around(current).items():
            if not (isinstance(value, FunctionType) and value in functions):
                found.setdefault(name, value)
    return found


def found_around(function: Callable[..., Any], plain: FunctionType) -> dict[str, Any]:
    """What `constants` may name: the names a function takes from outside, and the numbers of its owner."""
    return {**mentioned(plain), **attributes(function)}


def held_by(function: Callable[..., Any], around: Mapping[str, Any]) -> list[Any]:
    """The owner of a method, or the object that is called, with all that it and the surroundings hold."""
    owner = getattr(function, "__self__", function)
    return [owner, *getattr(owner, "__dict__", {}).values(), *around.values()]


@contextmanager
def replaced(function: FunctionType, values: Mapping[str, Any]) -> Iterator[None]:
    """Within the block, names outside the function and those it calls hold other values; afterwards the old ones."""
    undo: list[Callable[[], None]] = []
    try:
        for current in reached(function):
            cells = dict(zip(current.__code__.co_freevars, current.__closure__ or (), strict=True))
            for name in values:
                if name in cells:
                    undo.append(functools.partial(setattr, cells[name], "cell_contents", cells[name].cell_contents))
                    cells[name].cell_contents = values[name]
                elif name in current.__globals__ and name in _names(current.__code__):
                    undo.append(functools.partial(current.__globals__.__setitem__, name, current.__globals__[name]))
                    current.__globals__[name] = values[name]
        yield
    finally:
        for back in reversed(undo):
            back()


def attributes(function: Callable[..., Any]) -> dict[str, Any]:
    """The numbers and tensors that the owner of a method has, as `self.nu`."""
    owner = getattr(function, "__self__", None)
    held = {**getattr(owner, "__dict__", {}), **getattr(owner, "__dict__", {}).get("_parameters", {})}
    return {
        f"self.{name}": value
        for name, value in held.items()
        if _is_number(value) or isinstance(value, np.ndarray) or type(value).__name__ in ("Tensor", "Parameter")
    }


@contextmanager
def replaced_attributes(function: Callable[..., Any], values: Mapping[str, Any]) -> Iterator[None]:
    """Within the block, the numbers of a method's owner are other values; afterwards the old ones again."""
    owner = getattr(function, "__self__", None)
    held = getattr(owner, "__dict__", {})
    plain = [name.removeprefix("self.") for name in values if name.startswith("self.")]
    before = {
        name: held[name] for name in plain if _is_number(held.get(name)) or isinstance(held.get(name), np.ndarray)
    }
    try:
        for name in before:
            setattr(owner, name, values[f"self.{name}"])
        yield
    finally:
        for name, value in before.items():
            setattr(owner, name, value)


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) or isinstance(value, np.number)


def _around(function: FunctionType) -> dict[str, Any]:
    free = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    found = {}
    for name in sorted(_names(function.__code__)):
        if name in free:
            found[name] = _content(free[name])
        elif name in function.__globals__:
            found[name] = function.__globals__[name]
    return found


@functools.lru_cache(maxsize=1024)
def _names(code: CodeType) -> frozenset[str]:
    """The names a code takes from outside; attributes are none."""
    own = {str(item.argval) for item in dis.get_instructions(code) if item.opname in _OUTSIDE}
    inner = [item for item in code.co_consts if isinstance(item, CodeType)]
    return frozenset({*own, *code.co_freevars}).union(*(_names(item) for item in inner))


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None
