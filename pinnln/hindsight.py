"""Errors asked of the parameters that were kept along a training, after it, so that they cost it nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from pinnln.benchmark import Benchmark, Values
from pinnln.constant_outputs import with_unknowns
from pinnln.formulation import Formulation
from pinnln.solution import Report, Solution
from pinnln.trail import Footprint

_PER_AXIS = {1: 129, 2: 129, 3: 33, 4: 17}


def largest_field_error(benchmark: Benchmark, solution: Solution) -> float:
    """The largest relative L2 error of a field with a reference, on a grid of the domain."""
    return max(field_errors(benchmark, solution).values())


def field_errors(benchmark: Benchmark, solution: Solution) -> dict[str, float]:
    """The relative L2 error of every field with a reference, on a grid of 129 points an axis, 33 in three dimensions,
    17 in four; infinite for a field that has left the range of numbers."""
    per_axis = _PER_AXIS[len(benchmark.problem.coordinates)]
    with np.errstate(over="ignore", invalid="ignore"):
        found = benchmark.field_errors(solution, per_axis)
    return {name: error if math.isfinite(error) else math.inf for name, error in found.items()}


def errors_along(
    benchmark: Benchmark,
    formulation: Formulation,
    kept: Sequence[Footprint],
    error: Callable[[Benchmark, Solution], float] = largest_field_error,
) -> list[float]:
    """The error of every footprint of a training on one formulation, infinite where its parameters are lost."""
    benchmark = replace(benchmark, exact=_remembering(benchmark.exact))
    found, network = [], with_unknowns(benchmark.network, formulation)
    for item in kept:
        report = Report("budget", "", 0, item.seconds, item.loss)
        then = Solution(benchmark.problem, formulation, network, item.theta, report)
        lost = not bool(item.theta.isfinite().all())
        found.append(math.inf if lost else error(benchmark, then))
    return found


def _remembering(exact: Callable[[Values], Mapping[str, Values]]) -> Callable[[Values], Mapping[str, Values]]:
    """A reference that is asked again and again at the same points, computed once."""
    known: list[tuple[Values, Mapping[str, Values]]] = []

    def remembered(points: Values) -> Mapping[str, Values]:
        if not known or not np.array_equal(known[0][0], points):
            known[:] = [(points, exact(points))]
        return known[0][1]

    return remembered
