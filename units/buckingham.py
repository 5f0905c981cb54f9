"""Buckingham's theorem: the independent products of quantities that carry no dimension, exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

from pinnln.units.dimension import Dimension

Row: TypeAlias = list[Fraction]


def nullspace(rows: Sequence[Sequence[Fraction]], width: int) -> list[Row]:
    """A basis of all x with  A x = 0  over the rationals, each vector in smallest whole numbers.

    The first columns are eliminated first, so that every vector has one of the last columns to itself.

    >>> [[int(item) for item in row] for row in nullspace([[Fraction(1), Fraction(2), Fraction(-1)]], 3)]
    [[-2, 1, 0], [1, 0, 1]]
    """
    reduced, pivots = eliminated(rows, width)
    basis = []
    for free in (column for column in range(width) if column not in pivots):
        vector = [Fraction(0)] * width
        vector[free] = Fraction(1)
        for row, pivot in zip(reduced, pivots, strict=True):
            vector[pivot] = -row[free]
        basis.append(_whole(vector))
    return basis


def eliminated(rows: Sequence[Sequence[Fraction]], width: int) -> tuple[list[Row], list[int]]:
    """The rows in reduced echelon form without those of zeros, and the columns of their pivots.

    >>> eliminated([[Fraction(2), Fraction(4)], [Fraction(1), Fraction(2)]], 2)
    ([[Fraction(1, 1), Fraction(2, 1)]], [0])
    """
    left = [list(row) for row in rows]
    done: list[Row] = []
    pivots: list[int] = []
    for column in range(width):
        row = next((item for item in left if item[column]), None)
        if row is None:
            continue
        left = [item for item in left if item is not row]
        row = [item / row[column] for item in row]
        left = [_cleared(item, row, column) for item in left]
        done = [_cleared(item, row, column) for item in done]
        done.append(row)
        pivots.append(column)
    return done, pivots


def _cleared(row: Row, by: Row, column: int) -> Row:
    return [mine - row[column] * its for mine, its in zip(row, by, strict=True)]


def _whole(vector: Row) -> Row:
    multiple = math.lcm(*(item.denominator for item in vector))
    shared = math.gcd(*(int(item * multiple) for item in vector)) or 1
    return [item * multiple / shared for item in vector]


def products(dimensions: Sequence[Dimension], known: Sequence[Sequence[Fraction]] = ()) -> list[Row]:
    """The powers of independent products  Π qᵢ^eᵢ  without a dimension: n − rank of them, by Buckingham's theorem.

    Args: dimensions of the quantities qᵢ; those that come first repeat in all products; known, the powers of products
    that are known already, which are not found again.
    Source: E. Buckingham, On physically similar systems, Phys. Rev. 4 (1914) 345-376.

    >>> length, speed = Dimension.of({"[length]": 1}), Dimension.of({"[length]": 1, "[time]": -1})
    >>> [[int(item) for item in row] for row in products([length, speed, length * speed])]
    [[-1, -1, 1]]
    """
    bases = sorted({base for dimension in dimensions for base, _ in dimension.exponents})
    rows = [[dict(item.exponents).get(base, Fraction(0)) for item in dimensions] for base in bases]
    found: list[Row] = []
    for vector in nullspace(rows, len(dimensions)):
        before = [list(row) for row in known] + found
        if len(eliminated([*before, vector], len(vector))[0]) > len(eliminated(before, len(vector))[0]):
            found.append(vector)
    return found
