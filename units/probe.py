"""What a function does to a rescaled argument: the degree to which it answers, if it has one."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch

_SCALES = (2.0**24, 2.0**-24, 2.0**12)


def probed_degree(
    func: Callable[..., Any], args: tuple[Any, ...], given: dict[str, Any], live: torch.Tensor
) -> str | None:
    """The degree to which a function answers a rescaled argument, if there is one for three scales."""

    def answer(factor: float) -> torch.Tensor:
        swapped = [_rescaled(item, live, factor) for item in args]
        return _first(func(*swapped, **given)).detach()

    try:
        with torch.no_grad():
            plain = answer(1.0)
            rises = [torch.log2(answer(factor).abs() / plain.abs()) / math.log2(factor) for factor in _SCALES]
            seen = torch.cat([rise[plain != 0].reshape(-1) for rise in rises])
    except (RuntimeError, TypeError, ValueError, IndexError):
        return None
    if not len(seen) or not bool(torch.isfinite(seen).all()):
        return None
    degree = round(float(seen[0]) * 24) / 24
    close = all(abs(float(a - b)) < 1e-6 for a, b in pairwise(seen)) and abs(float(seen[0]) - degree) < 1e-6
    return str(degree) if close else None


def _rescaled(value: Any, live: torch.Tensor, factor: float) -> Any:
    if isinstance(value, list | tuple):
        return type(value)([_rescaled(item, live, factor) for item in value])
    return value * factor if value is live else value


def _first(value: Any) -> torch.Tensor:
    found: torch.Tensor = value if isinstance(value, torch.Tensor) else value[0]
    return found
