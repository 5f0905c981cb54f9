"""One run of a torch function on a few points, with a smooth stand-in for the solution."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from types import FunctionType
from typing import TYPE_CHECKING, Any

import torch

from pinnln.units.dimension import Dimension
from pinnln.units.errors import ProblemError
from pinnln.units.expression import Coordinate, Expression, Field, Number
from pinnln.units.inference import unknown_dimension
from pinnln.units.registry import Measured
from pinnln.units.source import Source
from pinnln.units.surroundings import mentioned, replaced
from pinnln.units.tensor_trace import TensorTrace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pinnln.units.tensor_lint import Declaration

POINTS = 7
Factors = Mapping[str, float]


class TensorRun:
    """A function, its declaration, and what its trace shows once it ran.

    Attributes: residuals, the node of every column it returns; escapes and strangers, as the trace has them;
    asked_network, whether it asked for a network, whose inputs the oracle cannot know.
    """

    def __init__(self, function: Callable[..., Any], plain: FunctionType, declaration: Declaration) -> None:
        self.residuals: list[Expression] = []
        self.escapes: list[tuple[Expression, Source | None]] = []
        self.strangers: dict[str, Source | None] = {}
        self.asked_network = False
        self._function, self._plain, self._declaration = function, plain, declaration

    def run(self) -> None:
        """Runs the function under the trace.

        Raises: ProblemError if it returns something that is no residual; whatever the function itself raises.
        """
        around = mentioned(self._plain)
        names = {id(value): name for name, value in around.items() if isinstance(value, torch.Tensor)}
        trace = TensorTrace(self._plain.__code__, self._declaration.infer, names)
        stage = _Stage(self._declaration, trace, lambda dimension: 1.0)
        constants = {**self._declaration.constants, **self._unknown(around)}
        given = {name: stage.constant(name, node, around.get(name)) for name, node in constants.items()}
        arguments = _arguments(self._function, self._declaration, stage, given)
        with _fresh_gradients(), replaced(self._plain, given), torch.enable_grad(), trace:
            returned = self._function(*arguments)
        for tensor in self._returned(returned):
            self.residuals += trace.columns(tensor)
        self.escapes, self.strangers = trace.escapes, trace.strangers
        self.asked_network = stage.asked

    def values(self, factor: Callable[[Dimension], float]) -> list[torch.Tensor]:
        """What the function returns, without a trace, for the same physics in rescaled units."""
        stage = _Stage(self._declaration, None, factor)
        around = mentioned(self._plain)
        given = {
            name: stage.constant(name, node, around.get(name)) for name, node in self._declaration.constants.items()
        }
        arguments = _arguments(self._function, self._declaration, stage, given)
        with _fresh_gradients(), replaced(self._plain, given), torch.enable_grad():
            return [tensor.detach() for tensor in self._returned(self._function(*arguments))]

    def _unknown(self, around: Mapping[str, Any]) -> dict[str, Number]:
        """Bare floats of the surroundings, whose dimensions are to be inferred."""
        if not self._declaration.infer:
            return {}
        return {
            name: Number(Measured(value, unknown_dimension(name), "constant", point=False), name)
            for name, value in around.items()
            if type(value) is float and name not in self._declaration.constants
        }

    def _returned(self, returned: Any) -> list[torch.Tensor]:
        parts = list(returned.values()) if isinstance(returned, dict) else returned
        found = list(parts) if isinstance(parts, list | tuple) else [parts]
        name = self._plain.__name__
        if not found:
            raise ProblemError(f"{name} returned no residual: expected a tensor ({POINTS}, 1) or a list of them")
        for item in found:
            if not isinstance(item, torch.Tensor):
                raise ProblemError(
                    f"{name} returned {type(item).__name__}: expected a tensor ({POINTS}, 1) or a list of them"
                )
            if item.dim() and item.shape[0] != POINTS:
                raise ProblemError(
                    f"{name} returned a tensor of shape {tuple(item.shape)} for {POINTS} points: expected ({POINTS}, 1)"
                )
        return found


class _Stage:
    """Inputs, outputs, constants and a network for one run; with a factor for each dimension, in rescaled units."""

    def __init__(
        self, declaration: Declaration, trace: TensorTrace | None, factor: Callable[[Dimension], float]
    ) -> None:
        self.trace, self._factor, self.asked = trace, factor, False
        self._coordinates, self._fields = list(declaration.inputs.values()), list(declaration.outputs.values())
        steps = torch.arange(POINTS, dtype=torch.float64)
        self._inputs = [
            self._scaled(0.3 + 0.11 * place + 0.07 * torch.remainder(steps * (place + 2), POINTS), node.dimension)
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
            columns = torch.cat([item.reshape(len(item), -1) for item in inputs], 1)
            y = self._solution([columns[:, place] for place in range(columns.shape[1])])
        self._declare(y, self._fields)
        return y

    def constant(self, name: str, node: Number, held: Any) -> torch.Tensor:
        """A constant as a scalar tensor: the value it has in the function's surroundings, or one of order one."""
        if isinstance(held, torch.Tensor):
            tensor = held
        else:
            value = float(held) if isinstance(held, int | float) else node.value if node.value != 1.0 else 1.3
            tensor = self._scaled(torch.tensor(value, dtype=torch.float64), node.dimension)
        self._declare(tensor, [node])
        return tensor

    def _scaled(self, values: torch.Tensor, dimension: Dimension) -> torch.Tensor:
        return values * self._factor(dimension)

    def _declare(self, tensor: torch.Tensor, nodes: Sequence[Expression]) -> None:
        if self.trace is not None:
            self.trace.declare(tensor, nodes)

    def _solution(self, columns: Sequence[torch.Tensor]) -> torch.Tensor:
        scaled = [item / self._factor(node.dimension) for item, node in zip(columns, self._coordinates, strict=False)]
        outputs = []
        for place, field in enumerate(self._fields):
            phase = torch.stack([(0.7 + 0.2 * k + 0.13 * place) * item for k, item in enumerate(scaled)]).sum(0)
            outputs.append((1.7 + torch.sin(phase + 0.3 * place)) * self._factor(field.dimension))
        return torch.stack(outputs, 1)


