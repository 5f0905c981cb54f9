"""A LayerNorm objective of residual rows with its gradient, on the CPU: one loop, each number read and written once.

It equals `reference.uncentred_potential`, or `reference.centred_potential` + `reference.common_mode_potential`, of the
residuals times their factors, summed over the rows, and its gradient.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from pinnln.kernels.compilation import run_compiled
from pinnln.kernels.layer_norm_cpu import FEWEST_COMPILED_ROWS
from pinnln.kernels.reference import Row, accumulated
from pinnln.kernels.unrolled import Entries, total

Vectors = Sequence[torch.Tensor]

WIDEST_COMPILED = 16


def residual_loss_arrays(
    rs: Vectors, factors: torch.Tensor, epsilon: float, center: bool
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """The objective (float64), and K gradients (N,); rs, K tensors (N,), factors (K,) of float64."""
    if not is_compiled(len(rs), rs[0].numel()):
        loss, gradient = residual_loss_stacked(torch.stack(tuple(rs)), factors, epsilon, center)
        return loss, list(gradient.unbind(0))
    with torch.no_grad():
        small, key = _program(factors, epsilon, rs[0], center, len(rs))
        return run_compiled(_arrays, key, [r.detach() for r in rs], *small, center)


def residual_loss_stacked(
    r: torch.Tensor, factors: torch.Tensor, epsilon: float, center: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """The objective (float64), and its gradient (K, N); r (K, N), factors (K,) of float64."""
    with torch.no_grad():
        if is_compiled(len(r), r.shape[1]):
            small, key = _program(factors, epsilon, r, center, len(r))
            return run_compiled(_stacked, key, r.detach(), *small, center)
        return by_formula(r.detach(), factors, epsilon, center)


def is_compiled(width: int, count: int) -> bool:
    """Whether so many rows are worth the wait for the compiler.

    >>> is_compiled(4, 1_000_000), is_compiled(4, 4096), is_compiled(20, 1_000_000)
    (True, False, False)
    """
    return width <= WIDEST_COMPILED and count >= FEWEST_COMPILED_ROWS


def by_formula(
    r: torch.Tensor, factors: torch.Tensor, epsilon: float, center: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    """The objective (float64) and its gradient (K, N) by plain operations, each a pass over the numbers."""
    count = len(r)
    scale = factors.to(accumulated(r.dtype))[:, None]
    scaled = r * scale
    row = Row.of(scaled, epsilon, 0, center)
    loss = count * row.reciprocal.double().reciprocal().sum()
    if not center:
        return loss, (scale * row.h).to(r.dtype)
    mean = scaled.mean(0)
    root = (mean.square() + epsilon).sqrt()
    return loss + count * root.double().sum(), (scale * (row.h + mean / root)).to(r.dtype)


def _program(
    factors: torch.Tensor, epsilon: float, like: torch.Tensor, center: bool, count: int
) -> tuple[tuple[torch.Tensor, torch.Tensor], tuple[int, bool, torch.dtype]]:
    """The small operands, as tensors that a compiler makes no constants of, and what makes it another program."""
    dtype = accumulated(like.dtype)
    return (factors.to(dtype), torch.tensor(epsilon, dtype=dtype)), (count, center, like.dtype)


def _arrays(
    rs: Vectors, factors: torch.Tensor, epsilon: torch.Tensor, center: bool
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    objective, gradients = _rows(rs, factors, epsilon, center)
    return len(rs) * objective.sum(dtype=torch.float64), gradients


def _stacked(
    r: torch.Tensor, factors: torch.Tensor, epsilon: torch.Tensor, center: bool
) -> tuple[torch.Tensor, torch.Tensor]:
    objective, gradients = _rows(r.unbind(0), factors, epsilon, center)
    return len(r) * objective.sum(dtype=torch.float64), torch.stack(gradients)


def _rows(
    rs: Vectors, factors: torch.Tensor, epsilon: torch.Tensor, center: bool
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """The objective over K (N,) and the gradients, as elementwise operations that a compiler makes one loop of."""
    scaled = [r.to(factors.dtype) * factors[k] for k, r in enumerate(rs)]
    entries = Entries.of(scaled, center)
    square = entries.covariance(entries) + epsilon
    reciprocal = torch.rsqrt(square)
    objective = square * reciprocal
    slopes = [e * reciprocal for e in entries.projected()]
    if center:
        mean = total(scaled) * (1 / len(scaled))
        second = mean * mean + epsilon
        common = mean * torch.rsqrt(second)
        objective = objective + second * torch.rsqrt(second)
        slopes = [slope + common for slope in slopes]
    return objective, [(slope * factors[k]).to(rs[0].dtype) for k, slope in enumerate(slopes)]
