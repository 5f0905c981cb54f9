"""Reading a script for the problems it states, without training any of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn

from pinnln.units.statement import Stated

_COLLECTED: ContextVar[list[Stated] | None] = ContextVar("collected", default=None)


class LintReached(BaseException):
    """A script under lint asked for a trained answer: it ends here. No `except Exception` of the script stops it."""


@contextmanager
def collecting() -> Iterator[list[Stated]]:
    """Every problem stated within the block, in order; training does not start there."""
    found: list[Stated] = []
    token = _COLLECTED.set(found)
    try:
        yield found
    finally:
        _COLLECTED.reset(token)


def is_collecting() -> bool:
    """Whether a lint is reading the script that runs just now."""
    return _COLLECTED.get() is not None


def collect(problem: Stated) -> None:
    """Hands a problem to the lint that reads the script, if any does."""
    found = _COLLECTED.get()
    if found is not None:
        found.append(problem)


def end_if_collecting(name: str) -> None:
    """Ends a script under lint that came to a training by another way than the stand-ins."""
    if is_collecting():
        raise LintReached(name)


class Untrained:
    """What stands for networks, optimisers, solutions and their answers while a script is linted.

    It can be called, indexed, asked for attributes, calculated with and printed; as soon as the script needs
    a number or a decision from it, the script has no more to say.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *arguments: Any, **named: Any) -> Untrained:
        return self

    def __getattr__(self, name: str) -> Untrained:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Untrained:
        return self

    def __format__(self, specification: str) -> str:
        return repr(self)

    def __repr__(self) -> str:
        return f"<{self._name}, not trained while linting>"

    def __enter__(self) -> Untrained:
        return self

    def __exit__(self, *failure: object) -> None:
        return None

    def _calculated(self, other: Any = None) -> Untrained:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _calculated
    __pow__ = __rpow__ = __neg__ = __abs__ = _calculated

    def _decided(self, *other: Any) -> NoReturn:
        raise LintReached(self._name)

    __bool__ = __float__ = __int__ = __lt__ = __le__ = __gt__ = __ge__ = __iter__ = __len__ = _decided
