"""The user's own network while its function is linted: the stand-in for the solution answers in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

from pinnln.units.stage import Stage


@contextmanager
def networks_replaced(function: Callable[..., Any], stage: Stage) -> Iterator[None]:
    """Within the block, a network that takes the inputs and gives as many columns as there are outputs is the stand-in.

    Layers, losses and the module whose method is under lint stay themselves.
    """
    own = getattr(function, "__self__", function)
    before = torch.nn.Module.__call__

    def call(module: torch.nn.Module, *arguments: Any, **named: Any) -> Any:
        inputs = [item for item in arguments if isinstance(item, torch.Tensor)]
        if module is own or named or len(inputs) != len(arguments) or not stage.answers_for(module, inputs):
            return before(module, *arguments, **named)
        return stage.network(*inputs)

    torch.nn.Module.__call__ = call  # type: ignore[method-assign]
    try:
        yield
    finally:
        torch.nn.Module.__call__ = before  # type: ignore[method-assign]
