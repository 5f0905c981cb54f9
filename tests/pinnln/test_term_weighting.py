"""One weight a term: bounds, means, and what is refused."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln.term_weighting import (
    AbstractTermWeighting,
    TermBalance,
    capped,
    inverse,
    require_bound,
    require_decay,
    smoothed,
)
from pinnln.terms import Terms

SIZES = st.lists(st.floats(0, 1e12), min_size=1, max_size=5).map(lambda found: torch.tensor(found, dtype=torch.float64))


@dataclass(frozen=True)
class Given(AbstractTermWeighting):
    """Measures and weights that are told."""

    measures: tuple[float, ...] = (1.0, 1.0)
    found: tuple[float, ...] = (1.0, 1.0)

    def measured(self, terms: Terms) -> torch.Tensor:
        return torch.tensor(self.measures, dtype=torch.float64)

    def weights(self, history: torch.Tensor) -> torch.Tensor:
        return len(history) * torch.tensor(self.found, dtype=torch.float64)


def terms() -> Terms:
    """Two of them, that are never asked."""
    return Terms(("a", "b"), lambda: iter(()))


@given(SIZES, st.floats(1, 1e8))
def test_the_largest_weight_is_within_the_bound(sizes: torch.Tensor, bound: float) -> None:
    """Of inverse sizes and of capped weights alike; the order of the sizes is turned round."""
    found = inverse(sizes, bound)
    assert bool((found > 0).all() and found.isfinite().all())
    assert float(found.max() / found.min()) <= bound * (1 + 1e-12)
    order = found[sizes.argsort()]
    assert bool((order.diff() <= 0).all())
    weights = capped(sizes + 1e-300, bound)
    assert float(weights.max() / weights.min()) <= bound * (1 + 1e-12)


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=6), st.floats(0, 0.99), st.floats(1e-6, 1e6))
def test_a_mean_over_refreshes_lies_between_them_and_knows_no_unit(
    column: list[float], decay: float, unit: float
) -> None:
    """Between the least and the largest; in another unit it is the same mean in that unit."""
    history = torch.tensor([[value, value * unit] for value in column], dtype=torch.float64)
    found = smoothed(history, decay)
    assert min(column) * (1 - 1e-9) <= float(found[0]) <= max(column) * (1 + 1e-9)
    assert float(found[1]) == pytest.approx(unit * float(found[0]), rel=1e-9)


def test_weights_have_a_geometric_mean_of_one() -> None:
    """Whatever their size."""
    balance = TermBalance(Given(found=(4e200, 1e200)), ("a", "b"))
    assert dict(balance.weights) == {"a": 1.0, "b": 1.0}
    balance.refreshed(terms(), [])
    assert dict(balance.weights) == pytest.approx({"a": 2.0, "b": 0.5})


def test_what_is_not_finite_weighs_nothing_anew() -> None:
    """A term that overflows leaves the weights where they were; the optimiser will say the rest."""
    balance = TermBalance(Given(measures=(1.0, math.inf), found=(3.0, 1.0)), ("a", "b"))
    balance.refreshed(terms(), [])
    assert dict(balance.weights) == {"a": 1.0, "b": 1.0}


@pytest.mark.parametrize("found", [(0.0, 1.0), (-1.0, 1.0), (math.nan, 1.0), (math.inf, 1.0)])
def test_weights_that_are_none_are_refused(found: tuple[float, ...]) -> None:
    """With the weighting, the terms and what it gave them."""
    with pytest.raises(ValueError, match=r"finite and above zero of Given\(.*found a .*, b 1"):
        TermBalance(Given(found=found), ("a", "b")).refreshed(terms(), [])


def test_settings_out_of_range_are_refused() -> None:
    """A bound below one, a decay that forgets nothing."""
    with pytest.raises(ValueError, match=r"the largest weight over the smallest, of at least 1, found 0\.5"):
        require_bound(0.5)
    for decay in (-0.1, 1.0, math.nan):
        with pytest.raises(ValueError, match="expected decay from 0 to below 1, found"):
            require_decay(decay)
