"""K arrays (N,) on a GPU: how a Triton kernel reads, centres and writes them, and what a launch asks of its tensors.

A program takes BLOCK rows and holds all K entries of each in registers. Where a thread has several rows, only the last
program masks: any N keeps accesses of 16 bytes, provided that every array begins at a multiple of 16 bytes. Where a
thread has one, all programs mask, which compiles many times faster. Offsets are 64-bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import triton
import triton.language as tl

# Products are never fused into sums: fma(f, r, −f r₁) would leave the rounding error of f r₁ as a variance.
LAUNCH: dict[str, Any] = {"num_warps": 4, "enable_fp_fusion": False}
THREADS = tl.constexpr(128)
MOST_ARRAYS = 32
_REGISTERS = 128
_DTYPES = (torch.float64, torch.float32, torch.float16, torch.bfloat16)


@triton.jit
def read_arrays(
    pointers: tl.tuple,
    first: tl.constexpr,
    rows: tl.tensor,
    N: tl.tensor,
    K: tl.constexpr,
    ACC: tl.constexpr,
    MASKED: tl.constexpr,
    ONCE: tl.constexpr,
) -> tl.tuple:
    """Arrays first … first + K − 1 at these rows; ONCE says that nobody will read them again."""
    policy: tl.constexpr = "evict_first" if ONCE else ""
    values: tl.tuple = ()
    for k in tl.static_range(K):
        if MASKED:
            value = tl.load(pointers[first + k] + rows, mask=rows < N, other=0.0, eviction_policy=policy)
        else:
            value = tl.load(pointers[first + k] + rows, eviction_policy=policy)
        values = values + (value.to(ACC),)
    return values


@triton.jit
def write_arrays(
    pointers: tl.tuple, values: tl.tuple, rows: tl.tensor, N: tl.tensor, K: tl.constexpr, MASKED: tl.constexpr
) -> None:
    """K arrays at these rows."""
    for k in tl.static_range(K):
        value = values[k].to(pointers[k].dtype.element_ty)
        if MASKED:
            tl.store(pointers[k] + rows, value, mask=rows < N)
        else:
            tl.store(pointers[k] + rows, value)


@triton.jit
def mean_product(a: tl.tuple, b: tl.tuple, K: tl.constexpr) -> tl.tensor:
    """⟨a, b⟩ / K."""
    total = a[0] * b[0]
    for k in tl.static_range(1, K):
        total = total + a[k] * b[k]
    return total * (1.0 / K)


@triton.jit
def project(a: tl.tuple, K: tl.constexpr, CENTER: tl.constexpr) -> tl.tuple:
    """P a and the mean: the first entry is subtracted before the mean is taken, so that any offset keeps its digits."""
    projected: tl.tuple = a
    mean = a[0]
    if CENTER:
        shifted: tl.tuple = ()
        for k in tl.static_range(K):
            shifted = shifted + (a[k] - a[0],)
        total = shifted[0]
        for k in tl.static_range(1, K):
            total = total + shifted[k]
        shift = total * (1.0 / K)
        mean = a[0] + shift
        projected = ()
        for k in tl.static_range(K):
            projected = projected + (shifted[k] - shift,)
    return projected, mean


def accumulator(dtype: torch.dtype) -> Any:
    """float64 is summed in float64, everything else in float32."""
    return tl.float64 if dtype == torch.float64 else tl.float32


def rows_per_program(values: int, dtype: torch.dtype) -> int:
    """BLOCK: 16 bytes a thread and array, less where the values of its rows would not stay in registers.

    Args: values, how many numbers are read per row.
    """
    width = 16 // dtype.itemsize
    while width > 1 and width * values * (2 if dtype == torch.float64 else 1) > _REGISTERS:
        width //= 2
    rows: int = THREADS.value * width
    return rows


def launch(kernel: Any, programs: int, device: torch.device, *arguments: Any, **constants: Any) -> None:
    """Runs that many programs of a kernel on the device of its tensors, which need not be the current one."""
    with torch.cuda.device(device if device.type == "cuda" else -1):
        kernel[(programs,)](*arguments, **constants, **LAUNCH)


def require_launchable(kernel: Any, tensors: Sequence[torch.Tensor], dimensions: int) -> None:
    """Refuses tensors a kernel would read wrongly, and those whose history it would cut.

    Raises: ValueError for none, unlike shapes, dtypes or devices, tensors that are not contiguous, not on a GPU, or
    require a gradient while one is recorded; TypeError for a dtype that is no float of 16, 32 or 64 bits.
    """
    if not tensors:
        raise ValueError("expected at least one tensor, found none")
    first = tensors[0]
    if first.dtype not in _DTYPES:
        raise TypeError(f"expected float64, float32, float16 or bfloat16, found {first.dtype}: convert it")
    for place, tensor in enumerate(tensors):
        where = f"tensor {place} of {len(tensors)}"
        found, expected = ((t.dtype, t.device, tuple(t.shape)) for t in (tensor, first))
        if tensor.ndim != dimensions or found != expected:
            raise ValueError(f"expected {dimensions}-D tensors alike, {expected}, found {found} at {where}")
        if not tensor.is_contiguous():
            raise ValueError(f"expected contiguous tensors, found strides {tensor.stride()} at {where}: .contiguous()")
        if tensor.requires_grad and torch.is_grad_enabled():
            raise ValueError(f"expected tensors without history, found requires_grad at {where}: a kernel cuts it")
    if first.device.type == "cpu" and isinstance(kernel, triton.JITFunction):
        raise ValueError("expected tensors on a GPU, found cpu: pinnln.kernels.reference computes the same there")


def require_count(count: int, center: bool, most: int, way_out: str) -> None:
    """Refuses rows of a width that has no norm or no kernel.

    Raises: ValueError for fewer than two entries to centre, or more than `most`.
    """
    if center and count < 2:
        raise ValueError(f"expected rows of at least 2 entries to centre, found {count}: use center=False")
    if count > most:
        raise ValueError(f"expected rows of at most {most} entries, found {count}: {way_out}")
