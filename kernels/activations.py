"""Activations with their derivatives of every order that the channels need."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.polynomial import Polynomial, hermite_e


@dataclass(frozen=True)
class Activation:
    """A smooth function σ; `derivatives(z, order)` gives (σ, σ′, …) up to that order."""

    name: str
    derivatives: Callable[[torch.Tensor, int], list[torch.Tensor]]


@functools.cache
def _polynomials(slope: tuple[float, ...], order: int) -> tuple[tuple[float, ...], ...]:
    """dᵏs/dzᵏ as polynomials in s, for a function with ds/dz a polynomial in s."""
    step, current = Polynomial(np.array(slope)), Polynomial(np.array([0.0, 1.0]))
    found = []
    for _ in range(order):
        current = current.deriv() * step
        found.append(tuple(float(c) for c in current.coef))
    return tuple(found)


def _horner(coefficients: tuple[float, ...], s: torch.Tensor) -> torch.Tensor:
    value = torch.full_like(s, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        value = value.mul_(s)
        if coefficient:
            value = value.add_(coefficient)
    return value


def _tanh(z: torch.Tensor, order: int) -> list[torch.Tensor]:
    t = torch.tanh(z)
    return [t, *(_horner(polynomial, t) for polynomial in _polynomials((1.0, 0.0, -1.0), order))]


def _sin(z: torch.Tensor, order: int) -> list[torch.Tensor]:
    s, c = torch.sin(z), torch.cos(z)
    cycle = [s, c, -s, -c]
    return [cycle[place % 4] for place in range(order + 1)]


def _silu(z: torch.Tensor, order: int) -> list[torch.Tensor]:
    s = torch.sigmoid(z)
    sigmoid = [s, *(_horner(polynomial, s) for polynomial in _polynomials((0.0, 1.0, -1.0), order))]
    return [z * s, *(z * sigmoid[k] + k * sigmoid[k - 1] for k in range(1, order + 1))]


def _gelu(z: torch.Tensor, order: int) -> list[torch.Tensor]:
    """z Φ(z), Φ the normal distribution:  Φ⁽ᵏ⁾ = (−1)ᵏ⁻¹ He_{k−1}(z) φ(z)."""
    distribution = [torch.special.ndtr(z)]
    density = torch.exp(-z.square() / 2) / math.sqrt(2 * math.pi)
    for k in range(1, order + 1):
        hermite = tuple(float((-1) ** (k - 1) * c) for c in hermite_e.herme2poly([0.0] * (k - 1) + [1.0]))
        distribution.append(_horner(hermite, z) * density)
    return [z * distribution[0], *(z * distribution[k] + k * distribution[k - 1] for k in range(1, order + 1))]


ACTIVATIONS: Mapping[str, Activation] = {
    "tanh": Activation("tanh", _tanh),
    "sin": Activation("sin", _sin),
    "silu": Activation("silu", _silu),
    "gelu": Activation("gelu", _gelu),
}
