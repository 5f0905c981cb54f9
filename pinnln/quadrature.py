"""Quadrature over a domain, a face or the rim of a hole: points and weights that are exact to round-off for smooth
integrands."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from pinnln.units import Ball, Coordinate, ProblemError

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Breaks: TypeAlias = Mapping[Coordinate, Sequence[float]]

_SETTLED = 1e-9
_MOST_POINTS = 100_000


@dataclass(frozen=True)
class Quadrature:
    """Points (N, d) and weights (N,) that add up to one, and the size of what they cover [coherent SI]."""

    points: Array
    weights: Array
    size: float


@dataclass(frozen=True)
class _Section:
    """What is left of a ball where some of its coordinates are fixed: a centre and a squared radius."""

    centre: Mapping[Coordinate, float]
    square: float

    def at(self, item: Coordinate, place: float) -> _Section:
        if item not in self.centre:
            return self
        others = {axis: middle for axis, middle in self.centre.items() if axis is not item}
        return _Section(others, self.square - (place - self.centre[item]) ** 2)


def settled(rule: Callable[[int], Quadrature], integrand: Callable[[Array], Array]) -> tuple[float, float]:
    """The mean of an integrand and the size of what it is taken over, by a rule of 1, 2, 4, … times as many points
    along every line, until doubling them moves the mean by less than 1e-9 of that of |integrand|, or they are too many.

    Args: rule, the quadrature that is so many times finer; integrand, values (N,) at points (N, d).
    """
    finer, last = 1, math.inf
    while True:
        quadrature = rule(finer)
        values = integrand(quadrature.points)
        mean = float(quadrature.weights @ values)
        doubled = len(values) * 2 ** _lines(quadrature.points)
        moving = abs(mean - last) > _SETTLED * float(quadrature.weights @ np.abs(values))  # not so if nothing is finite
        if not moving or doubled > _MOST_POINTS:
            return mean, quadrature.size
        finer, last = 2 * finer, mean


def _lines(points: Array) -> int:
    """Along how many coordinates points differ."""
    return int(np.count_nonzero(np.ptp(points, axis=0))) if len(points) else 0


def over_domain(
    coordinates: Sequence[Coordinate],
    fixed: Mapping[Coordinate, float],
    holes: Sequence[Ball],
    breaks: Breaks | None = None,
    finer: int = 1,
) -> Quadrature:
    """Gauss-Legendre quadrature along every coordinate that is not fixed [coherent SI], around the holes.

    Each line is cut where it enters and leaves a hole, and where it starts to meet one; there the integral over the
    other coordinates behaves as a square root, which the substitution x = −cos θ makes smooth. Nothing is asked inside.
    Where the integrand is smooth only piece by piece, `breaks` says where along a coordinate the pieces meet; `finer`
    is how many times as many points there are along every line.
    Raises: ProblemError if nothing is left, because what is fixed lies inside a hole.
    """
    free = [item for item in coordinates if item not in fixed]
    count = (64 if not holes else 40) if len(free) <= 2 else 16
    sections = [_Section(dict(zip(hole.coordinates, hole.centre, strict=True)), hole.radius**2) for hole in holes]
    for item, place in fixed.items():
        sections = [section.at(item, place) for section in sections]
    within, weights = _scan(free, sections, _gauss(count, finer), breaks or {})
    if not len(weights):
        raise ProblemError("what is fixed lies inside a hole: nothing of the domain is left there")
    points = np.empty((len(weights), len(coordinates)))
    for place, item in enumerate(coordinates):
        points[:, place] = fixed[item] if item in fixed else within[:, free.index(item)]
    share = float(weights.sum()) if sections else 1.0
    return Quadrature(points, weights / share, share * math.prod(item.high - item.low for item in free))


def over_rim(
    coordinates: Sequence[Coordinate], fixed: Mapping[Coordinate, float], rim: Ball, finer: int = 1
) -> Quadrature:
    """The trapezoidal rule around a disk, with Gauss-Legendre along the axis of a ball over three coordinates; `finer`
    is how many times as many points there are along every line.

    Raises: ProblemError for a ball over more, or if one of its coordinates is fixed.
    """
    if len(rim.coordinates) > 3 or set(rim.coordinates) & set(fixed):
        raise ProblemError(f"expected a rim over two or three free coordinates, found {rim}")
    angles = 2 * math.pi * np.arange(128 * finer) / (128 * finer)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    directions, shares = circle, np.full(len(angles), 1 / len(angles))
    if len(rim.coordinates) == 3:
        heights, weights = _gauss(48, finer)
        levels = np.repeat(heights, len(angles))[:, None]
        directions = np.hstack([np.tile(circle, (len(heights), 1)) * np.sqrt(1 - levels**2), levels])
        shares = np.outer(weights / 2, shares).ravel()
    surface = rim.surface(directions)
    free = [item for item in coordinates if item not in fixed and item not in rim.coordinates]
    within, rest = _grid(free, _gauss(32 if len(free) <= 1 else 16, finer))
    points = np.empty((len(shares) * len(rest), len(coordinates)))
    for place, item in enumerate(coordinates):
        if item in rim.coordinates:
            points[:, place] = np.repeat(surface[:, rim.coordinates.index(item)], len(rest))
        else:
            points[:, place] = fixed[item] if item in fixed else np.tile(within[:, free.index(item)], len(shares))
    area = 2 * math.pi * rim.radius if len(rim.coordinates) == 2 else 4 * math.pi * rim.radius**2
    return Quadrature(points, np.outer(shares, rest).ravel(), area * math.prod(item.high - item.low for item in free))


def _gauss(count: int, panels: int) -> tuple[Array, Array]:
    """Nodes in [−1, 1] and their weights: the rule of Gauss and Legendre in each of several panels."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    middles = (2 * np.arange(panels) + 1) / panels - 1
    return np.add.outer(middles, nodes / panels).ravel(), np.tile(weights / panels, panels)


