"""An inverse problem measured anew in what a training found, so that nothing hangs on how constants were guessed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from pinnln.constant_outputs import unknown_values
from pinnln.formulation import Formulation, nondimensional
from pinnln.measurements import Measurements
from pinnln.problem import Problem
from pinnln.residual_group import Group
from pinnln.solution import Solution
from pinnln.units import Unknown
from pinnln.units.nondimensional import Characteristic
from pinnln.units.registry import snap

ROUNDS = 4
"""How many trainings there are at most, each measured at what the one before it found."""

_APT = 1.25  # how much a scale may be off
_LEAST = 1e-2  # over its scale, an error that no misfit contradicts


@dataclass(frozen=True)
class Measured:
    """A formulation in what is known of its constants and of the errors of its measurements.

    Attributes: formulation, in which measurements without a sigma count as if their scale were it; spread, what is
    known of it, over their scale; start (P,), parameters to start from, None for the network's own.
    """

    formulation: Formulation
    spread: float
    start: torch.Tensor | None = None

    @property
    def trained(self) -> Formulation:
        """The formulation in which measurements count by their spread, as those do whose sigma was stated."""
        if self.spread == 1.0:
            return self.formulation
        return replace(self.formulation, groups=tuple(_weighed(item, self.spread) for item in self.formulation.groups))


def as_guessed(problem: Problem, formulation: Formulation) -> Measured:
    """The problem before any training: constants as they were guessed, errors of one percent where none were stated."""
    return Measured(formulation, 1.0 if _known(_measurements(problem)) or not formulation.unknowns else _LEAST)


def measured_by_guess(formulation: Formulation) -> tuple[Unknown, ...]:
    """The unknowns whose yardstick is the size of their guess: positive ones for which none was given."""
    guesses = {item: Characteristic(0.0, snap(abs(item.value))) for item in formulation.unknowns if item.positive}
    return tuple(item for item, guess in guesses.items() if formulation.yardsticks[item] == guess)


def remeasured(solution: Solution, before: Measured, following: Sequence[Unknown]) -> Measured | None:
    """The problem measured in what was found of its unknowns, and of the errors of its measurements.

    The scale of an equation is its largest term at the guess. Where that is too high, the equation counts for less than
    it is, and bends to follow the measurements; where it is too low, the measurements hardly count.

    Args: solution, in the formulation of `before`; following, the unknowns whose yardstick is what was found.
    Returns: None where that moves no scale and no spread by a quarter, as in a problem without unknowns.
    """
    formulation, theta = before.formulation, solution.theta.clone()
    found = dict(zip(formulation.unknowns, unknown_values(solution.network, formulation, theta), strict=True))
    spans = {item: snap(found[item]) for item in following}
    if not found or not all(math.isfinite(span) and span > 0 for span in spans.values()):
        return None
    yardsticks = dict(formulation.yardsticks)
    yardsticks.update((item, Characteristic(0.0, span)) for item, span in spans.items())
    after = nondimensional(solution.problem, yardsticks)
    spread = _spread(solution)
    pairs = [*zip(_scales(formulation), _scales(after), strict=True), (before.spread, spread)]
    if all(1 / _APT <= one / two <= _APT for one, two in pairs):
        return None
    for item, span in spans.items():
        theta[formulation.unknowns.index(item) - len(formulation.unknowns)] = math.log(found[item] / span)
    return Measured(after, spread, theta)


def _scales(formulation: Formulation) -> list[float]:
    return [item.scale for group in formulation.groups for item in group.components]


def _measurements(problem: Problem) -> list[Measurements]:
    needs = [need.measured for item in problem.conditions for need in item.requirements]
    return [need for need in needs if need is not None]


def _known(measurements: Sequence[Measurements]) -> bool:
    """Whether there is no sigma to be found: it was stated, or nothing was measured."""
    return not measurements or measurements[0].sigma is not None


def _spread(solution: Solution) -> float:
    """The root mean square of the misfit over its scales, one where a sigma was stated."""
    measurements, formulation = _measurements(solution.problem), solution.formulation
    if _known(measurements):
        return 1.0
    count = sum(len(each) for each in measurements)
    square = sum(_mean_square(solution, group) for group in formulation.groups if group.table is not None)
    return min(1.0, max(_LEAST, math.sqrt(square * count / max(1, count - len(formulation.unknowns)))))


def _mean_square(solution: Solution, group: Group) -> float:
    formulation = solution.formulation
    points = formulation.place(group, formulation.sample(group, 0, 0))
    tape = solution.network.tape(solution.theta, points.features, formulation.outputs, group.indices, keep=False)
    return float(formulation.residuals(group, points, tape.output).square().mean())


def _weighed(group: Group, spread: float) -> Group:
    if group.table is None:
        return group
    factors = torch.ones(group.table.shape[1], dtype=group.table.dtype)
    factors[-1] = spread
    return replace(group, table=group.table * factors)
