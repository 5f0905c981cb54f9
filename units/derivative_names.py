"""Variables whose name says another derivative than the one they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pinnln.units.expression import Derivative, Expression, Field
from pinnln.units.findings import Finding
from pinnln.units.source import assigned

_NAME = re.compile(r"^(?:d)?([A-Za-zα-ωΑ-Ω]\w*?)_([A-Za-z]+)$")


def misnamed(nodes: Iterable[Expression]) -> Iterator[Finding]:
    """UL401 for every derivative assigned to a name such as u_xx that it is not."""
    for node in nodes:
        if not isinstance(node, Derivative) or node.source is None or not isinstance(node.operands[0], Field):
            continue
        name = assigned(node.source)
        match = _NAME.match(name)
        coordinates = {item.name for item in node.operands[0].coordinates}
        if match is None or not set(match[2]) <= coordinates or match[1] not in ("y", node.operands[0].name):
            continue
        computed = sorted(item.name for item in node.coordinates)
        if computed != sorted(match[2]):
            yield Finding(
                "UL401",
                f"{name} holds {node}",
                (),
                f"Rename it, or differentiate along {', '.join(match[2])}.",
                "",
                node.source,
            )
