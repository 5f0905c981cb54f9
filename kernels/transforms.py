"""Whether plain reverse mode is all that is going on: under anything else only plain operations of torch are exact.

A hand-written autograd function is exact in reverse mode, to any order. Under torch.func, forward mode, vmap, tracing
or a compiler it would be refused, or (forward mode) silently lose the tangent, so the formulas stand in there.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch.autograd import forward_ad

PLAIN = (torch.Tensor, torch.nn.Parameter)


def is_transformed(tensors: Iterable[torch.Tensor]) -> bool:
    """Whether a compiler, a tracer, torch.func, forward mode, either vmap or a dispatch mode looks at these tensors."""
    if (
        torch.compiler.is_compiling()
        or torch._C._get_tracing_state() is not None
        or is_under_level()
        or is_dispatched()
    ):
        return True
    return any(type(tensor) not in PLAIN or is_batched(tensor) for tensor in tensors)


def is_under_level() -> bool:
    """Whether a transform of torch.func, or a level of dual numbers, is open."""
    return torch._C._functorch.maybe_current_level() is not None or forward_ad._current_level >= 0


def is_batched(tensor: torch.Tensor) -> bool:
    """Whether the older vmap, which autograd.grad(is_grads_batched=True) uses, is behind this tensor."""
    return bool(torch._C._functorch.is_legacy_batchedtensor(tensor))


def is_dispatched() -> bool:
    """Whether a dispatch mode, such as that of fake tensors, sees every operation."""
    return int(torch._C._len_torch_dispatch_stack()) > 0
