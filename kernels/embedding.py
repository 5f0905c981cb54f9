"""What a network sees of its coordinates: features of the box, with their partial derivatives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from pinnln.kernels.multi_index import MultiIndex


@dataclass(frozen=True)
class Embedding:
    """Features (N, f) of coordinates in a box: its extent mapped to [−1, 1], or to a circle where it is periodic.

    A plain coordinate gives  2 (x − low)/(high − low) − 1,  a periodic one  cos ωx, sin ωx  with ω = 2π/(high − low),
    so that every derivative is periodic too.

    Args: low, high, the corners of the box (d,); periodic, for each coordinate, none unless given.
    Raises: ValueError for unlike lengths or an empty extent.

    >>> Embedding((0.0, 0.0), (1.0, 2.0), (True, False)).size
    3
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    periodic: tuple[bool, ...] = ()

    def __post_init__(self) -> None:
        if len(self.low) != len(self.high) or len(self.periodic) not in (0, len(self.low)):
            raise ValueError(
                f"expected corners and flags of one length, found {self.low}, {self.high}, {self.periodic}"
            )
        if any(not low < high for low, high in zip(self.low, self.high, strict=True)):
            raise ValueError(f"expected low < high along every coordinate, found {self.low} and {self.high}")

    @property
    def size(self) -> int:
        """The number of features f."""
        return len(self.low) + sum(self.periodic)

    def channels(self, x: torch.Tensor, indices: Sequence[MultiIndex]) -> torch.Tensor:
        """The features and their partial derivatives (C, N, f) at points x (N, d)."""
        if x.ndim != 2 or x.shape[1] != len(self.low) or any(len(index) != x.shape[1] for index in indices):
            raise ValueError(
                f"expected x (N, {len(self.low)}) and multi-indices of that length, "
                f"found {tuple(x.shape)} and {indices}"
            )
        columns = [part for axis in range(x.shape[1]) for part in self._along(axis, x[:, axis], indices)]
        return torch.stack(columns, dim=2)

    def _along(self, axis: int, x: torch.Tensor, indices: Sequence[MultiIndex]) -> list[torch.Tensor]:
        extent = self.high[axis] - self.low[axis]
        if self.periodic and self.periodic[axis]:
            rate = 2 * math.pi / extent
            phase = rate * (x - self.low[axis])
            return [_waves(phase + shift, rate, axis, indices) for shift in (math.pi / 2, 0.0)]
        found = x.new_zeros(len(indices), len(x))
        for place, index in enumerate(indices):
            if not any(index):
                found[place] = 2 * (x - self.low[axis]) / extent - 1
            elif sum(index) == 1 == index[axis]:
                found[place] = 2 / extent
        return [found]


def _waves(phase: torch.Tensor, rate: float, axis: int, indices: Sequence[MultiIndex]) -> torch.Tensor:
    """sin(phase) and its derivatives along one axis, (C, N)."""
    found = phase.new_zeros(len(indices), len(phase))
    for place, index in enumerate(indices):
        if sum(index) == index[axis]:
            found[place] = rate ** index[axis] * torch.sin(phase + index[axis] * math.pi / 2)
    return found
