"""Comments that silence a finding:  # unitlint: ignore[UL101] -- reason."""

from __future__ import annotations

import ast
import io
import linecache
import re
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, field

from pinnln.units.findings import Finding
from pinnln.units.source import Source

_NOQA = r"noqa:\s*((?:[A-Z]+\d+[,\s]+)*UL\d+(?:[,\s]+[A-Z]+\d+)*)"  # codes of other linters may stand beside ours
_IGNORE = re.compile(rf"#.*?\b(?:unitlint:\s*ignore(?:\[([^\]]*)\])?|{_NOQA})")
_SKIP = re.compile(r"#\s*unitlint:\s*skip-file\b")


@dataclass
class _Comment:
    line: int
    column: int
    codes: tuple[str, ...] | None  # None: whatever is found
    text: str
    used: set[str] = field(default_factory=set)


class Suppressions:
    """The suppressing comments of one file.

    Args: path; text, the file's; first and last, the lines that are looked at, all unless given.
    """

    def __init__(self, path: str, text: str, first: int = 1, last: int | None = None) -> None:
        self.path = path
        self.skip_file = False
        self._comments: list[_Comment] = []
        self._statements = _statements(text)
        for token in _comments(text):
            self.skip_file = self.skip_file or bool(_SKIP.search(token.string))
            match = _IGNORE.search(token.string)
            if match and first <= token.start[0] and (last is None or token.start[0] <= last):
                listed = match[1] if match[2] is None else match[2]
                codes = None if listed is None else tuple(re.findall(r"\bUL\d+", listed))
                self._comments.append(_Comment(token.start[0], token.start[1] + 1, codes, token.string))

    def apply(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that no comment silences, then a note for each comment that silenced none."""
        if self.skip_file:
            return []
        given = list(findings)
        unchecked = {item.source.line for item in given if item.code == "UL904" and item.source}
        kept = [item for item in given if not self._silenced(item)]
        unused = [comment for comment in self._comments if not comment.used]
        return kept + [self._unused(comment) for comment in unused if not unchecked & set(self._lines(comment.line))]

    def silences(self, finding: Finding) -> bool:
        """Whether a comment of the file silences a finding in it."""
        return self.skip_file or self._silenced(finding)

    def _lines(self, line: int) -> range:
        first, last = self._statement(line)
        return range(first, last + 1)

    def _silenced(self, finding: Finding) -> bool:
        source = finding.source
        if source is None or source.path != self.path:
            return False
        first, last = self._statement(source.line)
        for comment in self._comments:
            if first <= comment.line <= last and (comment.codes is None or finding.code.startswith(comment.codes)):
                comment.used.add(finding.code)
                return True
        return False

    def _statement(self, line: int) -> tuple[int, int]:
        around = [span for span in self._statements if span[0] <= line <= span[1]]
        return min(around, key=lambda span: span[1] - span[0], default=(line, line))

    def _unused(self, comment: _Comment) -> Finding:
        source = Source(self.path, comment.line, comment.column, comment.line, comment.column + len(comment.text))
        return Finding("UL902", "this suppression silences nothing", (), "Delete the comment.", "", source)


def apply_elsewhere(findings: Iterable[Finding], path: str) -> list[Finding]:
    """The findings that no comment silences in the files where they stand; those of one file are left to its own."""
    kept, files = [], dict[str, Suppressions]()
    for finding in findings:
        place = finding.source.path if finding.source else path
        if place != path and place not in files:
            files[place] = Suppressions(place, "".join(linecache.getlines(place)))
        if place == path or not files[place].silences(finding):
            kept.append(finding)
    return kept


def skips_file(text: str) -> bool:
    """Whether a line of a text that may be no Python asks that the file be left alone."""
    return any(_SKIP.match(line.strip()) for line in text.splitlines())


def _statements(text: str) -> list[tuple[int, int]]:
    return [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and not isinstance(node, ast.Match)
    ]


def _comments(text: str) -> list[tokenize.TokenInfo]:
    return [item for item in tokenize.generate_tokens(io.StringIO(text).readline) if item.type == tokenize.COMMENT]
