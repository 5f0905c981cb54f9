"""The gate out: a trained network asked with quantities, answering with quantities."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pint
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from pinnln.constant_outputs import bare, unknown_values, with_unknowns
from pinnln.formulation import TORCH, Formulation, nondimensional
from pinnln.holes import reach
from pinnln.kernels import MultiIndex, downward_closure
from pinnln.laplace import interval, posterior
from pinnln.network import AbstractNetwork
from pinnln.network_description import describe, restore
from pinnln.problem import Problem
from pinnln.quadrature import Quadrature, over_domain, over_rim, settled
from pinnln.residual_vector import ResidualVector
from pinnln.units import (
    Ball,
    Coordinate,
    Expression,
    Face,
    Field,
    ProblemError,
    Q,
    Quantity,
    Symbol,
    Unknown,
    dimension_of,
)
from pinnln.units.algebra import transform
from pinnln.units.expression import pure
from pinnln.units.nondimensional import Characteristic
from pinnln.units.program import Partial, Program
from pinnln.units.registry import coherent
from pinnln.windows import Windows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FORMAT = 5
_SLACK = 1e-9


@dataclass(frozen=True)
class Report:
    """How a training ended: "converged", "stalled" or "budget", what was said of it, steps, seconds, objective, and the
    optimisers, with the reason for them where they were chosen."""

    status: str
    message: str
    steps: int
    seconds: float
    objective: float
    optimizer: str = ""

    @property
    def converged(self) -> bool:
        """Whether the optimiser stopped because there was nothing left to gain."""
        return self.status == "converged"


def joined(reports: Sequence[Report], shares: Sequence[float]) -> Report:
    """One report of several windows: the worst end among them, and the mean objective over all time."""
    worst = max(reports, key=lambda report: ("converged", "budget", "stalled").index(report.status))
    message = f"window {reports.index(worst) + 1} of {len(reports)}: {worst.message}"
    objective = sum(share * report.objective for share, report in zip(shares, reports, strict=True))
    steps, seconds = sum(report.steps for report in reports), sum(report.seconds for report in reports)
    return Report(worst.status, message, steps, seconds, objective)


class Solution:
    """The answer to a problem: any expression of its fields, anywhere in its domain, in units.

    Args: problem; formulation, the equations it was trained on; network and parameters theta (P,); report; breaks,
    the dimensionless times between windows, if it was solved in W of them, and theta is (W, P).
    """

    def __init__(
        self,
        problem: Problem,
        formulation: Formulation,
        network: AbstractNetwork,
        theta: torch.Tensor,
        report: Report,
        breaks: Sequence[float] = (),
    ) -> None:
        self.problem, self.formulation, self.network = problem, formulation, network
        self.theta, self.report = theta, report
        self.windows = Windows(problem, formulation, breaks)
        self._chain = self.windows.chain(network, theta)
        found = unknown_values(network, formulation, theta)
        self._constants = dict(zip(formulation.unknowns, found, strict=bool(found)))

    def __call__(self, expression: Expression, **at: pint.Quantity[Any] | float) -> Quantity:
        """An expression of the fields, at points; one of unknown constants alone, as solution(k), without any.

        Args: expression; at, one quantity for each coordinate, scalars or arrays that broadcast together.
        Returns: the values, in the unit of the field or the unknown, or in base units for any other expression.
        Raises: ProblemError for a coordinate that is missing or a point outside the domain or in a hole, UnitsError if
        the expression is not sound.
        """
        shape, points = self._asked(expression, at)
        return self._answer(expression, self.values(expression, points).reshape(shape))

    @property
    def unknowns(self) -> dict[str, Quantity]:
        """The unknown constants as training found them, by name."""
        return {item.name: self(item) for item in self.formulation.unknowns}

    def interval(
        self, expression: Expression, level: float = 0.95, **at: pint.Quantity[Any] | float
    ) -> tuple[Quantity, Quantity]:
        """Between which values an unknown constant lies with a probability `level`, by Laplace's approximation; or an
        expression of unknowns and fields, at points, as far as what is unsure of it are the unknowns.

        Assumed: the equations hold, the errors of the measurements are independent and normal, with the sigma that was
        stated or else with that of the misfit, and the misfit is linear in the logarithm of a positive unknown, in any
        other unknown itself, as far as the interval reaches; so is the expression, whose interval is symmetric. An
        error of the equations or of the network is not in it, nor is that of a further reading.

        Raises: ProblemError for an unknown of another problem, or measurements that do not determine it.
        """
        about = (self.problem, self.formulation, self.network, self.theta)
        if isinstance(expression, Unknown):
            ends = interval(*about, expression, level)
            scale = self.formulation.yardsticks[expression]
            low, high = (self._answer(expression, np.array(scale.reference + scale.span * end)) for end in ends)
            return low, high
        shape, points = self._asked(expression, at)

        def ask(theta: torch.Tensor) -> np.ndarray[Any, Any]:
            return Solution(self.problem, self.formulation, self.network, theta, self.report).values(expression, points)

        middle = ask(self.theta)
        width = posterior(*about, level, self.formulation.unknowns).spread(self.theta, ask)
        low, high = (self._answer(expression, (middle + side * width).reshape(shape)) for side in (-1, 1))
        return low, high

    def covers(self, **at: pint.Quantity[Any] | float) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Whether points of the box lie in the domain, that is in no hole.

        Args: at, one quantity for each coordinate, scalars or arrays that broadcast together.
        """
        shape, points = self._points(at)
        covered = np.ones(len(points), dtype=np.bool_)
        for hole in self.problem.holes:
            covered &= ~self._inside(hole, points)
        return covered.reshape(shape)

    def mean(self, expression: Expression, on: Face | Ball | None = None, **at: pint.Quantity[Any] | float) -> Quantity:
        """The mean of an expression over the domain, a face or the rim of a hole; `at` fixes further coordinates.

        Gauss-Legendre quadrature in every free coordinate, around the holes, with twice as many points until that
        changes nothing in nine digits, or there are 100,000.
        """
        rule, _ = self._quadrature(on, at)
        mean, _ = settled(rule, partial(self.values, expression))
        return self._answer(expression, np.array(mean))

    def integral(
        self, expression: Expression, on: Face | Ball | None = None, **at: pint.Quantity[Any] | float
    ) -> Quantity:
        """The integral of an expression over the domain, a face or the rim of a hole; `at` fixes others."""
        rule, unit = self._quadrature(on, at)
        mean, size = settled(rule, partial(self.values, expression))
        total: Quantity = (coherent(mean, dimension_of(expression)) * (size * unit)).to_base_units()
        return total

    def values(self, expression: Expression, points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """An expression in coherent SI units (N,) at points (N, d) in coherent SI units."""
        program = Program([transform(expression, self._found)])
        wanted = [leaf.orders for leaf in program.leaves if isinstance(leaf, Partial)]
        nothing = (0,) * len(self.formulation.coordinates)
        indices = downward_closure(wanted or [nothing])
        channels = self._channels(points, indices)
        columns, axes = torch.from_numpy(np.ascontiguousarray(points)), self.formulation.coordinates
        inputs = [
            self._partial(leaf, channels, indices) if isinstance(leaf, Partial) else columns[:, axes.index(leaf)]
            for leaf in program.leaves
            if isinstance(leaf, Partial | Coordinate)
        ]
        (found,) = program.run(inputs, TORCH)
        return torch.as_tensor(found, dtype=torch.float64).expand(len(points)).numpy()

    def residuals(self, points: np.ndarray[Any, Any]) -> ResidualVector:
        """The residuals of the equations at points (N, d) [coherent SI], each in its unit."""
        components = {}
        for residual in self.problem.residuals:
            expression = residual.statement.target
            values = torch.from_numpy(self.values(expression, points).copy())
            components[residual.name] = (values, dimension_of(expression).unit)
        return ResidualVector(components)

    def plot(self, *fields: Field, **at: pint.Quantity[Any] | float) -> Figure:
        """A figure of fields (all, if none is named) over one or two coordinates; `at` fixes the others."""
        from pinnln.figures import field_figure

        return field_figure(self, fields or self.problem.fields, at)

    def save(self, path: str | Path) -> None:
        """Writes network, scales and the fingerprint of the equations to one safetensors file, all or nothing.

        Raises: ProblemError for a network of the user's own, which a file cannot hold.
        """
        about = {
            "format": _FORMAT,
            "network": describe(bare(self.network)),
            "scales": {item.name: asdict(yardstick) for item, yardstick in self.formulation.yardsticks.items()},
            "equations": fingerprint(self.formulation),
            "report": asdict(self.report),
            "breaks": self.windows.breaks,
            "unknowns": {item.name: item.positive for item in self.formulation.unknowns},
        }
        unfinished = Path(f"{path}.unfinished")
        save_file({"theta": self.theta}, unfinished, metadata={"pinnln": json.dumps(about)})
        os.replace(unfinished, path)

    @classmethod
    def load(cls, path: str | Path, problem: Problem) -> Solution:
        """The solution saved at `path`, if it is one of this problem.

        Raises: ProblemError if the file is no solution, or one of other equations or units.
        """
        try:
            with safe_open(path, framework="pt") as file:
                about = json.loads((file.metadata() or {})["pinnln"])
                theta = file.get_tensor("theta")
        except (SafetensorError, KeyError, json.JSONDecodeError) as error:
            raise ProblemError(f"{path} holds no solution of pinnln: {error}") from error
        known: list[Symbol] = [*problem.coordinates, *problem.fields, *problem.unknowns]
        symbols = {item.name: item for item in known}
        if set(symbols) != set(about["scales"]):
            raise ProblemError(f"{path} is a solution for {sorted(about['scales'])}: expected {sorted(symbols)}")
        formulation = nondimensional(
            problem, {symbols[name]: Characteristic(**scale) for name, scale in about["scales"].items()}
        )
        positive = {item.name: item.positive for item in problem.unknowns}
        if (
            about["format"] != _FORMAT
            or about["equations"] != fingerprint(formulation)
            or about["unknowns"] != positive
        ):
            raise ProblemError(
                f"{path} is a solution of other equations: solve this problem, or state the one it is of"
            )
        report = Report(**about["report"])
        network = with_unknowns(restore(about["network"]), formulation)
        return cls(problem, formulation, network, theta, report, about["breaks"])

    def _answer(self, expression: Expression, values: np.ndarray[Any, Any]) -> Quantity:
        found = coherent(values[()], dimension_of(expression))
        return found.to(expression.unit) if isinstance(expression, Field | Unknown) else found

    def _found(self, node: Expression) -> Expression:
        """What training found for an unknown constant, which is refused if it is none of this problem."""
        if not isinstance(node, Unknown):
            return node
        if node not in self._constants:
            names = ", ".join(self.unknowns) or "none"
            raise ProblemError(f"{node} is no unknown of this problem: expected one of its unknowns ({names})")
        return pure(self._constants[node])

    def _columns(self, at: dict[str, Any]) -> list[np.ndarray[Any, Any]]:
        names = [item.name for item in self.formulation.coordinates]
        if set(at) != set(names):
            raise ProblemError(f"expected one quantity for each of ({', '.join(names)}), found ({', '.join(at)})")
        return [_within(item, at[item.name]) for item in self.formulation.coordinates]

    def _asked(self, expression: Expression, at: dict[str, Any]) -> tuple[tuple[int, ...], np.ndarray[Any, Any]]:
        """The points at which an expression is asked: any one, if it is of constants alone."""
        if not at and not any(isinstance(node, Field | Coordinate) for node in expression.walk()):
            return (), np.array([[item.low for item in self.formulation.coordinates]])
        shape, points = self._points(at)
        self._require_outside(points)
        return shape, points

    def _points(self, at: dict[str, Any]) -> tuple[tuple[int, ...], np.ndarray[Any, Any]]:
        columns = self._columns(at)
        shape = np.broadcast_shapes(*(np.shape(column) for column in columns))
        return shape, np.stack([np.broadcast_to(column, shape).ravel() for column in columns], axis=1)

    def _inside(self, hole: Ball, points: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.bool_]]:
        return hole.contains(dict(zip(self.formulation.coordinates, points.T, strict=True)), _SLACK)

    def _require_outside(self, points: np.ndarray[Any, Any]) -> None:
        for hole in self.problem.holes:
            inside = self._inside(hole, points)
            if inside.any():
                first = points[int(np.argmax(inside))]
                places = zip(self.formulation.coordinates, first, strict=True)
                shown = ", ".join(f"{item.name} = {place:g} {item.dimension}".rstrip() for item, place in places)
                raise ProblemError(
                    f"{int(inside.sum())} of {len(points)} points lie inside the hole {hole}, the first at {shown}: "
                    "expected points of the domain; solution.covers(…) says which are"
                )

    def _quadrature(self, on: Face | Ball | None, at: dict[str, Any]) -> tuple[Callable[[int], Quadrature], Quantity]:
        """Where and how to sum, so many times finer, and the unit of its size."""
        fixed = {item: _within(item, at[item.name]) for item in self.formulation.coordinates if item.name in at}
        if set(at) - {item.name for item in fixed} or any(np.ndim(value) for value in fixed.values()):
            raise ProblemError(f"expected scalars for some of the coordinates, found {', '.join(at)}")
        places = {item: float(value) for item, value in fixed.items()}
        if isinstance(on, Face):
            places[on.coordinate] = on.position
        free = [item for item in self.formulation.coordinates if item not in places]
        if isinstance(on, Ball):
            if on not in self.problem.holes:
                raise ProblemError(f"{on} is no hole of this problem: expected one of {list(self.problem.holes)}")
            free = [item for item in free if item is not on.coordinates[0]]
        unit: Quantity = Q(1.0, "dimensionless")
        for item in free:
            unit = unit * coherent(1.0, item.dimension)
        if isinstance(on, Ball):
            return partial(over_rim, self.formulation.coordinates, places, on), unit
        return partial(over_domain, self.formulation.coordinates, places, self.problem.holes, self._breaks()), unit

    def _breaks(self) -> dict[Coordinate, list[float]]:
        """Where one window of time ends and the next begins [coherent SI]."""
        inner = np.cumsum(self.windows.shares)[:-1]
        return {
            item: [item.low + (item.high - item.low) * float(share) for share in inner]
            for item in self.formulation.coordinates
            if item.is_time
        }

    def _channels(self, points: np.ndarray[Any, Any], indices: tuple[MultiIndex, ...]) -> torch.Tensor:
        formulation = self.formulation
        yardsticks = [formulation.yardsticks[item] for item in formulation.coordinates]
        x = torch.from_numpy((points - [item.reference for item in yardsticks]) / [item.span for item in yardsticks])
        return self.windows.channels(self._chain, x, indices)

    def _partial(self, leaf: Partial, channels: torch.Tensor, indices: tuple[MultiIndex, ...]) -> torch.Tensor:
        yardsticks = self.formulation.yardsticks
        span = yardsticks[leaf.field].span
        for item, order in zip(leaf.field.coordinates, leaf.orders, strict=True):
            span /= yardsticks[item].span ** order
        value = span * channels[indices.index(leaf.orders), :, self.formulation.fields.index(leaf.field)]
        return value if any(leaf.orders) else value + yardsticks[leaf.field].reference


