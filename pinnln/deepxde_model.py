"""A formulation as a DeepXDE model: the same equations, conditions, network, points and precision, for comparison.

The one file that imports DeepXDE (LGPL, imported, never copied), on its PyTorch backend, and the one that cleans up.
"""

from __future__ import annotations

import io
import os
import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from pinnln.collocation import sobol
from pinnln.formulation import TORCH, Formulation
from pinnln.kernels import Embedding
from pinnln.network import AbstractNetwork
from pinnln.perceptron import MLP
from pinnln.residual_group import Group
from pinnln.residual_objective import Sampling
from pinnln.units import Coordinate
from pinnln.units.program import Partial, Program

Columns = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
ColumnsAt = Callable[[torch.Tensor, torch.Tensor, slice], torch.Tensor]
_EVERYWHERE = slice(None)


@contextmanager
def deepxde(seed: int) -> Iterator[Any]:
    """The module DeepXDE, on PyTorch in float64, for the length of a block that leaves nothing behind.

    Put back afterwards: environment, default dtype and device of torch, the random states of torch, NumPy and Python,
    DeepXDE's own float type and the settings of its L-BFGS and NNCG. Nothing is printed by the import.

    Args: seed of the three random generators within the block.
    Raises: RuntimeError if the process loaded DeepXDE on another backend before.
    """
    states = random.getstate(), np.random.get_state(), torch.get_rng_state()
    dtype, device = torch.get_default_dtype(), torch.get_default_device()
    try:
        with _choosing_pytorch(), redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import deepxde as module
        _restore_device(device)
        backend = module.backend.backend_name
        if backend != "pytorch":
            raise RuntimeError(f"expected DeepXDE on pytorch, found it loaded on {backend}: use a fresh process")
        options = module.optimizers.LBFGS_options, module.optimizers.NNCG_options
        kept = [dict(each) for each in options]
        precision = module.config.default_float()
        try:
            _set_float(module, "float64")
            random.seed(seed)
            np.random.seed(seed % 2**32)
            torch.manual_seed(seed)
            yield module
        finally:
            _set_float(module, precision)
            for each, before in zip(options, kept, strict=True):
                each.update(before)
    finally:
        _restore_device(device)
        torch.set_default_dtype(dtype)
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])


@contextmanager
def _choosing_pytorch() -> Iterator[None]:
    """The backend is chosen by the environment, which also must not tell of a launch by MPI."""
    touched = ["DDE_BACKEND", *(name for name in os.environ if name.startswith("OMPI_"))]
    before = {name: os.environ.pop(name, None) for name in touched}
    os.environ["DDE_BACKEND"] = "pytorch"
    try:
        yield
    finally:
        del os.environ["DDE_BACKEND"]
        os.environ.update({name: value for name, value in before.items() if value is not None})


def _restore_device(device: torch.device) -> None:
    """No device at all means the CPU, and saves torch a look at every call."""
    if torch.get_default_device() != device:
        torch.set_default_device(None if device.type == "cpu" else device)


def _set_float(module: Any, name: str) -> None:
    with redirect_stdout(io.StringIO()):
        module.config.set_default_float(name)


def deepxde_model(
    module: Any, formulation: Formulation, network: AbstractNetwork, sampling: Sampling, seed: int
) -> Any:
    """A formulation as a `deepxde.Model`, ready to compile: what pinnln trains on, said in DeepXDE's terms.

    The equations become `pde(x, y)`, the ansatz G + D·N an output transform, the embedding a feature transform,
    conditions of the loss one condition for each group, points those of pinnln in their first round, and those of the
    next at every resampling. The network is an FNN of the same widths with DeepXDE's own initialisation.

    Args: module, what `deepxde` yields; formulation; network; sampling; seed of the points.
    Raises: ValueError for a network that DeepXDE's FNN cannot be, or a problem with unknown constants or measurements.
    """
    if not isinstance(network, MLP) or network.layer_norm is not None:
        raise ValueError(f"expected a network that DeepXDE's FNN can be, found {network}: take an MLP without norms")
    if formulation.unknowns or any(group.table is not None for group in formulation.groups):
        raise ValueError(
            "expected a problem without unknown constants and measurements, which are not handed to DeepXDE"
        )
    widths = [formulation.embedding.size, *[network.width] * network.depth, len(formulation.fields)]
    net = module.nn.FNN(widths, network.activation, "Glorot normal")
    net.apply_feature_transform(_features(formulation.embedding))
    net.apply_output_transform(_transform(formulation))
    interior, *others = range(len(formulation.groups))
    equations = _residuals(module, formulation, formulation.groups[interior])
    data = module.data.PDE(
        PointSource(formulation, interior, seed),
        lambda x, y: list(equations(x, y, _EVERYWHERE).unbind(1)),
        [_condition(module, formulation, place, sampling.face, seed) for place in others],
        num_domain=sampling.interior,
        train_distribution="Sobol",
    )
    return module.Model(data, net)


def loss_weights(formulation: Formulation) -> list[float]:
    """Weights for `Model.compile`: one for each equation, and for each group of K conditions K, since DeepXDE takes the
    mean over what one condition returns, so that its loss is twice the mean-square objective of pinnln."""
    interior, *others = formulation.groups
    return [1.0] * len(interior.components) + [float(len(group.components)) for group in others]


