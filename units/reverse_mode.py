"""The Jacobians of torch.func element by element, which a trace can follow: the numbers are the same."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

_NAMES = {"jacrev": 1, "jacfwd": 1, "hessian": 2}


@contextmanager
def reverse_mode() -> Iterator[None]:
    """Within the block jacrev, jacfwd and hessian go backward, one element at a time, wherever they are taken from."""
    before = {name: getattr(torch.func, name) for name in _NAMES}
    try:
        for name, times in _NAMES.items():
            setattr(torch.func, name, functools.partial(_repeated, times, before["jacrev"]))
        yield
    finally:
        for name, value in before.items():
            setattr(torch.func, name, value)


def by_reverse_mode(value: Any) -> Any:
    """What stands for a function of the user's surroundings: itself, unless it is a Jacobian of torch.func."""
    for name, times in _NAMES.items():
        if value is getattr(torch.func, name):
            return functools.partial(_repeated, times, torch.func.jacrev)
    return value


def _repeated(
    times: int,
    whole: Callable[..., Any],
    function: Callable[..., Any],
    argnums: Any = 0,
    has_aux: bool = False,
    **_: Any,
) -> Any:
    if has_aux or not isinstance(argnums, int):
        return functools.reduce(lambda f, _time: whole(f, argnums, has_aux=has_aux), range(times), function)
    return functools.reduce(lambda f, _time: _jacobian(f, argnums), range(times), function)


def _jacobian(function: Callable[..., Any], argnum: int) -> Callable[..., torch.Tensor]:
    def slopes(*arguments: Any) -> torch.Tensor:
        value = function(*arguments)
        rows = [torch.func.grad(_element(function, place), argnum)(*arguments) for place in range(value.numel())]
        stacked: torch.Tensor = torch.stack(rows).reshape(*value.shape, *arguments[argnum].shape)
        return stacked

    return slopes


def _element(function: Callable[..., Any], place: int) -> Callable[..., torch.Tensor]:
    return lambda *arguments: function(*arguments).reshape(-1)[place]