def fingerprint(formulation: Formulation) -> str:
    """A digest of the dimensionless equations and conditions: equal for a problem restated in other units."""
    listings = [group.program.listing() for group in formulation.groups]
    listings += [str(group.table.tolist()) for group in formulation.groups if group.table is not None]
    ansatz = Program([*formulation.ansatz.lifts, *formulation.ansatz.distances]).listing()
    holes = [Program([reach(hole, formulation.yardsticks)]).listing() for hole in formulation.holes]
    return hashlib.sha256("\n\n".join([*listings, ansatz, *holes]).encode()).hexdigest()


def _within(coordinate: Coordinate, place: Any) -> np.ndarray[Any, Any]:
    """A quantity as numbers [coherent SI], if it lies on the coordinate."""
    if isinstance(place, pint.Quantity):
        if place.dimensionality != coherent(1.0, coordinate.dimension).dimensionality:
            raise ProblemError(f"{coordinate.name} was asked at {place}: expected units of {coordinate.dimension}")
        values = np.asarray(place.to_base_units().magnitude, dtype=float)
    elif coordinate.dimension.dimensionless:
        values = np.asarray(place, dtype=float)
    else:
        raise ProblemError(
            f"{coordinate.name} was asked at {place!r}: expected a quantity in units of {coordinate.dimension}"
        )
    slack = _SLACK * (coordinate.high - coordinate.low)
    if values.size and not (values.min() >= coordinate.low - slack and values.max() <= coordinate.high + slack):
        raise ProblemError(
            f"{coordinate.name} was asked at {place}, outside the domain, which runs from {coordinate.low:g} to "
            f"{coordinate.high:g} {coordinate.dimension}"
        )
    return values