def parameters_of(model: Any) -> torch.Tensor:
    """The parameters of a model as pinnln orders them, θ (P,)."""
    return torch.cat([part.detach().flatten() for part in model.net.parameters()])


def set_parameters(model: Any, theta: torch.Tensor) -> None:
    """Puts θ (P,) into a model."""
    torch.nn.utils.vector_to_parameters(theta, model.net.parameters())


class PointSource:
    """The points of one group (N, d) in dimensionless coordinates, a fresh round at every call: where DeepXDE expects
    a geometry, it asks for `dim` and `random_points`.

    Args: formulation; place of the group; seed.
    """

    def __init__(self, formulation: Formulation, place: int, seed: int) -> None:
        self._formulation, self._place, self._seed, self._round = formulation, place, seed, 0
        self.dim = len(formulation.coordinates)

    def random_points(self, n: int, random: str = "Sobol") -> np.ndarray[Any, Any]:
        """The next round of n points; of a group with twins first all points, then all their twins."""
        group = self._formulation.groups[self._place]
        seed = (1_000_003 * self._seed + 7919 * self._round + 31 * self._place) % 2**31
        self._round += 1
        unit = sobol(self._formulation.coordinates, n, group.fixed, seed)
        if group.twin is not None:
            moved = unit.clone()
            for item, place in group.twin.items():
                moved[:, self._formulation.coordinates.index(item)] = place
            unit = torch.cat([unit, moved])
        low, high = self._formulation.box()
        found: np.ndarray[Any, Any] = (low + (high - low) * unit).numpy()
        return found


@dataclass(frozen=True)
class GroupCondition:
    """The conditions of one group, as DeepXDE expects a condition.

    Args: points, where they hold; count, N; residuals, (N, K) at some rows of the inputs; twin, whether the second half
    of the rows are the twins of the first.
    """

    points: PointSource
    count: int
    residuals: ColumnsAt
    twin: bool

    def collocation_points(self, X: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """A fresh round of points, whatever the points X of the equations are."""
        return self.points.random_points(self.count)

    def error(
        self, X: Any, inputs: torch.Tensor, outputs: torch.Tensor, beg: int, end: int, aux_var: Any = None
    ) -> torch.Tensor:
        """The residuals (N, K) at rows beg:end of the inputs; those of twins are differences."""
        rows = self.residuals(inputs, outputs, slice(beg, end))
        half = len(rows) // 2
        return rows[:half] - rows[half:] if self.twin else rows


def _condition(module: Any, formulation: Formulation, place: int, count: int, seed: int) -> GroupCondition:
    group = formulation.groups[place]
    source = PointSource(formulation, place, seed)
    return GroupCondition(source, count, _residuals(module, formulation, group), group.twin is not None)


def _residuals(module: Any, formulation: Formulation, group: Group) -> ColumnsAt:
    """The residuals (N, K) of a group at rows of inputs x and outputs y, by DeepXDE's derivatives of all rows."""
    axes, fields = formulation.coordinates, formulation.fields

    def residuals(x: torch.Tensor, y: torch.Tensor, rows: slice) -> torch.Tensor:
        values = [
            _partial(module, x, y, fields.index(leaf.field), leaf.orders)[rows]
            if isinstance(leaf, Partial)
            else _column(x, axes.index(leaf))[rows]
            for leaf in group.program.leaves
        ]
        return _joined(group.program.run(values, TORCH), x[rows])

    return residuals


def _partial(module: Any, x: torch.Tensor, y: torch.Tensor, field: int, orders: Sequence[int]) -> Any:
    """A partial derivative (N, 1) of one output, as a user of DeepXDE writes it; what it computed once it remembers."""
    along = [axis for axis, order in enumerate(orders) for _ in range(order)]
    if not along:
        return _column(y, field)
    if len(along) == 1:
        return module.grad.jacobian(y, x, i=field, j=along[0])
    found = module.grad.hessian(y, x, component=field, i=along[0], j=along[1])
    for axis in along[2:]:
        found = module.grad.jacobian(found, x, i=0, j=axis)
    return found


def _features(embedding: Embedding) -> Callable[[torch.Tensor], torch.Tensor]:
    """The features (N, f) that the network sees, as plain torch."""
    low, high = (torch.tensor(corner, dtype=torch.float64) for corner in (embedding.low, embedding.high))
    if not any(embedding.periodic):
        return lambda x: 2 * (x - low) / (high - low) - 1
    return lambda x: embedding.channels(x, [(0,) * len(embedding.low)])[0]


def _transform(formulation: Formulation) -> Columns:
    """û = G + D·N (N, m), as plain torch."""
    ansatz, axes = formulation.ansatz, formulation.coordinates
    program = Program([*ansatz.lifts, *ansatz.distances])
    leaves = [axes.index(leaf) for leaf in program.leaves if isinstance(leaf, Coordinate)]
    fields = len(formulation.fields)

    def transform(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        found = program.run([_column(x, place) for place in leaves], TORCH)
        return _joined(found[:fields], x) + _joined(found[fields:], x) * y

    return transform


def _column(rows: torch.Tensor, place: int) -> torch.Tensor:
    return rows[:, place : place + 1]


def _joined(columns: Sequence[Any], x: torch.Tensor) -> torch.Tensor:
    """Columns (N, 1), or numbers, side by side as (N, m)."""
    return torch.cat([torch.as_tensor(item, dtype=x.dtype).expand(len(x), 1) for item in columns], dim=1)
