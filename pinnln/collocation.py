"""Collocation points: scrambled Sobol sequences on a domain, on its faces and on the rims of its holes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch

from pinnln.units import Ball, Coordinate


def sobol(
    coordinates: Sequence[Coordinate],
    count: int,
    fixed: Mapping[Coordinate, float],
    seed: int,
    holes: Sequence[Ball] = (),
) -> torch.Tensor:
    """Points (N, d) in the unit box of the extents, [0, 1] along every free coordinate.

    Args: coordinates; count, N; fixed, coordinates held at a place, given as a fraction of their extent; seed of the
    scrambling; holes, in which there are none: the sequence goes on until N lie outside. Where every coordinate is
    fixed there is one point.
    """
    free = [place for place, item in enumerate(coordinates) if item not in fixed]
    engine = _Sequence(len(free), seed)
    kept = [torch.empty(0, len(coordinates), dtype=torch.float64)]
    while sum(map(len, kept)) < (count if free else 1):
        points = torch.empty(count if free else 1, len(coordinates), dtype=torch.float64)
        points[:, free] = engine.draw(len(points))
        for place, item in enumerate(coordinates):
            if item in fixed:
                points[:, place] = fixed[item]
        kept.append(points[outside(coordinates, points, holes)] if free else points)
    return torch.cat(kept)[: count if free else 1]


def on_rim(coordinates: Sequence[Coordinate], count: int, rim: Ball, seed: int) -> torch.Tensor:
    """Points (N, d) in the unit box of the extents, on the surface of a ball, spread evenly over its area.

    Directions are angles for a disk, else normalised Gaussian vectors, both made of a Sobol sequence.
    """
    free = [place for place, item in enumerate(coordinates) if item not in rim.coordinates]
    dimensions = len(rim.coordinates)
    draw = _Sequence((1 if dimensions == 2 else dimensions) + len(free), seed).draw(count)
    ways, rest = draw[:, : draw.shape[1] - len(free)], draw[:, draw.shape[1] - len(free) :]
    if dimensions == 2:
        directions = torch.cat([torch.cos(2 * math.pi * ways), torch.sin(2 * math.pi * ways)], dim=1)
    else:
        vectors = torch.erfinv((2 * ways - 1).clamp(-1 + 1e-12, 1 - 1e-12))
        directions = vectors / vectors.norm(dim=1, keepdim=True)
    points = torch.empty(count, len(coordinates), dtype=torch.float64)
    points[:, free] = rest
    places = torch.from_numpy(rim.surface(directions.numpy()))
    for item, column in zip(rim.coordinates, places.T, strict=True):
        points[:, coordinates.index(item)] = (column - item.low) / (item.high - item.low)
    return points


def outside(coordinates: Sequence[Coordinate], points: torch.Tensor, holes: Sequence[Ball]) -> torch.Tensor:
    """Which points (N, d) of the unit box lie in no hole."""
    places = {
        item: item.low + (item.high - item.low) * column.numpy()
        for item, column in zip(coordinates, points.T, strict=True)
    }
    within = [hole.contains(places) for hole in holes]
    return torch.from_numpy(~np.any(within, axis=0)) if within else torch.ones(len(points), dtype=torch.bool)


class _Sequence:
    """A scrambled Sobol sequence that goes on where it stopped; of no dimension it is empty."""

    def __init__(self, dimension: int, seed: int) -> None:
        self._engine = (
            torch.quasirandom.SobolEngine(dimension, scramble=True, seed=seed)  # type: ignore[no-untyped-call]  # torch's
            if dimension
            else None
        )

    def draw(self, count: int) -> torch.Tensor:
        if self._engine is None:
            return torch.empty(count, 0, dtype=torch.float64)
        points: torch.Tensor = self._engine.draw(count, dtype=torch.float64)
        return points
