"""Derivatives of fields that are known by their values alone, from Chebyshev series on small patches."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

Values = NDArray[np.float64]

_NODES = 32
_DEGREES = (8, 12, 16, 22)
_SIZES = 0.5 * 0.4 ** np.arange(8)
_TAIL = 3
_ASIDE = 0.05
_EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Differentiated:
    """A derivative at N points, and what rounding of the values it was made from may have added to it, (N,) each."""

    values: Values
    rounding: Values


@dataclass(frozen=True)
class _Interval:
    """Where each of N points has its patch along one axis: middle, half width, degree of the series, (N,) each."""

    middle: Values
    half: Values
    degree: NDArray[np.int64]


class Patches:
    """Derivatives at points, from the values of fields around them:  q ≈ Σ cₖ Tₖ(ξ),  q⁽ᵐ⁾ = h⁻ᵐ Σ cₖ Tₖ⁽ᵐ⁾(ξ).

    On a wide patch the series is cut off where q still has something to say, on a narrow one the m-th derivative
    divides rounding by hᵐ. So of eight sizes and four degrees each point takes the ones whose last coefficients and
    rounding together promise the smallest error. Only lines along the axes are asked; a mixed derivative asks for the
    tensor product of its axes.

    Args: fields, values (M,) by name at points (M, d); points (N, d); low, high (N, d), how far around each point
    fields may be asked along each axis. A point may lie on the edge of that.

    >>> points = np.array([[0.5, 0.2]])
    >>> wave = Patches(lambda at: {"u": np.sin(at[:, 0] - at[:, 1])}, points, points - 0.5, points + 0.5)
    >>> bool(abs(wave.derivative("u", (2, 1)).values[0] - np.cos(0.3)) < 1e-11)
    True
    """

    def __init__(
        self, fields: Callable[[Values], Mapping[str, Values]], points: Values, low: Values, high: Values
    ) -> None:
        self.fields, self.points, self.low, self.high = fields, points, low, high
        self._lines: dict[tuple[int, bool], tuple[Values, Values, Mapping[str, Values]]] = {}
        self._here: Mapping[str, Values] = fields(points)

    @property
    def names(self) -> tuple[str, ...]:
        """The fields that have values."""
        return tuple(self._here)

    def derivative(self, name: str, orders: Sequence[int]) -> Differentiated:
        """A partial derivative of a field at the points.

        Args: name of the field; orders, how often along each axis.
        """
        axes = [axis for axis, order in enumerate(orders) if order]
        if not axes:
            here = self._here[name]
            return Differentiated(here, _EPSILON * np.abs(here))
        chosen = [self._interval(name, axis, orders[axis], mixed=len(axes) > 1) for axis in axes]
        around = np.repeat(self.points[:, None, :], _NODES ** len(axes), axis=1)
        for place, (axis, interval) in enumerate(zip(axes, chosen, strict=True)):
            nodes = np.array([item[place] for item in product(_nodes(), repeat=len(axes))])
            around[:, :, axis] = interval.middle[:, None] + interval.half[:, None] * nodes
        found = self.fields(around.reshape(-1, self.points.shape[1]))[name]
        found = found.reshape(len(self.points), *(_NODES,) * len(axes))
        rounding = _EPSILON * np.abs(found).max(axis=tuple(range(1, found.ndim)))
        for axis, interval in zip(reversed(axes), reversed(chosen), strict=True):
            slopes = _slopes(self.points[:, axis], interval, orders[axis])
            rounding = rounding * np.abs(slopes).sum(1)
            found = np.einsum("n...i,ik,nk->n...", found, _transform(), slopes)
        return Differentiated(found, rounding)

    def _interval(self, name: str, axis: int, order: int, *, mixed: bool) -> _Interval:
        """Of every point the patch with the smallest promised error along one axis; of a mixed derivative on a second
        line beside it too, lest the first is one on which the field is zero."""
        middle, half, fields = self._line(axis, aside=False)
        lines = [fields, *([self._line(axis, aside=True)[2]] if mixed else [])]
        values = np.stack([item[name].reshape(*middle.shape, _NODES) for item in lines])
        coefficients = np.abs(values @ _transform()).max(0)
        rounding = _EPSILON * np.abs(values).max((0, 3))
        place = np.repeat(self.points[:, axis, None], len(_SIZES), axis=1)
        promised = []
        for degree in _DEGREES:
            interval = _Interval(middle.ravel(), half.ravel(), np.full(middle.size, degree))
            slopes = np.abs(_slopes(place.ravel(), interval, order)).sum(1).reshape(middle.shape)
            tail = coefficients[:, :, degree - _TAIL + 1 : degree + 1].max(2)
            promised.append((tail + rounding) * slopes)
        best = np.stack(promised, axis=2).reshape(len(self.points), -1).argmin(1)
        size, degree = np.divmod(best, len(_DEGREES))
        every = np.arange(len(self.points))
        return _Interval(middle[every, size], half[every, size], np.array(_DEGREES)[degree])

    def _line(self, axis: int, *, aside: bool) -> tuple[Values, Values, Mapping[str, Values]]:
        """Middles and half widths (N, S) of all sizes along one axis, and the fields at their nodes, on the line
        through each point or on one aside of it."""
        if (axis, aside) not in self._lines:
            low, high, place = (item[:, axis, None] for item in (self.low, self.high, self.points))
            half = (high - low) * _SIZES / 2
            middle = np.clip(place, low + half, high - half)
            inward = (self.low + self.high) / 2 - self.points
            start = self.points + (_ASIDE * inward if aside else 0.0)
            at = np.repeat(start[:, None, None, :], len(_SIZES), axis=1).repeat(_NODES, axis=2)
            at[..., axis] = middle[:, :, None] + half[:, :, None] * _nodes()
            self._lines[axis, aside] = middle, half, self.fields(at.reshape(-1, self.points.shape[1]))
        return self._lines[axis, aside]


@cache
def _nodes() -> Values:
    """The zeros of the Chebyshev polynomial of degree _NODES."""
    return np.asarray(np.cos(math.pi * (np.arange(_NODES) + 0.5) / _NODES))


@cache
def _transform() -> Values:
    """The matrix (nodes, coefficients) from values at the nodes to the coefficients of the series."""
    orders = np.arange(max(_DEGREES) + 1)
    weights = np.where(orders == 0, 1.0, 2.0) / _NODES
    return np.asarray(weights * np.cos(np.arccos(_nodes())[:, None] * orders))


def _slopes(place: Values, interval: _Interval, order: int) -> Values:
    """The m-th derivative of each polynomial of the series at each point, (N, coefficients); zero above the degree."""
    count = max(_DEGREES) + 1
    inside = np.clip((place - interval.middle) / interval.half, -1.0, 1.0)
    polynomials = chebyshev.chebder(np.eye(count), order, axis=0)
    found = chebyshev.chebval(inside, polynomials).T / interval.half[:, None] ** order
    return np.asarray(np.where(np.arange(count) <= interval.degree[:, None], found, 0.0))