def _arguments(
    function: Callable[..., Any], declaration: Declaration, stage: _Stage, constants: Mapping[str, torch.Tensor]
) -> list[Any]:
    """What each parameter of the function receives.

    Raises: ProblemError for parameters that the declaration does not explain.
    """
    parameters = [
        item
        for item in inspect.signature(function).parameters.values()
        if item.default is item.empty or item.name in constants or item.name in declaration.inputs
    ]
    names = [item.name for item in parameters if item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD)]
    symbols = {*declaration.inputs, *declaration.outputs}
    rest = [name for name in names if name not in constants]
    free = [name for name in rest if name not in symbols]
    if len(rest) == 2 and (len(free) == 2 or _means_columns(rest, declaration)):
        both = dict(zip(rest, stage.columns(), strict=True))
        return [both[name] if name in both else constants[name] for name in names]
    if len(free) > 1:
        known = ", ".join([*symbols, *constants])
        raise ProblemError(f"the parameters {', '.join(free)} are unknown: expected (x, y) or names among {known}")
    held: dict[str, Any] = {**stage.separate(), **constants}
    return [held.get(name, stage.network) for name in names]


def _means_columns(names: Sequence[str], declaration: Declaration) -> bool:
    """Whether f(x, y) is of all inputs and all outputs, although its names are those of single ones."""
    return names[1] not in declaration.inputs and names[0] not in declaration.outputs


@contextmanager
def _fresh_gradients() -> Iterator[None]:
    """DeepXDE keeps gradients by tensor: nothing from before, nothing left behind."""
    module = sys.modules.get("deepxde")
    if module is not None:
        module.grad.clear()
    try:
        yield
    finally:
        if module is not None:
            module.grad.clear()
