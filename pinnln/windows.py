"""Windows of time, solved one after another: each starts exactly where the one before it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeAlias

import pint
import torch

from pinnln.ansatz import Ansatz, build_ansatz, jets
from pinnln.conditions import Dirichlet, Initial, Requirement
from pinnln.formulation import Formulation
from pinnln.kernels import MultiIndex
from pinnln.kernels.multi_index import LARGEST_ORDER
from pinnln.network import AbstractNetwork
from pinnln.problem import Problem
from pinnln.units import Derivative, Expression, Field, ProblemError
from pinnln.units.algebra import divide, multiply, subtract
from pinnln.units.expression import pure
from pinnln.units.program import Partial
from pinnln.units.registry import measure
from pinnln.window import Handover, Window

Breaks: TypeAlias = "int | Sequence[pint.Quantity[Any]]"


@dataclass(frozen=True)
class Trained:
    """A network with its parameters θ (P,) in the formulation it was trained on."""

    formulation: Formulation
    network: AbstractNetwork
    theta: torch.Tensor

    def channels(self, x: torch.Tensor, indices: tuple[MultiIndex, ...]) -> torch.Tensor:
        """The fields and their derivatives (C, N, m) at dimensionless points x (N, d)."""
        places = self.formulation.at(x, indices)
        outputs = self.formulation.outputs
        tape = self.network.tape(self.theta, places.features, outputs, indices, keep=False)
        return places.jets.apply(tape.output)


def breaks_of(formulation: Formulation, windows: Breaks) -> tuple[float, ...]:
    """The dimensionless times at which one window ends and the next begins.

    Args: windows, how many of equal length, or the times between them.
    Raises: ProblemError if the problem is of no time, for fewer than one window, or for times that do not rise inside
    the extent of time.
    """
    if isinstance(windows, int):
        if windows < 1:
            raise ProblemError(f"expected at least one window of time, found {windows}")
        if windows == 1:
            return ()
        low, high = _extent(formulation)
        return tuple(low + (high - low) * place / windows for place in range(1, windows))
    low, high = _extent(formulation)
    axis = formulation.coordinates[_axis(formulation)]
    yardstick = formulation.yardsticks[axis]
    given = [measure(item) for item in windows]
    breaks = [(item.value - yardstick.reference) / yardstick.span for item in given]
    inside = all(before < after for before, after in pairwise([low, *breaks, high]))
    if not inside or any(item.dimension != axis.dimension for item in given):
        raise ProblemError(
            f"expected times that rise between {axis.low:g} and {axis.high:g} {axis.dimension}, as in "
            f"windows=[Q('1 s'), Q('2 s')], or a number of windows, found {', '.join(str(item) for item in windows)}"
        )
    return tuple(breaks)


class Windows:
    """A problem over consecutive windows of time, each a formulation of its own with one network.

    Fields with an initial condition are handed over exactly, in value and, where the slope is stated too, in slope;
    a field without one, as a pressure, is only started from the network before.

    Args: problem; formulation, over all time; breaks, dimensionless times between windows, none for one window.
    Raises: ProblemError for a problem that cannot be solved from one window to the next.
    """

    def __init__(self, problem: Problem, formulation: Formulation, breaks: Sequence[float] = ()) -> None:
        self.formulation, self.breaks = formulation, tuple(breaks)
        if self.breaks:
            _require_no_constants(formulation)
            self._axis, (low, high) = _axis(formulation), _extent(formulation)
            self._edges = (low, *self.breaks, high)
            starts = _starts(problem, formulation)
            self._orders = tuple(_handed_over(field, starts, formulation) for field in formulation.fields)
            met = [start for start in starts if any(start.requirement is item for item in formulation.ansatz.met)]
            self._powers = tuple(_order(field, met) for field in formulation.fields)
            self._boundary = _boundary_alone(problem, formulation)

    def __len__(self) -> int:
        return len(self.breaks) + 1

    @property
    def shares(self) -> tuple[float, ...]:
        """The length of each window over the length of all."""
        if not self.breaks:
            return (1.0,)
        whole = self._edges[-1] - self._edges[0]
        return tuple((after - before) / whole for before, after in pairwise(self._edges))

    def first(self) -> Formulation:
        """The formulation of the first window, which starts from the initial conditions as stated."""
        if not self.breaks:
            return self.formulation
        ansatz, share = self.formulation.ansatz, self.shares[0]
        scaled = [
            multiply(pure(share**-power), distance)
            for power, distance in zip(self._powers, ansatz.distances, strict=True)
        ]
        window = Window(self._axis, self._edges[0], self._edges[1])
        return replace(self.formulation, ansatz=replace(ansatz, distances=tuple(scaled)), window=window)

    def after(self, trained: Trained) -> Formulation:
        """The formulation of the window that follows the one a network was trained on."""
        before = trained.formulation.window
        assert before is not None
        at = before.end
        end = self._edges[self._edges.index(at) + 1]
        local = divide(subtract(self.formulation.coordinates[self._axis], pure(at)), pure(end - at))
        power = {0: pure(1.0), 1: local, 2: multiply(local, local)}
        distances = [
            multiply(distance, power[order])
            for order, distance in zip(self._orders, self._boundary.distances, strict=True)
        ]
        handover = Handover(self._axis, at, self._orders, trained.channels, self._lift) if any(self._orders) else None
        whole = self.formulation
        return replace(
            whole,
            ansatz=replace(self._boundary, distances=tuple(distances)),
            groups=tuple(group for group in whole.groups if whole.coordinates[self._axis] not in group.fixed),
            window=Window(self._axis, at, end, handover),
        )

    def chain(self, network: AbstractNetwork, theta: torch.Tensor) -> tuple[Trained, ...]:
        """The trained windows in their order.

        Args: network; theta (P,) for one window, (W, P) for W.
        """
        rows = theta.reshape(len(self), -1)
        found = [Trained(self.first(), network, theta if len(self) == 1 else rows[0])]
        for row in rows[1:]:
            found.append(Trained(self.after(found[-1]), network, row))
        return tuple(found)

    def channels(self, chain: Sequence[Trained], x: torch.Tensor, indices: tuple[MultiIndex, ...]) -> torch.Tensor:
        """The fields and their derivatives (C, N, m) at points x (N, d), each in its window, at a break the earlier."""
        if len(chain) == 1:
            return chain[0].channels(x, indices)
        places = torch.bucketize(x[:, self._axis].contiguous(), torch.tensor(self.breaks, dtype=x.dtype))
        found = x.new_empty(len(indices), len(x), len(self.formulation.fields))
        for place, trained in enumerate(chain):
            here = places == place
            if bool(here.any()):
                found[:, here] = trained.channels(x[here], indices)
        return found

    def _lift(self, x: torch.Tensor, indices: tuple[MultiIndex, ...]) -> torch.Tensor:
        return jets(self._boundary, self.formulation.coordinates, indices, x).lift


@dataclass(frozen=True)
class _Start:
    """What is stated of a field at the start of time: its value, or with `slope` its time derivative."""

    requirement: Requirement
    field: Expression
    slope: bool


def _require_no_constants(formulation: Formulation) -> None:
    """Unknown constants are one for all time, and measurements are compared at all times at once."""
    if formulation.unknowns:
        names = ", ".join(item.name for item in formulation.unknowns)
        raise ProblemError(f"an unknown constant ({names}) is the same in all windows of time: solve in one window")
    for group in formulation.groups:
        if group.table is not None:
            raise ProblemError(f"{group.components[0].name!r} was measured at times of its own: solve in one window")


def _axis(formulation: Formulation) -> int:
    for place, item in enumerate(formulation.coordinates):
        if item.is_time:
            return place
    names = ", ".join(item.name for item in formulation.coordinates)
    raise ProblemError(f"windows divide time, and this problem is of ({names}): expected a coordinate in units of time")


def _extent(formulation: Formulation) -> tuple[float, float]:
    axis = _axis(formulation)
    low, high = formulation.box()
    return float(low[axis]), float(high[axis])


def _starts(problem: Problem, formulation: Formulation) -> list[_Start]:
    """What is stated at the start of time; what is stated at another time is refused."""
    time = formulation.coordinates[_axis(formulation)]
    found = []
    for condition in problem.conditions:
        for need in condition.requirements:
            if time not in need.fixed:
                continue
            if not isinstance(condition, Initial | Dirichlet) or need.fixed[time] != time.low:
                raise ProblemError(
                    f"{need.statement.kind} {need.statement.name!r} holds at one time: windows of time start from "
                    "Initial conditions and look at no other time; solve in one window"
                )
            target = need.statement.target
            slope = isinstance(target, Derivative)
            found.append(_Start(need, target.operands[0] if slope else target, slope))
    return found


def _order(field: Field, starts: Sequence[_Start]) -> int:
    """How many derivatives in time of a field, from the value on, are given at the start."""
    return max((1 + start.slope for start in starts if start.field is field), default=0)


def _handed_over(field: Field, starts: Sequence[_Start], formulation: Formulation) -> int:
    """As `_order`, if that is enough for the equations and no derivative is of too high an order."""
    axis = _axis(formulation)
    asked = [
        leaf.orders
        for group in formulation.groups
        for leaf in group.program.leaves
        if isinstance(leaf, Partial) and leaf.field is field
    ]
    highest, given = max((orders[axis] for orders in asked), default=0), _order(field, starts)
    time = formulation.coordinates[axis].name
    if highest > given:
        raise ProblemError(
            f"the equations hold a time derivative of {field.name!r} of order {highest}, and its initial conditions "
            f"give {given} of the values that a window hands over to the next: expected Initial({field.name}, …) and, "
            f"for order 2, Initial(d({field.name}, {time}), …); lower a higher order by a new field"
        )
    space = max((sum(orders) - orders[axis] for orders in asked), default=0)
    if given > 1 and space >= LARGEST_ORDER:
        raise ProblemError(
            f"windows hand over the slope of {field.name!r} in {time}, and the equations hold derivatives in space up "
            f"to order {space}: expected less than {LARGEST_ORDER}; lower it by a new field, or solve in one window"
        )
    return given


def _boundary_alone(problem: Problem, formulation: Formulation) -> Ansatz:
    """The ansatz of the data that are met exactly on the boundary at all times."""
    time = formulation.coordinates[_axis(formulation)]
    needs = [
        (type(condition), need)
        for condition in problem.conditions
        for need in condition.requirements
        if time not in need.fixed and any(need is item for item in formulation.ansatz.met)
    ]
    return build_ansatz(formulation.fields, needs, formulation.yardsticks)
