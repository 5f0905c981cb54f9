"""Residuals with their derivatives along everything they are made of, as one list of instructions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pinnln.units import Coordinate, Derivative, Expression, Field
from pinnln.units.algebra import differentiate, fold, transform
from pinnln.units.expression import Number, Parameter
from pinnln.units.program import Partial, Program


@dataclass(frozen=True)
class Tangent:
    """K residuals and their slopes  ∂r/∂(∂ᵅu), found by the rules of calculus; equal parts are computed once.

    Attributes: program, of the residuals and then the slopes that do not vanish; slopes, of each of these the place of
    the residual and the partial derivative of a field, or the unknown, that it is taken along.
    """

    program: Program
    slopes: tuple[tuple[int, Partial | Parameter], ...]

    @classmethod
    def of(cls, expressions: Sequence[Expression], unknowns: Collection[Parameter] = ()) -> Tangent:
        """That of expressions of fields, their derivatives, coordinates and unknowns."""
        symbols: dict[Partial | Parameter, Coordinate] = {}
        originals: dict[int, Expression] = {}

        def stand_in(node: Expression) -> Expression:
            partial = node if isinstance(node, Parameter) and node in unknowns else _partial(node)
            if partial is None:
                return node
            if partial not in symbols:
                symbols[partial] = Coordinate("stand-in", 0.0, 1.0)
                originals[id(symbols[partial])] = node
            return symbols[partial]

        standing = [transform(fold(item), stand_in) for item in expressions]
        found, slopes = list(expressions), []
        for place, item in enumerate(standing):
            for partial, symbol in symbols.items():
                slope = differentiate(item, symbol)
                if not (isinstance(slope, Number) and slope.value == 0.0):
                    found.append(transform(slope, lambda node: originals.get(id(node), node)))
                    slopes.append((place, partial))
        return cls(Program(found), tuple(slopes))


def _partial(node: Expression) -> Partial | None:
    if isinstance(node, Field):
        return Partial(node, (0,) * len(node.coordinates))
    if isinstance(node, Derivative):
        inner = node.operands[0]
        assert isinstance(inner, Field)
        return Partial(inner, tuple(node.coordinates.count(item) for item in inner.coordinates))
    return None
