"""The nodes that the elements of traced tensors are, and what is not traced but met: numbers and constants."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch

from pinnln.units.element_labels import ElementLabels, Labels
from pinnln.units.expression import Expression, Number, Operation
from pinnln.units.inference import unknown_dimension
from pinnln.units.registry import Measured
from pinnln.units.source import Source, segment
from pinnln.units.tensor_nodes import bare_number, literal_number

_SMALL = 9
"""Constants of more elements are taken for weights of a network, and have no dimensions of their own."""


class NodeTable:
    """Which expression every element of every tensor is.

    Args: infer, whether bare numbers have unknown dimensions; names of the tensors that the function finds in its
    surroundings, by id.
    """

    def __init__(self, infer: bool, names: Mapping[int, str]) -> None:
        self._infer, self._names = infer, names
        self._nodes: list[Expression] = []
        self._table = ElementLabels()
        self._numbers: dict[tuple[float, Source | None, bool], int] = {}
        self._met = 0
        self._called: dict[str, int] = {}

    def __getitem__(self, index: int) -> Expression:
        return self._nodes[index]

    def declare(self, tensor: torch.Tensor, columns: Sequence[Expression]) -> None:
        """Gives the columns of a tensor (…, d) their nodes; one node for all of it if there is one."""
        first = len(self._nodes)
        self._nodes += columns
        row = torch.arange(first, first + len(columns))
        self.keep(tensor, row.expand(tensor.shape).clone() if len(columns) > 1 else torch.full(tensor.shape, first))

    def places(self, tensor: torch.Tensor) -> list[tuple[Expression, torch.Tensor]]:
        """The different nodes among the elements of a tensor, in the order of its last axis, and where each is."""
        labels = self.of(tensor)
        found: dict[Expression, torch.Tensor] = {}
        for index in dict.fromkeys(labels.reshape(-1).tolist()):
            node, where = self._nodes[index], labels == index
            found[node] = found[node] | where if node in found else where
        return list(found.items())

    def keep(self, tensor: torch.Tensor, labels: Labels) -> None:
        """Labels a tensor."""
        self._table.keep(tensor, labels)

    def known(self, tensor: torch.Tensor) -> bool:
        """Whether a tensor has labels, or is a constant that the function finds around it."""
        return self._table.find(tensor) is not None or (tensor.numel() == 1 and id(tensor) in self._names)

    def of(self, tensor: torch.Tensor, source: Source | None = None) -> Labels:
        """The labels of a tensor; one from outside is a constant, unknown if it is trainable."""
        found = self._table.find(tensor)
        if found is None:
            found = self._outside(tensor, source)
            self.keep(tensor, found)
        return found

    def value(self, value: Any, span: Source | None, exponent: bool = False) -> Labels:
        """The labels of an operand: a tensor's own, or those of a bare number."""
        if isinstance(value, torch.Tensor):
            return self.of(value, span)
        number = float(value) if isinstance(value, int | float) or hasattr(value, "__float__") else math.nan
        unknown = self._infer and not exponent and number != 0 and math.isfinite(number)
        if unknown and segment(span).isidentifier():  # a variable may hold another number the next time
            self._met += 1
            return torch.tensor(self.add(literal_number(number, span, self._met)))
        key = (number, span, unknown)
        if key not in self._numbers:
            self._numbers[key] = self.add(literal_number(number, span) if unknown else bare_number(number, span))
        return torch.tensor(self._numbers[key])

    def add(self, node: Expression) -> int:
        """The index of a new node."""
        self._nodes.append(node)
        return len(self._nodes) - 1

    def filled(self, like: Any, node: Expression) -> Labels:
        """Labels of one node for all elements of a result."""
        tensor = like if isinstance(like, torch.Tensor) else tensors_in(like)[0]
        return torch.full(tuple(tensor.shape), self.add(node), dtype=torch.long)

    def each(self, labels: Labels, make: Callable[[Expression], Expression]) -> Labels:
        """Labels of what is made of each node."""
        made = {index: self.add(make(self._nodes[index])) for index in dict.fromkeys(labels.reshape(-1).tolist())}
        flat = [made[index] for index in labels.reshape(-1).tolist()]
        return torch.tensor(flat, dtype=torch.long).reshape(labels.shape)

    def distinct(self, labels: Labels) -> list[Expression]:
        """The different nodes among labels."""
        return [self._nodes[index] for index in dict.fromkeys(labels.reshape(-1).tolist())]

    def distinct_all(self, tensors: Iterable[torch.Tensor]) -> list[Expression]:
        """The different nodes among the elements of tensors."""
        return list(dict.fromkeys(node for tensor in tensors for node in self.distinct(self.of(tensor))))

    def total(self, nodes: Sequence[Expression], source: Source | None) -> Expression:
        """What mixes elements: one node, or several that must be alike."""
        return nodes[0] if len(nodes) == 1 else Operation("total", *nodes, source=source, code="UL202")

    def _outside(self, tensor: torch.Tensor, source: Source | None) -> Labels:
        values = tensor.detach().reshape(-1).tolist() if tensor.numel() <= _SMALL else [1.0]
        trainable = tensor.requires_grad and tensor.is_leaf
        unknown = trainable or (self._infer and tensor.is_floating_point())
        if not unknown or not 0 < tensor.numel() <= _SMALL:
            return self.filled(tensor, bare_number(values[0] if len(values) == 1 else 1.0, source))
        name = self._name(tensor, source)
        each = [name] if tensor.numel() == 1 else [f"{name}[{place}]" for place in range(tensor.numel())]
        made = [
            self.add(Number(Measured(value, unknown_dimension(item), "trainable", point=False), item, source))
            for item, value in zip(each, values, strict=True)
        ]
        return torch.tensor(made, dtype=torch.long).reshape(tensor.shape)

    def _name(self, tensor: torch.Tensor, source: Source | None) -> str:
        """What the function calls a constant; two that it calls the same are told apart."""
        written = segment(source)
        plain = written if written.replace(".", "").isidentifier() else ""
        name = self._names.get(id(tensor)) or plain or f"constant {float(tensor.detach().reshape(-1)[0]):g}"
        self._called[name] = self._called.get(name, 0) + 1
        return name if self._called[name] == 1 else f"{name} ({self._called[name]})"


def tensors_in(value: Any) -> list[torch.Tensor]:
    """The tensors in nested lists and tuples, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in tensors_in(item)]
    return []


def axes_of(dims: Any, count: int) -> list[int]:
    """The axes meant by a `dim` argument, all if it is none."""
    if dims is None or not isinstance(dims, int | list | tuple):
        return list(range(count))
    return [axis % count for axis in ([dims] if isinstance(dims, int) else dims)] if count else []
