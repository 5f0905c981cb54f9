"""ConFIG: one angle with all slopes, whatever their sizes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln import ConFIG
from pinnln.conflict_free import conflict_free
from pinnln.objective import AbstractObjective

SLOPES = st.integers(0, 2**20).map(
    lambda seed: torch.randn(3, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
)


@given(SLOPES, st.lists(st.floats(1e-4, 1e4), min_size=3, max_size=3))
def test_the_direction_has_one_angle_with_all_slopes_and_no_unit(slopes: torch.Tensor, units: list[float]) -> None:
    """Cosines are equal and positive; sizes of terms change the length alone."""
    g = conflict_free(slopes)
    cosines = (slopes @ g) / slopes.norm(dim=1) / g.norm()
    torch.testing.assert_close(cosines, cosines[:1].expand(3), rtol=1e-7, atol=1e-9)
    assert float(cosines[0]) > 0
    other = conflict_free(torch.tensor(units, dtype=torch.float64)[:, None] * slopes)
    torch.testing.assert_close(other / other.norm(), g / g.norm(), rtol=1e-6, atol=1e-8)
    assert float(g.norm()) == pytest.approx(float((slopes @ g).sum() / g.norm()), rel=1e-9)


def test_one_slope_is_its_own_direction() -> None:
    """And a term without a slope has no say."""
    slope = torch.tensor([[3.0, -4.0]], dtype=torch.float64)
    torch.testing.assert_close(conflict_free(slope), slope[0])
    torch.testing.assert_close(conflict_free(torch.cat([slope, 0 * slope])), slope[0])
    assert not bool(conflict_free(0 * slope).any())


def test_slopes_that_cancel_stop_and_what_is_not_finite_is_said() -> None:
    """Opposite slopes have no common way down; nan is handed on, for the training to go back."""
    slope = torch.tensor([3.0, -4.0], dtype=torch.float64)
    assert float(conflict_free(torch.stack([slope, -slope])).norm()) < 1e-12
    assert not bool(conflict_free(torch.stack([slope, slope * torch.inf])).isfinite().all())


def test_every_term_falls() -> None:
    """Two terms of which one is a thousand times the other: both are lower at the end."""

    class Bowls(AbstractObjective):
        """½‖θ − a‖² · 1000  and  ½‖θ − b‖²."""

        size, rows = 2, 4  # type: ignore[assignment]
        ends = torch.tensor([[1.0, 0.0], [0.0, 1.0]], dtype=torch.float64)
        sizes = torch.tensor([1e3, 1.0], dtype=torch.float64)

        def losses_of(self, theta: torch.Tensor) -> torch.Tensor:
            return self.sizes * (theta - self.ends).square().sum(1) / 2

        def term_slopes(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
            return float(self.losses_of(theta).sum()), self.sizes[:, None] * (theta - self.ends)

        def value(self, theta: torch.Tensor) -> float:
            return float(self.losses_of(theta).sum())

        def gradient(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
            raise NotImplementedError

        least_squares = gradient  # type: ignore[assignment]

        def resample(self, round: int, theta: torch.Tensor | None = None) -> None:
            return None

    start = torch.tensor([3.0, 2.0], dtype=torch.float64)
    found = ConFIG(0.05, steps=20).run(Bowls(), start, lambda _: None).theta
    assert bool((Bowls().losses_of(found) < 0.7 * Bowls().losses_of(start)).all())
