"""The user's own network while its function is linted: the stand-in for the solution answers in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch

from pinnln.units.stage import Stage
from pinnln.units.surroundings import held_by


@contextmanager
def networks_replaced(function: Callable[..., Any], around: Mapping[str, Any], stage: Stage) -> Iterator[None]:
    """Within the block, a network that takes the inputs and gives as many columns as there are outputs is the stand-in.

    Layers and losses stay themselves, and so does a module that is itself under lint.
    """
    linted = isinstance(function, torch.nn.Module) or getattr(function, "__name__", "") == "forward"
    own = getattr(function, "__self__", function) if linted else None
    before = torch.nn.Module.__call__

    def call(module: torch.nn.Module, *arguments: Any, **named: Any) -> Any:
        asked = partial(before, module)
        return asked(*arguments, **named) if module is own else _answer(stage, module, asked, *arguments, **named)

    shadowed = [item for item in _modules(function, around) if item is not own]
    torch.nn.Module.__call__ = call  # type: ignore[method-assign]
    try:
        for module in shadowed:
            module.forward = partial(_answer, stage, module, module.forward)
        yield
    finally:
        torch.nn.Module.__call__ = before  # type: ignore[method-assign]
        for module in shadowed:
            module.__dict__.pop("forward", None)


def _modules(function: Callable[..., Any], around: Mapping[str, Any]) -> list[torch.nn.Module]:
    """Every module that the function can reach, less those whose forward is their own already."""
    roots = [item for item in held_by(function, around) if isinstance(item, torch.nn.Module)]
    found = {id(item): item for root in roots for item in root.modules() if "forward" not in item.__dict__}
    return list(found.values())


def _answer(stage: Stage, module: torch.nn.Module, plain: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """The stand-in's answer if the module is asked as a network of the inputs, else its own."""
    inputs = [item for item in arguments if isinstance(item, torch.Tensor)]
    if named or len(inputs) != len(arguments) or not stage.answers_for(module, inputs):
        return plain(*arguments, **named)
    return stage.network(*inputs)
