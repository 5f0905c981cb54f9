"""Damped least squares:  min ‖r + J p‖² + λ ‖S p‖²  for many λ, in the form that suits the shape of J."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotrs

from pinnln.kernels.gram import accumulate_triangle, mirror_triangle

SOFTENING = 1e-4


@dataclass(frozen=True)
class DampedStep:
    """A step p (P,), its length ‖Sp‖ in the metric, and by how much it lowers  ½‖r + J p‖²."""

    p: torch.Tensor
    length: float
    predicted: float


class AbstractSystem(ABC):
    """J (R, P) and r (R,), met block by block of rows, then solved for any λ ≥ 0.

    The metric is S² = diag(JᵀJ) + c·max diag(JᵀJ). Without c a column of almost nothing makes steps that run away; with
    a large one, nearly the identity, large columns are held back.

    Args: size, P; softening, c.
    """

    def __init__(self, size: int, softening: float = SOFTENING) -> None:
        self.size, self.softening = size, softening

    @abstractmethod
    def add(self, jacobian: torch.Tensor, rows: torch.Tensor) -> None:
        """Takes in rows of J (B, P) and of r (B,)."""

    @abstractmethod
    def factor(self) -> None:
        """Prepares for steps, once all rows are in."""

    @abstractmethod
    def solve(self, slope: torch.Tensor, damping: float) -> torch.Tensor | None:
        """(JᵀJ + λS²)⁻¹ slope (P,), None if the matrix is singular to working precision."""

    @property
    @abstractmethod
    def slope(self) -> torch.Tensor:
        """Jᵀr (P,)."""

    @property
    @abstractmethod
    def metric(self) -> torch.Tensor:
        """S (P,)."""

    def step(self, damping: float) -> DampedStep | None:
        """The minimiser at λ, None where it cannot be found."""
        solved = self.solve(self.slope, damping)
        if solved is None:
            return None
        p = -solved
        length = float((self.metric * p).norm())
        predicted = 0.5 * (damping * length**2 - float(self.slope @ p))
        usable = math.isfinite(length) and math.isfinite(predicted) and predicted > 0
        return DampedStep(p, length, predicted) if usable else None


def softened(squares: torch.Tensor, softening: float = SOFTENING) -> torch.Tensor:
    """S (P,) from the squared norms of the columns of J."""
    return (squares + softening * squares.max()).sqrt()


class NormalEquations(AbstractSystem):
    """JᵀJ accumulated: R P² operations, then a Cholesky factor of P³/3 for every λ. Loses directions whose singular
    value is below 10⁻⁸ of the largest."""

    def __init__(self, size: int, softening: float = SOFTENING) -> None:
        super().__init__(size, softening)
        self._gram = torch.zeros(size, size, dtype=torch.float64)
        self._slope = torch.zeros(size, dtype=torch.float64)
        self._factors: dict[float, NDArray[np.float64] | None] = {}

    def add(self, jacobian: torch.Tensor, rows: torch.Tensor) -> None:
        accumulate_triangle(jacobian, rows, self._gram, self._slope)

    @property
    def gram(self) -> torch.Tensor:
        """JᵀJ (P, P) of the rows so far."""
        mirror_triangle(self._gram)
        return self._gram

    def factor(self) -> None:
        gram = self.gram
        self._metric = softened(gram.diagonal(), self.softening)
        self._scaled = gram / self._metric / self._metric[:, None]

    @property
    def slope(self) -> torch.Tensor:
        return self._slope

    @property
    def metric(self) -> torch.Tensor:
        return self._metric

    def solve(self, slope: torch.Tensor, damping: float) -> torch.Tensor | None:
        factor = self._factor(damping)
        if factor is None:
            return None
        found, _ = dpotrs(factor, (slope / self._metric).numpy(), lower=1)
        return torch.from_numpy(found) / self._metric

    def _factor(self, damping: float) -> NDArray[np.float64] | None:
        """The Cholesky factor by scipy's LAPACK, which takes two thirds of the time of torch's, a solve with it less
        than a half; the damped matrix, seen column by column, is overwritten by its own factor."""
        if damping not in self._factors:
            self._factors.clear()
            damped = self._scaled.clone()
            damped.diagonal().add_(damping)
            factor, failed = dpotrf(damped.numpy().T, lower=1, clean=0, overwrite_a=1)
            self._factors[damping] = None if failed else factor
        return self._factors[damping]


class _Spectral(AbstractSystem):
    """A system solved in the right singular vectors V (P, k) of J S⁻¹, every λ at O(P k)."""

    _slope: torch.Tensor
    _metric: torch.Tensor
    _right: torch.Tensor
    _squares: torch.Tensor

    @property
    def slope(self) -> torch.Tensor:
        return self._slope

    @property
    def metric(self) -> torch.Tensor:
        return self._metric

    def solve(self, slope: torch.Tensor, damping: float) -> torch.Tensor | None:
        if damping <= 0:
            return None
        scaled = slope / self._metric
        along = self._right.T @ scaled
        inside = self._right @ (along / (self._squares + damping))
        outside = (scaled - self._right @ along) / damping
        return (inside + outside) / self._metric


class Triangle(_Spectral):
    """J = QR block by block, never JᵀJ: keeps directions down to 10⁻¹⁵ of the largest, at some ten times the price."""

    def __init__(self, size: int, softening: float = SOFTENING) -> None:
        super().__init__(size, softening)
        self._upper = torch.zeros(0, size + 1, dtype=torch.float64)

    def add(self, jacobian: torch.Tensor, rows: torch.Tensor) -> None:
        stacked = torch.cat([self._upper, torch.cat([jacobian, rows[:, None]], dim=1)])
        self._upper = torch.linalg.qr(stacked, mode="r").R

    def factor(self) -> None:
        upper, last = self._upper[:, : self.size], self._upper[:, self.size]
        self._metric = softened(upper.square().sum(0), self.softening)
        self._slope = upper.T @ last
        left, values, right = torch.linalg.svd(upper / self._metric, full_matrices=False)
        self._right, self._squares = right.T, values.square()
        self._along: torch.Tensor = left.T @ last * values

    def solve(self, slope: torch.Tensor, damping: float) -> torch.Tensor | None:
        if slope is not self._slope or damping <= 0:
            return super().solve(slope, damping)
        found: torch.Tensor = self._right @ (self._along / (self._squares + damping)) / self._metric
        return found


class Dual(_Spectral):
    """J kept whole, R < P rows: JS⁻²Jᵀ = UΣ²Uᵀ costs R²P operations and R³ for its spectrum, once for all λ."""

    def __init__(self, size: int, softening: float = SOFTENING) -> None:
        super().__init__(size, softening)
        self._blocks: list[torch.Tensor] = []
        self._rows: list[torch.Tensor] = []

    def add(self, jacobian: torch.Tensor, rows: torch.Tensor) -> None:
        self._blocks.append(jacobian)
        self._rows.append(rows)

    def factor(self) -> None:
        jacobian, rows = torch.cat(self._blocks), torch.cat(self._rows)
        self._metric = softened(jacobian.square().sum(0), self.softening)
        self._slope = jacobian.T @ rows
        scaled = jacobian / self._metric
        squares, left = torch.linalg.eigh(scaled @ scaled.T)
        kept = squares > squares.max() * len(squares) * torch.finfo(squares.dtype).eps
        self._squares = squares[kept]
        self._right = scaled.T @ (left[:, kept] / self._squares.sqrt())
