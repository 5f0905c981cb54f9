"""Measurements as an optimiser meets them: a group of residuals for each observation, at its own points."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import torch

from pinnln.conditions import Requirement
from pinnln.measurements import Misfit, misfit
from pinnln.problem import Problem
from pinnln.residual_group import Component, Group
from pinnln.units import Dimension, Statement
from pinnln.units.nondimensional import Yardsticks

Divisor: TypeAlias = Callable[[Statement], tuple[Dimension, float | None]]
"""The dimension that is left of a statement and what it is divided by [coherent SI], its largest term if None."""


def observed_groups(problem: Problem, yardsticks: Yardsticks, divisor: Divisor) -> list[Group]:
    """A group for each observation, at its own points.

    The weights are such that the means over the groups add up to (f²/N) Σ ½ ((h − v)/σ)² over all N measurements, with
    f the smallest σ over the scale of what was measured.
    """
    needs = [need for item in problem.conditions for need in item.requirements if need.measured is not None]
    found: list[tuple[Requirement, Dimension, Misfit]] = []
    for need in needs:
        assert need.measured is not None
        dimension, scale = divisor(need.statement)
        found.append((need, dimension, misfit(need.statement.target, need.measured, yardsticks, scale)))
    count = sum(len(each.values) for _, _, each in found)
    least = min((float(each.sigma.min()) for _, _, each in found), default=1.0)
    groups = []
    for need, dimension, each in found:
        assert need.measured is not None
        weights = least / each.sigma * math.sqrt(len(each.values) / count)
        columns = [need.measured.unit_points(problem.coordinates), each.values[:, None], weights[:, None]]
        component = Component(need.statement.name, dimension, each.scale)
        group = Group.of(need.statement, [component], [each.expression], problem.unknowns, {})
        groups.append(replace(group, table=torch.from_numpy(np.concatenate(columns, axis=1))))
    return groups
