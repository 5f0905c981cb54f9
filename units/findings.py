"""What a lint says: findings, and how much it looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from pinnln.units.codes import CODES
from pinnln.units.source import Source


@dataclass(frozen=True)
class Finding:
    """One place where dimensions do not fit: a code, the sentence, the units involved, the way out, the span.

    `excess` is what the guilty term has too many of; `notes` say where the units came from; `times`, how often the same
    place was met; `fatal`, whether the file could not be linted any further.
    """

    code: str
    message: str
    units: tuple[tuple[str, str], ...]
    hint: str
    residual: str
    source: Source | None
    excess: str = ""
    notes: tuple[str, ...] = ()
    times: int = 1
    fatal: bool = False

    @property
    def severity(self) -> str:
        """error, warning or note, as the code has it."""
        return CODES[self.code].level

    def rows(self) -> list[str]:
        """The units involved, one a line, the last with its excess."""
        width = max((len(what) for what, _ in self.units), default=0)
        rows = [f"    {what:<{width}}     {unit}" for what, unit in self.units]
        return [*rows[:-1], f"{rows[-1]}       ← too many by {self.excess}"] if self.excess else rows

    def __str__(self) -> str:
        place = str(self.source) if self.source else ""
        excerpt = self.source.excerpt() if self.source else ""
        notes = [f"  note: {note}" for note in self.notes]
        last = [f"  {self.hint:<40}  {place}".rstrip()] if self.hint or place else []
        return "\n".join([self.message, *self.rows(), *last, *([excerpt] if excerpt else []), *notes])


@dataclass(frozen=True)
class Coverage:
    """How much a lint looked at; a clean result over nothing is not clean."""

    residuals: int = 0
    conditions: int = 0
    by_rule: int = 0
    probed: int = 0
    unknown: int = 0
    lines: int = 0
    not_run: tuple[int, ...] = ()
    files: int = 0
    skipped: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(
            *(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__),
        )

    def __str__(self) -> str:
        operations = self.by_rule + self.probed + self.unknown
        parts = [
            _counted(self.residuals, "residual"),
            _counted(self.conditions, "condition"),
            f"{_counted(operations, 'operation')} "
            f"({self.by_rule} by rule, {self.probed} probed, {self.unknown} unknown)",
        ]
        if self.lines:
            missing = f" (not: {', '.join(map(str, self.not_run))})" if self.not_run and self.files <= 1 else ""
            parts.append(f"{self.lines - len(self.not_run)}/{self.lines} lines executed{missing}")
        if self.skipped:
            parts.append(f"{_counted(len(self.skipped), 'file')} skipped ({_listed(self.skipped)})")
        if self.failed:
            parts.append(f"{_counted(len(self.failed), 'file')} not linted to the end ({_listed(self.failed)})")
        return ", ".join(parts)


@dataclass(frozen=True)
class Inferred:
    """A number or constant declared without a unit, and the dimension that the equations give it."""

    name: str
    dimension: str
    source: Source | None

    def __str__(self) -> str:
        place = f"line {self.source.line}: " if self.source else ""
        return f"{place}{self.name} must carry {self.dimension}"


@dataclass(frozen=True)
class LintReport:
    """Findings in the order of the script, what was inferred and left open, and the coverage.

    `shown` holds the units of named intermediate results, as (source, name, unit).
    """

    findings: tuple[Finding, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)
    inferred: tuple[Inferred, ...] = ()
    undetermined: tuple[str, ...] = ()
    shown: tuple[tuple[Source, str, str], ...] = ()

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __add__(self, other: LintReport) -> LintReport:
        return LintReport(
            self.findings + other.findings,
            self.coverage + other.coverage,
            self.inferred + other.inferred,
            self.undetermined + other.undetermined,
            self.shown + other.shown,
        )

    @property
    def clean(self) -> bool:
        """Whether nothing of level warning or error was found."""
        return all(finding.severity == "note" for finding in self.findings)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes found, in order."""
        return tuple(finding.code for finding in self.findings)

    def __str__(self) -> str:
        lines = [f"{finding.code} [{finding.severity}] {finding}" for finding in self.findings]
        lines += [f"inferred: {item}" for item in self.inferred]
        lines += [f"undetermined: {item}" for item in self.undetermined]
        return "\n\n".join([*lines, str(self.coverage)])


def without_repetition(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings of one code and one span once, with how often they were met."""
    kept: dict[object, Finding] = {}
    for finding in findings:
        key = (finding.code, finding.source, finding.message if finding.source is None else "")
        kept[key] = replace(kept[key], times=kept[key].times + 1) if key in kept else finding
    return tuple(kept.values())


def _listed(names: tuple[str, ...], most: int = 3) -> str:
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
