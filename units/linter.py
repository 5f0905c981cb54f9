"""The unit check: one visitor that carries dimensions through every statement and reports all that do not fit."""

from __future__ import annotations

from collections.abc import Sequence

from pinnln.units.dimension import Dimension
from pinnln.units.dimensional_analysis import DimensionalAnalysis
from pinnln.units.errors import UnitsError
from pinnln.units.expression import Expression
from pinnln.units.findings import Finding, LintReport
from pinnln.units.statement import Stated, Statement


def lint(problem: Stated) -> LintReport:
    """Every dimensional error of a problem's residuals and conditions, in the order of the statements.

    A sum demands terms of one dimension, an elementary function a pure number, a condition a value of the dimension
    of what it fixes. After a finding the sum counts as what most of its terms are, so one error is reported once.

    Args: problem, a Problem.
    Returns: a LintReport: its findings, empty if the problem is sound, and what it looked at.
    """
    analysis = DimensionalAnalysis()
    for statement in problem.statements:
        analysis.examine(statement)
    return analysis.report()


def assert_units_consistent(problem: Stated) -> None:
    """Nothing, if every dimension of a problem fits; for tests.

    Raises: UnitsError with every finding.

    >>> from pinnln import Problem, Residual, coordinates, d, field
    >>> x, = coordinates(x=(0.0, 1.0))
    >>> assert_units_consistent(Problem(Residual("r", d(field("u", "m", of=(x,)), x))))
    """
    _refuse([finding for finding in lint(problem) if finding.severity != "note"])


def require_sound(problem: Stated) -> None:
    """Nothing, if no two dimensions of a problem contradict each other; a mere doubt (UL105) is left to the lint.

    Raises: UnitsError with every contradiction.
    """
    _refuse([finding for finding in lint(problem) if finding.severity != "note" and finding.code != "UL105"])


def _refuse(findings: Sequence[Finding]) -> None:
    if findings:
        raise UnitsError("\n\n".join(map(str, findings)))


def dimension_of(expression: Expression) -> Dimension:
    """The dimension of an expression.

    Raises: UnitsError if it has none.
    """
    analysis = DimensionalAnalysis()
    dimension = analysis.examine(Statement(str(expression), "expression", expression))
    _refuse(analysis.findings)
    return dimension or Dimension()
