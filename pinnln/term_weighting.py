"""One weight for every term: an equation, or a condition that is left to the loss."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from pinnln.conditioning import AbstractConditioning
from pinnln.residual_group import Group, Points
from pinnln.terms import Terms
from pinnln.weighting import AbstractBalance, AbstractWeighting, Placed, Scaled


class AbstractTermWeighting(AbstractWeighting):
    """Weights w_c > 0 of the terms L_c:  what is minimised within a block is  Σ w_c L_c.

    The weights are a function of what was measured of the terms at every refresh since the training began, and of
    nothing else: the same course gives the same weights. They are brought to a geometric mean of one, so that equations
    in other units multiply all of them by one number, the same at every refresh.
    """

    @abstractmethod
    def measured(self, terms: Terms) -> torch.Tensor:
        """What the weights depend on, at one refresh: a number for every term (C,)."""

    @abstractmethod
    def weights(self, history: torch.Tensor) -> torch.Tensor:
        """Weights (C,) from what was measured at every refresh so far (R, C), the last row now; of any size."""

    def begin(self, names: Sequence[str]) -> AbstractBalance:
        return TermBalance(self, names)


@dataclass(frozen=True)
class AbstractEqualising(AbstractTermWeighting):
    """Weights  w_c ∝ 1/s_c  of a size s_c of every term, so that all weighted sizes are one.

    It is the size that is smoothed over the refreshes, not the weight: a size that is multiplied by a number, as when
    an equation is stated in other units, then leaves every weighted term as it was.

    Args: decay of the mean over refreshes; bound, the largest weight over the smallest.
    Raises: ValueError for a decay outside [0, 1) or a bound below 1.
    """

    decay: float = 0.9
    bound: float = 1e4

    def __post_init__(self) -> None:
        require_decay(self.decay)
        require_bound(self.bound)

    def weights(self, history: torch.Tensor) -> torch.Tensor:
        return inverse(smoothed(history, self.decay), self.bound)


class TermBalance(AbstractBalance):
    """The weights of terms in one training.

    Args: weighting; names of the terms.
    Attributes: weights, by name, one before the first refresh.
    """

    def __init__(self, weighting: AbstractTermWeighting, names: Sequence[str]) -> None:
        self._weighting, self._history = weighting, torch.empty(0, len(names), dtype=torch.float64)
        self.weights: Mapping[str, float] = dict.fromkeys(names, 1.0)

    def conditioning(self, group: Group, points: Points) -> AbstractConditioning:
        weights = torch.tensor([[self.weights[item.name]] for item in group.components], dtype=torch.float64)
        return Scaled(self._weighting.base(), weights.sqrt())

    def refreshed(self, terms: Terms, points: Placed) -> Placed:
        """Measures, and weighs anew; where a term is not finite, all stays as it was.

        Raises: ValueError for weights that are not finite and above zero.
        """
        now = self._weighting.measured(terms)
        if not bool(now.isfinite().all()):
            return points
        self._history = torch.cat([self._history, now[None]])
        found = self._weighting.weights(self._history)
        if not (bool(found.isfinite().all()) and bool((found > 0).all())):
            listed = ", ".join(f"{name} {value:g}" for name, value in zip(terms.names, found.tolist(), strict=True))
            raise ValueError(f"expected weights that are finite and above zero of {self._weighting}, found {listed}")
        logs = found.log()
        self.weights = dict(zip(terms.names, (logs - logs.mean()).exp().tolist(), strict=True))
        return points


def inverse(sizes: torch.Tensor, bound: float) -> torch.Tensor:
    """Weights 1/s of sizes s ≥ 0, of which the largest is at most `bound` times the smallest.

    >>> inverse(torch.tensor([4.0, 1.0, 0.0]), 8.0)
    tensor([0.2500, 1.0000, 2.0000])
    """
    smallest = max(float(sizes.max()) / bound, torch.finfo(sizes.dtype).tiny)
    return 1 / (sizes.clamp(min=smallest) if float(sizes.max()) > 0 else torch.ones_like(sizes))


def capped(weights: torch.Tensor, bound: float) -> torch.Tensor:
    """Weights, none of them below the largest over `bound`.

    >>> capped(torch.tensor([1.0, 0.0]), 100.0)
    tensor([1.0000, 0.0100])
    """
    return weights.clamp(min=float(weights.max()) / bound)


def smoothed(history: torch.Tensor, decay: float) -> torch.Tensor:
    """The mean (C,) over the rows of a history (R, C), the last of weight one, each before it `decay` times less.

    >>> smoothed(torch.tensor([[4.0], [1.0]]), 0.5)
    tensor([2.])
    """
    shares = decay ** torch.arange(len(history) - 1, -1, -1, dtype=history.dtype)
    return shares @ history / shares.sum()


def require_bound(bound: float) -> None:
    """Refuses a largest ratio of two weights below one."""
    if not bound >= 1:
        raise ValueError(f"expected bound, the largest weight over the smallest, of at least 1, found {bound}")


def require_decay(decay: float) -> None:
    """Refuses a decay outside [0, 1)."""
    if not 0 <= decay < 1:
        raise ValueError(f"expected decay from 0 to below 1, found {decay}")
