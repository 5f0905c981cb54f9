"""Runs, each in a process of its own with its own threads, each kept in a file: what was interrupted goes on."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, Any, NoReturn

_POLL = 0.1


@dataclass(frozen=True)
class Job:
    """One run: its name, which names its file; the arguments of python that make it and write `out`."""

    name: str
    arguments: tuple[str, ...]
    out: Path


@dataclass(frozen=True)
class _Running:
    job: Job
    process: subprocess.Popen[bytes]
    said: IO[bytes]
    since: float


def run_queue(jobs: Sequence[Job], at_once: int, threads: int, say: Callable[[str], None]) -> list[str]:
    """Runs what is not there yet, some at once, and ends what it began if it is interrupted or told to end itself.

    Args: jobs, in this order; at_once, how many together; threads of each; say, where a sentence goes for each run.
    Returns: the names of those that failed; what they said was said.
    """
    waiting = [job for job in jobs if not job.out.exists()]
    if len(waiting) < len(jobs):
        say(f"{len(jobs) - len(waiting)} of {len(jobs)} runs are there already")
    running: list[_Running] = []
    failed: list[str] = []
    with _told_to_end(), _ended(running):
        while waiting or running:
            while waiting and len(running) < at_once:
                running.append(_start(waiting.pop(0), threads))
            time.sleep(_POLL)
            for each in [item for item in running if item.process.poll() is not None]:
                running.remove(each)
                ending = _ending(each)
                if each.process.returncode or not each.job.out.exists():
                    failed.append(each.job.name)
                say(f"{each.job.name}: {ending}, {len(waiting) + len(running)} to go")
    return failed


@contextmanager
def _ended(running: list[_Running]) -> Iterator[None]:
    """Whatever still runs when this is left is ended."""
    try:
        yield
    finally:
        for each in running:
            each.process.terminate()
            each.process.wait()
            each.said.close()


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Within it SIGTERM, as batch systems send it, is an exception like an interrupt from the keyboard."""

    def leave(number: int, frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may receive signals
        return
    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def kept_run(path: Path) -> dict[str, Any]:
    """The run that is kept in a file, as plain data with its settings.

    Raises: ValueError naming the file if it holds something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no run, since it is no JSON ({error}): remove it") from error
    if not (isinstance(found, dict) and "settings" in found):
        raise ValueError(f"{path} is no run, since it tells no settings: remove it")
    return found


def require_settings(path: Path, expected: Mapping[str, Any]) -> None:
    """Nothing, if a run that is kept there was made with these settings, or there is none.

    Raises: ValueError with both settings and the ways out, or naming the file if it holds no run.
    """
    if path.exists() and (before := kept_run(path)["settings"]) != dict(expected):
        raise ValueError(
            f"{path} was run with {before}, expected {dict(expected)}: "
            "ask for those, remove it, or choose another --out"
        )


def _start(job: Job, threads: int) -> _Running:
    environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    said = tempfile.TemporaryFile()  # noqa: SIM115 # closed when the process has ended
    process = subprocess.Popen([sys.executable, *job.arguments], env=environment, stdout=said, stderr=subprocess.STDOUT)
    return _Running(job, process, said, time.perf_counter())


def _ending(each: _Running) -> str:
    """How a process ended, in words; what it said is read and let go."""
    with each.said as said:
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines()
    if each.process.returncode == 0 and each.job.out.exists():
        return f"done in {time.perf_counter() - each.since:.0f} s"
    return f"failed with exit code {each.process.returncode}: {lines[-1] if lines else 'it said nothing'}"
