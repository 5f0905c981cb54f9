"""A problem with an answer: what to ask of its solution, and what the answer must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pinnln.conditioning import AbstractConditioning
from pinnln.levenberg_marquardt import LevenbergMarquardt
from pinnln.network import AbstractNetwork
from pinnln.optimizers import AbstractOptimizer
from pinnln.perceptron import MLP
from pinnln.problem import Problem
from pinnln.residual_objective import Sampling
from pinnln.self_scaled_broyden import SelfScaledBroyden
from pinnln.solution import Solution
from pinnln.units import Quantity, Scales

Values = NDArray[np.float64]
Reference: TypeAlias = Literal["exact", "computed", "published"]

FIELDS = "largest relative L2 error of a field"
"""By what a solution is measured unless its benchmark says otherwise."""

_MOST_POINTS = 40_000


@dataclass(frozen=True)
class QuantityOfInterest:
    """One number that a solution is asked for.

    Args: name; ask, how to ask a Solution for it; reference, what it must be; source, who says so; aim, the relative
    error that the settings of its benchmark are to reach.
    """

    name: str
    ask: Callable[[Solution], Quantity]
    reference: Quantity
    source: str
    aim: float | None = None

    def value(self, solution: Solution) -> float:
        """What the solution answers, in the unit of the reference."""
        return float(self.ask(solution).to(self.reference.units).magnitude)

    def error(self, solution: Solution) -> float:
        """The relative error  |q − q_ref| / |q_ref|."""
        return abs(self.value(solution) / float(self.reference.magnitude) - 1)


@dataclass(frozen=True)
class PublishedError:
    """What others reached on the same problem.

    Args: error, relative, measured as they say; method, in a few words; source, where it is found.
    """

    error: float
    method: str
    source: str


@dataclass(frozen=True)
class Benchmark:
    """A problem, good settings for it, and its reference.

    Args: name; title, one sentence; problem; scales; quantities, asked first to last; exact, values of the fields
    [coherent SI] at points (N, d) [coherent SI], by field name; network; sampling; steps of Levenberg-Marquardt that
    suffice, in each of `windows` of time; patience of it, after how many blocks of steps without a loss a tenth lower
    it ends; broyden, steps of SSBroyden after them where those go deeper; conditioning, where it goes deeper than plain
    squares; citation; reference, how the answer is known: by a formula, computed by a classical method, or published as
    a number; accuracy of it, the largest residual that it leaves over the largest term of its equation; aim, the
    relative L2 error of every field that the settings are to reach, None where only quantities have one; published,
    what others reached on the problem as it is by default.
    """

    name: str
    title: str
    problem: Problem
    scales: Scales
    quantities: tuple[QuantityOfInterest, ...]
    exact: Callable[[Values], Mapping[str, Values]]
    network: AbstractNetwork = field(default_factory=MLP)
    sampling: Sampling = field(default_factory=Sampling)
    steps: int = 300
    windows: int = 1
    patience: int = LevenbergMarquardt().patience
    broyden: int = 0
    conditioning: AbstractConditioning | None = None
    citation: str = ""
    reference: Reference = "exact"
    accuracy: float = 1e-10
    aim: float | None = None
    published: tuple[PublishedError, ...] = ()

    @property
    def measure(self) -> str:
        """By which error its solutions are measured: that of the fields, or of the first quantity with an aim where
        only quantities have one."""
        aimed = [item.name for item in self.quantities if item.aim is not None]
        return f"relative error of the {aimed[0]}" if self.aim is None and aimed else FIELDS

    @property
    def settings(self) -> dict[str, str]:
        """Network, points, optimisers and windows of time, in words: with others it is solved to something else."""
        return {
            "network": str(self.network),
            "sampling": str(self.sampling),
            "training": ", then ".join(str(item) for item in self.optimizers()),
            "windows": str(self.windows),
        }

    def optimizers(self) -> list[AbstractOptimizer]:
        """What suffices to solve it: Levenberg-Marquardt, then SSBroyden where that goes deeper."""
        found: list[AbstractOptimizer] = [LevenbergMarquardt(steps=self.steps, patience=self.patience)]
        return [*found, SelfScaledBroyden(steps=self.broyden)] if self.broyden else found

    def field_errors(self, solution: Solution, per_axis: int | None = None) -> dict[str, float]:
        """The relative L2 error of every field with a reference,  ‖q − q_ref‖ / ‖q_ref − reference of its scale‖.

        Measured on a grid of the whole domain outside its holes, of 33 points along each axis unless given, of 14 in
        four dimensions; temperatures from the reference of their scale, so that 300 K of background flatter no one.
        """
        count = per_axis or min(33, round(_MOST_POINTS ** (1 / len(self.problem.coordinates))))
        axes = [np.linspace(item.low, item.high, count) for item in self.problem.coordinates]
        points = np.stack([grid.ravel() for grid in np.meshgrid(*axes, indexing="ij")], axis=1)
        columns = dict(zip(self.problem.coordinates, points.T, strict=True))
        inside = [hole.contains(columns) for hole in self.problem.holes]
        points = points[~np.any(inside, axis=0)] if inside else points
        resolved = self.problem.scales(self.scales)
        errors = {}
        for name, values in self.exact(points).items():
            target = next(item for item in self.problem.fields if item.name == name)
            offset = float(resolved[name].reference.to_base_units().magnitude)
            gap = solution.values(target, points) - values
            size = np.linalg.norm(values - offset)
            if not size:  # a field that is zero everywhere
                size = float(resolved[name].span.to_base_units().magnitude) * np.sqrt(len(points))
            errors[name] = float(np.linalg.norm(gap) / size)
        return errors
