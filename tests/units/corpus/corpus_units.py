"""What the symbols of an equation of the corpus are."""

from __future__ import annotations

from dataclasses import dataclass

from equations import UNITS

from pinnln.units import Q
from pinnln.units.registry import registry

for _name in ("euro = [currency]", "hare = [hares]", "lynx = [lynxes]"):
    registry.define(_name)


@dataclass(frozen=True)
class Symbols:
    """Inputs, outputs and constants by name with their units, and the unit of the residual."""

    inputs: dict[str, str]
    outputs: dict[str, str]
    constants: dict[str, str]
    residual: str

    @classmethod
    def of(cls, name: str) -> Symbols:
        """Those of one equation."""
        inputs, outputs, constants, residual = UNITS[name]
        return cls(*(dict(item.split("=") for item in text.split()) for text in (inputs, outputs, constants)), residual)

    def pure(self, unit: str) -> bool:
        """Whether it is the unit of a pure number."""
        return self.same(unit, "")

    def same(self, one: str, two: str) -> bool:
        """Whether two units are of one dimension."""
        return bool(Q(1.0, one).dimensionality == Q(1.0, two).dimensionality)
