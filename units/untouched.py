"""Running a user's function so that nothing of it is left behind: random state, gradients, buffers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch

_SEED = 20260101


@contextmanager
def untouched(function: Callable[..., Any], around: Mapping[str, Any]) -> Iterator[None]:
    """Within the block random numbers are the same every time; afterwards all is as it was."""
    owner = getattr(function, "__self__", function)
    modules = [item for item in (owner, *around.values()) if isinstance(item, torch.nn.Module)]
    tensors = [item for item in around.values() if isinstance(item, torch.Tensor)]
    tensors += [item for module in modules for item in module.parameters()]
    gradients = [(item, item.grad) for item in tensors if item.is_leaf]
    buffers = [(item, item.clone()) for module in modules for item in module.buffers()]
    for item, gradient in gradients:
        item.grad = None if gradient is None else gradient.clone()
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(_SEED)
            yield
    finally:
        for item, gradient in gradients:
            item.grad = gradient
        with torch.no_grad():
            for item, value in buffers:
                item.copy_(value)
