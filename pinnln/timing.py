"""Times of calls that take turns on one machine, on the CPU and on CUDA."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from statistics import median

import torch

BURST = 4


def timed(calls: Mapping[str, Callable[[], object]], repeats: int, device: str = "cpu") -> dict[str, float]:
    """The median time of each call [s]; bursts of each call take turns, and the first of a burst is not counted.

    So all see the same machine, and each finds the memory that it freed itself.

    >>> sorted(timed({"nothing": lambda: None}, repeats=3))
    ['nothing']
    """
    once = _on_cuda if device.startswith("cuda") else _on_cpu
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(repeats + 1):
        for name, call in calls.items():
            for place in range(BURST):
                seconds = once(call)
                if turn and place:
                    spent[name].append(seconds)
    return {name: median(times) for name, times in spent.items()}


def _on_cpu(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _on_cuda(call: Callable[[], object]) -> float:
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
    start.record()
    call()
    end.record()
    end.synchronize()
    return float(start.elapsed_time(end)) / 1e3
