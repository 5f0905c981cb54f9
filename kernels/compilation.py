"""Compiled functions, each compiled once for itself, and what happens where there is no compiler.

The first call of a process waits for torch's compiler: 15 to 25 s on an empty disk, 1 to 6 s later, since torch keeps
what it compiled in its own cache on disk. Another key is another compilation; another number of rows is not.
"""

from __future__ import annotations

import functools
import importlib
import types
import warnings
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

import torch

Result = TypeVar("Result")

OPTIONS = {"realize_reads_threshold": 1000, "realize_opcount_threshold": 100000, "realize_acc_reads_threshold": 1000}


@dataclass
class Toolchain:
    """Whether compiling has worked so far in this process."""

    works: bool = True


@functools.cache
def toolchain() -> Toolchain:
    """The one of this process."""
    return Toolchain()


def run_compiled(function: Callable[..., Result], key: tuple[Hashable, ...], *arguments: Any) -> Result:
    """function(*arguments), compiled where there is a compiler, as it stands where there is none.

    Args: function, of tensors and sequences of tensors, at module level; key, everything that makes it another program
    (number of tensors, flags, dtype), so that neither is compiled over the other; arguments.
    Warns: RuntimeWarning, once, if compiling fails; from then on functions run as they stand.

    >>> def double(x: torch.Tensor) -> torch.Tensor:
    ...     return 2 * x
    >>> run_compiled(double, (torch.float32,), torch.ones(2))  # doctest: +SKIP
    tensor([2., 2.])
    """
    state = toolchain()
    if not state.works:
        return function(*arguments)
    try:
        result: Result = compiled(function, key)(*arguments)
    except failures() as error:
        reason = " ".join(str(error).split("\n\n")[0].split())
        state.works = False
        warnings.warn(
            f"pinnln.kernels expected torch.compile to find a C++ compiler and succeed, found {type(error).__name__} "
            f"({reason}): norms of many rows run uncompiled from here on, several times slower; install g++ or set CXX",
            RuntimeWarning,
            stacklevel=2,
        )
        return function(*arguments)
    return result


@functools.cache
def compiled(function: Callable[..., Result], key: tuple[Hashable, ...]) -> Callable[..., Result]:
    """The function compiled on its first call.

    torch counts recompilations by code object and gives up after eight, so that every key has a code object of its own.
    """
    name = "_".join([function.__name__, *(str(part).replace("torch.", "") for part in key)])
    own = types.FunctionType(function.__code__.replace(co_name=name), function.__globals__, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("torch._inductor.compile_fx")  # warns of torch's own deprecated names
    made: Callable[..., Result] = torch.compile(own, fullgraph=True, dynamic=True, options=dict(OPTIONS))
    return made


def failures() -> tuple[type[BaseException], ...]:
    """What torch raises when it cannot compile: no compiler, a broken one, a cache that cannot be written."""
    from torch._dynamo.exc import TorchDynamoException
    from torch._inductor.exc import CppCompileError, InvalidCxxCompiler

    return (TorchDynamoException, CppCompileError, InvalidCxxCompiler, OSError)
