"""Causal ordering: later times count once the equations hold at earlier ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch

from pinnln.conditioning import AbstractConditioning, Linearized, MeanSquare
from pinnln.formulation import Formulation
from pinnln.residual_group import Points
from pinnln.units import Dimension, ProblemError
from pinnln.weighting import require_fixed


@dataclass(frozen=True)
class Causal(AbstractConditioning):
    """Another conditioning with weights along time that open behind a front:

        w(s) = w₀ + (1 − w₀) S((f − s)/δ),    S(z) = z²(3 − 2z) on [0, 1],    δ = 1/stages,

    with s the share of the extent of time, and f the front. Between blocks of steps, where points are drawn anew, f
    goes on by δ if the root mean square of the residuals behind it is within the tolerance, and further while it stays
    so; or if it waited for `patience` blocks. Weights are fixed within a block, lie in [w₀, 1], and end at one: what is
    minimised at last is the inner objective. The residuals are pure numbers, and so is the tolerance.

    Worth a try where a solution travels and training settles on one that ignores the start; where the plain way gets
    there, it gets there sooner. For long times `windows` of `solve` are the stronger remedy: each has its own network.

    Args: inner, what is ordered; tolerance; stages; patience; floor, w₀, which keeps what lies ahead from going astray.
    Raises: ValueError for settings that are not above zero, or a floor outside [0, 1); TypeError for an inner one whose
    own weights change.
    Source: the front is our own; the order in time after C. L. Wight, J. Zhao, arXiv 2007.04542.
    """

    inner: AbstractConditioning = field(default_factory=MeanSquare)
    tolerance: float = 0.1
    stages: int = 5
    patience: int = 3
    floor: float = 1e-2

    def __post_init__(self) -> None:
        if not (self.tolerance > 0 and self.stages >= 1 and self.patience >= 1 and 0 <= self.floor < 1):
            raise ValueError(
                "expected a tolerance above zero, at least one stage and one block of patience, and a floor from 0 to "
                f"below 1, found {self.tolerance}, {self.stages}, {self.patience} and {self.floor}"
            )
        require_fixed("Causal", self.inner)

    def require(self, dimensions: Mapping[str, Dimension]) -> None:
        """As the inner one: a weight for a point brings no components together."""
        self.inner.require(dimensions)

    def objective(self, r: torch.Tensor) -> torch.Tensor:
        return self.inner.objective(r)

    def total(self, r: torch.Tensor) -> torch.Tensor:
        return self.inner.total(r)

    def linearize(self, r: torch.Tensor) -> Linearized:
        return self.inner.linearize(r)


@dataclass(frozen=True)
class Weighted(AbstractConditioning):
    """Another conditioning with a weight w (N,) for every point."""

    inner: AbstractConditioning
    weights: torch.Tensor

    def objective(self, r: torch.Tensor) -> torch.Tensor:
        return self.weights * self.inner.objective(r)

    def linearize(self, r: torch.Tensor) -> Linearized:
        root = self.weights.sqrt()
        model = self.inner.linearize(r)
        matrix = torch.eye(len(r), dtype=r.dtype)[:, :, None] if model.matrix is None else model.matrix
        return Linearized(root * model.rows, root * matrix, lambda other: root * model.evaluate(other))


class TimeFront:
    """How far time is open, and what the residuals were when they were last asked.

    Args: causal; formulation.
    Attributes: settled, whether the residuals seen last were all of open time.
    Raises: ProblemError if the problem is of no time.
    """

    def __init__(self, causal: Causal, formulation: Formulation) -> None:
        times = [place for place, item in enumerate(formulation.coordinates) if item.is_time]
        if not times:
            names = ", ".join(item.name for item in formulation.coordinates)
            raise ProblemError(
                f"Causal orders by time, and this problem is of ({names}): expected a coordinate in units of time"
            )
        self._causal, self._axis = causal, times[0]
        low, high = formulation.box()
        self._low, self._high = float(low[self._axis]), float(high[self._axis])
        self._stage, self._waited = 1, 0
        self.settled = False
        self._seen: list[tuple[torch.Tensor, torch.Tensor]] = []

    @property
    def open(self) -> bool:
        """Whether every weight is one."""
        return self._stage > self._causal.stages

    def weights(self, points: Points, count: int) -> torch.Tensor:
        """The weights of the first `count` points, (count,)."""
        return 1 - (1 - self._causal.floor) * (1 - self._behind(self._share(points, count)))

    def conditioning(self, points: Points, count: int) -> AbstractConditioning:
        """The conditioning of the first `count` points."""
        return self._causal.inner if self.open else Weighted(self._causal.inner, self.weights(points, count))

    def record(self, points: Points, r: torch.Tensor, *, first: bool) -> None:
        """Keeps the size of residuals (K, N) for the next `advance`; `first` forgets those kept before."""
        if first:
            self._seen = []
        self.settled = self.open
        self._seen.append((self._share(points, r.shape[1]), r.detach().square().mean(0)))

    def advance(self) -> None:
        """Moves the front, if what was seen allows it or the wait was long enough."""
        if self.open or not self._seen:
            return
        shares, squares = (torch.cat(parts) for parts in zip(*self._seen, strict=True))
        self._waited += 1
        if self._met(shares, squares) or self._waited >= self._causal.patience:
            self._stage, self._waited = self._stage + 1, 0
            while not self.open and self._met(shares, squares):
                self._stage += 1
        self._seen = []

    def open_all(self) -> None:
        """Opens all of time."""
        self._stage = self._causal.stages + 1

    def _met(self, shares: torch.Tensor, squares: torch.Tensor) -> bool:
        behind = self._behind(shares)
        return float(behind @ squares) <= self._causal.tolerance**2 * float(behind.sum())

    def _share(self, points: Points, count: int) -> torch.Tensor:
        return (points.x[:count, self._axis] - self._low) / (self._high - self._low)

    def _behind(self, shares: torch.Tensor) -> torch.Tensor:
        """S((f − s)/δ) (N,)."""
        z = (self._stage - self._causal.stages * shares).clamp(0, 1)
        return z * z * (3 - 2 * z)
