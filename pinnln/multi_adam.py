"""MultiAdam: Adam for every term by itself, and the mean of the steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from pinnln.first_order import AbstractRule, FirstOrder, OfTorch
from pinnln.objective import AbstractObjective


@dataclass(frozen=True)
class MultiAdam(FirstOrder):
    """MultiAdam: each term's slope over the root of its own mean square; θ goes by the mean of the steps.

        m_c ← β m_c + (1 − β) ∇L_c,    v_c ← β v_c + (1 − β) (∇L_c)²,    θ ← θ − η · mean_c m̂_c / (√v̂_c + 10⁻⁸)

    The size of a term drops out, parameter by parameter. It costs a way back for every term.

    Args: as for every first-order optimiser; decay β of both means.
    Source: J. Yao, C. Su, Z. Hao, S. Liu, H. Su, J. Zhu, ICML 2023, arXiv 2306.02816; the rule for a term is torch's
    Adam.
    """

    decay: float = 0.99
    name: ClassVar[str] = "MultiAdam"
    by_terms: ClassVar[bool] = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.decay < 1:
            raise ValueError(f"expected decay between 0 and 1, found {self.decay}")

    def rule(self, objective: AbstractObjective, theta: torch.Tensor) -> AbstractRule:
        return _MeanOfSteps(theta, self.decay)

    def slope(self, objective: AbstractObjective, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        return objective.term_slopes(theta)


class _MeanOfSteps(AbstractRule):
    """Adam on steps (C, P) that begin at zero each time, one row a term."""

    def __init__(self, theta: torch.Tensor, decay: float) -> None:
        self._theta, self._decay = theta, decay
        self._known: tuple[torch.Tensor, OfTorch] | None = None

    def step(self, slope: torch.Tensor, rate: float) -> None:
        if self._known is None:
            steps = torch.zeros_like(slope)
            adam = torch.optim.Adam([steps], betas=(self._decay, self._decay))
            self._known = steps, OfTorch(adam, [steps], lambda found: [found])
        steps, rule = self._known
        rule.step(slope, rate)
        self._theta.add_(steps.mean(0))
        steps.zero_()
