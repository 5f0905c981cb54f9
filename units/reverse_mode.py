"""The forward-mode transforms of torch.func by reverse mode, which a trace can follow: the numbers are the same."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

_REVERSE = {"jacfwd": 1, "hessian": 2}


@contextmanager
def reverse_mode() -> Iterator[None]:
    """Within the block jacfwd and hessian go backward, wherever the function under lint has them from."""
    undo: list[tuple[Any, str, Any]] = []
    module = torch.func
    try:
        for name, times in _REVERSE.items():
            undo.append((module, name, getattr(module, name)))
            setattr(module, name, functools.partial(_backward, times))
        yield
    finally:
        for holder, name, value in undo:
            setattr(holder, name, value)


def by_reverse_mode(value: Any) -> Any:
    """What stands for a function of the user's surroundings: itself, unless it is a forward-mode transform."""
    for name, times in _REVERSE.items():
        if value is getattr(torch.func, name):
            return functools.partial(_backward, times)
    return value


def _backward(times: int, function: Callable[..., Any], argnums: Any = 0, has_aux: bool = False, **_: Any) -> Any:
    for _time in range(times):
        function = torch.func.jacrev(function, argnums, has_aux=has_aux)
    return function
