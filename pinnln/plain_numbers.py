"""Numbers as JSON knows them: short, and null where they are not finite."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def short(value: float) -> float | None:
    """Six digits, which is more than is known of a measurement; None where it is not finite.

    >>> short(1 / 3), short(math.inf)
    (0.333333, None)
    """
    return float(f"{value:.6g}") if math.isfinite(value) else None


def number(value: float | None) -> float:
    """What `short` told; infinite where it was not finite."""
    return math.inf if value is None else float(value)


def finite(value: Any) -> Any:
    """Plain data with null for every number that is not finite.

    >>> finite({"error": math.inf, "seconds": (1.0, 2.0)})
    {'error': None, 'seconds': [1.0, 2.0]}
    """
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    return [finite(item) for item in value] if isinstance(value, list | tuple) else value
