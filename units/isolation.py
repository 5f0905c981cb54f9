"""What a script changes in the interpreter, undone when it ends."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

_LIBRARY = Path(os.__file__).resolve().parent


class _Nowhere(io.RawIOBase):
    """Takes what a script prints; unlike os.devnull it may be left open."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


@contextmanager
def isolated(file: Path) -> Iterator[None]:
    """A block in which a script runs as if alone: with its own arguments, import path and modules, and nothing to read.

    What it prints goes nowhere. Its working folder and the modules of its own folders are forgotten afterwards.
    """
    folder, modules, path, entries = os.getcwd(), dict(sys.modules), sys.path, list(sys.path)
    argv, streams = sys.argv, (sys.stdin, sys.stdout, sys.stderr)
    sys.argv = [str(file)]
    path.insert(0, str(file.parent))
    sys.stdin, sys.stdout = io.StringIO(), io.TextIOWrapper(_Nowhere(), encoding="utf-8", write_through=True)
    try:
        with _silent_processes():
            yield
    finally:
        added = [Path(entry).resolve() for entry in sys.path if isinstance(entry, str) and entry not in entries]
        os.chdir(folder)
        sys.path, path[:] = path, entries
        sys.argv = argv
        sys.stdin, sys.stdout, sys.stderr = streams
        _forget(modules, (file.parent, *added))


@contextmanager
def _silent_processes() -> Iterator[None]:
    """What the script's own processes print, past sys.stdout, goes nowhere either."""
    try:
        kept = os.dup(1)
    except OSError:  # there is no standard output
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _forget(before: Mapping[str, ModuleType], folders: tuple[Path, ...]) -> None:
    for name, module in list(sys.modules.items()):
        loaded_before = name.partition(".")[0] in before
        if not loaded_before and _lies_in(module, folders):
            del sys.modules[name]


def _lies_in(module: ModuleType, folders: tuple[Path, ...]) -> bool:
    names = getattr(module, "__dict__", {})
    place = names.get("__file__") or next(iter(names.get("__path__") or ()), None)
    if not isinstance(place, str):
        return False
    file = Path(place).resolve()
    installed = file.is_relative_to(_LIBRARY) or {"site-packages", "dist-packages"} & set(file.parts)
    return not installed and any(file.is_relative_to(folder) for folder in folders)
