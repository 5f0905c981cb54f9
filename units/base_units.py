"""Base dimensions of the user's own: currencies, people, whatever is counted and not added to something else."""

from __future__ import annotations

import keyword

import pint

from pinnln.units.dimension import Dimension
from pinnln.units.errors import UnitsError
from pinnln.units.registry import Q, Quantity, registry


def base_unit(name: str, *aliases: str) -> Quantity:
    """A unit that is made of no other, with a base dimension of its own that bears its name.

    EUR, USD, person (people), individual and share are there already. Two such units are as unlike as metre and
    second: a rate of exchange has a unit. Prefixes work, as in kEUR, and so does a plural s. The unit lasts as long as
    the process; to define the same one again changes nothing.

    Args: name; aliases, other names of it.
    Returns: one of it, a quantity.
    Raises: UnitsError for a name that is no identifier or that is a unit already.

    >>> from pinnln.units import Q
    >>> tree = base_unit("tree")
    >>> f"{(120 * tree / Q('3 hectare')).to('tree/hectare'):~P}"
    '40.0 tree/ha'
    """
    one = Dimension.of({f"[{name}]": 1})
    known = _meaning(name)
    if known is not None and known.dimensionality != {f"[{name}]": 1}:
        raise _taken(name, known)
    others = {alias: _meaning(alias) for alias in aliases}
    for alias, meaning in others.items():
        if meaning is not None and (known is None or meaning != known):
            raise _taken(alias, meaning)
    if known is None:
        registry.define(" = ".join([name, f"[{name}]", *(["_", *aliases] if aliases else [])]))
    elif new := [alias for alias, meaning in others.items() if meaning is None]:
        registry.define(f"@alias {' = '.join([name, *new])}")
    return Q(1.0, one.unit)


def _meaning(name: str) -> pint.Unit | None:
    """The unit of this name, None if there is none."""
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise UnitsError(f"expected a unit's name to be an identifier such as EUR, found {name!r}")
    try:
        return registry.parse_units(name)
    except pint.UndefinedUnitError:
        return None


def _taken(name: str, meaning: pint.Unit) -> UnitsError:
    dimension = Dimension.of(meaning.dimensionality)
    told = f"of dimension {dimension}" if dimension.exponents else "a pure number"
    return UnitsError(f"{name!r} is a unit already: {meaning}, {told}; choose another name")
