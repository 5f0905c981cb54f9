"""Relative losses: no unit in the weights, one in what they weigh; the coin is tossed alike in every training."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st

from pinnln import ReLoBRaLo

LOSSES = st.lists(st.lists(st.floats(1e-6, 1e3), min_size=3, max_size=3), min_size=2, max_size=6).map(
    lambda rows: torch.tensor(rows, dtype=torch.float64)
)


@given(LOSSES, st.lists(st.floats(1e-6, 1e6), min_size=3, max_size=3))
def test_the_weights_know_no_unit(losses: torch.Tensor, units: list[float]) -> None:
    """Losses in other units give the same weights: so the weighted sum is another one."""
    scales = torch.tensor(units, dtype=torch.float64)
    plain, other = (ReLoBRaLo(keep=0.5).weights(item) for item in (losses, losses * scales))
    torch.testing.assert_close(plain, other, rtol=1e-5, atol=0)


def test_the_recursion_is_that_of_the_paper() -> None:
    """Three refreshes by hand, the coin kept: w(t) = α w(t−1) + (1 − α) ŵ(t; t−1)."""
    losses = torch.tensor([[4.0, 1.0], [2.0, 1.0], [1.0, 0.1]], dtype=torch.float64)
    expected = torch.ones(2, dtype=torch.float64)
    for before, now in ((0, 1), (1, 2)):
        expected = 0.7 * expected + 0.3 * 2 * torch.softmax(losses[now] / losses[before] / 0.5, 0)
    torch.testing.assert_close(ReLoBRaLo(decay=0.7, keep=1, temperature=0.5).weights(losses), expected)


def test_a_look_back_is_at_the_start() -> None:
    """With the coin never kept, the share of before is that of the first losses."""
    losses = torch.tensor([[4.0, 1.0], [2.0, 1.0], [1.0, 0.1]], dtype=torch.float64)
    shares = [2 * torch.softmax(losses[2] / losses[before], 0) for before in (0, 1)]
    found = ReLoBRaLo(decay=0.7, keep=0).weights(losses)
    torch.testing.assert_close(found, 0.7 * shares[0] + 0.3 * shares[1])


@given(st.integers(0, 2**20), st.floats(0, 1))
def test_what_is_long_past_is_forgotten(seed: int, keep: float) -> None:
    """After as many refreshes as leave nothing of a weight the recursion begins anew, and nobody can tell."""
    losses = 0.1 + torch.rand(90, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    expected = torch.ones(3, dtype=torch.float64)
    for row, kept in enumerate(np.random.default_rng(0).random(89) < keep, 1):
        looked, last = (3 * torch.softmax(losses[row] / losses[before], 0) for before in (0, row - 1))
        expected = 0.5 * (expected if kept else looked) + 0.5 * last
    torch.testing.assert_close(ReLoBRaLo(decay=0.5, keep=keep).weights(losses), expected, rtol=1e-14, atol=0)
    assert ReLoBRaLo(decay=0.5)._lasting < 90


@given(LOSSES)
def test_terms_of_no_loss_divide_by_nothing(losses: torch.Tensor) -> None:
    """Solved from the start, solved since, risen from nothing: the weights stay finite and within their bound."""
    solved = losses * torch.tensor([0.0, 1.0, 1.0], dtype=torch.float64)
    for history in (solved, torch.cat([losses, solved]), torch.cat([solved, losses])):
        found = ReLoBRaLo(keep=0.5, bound=100).weights(history)
        assert bool(found.isfinite().all())
        assert float(found.max() / found.min()) <= 100 * (1 + 1e-12)


def test_settings_out_of_range_are_refused() -> None:
    """Each by its name."""
    for wrong, words in (
        ({"decay": 1.0}, "expected decay from 0 to below 1"),
        ({"keep": 1.5}, "expected keep, a probability, from 0 to 1"),
        ({"temperature": 0.0}, "expected temperature to be finite and above zero"),
        ({"bound": 0.5}, "of at least 1"),
        ({"seed": -1}, "expected a seed of at least 0, found -1"),
    ):
        with pytest.raises(ValueError, match=words):
            ReLoBRaLo(**wrong)
