"""What every way of differentiating a network hands to an optimiser."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch


class AbstractTape(ABC):
    """The channels of a network at points, and the way back from them to its parameters θ (P,).

    Attributes: output (C, N, m), the value and the partial derivatives of every output.
    """

    output: torch.Tensor

    @abstractmethod
    def gradient(self, signal: torch.Tensor) -> torch.Tensor:
        """∂⟨signal, output⟩/∂θ (P,).

        Args: signal (C, N, m).
        Raises: ValueError for another shape, or a tape that kept nothing.
        """

    @abstractmethod
    def jacobian(self, signals: torch.Tensor) -> torch.Tensor:
        """The per-sample Jacobian (E, N, P): row (e, n) is ∂ Σ_cm signals[e, c, n, m] output[c, n, m] / ∂θ.

        Args: signals (E, C, N, m).
        Raises: ValueError for another shape, or a tape that kept nothing.
        """


def require_way_back(signal: torch.Tensor, expected: Sequence[int], *, kept: bool) -> None:
    """Refuses signals of another shape than expected, and a tape that kept nothing to go back on."""
    if tuple(signal.shape) != tuple(expected):
        raise ValueError(f"expected signals of shape {tuple(expected)}, found {tuple(signal.shape)}")
    if not kept:
        raise ValueError("this tape kept nothing to go back on: propagate with keep=True")
