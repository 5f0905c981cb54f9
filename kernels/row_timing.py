"""The time of both norms on this machine, beside torch's own and beside a copy of the same numbers.

python -m pinnln.kernels.row_timing --rows 1000000 --widths 2 4 8 16
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import torch

from pinnln.kernels import layer_norm_cpu as kernels
from pinnln.kernels.normalization import layer_norm

BURST = 4


def timed(calls: dict[str, Callable[[], object]], rows: int, repeats: int) -> dict[str, tuple[float, float]]:
    """The smallest and the median time of each call, in ns a row; bursts of each call take turns.

    So all see the same machine, and each finds the memory that it freed: the first call of a burst is not counted.

    >>> sorted(timed({"nothing": lambda: None}, rows=1, repeats=3))
    ['nothing']
    """
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(repeats + 1):
        for name, call in calls.items():
            for place in range(BURST):
                start = time.perf_counter()
                call()
                if turn and place:
                    spent[name].append((time.perf_counter() - start) / rows * 1e9)
    return {name: (min(times), median(times)) for name, times in spent.items()}


def calls_of(width: int, rows: int, dtype: torch.dtype) -> dict[str, Callable[[], object]]:
    """What is compared, for K tensors (N,), one tensor (K, N) and one tensor (N, K)."""
    a, b, x = (torch.randn(width, rows, dtype=dtype, generator=torch.Generator().manual_seed(k)) for k in range(3))
    as_, bs, xs = (list(part.clone()) for part in (a, b, x))
    standing = x.T.contiguous()
    return {
        "forward": lambda: layer_norm(xs),
        "(K, N)": lambda: layer_norm(x, dim=0),
        "(N, K)": lambda: layer_norm(standing),
        "F.layer_norm": lambda: torch.nn.functional.layer_norm(standing, (width,)),
        "clone": lambda: x.clone(),
        "K clones": lambda: [entry.clone() for entry in xs],
        "J a": lambda: kernels.hessian_arrays(as_, xs, 1e-5, True),
        "D³φ[a, b]": lambda: kernels.third_arrays(as_, bs, xs, 1e-5, True),
    }


def main() -> None:
    """Prints one line for each width and call."""
    reader = argparse.ArgumentParser(description="ns a row of the norms")
    reader.add_argument("--rows", type=int, default=1_000_000)
    reader.add_argument("--widths", type=int, nargs="+", default=[2, 4, 8, 16])
    reader.add_argument("--repeats", type=int, default=7)
    reader.add_argument("--double", action="store_true", help="float64 instead of float32")
    given = reader.parse_args()
    dtype = torch.float64 if given.double else torch.float32
    print(f"ns a row, smallest and median; {given.rows} rows, {dtype}, {torch.get_num_threads()} threads")
    for width in given.widths:
        found = timed(calls_of(width, given.rows, dtype), given.rows, given.repeats)
        for name, (least, middle) in found.items():
            print(f"K = {width:<4} {name:<14} {least:8.2f} {middle:8.2f}", flush=True)


if __name__ == "__main__":
    main()
