"""Both norms and their derivatives, each a node of autograd: h, J a, D³φ[a, b], and from there on formulas.

The potential φ of the norm has derivatives that are symmetric in all directions. So one function serves every order:
with a cotangent w, D[a, …] goes back to each direction as D[w, …], and to the row as D[a, …, w], one order higher.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import torch

from pinnln.kernels import layer_norm_cpu, unrolled
from pinnln.kernels.reference import symmetric_derivative
from pinnln.kernels.transforms import is_transformed

Operand = tuple[torch.Tensor, ...]

WIDEST_UNROLLED = 16
NAMES = ("forward", "hessian", "third")
ORDERS_WITH_KERNELS = len(NAMES)


class Layout(Enum):
    """How N rows of K entries lie in memory: K tensors (N,), one tensor (K, N), one tensor (N, K)."""

    ARRAYS = "arrays"
    STACKED = "stacked"
    ROWS = "rows"

    @property
    def dim(self) -> int:
        """The dimension along which a row lies, of one tensor."""
        return -1 if self is Layout.ROWS else 0


@dataclass(frozen=True)
class Norm:
    """Which norm, and of what: ε, LayerNorm (centred) or RMSNorm, and the layout of its operands."""

    epsilon: float
    center: bool
    layout: Layout


def derivative(norm: Norm, operands: Sequence[Operand]) -> Operand:
    """h for operands (x,), J a for (a, x), D³φ[a, b] for (a, b, x), D⁴φ[a, b, c] for (a, b, c, x), in the layout of x.

    Args: norm; operands, directions first, the row x last, each a tuple of tensors, of one layout, dtype and device.
    """
    flat = [tensor for operand in operands for tensor in operand]
    if len(operands) > ORDERS_WITH_KERNELS or is_transformed(flat) or not has_kernel(norm, operands):
        return formula(norm, operands)
    result: Operand = _Derivative.apply(norm, len(operands), *flat)  # type: ignore[no-untyped-call]
    return result


class _Derivative(torch.autograd.Function):
    """One of them by a kernel; only the operands are kept: statistics are cheaper to compute than to store."""

    @staticmethod
    def forward(ctx: Any, norm: Norm, count: int, *flat: torch.Tensor) -> Operand:
        ctx.norm, ctx.count = norm, count
        ctx.save_for_backward(*flat)
        return by_kernel(norm, _split(flat, count))

    @staticmethod
    def backward(ctx: Any, *cotangent: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        operands = _split(ctx.saved_tensors, ctx.count)
        needed = [any(part) for part in _split(ctx.needs_input_grad[2:], ctx.count)]
        nothing = (None,) * len(operands[0])
        found: list[torch.Tensor | None] = []
        for place in range(ctx.count):
            last = place == ctx.count - 1
            other = (*operands[:place], cotangent, *operands[place if last else place + 1 :])
            found.extend(derivative(ctx.norm, other) if needed[place] else nothing)
        return (None, None, *found)


def _split(flat: Sequence[Any], count: int) -> list[tuple[Any, ...]]:
    size = len(flat) // count
    return [tuple(flat[place : place + size]) for place in range(0, len(flat), size)]


def formula(norm: Norm, operands: Sequence[Operand]) -> Operand:
    """The derivative by operations of torch that are exact under every transform; half precision sums in single."""
    count = len(operands[-1])
    if norm.layout is Layout.ARRAYS and torch.compiler.is_compiling() and _is_unrolled(count, len(operands)):
        return tuple(_UNROLLED[len(operands)](*operands, norm.epsilon, norm.center))
    whole = [torch.stack(part) if norm.layout is Layout.ARRAYS else part[0] for part in operands]
    found = symmetric_derivative(whole, norm.epsilon, norm.layout.dim, norm.center)
    return found.unbind(0) if norm.layout is Layout.ARRAYS else (found,)


_UNROLLED: Any = {1: unrolled.forward, 2: unrolled.hessian, 3: unrolled.third}


def _is_unrolled(count: int, operands: int) -> bool:
    return count <= WIDEST_UNROLLED and operands <= ORDERS_WITH_KERNELS


def has_kernel(norm: Norm, operands: Sequence[Operand]) -> bool:
    """Whether the device has a kernel for rows of this width, and one that is quicker than the formula."""
    x, rows = operands[-1], norm.layout is Layout.ROWS
    kernels = kernels_for(x[0].device.type)
    width = len(x) if norm.layout is Layout.ARRAYS else x[0].shape[norm.layout.dim]
    if kernels is layer_norm_cpu:
        count = x[0].numel() if norm.layout is Layout.ARRAYS else x[0].shape[-1 - norm.layout.dim]
        return layer_norm_cpu.path_of(NAMES[len(operands) - 1], width, count, rows=rows) != "formula"
    return kernels is not None and width <= (kernels.MOST_COLUMNS if rows else kernels.MOST_ARRAYS)


def by_kernel(norm: Norm, operands: Sequence[Operand]) -> Operand:
    """The derivative by the kernel of the device, which keeps no history."""
    kernels, name = kernels_for(operands[-1][0].device.type), NAMES[len(operands) - 1]
    bare = [[tensor.detach().contiguous() for tensor in part] for part in operands]
    if norm.layout is Layout.ARRAYS:
        return tuple(getattr(kernels, f"{name}_arrays")(*bare, norm.epsilon, norm.center))
    if norm.layout is Layout.ROWS or hasattr(kernels, f"{name}_stacked"):
        function = getattr(kernels, f"{name}_{norm.layout.value}")
        return (function(*(part[0] for part in bare), norm.epsilon, norm.center),)
    whole = torch.empty_like(bare[-1][0])
    arrays = [part[0].unbind(0) for part in bare]
    getattr(kernels, f"{name}_arrays")(*arrays, norm.epsilon, norm.center, out=whole.unbind(0))
    return (whole,)


@functools.cache
def kernels_for(device: str) -> ModuleType | None:
    """The module of kernels for a kind of device; None where there is none, or where triton is not installed."""
    if device == "cpu":
        return layer_norm_cpu
    if device == "cuda" and find_spec("triton") and find_spec("pinnln.kernels.layer_norm_triton"):
        return import_module("pinnln.kernels.layer_norm_triton")
    return None
