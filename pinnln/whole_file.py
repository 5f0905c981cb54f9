"""A file that is written whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def write_whole(path: Path, text: str) -> None:
    """Writes a text beside the file and then puts it in its place; an interruption leaves what was there.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(Path(folder) / "new" / "found.txt", "1\\n")
    ...     print([item.name for item in Path(folder, "new").iterdir()])
    ['found.txt']
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)


def write_json(path: Path, found: Mapping[str, Any], indent: int | None = None) -> None:
    """Writes plain data as JSON."""
    write_whole(path, json.dumps(found, indent=indent, ensure_ascii=False) + "\n")


def recorded_command(path: Path) -> str | None:
    """The command that made a report, as its JSON says; None if there is no such file."""
    return str(json.loads(path.read_text(encoding="utf-8"))["command"]) if path.exists() else None
