"""A LayerNorm objective of residual rows with its gradient, on a GPU: each number is read once and written once.

With r̂_k = f_k r_k, per row, where it is not centred and where it is,

    K √(m + ε),                    ∂/∂r_k = f_k r̂_k / √(m + ε)
    K √(v + ε) + K √(μ² + ε),      ∂/∂r_k = f_k ((r̂_k − μ) / √(v + ε) + μ / √(μ² + ε))

Every program leaves one partial sum, no atomics: the loss is the same in every run. Load this module only where Triton
is installed.
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


@triton.jit
def _objective(
    residuals: tl.tuple,
    gradients: tl.tuple,
    factors: tl.tuple,
    rows: tl.tensor,
    N: tl.tensor,
    epsilon: tl.tensor,
    K: tl.constexpr,
    CENTER: tl.constexpr,
    ACC: tl.constexpr,
    MASKED: tl.constexpr,
) -> tl.tensor:
    """The objective over K of these rows, zero beyond the last; writes their gradients."""
    values = read_arrays(residuals, 0, rows, N, K, ACC, MASKED, True)
    scaled: tl.tuple = ()
    for k in tl.static_range(K):
        scaled = scaled + (values[k] * factors[k],)
    c, mean = project(scaled, K, CENTER)
    square = mean_product(c, c, K)
    small = tl.full(square.shape, epsilon, ACC)
    objective = tl.sqrt(square + small)
    reciprocal = 1.0 / objective
    common = tl.zeros_like(square)
    if CENTER:
        second = tl.sqrt(mean * mean + small)
        objective = objective + second
        common = mean / second
    slopes: tl.tuple = ()
    for k in tl.static_range(K):
        slope = c[k] * reciprocal
        if CENTER:
            slope = slope + common
        slopes = slopes + (slope * factors[k],)
    write_arrays(gradients, slopes, rows, N, K, MASKED)
    if MASKED:
        objective = tl.where(rows < N, objective, 0.0)
    return objective


@triton.jit(do_not_specialize=["N"])
def residual_loss_kernel(
    residuals: tl.tuple,
    gradients: tl.tuple,
    factors: tl.tensor,
    partials: tl.tensor,
    N: tl.tensor,
    epsilon: tl.float64,
    K: tl.constexpr,
    CENTER: tl.constexpr,
    ACC: tl.constexpr,
    BLOCK: tl.constexpr,
) -> None:
    """Gradients and one partial sum over K of a block of rows.

    It equals, of `pinnln.kernels.reference`, `uncentred_potential`, or `centred_potential` + `common_mode_potential`.
    """
    program = tl.program_id(0).to(tl.int64)
    rows = program * BLOCK + tl.arange(0, BLOCK)
    scales: tl.tuple = ()
    for k in tl.static_range(K):
        scales = scales + (tl.load(factors + k).to(ACC),)
    if BLOCK > THREADS and program * BLOCK + BLOCK <= N:
        objective = _objective(residuals, gradients, scales, rows, N, epsilon, K, CENTER, ACC, False)
    else:
        objective = _objective(residuals, gradients, scales, rows, N, epsilon, K, CENTER, ACC, True)
    tl.store(partials + program, tl.sum(objective, 0).to(tl.float64))


def residual_loss_arrays(
    rs: Sequence[torch.Tensor],
    factors: Sequence[float] | torch.Tensor,
    epsilon: float,
    center: bool,
    *,
    out: Sequence[torch.Tensor] | None = None,
    block: int | None = None,
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """The sum of the objective over all rows, and its gradient.

    Args: rs, K contiguous tensors (N,); factors, K numbers, or a float64 tensor (K,) on the same device, which spares
    the copy; epsilon; center; out, where to write the gradient; block, rows a program, a power of two.
    Returns: the loss, a float64 tensor without dimensions, and K gradients (N,).
    Raises: ValueError, TypeError, as `pinnln.kernels.arrays_triton.require_launchable`.
    """
    K = len(rs)
    if len(factors) != K or (out is not None and len(out) != K):
        raise ValueError(
            f"expected {K} factors and gradients, found {len(factors)} and {K if out is None else len(out)}"
        )
    require_count(K, center, MOST_ARRAYS, "sum the objective of groups of them")
    require_launchable(residual_loss_kernel, (*rs, *(out or ())), 1)
    gradients = [torch.empty_like(r) for r in rs] if out is None else list(out)
    N, dtype, device = rs[0].numel(), rs[0].dtype, rs[0].device
    block = block or rows_per_program(K, dtype)
    partials = torch.empty(triton.cdiv(N, block), dtype=torch.float64, device=device)
    if N:
        scale = torch.as_tensor(factors, dtype=torch.float64, device=device).contiguous()
        constants = {"K": K, "CENTER": center, "ACC": accumulator(dtype), "BLOCK": block}
        arguments = (tuple(rs), tuple(gradients), scale, partials, N, float(epsilon))
        launch(residual_loss_kernel, len(partials), device, *arguments, **constants)
    return partials.sum() * K, gradients
