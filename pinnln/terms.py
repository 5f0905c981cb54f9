"""The terms of an objective, one for each equation and condition: what may be asked of every one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch

from pinnln.conditioning import AbstractConditioning
from pinnln.formulation import Formulation
from pinnln.kernels import AbstractTape
from pinnln.residual_group import Group, LinearResiduals, Points


@dataclass(frozen=True)
class Linear:
    """Points of one group, the weight of each in the mean, and there the residuals with their way back to θ."""

    group: Group
    points: Points
    weight: float
    tape: AbstractTape
    r: LinearResiduals

    def slope(self, signal: torch.Tensor) -> torch.Tensor:
        """∂⟨signal, r⟩/∂θ (P,), the points weighted, for a signal (K, N)."""
        return self.tape.gradient(self.r.back(self.weight * signal))

    def squares(self) -> torch.Tensor:
        """Σₙ ‖∂r_k(xₙ)/∂θ‖² (K,), the points weighted."""
        return self.weight * self.jacobian().square().sum((1, 2))

    def jacobian(self) -> torch.Tensor:
        """∂r_k(xₙ)/∂θ (K, N, P)."""
        jacobian = self.tape.jacobian(self.r.signals())
        if self.group.twin is not None:
            half = jacobian.shape[1] // 2
            jacobian = jacobian[:, :half] + jacobian[:, half:]
        return jacobian


class Terms:
    """The terms c of an objective at θ: residuals of one name, in every group where they stand.

    What is asked for is computed then, in one pass over the points.

    Args: names of the terms; linear, a pass over all points.
    """

    def __init__(self, names: Sequence[str], linear: Callable[[], Iterator[Linear]]) -> None:
        self.names, self.linear = tuple(names), linear

    def places(self, group: Group) -> list[int]:
        """Which terms the components of a group belong to."""
        return [self.names.index(item.name) for item in group.components]

    def mean_squares(self) -> torch.Tensor:
        """m_c, the mean of r² over the points of each group, added up over the groups of a term (C,)."""
        found = torch.zeros(len(self.names), dtype=torch.float64)
        for part in self.linear():
            found.index_add_(0, torch.tensor(self.places(part.group)), part.weight * part.r.values.square().sum(1))
        return found

    def traces(self) -> torch.Tensor:
        """tr K_c = ‖J_c‖², the trace of the neural tangent kernel of √(1/N) r_c (C,)."""
        found = torch.zeros(len(self.names), dtype=torch.float64)
        for part in self.linear():
            found.index_add_(0, torch.tensor(self.places(part.group)), part.squares())
        return found

    def slopes(self, conditioned: Callable[[Linear], AbstractConditioning]) -> tuple[float, torch.Tensor]:
        """The objective under a conditioning, and the share (C, P) of every term in its gradient; they add up to it."""
        total, found = 0.0, torch.empty(0)
        for part in self.linear():
            value, signal = conditioned(part).gradient(part.r.values)
            total += part.weight * float(value)
            for k, term in enumerate(self.places(part.group)):
                alone = torch.zeros_like(signal)
                alone[k] = signal[k]
                slope = part.slope(alone)
                if not len(found):
                    found = slope.new_zeros(len(self.names), len(slope))
                found[term] += slope
        return total, found


def names_of(formulation: Formulation) -> tuple[str, ...]:
    """The names of the terms of a formulation, equations first."""
    return tuple(dict.fromkeys(item.name for group in formulation.groups for item in group.components))
