"""An end for code that does not end by itself."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pinnln.units.errors import ProblemError

_LONGEST = 1e8  # timers of the system take no more than a count of seconds that fits them


class TimeLimitReached(BaseException):
    """The code ran for too long; no `except Exception` of the user's stops this."""


def valid_limit(seconds: Any, what: str = "time_limit") -> float:
    """A time limit as it was given.

    Args: seconds; what, how a refusal calls it.
    Raises: ProblemError unless it is a finite number above zero.
    """
    numeric = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not numeric or not math.isfinite(seconds) or seconds <= 0:
        raise ProblemError(f"{what}: expected seconds above zero, a finite number such as 60, found {seconds!r}")
    return float(seconds)


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raises TimeLimitReached in the block after so many seconds; only in the main thread, where there are timers.

    Raises: ProblemError for a limit that is no finite number above zero.
    """
    limit = min(valid_limit(seconds), _LONGEST)
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(number: int, frame: Any) -> None:
        raise TimeLimitReached

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, limit)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
