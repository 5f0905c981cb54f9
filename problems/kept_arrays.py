"""Arrays of a computed reference, kept in the user's cache so that they are computed once."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import zipfile
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

Arrays: TypeAlias = Mapping[str, NDArray[Any]]

_FOLDER = "PINNLN_CACHE"


def kept(compute: Callable[..., Arrays]) -> Callable[..., Arrays]:
    """Computes arrays once: later calls with the same arguments read them, in this process or another.

    They lie in the folder that the environment variable PINNLN_CACHE names, or else in the user's cache, one file for
    each set of arguments. A file is found by the arguments, NumPy's version and the text of all problems, so a change
    of any of these computes anew. What cannot be read is computed again; where nothing can be written, nothing is.

    Args: compute, a function that returns arrays by name, of numbers, texts and frozen dataclasses of them, which are
    told apart by what they show of themselves.
    Returns: the same function, remembering.

    >>> @kept
    ... def squares(count):
    ...     return {"n": np.arange(count) ** 2}
    >>> squares(4)["n"].tolist()
    [0, 1, 4, 9]
    """

    @functools.cache
    @functools.wraps(compute)
    def remembered(*args: Hashable, **named: Hashable) -> Arrays:
        path = _folder() / f"{compute.__name__}-{_key(compute, args, named)}.npz"
        found = _read(path)
        if found is None:
            found = dict(compute(*args, **named))
            _write(path, found)
        for array in found.values():
            array.flags.writeable = False
        return found

    return remembered


def _folder() -> Path:
    chosen = os.environ.get(_FOLDER)
    return Path(chosen) if chosen else user_cache_path("pinnln") / "references"


def _key(compute: Callable[..., Arrays], args: tuple[Hashable, ...], named: Mapping[str, Hashable]) -> str:
    asked = (compute.__module__, compute.__qualname__, args, sorted(named.items()), np.__version__, _sources())
    return hashlib.sha256(repr(asked).encode()).hexdigest()[:24]


@functools.cache
def _sources() -> str:
    """A digest of the text of every problem, every reference and what they are made of."""
    texts = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def _read(path: Path) -> dict[str, NDArray[Any]] | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            return {name: found[name] for name in found.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None


def _write(path: Path, found: Arrays) -> None:
    """Writes a file beside its place and then puts it there, so that nobody reads half of one."""
    unfinished = path.with_name(f"{path.stem}.{os.getpid()}.unfinished")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with unfinished.open("wb") as file:
                np.savez_compressed(file, allow_pickle=False, **found)
            os.replace(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)
