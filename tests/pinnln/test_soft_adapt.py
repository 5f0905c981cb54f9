"""The slowest term counts most, by differences that are no pure ratios."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln import SoftAdapt

LOSSES = st.lists(st.lists(st.floats(0, 1e3), min_size=3, max_size=3), min_size=2, max_size=4).map(
    lambda rows: torch.tensor(rows, dtype=torch.float64)
)


@given(LOSSES)
def test_what_falls_least_counts_most(losses: torch.Tensor) -> None:
    """The order of the weights is that of the last change; only the last two refreshes count."""
    found = SoftAdapt().weights(losses)
    order = found[(losses[-1] - losses[-2]).argsort()]
    assert bool((order.diff() >= 0).all() and (found > 0).all())
    torch.testing.assert_close(found, SoftAdapt().weights(losses[-2:]))


def test_terms_count_alike_at_first_and_where_nothing_is_left_to_fall() -> None:
    """Without a refresh before there is no change; differences of small losses are small."""
    first = SoftAdapt().weights(torch.tensor([[5.0, 1.0]], dtype=torch.float64))
    torch.testing.assert_close(first, torch.ones(2, dtype=torch.float64))
    late = SoftAdapt().weights(torch.tensor([[1e-6, 1e-8], [1e-7, 9e-9]], dtype=torch.float64))
    torch.testing.assert_close(late, torch.ones(2, dtype=torch.float64), rtol=1e-6, atol=0)


def test_settings_out_of_range_are_refused() -> None:
    """Sharpness and bound."""
    with pytest.raises(ValueError, match="expected sharpness to be finite and above zero"):
        SoftAdapt(sharpness=0)
    with pytest.raises(ValueError, match="of at least 1"):
        SoftAdapt(bound=0.1)
