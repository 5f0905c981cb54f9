"""Memory: what a training needs, what the machine has, and the refusal of what cannot fit."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pinnln.formulation import Formulation
from pinnln.network import AbstractNetwork
from pinnln.optimizers import AbstractOptimizer
from pinnln.residual_objective import Sampling, points_of, rows_of
from pinnln.units import PinnlnError

_CONTAINER = Path("/sys/fs/cgroup/memory.max")
_FREE = Path("/proc/meminfo")
_PROCESS = 600_000_000  # Python with torch, scipy and the problems, before any training


class TooLargeError(PinnlnError, MemoryError):
    """A training that the memory of this machine would not hold."""


def installed_memory() -> int | None:
    """Bytes that this machine, or the container it runs in, has in all; None where the system does not say."""
    found = []
    if sys.platform != "win32" and "SC_PHYS_PAGES" in os.sysconf_names:
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    if _CONTAINER.is_file() and (limit := _CONTAINER.read_text().strip()).isdigit():
        found.append(int(limit))
    return min(found, default=None)


def free_memory() -> int | None:
    """Bytes that could be had now without swapping; all that is installed where the system does not say."""
    installed = installed_memory()
    if installed is not None and _FREE.is_file():
        rows = dict(line.split(":", 1) for line in _FREE.read_text().splitlines() if ":" in line)
        if "MemAvailable" in rows:
            return min(installed, 1024 * int(rows["MemAvailable"].split()[0]))
    return installed


def bytes_of_points(formulation: Formulation, sampling: Sampling) -> int:
    """Bytes that the points take, with the features and the ansatz evaluated there."""
    total = 0
    for place, group in enumerate(formulation.groups):
        channels = len(group.indices) * (formulation.embedding.size + 2 * formulation.outputs)
        asked = points_of(formulation, sampling, place) * (1 if group.twin is None else 2)
        total += 8 * asked * (2 * len(formulation.coordinates) + channels)
    return total


def require_memory(
    formulation: Formulation,
    network: AbstractNetwork,
    sampling: Sampling,
    optimizers: Sequence[AbstractOptimizer],
    available: int | None,
) -> None:
    """Nothing, if points and optimisers fit into the available bytes, or if those are not known.

    Raises: TooLargeError with what is needed, what there is, and the ways out.
    """
    if available is None:
        return
    points = bytes_of_points(formulation, sampling)
    if points > available:
        raise TooLargeError(
            f"{sampling.interior:,} points inside and {sampling.face:,} on each face take {shown_bytes(points)}, and "
            f"{shown_bytes(available)} are free: take fewer points; they are drawn anew while the training goes on"
        )
    parameters = network.size(formulation.embedding.size, formulation.outputs)
    rows = rows_of(formulation, sampling)
    for optimizer in optimizers:
        needed = points + optimizer.memory(parameters, rows)
        if needed > available:
            raise TooLargeError(
                f"{type(optimizer).__name__} on {parameters:,} parameters and {rows:,} rows takes "
                f"{shown_bytes(needed)}, and {shown_bytes(available)} are free: take a smaller network or an optimiser "
                'that holds no matrix of this size, such as LBFGS() or SOAP(), or optimizer="auto"'
            )


def bytes_of_training(
    formulation: Formulation, network: AbstractNetwork, sampling: Sampling, optimizers: Sequence[AbstractOptimizer]
) -> int:
    """Bytes of the points, and of the optimiser that needs most."""
    parameters, rows = network.size(formulation.embedding.size, formulation.outputs), rows_of(formulation, sampling)
    most = max((item.memory(parameters, rows) for item in optimizers), default=0)
    return bytes_of_points(formulation, sampling) + most


def processes_that_fit(asked: int, training: int, available: int | None) -> int:
    """How many of the processes asked for may run at once, each with one training of so many bytes; at least one.

    >>> processes_that_fit(8, 10**8, 2 * 10**9)
    2
    """
    each = _PROCESS + training
    return asked if available is None else max(1, min(asked, available // each))


def shown_bytes(count: float) -> str:
    """Bytes as a reader says them.

    >>> shown_bytes(8 * 921**2)
    '6.8 MB'
    """
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if count < 1000 or unit == "TB":
            break
        count /= 1000
    return f"{count:.3g} {unit}" if count >= 100 else f"{count:.2g} {unit}"
