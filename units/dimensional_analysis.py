"""Dimensional analysis of expression trees: what each node is, what it should have been, and who is to blame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from pinnln.units.blame import (
    OFFSET_USES,
    blamed_source,
    depends_on_a_field,
    has_sum,
    named_elsewhere,
    offset_use,
    sum_code,
    sum_sentence,
    unit_cast,
)
from pinnln.units.dimension import DIMENSIONLESS, Dimension
from pinnln.units.expression import (
    Comparison,
    Coordinate,
    Derivative,
    Difference,
    Expression,
    Field,
    Number,
    Operation,
    Sum,
    Where,
)
from pinnln.units.findings import Coverage, Finding, Inferred, LintReport, without_repetition
from pinnln.units.hints import majority, missing_factor, named, order_note, way_out
from pinnln.units.inference import ContradictionError, Equation, Inference, unknowns
from pinnln.units.node_rules import constant_value, literal_zero, rule_name
from pinnln.units.rules import RULES, Family
from pinnln.units.source import Source, argument, operands
from pinnln.units.statement import Statement
from pinnln.units.terms import Term, terms


class DimensionalAnalysis:
    """Dimensions of nodes, each computed once; None is what fits anything: a literal zero, or what failed before.

    Args: points, the fields whose values stand on an offset scale (°C) where they are used.
    """

    def __init__(self, points: Iterable[Expression] = ()) -> None:
        self.findings: list[Finding] = []
        self.inference = Inference()
        self._known: dict[int, Dimension | None] = {}
        self._points = {id(node) for node in points}
        self._kept: list[Expression] = []
        self._counts = {"residual": 0, "condition": 0, "by_rule": 0, "probed": 0, "unknown": 0}
        self._statement: Statement

    def examine(self, statement: Statement, declared: Dimension | None = None) -> Dimension | None:
        """The dimension of a statement's target, after checking it against its value and what was declared."""
        self._statement = statement
        self._counts["residual" if statement.kind == "residual" else "condition"] += 1
        found = self._visit(statement.target, declared)
        if declared is not None and found is not None and not self._equal(found, declared, statement.source):
            self._misdeclared(statement.target, found, declared)
        if statement.value is not None:
            self._compare_value(statement, found)
        if statement.kind != "expression" and not depends_on_a_field(statement.target):
            self._report("UL105", f"{self._what} does not depend on any field", (), "", statement.source)
        return found

    def report(self) -> LintReport:
        """All findings so far, what was inferred, and the coverage."""
        counts = self._counts
        coverage = Coverage(
            counts["residual"], counts["condition"], counts["by_rule"], counts["probed"], counts["unknown"]
        )
        return LintReport(without_repetition(self.findings), coverage, *self._inferred())

    def dimension(self, node: Expression) -> Dimension | None:
        """The dimension found for a node that was visited."""
        found = self._known.get(id(node))
        return None if found is None else self.inference.reduce(found)

    def _inferred(self) -> tuple[tuple[Inferred, ...], tuple[str, ...]]:
        found, free = [], []
        leaves = [node for node in self._kept if isinstance(node, Number) and unknowns(node.dimension)]
        for node in leaves:
            dimension = self.inference.reduce(node.dimension)
            if unknowns(dimension):
                free.append(str(node))
            elif node.name and not (node.unit == "literal" and dimension.dimensionless):
                found.append(Inferred(str(node), str(dimension), node.source))
        return tuple(found), tuple(dict.fromkeys(free))

    def _compare_value(self, statement: Statement, found: Dimension | None) -> None:
        assert statement.value is not None
        value = self._visit(statement.value, found)
        if found is None or value is None or self._equal(value, found, statement.value_source):
            return
        self._report(
            "UL103",
            f"the value of {statement.kind} {statement.name!r} has the wrong dimension",
            ((f"expected, as {statement.target}", str(found)), (f"found, in {statement.value}", str(value))),
            missing_factor(value / found, statement.scope) or f"Give it in units of {found}.",
            statement.value_source or statement.value.source,
        )

    def _misdeclared(self, target: Expression, found: Dimension, declared: Dimension) -> None:
        self._report(
            "UL103",
            f"{self._what} has another dimension than it was declared with",
            (("declared", str(declared)), (f"found, in {target}", str(found))),
            missing_factor(found / declared, self._statement.scope) or f"Declare it in units of {found}.",
            blamed_source(Term(target, 1, target.source)),
        )

    def _equal(self, found: Dimension, expected: Dimension, source: Source | None) -> bool:
        """Whether two dimensions agree, or can: unknown ones are made to."""
        found, expected = self.inference.reduce(found), self.inference.reduce(expected)
        if found == expected:
            return True
        if not unknowns(found / expected):
            return False
        try:
            self.inference.demand(Equation(found / expected, f"{found} = {expected} in {self._what}", source))
        except ContradictionError:
            return False
        return True

    @property
    def visited(self) -> tuple[Expression, ...]:
        """Every node met so far."""
        return tuple(self._kept)

    def visit(self, node: Expression) -> Dimension | None:
        """The dimension of a node beside the statements."""
        return self._visit(node)

    def _visit(self, node: Expression, declared: Dimension | None = None) -> Dimension | None:
        if id(node) not in self._known:
            self._kept.append(node)
            self._known[id(node)] = self._compute(node, declared)
        return self.dimension(node)

    def _compute(self, node: Expression, declared: Dimension | None) -> Dimension | None:
        if isinstance(node, Number):
            return None if literal_zero(node) else node.dimension
        if isinstance(node, Coordinate | Field):
            return node.dimension
        if isinstance(node, Derivative):
            self._counts["by_rule"] += 1
            return self._derivative(node, declared)
        name = rule_name(node)
        if name not in RULES:
            return self._without_rule(node, name)
        self._counts["by_rule"] += 1
        found = self._by_rule(node, RULES[name].family, RULES[name].degree, declared)
        self._refuse_points(node, name)
        cast = unit_cast(node)
        if cast is not None:
            sentence = f"a factor of one in {self._what} is there for its unit alone"
            hint = "State the equation without it, or give it the name and value that it has in the physics."
            self._report("UL105", sentence, ((str(cast), str(cast.dimension)),), hint, cast.source or node.source)
        return found

    def _without_rule(self, node: Expression, name: str) -> Dimension | None:
        inner = [self._visit(operand) for operand in node.operands]
        if isinstance(node, Operation) and name == "probed":
            self._counts["probed"] += 1
            return inner[0] ** Fraction(node.code).limit_denominator(24) if inner[0] is not None else None
        if name == "layer":
            self._counts["by_rule"] += 1
            return self._layer(node, inner)
        self._counts["unknown"] += 1
        return None

    def _by_rule(
        self, node: Expression, family: Family, degree: Fraction, declared: Dimension | None
    ) -> Dimension | None:
        match family:
            case Family.JOIN:
                return self._join(self._addends(node), node, declared)
            case Family.COMPARE:
                self._join(self._addends(node), node)
                return DIMENSIONLESS
            case Family.PURE:
                return self._pure(node)
            case Family.STEP:
                return self._step(node)
            case Family.POWER:
                return self._power(node)
        found = self._operands(node, family, degree, declared)
        if family is Family.ANY:
            return DIMENSIONLESS
        if any(item is None for item in found) and not (family is Family.DEGREE and found[0] is not None):
            return None
        known = [item for item in found if item is not None]
        if family is Family.DEGREE:
            return known[0] ** degree
        total = known[0]
        for item in known[1:]:
            total = total * item if family is Family.PRODUCT else total / item
        return total

    def _operands(
        self, node: Expression, family: Family, degree: Fraction, declared: Dimension | None
    ) -> list[Dimension | None]:
        """The dimensions of the operands; one that is a sum is told what the others leave for it."""
        if declared is not None and degree and family is Family.DEGREE:
            return [self._visit(node.operands[0], declared ** (1 / degree)), *map(self._visit, node.operands[1:])]
        if declared is None or len(node.operands) != 2 or family is Family.ANY:
            return [self._visit(operand) for operand in node.operands]
        left, right = node.operands
        if has_sum(left) and not has_sum(right):
            other = self._visit(right)
            left_for = None if other is None else declared / other if family is Family.PRODUCT else declared * other
            return [self._visit(left, left_for), other]
        other = self._visit(left)
        right_for = None if other is None else declared / other if family is Family.PRODUCT else other / declared
        return [other, self._visit(right, right_for)]

    def _addends(self, node: Expression) -> list[Term]:
        if isinstance(node, Sum | Difference):
            return terms(node)
        kept: Sequence[Expression] = node.operands
        spans: Sequence[Source | None] = [argument(node.source, place) for place in range(len(kept))]
        if isinstance(node, Where):
            self._visit(kept[0])
            kept, spans = kept[1:], (argument(node.source, 1), argument(node.source, 2))
        elif isinstance(node, Operation) and node.code:
            spans = [node.source] * len(kept)
        elif isinstance(node, Comparison) or (len(kept) == 2 and operands(node.source)[0] is not None):
            spans = operands(node.source)
        return [Term(item, 1, span or item.source) for item, span in zip(kept, spans, strict=True)]

    def _join(self, addends: list[Term], node: Expression, declared: Dimension | None = None) -> Dimension | None:
        plain = [(term, self._visit(term.expression)) for term in addends if not has_sum(term.expression)]
        wanted = declared if declared is not None else majority(plain)
        found = [(term, self._visit(term.expression, wanted)) for term in addends]
        expected = majority(found, declared)
        if expected is None:
            return None
        agreeing = [term for term, dimension in found if dimension == expected]
        for term, dimension in found:
            if dimension is not None and dimension != expected:
                self._reconcile(term, dimension, expected, agreeing, addends, node)
        return expected

    def _reconcile(
        self,
        term: Term,
        dimension: Dimension,
        expected: Dimension,
        agreeing: list[Term],
        addends: list[Term],
        node: Expression,
    ) -> None:
        """Makes an unknown dimension agree, or says who does not."""
        dimension, expected = self.inference.reduce(dimension), self.inference.reduce(expected)
        notes: tuple[str, ...] = ()
        if dimension == expected:
            return
        if unknowns(dimension / expected):
            text = f"{term} has the dimension of {agreeing[0]}, {expected}"
            self.inference.demand(Equation(dimension / expected, text, term.source))
            return
        if any(unknowns(leaf.dimension) for leaf in term.expression.walk() if isinstance(leaf, Number)):
            notes = self._because(dimension / expected, term, expected)
        excess = dimension / expected
        scope = self._statement.scope
        self._report(
            sum_code(term, addends, node),
            sum_sentence(self._what, addends, node),
            ((str(agreeing[0]), str(expected)), (str(term), str(dimension))),
            way_out(term, dimension, expected, scope),
            blamed_source(term),
            f"{excess}{named(excess, scope)}",
            notes + order_note(term, excess) + named_elsewhere(term),
        )

    def _because(self, excess: Dimension, term: Term, expected: Dimension) -> tuple[str, ...]:
        """The fewest equations that fix what the unknown constants of a term would have to be."""
        apart = DimensionalAnalysis()
        apart._statement = self._statement
        raw = apart.visit(term.expression)
        text = f"{term} would have to be {expected}"
        try:
            Inference(list(self.inference.equations), dict(self.inference.solved)).demand(
                Equation((raw or excess) / expected, text, term.source)
            )
        except ContradictionError as contradiction:
            return tuple(
                f"{item.text}" + (f" (line {item.source.line})" if item.source else "")
                for item in contradiction.equations
            )
        return ()

    def _derivative(self, node: Derivative, declared: Dimension | None) -> Dimension | None:
        for coordinate in node.coordinates:
            declared = None if declared is None else declared * coordinate.dimension
        dimension = self._visit(node.operands[0], declared)
        for coordinate in node.coordinates:
            dimension = None if dimension is None else dimension / coordinate.dimension
        return dimension

    def _pure(self, node: Expression) -> Dimension | None:
        for place, operand in enumerate(node.operands):
            inner = self._visit(operand)
            if inner is not None and not self._equal(inner, DIMENSIONLESS, operand.source):
                self._report(
                    "UL111",
                    f"{rule_name(node)} in {self._what} takes no quantity with a unit",
                    (("expected", "a pure number"), (str(operand), str(inner))),
                    missing_factor(inner, self._statement.scope) or f"Divide it by a scale of dimension {inner}.",
                    argument(node.source, place) if node.source else operand.source,
                )
        return DIMENSIONLESS

    def _step(self, node: Expression) -> Dimension | None:
        inner = self._visit(node.operands[0])
        if inner is not None and not self._equal(inner, DIMENSIONLESS, node.source):
            self._report(
                "UL114",
                f"{rule_name(node)} in {self._what} depends on the unit of its argument",
                (("expected", "a pure number"), (str(node.operands[0]), str(inner))),
                missing_factor(inner, self._statement.scope) or f"Divide it by a scale of dimension {inner}.",
                argument(node.source, 0) if node.source else None,
            )
        return inner

    def _layer(self, node: Expression, inner: Sequence[Dimension | None]) -> Dimension | None:
        for operand, dimension in zip(node.operands, inner, strict=True):
            if dimension is not None and not dimension.dimensionless:
                self._report(
                    "UL203",
                    f"a network layer in {self._what} is given a quantity with a unit",
                    (("expected", "a pure number"), (str(operand), str(dimension))),
                    missing_factor(dimension, self._statement.scope) or f"Divide it by a scale of {dimension}.",
                    node.source,
                )
                break
        return DIMENSIONLESS

    def _power(self, node: Expression) -> Dimension | None:
        base, exponent = self._visit(node.operands[0]), self._visit(node.operands[1])
        if base is None:
            return None
        power = node.operands[1]
        pure_number = exponent is None or self._equal(exponent, DIMENSIONLESS, power.source)
        value = constant_value(power)
        if pure_number and (value is not None or base.dimensionless):
            return DIMENSIONLESS if value is None else base**value
        self._report(
            "UL112",
            f"a power in {self._what} has an exponent that fixes no dimension",
            ((str(node.operands[0]), str(base)), (str(power), str(exponent))),
            "Make the base a pure number, or the exponent a constant one.",
            operands(node.source)[1] or node.source,
        )
        return None

    def _refuse_points(self, node: Expression, name: str) -> None:
        places = [index for index, operand in enumerate(node.operands) if self._is_point(operand)]
        if not places:
            return
        shifted, refusals = offset_use(node, name, places)
        if shifted:
            self._points.add(id(node))
        for code, operand, source in refusals:
            self._report(
                code,
                f"a temperature on an offset scale is {OFFSET_USES[code]} in {self._what}",
                ((str(operand), operand.unit if isinstance(operand, Number | Field) else "on an offset scale"),),
                "State it in kelvin if it is absolute, in delta_degC if it is a difference.",
                source,
            )

    def _is_point(self, node: Expression) -> bool:
        return id(node) in self._points or (isinstance(node, Number) and node.point)

    @property
    def _what(self) -> str:
        return f"{self._statement.kind} {self._statement.name!r}"

    def _report(
        self,
        code: str,
        message: str,
        units: tuple[tuple[str, str], ...],
        hint: str,
        source: Source | None,
        excess: str = "",
        notes: tuple[str, ...] = (),
    ) -> None:
        self.findings.append(Finding(code, message, units, hint, self._statement.name, source, excess, notes))
