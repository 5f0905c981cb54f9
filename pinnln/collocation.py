"""Collocation points: scrambled Sobol sequences on the box and on its faces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from pinnln.units import Coordinate


def sobol(coordinates: Sequence[Coordinate], count: int, fixed: Mapping[Coordinate, float], seed: int) -> torch.Tensor:
    """Points (N, d) in the unit box of the extents, [0, 1] along every free coordinate.

    Args: coordinates; count, N; fixed, coordinates held at a place, given as a fraction of their extent; seed of the
    scrambling. Where every coordinate is fixed there is one point.
    """
    free = [place for place, item in enumerate(coordinates) if item not in fixed]
    points = torch.empty(count if free else 1, len(coordinates), dtype=torch.float64)
    if free:
        engine = torch.quasirandom.SobolEngine(len(free), scramble=True, seed=seed)  # type: ignore[no-untyped-call]  # torch's
        points[:, free] = engine.draw(count, dtype=torch.float64)
    for place, item in enumerate(coordinates):
        if item in fixed:
            points[:, place] = fixed[item]
    return points
