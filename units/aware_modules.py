"""numpy and math as a function under lint sees them: given a tensor, they do what torch does."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np
import torch

from pinnln.units.node_table import tensors_in
from pinnln.units.reverse_mode import by_reverse_mode

_MODULES: tuple[ModuleType, ...] = (np, math)
_OTHER: Mapping[str, Callable[..., Any]] = {
    "power": torch.pow,
    "float_power": torch.pow,
    "cbrt": lambda x: x ** (1 / 3),
    "fabs": torch.abs,
}
_OF_LISTS = {"stack", "hstack", "vstack", "dstack", "column_stack", "concatenate"}


class AwareModule:
    """A module whose functions hand tensors on to torch, where it has a function of that name."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return _aware_function(getattr(self._module, name))


def aware(around: Mapping[str, Any]) -> dict[str, Any]:
    """The names in a function's surroundings that mean numpy, math, their functions or a Jacobian of torch.func, with
    what is to stand there."""
    found: dict[str, Any] = {}
    for name, value in around.items():
        if isinstance(value, ModuleType) and value in _MODULES:
            found[name] = AwareModule(value)
        elif callable(value) and by_reverse_mode(value) is not value:
            found[name] = by_reverse_mode(value)
        elif _aware_function(value) is not value:
            found[name] = _aware_function(value)
    return found


def _aware_function(value: Any) -> Any:
    name = str(getattr(value, "__name__", ""))
    ours = isinstance(value, np.ufunc) or (callable(value) and getattr(value, "__module__", "") in ("math", "numpy"))
    other = _OTHER.get(name, getattr(torch, name, None))
    if not ours or isinstance(value, type) or not callable(other):
        return value
    return _either(value, other)


def _either(plain: Callable[..., Any], other: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(plain, assigned=("__name__", "__doc__"), updated=())
    def called(*arguments: Any, **named: Any) -> Any:
        if not tensors_in(arguments):
            return plain(*arguments, **named)
        listed = isinstance(arguments[0], list | tuple) and plain.__name__ not in _OF_LISTS
        first = torch.stack([torch.as_tensor(item) for item in arguments[0]]) if listed else arguments[0]
        return other(first, *arguments[1:], **named)

    return called
