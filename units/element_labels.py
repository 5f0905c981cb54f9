"""Which node every element of a tensor is: companions of the same shape, found again through views and transforms."""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch._C._functorch import get_unwrapped, is_batchedtensor, is_gradtrackingtensor, maybe_get_bdim

Labels: TypeAlias = torch.Tensor


class ElementLabels:
    """A side table from tensor to the indices of its elements' nodes.

    Tensors are held as long as the table is, so that no id is used twice; inside torch.func a wrapper has
    the labels of what it wraps.
    """

    def __init__(self) -> None:
        self._labels: dict[int, tuple[torch.Tensor, Labels]] = {}
        self._places: dict[tuple[int, int, tuple[int, ...]], Labels] = {}

    def find(self, tensor: torch.Tensor) -> Labels | None:
        """The labels of a tensor, if it has any."""
        held = self._labels.get(id(tensor))
        if held is not None:
            return held[1]
        if is_gradtrackingtensor(tensor):
            return self.find(get_unwrapped(tensor))
        if is_batchedtensor(tensor):
            inner = self.find(get_unwrapped(tensor))
            return None if inner is None else inner.select(maybe_get_bdim(tensor), 0)
        return self._places.get(_address(tensor)) if tensor.numel() else None

    def keep(self, tensor: torch.Tensor, labels: Labels) -> None:
        """Labels a tensor, and what it wraps."""
        if labels.shape != tensor.shape:
            labels = labels.expand(tensor.shape).clone()
        self._labels[id(tensor)] = (tensor, labels)
        if is_gradtrackingtensor(tensor):
            self.keep(get_unwrapped(tensor), labels)
        elif is_batchedtensor(tensor):
            inner = get_unwrapped(tensor)
            self.keep(inner, labels.unsqueeze(maybe_get_bdim(tensor)).expand(inner.shape))
        elif tensor.numel():
            self._places[_address(tensor)] = labels


def _address(tensor: torch.Tensor) -> tuple[int, int, tuple[int, ...]]:
    return tensor.data_ptr(), tensor.stride()[0] if tensor.dim() else 0, tuple(tensor.shape)
