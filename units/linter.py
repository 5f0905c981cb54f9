"""The unit check: one visitor that carries dimensions through every statement and reports all that do not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement, product

from pinnln.units.algebra import fold
from pinnln.units.dimension import DIMENSIONLESS, Dimension
from pinnln.units.errors import UnitsError
from pinnln.units.expression import Call, Comparison, Coordinate, Derivative, Expression, Field, Number, Power, Where
from pinnln.units.rules import COMBINE, FUNCTIONS, JOIN, SCALE_FREE
from pinnln.units.source import Source, argument, operands
from pinnln.units.statement import Stated, Statement
from pinnln.units.terms import Term, terms


@dataclass(frozen=True)
class Finding:
    """One place where dimensions do not fit: a code, the sentence, the units involved, the way out, the span."""

    code: str
    message: str
    units: tuple[tuple[str, str], ...]
    hint: str
    residual: str
    source: Source | None
    severity: str = "error"

    def __str__(self) -> str:
        width = max((len(what) for what, _ in self.units), default=0)
        rows = [f"    {what:<{width}}     {unit}" for what, unit in self.units]
        place = str(self.source) if self.source else ""
        excerpt = self.source.excerpt() if self.source else ""
        return "\n".join([self.message, *rows, f"  {self.hint:<40}  {place}".rstrip(), *([excerpt] if excerpt else [])])


def lint(problem: Stated) -> list[Finding]:
    """Every dimensional error of a problem's residuals and conditions, in the order of the statements.

    A sum demands terms of one dimension, an elementary function a pure number, a condition a value of the dimension
    of what it fixes. After a finding the sum counts as what most of its terms are, so one error is reported once.

    Args: problem, a Problem.    Returns: the findings, empty if the problem is sound.
    """
    visitor = _Dimensions()
    for statement in problem.statements:
        visitor.visit_statement(statement)
    return visitor.findings


def require_sound(problem: Stated) -> None:
    """Nothing, if the problem is sound.

    Raises: UnitsError with every finding.
    """
    found = lint(problem)
    if found:
        raise UnitsError("\n\n".join(str(finding) for finding in found))


def dimension_of(expression: Expression) -> Dimension:
    """The dimension of an expression.

    Raises: UnitsError if it has none.
    """
    visitor = _Dimensions()
    visitor.statement = Statement(str(expression), "expression", expression)
    dimension = visitor.visit(expression)
    if visitor.findings:
        raise UnitsError("\n\n".join(str(finding) for finding in visitor.findings))
    return dimension or DIMENSIONLESS


class _Dimensions:
    """Dimensions of nodes, each computed once; None is what fits anything: a literal zero, or what failed before."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.known: dict[int, Dimension | None] = {}
        self.statement: Statement
        self.kept: list[Expression] = []

    def visit_statement(self, statement: Statement) -> None:
        self.statement = statement
        found = self.visit(statement.target)
        if statement.value is None:
            return
        value = self.visit(statement.value)
        if found is not None and value is not None and found != value:
            self.report(
                "UL103",
                f"the value of {statement.kind} {statement.name!r} has the wrong dimension",
                ((f"expected, as {statement.target}", str(found)), (f"found, in {statement.value}", str(value))),
                _missing_factor(value / found, statement.scope) or f"Give it in units of {found}.",
                statement.value_source or statement.value.source,
            )

    def visit(self, node: Expression) -> Dimension | None:
        if id(node) not in self.known:
            self.kept.append(node)
            self.known[id(node)] = self.compute(node)
        return self.known[id(node)]

    def compute(self, node: Expression) -> Dimension | None:
        if isinstance(node, Number):
            return None if _literal_zero(node) else node.dimension
        if isinstance(node, Coordinate | Field):
            return node.dimension
        self.refuse_points(node)
        if type(node) in JOIN:
            return self.join(terms(node), "the terms of {} have different dimensions")
        if isinstance(node, Derivative):
            return self.derivative(node)
        if isinstance(node, Call):
            return self.call(node)
        if isinstance(node, Power):
            return self.power(node)
        if isinstance(node, Comparison | Where):
            return self.branch(node)
        found = [self.visit(operand) for operand in node.operands]
        return None if None in found else COMBINE[type(node)](*found)

    def join(self, addends: list[Term], sentence: str) -> Dimension | None:
        found = [(term, self.visit(term.expression)) for term in addends]
        expected = _majority(found)
        if expected is None:
            return None
        good = next(term for term, dimension in found if dimension == expected)
        for term, dimension in found:
            if dimension is not None and dimension != expected:
                excess = f"{dimension}       ← too many by {dimension / expected}" + _named(
                    dimension / expected, self.statement.scope
                )
                self.report(
                    "UL101",
                    sentence.format(f"{self.statement.kind} {self.statement.name!r}"),
                    ((str(good), str(expected)), (str(term), excess)),
                    _way_out(term, dimension, expected, self.statement.scope),
                    term.source,
                )
        return expected

    def branch(self, node: Comparison | Where) -> Dimension | None:
        if isinstance(node, Where):
            self.visit(node.operands[0])
        kept = node.operands[1:] if isinstance(node, Where) else node.operands
        spans = (
            (argument(node.source, 1), argument(node.source, 2)) if isinstance(node, Where) else operands(node.source)
        )
        addends = [Term(item, 1, span or item.source) for item, span in zip(kept, spans, strict=True)]
        what = "branches of where" if isinstance(node, Where) else "sides of a comparison"
        joined = self.join(addends, f"the {what} in {{}} have different dimensions")
        return joined if isinstance(node, Where) else DIMENSIONLESS

    def derivative(self, node: Derivative) -> Dimension | None:
        dimension = self.visit(node.operands[0])
        for coordinate in node.coordinates:
            dimension = None if dimension is None else dimension / coordinate.dimension
        return dimension

    def call(self, node: Call) -> Dimension | None:
        inner, rule = self.visit(node.operands[0]), FUNCTIONS[node.function.rule]
        if inner is None:
            return None
        if rule is not None:
            return rule(inner)
        if not inner.dimensionless:
            self.report(
                "UL111",
                f"{node.function.name} in {self.statement.kind} {self.statement.name!r} takes no quantity with a unit",
                (("expected", "a pure number"), (str(node.operands[0]), str(inner))),
                _missing_factor(inner, self.statement.scope) or f"Divide it by a scale of dimension {inner}.",
                argument(node.source, 0) if node.source else node.operands[0].source,
            )
        return DIMENSIONLESS

    def power(self, node: Power) -> Dimension | None:
        base, exponent = self.visit(node.operands[0]), self.visit(node.operands[1])
        if base is None:
            return None
        power = node.operands[1]
        pure_number = exponent is None or exponent.dimensionless
        value = _constant_value(power)
        if pure_number and (value is not None or base.dimensionless):
            return DIMENSIONLESS if value is None else base**value
        self.report(
            "UL112",
            f"a power in {self.statement.kind} {self.statement.name!r} has an exponent that fixes no dimension",
            ((str(node.operands[0]), str(base)), (str(power), str(exponent))),
            "Make the base a pure number, or the exponent a constant one.",
            operands(node.source)[1] or node.source,
        )
        return None

    def refuse_points(self, node: Expression) -> None:
        if type(node) not in SCALE_FREE and not isinstance(node, Call):
            return
        spans = operands(node.source) if len(node.operands) == 2 else (argument(node.source, 0),) * 2
        for operand, span in zip(node.operands, spans, strict=False):
            if isinstance(operand, Number) and operand.point:
                self.report(
                    "UL301",
                    f"a temperature on an offset scale is multiplied in {self.statement.kind} {self.statement.name!r}",
                    ((str(operand), operand.unit),),
                    "State it in kelvin if it is absolute, in delta_degC if it is a difference.",
                    span or node.source,
                )

    def report(
        self, code: str, message: str, units: tuple[tuple[str, str], ...], hint: str, source: Source | None
    ) -> None:
        self.findings.append(Finding(code, message, units, hint, self.statement.name, source))


