"""How many threads a training uses: one, where a second costs more than it brings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from threadpoolctl import threadpool_limits

ALONE = 3_000
"""Parameters up to which arrays are so small that two pools of threads, torch's and that of the BLAS, wait for each
other: on two cores ten steps on the cavity (984 parameters) took 7.1 s with two threads, and 2.0 s with one."""


@contextmanager
def suited_threads(parameters: int) -> Iterator[None]:
    """One thread within, for a network of few parameters; as it was for others, and afterwards.

    >>> with suited_threads(100):
    ...     torch.get_num_threads()
    1
    """
    before = torch.get_num_threads()
    if parameters > ALONE or before == 1:
        yield
        return
    with threadpool_limits(1):
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(before)
