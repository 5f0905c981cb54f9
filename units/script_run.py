"""One run of a script under lint: until training would start, with every problem it stated and how it ended."""

from __future__ import annotations

import linecache
import sys
import tokenize
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType, TracebackType

import pint

from pinnln.units.collection import LintReached, collecting
from pinnln.units.errors import PinnlnError
from pinnln.units.findings import Finding
from pinnln.units.isolation import isolated
from pinnln.units.source import Source, span_of
from pinnln.units.statement import Stated
from pinnln.units.time_limit import TimeLimitReached, limited

RUN_NAME = "__unitlint__"
_NO_SCRIPT = "this is no Python script in UTF-8 or in the encoding that it declares"


class ScriptError(PinnlnError, ValueError):
    """A script cannot be linted: it does not parse, raises, never ends, or is not there.

    Args: sentence; source, its place in the script.
    """

    def __init__(self, sentence: str, source: Source | None = None) -> None:
        super().__init__(f"{source.path}:{source.line}: {sentence}" if source else sentence)
        self.sentence = sentence
        self.source = source


@dataclass(frozen=True)
class Script:
    """A Python file that parses."""

    file: Path
    text: str
    code: CodeType

    @classmethod
    def read(cls, file: Path) -> Script:
        """The script of a file, in the encoding that it declares.

        Raises: ScriptError for a file that is not there, is no text or does not parse.
        """
        linecache.checkcache()
        start = Source(str(file), 1, 1, 1, 1)
        try:
            with tokenize.open(str(file)) as opened:
                text = opened.read()
            code = compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
        except OSError as error:
            raise ScriptError(f"{file} cannot be read: {error.strerror}", start) from error
        except SyntaxError as error:
            if error.lineno:
                raise ScriptError(f"the script does not parse: {error.msg}", _fault(file, error)) from error
            raise ScriptError(f"{_NO_SCRIPT}: {error.msg}", start) from error
        except ValueError as error:
            raise ScriptError(f"{_NO_SCRIPT}: {error}", start) from error
        return cls(file, text, code)


@dataclass(frozen=True)
class ScriptRun:
    """The problems that a script stated, and what ended it before its last line, if anything did."""

    script: Script
    problems: list[Stated]
    end: BaseException | None
    time_limit: float

    @classmethod
    def of(cls, script: Script, time_limit: float) -> ScriptRun:
        """Runs a script, as pytest runs what it collects; an interruption of the user's passes through."""
        end: BaseException | None = None
        with collecting() as problems:
            try:
                with isolated(script.file), limited(time_limit):
                    _execute(script)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                end = error
        return cls(script, problems, end, time_limit)

    @property
    def place(self) -> Source | None:
        """Where in the script it ended early."""
        return _place(self.end.__traceback__, self.script.file) if self.end else None

    def refusal(self) -> Finding | None:
        """The refusal of units that ended the script, as a finding at its line."""
        code = _code(self.end) if self.end else None
        return Finding(code, _first_line(self.end), (), "", "", self.place) if code and self.end else None

    def failure(self) -> ScriptError | None:
        """Why the script cannot be linted, or cannot be linted further."""
        end = self.end
        if end is None or isinstance(end, LintReached | SystemExit) or _code(end):
            return None
        place = self.place or Source(str(self.script.file), 1, 1, 1, 1)
        if isinstance(end, TimeLimitReached):
            return ScriptError(
                f"the script did not end within {self.time_limit:g} s: expected one that states problems; put long "
                'work under if __name__ == "__main__", or raise the limit',
                place,
            )
        return ScriptError(f"the script raised {type(end).__name__}: {_first_line(end)}", place)


def _execute(script: Script) -> None:
    module = ModuleType(RUN_NAME)
    module.__file__ = str(script.file)
    before = sys.modules.get(RUN_NAME)
    sys.modules[RUN_NAME] = module  # where dataclasses and pickle look for it
    try:
        exec(script.code, module.__dict__)
    finally:
        sys.modules.pop(RUN_NAME, None)
        if before is not None:
            sys.modules[RUN_NAME] = before


def _fault(file: Path, error: SyntaxError) -> Source:
    line, column = error.lineno or 1, max(error.offset or 1, 1)
    on_one_line = error.end_lineno == error.lineno and (error.end_offset or 0) > column
    return Source(str(file), line, column, line, error.end_offset or column if on_one_line else column)


def _first_line(error: BaseException | None) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _code(error: BaseException) -> str | None:
    text = str(error) if isinstance(error, PinnlnError) else ""
    if isinstance(error, pint.errors.UndefinedUnitError) or "is not a unit" in text or "linear unit" in text:
        return "UL503"
    if isinstance(error, pint.errors.OffsetUnitCalculusError):
        return "UL301"
    if isinstance(error, pint.errors.DimensionalityError):
        return "UL101"
    return "UL901" if isinstance(error, PinnlnError) else None


def _place(trace: TracebackType | None, file: Path) -> Source | None:
    found = None
    for frame, _ in traceback.walk_tb(trace):
        if frame.f_code.co_filename == str(file):
            found = frame
    if found is None:
        return None
    last = next(item for item in _frames(trace) if item.tb_frame is found)
    return span_of(found.f_code, last.tb_lasti) or Source(str(file), last.tb_lineno, 1, last.tb_lineno, 1)


def _frames(trace: TracebackType | None) -> Iterator[TracebackType]:
    while trace is not None:
        yield trace
        trace = trace.tb_next
