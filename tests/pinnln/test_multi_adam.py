"""MultiAdam: Adam for one term, and blind to the size of each of several."""

from __future__ import annotations

import pytest
import torch

from pinnln import Adam, MultiAdam
from pinnln.kernels import AbstractSystem
from pinnln.objective import AbstractObjective, LeastSquares


class Bowls(AbstractObjective):
    """Σ_c s_c ½‖A_c θ − b_c‖², the terms of sizes s."""

    def __init__(self, *sizes: float) -> None:
        generator = torch.Generator().manual_seed(4)
        self._a = torch.randn(len(sizes), 5, 3, dtype=torch.float64, generator=generator)
        self._b = torch.randn(len(sizes), 5, dtype=torch.float64, generator=generator)
        self.size, self._sizes = 3, torch.tensor(sizes, dtype=torch.float64)

    @property
    def rows(self) -> int:
        return self._b.numel()

    def term_slopes(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        r = self._a @ theta - self._b
        losses = self._sizes * r.square().sum(1) / 2
        return float(losses.sum()), self._sizes[:, None] * torch.einsum("cnp,cn->cp", self._a, r)

    def value(self, theta: torch.Tensor) -> float:
        return self.term_slopes(theta)[0]

    def gradient(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        loss, slopes = self.term_slopes(theta)
        return loss, slopes.sum(0)

    def least_squares(self, theta: torch.Tensor, system: AbstractSystem) -> LeastSquares:
        raise NotImplementedError

    def resample(self, round: int, theta: torch.Tensor | None = None) -> float | None:
        return None


START = torch.tensor([3.0, -2.0, 1.0], dtype=torch.float64)


def test_one_term_is_adam() -> None:
    """The mean of one step is that step."""
    found = MultiAdam(steps=30, decay=0.9).run(Bowls(1.0), START, lambda _: None)
    rule = torch.optim.Adam([theta := START.clone()], betas=(0.9, 0.9))
    settings = MultiAdam(steps=30)
    for step in range(30):
        theta.grad = Bowls(1.0).gradient(theta)[1]
        rule.param_groups[0]["lr"] = settings._rate(step + 1)
        rule.step()
    torch.testing.assert_close(found.theta, theta, rtol=1e-12, atol=1e-14)


def test_the_sizes_of_terms_drop_out() -> None:
    """A term a million times as large steers no more than before; with Adam it steers alone."""
    for optimizer, blind in ((MultiAdam(0.05, steps=40), True), (Adam(0.05, steps=40), False)):
        plain, other = (optimizer.run(Bowls(1.0, size), START, lambda _: None).theta for size in (1.0, 1e6))
        assert torch.allclose(plain, other, rtol=1e-5, atol=1e-6) == blind


def test_a_wrong_decay_is_refused() -> None:
    """As that of SOAP."""
    with pytest.raises(ValueError, match="expected decay between 0 and 1, found 1"):
        MultiAdam(decay=1)
