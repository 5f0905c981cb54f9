"""How a function under lint wants its arguments: by name, as columns in the manner of DeepXDE, with a network."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any

import torch

from pinnln.units.errors import ProblemError
from pinnln.units.stage import Stage

if TYPE_CHECKING:
    from pinnln.units.tensor_lint import Declaration


@dataclass(frozen=True)
class Convention:
    """One way to call a function: what each positional and keyword-only parameter is to receive.

    Each entry is the name of a symbol or constant, or one of `inputs`, `outputs` (all columns) and `network`.
    """

    positional: tuple[str, ...]
    keywords: tuple[str, ...] = ()

    def call(self, function: Callable[..., Any], stage: Stage, constants: Mapping[str, torch.Tensor]) -> Any:
        """The function's answer on a stage."""
        held: dict[str, Any] = {**constants, INPUTS: None, OUTPUTS: None, NETWORK: stage.network}
        if INPUTS in self.positional:
            held[INPUTS], held[OUTPUTS] = stage.columns()
        elif set(self.positional) - {NETWORK, *constants} or self.keywords:
            held = {**stage.separate(), **held}
        return function(*(held[name] for name in self.positional), **{name: held[name] for name in self.keywords})


INPUTS, OUTPUTS, NETWORK = "<inputs>", "<outputs>", "<network>"


def conventions(function: Callable[..., Any], plain: FunctionType, declaration: Declaration) -> list[Convention]:
    """The ways in which a function may want to be called, the likeliest first.

    Raises: ProblemError for parameters that the declaration does not explain.
    """
    symbols = {*declaration.inputs, *declaration.outputs}
    names, keywords = _parameters(function, plain, {*symbols, *declaration.constants})
    unexplained = [name for name in keywords if name not in {*symbols, *declaration.constants}]
    rest = [name for name in names if name not in declaration.constants]
    free = [name for name in rest if name not in symbols]
    found = [Convention(_filled(names, dict(zip(rest, roles, strict=True))), tuple(keywords))
             for roles in _roles(rest, free, declaration)]  # fmt: skip
    if unexplained or not found:
        known = ", ".join([*symbols, *declaration.constants])
        raise ProblemError(
            f"the parameters {', '.join(unexplained or free)} are unknown: expected (x, y) or names among {known}"
        )
    return found


def _filled(names: Sequence[str], roles: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(roles.get(name, name) for name in names)


def _roles(rest: list[str], free: list[str], declaration: Declaration) -> Iterator[list[str]]:
    named = [NETWORK if name in free else name for name in rest]
    columns = [[INPUTS, OUTPUTS]] if len(rest) == 2 else []
    if len(free) == 3 or (len(free) == 2 and len(rest) == 3 and rest[0] in declaration.inputs):
        columns = [[INPUTS, OUTPUTS, INPUTS]]  # DeepXDE's conditions: f(x, y, X), X the inputs once more
    if len(free) == 2 and len(rest) == 2:
        yield from [*columns, [NETWORK, INPUTS], [INPUTS, NETWORK]]
    elif len(free) == 1 and len(rest) == 2 and rest[0] in declaration.inputs:
        yield from [*columns, named]
    elif len(free) == 1 and len(rest) == 1:
        yield from [named, [INPUTS]]
    elif len(free) <= 1:
        yield from [named, *columns]
    else:
        yield from columns


def _parameters(function: Callable[..., Any], plain: FunctionType, wanted: set[str]) -> tuple[list[str], list[str]]:
    """The positional and the keyword-only parameters that are to be given."""
    if isinstance(function, torch.nn.Module):
        parameters = list(inspect.signature(plain).parameters.values())[1:]
    else:
        parameters = list(inspect.signature(function).parameters.values())
    given = [item for item in parameters if item.default is item.empty or item.name in wanted]
    positional = [item.name for item in given if item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD)]
    return positional, [item.name for item in given if item.kind is item.KEYWORD_ONLY]
