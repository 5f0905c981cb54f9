"""The dimensionless system as a paper would print it: hats on every symbol, groups in place of their numbers."""

from __future__ import annotations

import itertools
import math
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pinnln.units.algebra import transform
from pinnln.units.dimension import DIMENSIONLESS
from pinnln.units.expression import (
    Coordinate,
    Derivative,
    Difference,
    Expression,
    Field,
    Negation,
    Number,
    Parameter,
    Power,
    Product,
    Sum,
    pure,
)
from pinnln.units.groups import Groups, groups_of
from pinnln.units.latex import latex
from pinnln.units.line_breaks import WIDTH, section
from pinnln.units.nondimensional import addends, measure_in, nondimensionalize
from pinnln.units.printing import GREEK, HAT, hatted, text
from pinnln.units.registry import Measured
from pinnln.units.roles import Part
from pinnln.units.scales import ResolvedScales
from pinnln.units.statement import Stated, Statement

_POWERS = tuple(sign * Fraction(power) for power in (1, "1/2", 2, 3, 4) for sign in (1, -1))
_SAME = 1e-9
_ASCII = str.maketrans(
    {
        **{letter: name for name, letter in GREEK.items()},
        **dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)),
        "∂": "d",
        "·": "*",
        "−": "-",
        "≤": "<=",
        "≥": ">=",
        HAT: "",
        "ᐟ": "/",
        "⋅": ".",
        "°": "",
        "×": "x",
        "–": "-",
        "Δ": "d",
        "é": "e",
        "ö": "o",
        "µ": "u",
        "Ω": "ohm",
        "⁄": "/",
        "§": "sec. ",
        "Π": "Pi",
    }
)
_SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"


@dataclass(frozen=True)
class DimensionlessEquation:
    """One statement in pure numbers.

    Attributes: name; kind; expression, which is zero; sizes, of its terms as the script wrote them.
    """

    name: str
    kind: str
    expression: Expression
    sizes: tuple[tuple[str, float], ...]

    @property
    def shown_sizes(self) -> str:
        """The terms with their sizes on one line."""
        return f"{self.name}:  " + ",  ".join(f"{term}: {size:.2g}" for term, size in self.sizes)


@dataclass(frozen=True)
class DimensionlessForm:
    """A problem in pure numbers: scales, groups, equations and conditions; measurements by name."""

    scales: ResolvedScales
    groups: Groups
    equations: tuple[DimensionlessEquation, ...]
    conditions: tuple[DimensionlessEquation, ...]
    measurements: tuple[str, ...] = ()

    def text(self, notation: str = "unicode") -> str:
        """Section by section: scales and their origins, sizes of the terms, groups, equations, conditions.

        Args: notation of the equations, "unicode", "ascii" (of all) or "latex".
        """
        write = NOTATIONS[notation]
        bare = write is ascii_text
        letters = [_letter(letter, told, part) for letter, told, part in self.groups.letters]
        if any("[" in group.definition for group in self.groups.groups):
            letters.append("[q] is the scale of q")
        sections = {
            "Scales": scale_lines(self.scales, notation),
            "Sizes of the terms": [item.shown_sizes for item in self.equations],
            "Groups": [str(group) for group in self.groups.groups] or ["none"],
            "where": letters,
            "Equations" + (", hats left out" if bare else ""): [
                f"{item.name}:  {write(item.expression)} = 0" for item in self.equations
            ],
            "Conditions": [f"{item.name}:  {write(item.expression)} = 0" for item in self.conditions],
            "Measurements": list(self.measurements),
        }
        return laid_out(sections, notation)

    def __str__(self) -> str:
        return self.text()


def _letter(letter: str, told: str, part: Part) -> str:
    """What a letter of a group stands for, and its value; once where both are one."""
    return f"{letter} = {part}" if told == str(part) else f"{letter} = {told} = {part}"


def scale_lines(scales: ResolvedScales, notation: str = "unicode") -> list[str]:
    """The table of scales; in ASCII, where there are no hats, x_hat is told from x."""
    shown = str(scales)
    return (re.sub(HAT + r"(\w*)", r"\1_hat", shown) if notation == "ascii" else shown).splitlines()


def laid_out(sections: Mapping[str, Sequence[str]], notation: str = "unicode") -> str:
    """Titles with their lines below, in one notation; lines that are too long are broken, in LaTeX none is."""
    width = sys.maxsize if notation == "latex" else WIDTH
    told = {title: [_as_told(line, notation) for line in lines] for title, lines in sections.items() if lines}
    return "\n\n".join(section(_as_told(title, notation), lines, width) for title, lines in told.items())


def _as_told(shown: str, notation: str) -> str:
    return as_ascii(shown) if notation == "ascii" else unicodedata.normalize("NFC", shown)


