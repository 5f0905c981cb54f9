"""LayerNorm and RMSNorm on a GPU, with J a and D³φ[a, b]: Triton kernels that fetch every number once.

Narrow rows come as K arrays (N,), unrolled over K; wide rows as one tensor (N, K), in tiles. Statistics are computed
again instead of being saved. With ã = Pa, b̃ = Pb, α = ⟨h, ã⟩/K, β = ⟨h, b̃⟩/K, both layouts compute

    h = c r,  c = Px,  r = 1/√(⟨c, c⟩/K + ε)
    J a = r (ã − α h)
    D³φ[a, b] = −r² (β ã + α b̃ + (⟨ã, b̃⟩/K − 3αβ) h)

which are the formulas of `pinnln.kernels.reference`, collected. Load this module only where Triton is installed.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import triton
import triton.language as tl

from pinnln.kernels.arrays_triton import (
    MOST_ARRAYS,
    THREADS,
    accumulator,
    launch,
    mean_product,
    project,
    read_arrays,
    require_count,
    require_launchable,
    rows_per_program,
    write_arrays,
)

MOST_COLUMNS = 4096
_TILE = 2048


@triton.jit
def _norm(
    inputs: tl.tuple,
    rows: tl.tensor,
    N: tl.tensor,
    epsilon: tl.tensor,
    ORDER: tl.constexpr,
    K: tl.constexpr,
    CENTER: tl.constexpr,
    ACC: tl.constexpr,
    MASKED: tl.constexpr,
) -> tl.tuple:
    """The K entries of the derivative of φ, in the directions that follow x among the inputs."""
    c, _ = project(read_arrays(inputs, 0, rows, N, K, ACC, MASKED, False), K, CENTER)
    square = mean_product(c, c, K)
    r = tl.rsqrt(square + tl.full(square.shape, epsilon, ACC))
    h: tl.tuple = ()
    for k in tl.static_range(K):
        h = h + (c[k] * r,)
    result: tl.tuple = h
    if ORDER == 2:
        a, _ = project(read_arrays(inputs, K, rows, N, K, ACC, MASKED, True), K, CENTER)
        alpha = mean_product(h, a, K)
        result = ()
        for k in tl.static_range(K):
            result = result + (r * (a[k] - alpha * h[k]),)
    if ORDER == 3:
        a, _ = project(read_arrays(inputs, K, rows, N, K, ACC, MASKED, True), K, CENTER)
        b, _ = project(read_arrays(inputs, 2 * K, rows, N, K, ACC, MASKED, True), K, CENTER)
        alpha = mean_product(h, a, K)
        beta = mean_product(h, b, K)
        along = mean_product(a, b, K) - 3.0 * alpha * beta
        result = ()
        for k in tl.static_range(K):
            result = result + (-r * (r * (beta * a[k] + alpha * b[k] + along * h[k])),)
    return result


@triton.jit(do_not_specialize=["N"])
def norm_arrays_kernel(
    inputs: tl.tuple,
    outputs: tl.tuple,
    N: tl.tensor,
    epsilon: tl.float64,
    ORDER: tl.constexpr,
    K: tl.constexpr,
    CENTER: tl.constexpr,
    ACC: tl.constexpr,
    BLOCK: tl.constexpr,
) -> None:
    """The derivative of φ of this ORDER, from K arrays.

    It equals, of `pinnln.kernels.reference`: 1, `layer_norm` and `rms_norm`; 2, `hessian_product`; 3,
    `third_derivative`.
    """
    start = tl.program_id(0).to(tl.int64) * BLOCK
    rows = start + tl.arange(0, BLOCK)
    if BLOCK > THREADS and start + BLOCK <= N:
        result = _norm(inputs, rows, N, epsilon, ORDER, K, CENTER, ACC, False)
        write_arrays(outputs, result, rows, N, K, False)
    else:
        result = _norm(inputs, rows, N, epsilon, ORDER, K, CENTER, ACC, True)
        write_arrays(outputs, result, rows, N, K, True)


@triton.jit
def _read_tile(
    pointer: tl.tensor,
    rows: tl.tensor,
    N: tl.tensor,
    K: tl.constexpr,
    C: tl.constexpr,
    ACC: tl.constexpr,
    CENTER: tl.constexpr,
    SHIFT: tl.constexpr,
) -> tl.tensor:
    """P a of a tile, zero beyond column K; SHIFT subtracts the first column before the mean is taken."""
    columns = tl.arange(0, C)
    inside = (rows < N)[:, None]
    if K != C:
        inside = inside & (columns < K)[None, :]
    value = tl.load(pointer + rows[:, None] * K + columns[None, :], mask=inside, other=0.0).to(ACC)
    if CENTER:
        if SHIFT:
            # Up to 16 columns the sum needs fewer barriers than a second load, beyond it the load fewer shuffles.
            if C <= 16:
                first = tl.sum(tl.where((columns == 0)[None, :], value, 0.0), 1)
            else:
                first = tl.load(pointer + rows * K, mask=rows < N, other=0.0).to(ACC)
            value = value - first[:, None]
            if K != C:
                value = tl.where((columns < K)[None, :], value, 0.0)
        value = value - (tl.sum(value, 1) * (1.0 / K))[:, None]
        if K != C:
            value = tl.where((columns < K)[None, :], value, 0.0)
    return value


@triton.jit
def _mean_tile(value: tl.tensor, K: tl.constexpr) -> tl.tensor:
    return (tl.sum(value, 1) * (1.0 / K))[:, None]


@triton.jit(do_not_specialize=["N"])
def norm_rows_kernel(
    inputs: tl.tuple,
    output: tl.tensor,
    N: tl.tensor,
    epsilon: tl.float64,
    ORDER: tl.constexpr,
    K: tl.constexpr,
    CENTER: tl.constexpr,
    ACC: tl.constexpr,
    R: tl.constexpr,
    C: tl.constexpr,
) -> None:
    """The derivative of φ of this ORDER, from rows (N, K), R rows and C ≥ K columns a program.

    It equals, of `pinnln.kernels.reference`: 1, `layer_norm` and `rms_norm`; 2, `hessian_product`; 3,
    `third_derivative`.
    """
    rows = tl.program_id(0).to(tl.int64) * R + tl.arange(0, R)
    c = _read_tile(inputs[0], rows, N, K, C, ACC, CENTER, True)
    r = tl.rsqrt(_mean_tile(c * c, K) + tl.full((1, 1), epsilon, ACC))
    h = c * r
    result = h
    if ORDER == 2:
        a = _read_tile(inputs[1], rows, N, K, C, ACC, CENTER, False)
        result = r * (a - _mean_tile(h * a, K) * h)
    if ORDER == 3:
        a = _read_tile(inputs[1], rows, N, K, C, ACC, CENTER, False)
        b = _read_tile(inputs[2], rows, N, K, C, ACC, CENTER, False)
        alpha = _mean_tile(h * a, K)
        beta = _mean_tile(h * b, K)
        along = _mean_tile(a * b, K) - 3.0 * alpha * beta
        result = -r * (r * (beta * a + alpha * b + along * h))
    columns = tl.arange(0, C)
    inside = (rows < N)[:, None]
    if K != C:
        inside = inside & (columns < K)[None, :]
    tl.store(output + rows[:, None] * K + columns[None, :], result.to(output.dtype.element_ty), mask=inside)


def forward_arrays(
    xs: Sequence[torch.Tensor],
    epsilon: float,
    center: bool,
    *,
    out: Sequence[torch.Tensor] | None = None,
    block: int | None = None,
) -> list[torch.Tensor]:
    """The normalised rows h, as `pinnln.kernels.reference.layer_norm`, or `rms_norm` without centring.

    Args: xs, K contiguous tensors (N,); epsilon; center; out, where to write; block, rows a program, a power of two.
    Raises: ValueError, TypeError, as `pinnln.kernels.arrays_triton.require_launchable`.
    """
    return _launch_arrays([xs], epsilon, center, out, block)


def hessian_arrays(
    a: Sequence[torch.Tensor],
    xs: Sequence[torch.Tensor],
    epsilon: float,
    center: bool,
    *,
    out: Sequence[torch.Tensor] | None = None,
    block: int | None = None,
) -> list[torch.Tensor]:
    """J a, as `pinnln.kernels.reference.hessian_product`; arguments as in `forward_arrays`."""
    return _launch_arrays([xs, a], epsilon, center, out, block)


def third_arrays(
    a: Sequence[torch.Tensor],
    b: Sequence[torch.Tensor],
    xs: Sequence[torch.Tensor],
    epsilon: float,
    center: bool,
    *,
    out: Sequence[torch.Tensor] | None = None,
    block: int | None = None,
) -> list[torch.Tensor]:
    """D³φ[a, b], as `pinnln.kernels.reference.third_derivative`; arguments as in `forward_arrays`."""
    return _launch_arrays([xs, a, b], epsilon, center, out, block)


def forward_rows(
    x: torch.Tensor, epsilon: float, center: bool, *, out: torch.Tensor | None = None, block: int | None = None
) -> torch.Tensor:
    """The normalised rows h, as `pinnln.kernels.reference.layer_norm`, or `rms_norm` without centring.

    Args: x (N, K), contiguous; epsilon; center; out, where to write; block, rows a program, a power of two.
    Raises: ValueError, TypeError, as `pinnln.kernels.arrays_triton.require_launchable`.
    """
    return _launch_rows([x], epsilon, center, out, block)


def hessian_rows(
    a: torch.Tensor,
    x: torch.Tensor,
    epsilon: float,
    center: bool,
    *,
    out: torch.Tensor | None = None,
    block: int | None = None,
) -> torch.Tensor:
    """J a, as `pinnln.kernels.reference.hessian_product`; arguments as in `forward_rows`."""
    return _launch_rows([x, a], epsilon, center, out, block)


def third_rows(
    a: torch.Tensor,
    b: torch.Tensor,
    x: torch.Tensor,
    epsilon: float,
    center: bool,
    *,
    out: torch.Tensor | None = None,
    block: int | None = None,
) -> torch.Tensor:
    """D³φ[a, b], as `pinnln.kernels.reference.third_derivative`; arguments as in `forward_rows`."""
    return _launch_rows([x, a, b], epsilon, center, out, block)


def tile(K: int) -> tuple[int, int]:
    """The rows and columns of a tile for rows of K entries: 2048 numbers, or one row of a power of two."""
    columns = triton.next_power_of_2(K)
    return max(1, _TILE // columns), columns


def _launch_arrays(
    groups: Sequence[Sequence[torch.Tensor]],
    epsilon: float,
    center: bool,
    out: Sequence[torch.Tensor] | None,
    block: int | None,
) -> list[torch.Tensor]:
    K = len(groups[0])
    found = [len(group) for group in (*groups, *([] if out is None else [out]))]
    if any(count != K for count in found):
        raise ValueError(f"expected {K} arrays for every argument, found {found}")
    require_count(K, center, MOST_ARRAYS, "stack them and use the rows (N, K)")
    inputs = tuple(array for group in groups for array in group)
    require_launchable(norm_arrays_kernel, (*inputs, *(out or ())), 1)
    outputs = [torch.empty_like(x) for x in groups[0]] if out is None else list(out)
    N, dtype = inputs[0].numel(), inputs[0].dtype
    if N:
        block = block or rows_per_program(len(inputs), dtype)
        constants = {"ORDER": len(groups), "K": K, "CENTER": center, "ACC": accumulator(dtype), "BLOCK": block}
        programs, device = triton.cdiv(N, block), inputs[0].device
        launch(norm_arrays_kernel, programs, device, inputs, tuple(outputs), N, float(epsilon), **constants)
    return outputs


def _launch_rows(
    inputs: Sequence[torch.Tensor], epsilon: float, center: bool, out: torch.Tensor | None, block: int | None
) -> torch.Tensor:
    require_launchable(norm_rows_kernel, [*inputs, *([] if out is None else [out])], 2)
    x = inputs[0]
    N, K = x.shape
    require_count(K, center, MOST_COLUMNS, "use pinnln.kernels.reference")
    output = torch.empty_like(x) if out is None else out
    if x.numel():
        rows, columns = tile(K)
        rows = block or rows
        constants = {
            "ORDER": len(inputs),
            "K": K,
            "CENTER": center,
            "ACC": accumulator(x.dtype),
            "R": rows,
            "C": columns,
        }
        programs = triton.cdiv(N, rows)
        launch(norm_rows_kernel, programs, x.device, tuple(inputs), output, N, float(epsilon), **constants)
    return output
