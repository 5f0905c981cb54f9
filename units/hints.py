"""Blame and the way out: which term of a sum is the odd one, and which named constants would mend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement, product

from pinnln.units.dimension import DIMENSIONLESS, Dimension
from pinnln.units.expression import Derivative, Expression, Number
from pinnln.units.inference import unknowns
from pinnln.units.terms import Term

_CONSTANTS = {
    273.15: "the ice point; declare Q('273.15 K')",
    9.81: "g; declare Q('9.81 m/s^2')",
    9.8: "g; declare Q('9.81 m/s^2')",
    8.314: "the gas constant; declare Q('8.314 J/mol/K')",
    1.38e-23: "Boltzmann's constant; declare Q('1.380649e-23 J/K')",
    5.67e-8: "the Stefan-Boltzmann constant; declare Q('5.67e-8 W/m^2/K^4')",
    6.022e23: "Avogadro's constant; declare Q('6.022e23 1/mol')",
    96485.0: "Faraday's constant; declare Q('96485 C/mol')",
}


def majority(found: Sequence[tuple[Term, Dimension | None]], declared: Dimension | None = None) -> Dimension | None:
    """What most terms are; between equals the declared dimension decides, then a bare number yields."""
    known = [(term, dimension) for term, dimension in found if dimension is not None]
    if not known:
        return None
    settled = [pair for pair in known if not unknowns(pair[1])] or known
    counts = Counter(dimension for _, dimension in settled)
    return max(settled, key=lambda pair: (counts[pair[1]], pair[1] == declared, not bare(pair[0].expression)))[1]


def bare(node: Expression) -> bool:
    """Whether it is a number written without unit or name."""
    return isinstance(node, Number) and node.dimension.dimensionless and not node.name


def way_out(term: Term, found: Dimension, expected: Dimension, scope: Mapping[str, Dimension]) -> str:
    """What would give a term the expected dimension, as a sentence."""
    if isinstance(term.expression, Number) and bare(term.expression):
        guess = _CONSTANTS.get(abs(term.expression.value), "")
        looks = f" It looks like {guess}." if guess else ""
        return f'Give the number its unit, as in Q("{term} {expected}")?{looks}'
    return missing_factor(found / expected, scope) or f"Multiply it by a constant of dimension {expected / found}."


def named(dimension: Dimension, scope: Mapping[str, Dimension]) -> str:
    """The named quantity that has just this dimension, as the end of a sentence."""
    for name, its in scope.items():
        if its == dimension and not its.dimensionless:
            return f", which is the dimension of {name}"
    return ""


def order_note(term: Term, excess: Dimension) -> tuple[str, ...]:
    """Whether another order of differentiation would explain the excess."""
    for node in term.expression.walk():
        if isinstance(node, Derivative):
            for coordinate in dict.fromkeys(node.coordinates):
                if not coordinate.dimension.dimensionless and excess in (
                    coordinate.dimension,
                    coordinate.dimension**-1,
                ):
                    order = node.coordinates.count(coordinate)
                    more = "more" if excess == coordinate.dimension else "less"
                    return (
                        f"{node} is of order {order} along {coordinate.name}; one order {more} would have the "
                        "expected dimension",
                    )
    return ()


def missing_factor(excess: Dimension, scope: Mapping[str, Dimension]) -> str:
    """Products of at most two named quantities, each to a power of at most two, that explain the excess."""
    known = {name: its for name, its in scope.items() if not its.dimensionless and not unknowns(its)}
    powers = (1, -1, 2, -2)
    candidates: list[tuple[tuple[str, int], ...]] = [((name, power),) for name, power in product(known, powers)]
    candidates += [
        ((one, a), (two, b))
        for one, two in combinations_with_replacement(known, 2)
        if one != two
        for a, b in product(powers, repeat=2)
    ]
    for factors in sorted(candidates, key=lambda item: sum(abs(power) for _, power in item)):
        total = DIMENSIONLESS
        for name, power in factors:
            total = total * known[name] ** power
        if total == excess:
            return _sentence(factors)
    return ""


def _sentence(factors: tuple[tuple[str, int], ...]) -> str:
    def shown(name: str, power: int) -> str:
        return name if power == 1 else f"{name}**{power}"

    over = [shown(name, power) for name, power in factors if power > 0]
    times = [shown(name, -power) for name, power in factors if power < 0]
    divide = "divide it by " + " and by ".join(over) if over else ""
    multiply = "multiply it by " + " and by ".join(times) if times else ""
    sentence = " and ".join(filter(None, (divide, multiply)))
    return sentence[0].upper() + sentence[1:] + "?"
