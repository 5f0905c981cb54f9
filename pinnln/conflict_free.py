"""ConFIG: a direction along which every term falls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch

from pinnln.first_order import AbstractRule, FirstOrder, OfTorch
from pinnln.objective import AbstractObjective


@dataclass(frozen=True)
class ConFIG(FirstOrder):
    """Conflict-free gradients: Adam along the direction that makes one angle with the slopes of all terms.

        g = (Σ gᵀ_c u) u,    u = U(Ĝ⁺ 1),    Ĝ the slopes g_c at unit length, row by row,  U(x) = x/‖x‖.

    No term rises along −g, to first order. The sizes of the terms leave the direction alone, and set the length. It
    costs a way back for every term.

    Args: as for every first-order optimiser.
    Source: Q. Liu, M. Chu, N. Thuerey, ICLR 2025, arXiv 2408.11104.
    """

    name: ClassVar[str] = "ConFIG"
    by_terms: ClassVar[bool] = True

    def rule(self, objective: AbstractObjective, theta: torch.Tensor) -> AbstractRule:
        return OfTorch(torch.optim.Adam([theta], lr=self.learning_rate), [theta], lambda slope: [slope])

    def slope(self, objective: AbstractObjective, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        loss, slopes = objective.term_slopes(theta)
        return loss, conflict_free(slopes)


def conflict_free(slopes: torch.Tensor) -> torch.Tensor:
    """g (P,) of slopes g_c (C, P); terms without a slope have no say, and slopes that cancel each other give zero.

    >>> conflict_free(torch.tensor([[1.0, 0.0], [0.0, 100.0]]))
    tensor([50.5000, 50.5000])
    """
    sizes = slopes.norm(dim=1)
    units = slopes[sizes > 0] / sizes[sizes > 0, None]
    if not (len(units) and bool(slopes.isfinite().all())):
        return slopes.sum(0)
    common = torch.linalg.pinv(units) @ units.new_ones(len(units))
    length = common.norm()
    direction = common / length if float(length) > 0 else common
    found: torch.Tensor = (slopes @ direction).sum() * direction
    return found
