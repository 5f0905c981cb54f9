"""Multi-indices of partial derivatives, and the chain rule for them."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product
from math import comb, prod
from operator import sub
from typing import TypeAlias

MultiIndex: TypeAlias = tuple[int, ...]
Block: TypeAlias = tuple[MultiIndex, ...]

LARGEST_ORDER = 4


def downward_closure(indices: Iterable[MultiIndex]) -> tuple[MultiIndex, ...]:
    """The indices with all that lie below them, by order, the value (0, …, 0) first.

    Args: indices, how often to differentiate along each coordinate, (2, 0) for ∂²/∂x².
    Raises: ValueError for none, for unlike lengths or a total order above 4.

    >>> downward_closure([(2, 0), (0, 1)])
    ((0, 0), (1, 0), (0, 1), (2, 0))
    """
    wanted = list(indices)
    if not wanted or len({len(index) for index in wanted}) != 1:
        raise ValueError(f"expected multi-indices of one length, found {wanted}")
    for index in wanted:
        if sum(index) > LARGEST_ORDER or min(index) < 0:
            raise ValueError(
                f"expected derivatives of order 0 to {LARGEST_ORDER}, found {index}: lower the order by a new field"
            )
    below = {lower for index in wanted for lower in product(*(range(order + 1) for order in index))}
    return tuple(sorted(below, key=lambda index: (sum(index), tuple(-order for order in index))))


@functools.cache
def chain_rule(index: MultiIndex) -> tuple[tuple[int, Block], ...]:
    """Faà di Bruno's formula:  ∂^α σ(z) = Σ c σ^(k)(z) Π ∂^β z  over the set partitions of α into blocks β.

    Returns: the terms (c, blocks); k is the number of blocks.

    >>> chain_rule((2, 0))
    ((1, ((2, 0),)), (1, ((1, 0), (1, 0))))
    """
    letters = [place for place, order in enumerate(index) for _ in range(order)]
    found = Counter(
        tuple(sorted((_as_index(block, len(index)) for block in partition), reverse=True))
        for partition in _partitions(letters)
    )
    return tuple((count, blocks) for blocks, count in sorted(found.items(), key=lambda item: len(item[0])))


@functools.cache
def product_rule(index: MultiIndex) -> tuple[tuple[int, MultiIndex, MultiIndex], ...]:
    """The rule of Leibniz:  ∂^α (u v) = Σ c ∂^β u ∂^{α−β} v  over β ≤ α, with c a product of binomial coefficients.

    Returns: the terms (c, β, α − β).

    >>> product_rule((2,))
    ((1, (0,), (2,)), (2, (1,), (1,)), (1, (2,), (0,)))
    """
    return tuple(
        (prod(map(comb, index, lower)), lower, tuple(map(sub, index, lower)))
        for lower in product(*(range(order + 1) for order in index))
    )


def _as_index(block: list[int], length: int) -> MultiIndex:
    return tuple(block.count(place) for place in range(length))


def _partitions(letters: list[int]) -> Iterator[list[list[int]]]:
    if not letters:
        yield []
        return
    first, rest = letters[0], letters[1:]
    for partition in _partitions(rest):
        yield [[first], *partition]
        for place, block in enumerate(partition):
            yield [*partition[:place], [first, *block], *partition[place + 1 :]]
