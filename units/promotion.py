"""Functions written for float32, run in float64: numbers that torch refuses to bring together are widened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


@contextmanager
def double_precision() -> Iterator[None]:
    """Within the block new tensors are of float64, and an operation on unlike precisions is done in the wider one.

    An array that the lint made a tensor of stays one.
    """
    before, from_numpy = torch.get_default_dtype(), torch.from_numpy
    torch.set_default_dtype(torch.float64)

    def tolerant(ndarray: Any) -> torch.Tensor:
        return ndarray if isinstance(ndarray, torch.Tensor) else from_numpy(ndarray)

    torch.from_numpy = tolerant
    try:
        with _Widening():
            yield
    finally:
        torch.set_default_dtype(before)
        torch.from_numpy = from_numpy


class _Widening(TorchFunctionMode):
    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        given = dict(kwargs or {})
        try:
            return func(*args, **given)
        except RuntimeError as error:
            if "requires_grad flags of leaf" in str(error) and args[1:] == (True,):
                return None  # the lint's inputs have gradients already, so that a copy of them is no leaf
            unlike = "dtype" in str(error) or "scalar type" in str(error)
            if not unlike or not _has_double([args, list(given.values())]):
                raise
            return func(*_widened(args), **{name: _widened(value) for name, value in given.items()})


def _has_double(value: Any) -> bool:
    if isinstance(value, torch.Tensor):
        return value.dtype == torch.float64
    return isinstance(value, list | tuple) and any(map(_has_double, value))


def _widened(value: Any) -> Any:
    if isinstance(value, torch.Tensor) and value.dtype == torch.float32:
        with torch._C.DisableTorchFunction():
            return value.double()
    return type(value)([_widened(item) for item in value]) if type(value) in (list, tuple) else value
