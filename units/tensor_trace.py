"""The trace of a torch function as expression trees: user code sees plain tensors, the trace labels their elements."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial, reduce
from types import CodeType, FrameType
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from pinnln.units.element_labels import Labels
from pinnln.units.expression import Derivative, Expression, Number, Operation, Product
from pinnln.units.inference import unknown_dimension
from pinnln.units.node_table import NodeTable, axes_of, tensors_in
from pinnln.units.probe import probed_degree
from pinnln.units.registry import Measured
from pinnln.units.rules import RULES, Family
from pinnln.units.source import Source, argument, names_within, operands, span_of
from pinnln.units.tensor_nodes import bare_number, derivative, joined
from pinnln.units.tensor_operations import (
    ALONG,
    BINARY,
    ESCAPES,
    FACTORIES,
    IDENTITY,
    LAYERS,
    LOSSES,
    PAIRS,
    PRODUCTS,
    REDUCING,
    STRUCTURAL,
    Called,
)

_UNARY = (Family.PURE, Family.DEGREE, Family.STEP, Family.ANY)
_ELEMENTWISE = frozenset(name for name, rule in RULES.items() if rule.family in _UNARY)


class TensorTrace(TorchFunctionMode):
    """Every torch operation of a block as a node of an expression tree.

    Each tensor has a companion of the same shape that holds, for each element, the index of its node; what only moves
    elements is run on the companion too, so slices, columns and views need no rules.

    Args: code of the function, whose file holds the user's lines; nodes, the table of what every element is.
    Attributes: escapes, what left torch as a bare number; decisions, what a branch asked; strangers, operations
    without a rule.
    """

    def __init__(self, code: CodeType, nodes: NodeTable) -> None:
        super().__init__()
        self.escapes: list[tuple[Expression, Source | None]] = []
        self.decisions: list[Expression] = []
        self.strangers: dict[str, Source | None] = {}
        self.nodes = nodes
        self._code = code
        self._files = frozenset({code.co_filename})

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(kwargs or {})
        result = func(*args, **given)
        called = Called.of(func)
        if called.name in ESCAPES:
            self._escape(args)
        elif called.name == "__bool__":
            self.decisions += self.nodes.distinct(self.nodes.of(args[0]))
        else:
            self._record(func, called, args, given, result)
        return result

    def _record(
        self, func: Callable[..., Any], called: Called, args: tuple[Any, ...], given: dict[str, Any], result: Any
    ) -> None:
        name = called.name
        if name == "setitem":
            self._write(args)
        elif name == "grad" and func is torch.autograd.grad:
            self._gradient(args, given, result)
        elif not tensors_in(result) or name in ("get_grad", "get_grad_fn"):
            return
        elif name in FACTORIES:
            self._made(name, args, result)
        elif name in ("copy", "fill", "zero") and called.in_place:
            self._overwrite(args[0], args[1] if len(args) > 1 else given.get("value", 0.0))
        elif name in IDENTITY:
            self.nodes.keep(result, self.nodes.of(args[0]))
        elif name in STRUCTURAL:
            self._moved(func, args, given, result)
        else:
            self._keep(called, args, result, self._calculated(func, called, args, given, result))

    def _keep(self, called: Called, args: tuple[Any, ...], result: Any, labels: Labels | Sequence[Labels]) -> None:
        """Labels what an operation gave; beside the values of a sort or a maximum, their places are pure numbers."""
        first, *others = tensors_in(result)
        several = [labels] if isinstance(labels, torch.Tensor) else list(labels)
        if called.in_place and args[0] is first:
            self.nodes.of(first).copy_(several[0])
        else:
            self.nodes.keep(first, several[0])
        for place, tensor in enumerate(others, start=1):
            made = several[place] if place < len(several) else self.nodes.filled(tensor, bare_number(1.0, None))
            self.nodes.keep(tensor, made)

    def _calculated(
        self, func: Callable[..., Any], called: Called, args: tuple[Any, ...], given: dict[str, Any], result: Any
    ) -> Labels | list[Labels]:
        name, source = called.name, self._place()
        if name in PAIRS:
            return [self._reduced(each, args, given, result, source) for each in PAIRS[name]]
        if name in BINARY and len(args) + ("other" in given) >= 2:
            pair = [args[0], args[1] if len(args) > 1 else given["other"]]
            reverse = called.reflected or (name in ("add", "mul") and self._number_leads(pair, source))
            return self._pairwise(name, pair[::-1] if reverse else pair, source)
        if name == "where" and len(args) == 3:
            return self._pairwise("where", args, source)
        if name == "clamp":
            bounds = [*args[1:], given.get("min"), given.get("max")]
            return self._pairwise("clamp", [args[0], *(item for item in bounds if item is not None)], source)
        if name in REDUCING:
            return self._reduced(name, args, given, result, source)
        if name in ALONG:
            return self._along(name, args, given, source)
        if name in LOSSES:
            second = args[1] if len(args) > 1 else given["target"]
            difference = self.nodes.distinct(self._pairwise("sub", [args[0], second], source))
            return self.nodes.filled(result, Operation(name, self.nodes.total(difference, source), source=source))
        if name in ("masked_fill", "lerp"):
            value = args[2 if name == "masked_fill" else 1] if len(args) > 1 else given.get("value", given.get("end"))
            return self._pairwise(name, [args[0], value], source)
        if name in ("addcmul", "addcdiv"):
            return self._fused(name, args, source)
        if name in LAYERS or (name in PRODUCTS and any(self._weights(item) for item in tensors_in(args))):
            inner = [item for item in tensors_in(args) if self.nodes.known(item)]
            return self.nodes.filled(result, Operation("layer", *self.nodes.distinct_all(inner), source=source))
        if name in PRODUCTS:
            parts = [self.nodes.total(self.nodes.distinct(self.nodes.of(item)), source) for item in tensors_in(args)]
            return self.nodes.filled(result, Operation("mul", *parts, source=source))
        if name == "topk":
            return self._filled_total(name, args[0], result, source)
        if name == "prod":
            return self._multiplied(args, given, result, source)
        alike = isinstance(result, torch.Tensor) and isinstance(args[0], torch.Tensor) and args[0].shape == result.shape
        if RULES.get(name) is not None and RULES[name].family is Family.PURE and alike and self._free(args[0]):
            return self._positive(name, args[0], result, source)
        if name in _ELEMENTWISE and alike:
            labels = self.nodes.of(args[0], argument(source, 0))
            return self.nodes.each(labels, lambda node: joined(name, [node], source))
        return self._stranger(func, called, args, given, result, source)

    def _free(self, tensor: torch.Tensor) -> bool:
        """Whether a tensor is one undeclared trainable number: exp of it is a positive quantity of any unit."""
        nodes = self.nodes.distinct(self.nodes.of(tensor, argument(self._place(), 0)))
        return len(nodes) == 1 and isinstance(nodes[0], Number) and nodes[0].unit == "trainable"

    def _positive(self, name: str, tensor: torch.Tensor, result: torch.Tensor, source: Source | None) -> Labels:
        shown = f"{name}({self.nodes.distinct(self.nodes.of(tensor))[0]})"
        value = float(result.detach().reshape(-1)[0])
        measured = Measured(value, unknown_dimension(shown), "trainable", point=False)
        return self.nodes.filled(result, Number(measured, shown, source))

    def _weights(self, tensor: torch.Tensor) -> bool:
        """Whether a tensor is what a network is trained on."""
        return not self.nodes.known(tensor) and tensor.requires_grad

    def _fused(self, name: str, args: tuple[Any, ...], source: Source | None) -> Labels:
        """a + b·c or a + b/c in one call."""
        inner = self._pairwise("mul" if name == "addcmul" else "div", args[1:3], source)
        held = torch.empty(inner.shape)
        self.nodes.keep(held, inner)
        return self._pairwise("add", [args[0], held], source)

    def _filled_total(self, name: str, tensor: torch.Tensor, result: Any, source: Source | None) -> Labels:
        node = self.nodes.total(self.nodes.distinct(self.nodes.of(tensor)), source)
        return self.nodes.filled(result, Operation(name, node, source=source))

    def _multiplied(self, args: tuple[Any, ...], given: dict[str, Any], result: Any, source: Source | None) -> Labels:
        """The product along an axis, factor by factor."""
        labels = self.nodes.of(args[0])
        dims = given.get("dim", args[1] if len(args) > 1 else None)
        rows = _by_row(labels, axes_of(dims, labels.dim()))
        found = [
            self.nodes.add(reduce(lambda a, b: Product(a, b, source=source), (self.nodes[index] for index in row)))
            for row in rows.tolist()
        ]
        return torch.tensor(found, dtype=torch.long).reshape(result.shape)

    def _stranger(
        self,
        func: Callable[..., Any],
        called: Called,
        args: tuple[Any, ...],
        given: dict[str, Any],
        result: Any,
        source: Source | None,
    ) -> Labels:
        """An operation without a rule: what it does to a rescaled argument tells its degree, or nothing does.

        What writes in place is not tried again.
        """
        inner = [item for item in tensors_in((args, list(given.values()))) if self.nodes.known(item)]
        nodes = self.nodes.distinct_all(inner)
        if not nodes:
            return self.nodes.filled(result, bare_number(1.0, source))
        self.strangers.setdefault(called.name, source)
        alone = len(inner) == 1 and len(nodes) == 1 and not called.in_place
        degree = probed_degree(func, args, given, inner[0]) if alone else None
        if degree is None:
            return self.nodes.filled(result, Operation("unknown", *nodes, source=source))
        return self.nodes.filled(result, Operation("probed", nodes[0], source=source, code=degree))

    def _pairwise(self, name: str, values: Sequence[Any], source: Source | None) -> Labels:
        spans = operands(source) if len(values) == 2 else (None,) * len(values)
        labels = []
        for place, (value, span) in enumerate(zip(values, spans, strict=True)):
            exponent = name in ("pow", "float_power") and place == 1
            labels.append(self.nodes.value(value, span or source, exponent))
        shape = np.broadcast_shapes(*(tuple(item.shape) for item in labels))
        flat = [item.expand(shape).reshape(-1).tolist() for item in labels]
        made: dict[tuple[int, ...], int] = {}
        for combination in zip(*flat, strict=True):
            if combination not in made:
                made[combination] = self.nodes.add(joined(name, [self.nodes[index] for index in combination], source))
        return torch.tensor([made[item] for item in zip(*flat, strict=True)], dtype=torch.long).reshape(shape)

    def _reduced(
        self, name: str, args: tuple[Any, ...], given: dict[str, Any], result: Any, source: Source | None
    ) -> Labels:
        first = args[0]
        labels = self.nodes.of(first)
        if name in ("max", "min") and len(args) > 1 and isinstance(args[1], torch.Tensor):
            return self._pairwise("maximum" if name == "max" else "minimum", args[:2], source)
        values = result if isinstance(result, torch.Tensor) else tensors_in(result)[0]
        place = 2 if name in ("norm", "quantile", "vector_norm") else 1
        dims = given.get("dim", args[place] if len(args) > place else None)
        rows = _by_row(labels, axes_of(dims, labels.dim()))
        made: dict[tuple[int, ...], int] = {}
        found = []
        for row in rows.tolist():
            key = tuple(dict.fromkeys(row))
            if key not in made:
                node = self.nodes.total([self.nodes[index] for index in key], source)
                made[key] = self.nodes.add(Operation(name, node, source=source))
            found.append(made[key])
        return torch.tensor(found, dtype=torch.long).reshape(values.shape)

    def _along(self, name: str, args: tuple[Any, ...], given: dict[str, Any], source: Source | None) -> Labels:
        labels = self.nodes.of(args[0])
        if name in ("layer_norm", "rms_norm"):
            axes = list(range(labels.dim() - len(args[1]), labels.dim()))
        else:
            place = 2 if name == "normalize" else 1
            axes = axes_of(given.get("dim", args[place] if len(args) > place else -1), labels.dim())
        moved = labels.movedim(axes, list(range(labels.dim() - len(axes), labels.dim())))
        rows = moved.reshape(-1, math.prod(moved.shape[labels.dim() - len(axes) :]))
        made: dict[tuple[int, ...], int] = {}
        found = []
        for row in rows.tolist():
            key = tuple(dict.fromkeys(row))
            if key not in made:
                node = self.nodes.total([self.nodes[index] for index in key], source)
                made[key] = self.nodes.add(Operation(name, node, source=source))
            found.append([made[key]] * len(row))
        spread = torch.tensor(found, dtype=torch.long).reshape(moved.shape)
        return spread.movedim(list(range(labels.dim() - len(axes), labels.dim())), axes)

    def _gradient(self, args: tuple[Any, ...], given: dict[str, Any], result: Sequence[Any]) -> None:
        source = self._asked()
        outputs = tensors_in(args[0] if args else given["outputs"])
        inputs = tensors_in(args[1] if len(args) > 1 else given["inputs"])
        weights = tensors_in(args[2] if len(args) > 2 else given.get("grad_outputs"))
        node = self.nodes.total(self.nodes.distinct_all(outputs), source)
        weighing = self.nodes.distinct_all([item for item in weights if self.nodes.known(item)])
        weighing = [item for item in weighing if not isinstance(item, Number) or item.name]
        if weighing:
            node = Product(node, self.nodes.total(weighing, source), source=source)
        for variable, slope in zip(inputs, result, strict=True):
            if slope is not None and not self.nodes.known(variable):
                self.nodes.keep(slope, self.nodes.filled(slope, Operation("unknown", node, source=source)))
            elif slope is not None:
                labels = self.nodes.of(variable)
                named = source if len(self.nodes.distinct(labels)) == 1 else None
                self.nodes.keep(slope, self.nodes.each(labels, partial(_slope, node, named)))

    def _overwrite(self, target: torch.Tensor, value: Any) -> None:
        """copy_, fill_ and zero_ write a value over a tensor, and over what it is a view of."""
        labels = self.nodes.of(target)
        labels.copy_(self.nodes.value(value, self._place()).expand(labels.shape))

    def _write(self, args: tuple[Any, ...]) -> None:
        target, index, value = args
        source = self._place()
        self.nodes.of(target)[index] = self.nodes.value(value, source)

    def _made(self, name: str, args: tuple[Any, ...], result: torch.Tensor) -> None:
        zero = name.startswith(("zeros", "empty", "new_zeros"))
        if name in ("tensor", "as_tensor", "from_numpy") and self._copied(args[0], result):
            return
        traced = [item for item in tensors_in(args) if self.nodes.known(item)] if not name.endswith("_like") else []
        traced = traced or ([item for item in tensors_in(args[1:]) if self.nodes.known(item)] if "full" in name else [])
        if traced and not zero:
            self.nodes.keep(result, self.nodes.filled(result, self.nodes.total(self.nodes.distinct_all(traced), None)))
            return
        full = next((item for item in args[1:] if isinstance(item, int | float)), 1.0) if "full" in name else 1.0
        if name in ("tensor", "as_tensor") and result.numel() == 1:
            full = float(result)
        self.nodes.keep(result, self.nodes.filled(result, bare_number(0.0 if zero else float(full), self._place())))

    def _copied(self, held: Any, result: torch.Tensor) -> bool:
        """Labels what is made of a traced tensor, or of a list of traced numbers, element by element."""
        parts = tensors_in(held)
        if not any(self.nodes.known(item) for item in parts):
            return False
        if isinstance(held, torch.Tensor):
            self.nodes.keep(result, self.nodes.of(held).clone())
        elif isinstance(held, list | tuple) and len(parts) == len(held) and all(item.dim() == 0 for item in parts):
            self.nodes.keep(result, torch.stack([self.nodes.of(item) for item in parts]))
        else:
            return False
        return True

    def _moved(self, func: Callable[..., Any], args: tuple[Any, ...], given: dict[str, Any], result: Any) -> None:
        first = args[0]
        if Called.of(func).name in ("getitem", "index_select", "gather", "masked_select", "take"):
            moved = self._placed(func(self.nodes.of(first), *args[1:], **given))
        else:
            moved = func(*(self._swapped(item) for item in args), **given)
        for tensor, labels in zip(tensors_in(result), tensors_in(moved), strict=True):
            self.nodes.keep(tensor, labels)

    def _placed(self, labels: Labels) -> Labels:
        """A column picked from a gradient is the derivative that this line of the script asks for."""
        found = self.nodes.distinct(labels)
        if len(found) != 1 or not isinstance(found[0], Derivative) or found[0].source is not None:
            return labels
        inner = found[0]
        return labels * 0 + self.nodes.add(Derivative(inner.operands[0], inner.coordinates, source=self._place()))

    def _number_leads(self, pair: Sequence[Any], source: Source | None) -> bool:
        """Whether the bare number of a sum or product stands on the left: torch hands it over second."""
        if isinstance(pair[1], torch.Tensor) or source is None:
            return False
        frame = self._frame()
        left, right = (names_within(span) for span in operands(source))
        if frame is None or left is None or right is None:
            return False
        held = {**frame.f_globals, **frame.f_locals}
        tensors = {name for name, value in held.items() if isinstance(value, torch.Tensor)}
        return not left & tensors and bool(right & tensors)

    def _swapped(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return self.nodes.of(value)
        if isinstance(value, list | tuple) and tensors_in(value):
            return type(value)([self._swapped(item) for item in value])
        return value

    def _escape(self, args: tuple[Any, ...]) -> None:
        if args and isinstance(args[0], torch.Tensor) and self.nodes.known(args[0]):
            for node in self.nodes.distinct(self.nodes.of(args[0])):
                self.escapes.append((node, self._place()))

    def _frame(self) -> FrameType | None:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename not in self._files:
            frame = frame.f_back
        return frame

    def _asked(self) -> Source | None:
        """The span that asks for a derivative: where a helper that only differentiates is called."""
        frame = self._frame()
        if frame is None or frame.f_code is self._code:
            return self._place()
        outer = frame.f_back
        asks = outer is not None and outer.f_code.co_filename in self._files
        return span_of(outer.f_code, outer.f_lasti) if outer is not None and asks else self._place()

    def _place(self) -> Source | None:
        """The span of the user's expression that called torch."""
        frame = self._frame()
        return None if frame is None else span_of(frame.f_code, frame.f_lasti)


def _by_row(labels: Labels, axes: Sequence[int]) -> Labels:
    """The labels along some axes, one row for every place along the others."""
    kept = [axis for axis in range(labels.dim()) if axis not in axes]
    return labels.permute(*kept, *axes).reshape(math.prod(labels.shape[axis] for axis in kept), -1)


def _slope(node: Expression, source: Source | None, by: Expression) -> Expression:
    return derivative(node, by, source)
