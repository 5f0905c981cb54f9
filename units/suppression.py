"""Comments that silence a finding:  # unitlint: ignore[UL101] -- reason."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable
from dataclasses import dataclass, field

from pinnln.units.findings import Finding
from pinnln.units.source import Source

_IGNORE = re.compile(r"#.*?\b(?:unitlint:\s*ignore(?:\[([^\]]*)\])?|noqa:\s*((?:UL\d+[,\s]*)+))")
_SKIP = re.compile(r"#\s*unitlint:\s*skip-file\b")


@dataclass
class _Comment:
    line: int
    column: int
    codes: frozenset[str]
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
                codes = frozenset(re.findall(r"UL\d+", match[1] or match[2] or ""))
                self._comments.append(_Comment(token.start[0], token.start[1] + 1, codes, token.string))

    def apply(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings that no comment silences, then a note for each comment that silenced none."""
        kept = [] if self.skip_file else [item for item in findings if not self._silenced(item)]
        if not self.skip_file:
            kept += [self._unused(comment) for comment in self._comments if not comment.used]
        return kept

    def _silenced(self, finding: Finding) -> bool:
        source = finding.source
        if source is None or source.path != self.path:
            return False
        first, last = self._statement(source.line)
        for comment in self._comments:
            if first <= comment.line <= last and (not comment.codes or finding.code in comment.codes):
                comment.used.add(finding.code)
                return True
        return False

    def _statement(self, line: int) -> tuple[int, int]:
        around = [span for span in self._statements if span[0] <= line <= span[1]]
        return min(around, key=lambda span: span[1] - span[0], default=(line, line))

    def _unused(self, comment: _Comment) -> Finding:
        source = Source(self.path, comment.line, comment.column, comment.line, comment.column + len(comment.text))
        return Finding("UL902", "this suppression silences nothing", (), "Delete the comment.", "", source)


def _statements(text: str) -> list[tuple[int, int]]:
    compound = (ast.FunctionDef, ast.ClassDef, ast.If, ast.For, ast.While, ast.With, ast.Try)
    return [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt) and not isinstance(node, compound)
    ]


def _comments(text: str) -> list[tokenize.TokenInfo]:
    return [item for item in tokenize.generate_tokens(io.StringIO(text).readline) if item.type == tokenize.COMMENT]
