"""Dimensionless groups: by name where the field has one, by Buckingham's theorem otherwise."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pinnln.units.buckingham import products
from pinnln.units.dimension import DIMENSIONLESS, Dimension, raised
from pinnln.units.expression import Coordinate, Difference, Field, Number, Sum
from pinnln.units.linter import dimension_of
from pinnln.units.registry import snap
from pinnln.units.roles import Part, constants_of, roles_of
from pinnln.units.scales import ResolvedScales
from pinnln.units.statement import Stated

_BALANCED = "balance of "

_HALF = Fraction(1, 2)
NAMED: Mapping[str, tuple[str, Mapping[str, Fraction | int]]] = {
    "Ra": ("Rayleigh", {"gβ": 1, "ΔT": 1, "L": 3, "ν": -1, "α": -1}),
    "Gr": ("Grashof", {"gβ": 1, "ΔT": 1, "L": 3, "ν": -2}),
    "Pr": ("Prandtl", {"ν": 1, "α": -1}),
    "Sc": ("Schmidt", {"ν": 1, "D": -1}),
    "Le": ("Lewis", {"α": 1, "D": -1}),
    "Re": ("Reynolds", {"U": 1, "L": 1, "ν": -1}),
    "Pe": ("Péclet", {"U": 1, "L": 1, "α": -1}),
    "Pe_D": ("Péclet, of mass", {"U": 1, "L": 1, "D": -1}),
    "Fo": ("Fourier", {"α": 1, "τ": 1, "L": -2}),
    "Fo_D": ("Fourier, of mass", {"D": 1, "τ": 1, "L": -2}),
    "Fo_ν": ("Fourier, of momentum", {"ν": 1, "τ": 1, "L": -2}),
    "St": ("Strouhal", {"L": 1, "U": -1, "τ": -1}),
    "Bi": ("Biot", {"h": 1, "L": 1, "λ": -1}),
    "Da": ("Damköhler", {"k": 1, "L": 2, "D": -1}),
    "Da_α": ("Damköhler, of heat", {"k": 1, "L": 2, "α": -1}),
    "Fr": ("Froude", {"U": 1, "g": -_HALF, "L": -_HALF}),
    "We": ("Weber", {"ρ": 1, "U": 2, "L": 1, "γ": -1}),
    "Ma": ("Mach", {"U": 1, "c": -1}),
    "Ec": ("Eckert", {"U": 2, "c_p": -1, "ΔT": -1}),
    "Ha": ("Hartmann", {"B": 1, "L": 1, "σ": _HALF, "μ": -_HALF}),
}
"""Every group that is known by name: whose it is, and the powers of what it is made of."""


@dataclass(frozen=True)
class Group:
    """A dimensionless group of a problem: its symbol, its name in words, how it is made, and its value."""

    symbol: str
    name: str
    definition: str
    value: float

    def __str__(self) -> str:
        return f"{self.symbol} = {self.definition} = {self.value:.4g}" + (f"    ({self.name})" if self.name else "")


@dataclass(frozen=True)
class Groups:
    """The groups of a problem, and what the letters of the named ones stand for."""

    groups: tuple[Group, ...]
    letters: tuple[tuple[str, str, Part], ...]

    def __getitem__(self, symbol: str) -> float:
        for group in self.groups:
            if group.symbol == symbol:
                return group.value
        raise KeyError(
            f"there is no group {symbol!r}: expected one of {', '.join(item.symbol for item in self.groups)}"
        )

    def __contains__(self, symbol: str) -> bool:
        return any(item.symbol == symbol for item in self.groups)


def groups_of(problem: Stated, scales: ResolvedScales) -> Groups:
    """The dimensionless groups of a problem in its scales.

    Those of the table NAMED whose parts the problem has, found by where its constants stand and of which dimension they
    are; then products Π₁, Π₂, … of its constants, extents and the ranges of its conditions, as many as Buckingham's
    theorem still demands.

    Args: problem; scales, its resolved scales.
    """
    parts = {**roles_of(problem, _dimensions(problem)), **_yardsticks(problem, scales), **_lengths(problem, scales)}
    found: list[Group] = []
    vectors: list[list[Fraction]] = []
    used: set[str] = set()
    stated = _stated(problem, scales)
    for symbol, (name, powers) in NAMED.items():
        if not powers.keys() <= parts.keys():
            continue
        powers = _fitted(powers, parts)
        whole = _product([(parts[letter], Fraction(power)) for letter, power in powers.items()])
        if not whole.dimension.dimensionless:
            continue
        used.update(powers)
        label = f"{name} number" if "," not in name else f"{name.replace(',', ' number,', 1)}"
        found.append(Group(symbol, label, written(powers), snap(whole.value)))
        if whole.powers.keys() <= stated.keys():
            vectors.append([whole.powers.get(item, Fraction(0)) for item in stated])
    found += _nameless(stated, vectors)
    letters = tuple((letter, _told(letter, part, problem), part) for letter, part in parts.items() if letter in used)
    return Groups(tuple(found), letters)


def _dimensions(problem: Stated) -> dict[str, Dimension]:
    return {item.name: dimension_of(item.expression) for item in problem.statements if item.kind == "residual"}


def _yardsticks(problem: Stated, scales: ResolvedScales) -> dict[str, Part]:
    """L, the smallest extent in space; τ, that of time; ΔT, the span of a temperature; U, the largest of a velocity."""
    found: dict[str, Part] = {}
    for coordinate in problem.coordinates:
        part = _part(coordinate.name, scales.yardsticks[coordinate].span, coordinate.dimension)
        letter = "τ" if coordinate.is_time else "L"
        if letter not in found or part.value < found[letter].value:
            found[letter] = part
    for field in problem.fields:
        letter = {"K": "ΔT", "m s⁻¹": "U"}.get(str(field.dimension), "")
        part = _part(field.name, scales.yardsticks[field].span, field.dimension)
        if letter and (letter not in found or part.value > found[letter].value):
            found[letter] = part
    return found


def _lengths(problem: Stated, scales: ResolvedScales) -> dict[str, Part]:
    """L_x, L_y, …: the scale of every coordinate in space."""
    return {
        f"L_{item.name}": _part(item.name, scales.yardsticks[item].span, item.dimension)
        for item in problem.coordinates
        if not item.is_time
    }


def _fitted(powers: Mapping[str, Fraction | int], parts: Mapping[str, Part]) -> Mapping[str, Fraction | int]:
    """The same powers; where what spreads does so along x alone, or otherwise along y, those of L_x in place of L."""
    along = [f"L_{item.name}" for letter in powers for item in parts[letter].along]
    if "L" not in powers or not along or any(parts[item].powers == parts["L"].powers for item in along):
        return powers
    shortest = min(along, key=lambda item: parts[item].value)
    return {shortest if letter == "L" else letter: power for letter, power in powers.items()}


def _part(name: str, value: float, dimension: Dimension) -> Part:
    return Part(value, dimension, {f"[{name}]": Fraction(1)})


def _stated(problem: Stated, scales: ResolvedScales) -> dict[str, Part]:
    """What the problem is stated with: extents and ranges of its conditions, then the constants of its equations.

    A temperature that another is counted from, as in T − T₀, is none of them.
    """
    found: dict[str, Part] = {}
    symbols: list[Coordinate | Field] = [*problem.coordinates, *problem.fields]
    for symbol in symbols:
        if not (isinstance(symbol, Field) and scales[symbol.name].origin.startswith(_BALANCED)):
            part = _part(symbol.name, scales.yardsticks[symbol].span, symbol.dimension)
            found.update(dict.fromkeys(part.powers, part))
    for statement in problem.statements:
        if statement.kind not in ("residual", "Robin", "Balance"):
            continue
        offsets = {
            id(operand)
            for node in statement.expression.walk()
            if isinstance(node, Sum | Difference)
            for operand in node.operands
            if isinstance(operand, Number) and str(operand.dimension) == "K"
        }
        for node in statement.expression.walk():
            if isinstance(node, Number) and id(node) not in offsets and node.value > 0:
                part = constants_of(node)
                found.update(dict.fromkeys(part.powers, part))
    return found


def _product(parts: Sequence[tuple[Part, Fraction]]) -> Part:
    whole = Part(1.0, DIMENSIONLESS)
    for part, power in parts:
        whole = whole * part**power
    return whole


def _nameless(stated: Mapping[str, Part], known: Sequence[Sequence[Fraction]]) -> list[Group]:
    vectors = products([part.dimension for part in stated.values()], known)
    found = []
    for number, vector in enumerate(vectors, 1):
        whole = _product([(part, power) for part, power in zip(stated.values(), vector, strict=True) if power])
        powers = {name: power for name, power in zip(stated, vector, strict=True) if power}
        found.append(Group(f"Pi_{number}", "", written(powers), snap(whole.value)))
    return found


def written(powers: Mapping[str, Fraction | int]) -> str:
    """A product of powers on one line.

    >>> written({"U": 1, "L": 2, "ν": -1, "k": Fraction(-1, 2)})
    'U·L² / (ν·k¹ᐟ²)'
    """
    over, under = (
        [_raised(name, abs(Fraction(power))) for name, power in powers.items() if power * sign > 0] for sign in (1, -1)
    )
    below = "" if not under else f" / {under[0]}" if len(under) == 1 else f" / ({'·'.join(under)})"
    return ("·".join(over) or "1") + below


def _raised(name: str, power: Fraction) -> str:
    shown = f"({name})" if power != 1 and any(mark in name for mark in " ·") else name
    return raised(shown, power)


def _told(letter: str, part: Part, problem: Stated) -> str:
    """What a letter of a group stands for, in the names of the script."""
    if len(part.powers) == 1:
        name, power = next(iter(part.powers.items()))
        inner = name.strip("[]")
        if name.startswith("[") and power == 1:
            return next(
                (_of_coordinate(item, part) for item in problem.coordinates if item.name == inner), f"span of {inner}"
            )
    return written(part.powers) if part.powers else letter


def _of_coordinate(coordinate: Coordinate, part: Part) -> str:
    whole = math.isclose(part.value, coordinate.high - coordinate.low, rel_tol=1e-9)
    return f"{'extent' if whole else 'scale'} of {coordinate.name}"
