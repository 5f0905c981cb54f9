"""Holes in the dimensionless domain: how far away a rim is, and a base that meets the data on all of them."""

from __future__ import annotations

from collections.abc import Sequence

from pinnln.units import Ball, Coordinate, Expression
from pinnln.units.algebra import add, divide, fold, multiply, raise_to, subtract, transform
from pinnln.units.expression import Call, pure
from pinnln.units.functions import LOG, SQRT
from pinnln.units.nondimensional import Yardsticks


def reach(hole: Ball, yardsticks: Yardsticks) -> Expression:
    """The squared distance from the centre over the squared radius,  ρ² = Σ (xᵢ − cᵢ)²/R².

    An expression of dimensionless coordinates: where their yardsticks differ the ball is an ellipsoid, ρ the same.
    """
    total: Expression = pure(0.0)
    for item in hole.coordinates:
        scaled = multiply(pure(yardsticks[item].span / hole.radius), _arm(hole, item, yardsticks))
        total = add(total, multiply(scaled, scaled))
    return total


def rim_distance(hole: Ball, yardsticks: Yardsticks) -> Expression:
    """Zero on the rim, positive outside: the potential of the ball,  ω = ln ρ  of a disk,  1 − ρ²⁻ⁿ  over n > 2.

    Its slope on the rim is the same all around, and it is harmonic: times a network that varies slowly it
    leaves no term of the size 1/R² in an equation of second order, however small the hole.
    """
    dimensions = len(hole.coordinates)
    squared = reach(hole, yardsticks)
    if dimensions == 2:
        return multiply(pure(0.5), Call(LOG, squared))
    return subtract(pure(1.0), raise_to(squared, pure(1.0 - dimensions / 2)))


def projected(expression: Expression, hole: Ball, yardsticks: Yardsticks) -> Expression:
    """An expression at the nearest point of the rim:  x → c + (x − c)/ρ."""
    radius = Call(SQRT, reach(hole, yardsticks))
    moved = {
        item: add(pure(_middle(hole, item, yardsticks)), divide(_arm(hole, item, yardsticks), radius))
        for item in hole.coordinates
    }
    return transform(
        fold(expression), lambda node: moved[node] if isinstance(node, Coordinate) and node in moved else node
    )


def rim_distances(holes: Sequence[Ball], yardsticks: Yardsticks) -> Expression:
    """The product of the distances of several rims."""
    total: Expression = pure(1.0)
    for hole in holes:
        total = multiply(total, rim_distance(hole, yardsticks))
    return total


def rim_base(values: Sequence[tuple[Ball, Expression]], yardsticks: Yardsticks) -> Expression:
    """An expression with a given value on every rim:  Σ wₖ hₖ,  each value at the nearest point of its rim.

    The weights  wₖ = ∏_{j≠k} ωⱼ / Σᵢ ∏_{j≠i} ωⱼ,  inversely proportional to the distances, are one on their own rim,
    zero on the others, and add up to one.

    Source: Rvachev, Sheiko, Shapiro & Tsukanov, Comput. Aided Geom. Des. 18 (2001) 195; Sukumar & Srivastava, Comput.
    Methods Appl. Mech. Engrg. 389 (2022) 114333.
    """
    holes = [hole for hole, _ in values]
    shares = [rim_distances([other for other in holes if other is not hole], yardsticks) for hole in holes]
    over: Expression = pure(0.0)
    under: Expression = pure(0.0)
    for (hole, value), share in zip(values, shares, strict=True):
        over = add(over, multiply(share, projected(value, hole, yardsticks)))
        under = add(under, share)
    return divide(over, under)


def _arm(hole: Ball, item: Coordinate, yardsticks: Yardsticks) -> Expression:
    return subtract(item, pure(_middle(hole, item, yardsticks)))


def _middle(hole: Ball, item: Coordinate, yardsticks: Yardsticks) -> float:
    yardstick = yardsticks[item]
    return (hole.centre[hole.coordinates.index(item)] - yardstick.reference) / yardstick.span
