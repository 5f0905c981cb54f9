"""What is not finite: the equation, the point in the user's units, the operation, and the way out."""

from __future__ import annotations

import torch

from pinnln.formulation import TORCH, Formulation
from pinnln.residual_group import Group, Points
from pinnln.units import Coordinate
from pinnln.units.program import Partial
from pinnln.units.registry import coherent

_POSITIVE = (
    "Keep it positive: give scales or conditions nearer to the solution, or write where(q > small, q, small) for it"
)
_SINGULAR = "Multiply the equation by what it divides by, or leave that place out of the domain"
_LARGE = "Give scales that make its argument a number of order one"


def first_fault(formulation: Formulation, group: Group, points: Points, network: torch.Tensor) -> str | None:
    """The first component of a group that is not finite, or whose derivative is not; None if all are.

    Args: formulation; group; its points; network, the channels (C, N, m) of the network there.
    """
    kind = "Residual" if group is formulation.groups[0] else "Condition"
    output = network.clone().requires_grad_()
    arguments = formulation.arguments(group, points, output)
    for argument, leaf in zip(arguments, group.program.leaves, strict=True):
        bad = (~argument.isfinite()).nonzero()
        if len(bad) and isinstance(leaf, Partial):
            what = f"A derivative of {leaf.field.name}" if any(leaf.orders) else leaf.field.name
            place = _place(formulation, points, int(bad[0]))
            return f"{what} is infinite at {place}, before any equation is asked: is a value in its conditions?"
    values = [
        torch.as_tensor(value, dtype=torch.float64).expand(len(points.x))
        for value in group.program.run(arguments, TORCH)
    ]
    for number, (component, value) in enumerate(zip(group.components, values, strict=True)):
        bad = (~value.isfinite()).nonzero()
        if len(bad):
            row = int(bad[0])
            found = group.program.fault(number, [float(argument[row].detach()) for argument in arguments])
            reason = _operation(*found) if found else f"a number in it is too large. {_LARGE}"
            return f"{kind} {component.name!r} is not finite at {_place(formulation, points, row)}: {reason}."
    for component, value in zip(group.components, values, strict=True):
        if not value.requires_grad:
            continue
        (slope,) = torch.autograd.grad(value.sum(), output, retain_graph=True)
        bad = (~slope.isfinite().all(2).all(0)).nonzero()
        if len(bad):
            place = _place(formulation, points, int(bad[0]))
            return f"{kind} {component.name!r} has an infinite slope at {place}. {_POSITIVE}."
    return None


def _operation(name: str, operands: tuple[float, ...]) -> str:
    match name:
        case "log":
            return f"it takes the logarithm of {operands[0]:.4g}. {_POSITIVE}"
        case "sqrt":
            return f"it takes the square root of {operands[0]:.4g}. {_POSITIVE}"
        case "pow" if operands[0] < 0:
            return f"it raises {operands[0]:.4g} to the power {operands[1]:.4g}. {_POSITIVE}"
        case "truediv" | "pow" if operands[name == "truediv"] == 0:
            return f"it divides by zero. {_SINGULAR}"
        case "exp" | "sinh" | "cosh":
            return f"it takes {name} of {operands[0]:.4g}. {_LARGE}"
    return f"a number in it is too large. {_LARGE}"


def _place(formulation: Formulation, points: Points, row: int) -> str:
    """A point by the names of its coordinates, in the user's units."""
    values = zip(formulation.coordinates, points.x[row].tolist(), strict=True)
    return ", ".join(f"{item.name} = {_shown(formulation, item, value)}" for item, value in values)


def _shown(formulation: Formulation, item: Coordinate, value: float) -> str:
    yardstick = formulation.yardsticks[item]
    found = coherent(yardstick.reference + yardstick.span * value, item.dimension).to(item.unit)
    return f"{found:.4g~P}"
