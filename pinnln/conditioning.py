"""Conditioning: the objective made of a residual vector at each point, and its least-squares model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from pinnln.kernels import centred_potential, common_mode_potential, residual_loss, uncentred_potential
from pinnln.kernels.reference import layer_norm as textbook_layer_norm
from pinnln.residual_vector import require_common_dimension
from pinnln.units import Dimension


@dataclass(frozen=True)
class Linearized:
    """A least-squares model of an objective at frozen weights:  ½ Σ s²  with  s = T r  near r.

    Attributes: rows s (M, N); matrix T (M, K, N) = ∂s/∂r, None for the identity; evaluate, s (M, N) at other residuals
    (K, N), with the weights still frozen.
    """

    rows: torch.Tensor
    matrix: torch.Tensor | None
    evaluate: Callable[[torch.Tensor], torch.Tensor]


class AbstractConditioning(ABC):
    """What is minimised for a residual vector r (K, N) of pure numbers: the mean over points of an objective."""

    def require(self, dimensions: Mapping[str, Dimension]) -> None:
        """Nothing, if the components may be brought together; raises IncommensurableError otherwise."""
        require_common_dimension(dimensions, f"{type(self).__name__} conditioning")

    @abstractmethod
    def objective(self, r: torch.Tensor) -> torch.Tensor:
        """The objective (N,) at residuals r (K, N)."""

    def total(self, r: torch.Tensor) -> torch.Tensor:
        """The objective summed over the points, differentiable."""
        return self.objective(r).sum()

    @abstractmethod
    def linearize(self, r: torch.Tensor) -> Linearized:
        """The least-squares model at residuals r (K, N)."""


@dataclass(frozen=True)
class MeanSquare(AbstractConditioning):
    """No conditioning:  ½ Σ r²."""

    def objective(self, r: torch.Tensor) -> torch.Tensor:
        return 0.5 * r.square().sum(0)

    def linearize(self, r: torch.Tensor) -> Linearized:
        return Linearized(r, None, lambda other: other)


@dataclass(frozen=True)
class LayerNorm(AbstractConditioning):
    """The objective whose gradient is the LayerNorm (RMSNorm, if not centred) of the residual vector.

    Uncentred:  K √(m + ε), gradient r / √(m + ε), with m the mean square of the K components at a point.
    Centred:  K √(v + ε) + K √(μ² + ε), the second part giving back the common mode that centring is blind to.
    For least squares the weights 1/√(· + ε) are frozen: √ is concave, so what decreases the model decreases the
    objective.

    Args: epsilon, a pure number, the mean square below which a point counts as solved; center.
    Raises: ValueError for epsilon ≤ 0.
    """

    epsilon: float = 1e-4
    center: bool = False

    def __post_init__(self) -> None:
        if not self.epsilon > 0:
            raise ValueError(f"expected epsilon above zero, a squared pure number, found {self.epsilon}")

    def objective(self, r: torch.Tensor) -> torch.Tensor:
        if self._centred(r):
            return centred_potential(r, self.epsilon, 0) + common_mode_potential(r, self.epsilon, 0)
        return uncentred_potential(r, self.epsilon, 0)

    def total(self, r: torch.Tensor) -> torch.Tensor:
        return residual_loss(r, epsilon=self.epsilon, center=self._centred(r))

    def linearize(self, r: torch.Tensor) -> Linearized:
        return self._centred_model(r) if self._centred(r) else self._uncentred_model(r)

    def _centred(self, r: torch.Tensor) -> bool:
        return self.center and len(r) > 1

    def _uncentred_model(self, r: torch.Tensor) -> Linearized:
        root = (r.square().mean(0) + self.epsilon) ** -0.25
        matrix = torch.eye(len(r), dtype=r.dtype)[:, :, None] * root
        return Linearized(root * r, matrix, lambda other: root * other)

    def _centred_model(self, r: torch.Tensor) -> Linearized:
        count = len(r)
        mean = r.mean(0)
        root = (r.var(0, correction=0) + self.epsilon) ** -0.25
        common = (mean.square() + self.epsilon) ** -0.25 * count**-0.5
        centring = torch.eye(count, dtype=r.dtype) - 1 / count
        matrix = torch.cat([centring[:, :, None] * root, common.expand(1, count, -1)])
        rows = torch.einsum("mkn,kn->mn", matrix, r)
        return Linearized(rows, matrix, lambda other: torch.einsum("mkn,kn->mn", matrix, other))


@dataclass(frozen=True)
class MeanSquareOfLayerNorm(AbstractConditioning):
    """The textbook mistake, kept for comparison:  ½ Σ LN(r)² = ½ K v/(v + ε), which hardly depends on r."""

    epsilon: float = 1e-5

    def objective(self, r: torch.Tensor) -> torch.Tensor:
        return 0.5 * textbook_layer_norm(r, self.epsilon, 0).square().sum(0)

    def linearize(self, r: torch.Tensor) -> Linearized:
        count = len(r)
        normal = textbook_layer_norm(r, self.epsilon, 0)
        root = (r.var(0, correction=0) + self.epsilon).rsqrt()
        centring = torch.eye(count, dtype=r.dtype) - 1 / count
        matrix = (centring[:, :, None] - normal[:, None] * normal[None] / count) * root
        return Linearized(normal, matrix, lambda other: textbook_layer_norm(other, self.epsilon, 0))


@dataclass(frozen=True)
class Unsafe(AbstractConditioning):
    """Another conditioning without its check of dimensions: the naive ways, for comparisons only."""

    inner: AbstractConditioning

    def require(self, dimensions: Mapping[str, Dimension]) -> None:
        """Nothing: this is what the naive ways do."""

    def objective(self, r: torch.Tensor) -> torch.Tensor:
        return self.inner.objective(r)

    def total(self, r: torch.Tensor) -> torch.Tensor:
        return self.inner.total(r)

    def linearize(self, r: torch.Tensor) -> Linearized:
        return self.inner.linearize(r)