def _literal_zero(node: Number) -> bool:
    return node.value == 0 and node.dimension.dimensionless and not node.name


def _constant_value(node: Expression) -> float | None:
    folded = fold(node)
    return folded.value if isinstance(folded, Number) else None


def _majority(found: list[tuple[Term, Dimension | None]]) -> Dimension | None:
    """What most terms are; between equals a bare number yields, then the later term."""
    known = [(term, dimension) for term, dimension in found if dimension is not None]
    if not known:
        return None
    counts = Counter(dimension for _, dimension in known)
    return max(known, key=lambda pair: (counts[pair[1]], not _bare(pair[0].expression)))[1]


def _bare(node: Expression) -> bool:
    return isinstance(node, Number) and node.dimension.dimensionless and not node.name


def _way_out(term: Term, found: Dimension, expected: Dimension, scope: Mapping[str, Dimension]) -> str:
    if _bare(term.expression):
        return f'Give the number its unit, as in Q("{term} {expected}")?'
    return _missing_factor(found / expected, scope) or f"Multiply it by a constant of dimension {expected / found}."


def _named(dimension: Dimension, scope: Mapping[str, Dimension]) -> str:
    for name, its in scope.items():
        if its == dimension and not its.dimensionless:
            return f", which is the dimension of {name}"
    return ""


def _missing_factor(excess: Dimension, scope: Mapping[str, Dimension]) -> str:
    """Products of at most two named quantities, each to a power of at most two, that explain the excess."""
    named = {name: its for name, its in scope.items() if not its.dimensionless}
    powers = (1, -1, 2, -2)
    candidates: list[tuple[tuple[str, int], ...]] = [((name, power),) for name, power in product(named, powers)]
    candidates += [
        ((one, a), (two, b))
        for one, two in combinations_with_replacement(named, 2)
        if one != two
        for a, b in product(powers, repeat=2)
    ]
    for factors in sorted(candidates, key=lambda item: sum(abs(power) for _, power in item)):
        total = DIMENSIONLESS
        for name, power in factors:
            total = total * named[name] ** power
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
