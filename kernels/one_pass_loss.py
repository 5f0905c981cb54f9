"""The objective of a residual vector and its gradient in one pass: what LayerNorm conditioning minimises.

With R*_k a characteristic size, γ_k a gain and r̂_k = γ_k r_k / R*_k, at every point

    uncentred    K √(m + ε),                  its gradient in r̂ is RMSNorm(r̂)
    centred      K √(v + ε) + K √(μ² + ε),    LayerNorm(r̂) and what that is blind to

summed over the points. Both are convex, so the signal that goes back is a norm of the residual vector.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import torch

from pinnln.kernels import residual_loss_cpu
from pinnln.kernels.derivatives import Layout, Norm, derivative
from pinnln.kernels.normalization import check_epsilon, check_vectors
from pinnln.kernels.reference import accumulated, centred_potential, common_mode_potential, uncentred_potential
from pinnln.kernels.transforms import is_transformed

Numbers = Sequence[float] | torch.Tensor


@dataclass(frozen=True)
class ResidualLoss:
    """The objective summed over all points, float64, and its gradient, in the form in which the residuals came."""

    value: torch.Tensor
    gradient: torch.Tensor | tuple[torch.Tensor, ...]


def residual_loss_with_gradient(
    residuals: torch.Tensor | Sequence[torch.Tensor],
    scales: Numbers | None = None,
    gains: Numbers | None = None,
    *,
    epsilon: float,
    center: bool = False,
) -> ResidualLoss:
    """The objective of a residual vector, summed over its points, and its gradient, in one pass and outside autograd.

    Calls on the CPU with 65,536 points or more, of up to 16 components, are compiled, as those of `layer_norm` are.

    Args: residuals, K tensors (N,) or one (K, N); scales R* and gains γ, K numbers above zero each, 1 unless given;
    epsilon, above zero, a pure number; center.
    Returns: the objective and ∂/∂r_k = γ_k/R*_k · (RMSNorm(r̂)_k, or LayerNorm(r̂)_k + μ/√(μ² + ε)).
    Raises: ValueError for shapes, dtypes, devices or counts that do not fit, epsilon, scales or gains not above zero,
    and for center with K = 1.

    >>> found = residual_loss_with_gradient(torch.tensor([[3.0], [4.0]]), scales=[3.0, 4.0], epsilon=1e-12)
    >>> found.value, found.gradient.flatten()
    (tensor(2., dtype=torch.float64), tensor([0.3333, 0.2500]))
    """
    stacked, parts, factors = _checked(residuals, scales, gains, epsilon, center)
    value, gradients = _by_kernel(parts, factors, epsilon, center)
    return ResidualLoss(value, gradients[0] if stacked else tuple(gradients))


def residual_loss(
    residuals: torch.Tensor | Sequence[torch.Tensor],
    scales: Numbers | None = None,
    gains: Numbers | None = None,
    *,
    epsilon: float,
    center: bool = False,
) -> torch.Tensor:
    """The same objective as a function that autograd differentiates, to any order and under any transform.

    Its gradient is made in the same pass; going back multiplies it by one number.

    Args: as for `residual_loss_with_gradient`.
    Returns: a tensor without dimensions, of the dtype of the residuals (float32 for half precision).

    >>> r = torch.tensor([[3.0], [4.0]], requires_grad=True)
    >>> residual_loss(r, epsilon=1e-12).backward()
    >>> r.grad.flatten()
    tensor([0.8485, 1.1314])
    """
    stacked, parts, factors = _checked(residuals, scales, gains, epsilon, center)
    if is_transformed(parts):
        return _by_formula(torch.stack(parts) if not stacked else parts[0], factors, epsilon, center)
    result: torch.Tensor = _ResidualLoss.apply(factors, epsilon, center, *parts)  # type: ignore[no-untyped-call]
    return result


class _ResidualLoss(torch.autograd.Function):
    """The kernel as a node of autograd: what goes back once was computed on the way; what goes on is differentiable."""

    @staticmethod
    def forward(ctx: Any, factors: torch.Tensor, epsilon: float, center: bool, *parts: torch.Tensor) -> torch.Tensor:
        value, gradients = _by_kernel([part.detach() for part in parts], factors, epsilon, center)
        ctx.settings, ctx.count = (factors, epsilon, center), len(parts)
        ctx.save_for_backward(*parts, *gradients)
        return value.to(accumulated(parts[0].dtype))

    @staticmethod
    def backward(ctx: Any, *upstream: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        parts, gradients = ctx.saved_tensors[: ctx.count], ctx.saved_tensors[ctx.count :]
        if torch.is_grad_enabled() or is_transformed((*parts, *upstream)):
            gradients = _slopes(parts, *ctx.settings)
        return (None, None, None, *((upstream[0] * item).to(item.dtype) for item in gradients))


def _slopes(
    parts: Sequence[torch.Tensor], factors: torch.Tensor, epsilon: float, center: bool
) -> tuple[torch.Tensor, ...]:
    """The gradient as a function of the residuals that can be differentiated further."""
    r = parts[0] if parts[0].ndim == 2 else torch.stack(tuple(parts))
    scale = factors.to(r.dtype)[:, None]
    scaled = r * scale
    slope = derivative(Norm(epsilon, center, Layout.STACKED), ((scaled,),))[0]
    if center:
        mean = scaled.mean(0)
        slope = slope + mean * (mean.square() + epsilon).rsqrt()
    slope = slope * scale
    return (slope,) if parts[0].ndim == 2 else slope.unbind(0)


def _by_formula(r: torch.Tensor, factors: torch.Tensor, epsilon: float, center: bool) -> torch.Tensor:
    dtype = accumulated(r.dtype)
    scaled = r.to(dtype) * factors.to(dtype)[:, None]
    if center:
        return (centred_potential(scaled, epsilon, 0) + common_mode_potential(scaled, epsilon, 0)).sum()
    return uncentred_potential(scaled, epsilon, 0).sum()


def _by_kernel(
    parts: Sequence[torch.Tensor], factors: torch.Tensor, epsilon: float, center: bool
) -> tuple[torch.Tensor, list[torch.Tensor]]:
    stacked = parts[0].ndim == 2
    if parts[0].device.type == "cpu":
        if stacked:
            value, gradient = residual_loss_cpu.residual_loss_stacked(parts[0].contiguous(), factors, epsilon, center)
            return value, [gradient]
        contiguous = [part.contiguous() for part in parts]
        return residual_loss_cpu.residual_loss_arrays(contiguous, factors, epsilon, center)
    rows = list(parts[0].unbind(0)) if stacked else list(parts)
    kernel = _kernel_of(parts[0].device.type)
    if kernel is None:
        whole, gradient = residual_loss_cpu.by_formula(torch.stack(rows), factors, epsilon, center)
        return whole, [gradient] if stacked else list(gradient.unbind(0))
    if not stacked:
        value, gradients = kernel([row.contiguous() for row in rows], factors, epsilon, center)
        return value, gradients
    gradient = torch.empty_like(parts[0], memory_format=torch.contiguous_format)
    value, _ = kernel([row.contiguous() for row in rows], factors, epsilon, center, out=gradient.unbind(0))
    return value, [gradient]


@functools.cache
def _kernel_of(device: str) -> Callable[..., Any] | None:
    """The kernel of a kind of device; None where there is none, or where triton is not installed."""
    if device == "cuda" and find_spec("triton"):
        found: Callable[..., Any] = import_module("pinnln.kernels.residual_loss_triton").residual_loss_arrays
        return found
    return None


def _checked(
    residuals: torch.Tensor | Sequence[torch.Tensor],
    scales: Numbers | None,
    gains: Numbers | None,
    epsilon: float,
    center: bool,
) -> tuple[bool, tuple[torch.Tensor, ...], torch.Tensor]:
    """Whether they came as one tensor, the tensors, and γ/R* (K,)."""
    check_epsilon(epsilon)
    stacked = isinstance(residuals, torch.Tensor)
    parts = (residuals,) if isinstance(residuals, torch.Tensor) else tuple(residuals)
    if stacked and parts[0].ndim != 2:
        raise ValueError(f"expected residuals (K, N), found shape {tuple(parts[0].shape)}: one row a component")
    if not parts or not (stacked or parts[0].ndim == 1):
        raise ValueError(f"expected K ≥ 1 residuals (N,), found {len(parts)}: give the values of each at its points")
    check_vectors(parts)
    count = len(parts[0]) if stacked else len(parts)
    if count < 1 or (center and count < 2):
        raise ValueError(f"expected {2 if center else 1} or more components, found {count}: centring needs two")
    device = parts[0].device
    factors = _numbers("gains", gains, count, device) / _numbers("scales", scales, count, device)
    return stacked, parts, factors


def _numbers(what: str, given: Numbers | None, count: int, device: torch.device) -> torch.Tensor:
    if given is None:
        return torch.ones(count, dtype=torch.float64, device=device)
    found = torch.as_tensor(given, dtype=torch.float64, device=device).detach()
    if found.shape != (count,) or not bool(((found > 0) & torch.isfinite(found)).all()):
        raise ValueError(
            f"expected {count} {what} above zero, one a component, found {found.tolist()}: "
            "they are pure numbers, of the residuals' size"
        )
    return found
