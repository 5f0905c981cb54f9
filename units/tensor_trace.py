"""The trace of a torch function as expression trees: user code sees plain tensors, the trace labels their elements."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import CodeType, FrameType
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from pinnln.units.element_labels import ElementLabels, Labels
from pinnln.units.expression import Derivative, Expression, Number, Operation, Product
from pinnln.units.inference import unknown_dimension
from pinnln.units.probe import probed_degree
from pinnln.units.registry import Measured
from pinnln.units.rules import RULES, Family
from pinnln.units.source import Source, names_within, operands, span_of
from pinnln.units.tensor_nodes import bare_number, derivative, joined, literal_number
from pinnln.units.tensor_operations import (
    ALONG,
    BINARY,
    ESCAPES,
    FACTORIES,
    IDENTITY,
    LAYERS,
    LOSSES,
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

    Args: code of the function, whose file holds the user's lines; infer, whether bare numbers have unknown
    dimensions; names of the tensors that the function finds in its surroundings, by id.
    Attributes: escapes, what left torch as a bare number; strangers, operations without a rule.
    """

    def __init__(self, code: CodeType, infer: bool, names: Mapping[int, str]) -> None:
        super().__init__()
        self.escapes: list[tuple[Expression, Source | None]] = []
        self.strangers: dict[str, Source | None] = {}
        self._code, self._infer, self._names = code, infer, names
        self._files = frozenset({code.co_filename})
        self._nodes: list[Expression] = []
        self._table = ElementLabels()
        self._numbers: dict[tuple[float, Source | None, str], int] = {}

    def declare(self, tensor: torch.Tensor, columns: Sequence[Expression]) -> None:
        """Gives the columns of a tensor (…, d) their nodes; one node for all of it if there is one."""
        first = len(self._nodes)
        self._nodes += columns
        row = torch.arange(first, first + len(columns))
        self._table.keep(tensor, row.expand(tensor.shape).clone() if tensor.dim() else row[0].clone())

    def columns(self, tensor: torch.Tensor) -> list[Expression]:
        """The different nodes among the elements of a tensor, in the order of its last axis."""
        return self._distinct(self._of(tensor))

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(kwargs or {})
        result = func(*args, **given)
        called = Called.of(func)
        if called.name in ESCAPES:
            self._escape(args)
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
        elif not _tensors(result) or name in ("get_grad", "get_grad_fn"):
            return
        elif name in FACTORIES:
            self._made(name, args, result)
        elif name in IDENTITY:
            self._table.keep(result, self._of(args[0]))
        elif name in STRUCTURAL:
            self._moved(func, args, given, result)
        else:
            labels = self._calculated(func, called, args, given, result)
            target = result if isinstance(result, torch.Tensor) else _tensors(result)[0]
            if called.in_place and args[0] is target:
                self._of(target).copy_(labels)
            else:
                self._table.keep(target, labels)

    def _calculated(
        self, func: Callable[..., Any], called: Called, args: tuple[Any, ...], given: dict[str, Any], result: Any
    ) -> Labels:
        name, source = called.name, self._place()
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
            difference = self._distinct(self._pairwise("sub", [args[0], second], source))
            return self._filled(result, Operation(name, self._total(difference, source), source=source))
        if name in LAYERS or (name in PRODUCTS and not all(self._known(item) for item in _tensors(args))):
            inner = [item for item in _tensors(args) if self._known(item)]
            return self._filled(result, Operation("layer", *self._distinct_all(inner), source=source))
        if name in PRODUCTS:
            parts = [self._total(self._distinct(self._of(item)), source) for item in _tensors(args)]
            return self._filled(result, Operation("mul", *parts, source=source))
        if name in _ELEMENTWISE and isinstance(args[0], torch.Tensor) and args[0].shape == result.shape:
            return self._each(self._of(args[0]), lambda node: joined(name, [node], source))
        return self._stranger(func, name, args, given, result, source)

    def _stranger(
        self,
        func: Callable[..., Any],
        name: str,
        args: tuple[Any, ...],
        given: dict[str, Any],
        result: Any,
        source: Source | None,
    ) -> Labels:
        """An operation without a rule: what it does to a rescaled argument tells its degree, or nothing does."""
        inner = [item for item in _tensors((args, list(given.values()))) if self._known(item)]
        nodes = self._distinct_all(inner)
        if not nodes:
            return self._filled(result, bare_number(1.0, source))
        self.strangers.setdefault(name, source)
        degree = probed_degree(func, args, given, inner[0]) if len(inner) == 1 and len(nodes) == 1 else None
        if degree is None:
            return self._filled(result, Operation("unknown", *nodes, source=source))
        return self._filled(result, Operation("probed", nodes[0], source=source, code=degree))

    def _pairwise(self, name: str, values: Sequence[Any], source: Source | None) -> Labels:
        spans = operands(source) if len(values) == 2 else (None,) * len(values)
        labels = []
        for place, (value, span) in enumerate(zip(values, spans, strict=True)):
            exponent = name in ("pow", "float_power") and place == 1
            labels.append(self._value(value, span or source, exponent))
        shape = np.broadcast_shapes(*(tuple(item.shape) for item in labels))
        flat = [item.expand(shape).reshape(-1).tolist() for item in labels]
        made: dict[tuple[int, ...], int] = {}
        for combination in zip(*flat, strict=True):
            if combination not in made:
                made[combination] = self._add(joined(name, [self._nodes[index] for index in combination], source))
        return torch.tensor([made[item] for item in zip(*flat, strict=True)], dtype=torch.long).reshape(shape)

    def _reduced(
        self, name: str, args: tuple[Any, ...], given: dict[str, Any], result: Any, source: Source | None
    ) -> Labels:
        first = args[0]
        labels = self._of(first)
        if name in ("max", "min") and len(args) > 1 and isinstance(args[1], torch.Tensor):
            return self._pairwise("maximum" if name == "max" else "minimum", args[:2], source)
        values = result if isinstance(result, torch.Tensor) else _tensors(result)[0]
        dims = given.get("dim", args[1] if len(args) > 1 and name not in ("norm", "quantile", "vector_norm") else None)
        axes = _axes(dims, labels.dim())
        kept = [axis for axis in range(labels.dim()) if axis not in axes]
        rows = labels.permute(*kept, *axes).reshape(math.prod(labels.shape[axis] for axis in kept), -1)
        made: dict[tuple[int, ...], int] = {}
        found = []
        for row in rows.tolist():
            key = tuple(dict.fromkeys(row))
            if key not in made:
                node = self._total([self._nodes[index] for index in key], source)
                made[key] = self._add(Operation(name, node, source=source))
            found.append(made[key])
        return torch.tensor(found, dtype=torch.long).reshape(values.shape)

    def _along(self, name: str, args: tuple[Any, ...], given: dict[str, Any], source: Source | None) -> Labels:
        labels = self._of(args[0])
        if name in ("layer_norm", "rms_norm"):
            axes = list(range(labels.dim() - len(args[1]), labels.dim()))
        else:
            place = 2 if name == "normalize" else 1
            axes = _axes(given.get("dim", args[place] if len(args) > place else -1), labels.dim())
        moved = labels.movedim(axes, list(range(labels.dim() - len(axes), labels.dim())))
        rows = moved.reshape(-1, math.prod(moved.shape[labels.dim() - len(axes) :]))
        made: dict[tuple[int, ...], int] = {}
        found = []
        for row in rows.tolist():
            key = tuple(dict.fromkeys(row))
            if key not in made:
                node = self._total([self._nodes[index] for index in key], source)
                made[key] = self._add(Operation(name, node, source=source))
            found.append([made[key]] * len(row))
        spread = torch.tensor(found, dtype=torch.long).reshape(moved.shape)
        return spread.movedim(list(range(labels.dim() - len(axes), labels.dim())), axes)

    def _gradient(self, args: tuple[Any, ...], given: dict[str, Any], result: Sequence[Any]) -> None:
        source = self._asked()
        outputs = _tensors(args[0] if args else given["outputs"])
        inputs = _tensors(args[1] if len(args) > 1 else given["inputs"])
        weights = _tensors(args[2] if len(args) > 2 else given.get("grad_outputs"))
        node = self._total(self._distinct_all(outputs), source)
        weighing = self._distinct_all([item for item in weights if self._known(item)])
        weighing = [item for item in weighing if not isinstance(item, Number) or item.name]
        if weighing:
            node = Product(node, self._total(weighing, source), source=source)
        for variable, slope in zip(inputs, result, strict=True):
            if slope is not None and not self._known(variable):
                self._table.keep(slope, self._filled(slope, Operation("unknown", node, source=source)))
            elif slope is not None:
                labels = self._of(variable)
                named = source if len(self._distinct(labels)) == 1 else None
                self._table.keep(slope, self._each(labels, partial(_slope, node, named)))

    def _write(self, args: tuple[Any, ...]) -> None:
        target, index, value = args
        source = self._place()
        self._of(target)[index] = self._value(value, source, False)

    def _made(self, name: str, args: tuple[Any, ...], result: torch.Tensor) -> None:
        zero = name.startswith(("zeros", "empty", "new_zeros"))
        full = next((item for item in args[1:] if isinstance(item, int | float)), 1.0) if "full" in name else 1.0
        if name in ("tensor", "as_tensor") and result.numel() == 1:
            full = float(result)
        self._table.keep(result, self._filled(result, bare_number(0.0 if zero else float(full), self._place())))

    def _moved(self, func: Callable[..., Any], args: tuple[Any, ...], given: dict[str, Any], result: Any) -> None:
        first = args[0]
        if Called.of(func).name in ("getitem", "index_select", "gather", "masked_select", "take"):
            moved = self._placed(func(self._of(first), *args[1:], **given))
        else:
            moved = func(*(self._swapped(item) for item in args), **given)
        for tensor, labels in zip(_tensors(result), _tensors(moved), strict=True):
            self._table.keep(tensor, labels)

    def _placed(self, labels: Labels) -> Labels:
        """A column picked from a gradient is the derivative that this line of the script asks for."""
        found = self._distinct(labels)
        if len(found) != 1 or not isinstance(found[0], Derivative) or found[0].source is not None:
            return labels
        inner = found[0]
        return labels * 0 + self._add(Derivative(inner.operands[0], inner.coordinates, source=self._place()))

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
            return self._of(value)
        if isinstance(value, list | tuple) and _tensors(value):
            return type(value)([self._swapped(item) for item in value])
        return value

    def _escape(self, args: tuple[Any, ...]) -> None:
        if args and isinstance(args[0], torch.Tensor) and self._known(args[0]):
            for node in self._distinct(self._of(args[0])):
                self.escapes.append((node, self._place()))

    def _value(self, value: Any, span: Source | None, exponent: bool) -> Labels:
        """The labels of an operand: a tensor's own, or those of a bare number."""
        if isinstance(value, torch.Tensor):
            return self._of(value)
        number = float(value) if isinstance(value, int | float) or hasattr(value, "__float__") else math.nan
        unknown = self._infer and not exponent and number != 0 and math.isfinite(number)
        key = (number, span, "?" if unknown else "")
        if key not in self._numbers:
            node = literal_number(number, span) if unknown else bare_number(number, span)
            self._numbers[key] = self._add(node)
        return torch.tensor(self._numbers[key])

    def _of(self, tensor: torch.Tensor) -> Labels:
        """The labels of a tensor; one from outside is a constant, unknown if it is trainable."""
        found = self._table.find(tensor)
        if found is None:
            found = self._filled(tensor, self._outside(tensor))
            self._table.keep(tensor, found)
        return found

    def _outside(self, tensor: torch.Tensor) -> Expression:
        name, source = self._names.get(id(tensor), ""), self._place()
        value = float(tensor.detach()) if tensor.numel() == 1 else 1.0
        trainable = tensor.requires_grad and tensor.is_leaf
        if tensor.numel() == 1 and (trainable or (self._infer and tensor.is_floating_point())):
            named = name or f"constant {value:g}"
            return Number(Measured(value, unknown_dimension(named), "trainable", point=False), named, source)
        return bare_number(value, source)

    def _known(self, tensor: torch.Tensor) -> bool:
        return self._table.find(tensor) is not None or (tensor.numel() == 1 and id(tensor) in self._names)

    def _add(self, node: Expression) -> int:
        self._nodes.append(node)
        return len(self._nodes) - 1

    def _filled(self, like: Any, node: Expression) -> Labels:
        tensor = like if isinstance(like, torch.Tensor) else _tensors(like)[0]
        return torch.full(tuple(tensor.shape), self._add(node), dtype=torch.long)

    def _each(self, labels: Labels, make: Callable[[Expression], Expression]) -> Labels:
        made = {index: self._add(make(self._nodes[index])) for index in dict.fromkeys(labels.reshape(-1).tolist())}
        flat = [made[index] for index in labels.reshape(-1).tolist()]
        return torch.tensor(flat, dtype=torch.long).reshape(labels.shape)

    def _distinct(self, labels: Labels) -> list[Expression]:
        return [self._nodes[index] for index in dict.fromkeys(labels.reshape(-1).tolist())]

    def _distinct_all(self, tensors: Iterable[torch.Tensor]) -> list[Expression]:
        return list(dict.fromkeys(node for tensor in tensors for node in self._distinct(self._of(tensor))))

    def _total(self, nodes: Sequence[Expression], source: Source | None) -> Expression:
        return nodes[0] if len(nodes) == 1 else Operation("total", *nodes, source=source, code="UL202")

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


def _tensors(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in _tensors(item)]
    return []


def _axes(dims: Any, count: int) -> list[int]:
    if dims is None or not isinstance(dims, int | list | tuple):
        return list(range(count))
    return [axis % count for axis in ([dims] if isinstance(dims, int) else dims)] if count else []


def _slope(node: Expression, source: Source | None, by: Expression) -> Expression:
    return derivative(node, by, source)