def _scan(
    free: Sequence[Coordinate], sections: Sequence[_Section], rule: tuple[Array, Array], breaks: Breaks
) -> tuple[Array, Array]:
    """Points (N, d) over the free coordinates, outside the sections, and their weights, in fractions of the box."""
    met = [section for section in sections if section.square > 0]
    if any(not section.centre for section in met):
        return np.empty((0, len(free))), np.empty(0)
    if not met:
        return _grid(free, rule, breaks)
    axis, rest = free[0], free[1:]
    points, weights = [], []
    for place, weight in zip(*_line(axis, met, rule, breaks), strict=True):
        within, shares = _scan(rest, [section.at(axis, place) for section in met], rule, breaks)
        points.append(np.hstack([np.full((len(shares), 1), place), within]))
        weights.append(weight * shares)
    return np.concatenate(points), np.concatenate(weights)


def _line(
    axis: Coordinate, sections: Sequence[_Section], rule: tuple[Array, Array], breaks: Breaks
) -> tuple[Array, Array]:
    """Nodes along one coordinate, cut where sections start and end, and their weights, in fractions of its extent."""
    ends = [(section.centre[axis], math.sqrt(section.square)) for section in sections if axis in section.centre]
    edges = (middle + sign * half for middle, half in ends for sign in (-1, 1))
    cuts = sorted({axis.low, axis.high, *breaks.get(axis, ()), *edges})
    nodes, weights = rule
    angles = math.pi * (nodes + 1) / 2
    places, shares = -np.cos(angles), weights * np.sin(angles) * math.pi / 2
    if not ends:
        places, shares = nodes, weights
    halves = np.diff(cuts) / 2
    found = np.concatenate([low + half * (places + 1) for low, half in zip(cuts, halves, strict=False)])
    return found, np.concatenate([half * shares for half in halves]) / (axis.high - axis.low)


def _grid(free: Sequence[Coordinate], rule: tuple[Array, Array], breaks: Breaks | None = None) -> tuple[Array, Array]:
    lines = [_line(item, (), rule, breaks or {}) for item in free]
    axes = [places for places, _ in lines]
    points = (
        np.stack([grid.ravel() for grid in np.meshgrid(*axes, indexing="ij")], axis=1) if axes else np.empty((1, 0))
    )
    total = np.ones(())
    for _, shares in lines:
        total = np.multiply.outer(total, shares)
    return points, total.ravel()
