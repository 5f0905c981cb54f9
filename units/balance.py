"""Dominant balance: the least spans at which nothing that drives a problem is left without an answer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np

from pinnln.units.errors import ScalesError
from pinnln.units.expression import Field
from pinnln.units.sizes import References, Size, Spans, pieces, sizes_of
from pinnln.units.statement import Statement

Vector: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

_CLOSE = 1e-9
_MOST_CHOICES = 300_000


@dataclass(frozen=True)
class Kind:
    """The addends of a statement that grow alike with the spans, as large as the largest of them.

    Attributes: text, the largest, as the script wrote it; size; answers, whether a field without a span may answer
    by it to what drives the statement: it stands there differentiated, or beside no derivative of another; order, of
    the highest derivative among them; drives, the logarithm of the largest constant or known value among them, which
    no derivative makes smaller; also, another term of the script among them, "" if there is none.
    """

    text: str
    size: Size
    answers: bool
    order: int = 0
    drives: float = -math.inf
    also: str = ""


@dataclass(frozen=True)
class Weighed:
    """A statement as kinds of addends.

    Attributes: name; origin, how a scale that follows from it is explained, with {} for the pair; kinds; vanished, the
    addends that are zero whatever the fields are; condition, whether it is one.
    """

    name: str
    origin: str
    kinds: tuple[Kind, ...]
    vanished: tuple[str, ...] = ()
    condition: bool = False

    def explained(self, one: Kind, two: Kind) -> str:
        """How a scale is explained at which two of its kinds balance."""
        if one.text == two.text:
            return f"balance of {self.name!r}: the parts of {one.text} against each other"
        return self.origin.format(one.text, two.text)

    @property
    def pairs(self) -> list[tuple[Kind, Kind]]:
        """Which two kinds may balance; none where no field without a span could answer."""
        return list(combinations(self.kinds, 2)) if any(kind.answers for kind in self.kinds) else []


@dataclass(frozen=True)
class Balanced:
    """A span that follows from a balance [coherent SI], and in words which."""

    span: float
    origin: str


def weigh(statement: Statement, references: References, spans: Spans) -> Weighed:
    """An equation as kinds of addends; fields without a span are those to be found."""
    found: list[tuple[str, Size]] = []
    number = peak = 0.0
    largest, vanished = "", []
    for sign, piece in pieces(statement.expression):
        sizes = sizes_of(piece, references, spans)
        if sizes.vanishes:
            vanished.append(str(piece))
        found += [(str(piece), item) for item in sizes.addends]
        if abs(sizes.number) > abs(peak):
            largest, peak = str(piece), sizes.number
        number += sign * sizes.number
    if abs(number) > abs(peak) * _CLOSE:
        found.append((largest, Size(math.log(abs(number)))))
    origin = f"balance of {statement.name!r}: {{}} against {{}}"
    return Weighed(statement.name, origin, _kinds(found, spans), tuple(vanished))


def sloped(name: str, field: Field, extent: float, slope: float) -> Weighed:
    """A condition that fixes a slope,  span / extent = slope  [coherent SI]."""
    kinds = (
        Kind("its slope", Size(-math.log(extent), {field: 1.0}, {field: 1}), answers=True),
        Kind("its value", Size(math.log(slope)), answers=False, drives=math.log(slope)),
    )
    return Weighed(name, "the largest slope of its conditions", kinds, condition=True)


def _kinds(found: Iterable[tuple[str, Size]], spans: Spans) -> tuple[Kind, ...]:
    together: dict[object, Kind] = {}
    for text, size in found:
        key = frozenset(size.powers.items())
        kind = together.get(key) or Kind(text, size, answers=False)
        largest, smaller = ((text, size), kind.text) if size.log > kind.size.log else ((kind.text, kind.size), text)
        answers = bool(size.powers) and (any(item in size.powers for item in size.slopes) or not size.slopes)
        steady = not size.powers and not size.slopes and all(item in spans for item in size.values)
        drives = size.log if steady else -math.inf
        order = max(kind.order, *size.slopes.values(), 0)
        also = smaller if text != kind.text else kind.also
        together[key] = Kind(*largest, kind.answers or answers, order, max(kind.drives, drives), also)
    return tuple(together.values())


def balance(statements: Sequence[Weighed], unknown: Sequence[Field]) -> dict[Field, Balanced]:
    """The spans of the fields that no condition bounds, by the method of dominant balance.

    Sizes are monomials, so in logarithms every balance of two addends is a linear equation. For as many statements as
    there are spans a pair is chosen that shall balance. A choice is consistent if no other addend of its statements
    exceeds the pair, and if what drives any statement (a constant, a known value) is nowhere larger than all that
    could answer it. Equations of two kinds leave no choice and stay balanced where that is possible. Of all consistent
    choices the least spans are taken: forces move a fluid as fast as the first resistance lets them. A flow that only
    drives itself, inertia against friction, follows from no data and is the last resort. Derivatives are estimated by
    span over extent, which is the most they can be, so one of them alone may exceed the rest, as the pressure across a
    thin channel does. A field that stands only where another is differentiated more often, as a pressure, is
    then given the largest span that any equation asks of it.

    Plain least squares of the logarithms, and every other convex measure of their spread, is drawn aside by the small
    addends, and finds less than free fall at a large Rayleigh number. The choices are few, and all of them are tried.

    Args: statements, weighed; unknown, the fields without a span.
    Raises: ScalesError naming the fewest scales that are needed if the statements do not determine all.
    """
    usable = sorted((item for item in statements if item.pairs), key=lambda item: len(item.pairs))
    choices = _choices(usable, unknown)
    if not choices:
        raise ScalesError(_undetermined(statements, usable, unknown))
    chosen = min(choices, key=lambda choice: (_drives_itself(choice), *_judged(choice, usable, unknown)))
    logs = dict(zip(unknown, _solved(chosen, unknown), strict=True))
    origins = _origins(chosen, unknown)
    for field in unknown:
        asked = _asked(field, statements, logs)
        if asked is not None:
            logs[field], origins[field] = asked
    return {field: Balanced(_exponential(field, logs[field]), origins[field]) for field in unknown}


Choice: TypeAlias = tuple[tuple[Weighed, Kind, Kind], ...]


def _choices(statements: Sequence[Weighed], unknown: Sequence[Field]) -> list[Choice]:
    """Every choice of pairs, at most one a statement, that determines all spans."""
    found: list[Choice] = []
    for choice in _independent(list(statements), unknown, (), np.zeros((0, len(unknown)))):
        found.append(choice)
        if len(found) > _MOST_CHOICES:
            names = ", ".join(item.name for item in unknown)
            raise ScalesError(f"the scales of {names} could balance in too many ways to try them all: give some")
    return found


def _independent(
    statements: list[Weighed], unknown: Sequence[Field], chosen: Choice, basis: Vector
) -> Iterator[Choice]:
    if len(chosen) == len(unknown):
        yield chosen
        return
    for place in range(len(statements) - (len(unknown) - len(chosen)) + 1):
        statement = statements[place]
        for one, two in statement.pairs:
            row = _row(one, two, unknown)
            rest = row - basis.T @ (basis @ row)
            norm = float(np.linalg.norm(rest))
            if norm > _CLOSE * float(np.linalg.norm(row)):
                grown = np.vstack([basis, rest / norm])
                yield from _independent(statements[place + 1 :], unknown, (*chosen, (statement, one, two)), grown)


def _row(one: Kind, two: Kind, unknown: Sequence[Field]) -> Vector:
    return np.array([one.size.powers.get(item, 0.0) - two.size.powers.get(item, 0.0) for item in unknown])


def _solved(choice: Choice, unknown: Sequence[Field]) -> list[float]:
    """The logarithms of the spans at which every chosen pair balances."""
    matrix = np.array([_row(one, two, unknown) for _, one, two in choice])
    found: list[float] = np.linalg.solve(matrix, [two.size.log - one.size.log for _, one, two in choice]).tolist()
    return found


def _judged(choice: Choice, statements: Sequence[Weighed], unknown: Sequence[Field]) -> tuple[float, float, float]:
    """How far a choice is from consistent, how far equations of two kinds are from balance, how large the spans are."""
    found = _solved(choice, unknown)
    logs = dict(zip(unknown, found, strict=True))
    excess = torn = 0.0
    for statement, one, _ in choice:
        excess += _beyond(max(kind.size.at(logs) for kind in statement.kinds), one.size.at(logs))
    for statement in statements:
        answer = max(kind.size.at(logs) for kind in statement.kinds if kind.answers)
        excess += _beyond(max(kind.drives for kind in statement.kinds), answer)
        if len(statement.kinds) == 2 and not statement.condition:
            torn += abs(statement.kinds[0].size.at(logs) - statement.kinds[1].size.at(logs))
    return round(excess, 6), round(torn, 6), sum(found)


def _drives_itself(choice: Choice) -> bool:
    """Whether some of its spans follow from no constant and no known value, however many balances they go through."""
    left = [({item for item in _told(entry) if _holds(entry, item)}, _is_known(entry)) for entry in choice]
    driven = {field for fields, known in left if known for field in fields}
    for _ in left:
        driven |= {field for fields, _ in left if fields & driven for field in fields}
    return any(fields - driven for fields, _ in left)


def _is_known(entry: tuple[Weighed, Kind, Kind]) -> bool:
    return not (entry[1].size.powers and entry[2].size.powers)


def _beyond(size: float, limit: float) -> float:
    return size - limit if size > limit + _CLOSE else 0.0


def _origins(choice: Choice, unknown: Sequence[Field]) -> dict[Field, str]:
    """For every field one of the balances it stands in, each balance told once where that is possible."""
    open_, found = list(choice), dict.fromkeys(unknown, "")
    for field in sorted(unknown, key=lambda item: sum(_holds(entry, item) for entry in choice)):
        mine = [entry for entry in open_ if _holds(entry, field)] or [entry for entry in choice if _holds(entry, field)]
        statement, one, two = min(mine, key=lambda entry: len(_told(entry)))
        open_ = [entry for entry in open_ if entry[0] is not statement]
        found[field] = statement.explained(one, two)
    return found


def _told(entry: tuple[Weighed, Kind, Kind]) -> set[Field]:
    return {*entry[1].size.powers, *entry[2].size.powers}


def _holds(entry: tuple[Weighed, Kind, Kind], field: Field) -> bool:
    return entry[1].size.powers.get(field, 0.0) != entry[2].size.powers.get(field, 0.0)


def _asked(field: Field, statements: Sequence[Weighed], logs: Mapping[Field, float]) -> tuple[float, str] | None:
    """The largest span that any equation asks of a field that only follows others, None if it is none."""
    most: tuple[float, str] | None = None
    for statement in statements:
        mine = [kind for kind in statement.kinds if field in kind.size.powers]
        others = [kind for kind in statement.kinds if field not in kind.size.powers]
        if not mine or not others:
            continue
        above = max(kind.order for kind in others)
        if (
            statement.condition
            or mine[0].order >= above
            or len(mine) > 1
            or set(mine[0].size.powers.items()) != {(field, 1.0)}
        ):
            return None
        against = max(others, key=lambda kind: kind.size.at(logs))
        span = against.size.at(logs) - mine[0].size.log
        if most is None or span > most[0] + _CLOSE:
            most = span, statement.explained(mine[0], against)
    return most


def _exponential(field: Field, log: float) -> float:
    if abs(log) > math.log(1e300):
        raise ScalesError(
            f"the balance of the equations gives {field.name!r} a scale of 10^{log / math.log(10):.0f} "
            f"{field.dimension}: give Scales({field.name}=…)"
        )
    return math.exp(log)


def _undetermined(statements: Sequence[Weighed], usable: Sequence[Weighed], unknown: Sequence[Field]) -> str:
    """What is missing: the first field whose scale would determine the rest, or as few as are needed."""
    needed = _needed(usable, unknown)
    names = " and ".join(repr(field.name) for field in needed)
    wanted = ", ".join(f"{field.name}=…" for field in needed)
    dimensions = " and ".join(str(field.dimension) for field in needed)
    why = "; ".join(_reasons(statements, needed))
    return (
        f"no condition bounds the field{'s' if len(needed) > 1 else ''} {names}, and no balance of terms does"
        f"{': ' if why else ''}{why}; give Scales({wanted}) with a quantity of dimension {dimensions}"
    )


def _needed(usable: Sequence[Weighed], unknown: Sequence[Field]) -> list[Field]:
    for count in range(1, len(unknown)):
        for fields in combinations(unknown, count):
            given = [_stated(field) for field in fields]
            if next(_independent([*given, *usable], unknown, (), np.zeros((0, len(unknown)))), None) is not None:
                return list(fields)
    return list(unknown)


def _stated(field: Field) -> Weighed:
    kinds = (Kind(field.name, Size(0.0, {field: 1.0}), answers=True), Kind("1", Size(0.0), answers=False))
    return Weighed(field.name, "", kinds)


def _reasons(statements: Sequence[Weighed], fields: Sequence[Field]) -> list[str]:
    """Why the equations of some fields do not tell their scales."""
    found = []
    for statement in statements:
        if statement.condition or not any(item in kind.size.powers for kind in statement.kinds for item in fields):
            continue
        found += [f"{text} of {statement.name!r} vanishes identically" for text in statement.vanished]
        if len(statement.kinds) == 1:
            (only,) = statement.kinds
            which = f"{only.text} and {only.also}, which grow alike," if only.also else only.text
            found.append(f"{statement.name!r} has nothing to balance {which} with")
    return found
