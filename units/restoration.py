"""Running a user's function so that nothing of it is left behind: random state, parameters, gradients, buffers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

from pinnln.units.surroundings import held_by

_SEED = 20260101


@contextmanager
def untouched(function: Callable[..., Any], around: Mapping[str, Any]) -> Iterator[None]:
    """Within the block random numbers are the same every time; afterwards they, and all tensors, are as they were."""
    tensors = _tensors_of(function, around)
    values = [(item, item.detach().clone()) for item in tensors]
    gradients = [(item, item.grad) for item in tensors if item.is_leaf]
    for item, gradient in gradients:
        item.grad = None if gradient is None else gradient.clone()
    try:
        with _same_random_numbers():
            yield
    finally:
        for item, gradient in gradients:
            item.grad = gradient
        with torch.no_grad():
            for item, value in values:
                if not torch.equal(item, value):
                    item.copy_(value)


def _tensors_of(function: Callable[..., Any], around: Mapping[str, Any]) -> list[torch.Tensor]:
    held = held_by(function, around)
    modules = [item for item in held if isinstance(item, torch.nn.Module)]
    found = [item for item in held if isinstance(item, torch.Tensor)]
    found += [item for module in modules for item in (*module.parameters(), *module.buffers())]
    return list({id(item): item for item in found}.values())


@contextmanager
def _same_random_numbers() -> Iterator[None]:
    python, arrays = random.getstate(), np.random.get_state()
    random.seed(_SEED)
    np.random.seed(_SEED)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(_SEED)
            yield
    finally:
        random.setstate(python)
        np.random.set_state(arrays)
