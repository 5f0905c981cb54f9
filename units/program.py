"""An expression as a list of instructions: shared parts once, leaves by name, run on any array library."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from pinnln.units.algebra import fold
from pinnln.units.expression import (
    Call,
    Comparison,
    Coordinate,
    Derivative,
    Difference,
    Expression,
    Field,
    Negation,
    Number,
    Parameter,
    Power,
    Product,
    Quotient,
    Sum,
    Where,
)
from pinnln.units.functions import error_function


@dataclass(frozen=True)
class Partial:
    """A partial derivative of a field: how often along each of its coordinates, (0, …) for the value."""

    field: Field
    orders: tuple[int, ...]


Leaf: TypeAlias = Coordinate | Partial | Parameter
Functions: TypeAlias = Mapping[str, Callable[..., Any]]

_ARITHMETIC: dict[type[Expression], Callable[..., Any]] = {
    Sum: operator.add,
    Difference: operator.sub,
    Product: operator.mul,
    Quotient: operator.truediv,
    Power: operator.pow,
    Negation: operator.neg,
}
_RELATIONS: dict[str, Callable[..., Any]] = {"<": operator.lt, "≤": operator.le, ">": operator.gt, "≥": operator.ge}
NUMPY: Functions = {
    **{name: getattr(np, name) for name in ("sin", "cos", "tan", "exp", "log", "sinh", "cosh", "tanh", "sqrt", "sign")},
    "abs": np.abs,
    "erf": error_function,
    "where": np.where,
}


@dataclass(frozen=True)
class _Step:
    operation: Callable[..., Any] | str
    operands: tuple[int, ...]


class Program:
    """Several expressions compiled together; equal parts are computed once.

    Args: expressions, any that passed the lint; they are folded to bare numbers first.
    Attributes: leaves, what must be supplied to `run`, in this order.

    >>> from pinnln.units import coordinates, sin
    >>> x, = coordinates(x=(0.0, 1.0))
    >>> Program([2 * sin(x)]).run([np.array([0.5])], NUMPY)
    [array([0.95885108])]
    """

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self.leaves: list[Leaf] = []
        self._steps: list[_Step | float | Leaf] = []
        self._slots: dict[object, int] = {}
        self._outputs = [self._compile(fold(expression)) for expression in expressions]

    def run(self, values: Sequence[Any], functions: Functions) -> list[Any]:
        """The values of the expressions.

        Args: values, one array or number for each of `leaves`; functions, by name, of the array library.
        """
        given = iter(values)
        slots: list[Any] = []
        for step in self._steps:
            if isinstance(step, float):
                slots.append(step)
            elif isinstance(step, _Step):
                operation = functions[step.operation] if isinstance(step.operation, str) else step.operation
                slots.append(operation(*(slots[place] for place in step.operands)))
            else:
                slots.append(next(given))
        return [slots[place] for place in self._outputs]

    def fault(self, output: int, values: Sequence[float]) -> tuple[str, tuple[float, ...]] | None:
        """The first operation of one expression whose result is not finite although its operands are.

        Args: output, which of the expressions; values, one number for each of `leaves`.
        Returns: the name of the operation and its operands, None if there is none.

        >>> from pinnln.units import coordinates, log
        >>> x, = coordinates(x=(-1.0, 1.0))
        >>> Program([log(x)]).fault(0, [-0.5])
        ('log', (-0.5,))
        """
        given, slots = iter(values), [0.0] * len(self._steps)
        used = self._used(self._outputs[output])
        with np.errstate(all="ignore"):
            for place, step in enumerate(self._steps):
                if not isinstance(step, _Step):
                    slots[place] = np.float64(step if isinstance(step, float) else next(given))
                    continue
                operands = [slots[item] for item in step.operands]
                operation = NUMPY[step.operation] if isinstance(step.operation, str) else step.operation
                slots[place] = operation(*operands)
                if place in used and np.isfinite(operands).all() and not np.isfinite(slots[place]):
                    name = step.operation if isinstance(step.operation, str) else step.operation.__name__
                    return name, tuple(float(item) for item in operands)
        return None

    def _used(self, output: int) -> set[int]:
        """The steps that one output depends on, itself included."""
        used, waiting = set(), [output]
        while waiting:
            place = waiting.pop()
            used.add(place)
            step = self._steps[place]
            waiting.extend(step.operands if isinstance(step, _Step) else ())
        return used

    def listing(self) -> str:
        """The instructions as text, every number exact: equal listings compute the same."""
        return "\n".join(_shown(step) for step in self._steps) + f"\n{self._outputs}"

    def _compile(self, expression: Expression) -> int:
        places: dict[int, int] = {}

        def visit(node: Expression) -> int:
            if id(node) not in places:
                operands = () if isinstance(node, Derivative) else tuple(visit(operand) for operand in node.operands)
                places[id(node)] = self._place(node, operands)
            return places[id(node)]

        return visit(expression)

    def _place(self, node: Expression, operands: tuple[int, ...]) -> int:
        match node:
            case Number():
                return self._slot(("number", node.value), node.value)
            case Coordinate() | Parameter():
                return self._leaf(node)
            case Field():
                return self._leaf(Partial(node, (0,) * len(node.coordinates)))
            case Derivative():
                inner = node.operands[0]
                assert isinstance(inner, Field)
                return self._leaf(Partial(inner, tuple(node.coordinates.count(item) for item in inner.coordinates)))
        operation: Callable[..., Any] | str
        match node:
            case Call():
                operation = node.function.name
            case Where():
                operation = "where"
            case Comparison():
                operation = _RELATIONS[node.relation]
            case _:
                operation = _ARITHMETIC[type(node)]
        return self._slot((operation, operands), _Step(operation, operands))

    def _leaf(self, leaf: Leaf) -> int:
        if leaf not in self._slots:
            self.leaves.append(leaf)
        return self._slot(leaf, leaf)

    def _slot(self, key: object, step: _Step | float | Leaf) -> int:
        if key not in self._slots:
            self._slots[key] = len(self._steps)
            self._steps.append(step)
        return self._slots[key]


def _shown(step: _Step | float | Leaf) -> str:
    if isinstance(step, float):
        return repr(step)
    if isinstance(step, Coordinate | Parameter):
        return step.name
    if isinstance(step, Partial):
        return f"{step.field.name}{step.orders}"
    name = step.operation if isinstance(step.operation, str) else step.operation.__name__
    return f"{name}{step.operands}"
