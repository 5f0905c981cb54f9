"""What a function under lint is given: inputs, a smooth stand-in for the solution, constants; in any units."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from pinnln.units.dimension import Dimension
from pinnln.units.expression import Coordinate, Expression, Field, Number
from pinnln.units.node_table import NodeTable

if TYPE_CHECKING:
    from pinnln.units.tensor_lint import Declaration

POINTS = 7


class Stage:
    """Inputs, outputs, constants and a network for one run; with a factor for each dimension, in rescaled units.

    Args: declaration; nodes, the table that labels what is handed out, None without a trace; factor of a dimension.
    Attributes: asked, whether a network was asked for.
    """

    def __init__(self, declaration: Declaration, nodes: NodeTable | None, factor: Callable[[Dimension], float]) -> None:
        self.nodes, self.asked, self._factor = nodes, False, factor
        self._coordinates, self._fields = list(declaration.inputs.values()), list(declaration.outputs.values())
        steps = torch.arange(POINTS, dtype=torch.float64)
        self._inputs = [
            (0.3 + 0.11 * place + 0.07 * torch.remainder(steps * (place + 2), POINTS)) * factor(node.dimension)
            for place, node in enumerate(self._coordinates)
        ]

    def columns(self) -> tuple[torch.Tensor, torch.Tensor]:
        """All inputs (N, d) and all outputs (N, m)."""
        x = torch.stack(self._inputs, 1).requires_grad_()
        y = self._solution([x[:, place] for place in range(len(self._coordinates))])
        self._declare(x, self._coordinates)
        self._declare(y, self._fields)
        return x, y

    def separate(self) -> dict[str, torch.Tensor]:
        """Every input and output by its name, (N, 1)."""
        inputs = [item.reshape(-1, 1).clone().requires_grad_() for item in self._inputs]
        y = self._solution([item[:, 0] for item in inputs])
        outputs = [y[:, place : place + 1] for place in range(len(self._fields))]
        found = {}
        nodes: list[Coordinate | Field] = [*self._coordinates, *self._fields]
        for node, tensor in zip(nodes, [*inputs, *outputs], strict=True):
            self._declare(tensor, [node])
            found[node.name] = tensor
        return found

    def network(self, *inputs: torch.Tensor) -> torch.Tensor:
        """Stands in for a trained network: one column an output."""
        self.asked = True
        with torch._C.DisableTorchFunction():
            columns = torch.cat([item.reshape(-1, item.shape[-1]) for item in inputs], 1)
            y = self._solution([columns[:, place] for place in range(columns.shape[1])])
            y = y.reshape(*inputs[0].shape[:-1], len(self._fields))
        self._declare(y, self._fields)
        return y

    def answers_for(self, module: torch.nn.Module, inputs: Sequence[torch.Tensor]) -> bool:
        """Whether a module is a network of the inputs whose last layer has one column an output."""
        layers = [item for item in module.modules() if isinstance(item, torch.nn.Linear)]
        composed = isinstance(module, torch.nn.Sequential) or not type(module).__module__.startswith("torch.nn.")
        if not composed or not layers or any(item.dim() < 1 for item in inputs):
            return False
        columns = sum(item.shape[-1] for item in inputs)
        return columns == len(self._coordinates) and layers[-1].out_features == len(self._fields)

    def constants(self, nodes: Mapping[str, Number], around: Mapping[str, Any]) -> dict[str, torch.Tensor]:
        """The constants as tensors, scalars unless they are arrays; a tensor stays the one it is."""
        found = {}
        for name, node in nodes.items():
            held = around.get(name)
            if isinstance(held, torch.Tensor):
                tensor = held
            elif isinstance(held, np.ndarray | list | tuple):
                tensor = torch.as_tensor(np.asarray(held, dtype=float)) * self._factor(node.dimension)
            else:
                value = (
                    float(held)
                    if isinstance(held, int | float | np.number)
                    else node.value
                    if node.value != 1.0
                    else 1.3
                )
                tensor = torch.tensor(value * self._factor(node.dimension), dtype=torch.float64)
            self._declare(tensor, [node])
            found[name] = tensor
        return found

    @contextmanager
    def rescaled(self, nodes: Mapping[str, Number], around: Mapping[str, Any]) -> Iterator[None]:
        """Within the block, the tensors among the constants have their values in the units of this stage."""
        held = [(around[name], node) for name, node in nodes.items() if isinstance(around.get(name), torch.Tensor)]
        before = [tensor.detach().clone() for tensor, _ in held]
        try:
            with torch.no_grad():
                for tensor, node in held:
                    tensor.mul_(self._factor(node.dimension))
            yield
        finally:
            with torch.no_grad():
                for (tensor, _), value in zip(held, before, strict=True):
                    tensor.copy_(value)

    def _declare(self, tensor: torch.Tensor, nodes: Sequence[Expression]) -> None:
        if self.nodes is not None:
            self.nodes.declare(tensor, nodes)

    def _solution(self, columns: Sequence[torch.Tensor]) -> torch.Tensor:
        scaled = [item / self._factor(node.dimension) for item, node in zip(columns, self._coordinates, strict=False)]
        outputs = []
        for place, field in enumerate(self._fields):
            phase = torch.stack([(0.7 + 0.2 * k + 0.13 * place) * item for k, item in enumerate(scaled)]).sum(0)
            outputs.append((1.7 + torch.sin(phase + 0.3 * place)) * self._factor(field.dimension))
        return torch.stack(outputs, 1)
