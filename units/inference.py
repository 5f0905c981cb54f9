"""Dimensions that nobody declared, found from the equations they stand in: elimination over the rationals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from pinnln.units.dimension import DIMENSIONLESS, Dimension
from pinnln.units.source import Source

_MARK = "?"


def unknown_dimension(name: str) -> Dimension:
    """The dimension of something undeclared: a base of its own.

    >>> str(unknown_dimension("nu"))
    '?nu'
    """
    return Dimension.of({_MARK + name: 1})


def unknowns(dimension: Dimension) -> list[str]:
    """The unknown bases of a dimension."""
    return [base for base, _ in dimension.exponents if base.startswith(_MARK)]


@dataclass(frozen=True)
class Equation:
    """Two dimensions that must be one, said in words, with the place that demands it."""

    ratio: Dimension
    text: str
    source: Source | None


class ContradictionError(Exception):
    """Equations that no choice of dimensions satisfies: as few of them as contradict each other, and the excess."""

    def __init__(self, equations: tuple[Equation, ...], excess: Dimension) -> None:
        super().__init__(f"no dimensions satisfy {len(equations)} equations")
        self.equations, self.excess = equations, excess


@dataclass
class Inference:
    """A growing system of equations between dimensions, kept solved.

    >>> found = Inference()
    >>> metre = Dimension.of({"[length]": 1})
    >>> found.demand(Equation(unknown_dimension("a") ** 2 / metre, "a² = x", None))
    >>> str(found.reduce(unknown_dimension("a")))
    'm¹ᐟ²'
    """

    equations: list[Equation] = field(default_factory=list)
    solved: dict[str, Dimension] = field(default_factory=dict)

    def reduce(self, dimension: Dimension) -> Dimension:
        """The dimension with everything that is known put in."""
        return _reduced(dimension, self.solved)

    def demand(self, equation: Equation) -> None:
        """Adds an equation.

        Raises: ContradictionError, and then nothing is added.
        """
        ratio = self.reduce(equation.ratio)
        if ratio.dimensionless:
            return
        if not unknowns(ratio):
            raise ContradictionError(_smallest([*self.equations, equation]), ratio)
        self.equations.append(equation)
        _eliminate(ratio, self.solved)


def _reduced(dimension: Dimension, solved: dict[str, Dimension]) -> Dimension:
    total = DIMENSIONLESS
    for base, power in dimension.exponents:
        total = total * (solved[base] if base in solved else Dimension.of({base: 1})) ** power
    return total


def _eliminate(ratio: Dimension, solved: dict[str, Dimension]) -> None:
    powers = dict(ratio.exponents)
    base = min(unknowns(ratio), key=lambda name: (abs(powers[name]) != 1, name))
    value = (Dimension.of({base: powers[base]}) / ratio) ** (Fraction(1) / powers[base])
    for name in list(solved):
        solved[name] = _reduced(solved[name], {base: value})
    solved[base] = value


def _contradictory(equations: Iterable[Equation]) -> bool:
    solved: dict[str, Dimension] = {}
    for equation in equations:
        ratio = _reduced(equation.ratio, solved)
        if ratio.dimensionless:
            continue
        if not unknowns(ratio):
            return True
        _eliminate(ratio, solved)
    return False


def _smallest(equations: list[Equation]) -> tuple[Equation, ...]:
    """The equations without any that the contradiction does not need; the last one always stays."""
    kept = list(equations)
    for equation in equations[:-1]:
        rest = [item for item in kept if item is not equation]
        if _contradictory(rest):
            kept = rest
    return tuple(kept)