def dimensionless_form(problem: Stated, scales: ResolvedScales) -> DimensionlessForm:
    """The dimensionless system of a problem in its scales.

    A coefficient that is a power of a dimensionless group, or of two of them, is written so.
    """
    groups = groups_of(problem, scales)
    hats = _hats(problem)
    stated = [item for item in problem.statements if item.largest is None]
    made = [_equation(statement, scales, groups, hats) for statement in stated]
    equations = tuple(item for item in made if item.kind == "residual")
    conditions = tuple(item for item in made if item.kind != "residual")
    measurements = tuple(item.name for item in problem.statements if item.largest is not None)
    return DimensionlessForm(scales, groups, equations, conditions, measurements)


def _hats(problem: Stated) -> dict[Expression, Coordinate | Field | Parameter]:
    along = {item: Coordinate(hatted(item.name), 0.0, 1.0) for item in problem.coordinates}
    fields = {item: Field(hatted(item.name), "", [along[each] for each in item.coordinates]) for item in problem.fields}
    unknowns = {item.measured: Parameter(hatted(item.name)) for item in problem.unknowns}
    return dict([*along.items(), *fields.items(), *unknowns.items()])


def _equation(
    statement: Statement,
    scales: ResolvedScales,
    groups: Groups,
    hats: Mapping[Expression, Coordinate | Field | Parameter],
) -> DimensionlessEquation:
    measured = nondimensionalize(statement, scales.yardsticks)
    together: dict[float, list[tuple[int, Expression]]] = {}
    for item in addends(measure_in(statement.expression, scales.yardsticks)):
        coefficient = float(f"{item.coefficient / measured.scale:.9e}")
        factor = pure(1.0) if item.factor is None else transform(item.factor, lambda node: _hatted(node, hats))
        together.setdefault(abs(coefficient), []).append((1 if coefficient > 0 else -1, factor))
    whole: Expression | None = None
    for size, factors in sorted(together.items(), key=lambda entry: -entry[0]):
        whole = _joined(whole, size, factors, groups)
    return DimensionlessEquation(statement.name, statement.kind, pure(0.0) if whole is None else whole, measured.sizes)


def _joined(
    whole: Expression | None, size: float, factors: Sequence[tuple[int, Expression]], groups: Groups
) -> Expression:
    """The sum so far, and the factors with their signs times the size that they share."""
    if size != 1:
        coefficient, outer = _named(size, groups), factors[0][0]
        inner: Expression | None = None
        for sign, factor in factors:
            inner = _plus(inner, sign * outer, factor)
        one = isinstance(inner, Number) and inner.value == 1
        factors = [(outer, coefficient if one or inner is None else Product(coefficient, inner))]
    for sign, factor in factors:
        whole = _plus(whole, sign, factor)
    assert whole is not None
    return whole


def _plus(left: Expression | None, sign: int, right: Expression) -> Expression:
    if left is None:
        return right if sign > 0 else Negation(right)
    return Sum(left, right) if sign > 0 else Difference(left, right)


def _hatted(node: Expression, hats: Mapping[Expression, Coordinate | Field | Parameter]) -> Expression:
    if isinstance(node, Derivative):
        along = [hats[item] for item in node.coordinates]
        return Derivative(hats[node.operands[0]], [item for item in along if isinstance(item, Coordinate)])
    return hats.get(node, node)


def _named(value: float, groups: Groups) -> Expression:
    """A number as a product of powers of at most two groups, where it is one; else itself."""
    candidates = [group for group in groups.groups if abs(math.log(group.value)) > _SAME]
    for power, group in itertools.product(_POWERS, candidates):
        if math.isclose(group.value ** float(power), value, rel_tol=_SAME):
            return _power(group.symbol, power)
    for first, second, (one, two) in itertools.product(_POWERS, _POWERS, itertools.combinations(candidates, 2)):
        if math.isclose(one.value ** float(first) * two.value ** float(second), value, rel_tol=_SAME):
            return Product(_power(one.symbol, first), _power(two.symbol, second))
    return pure(float(f"{value:.4g}"))


def _power(symbol: str, power: Fraction) -> Expression:
    named = Number(Measured(1.0, DIMENSIONLESS, "", point=False), symbol)
    return named if power == 1 else Power(named, pure(float(power)))


def unicode_text(expression: Expression) -> str:
    """An expression on one line, with ∂, ² and the hats of dimensionless symbols."""
    return unicodedata.normalize("NFC", text(expression))


def ascii_text(expression: Expression) -> str:
    """The same in ASCII.

    >>> from pinnln.units import coordinates, d, field
    >>> x, = coordinates(x=(0.0, 1.0))
    >>> ascii_text(d(field("u", "", of=(x,)), x, x) * 2)
    'd^2u/dx^2*2'
    """
    return as_ascii(text(expression))


def as_ascii(shown: str) -> str:
    """Text in ASCII, Greek letters by name and powers behind ^; what has no like is a question mark."""
    raised = re.sub(f"([{_SUPERSCRIPTS}ᐟ⋅]+)", r"^\1", shown)
    plain = unicodedata.normalize("NFKD", raised.translate(_ASCII)).translate(_ASCII)
    return "".join(mark for mark in plain if not unicodedata.combining(mark)).encode("ascii", "replace").decode()


NOTATIONS: Mapping[str, Callable[[Expression], str]] = {"unicode": unicode_text, "ascii": ascii_text, "latex": latex}
"""How an expression may be written."""
