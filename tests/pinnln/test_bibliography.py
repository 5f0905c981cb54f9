"""Citations of the library as BibTeX."""

from __future__ import annotations

import re

import pytest

from pinnln.bibliography import bibtex
from pinnln.problems import CATALOG

AUTHORS = {
    "G. de Vahl Davis, Int. J. Numer. Methods Fluids 3 (1983) 249-264": "G. de Vahl Davis",
    "C. Basdevant et al., Comput. Fluids 14 (1986) 23-41": "C. Basdevant and others",
    "S. Wang, X. Yu, P. Perdikaris, J. Comput. Phys. 449 (2022) 110768": "S. Wang and X. Yu and P. Perdikaris",
    "F. Black, M. Scholes, J. Political Economy 81 (1973) 637-654": "F. Black and M. Scholes",
    "M. A. Biot, J. Appl. Phys. 12 (1941) 155-164": "M. A. Biot",
}


@pytest.mark.parametrize("citation", AUTHORS)
def test_authors_end_where_the_work_begins(citation: str) -> None:
    """Journals that begin with an initial are no authors, and the year is that of the work, not a page."""
    entry = bibtex("key", citation)
    assert f"author = {{{AUTHORS[citation]}}}," in entry
    (year,) = re.findall(r"year = \{(\d+)\}", entry)
    assert year in citation
    rest = re.findall(r"howpublished = \{(.*)\}", entry)[0]
    assert citation.endswith(rest)
    assert not rest.startswith(tuple(AUTHORS[citation].split(" and ")))


def test_two_works_are_two_entries() -> None:
    """Each with a key of its own."""
    entries = bibtex("key", "A. J. Lotka, Elements, Baltimore 1925; V. Volterra, Nature 118 (1926) 558-560")
    assert re.findall(r"@misc\{(\w+),", entries) == ["key_1", "key_2"]
    assert re.findall(r"year = \{(\d+)\}", entries) == ["1925", "1926"]


def test_what_names_no_one_is_kept_whole() -> None:
    """A work without initials in front."""
    assert bibtex("key", "NIST, Tables") == "@misc{key,\n  howpublished = {NIST, Tables}\n}"


@pytest.mark.parametrize("name", CATALOG)
def test_every_problem_says_whom_to_cite(name: str) -> None:
    """Author, year and work; braces are balanced."""
    entry = bibtex(name, CATALOG[name]().citation)
    assert "author = {" in entry
    assert "year = {" in entry
    assert entry.count("{") == entry.count("}")
