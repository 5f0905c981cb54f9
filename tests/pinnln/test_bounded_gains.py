"""Gains before a LayerNorm: one size, and no further than the bound."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln import Gains, LayerNorm, MeanSquare

SQUARES = st.lists(st.floats(0, 1e6), min_size=2, max_size=5).map(lambda m: torch.tensor(m, dtype=torch.float64))


@given(SQUARES, st.floats(1, 1e3))
def test_gains_are_bounded_and_even_out_what_they_may(m: torch.Tensor, bound: float) -> None:
    """max γ / min γ is at most the bound; terms within it end with one mean square, others below that."""
    squared = Gains(bound=bound).weights(m[None])
    assert float(squared.max() / squared.min()) <= bound**2 * (1 + 1e-9)
    if float(m.max()) > 0:
        energies = squared * m
        within = m * bound**2 >= m.max()
        torch.testing.assert_close(energies[within], torch.ones_like(energies[within]))
        assert bool((energies <= 1 + 1e-9).all())


def test_what_is_minimised_is_the_inner_one() -> None:
    """LayerNorm unless given."""
    assert Gains().base() == LayerNorm()
    assert Gains(MeanSquare()).base() == MeanSquare()
    r = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
    torch.testing.assert_close(Gains().objective(r), LayerNorm().objective(r))


def test_a_wrong_bound_is_refused() -> None:
    """The largest is not smaller than the smallest."""
    with pytest.raises(ValueError, match="of at least 1, found 0"):
        Gains(bound=0)
