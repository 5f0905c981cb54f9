"""Citations as BibTeX."""

from __future__ import annotations

import re

_INITIALS = r"(?:[A-Z]\.[ -]?)+"
_PERSON = re.compile(rf"({_INITIALS}(?:(?:van|von|de|der|den) )*(?:[A-ZÀ-Ý]\S+? ?)+?)(?:, | et al\., )")
_YEAR = re.compile(r"\b(1[6-9]\d\d|20\d\d)\b")


def bibtex(key: str, citation: str) -> str:
    """Entries for the works of a citation, which are separated by semicolons.

    >>> print(bibtex("clay", "M. A. Biot, J. Appl. Phys. 12 (1941) 155-164"))
    @misc{clay,
      author = {M. A. Biot},
      year = {1941},
      howpublished = {J. Appl. Phys. 12 (1941) 155-164}
    }
    """
    works = citation.split("; ")
    keys = [key] if len(works) == 1 else [f"{key}_{number}" for number in range(1, len(works) + 1)]
    return "\n\n".join(_entry(its, work) for its, work in zip(keys, works, strict=True))


def _entry(key: str, work: str) -> str:
    authors, rest = [], work
    while found := _PERSON.match(rest):
        authors.append(found[1])
        if " et al., " in found[0]:
            authors.append("others")
        rest = rest[found.end() :]
    years = _YEAR.findall(rest)
    lines = [f"author = {{{' and '.join(authors)}}}"] if authors else []
    lines += [f"year = {{{years[-1]}}}"] if years else []
    lines.append(f"howpublished = {{{rest}}}")
    return f"@misc{{{key},\n  " + ",\n  ".join(lines) + "\n}"
