"""What a network is to a solver: a function of a flat vector of parameters, with its derivatives."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch

from pinnln.kernels import AbstractTape, MultiIndex, Recording, Stack
from pinnln.network_parameters import AbstractParameters, FirstValues, Views


class AbstractNetwork(ABC):
    """An ansatz N(features; θ): what a solver needs to know of it."""

    @abstractmethod
    def tape(
        self,
        theta: torch.Tensor,
        features: torch.Tensor,
        outputs: int,
        indices: tuple[MultiIndex, ...],
        *,
        keep: bool = True,
    ) -> AbstractTape:
        """The network and its partial derivatives, from those of its features.

        Args: theta (P,); features (C, N, f); outputs m; indices, the C derivatives, downward closed, the value first;
        keep, what is needed for the way back.
        Returns: the tape, with output (C, N, m).
        Raises: ValueError for shapes that do not fit.
        """

    @abstractmethod
    def size(self, inputs: int, outputs: int) -> int:
        """The number of parameters P, for so many features and outputs."""

    @abstractmethod
    def initialize(self, inputs: int, outputs: int, seed: int) -> torch.Tensor:
        """Parameters θ (P,) to start from, seed explicit."""

    def blocks(self, theta: torch.Tensor, inputs: int, outputs: int) -> list[torch.Tensor]:
        """Views of θ that belong together, weight matrices as matrices; θ as one block where nothing is known."""
        return [theta]


class AbstractRecordedNetwork(AbstractNetwork):
    """A network that is written once, as operations on derivative channels.

    From `assemble` follow its derivatives, its size and its first parameters.
    """

    @abstractmethod
    def assemble(self, record: Recording, parameters: AbstractParameters, features: Stack, outputs: int) -> Stack:
        """The output of the network, recorded operation by operation; each takes its parameters as it is recorded."""

    def tape(
        self,
        theta: torch.Tensor,
        features: torch.Tensor,
        outputs: int,
        indices: tuple[MultiIndex, ...],
        *,
        keep: bool = True,
    ) -> AbstractTape:
        """The network and its partial derivatives, by derivative channels."""
        record, parameters = Recording(indices, keep=keep), Views(theta)
        with torch.no_grad():
            output = self.assemble(record, parameters, record.source(features), outputs)
        parameters.require_all_taken()
        return record.tape(output)

    def size(self, inputs: int, outputs: int) -> int:
        """The number of parameters P."""
        return len(self.initialize(inputs, outputs, seed=0))

    def initialize(self, inputs: int, outputs: int, seed: int) -> torch.Tensor:
        """Parameters θ (P,): weights normal with deviation 1.5 √(2/(in + out)), hidden biases uniform in [−1.5, 1.5].

        Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks (2010), for
        the weights; the biases keep a network from starting as an odd function.
        """
        record, parameters = Recording(((0,),), keep=False), FirstValues(seed)
        nowhere = torch.zeros(1, 0, inputs, dtype=torch.float64)
        self.assemble(record, parameters, record.source(nowhere), outputs)
        return parameters.flat()

    def blocks(self, theta: torch.Tensor, inputs: int, outputs: int) -> list[torch.Tensor]:
        """Weight matrices, biases and single numbers, as views of θ."""
        record, parameters = Recording(((0,),), keep=False), Views(theta)
        with torch.no_grad():
            nowhere = torch.zeros(1, 0, inputs, dtype=torch.float64)
            self.assemble(record, parameters, record.source(nowhere), outputs)
        parameters.require_all_taken()
        return parameters.blocks
