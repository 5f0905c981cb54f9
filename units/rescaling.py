"""The rescaling oracle: the same physics in other units gives the same answer, whatever the rules say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

from pinnln.units.dimension import Dimension

_STEP = 12
_TOLERANCE = 1e-9
_ROUND_OFF = 1e-14

Answer = Callable[[Callable[[Dimension], float]], Sequence[Any]]


def factor_of(powers: dict[str, int]) -> Callable[[Dimension], float]:
    """The factor 2^(k·e) of a dimension when every base is rescaled by 2^k; exact for roots down to the fourth.

    >>> factor_of({"[length]": 12})(Dimension.of({"[length]": 0.5}))
    64.0
    """

    def factor(dimension: Dimension) -> float:
        return float(2.0 ** float(sum(powers.get(base, 0) * power for base, power in dimension.exponents)))

    return factor


def broken_dimensions(
    answer: Answer, dimensions: Sequence[Dimension | None], declared: Iterable[Dimension]
) -> dict[int, list[str]]:
    """The residuals that are not homogeneous, each with the base dimensions under whose rescaling it breaks.

    Args: answer, the residuals' values in units rescaled by a factor for each dimension; dimensions, what each
    residual is taken to be, None for one that is not asked; declared, those of all symbols.
    Returns: place of the residual to the guilty bases, empty if all is well.
    """
    plain = answer(lambda dimension: 1.0)
    bases = sorted({base for dimension in declared for base, _ in dimension.exponents})
    broken: dict[int, list[str]] = {}
    for base, step in product(bases, (_STEP, -_STEP)):
        factor = factor_of({base: step})
        rescaled = answer(factor)
        for place, dimension in enumerate(dimensions):
            if dimension is not None and not _agree(plain[place], rescaled[place], factor(dimension)):
                found = broken.setdefault(place, [])
                found += [] if base in found else [base]
    return broken


def _agree(plain: Any, rescaled: Any, factor: float) -> bool:
    """Whether both say the same; what is left of terms of order one that cancel says nothing."""
    largest = float(abs(plain).max())
    return float(abs(rescaled / factor - plain).max()) <= _TOLERANCE * largest + _ROUND_OFF
