"""Collocation points: scrambled Sobol sequences on the box and on its faces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch

from pinnln.units import Coordinate


@dataclass(frozen=True)
class SobolDraws:
    """Points in the unit box of the extents, [0, 1] along every free coordinate, as one sequence drawn in parts.

    Args: coordinates; points, how many, N; fixed, coordinates held at a place, given as a fraction of their extent;
    seed of the scrambling. Where every coordinate is fixed there is one point.
    """

    coordinates: Sequence[Coordinate]
    points: int
    fixed: Mapping[Coordinate, float]
    seed: int

    @property
    def free(self) -> list[int]:
        """The columns that are drawn."""
        return [place for place, item in enumerate(self.coordinates) if item not in self.fixed]

    @property
    def count(self) -> int:
        """How many points there are."""
        return self.points if self.free else 1

    def chunks(self, size: int) -> Iterator[torch.Tensor]:
        """The points (≤ size, d), part after part; the parts together are the same whatever their size."""
        free = self.free
        engine = torch.quasirandom.SobolEngine(max(len(free), 1), scramble=True, seed=self.seed)  # type: ignore[no-untyped-call]  # torch's
        for start in range(0, self.count, size):
            rows = torch.empty(min(size, self.count - start), len(self.coordinates), dtype=torch.float64)
            if free:
                rows[:, free] = engine.draw(len(rows), dtype=torch.float64)
            for place, item in enumerate(self.coordinates):
                if item in self.fixed:
                    rows[:, place] = self.fixed[item]
            yield rows


def sobol(coordinates: Sequence[Coordinate], count: int, fixed: Mapping[Coordinate, float], seed: int) -> torch.Tensor:
    """All points (N, d) of `SobolDraws` at once."""
    return torch.cat(list(SobolDraws(coordinates, count, fixed, seed).chunks(max(count, 1))))
