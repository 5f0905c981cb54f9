"""LayerNorm and RMSNorm as formulas: exact under every transform of torch, and what faster kernels must equal.

A row has K entries along `dim`. Per row, μ is the mean, v the variance (biased), m = μ² + v the mean square;
σ = √(v + ε) with P = I − 11ᵀ/K where the norm is centred, σ = √(m + ε) with P = I where it is not; h is the normalised
row, and φ = K σ the convex potential of which h is the gradient. For directions a, b, c along the row

    α = ⟨h, a⟩/K, β, γ alike,    Q(a, b) = ⟨Pa, Pb⟩/K − αβ
    J a           = (Pa − α h) / σ                                              ∇²φ, symmetric, positive semidefinite
    D³φ[a, b]     = −(β Ja + α Jb + Q(a, b) h/σ) / σ
    D⁴φ[a, b, c]  = γ/σ² (β Ja + α Jb + Q(a, b) h/σ) − (Q(b, c) Ja/σ + β D³φ[a, c] + Q(a, c) Jb/σ + α D³φ[b, c]
                    − γ Q(a, b) h/σ² − (Q(a, c) β + α Q(b, c)) h/σ² + Q(a, b) Jc/σ) / σ

The first entry of a row is subtracted before anything is squared: rows of any offset keep their digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Row:
    """A normalised row: h, 1/σ, and what else the derivatives share."""

    h: torch.Tensor
    reciprocal: torch.Tensor
    dim: int
    center: bool

    @classmethod
    def of(cls, x: torch.Tensor, epsilon: float | torch.Tensor, dim: int, center: bool) -> Row:
        """The normalised row of x."""
        c = centred(x - x.narrow(dim, 0, 1).detach(), dim) if center else x
        reciprocal = (c.square().mean(dim, keepdim=True) + epsilon).rsqrt()
        return cls(c * reciprocal, reciprocal, dim, center)

    def project(self, a: torch.Tensor) -> torch.Tensor:
        """P a."""
        return centred(a, self.dim) if self.center else a

    def along(self, a: torch.Tensor) -> torch.Tensor:
        """⟨h, a⟩ / K."""
        return (self.h * a).mean(self.dim, keepdim=True)

    def across(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        """Q(a, b)."""
        return (self.project(a) * self.project(b)).mean(self.dim, keepdim=True) - self.along(a) * self.along(b)

    def hessian(self, a: torch.Tensor) -> torch.Tensor:
        """J a."""
        return (self.project(a) - self.along(a) * self.h) * self.reciprocal

    def third(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        """D³φ[a, b]."""
        mixed = self.along(b) * self.hessian(a) + self.along(a) * self.hessian(b)
        return -self.reciprocal * (mixed + self.reciprocal * self.across(a, b) * self.h)

    def fourth(self, a: torch.Tensor, b: torch.Tensor, c: torch.Tensor) -> torch.Tensor:
        """D⁴φ[a, b, c]."""
        r, h = self.reciprocal, self.h
        alpha, beta, gamma = self.along(a), self.along(b), self.along(c)
        ab, ac, bc = self.across(a, b), self.across(a, c), self.across(b, c)
        inner = r * (bc * self.hessian(a) + ac * self.hessian(b) + ab * self.hessian(c))
        inner = inner + beta * self.third(a, c) + alpha * self.third(b, c)
        inner = inner - r.square() * (gamma * ab + ac * beta + alpha * bc) * h
        return -r * (gamma * self.third(a, b) + inner)


def accumulated(dtype: torch.dtype) -> torch.dtype:
    """The precision that sums of this one are taken in."""
    return torch.float32 if dtype in (torch.bfloat16, torch.float16) else dtype


def symmetric_derivative(
    operands: Sequence[torch.Tensor], epsilon: float | torch.Tensor, dim: int, center: bool
) -> torch.Tensor:
    """h for (x,), J a for (a, x), D³φ[a, b] for (a, b, x), D⁴φ[a, b, c] for (a, b, c, x), of the dtype of x."""
    *directions, x = [part.to(accumulated(part.dtype)) for part in operands]
    row = Row.of(x, epsilon, dim, center)
    order = (lambda: row.h, row.hessian, row.third, row.fourth)[len(directions)]
    found: torch.Tensor = order(*directions)
    return found.to(operands[-1].dtype)


def centred(x: torch.Tensor, dim: int) -> torch.Tensor:
    """x − μ."""
    return x - x.mean(dim, keepdim=True)


def layer_norm(x: torch.Tensor, epsilon: float | torch.Tensor, dim: int = -1) -> torch.Tensor:
    """(x − μ) / √(v + ε), the gradient of `centred_potential`.

    >>> layer_norm(torch.tensor([1.0, 3.0]), 0.0)
    tensor([-1.,  1.])
    """
    return Row.of(x, epsilon, dim, center=True).h


def rms_norm(x: torch.Tensor, epsilon: float | torch.Tensor, dim: int = -1) -> torch.Tensor:
    """x / √(m + ε), the gradient of `uncentred_potential`."""
    return Row.of(x, epsilon, dim, center=False).h


def frozen_layer_norm(x: torch.Tensor, epsilon: float, dim: int = -1) -> torch.Tensor:
    """LayerNorm whose statistics no derivative sees (stop-gradient): ½‖·‖² then descends ½ K log(v + ε).

    The value of that square is about K whatever x is: give a line search `logarithmic_potential` instead.
    """
    shifted = x - x.narrow(dim, 0, 1).detach()
    c = shifted - shifted.mean(dim, keepdim=True).detach()
    return c * (c.detach().square().mean(dim, keepdim=True) + epsilon).rsqrt()


def frozen_rms_norm(x: torch.Tensor, epsilon: float, dim: int = -1) -> torch.Tensor:
    """RMSNorm whose mean square no derivative sees: ½‖·‖² then descends ½ K log(m + ε)."""
    return x * (x.detach().square().mean(dim, keepdim=True) + epsilon).rsqrt()


def hessian_product(
    a: torch.Tensor, x: torch.Tensor, epsilon: float | torch.Tensor, dim: int = -1, *, center: bool = True
) -> torch.Tensor:
    """J a, with J the Jacobian of the norm at x, which is symmetric: the way back and the way forward are one."""
    return Row.of(x, epsilon, dim, center).hessian(a)


def third_derivative(
    a: torch.Tensor,
    b: torch.Tensor,
    x: torch.Tensor,
    epsilon: float | torch.Tensor,
    dim: int = -1,
    *,
    center: bool = True,
) -> torch.Tensor:
    """D³φ[a, b] at x, symmetric in a and b: the derivative of J a along b."""
    return Row.of(x, epsilon, dim, center).third(a, b)


def fourth_derivative(
    a: torch.Tensor,
    b: torch.Tensor,
    c: torch.Tensor,
    x: torch.Tensor,
    epsilon: float | torch.Tensor,
    dim: int = -1,
    *,
    center: bool = True,
) -> torch.Tensor:
    """D⁴φ[a, b, c] at x, symmetric in a, b and c: the derivative of D³φ[a, b] along c."""
    return Row.of(x, epsilon, dim, center).fourth(a, b, c)


def centred_potential(x: torch.Tensor, epsilon: float, dim: int = -1) -> torch.Tensor:
    """φ = K √(v + ε) per row: convex, with ∇φ = LayerNorm(x); blind to what all entries have in common."""
    c = centred(x - x.narrow(dim, 0, 1).detach(), dim)
    return x.shape[dim] * (c.square().mean(dim) + epsilon).sqrt()


def common_mode_potential(x: torch.Tensor, epsilon: float, dim: int = -1) -> torch.Tensor:
    """ψ = K √(μ² + ε) per row: what centring is blind to, with ∂ψ/∂x_k = μ / √(μ² + ε)."""
    return x.shape[dim] * (x.mean(dim).square() + epsilon).sqrt()


def uncentred_potential(x: torch.Tensor, epsilon: float, dim: int = -1) -> torch.Tensor:
    """K √(m + ε) per row: convex, its gradient is RMSNorm(x)."""
    return x.shape[dim] * (x.square().mean(dim) + epsilon).sqrt()


def logarithmic_potential(x: torch.Tensor, epsilon: float, dim: int = -1, *, center: bool = False) -> torch.Tensor:
    """K log(m + ε) per row, or K log(v + ε): what the norms with stopped gradients really descend."""
    c = centred(x - x.narrow(dim, 0, 1).detach(), dim) if center else x
    return x.shape[dim] * (c.square().mean(dim) + epsilon).log()
