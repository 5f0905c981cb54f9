"""One run of a torch function on a few points, traced; and again in other units, for the oracle."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import FunctionType
from typing import TYPE_CHECKING, Any

import torch

from pinnln.units.aware_modules import aware
from pinnln.units.call_conventions import Convention, conventions
from pinnln.units.dimension import Dimension
from pinnln.units.errors import ProblemError
from pinnln.units.expression import Expression, Number
from pinnln.units.inference import unknown_dimension
from pinnln.units.node_table import NodeTable
from pinnln.units.promotion import double_precision
from pinnln.units.registry import Measured
from pinnln.units.restoration import untouched
from pinnln.units.reverse_mode import reverse_mode
from pinnln.units.source import Source
from pinnln.units.stage import POINTS, Stage
from pinnln.units.stand_in_networks import networks_replaced
from pinnln.units.surroundings import replaced, replaced_attributes
from pinnln.units.tensor_trace import TensorTrace

if TYPE_CHECKING:
    from pinnln.units.tensor_lint import Declaration


class TensorRun:
    """A function, its declaration, and what its trace shows once it ran.

    Attributes: residuals, the node of every column it returns; escapes, decisions and strangers, as the trace has them;
    asked_network, whether it asked for a network, whose inputs the oracle cannot know.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        plain: FunctionType,
        declaration: Declaration,
        around: Mapping[str, Any],
    ) -> None:
        self.residuals: list[Expression] = []
        self.escapes: list[tuple[Expression, Source | None]] = []
        self.decisions: list[Expression] = []
        self.strangers: dict[str, Source | None] = {}
        self.asked_network = False
        self._places: list[tuple[int, torch.Tensor]] | None = None
        self._function, self._plain, self._declaration = function, plain, declaration
        self._around = around
        self._convention: Convention | None = None

    def run(self) -> None:
        """Runs the function under the trace, in the first of the likely ways to call it that works.

        Raises: ProblemError if it returns something that is no residual; whatever the function itself raises, the
        first time if no way works.
        """
        failures: list[Exception] = []
        for convention in conventions(self._function, self._plain, self._declaration):
            try:
                with torch.inference_mode(False):
                    self._traced(convention)
            except Exception as error:
                failures.append(error)
            else:
                self._convention = convention
                return
        raise next((item for item in failures if not isinstance(item, AttributeError | TypeError)), failures[0])

    def _traced(self, convention: Convention) -> None:
        names = {id(value): name for name, value in self._around.items() if isinstance(value, torch.Tensor)}
        nodes = NodeTable(self._declaration.infer, names)
        trace = TensorTrace(self._plain.__code__, nodes)
        stage = Stage(self._declaration, nodes, lambda dimension: 1.0)
        constants = stage.constants({**self._declaration.constants, **self._unknown()}, self._around)
        returned = self._called(convention, stage, constants, trace)
        self.residuals, self._places = [], []
        for index, tensor in enumerate(returned):
            for node, where in nodes.places(tensor):
                self.residuals.append(node)
                self._places.append((index, where))
        self.escapes, self.strangers, self.decisions = trace.escapes, trace.strangers, trace.decisions
        self.asked_network = stage.asked

    def values(self, factor: Callable[[Dimension], float]) -> list[torch.Tensor]:
        """The residuals' values, without a trace, for the same physics in rescaled units."""
        convention = self._convention or conventions(self._function, self._plain, self._declaration)[0]
        given = self._declaration.constants
        with torch.inference_mode(False):
            stage = Stage(self._declaration, None, factor)
            with stage.rescaled(given, self._around):
                returned = self._called(convention, stage, stage.constants(given, self._around), None)
        found = [tensor.detach().to(torch.float64) for tensor in returned]
        return found if self._places is None else [found[index][where] for index, where in self._places]

    def _called(
        self, convention: Convention, stage: Stage, constants: Mapping[str, torch.Tensor], trace: TensorTrace | None
    ) -> list[torch.Tensor]:
        with ExitStack() as block:
            block.enter_context(_fresh_gradients())
            block.enter_context(untouched(self._function, self._around))
            block.enter_context(replaced(self._plain, {**aware(self._around), **constants}))
            block.enter_context(replaced_attributes(self._function, constants))
            block.enter_context(networks_replaced(self._function, self._around, stage))
            block.enter_context(reverse_mode())
            if "torch._dynamo" in sys.modules:  # what was never loaded has compiled nothing
                block.enter_context(torch.compiler.set_stance("force_eager"))
            block.enter_context(warnings.catch_warnings())
            warnings.simplefilter("ignore")
            block.enter_context(torch.enable_grad())
            block.enter_context(double_precision())
            if trace is not None:
                block.enter_context(trace)
            returned = convention.call(self._function, stage, constants)
        return self._returned(returned)

    def _unknown(self) -> dict[str, Number]:
        """Bare floats of the surroundings, whose dimensions are to be inferred."""
        if not self._declaration.infer:
            return {}
        return {
            name: Number(Measured(value, unknown_dimension(name), "constant", point=False), name)
            for name, value in self._around.items()
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
            if (item.dim() and item.shape[0] != POINTS) or not item.numel():
                raise ProblemError(
                    f"{name} returned a tensor of shape {tuple(item.shape)} for {POINTS} points: expected ({POINTS}, 1)"
                )
        return found


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
