"""Does a reference solve the problem it is the reference of? Its derivatives are put into the equations as stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, cast

import numpy as np

from pinnln.benchmark import Benchmark, Values
from pinnln.collocation import on_rim, outside, sobol
from pinnln.conditions import Requirement
from pinnln.patch_derivatives import Patches
from pinnln.solution import Solution
from pinnln.units import Ball, Coordinate, Statement, Unknown
from pinnln.units.expression import Field, Parameter
from pinnln.units.nondimensional import Yardsticks, addends, nondimensionalize
from pinnln.units.program import NUMPY, Partial, Program

_POINTS = 12
_INSET = 0.02
_SPARE = 16


@dataclass(frozen=True)
class Leftover:
    """What a reference leaves of one equation or condition, as pure numbers.

    Attributes: name; residual, the largest; term, the largest term of the same statement; rounding, the largest part
    of a residual that rounding of the reference may account for.
    """

    name: str
    residual: float
    term: float
    rounding: float

    def within(self, accuracy: float) -> bool:
        """Whether the residual is at most this much of the largest term, but for rounding."""
        return self.residual <= accuracy * self.term + self.rounding

    def __str__(self) -> str:
        return f"{self.name}: {self.residual:.1e} of {self.term:.1e}, rounding {self.rounding:.1e}"


@dataclass(frozen=True)
class ReferenceCheck:
    """What a reference leaves of every equation and condition; untold, those with a field that it does not tell."""

    equations: tuple[Leftover, ...]
    conditions: tuple[Leftover, ...]
    untold: tuple[str, ...]

    def failures(self, accuracy: float) -> list[str]:
        """What is left of more than this much of its largest term, in words."""
        return [str(item) for item in (*self.equations, *self.conditions) if not item.within(accuracy)]


def check_reference(benchmark: Benchmark, points: int = _POINTS, seed: int = 0) -> ReferenceCheck:
    """Puts the reference of a benchmark into its equations and conditions, in characteristic scales.

    Derivatives come from Chebyshev series on patches around some points, so any function of points will do. Unknown
    constants take the values that the quantities of interest say they have. Measurements are left out: they have
    noise.

    Args: benchmark; points, how many for each equation and condition; seed of where they are.
    Returns: what is left, statement by statement.

    >>> from pinnln.problems import poisson
    >>> check_reference(poisson()).failures(accuracy=1e-10)
    []
    """
    problem = benchmark.problem
    yardsticks = problem.scales(benchmark.scales).yardsticks
    inside = _Asked.inside(benchmark, points, seed, yardsticks)
    told = inside.patches.names
    equations, conditions, untold = [], [], []
    for equation in problem.residuals:
        if _tells(told, equation.statement):
            equations.append(inside.leftover(equation.statement))
        else:
            untold.append(equation.name)
    for need in (item for condition in problem.conditions for item in condition.requirements):
        if need.measured is not None:
            continue
        if _tells(told, need.statement):
            conditions.append(_on_the_boundary(benchmark, need, inside, points, seed))
        else:
            untold.append(need.statement.name)
    return ReferenceCheck(tuple(equations), tuple(conditions), tuple(untold))


def _tells(told: Sequence[str], statement: Statement) -> bool:
    return all(node.name in told for node in statement.expression.walk() if isinstance(node, Field))


def _on_the_boundary(benchmark: Benchmark, need: Requirement, inside: _Asked, points: int, seed: int) -> Leftover:
    """What is left of a condition where it holds, over its largest term there and inside the domain."""
    there = _Asked.on(benchmark, need.fixed, need.rim, points, seed, inside.yardsticks)
    twin = None if need.twin is None else _Asked.on(benchmark, need.twin, None, points, seed, inside.yardsticks)
    found, size = there.leftover(need.statement, twin), inside.leftover(need.statement).term
    return Leftover(found.name, found.residual, max(found.term, size), found.rounding)


@dataclass(frozen=True)
class _Asked:
    """A reference with its derivatives at N points of a problem, in yardsticks."""

    coordinates: tuple[Coordinate, ...]
    yardsticks: Yardsticks
    patches: Patches
    constants: Mapping[Parameter, float]

    @classmethod
    def inside(cls, benchmark: Benchmark, count: int, seed: int, yardsticks: Yardsticks) -> _Asked:
        """At points of the domain, not too near its faces."""
        return cls.on(benchmark, {}, None, count, seed, yardsticks)

    @classmethod
    def on(
        cls,
        benchmark: Benchmark,
        fixed: Mapping[Coordinate, float],
        rim: Ball | None,
        count: int,
        seed: int,
        yardsticks: Yardsticks,
    ) -> _Asked:
        """At points of a face or a rim, where it does not meet another face."""
        coordinates, holes = benchmark.problem.coordinates, benchmark.problem.holes
        held = {item: (place - item.low) / (item.high - item.low) for item, place in fixed.items()}
        round_it = rim.coordinates if rim is not None else ()
        free = [place for place, item in enumerate(coordinates) if item not in held and item not in round_it]
        if rim is not None:
            unit = on_rim(coordinates, count, rim, seed)
        else:
            unit = sobol(coordinates, count * _SPARE if holes else count, held, seed)
        unit[:, free] = _INSET + (1 - 2 * _INSET) * unit[:, free]
        kept = unit if rim is not None else unit[outside(coordinates, unit, holes)][:count]
        return cls._at(benchmark, kept.numpy(), yardsticks)

    @classmethod
    def _at(cls, benchmark: Benchmark, unit: Values, yardsticks: Yardsticks) -> _Asked:
        problem = benchmark.problem
        low, high = np.array([(item.low, item.high) for item in problem.coordinates]).T
        points = low + (high - low) * unit
        points[unit == 1.0] = np.broadcast_to(high, points.shape)[unit == 1.0]
        lowest, highest = (np.broadcast_to(end, points.shape).copy() for end in (low, high))
        for hole in problem.holes:
            _keep_out(hole, problem.coordinates, points, lowest, highest)
        patches = Patches(benchmark.exact, points, lowest, highest)
        return cls(problem.coordinates, yardsticks, patches, _constants(benchmark, yardsticks))

    def leftover(self, statement: Statement, twin: _Asked | None = None) -> Leftover:
        """What is left of a statement; with a twin, of its difference between the two places."""
        expression = nondimensionalize(statement, self.yardsticks).expression
        program = Program([expression, *(item.expression for item in addends(expression))])
        left, terms, rounding = self._run(program)
        if twin is not None:
            other, others, more = twin._run(program)
            left, terms, rounding = left - other, np.maximum(terms, others), rounding + more
        return Leftover(statement.name, float(np.abs(left).max()), float(terms.max(initial=0.0)), float(rounding.max()))

    def _run(self, program: Program) -> tuple[Values, Values, Values]:
        """The residual, its largest term, and what rounding may have added to it, (N,) each."""
        leaves = [self._leaf(leaf) for leaf in program.leaves]
        values = [value for value, _ in leaves]
        left, *terms = (np.broadcast_to(item, len(self.patches.points)) for item in program.run(values, NUMPY))
        rounding = np.zeros(len(left))
        for place, (value, doubt) in enumerate(leaves):
            moved = program.run([*values[:place], value + doubt, *values[place + 1 :]], NUMPY)[0]
            rounding += np.abs(moved - left)
        return left, np.abs(terms).max(axis=0, initial=0.0), rounding

    def _leaf(self, leaf: Coordinate | Partial | Parameter) -> tuple[Any, Any]:
        """A leaf in its yardsticks, and the rounding of it."""
        if isinstance(leaf, Parameter):
            return self.constants[leaf], 0.0
        if isinstance(leaf, Coordinate):
            place = self.patches.points[:, self.coordinates.index(leaf)]
            return (place - self.yardsticks[leaf].reference) / self.yardsticks[leaf].span, 0.0
        found = self.patches.derivative(leaf.field.name, leaf.orders)
        spans = [self.yardsticks[item].span ** n for item, n in zip(self.coordinates, leaf.orders, strict=True)]
        unit = float(np.prod(spans)) / self.yardsticks[leaf.field].span
        offset = 0.0 if any(leaf.orders) else self.yardsticks[leaf.field].reference
        return (found.values - offset) * unit, found.rounding * unit


def _keep_out(hole: Ball, coordinates: Sequence[Coordinate], points: Values, low: Values, high: Values) -> None:
    """Narrows how far around points may be asked, so that nothing is asked in a hole.

    A line along an axis may go on to the side that faces away from a ball, and to the other as far as the ball is off.
    """
    axes = [coordinates.index(item) for item in hole.coordinates]
    arms = points[:, axes] - np.asarray(hole.centre)
    gap = np.maximum(np.linalg.norm(arms, axis=1) - hole.radius, 0.0) / len(axes) ** 0.5
    for column, axis in enumerate(axes):
        outward = arms[:, column] >= 0
        low[:, axis] = np.maximum(low[:, axis], np.where(outward, points[:, axis] - gap, -np.inf))
        high[:, axis] = np.minimum(high[:, axis], np.where(outward, np.inf, points[:, axis] + gap))


def _constants(benchmark: Benchmark, yardsticks: Yardsticks) -> dict[Parameter, float]:
    """The unknown constants in their yardsticks, as the quantities of interest say they are."""
    found: dict[Parameter, float] = {}
    for quantity in benchmark.quantities if benchmark.problem.unknowns else ():
        try:
            quantity.ask(cast(Solution, _Listener()))
        except _Heard as heard:
            if isinstance(heard.what, Unknown):
                value = float(quantity.reference.to_base_units().magnitude)
                yardstick = yardsticks[heard.what]
                found[heard.what.measured] = (value - yardstick.reference) / yardstick.span
    missing = [item.name for item in benchmark.problem.unknowns if item.measured not in found]
    if missing:
        raise ValueError(
            f"{benchmark.name}: no quantity of interest says what {', '.join(missing)} must be: expected one that asks "
            "for it, as in lambda solution: solution(K)"
        )
    return found


class _Heard(Exception):  # noqa: N818  # no error: it carries what was asked for out of the question
    """What a quantity of interest asks for first."""

    def __init__(self, what: object) -> None:
        super().__init__()
        self.what = what


class _Listener:
    """Stands where a Solution does, to hear what it is asked for."""

    def __call__(self, expression: object, **at: object) -> NoReturn:
        raise _Heard(None if at else expression)

    def mean(self, expression: object, **at: object) -> NoReturn:
        raise _Heard(None)

    def integral(self, expression: object, **at: object) -> NoReturn:
        raise _Heard(None)

    def values(self, expression: object, points: object) -> NoReturn:
        raise _Heard(None)
