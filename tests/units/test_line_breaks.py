"""Long lines of a page: nothing is lost, nothing is too wide that can be broken, brackets stay together if they can."""

from __future__ import annotations

import re

from hypothesis import given, settings, strategies as st

from pinnln.units.line_breaks import broken, section

PARTS = st.sampled_from(["a·b", " + ", " − ", "(", ")", "sin(x / L)", "·", " / ", "word", " ", ",  ", "    [Pa/m]"])


@given(st.lists(PARTS, max_size=40).map("".join), st.integers(12, 60))
@settings(derandomize=True)
def test_nothing_is_lost(line: str, width: int) -> None:
    """All marks but blanks are there in their order; a part wider than the page holds no blank to be broken at."""
    found = broken(line, width)
    assert re.sub(r"\s", "", "".join(found)) == re.sub(r"\s", "", line)
    assert all(len(part) <= width or " " not in part[:width].strip() for part in found)


def test_a_short_line_stays() -> None:
    """Of exactly the width as well."""
    assert broken("  x = 1", 7) == ["  x = 1"]


def test_brackets_stay_together() -> None:
    """The sign outside is taken before a later one inside, a sign before a product."""
    assert broken("u = a·(x + y) + b·(x − y − z)", 24) == ["u = a·(x + y)", "      + b·(x − y − z)"]
    assert broken("u = a·bcdefg + c·defghij", 20) == ["u = a·bcdefg", "      + c·defghij"]


def test_names_come_before_what_they_say() -> None:
    """A list of places ends in its colon."""
    lines = broken("u on x.start, u on x.end:  u = a·sin(x)·exp(y)", 30)
    assert lines == ["u on x.start, u on x.end:", "      u = a·sin(x)·exp(y)"]


def test_what_balances_is_told_from_what_it_balances() -> None:
    """The origin of a scale is broken before the word against, and its terms stay whole."""
    lines = broken("T = 1 K    (balance of 'heat': k·∂²T/∂x² against 2·sigma·(T⁴ − T_0⁴))", 60)
    assert lines[1] == "      against 2·sigma·(T⁴ − T_0⁴))"


def test_a_word_is_left_whole() -> None:
    """What has no place to be broken at is wider than the page."""
    assert broken("x" * 50, 20) == ["x" * 50]


def test_a_section_hangs_below_its_title() -> None:
    """Two columns in, what is broken six."""
    assert section("Title", ["a + b + c"], 9) == "Title\n  a + b\n      + c"
