"""Multi-indices and Faà di Bruno's formula."""

from __future__ import annotations

from math import factorial

import pytest
from hypothesis import given, strategies as st

from pinnln.kernels import chain_rule, downward_closure

INDICES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=4)


@given(INDICES)
def test_a_closure_holds_all_that_lies_below(indices: list[tuple[int, int]]) -> None:
    """Every index is there with each of its predecessors, the value first, the order never falling."""
    closed = downward_closure(indices)
    assert closed[0] == (0, 0)
    assert set(indices) <= set(closed)
    for index in closed:
        for axis in (0, 1):
            below = tuple(order - (place == axis) for place, order in enumerate(index))
            assert min(below) < 0 or below in closed
    assert [sum(index) for index in closed] == sorted(sum(index) for index in closed)


@pytest.mark.parametrize(("order", "count"), [(1, 1), (2, 2), (3, 5), (4, 15)])
def test_the_chain_rule_counts_all_partitions(order: int, count: int) -> None:
    """The coefficients add up to the Bell numbers, and every block partition to the index."""
    terms = chain_rule((order, 0))
    assert sum(coefficient for coefficient, _ in terms) == count
    assert all(sum(block[0] for block in blocks) == order for _, blocks in terms)
    assert factorial(order) >= len(terms)


@pytest.mark.parametrize("wrong", [[], [(1,), (1, 0)]])
def test_indices_must_have_one_length(wrong: list[tuple[int, ...]]) -> None:
    """No index, and indices of unlike length, are refused."""
    with pytest.raises(ValueError, match="expected multi-indices of one length"):
        downward_closure(wrong)


@pytest.mark.parametrize("wrong", [(5, 0), (-1, 0), (3, 2)])
def test_orders_beyond_four_are_refused(wrong: tuple[int, int]) -> None:
    """The largest order is four; the way out is named."""
    with pytest.raises(ValueError, match=r"order 0 to 4.*lower the order by a new field"):
        downward_closure([wrong])
