"""LayerNorm of residual rows as formulas: exact under every transform of torch, and what faster kernels must equal.

Residuals are (K, N): K components, dimension 0, at N points. Per point, μ is the mean, v the variance over K (biased)
and m = μ² + v the mean square.
"""

from __future__ import annotations

import torch


def layer_norm(r: torch.Tensor, epsilon: float) -> torch.Tensor:
    """(r − μ) / √(v + ε) across the components, (K, N); the gradient of `centred_potential`.

    >>> layer_norm(torch.tensor([[1.0], [3.0]]), 0.0).flatten()
    tensor([-1.,  1.])
    """
    centred = r - r.mean(0)
    return centred * (centred.square().mean(0) + epsilon).rsqrt()


def rms_norm(r: torch.Tensor, epsilon: float) -> torch.Tensor:
    """r / √(m + ε) across the components, (K, N); the gradient of `uncentred_potential`."""
    return r * (r.square().mean(0) + epsilon).rsqrt()


def centred_potential(r: torch.Tensor, epsilon: float) -> torch.Tensor:
    """φ = K √(v + ε), (N,): convex, with ∇φ = LayerNorm(r); blind to what all components have in common."""
    return len(r) * ((r - r.mean(0)).square().mean(0) + epsilon).sqrt()


def common_mode_potential(r: torch.Tensor, epsilon: float) -> torch.Tensor:
    """ψ = K √(μ² + ε), (N,): what centring is blind to, with ∂ψ/∂r_k = μ / √(μ² + ε)."""
    return len(r) * (r.mean(0).square() + epsilon).sqrt()


def uncentred_potential(r: torch.Tensor, epsilon: float) -> torch.Tensor:
    """K √(m + ε), (N,): convex, its gradient is RMSNorm(r)."""
    return len(r) * (r.square().mean(0) + epsilon).sqrt()
