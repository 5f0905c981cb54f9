"""A network of the user's own, differentiated by nested autograd."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch.func import functional_call

from pinnln.kernels import MultiIndex, NestedTape
from pinnln.kernels.exact_norms import ExactNorms
from pinnln.network import AbstractNetwork

_PROBES = 3
_TOLERANCE = 1e-8
_BATCH_NORMS = (
    torch.nn.BatchNorm1d,
    torch.nn.BatchNorm2d,
    torch.nn.BatchNorm3d,
    torch.nn.SyncBatchNorm,
    torch.nn.LazyBatchNorm1d,
)


@dataclass(frozen=True, eq=False)
class ModuleNetwork(AbstractNetwork):
    """Any `torch.nn.Module` that maps features (N, f) to outputs (N, m), row by row, as the network.

    It is evaluated in float64, starts from the parameters that the module has, whatever the seed, and leaves the module
    as it is; parameters that ask for no gradient stay fixed. Prefer `MLP` and its kin where they can say the same:
    nested autograd takes several times as long, and a `Solution` of a module cannot be saved.

    Args: module; a coordinate comes as one feature in [−1, 1], a periodic one as two, cosine and sine.
    Raises: ValueError, from `size` and `initialize`, if rows influence each other (batch norm), if the module is random
    (dropout), if it has nothing to train, or if it holds a norm whose derivatives torch has wrong.

    >>> ModuleNetwork(torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))).size(2, 1)
    33
    """

    module: torch.nn.Module

    def __post_init__(self) -> None:
        if not isinstance(self.module, torch.nn.Module):
            raise TypeError(f"expected a torch.nn.Module, found {self.module!r}")
        for name, part in self.module.named_modules():
            if isinstance(part, _BATCH_NORMS):
                raise ValueError(
                    f"{type(part).__name__} {name!r} mixes collocation points, so that an equation at one point would "
                    "depend on all others: take torch.nn.LayerNorm, which normalises each point by itself"
                )
        if not self._trained():
            raise ValueError(f"expected a module with parameters to train, found none in {type(self.module).__name__}")

    def tape(
        self,
        theta: torch.Tensor,
        features: torch.Tensor,
        outputs: int,
        indices: tuple[MultiIndex, ...],
        *,
        keep: bool = True,
    ) -> NestedTape:
        """The module and its partial derivatives, by nested autograd."""
        expected = sum(part.numel() for part in self._trained().values())
        if len(theta) != expected:
            raise ValueError(f"expected {expected} parameters for this module, found {len(theta)}")
        tape = NestedTape.of(self.evaluate, theta, features, indices, keep=keep)
        if tape.output.shape[2:] != (outputs,):
            raise ValueError(f"expected {outputs} outputs of the module, found {tuple(tape.output.shape[2:])}")
        return tape

    def size(self, inputs: int, outputs: int) -> int:
        """The number of parameters P that are trained."""
        return len(self.initialize(inputs, outputs, seed=0))

    def initialize(self, inputs: int, outputs: int, seed: int) -> torch.Tensor:
        """The parameters (P,) that the module has, in the order of `named_parameters`; no seed changes them."""
        theta = torch.cat([part.detach().flatten().double() for part in self._trained().values()])
        self._require_function_of_a_point(theta, inputs, outputs)
        return theta

    def evaluate(self, theta: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        """The outputs (N, m) at features x (N, f), for parameters θ (P,)."""
        trained = self._trained()
        parts = torch.split(theta, [part.numel() for part in trained.values()])
        values = {name: part.view(trained[name].shape) for name, part in zip(trained, parts, strict=True)}
        fixed = {name: _doubled(part) for name, part in _fixed(self.module).items()}
        found: torch.Tensor = functional_call(self.module, {**fixed, **values}, (x,))
        return found

    def trained(self, theta: torch.Tensor) -> torch.nn.Module:
        """A copy of the module in float64, with parameters θ (P,), to keep or to save by torch's own ways."""
        found = copy.deepcopy(self.module).double()
        for part in found.parameters():
            if part.requires_grad:
                values, theta = theta[: part.numel()], theta[part.numel() :]
                part.data.copy_(values.view(part.shape))
        return found

    def _trained(self) -> dict[str, torch.nn.Parameter]:
        return {name: part for name, part in self.module.named_parameters() if part.requires_grad}

    def _require_function_of_a_point(self, theta: torch.Tensor, inputs: int, outputs: int) -> None:
        name = type(self.module).__name__
        generator = torch.Generator().manual_seed(0)
        x = 2 * torch.rand(_PROBES, inputs, dtype=torch.float64, generator=generator) - 1
        with ExactNorms(), torch.no_grad(), torch.random.fork_rng(devices=[]):
            together, again = self.evaluate(theta, x), self.evaluate(theta, x)
            if together.shape != (_PROBES, outputs):
                raise ValueError(
                    f"expected {name} to map features ({_PROBES}, {inputs}) to outputs ({_PROBES}, {outputs}), one for "
                    f"each field, found {tuple(together.shape)}"
                )
            if not torch.equal(together, again):
                raise ValueError(f"{name} is random, two calls at the same points differ: call .eval() or drop dropout")
            alone = torch.cat([self.evaluate(theta, row[None]) for row in x])
            if not torch.allclose(together, alone, rtol=_TOLERANCE, atol=_TOLERANCE):
                raise ValueError(
                    f"{name} mixes collocation points: an answer changes with the other rows of the batch. Expected a "
                    "function of each row by itself"
                )


def _fixed(module: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Buffers, and parameters that ask for no gradient."""
    kept = {name: part.detach() for name, part in module.named_parameters() if not part.requires_grad}
    return {**kept, **dict(module.named_buffers())}


def _doubled(part: torch.Tensor) -> torch.Tensor:
    """A copy, floating numbers in float64, so that nothing of the user's is changed."""
    return part.double().clone() if part.is_floating_point() else part.clone()
