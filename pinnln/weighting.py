"""Weights that change while a network is trained: between blocks of steps, never inside one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch

from pinnln.conditioning import AbstractConditioning, Linearized, MeanSquare, Unsafe
from pinnln.residual_group import Group, Points
from pinnln.terms import Terms

Placed: TypeAlias = Sequence[Iterable[tuple[Points, float]]]
"""Points of every group in chunks, with the weight of each point in the mean."""


@dataclass(frozen=True)
class Scaled(AbstractConditioning):
    """Another conditioning of residuals that are scaled before:  √w r.

    Args: inner; roots √w, for each component (K, 1), or for each of its points too (K, N).
    """

    inner: AbstractConditioning
    roots: torch.Tensor

    def objective(self, r: torch.Tensor) -> torch.Tensor:
        return self.inner.objective(self.roots * r)

    def total(self, r: torch.Tensor) -> torch.Tensor:
        return self.inner.total(self.roots * r)

    def gradient(self, r: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        total, slope = self.inner.gradient(self.roots * r)
        return total, self.roots * slope

    def linearize(self, r: torch.Tensor) -> Linearized:
        model = self.inner.linearize(self.roots * r)
        matrix = torch.eye(len(r), dtype=r.dtype)[:, :, None] if model.matrix is None else model.matrix
        return Linearized(
            model.rows, matrix * self.roots.expand_as(r), lambda other: model.evaluate(self.roots * other)
        )


class AbstractBalance(ABC):
    """The weights in the course of one training. A new training begins with a new one."""

    keeps_points: bool = False

    @abstractmethod
    def conditioning(self, group: Group, points: Points) -> AbstractConditioning:
        """What is minimised at points of a group, the weights as they are now."""

    @abstractmethod
    def refreshed(self, terms: Terms, points: Placed) -> Placed:
        """Sets the weights anew from what the terms are now; the points as they count from then on."""


class AbstractWeighting(AbstractConditioning):
    """A conditioning whose weights follow from what was seen in training, one block of steps after another.

    Within a block they are fixed: to the optimiser the objective is that of the base with scaled residuals. What is
    asked of the objective outside of a training is the base, all weights one.
    """

    def base(self) -> AbstractConditioning:
        """What is minimised where all weights are one."""
        return MeanSquare()

    @abstractmethod
    def begin(self, names: Sequence[str]) -> AbstractBalance:
        """The weights of a training that begins, of terms of these names; nothing is known of it yet."""

    def objective(self, r: torch.Tensor) -> torch.Tensor:
        return self.base().objective(r)

    def total(self, r: torch.Tensor) -> torch.Tensor:
        return self.base().total(r)

    def linearize(self, r: torch.Tensor) -> Linearized:
        return self.base().linearize(r)


def weighting_in(conditioning: AbstractConditioning) -> AbstractWeighting | None:
    """The weighting that a conditioning is, or would be with its check of dimensions; None if there is none.

    >>> from pinnln import LogLoss, MeanSquare
    >>> weighting_in(Unsafe(LogLoss())), weighting_in(MeanSquare())
    (LogLoss(epsilon=1e-06), None)
    """
    bare = conditioning.inner if isinstance(conditioning, Unsafe) else conditioning
    return bare if isinstance(bare, AbstractWeighting) else None


def require_fixed(outer: str, inner: AbstractConditioning) -> None:
    """Refuses a conditioning whose weights change inside of one that does not know.

    Raises: TypeError with both names, or with what was found if it is no conditioning.
    """
    if not isinstance(inner, AbstractConditioning):
        raise TypeError(f"{outer} works on a conditioning such as MeanSquare() or LayerNorm(), found {inner!r}")
    if weighting_in(inner) is not None:
        raise TypeError(
            f"{outer} works on a conditioning whose weights are fixed, such as MeanSquare() or LayerNorm(), "
            f"found {inner}: take one of the two alone"
        )
