"""How large an expression is: each of its addends a number times powers of the spans that are not known yet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from pinnln.units.algebra import fold
from pinnln.units.expression import (
    Call,
    Coordinate,
    Derivative,
    Difference,
    Expression,
    Field,
    Negation,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    Where,
)
from pinnln.units.registry import DIGITS

References: TypeAlias = Mapping[Symbol, float]
Spans: TypeAlias = Mapping[Symbol, float]

_DEGREES = {"abs": 1.0, "sqrt": 0.5, "sign": 0.0}
_LIKE_THEIR_ARGUMENT = ("sin", "tan", "sinh", "tanh", "erf")
_MOST_FACTORS, _STEEPEST = 8, 600.0


@dataclass(frozen=True)
class Size:
    """The size of one addend,  e^log · Π sᵢ^pᵢ,  sᵢ being the spans that are not known yet.

    Attributes: log, the natural logarithm of what is known; powers pᵢ by field; slopes, the fields that stand in it
    differentiated, with the highest order; values, the fields that stand in it as they are.
    """

    log: float
    powers: Mapping[Field, float] = field(default_factory=dict)
    slopes: Mapping[Field, int] = field(default_factory=dict)
    values: frozenset[Field] = frozenset()

    def __mul__(self, other: Size) -> Size:
        powers = dict(self.powers)
        for item, power in other.powers.items():
            powers[item] = powers.get(item, 0.0) + power
        slopes = {
            item: max(self.slopes.get(item, 0), other.slopes.get(item, 0)) for item in {**self.slopes, **other.slopes}
        }
        kept = {item: power for item, power in powers.items() if power}
        return Size(self.log + other.log, kept, slopes, self.values | other.values)

    def __pow__(self, power: float) -> Size:
        powers = {item: its * power for item, its in self.powers.items() if its * power}
        return replace(self, log=self.log * power, powers=powers)

    @property
    def fields(self) -> frozenset[Field]:
        """Every field that stands in it."""
        return self.values | frozenset(self.slopes)

    def at(self, logs: Mapping[Field, float]) -> float:
        """The logarithm of the size for these logarithms of the spans."""
        return self.log + sum(power * logs[item] for item, power in self.powers.items())


@dataclass(frozen=True)
class Sizes:
    """What an expression is made of: a number, and addends that vary from point to point.

    Attributes: number; peak, the largest number that was added to it, which tells what has cancelled; addends.
    """

    number: float = 0.0
    peak: float = 0.0
    addends: tuple[Size, ...] = ()

    @property
    def all(self) -> tuple[Size, ...]:
        """The addends, the number among them."""
        return ((Size(math.log(abs(self.number))),) if self.number else ()) + self.addends

    @property
    def vanishes(self) -> bool:
        """Whether it is zero whatever the fields are."""
        return not self.number and not self.addends

    def __add__(self, other: Sizes) -> Sizes:
        peak = max(self.peak, other.peak)
        total = self.number + other.number
        return Sizes(total if abs(total) > peak * 10.0**-DIGITS else 0.0, peak, _largest(self.addends + other.addends))

    def __neg__(self) -> Sizes:
        return replace(self, number=-self.number)

    def __mul__(self, other: Sizes) -> Sizes:
        mixed = [_scaled(item, other.number) for item in self.addends if other.number]
        mixed += [_scaled(item, self.number) for item in other.addends if self.number]
        mixed += [one * two for one in self.addends for two in other.addends]
        return Sizes(self.number * other.number, self.peak * other.peak, _largest(tuple(mixed)))


def pieces(expression: Expression, sign: int = 1) -> Iterator[tuple[int, Expression]]:
    """The addends of an expression with their signs, down to products and functions, each as the script wrote it.

    >>> from pinnln.units import coordinates, d, field
    >>> x, = coordinates(x=(0.0, 1.0))
    >>> u = field("u", "", of=(x,))
    >>> [(sign, str(part)) for sign, part in pieces(d(u, x) - (2 * u + 1))]
    [(1, '∂u/∂x'), (-1, '2·u'), (-1, '1')]
    """
    if isinstance(expression, Negation):
        yield from pieces(expression.operands[0], -sign)
    elif isinstance(expression, Sum | Difference):
        left, right = expression.operands
        yield from pieces(left, sign)
        yield from pieces(right, -sign if isinstance(expression, Difference) else sign)
    else:
        yield sign, expression


def sizes_of(expression: Expression, references: References, spans: Spans) -> Sizes:
    """What an expression is made of when every symbol is  reference + span · (a number of order one).

    Args: expression; references and spans of its symbols [coherent SI]; a field without a span has one that is not
    known yet.

    >>> from pinnln.units import coordinates, d, field
    >>> x, = coordinates(x=(0.0, 0.5))
    >>> T = field("T", "", of=(x,))
    >>> found = sizes_of(3 * d(T, x, x), {x: 0.0, T: 20.0}, {x: 0.5})
    >>> [(round(math.exp(item.log), 9), {field.name: power for field, power in item.powers.items()})
    ...  for item in found.all]
    [(12.0, {'T': 1.0})]
    """
    made: dict[int, Sizes] = {}
    folded = fold(expression)
    for node in folded.walk():
        made[id(node)] = _of(node, [made[id(item)] for item in node.operands], references, spans)
    return made[id(folded)]


def _of(node: Expression, parts: list[Sizes], references: References, spans: Spans) -> Sizes:
    match node:
        case Number():
            return Sizes(node.value, abs(node.value))
        case Coordinate() | Field():
            size = _value(node, spans)
            return Sizes(references[node], abs(references[node]), (size,))
        case Derivative():
            return Sizes(addends=(_slope(node, spans),))
        case Sum():
            return parts[0] + parts[1]
        case Difference():
            return parts[0] + -parts[1]
        case Negation():
            return -parts[0]
        case Product():
            return parts[0] * parts[1]
        case Quotient():
            return parts[0] * _inverse(parts[1])
        case Power():
            return _power(parts[0], parts[1])
        case Call():
            return _call(node, parts[0])
        case Where():
            return Sizes(addends=_largest(parts[1].all + parts[2].all))
    return _pure(parts)


def _value(node: Coordinate | Field, spans: Spans) -> Size:
    if isinstance(node, Coordinate):
        return Size(math.log(spans[node]))
    known = node in spans
    return Size(math.log(spans[node]) if known else 0.0, {} if known else {node: 1.0}, values=frozenset([node]))


def _slope(node: Derivative, spans: Spans) -> Size:
    inner = node.operands[0]
    assert isinstance(inner, Field)
    size = _value(inner, spans)
    below = sum(math.log(spans[item]) for item in node.coordinates)
    return Size(size.log - below, size.powers, {inner: len(node.coordinates)})


def _scaled(size: Size, number: float) -> Size:
    return replace(size, log=size.log + math.log(abs(number)))


def _largest(addends: tuple[Size, ...]) -> tuple[Size, ...]:
    """Of addends that are alike in all but their number, the largest."""
    found: dict[object, Size] = {}
    for item in addends:
        key = (frozenset(item.powers.items()), frozenset(item.slopes.items()), item.values)
        if key not in found or item.log > found[key].log:
            found[key] = item
    return tuple(found.values())


def _inverse(sizes: Sizes) -> Sizes:
    """One over it; a sum counts as the largest of what is known of it, and varies about that if it is the number."""
    if not sizes.addends:
        return Sizes(1 / sizes.number, 1 / abs(sizes.number)) if sizes.number else Sizes()
    known = [item for item in sizes.all if not item.powers] or list(sizes.all)
    largest = max(known, key=lambda item: item.log)
    if largest is known[0] and sizes.number:
        varying = tuple(_scaled(item, sizes.number**-2) for item in sizes.addends)
        return Sizes(1 / sizes.number, 1 / abs(sizes.number), varying)
    return Sizes(addends=(largest**-1.0,))


def _power(base: Sizes, exponent: Sizes) -> Sizes:
    if exponent.addends:
        return _pure([base, exponent])
    power = exponent.number
    if power < 0:
        return _power(_inverse(base), Sizes(-power, -power))
    if not base.addends and (base.number > 0 or power == int(power)):
        return Sizes(base.number**power, base.peak**power)
    if power == int(power) and power <= _MOST_FACTORS:
        total = Sizes(1.0, 1.0)
        for _ in range(int(power)):
            total = total * base
        return total
    return Sizes(addends=_largest(tuple(item**power for item in base.all)))


def _call(node: Call, inner: Sizes) -> Sizes:
    degree = _DEGREES.get(node.function.name)
    if not inner.addends:
        value = float(node.function.evaluate(inner.number))
        return Sizes(value, abs(value))
    if degree is None:
        unknown = any(item.powers for item in inner.addends)
        if unknown and not inner.number and node.function.name in _LIKE_THEIR_ARGUMENT:
            return inner
        rests = node.function.name == "exp" and all(item.fields for item in inner.addends)
        return _pure([inner], math.exp(inner.number) if rests and abs(inner.number) < _STEEPEST else 1.0)
    return Sizes(addends=_largest(tuple(item**degree for item in inner.all)))


def _pure(parts: list[Sizes], size: float = 1.0) -> Sizes:
    """A function of pure numbers: of order one whatever the spans are, an exponential of fields as where they rest."""
    fields = [item.fields for part in parts for item in part.addends]
    return Sizes(addends=(Size(math.log(size), values=frozenset().union(*fields)),))
