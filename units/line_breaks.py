"""Where a long line of a page is broken: before an operator, as far out of brackets as may be, the rest hung below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

WIDTH = 120
"""The columns of a page, in a terminal or not."""

_HANG = "      "
_SIGNS = re.compile(r" (?=[+−-] |against )|(?<=[,;:]) +| {2,}(?=[\[(])")
_FACTORS = re.compile(r"(?<=[·*])(?=\S)| (?=/ )")
_BLANKS = re.compile(" +")


def broken(line: str, width: int = WIDTH) -> list[str]:
    """A line as several of at most this width where it can be broken, those that follow with a hanging indent.

    Broken is before + and −, before the word against, behind a comma, or, as if it were one bracket deeper, where a
    product goes on; of the places in the second half of a line at the last one in the fewest brackets. Where there is
    none, at a blank; a word is left whole.

    >>> print(*broken("u = a·(x + y) + b·(x − y) − c·(x·y + 1)", 30), sep="\\n")
    u = a·(x + y) + b·(x − y)
          − c·(x·y + 1)
    """
    found = []
    while len(line) > width:
        place = _place(line, width)
        if place is None:
            break
        found.append(line[:place].rstrip())
        line = _HANG + line[place:].lstrip()
    return [*found, line]


def section(title: str, lines: Sequence[str], width: int = WIDTH) -> str:
    """A title and its lines below it, indented and broken."""
    return "\n".join([title, *(part for line in lines for part in broken(f"  {line}", width))])


def _place(line: str, width: int) -> int | None:
    """Where to break: in the fewest brackets, and there as late as may be; None if nowhere."""
    depths = list(accumulate((mark in "([") - (mark in ")]") for mark in line[: width + 1]))
    start = len(line) - len(line.lstrip())
    for patterns in ((_SIGNS, _FACTORS), (_BLANKS,)):
        found = [
            (depths[match.start() - 1] + deeper, -match.start())
            for deeper, pattern in enumerate(patterns)
            for match in pattern.finditer(line)
            if start < match.start() <= width
        ]
        late = [item for item in found if -item[1] > width // 2] or found
        if late:
            return -min(late)[1]
    return None
