"""What is shown while training: scales and term sizes before, one line that moves, a sentence after."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from types import TracebackType

from rich.console import Console, ConsoleOptions
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pinnln.formulation import Formulation
from pinnln.objective import Progress
from pinnln.problem import TermSizes
from pinnln.solution import Report
from pinnln.units import ResolvedScales

_SMALL = 1e-4
_PACE = 0.5
_SPARING = 75
_SHORT = {"Levenberg-Marquardt": "LM"}


class ProgressLine:
    """Where a training stands, on one line: step, loss, the largest of its equations, damping, error, time.

    As many equations are named as the line has room for, the largest first.

    Args: progress; losses, of every equation by name; error, the relative one, if it is known; prefix, what stands
    before it.

    >>> import torch
    >>> line = ProgressLine(Progress("Adam", 3, 9, 2e-5, torch.zeros(1), seconds=75), {"heat": 4e-6, "flow": 16e-6})
    >>> line.text(80)
    'Adam 3/9  loss 2.0e-05 (flow 80 %, heat 20 %)  1:15'
    """

    def __init__(
        self, progress: Progress, losses: Mapping[str, float], error: float | None = None, prefix: str = ""
    ) -> None:
        self.progress, self.losses, self.error, self.prefix = progress, losses, error, prefix

    def text(self, width: int) -> str:
        """The line in at most `width` characters."""
        progress = self.progress
        name = _SHORT.get(progress.optimizer, progress.optimizer)
        start = f"{self.prefix}{name} {progress.step}/{progress.steps}  loss {progress.loss:.1e}"
        end = ("" if self.error is None else f"  error {self.error:.1e}") + f"  {_clock(progress.seconds)}"
        line = ""
        for symbol in ("damping", "λ"):
            damping = "" if progress.damping is None else f"  {symbol} {progress.damping:.0e}"
            shares = self._shares(width - len(start) - len(damping) - len(end))
            line = (start + shares + damping + end)[:width]
            if shares:
                break
        return line

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        yield Text(self.text(options.max_width - 1), no_wrap=True)

    def _shares(self, room: int) -> str:
        """How the loss is made up, in at most `room` characters."""
        total = sum(self.losses.values())
        ranked = sorted(self.losses.items(), key=lambda item: -item[1])
        parts = [f"{name} {100 * loss / total:.0f} %" for name, loss in ranked] if total > 0 else []
        for count in range(len(parts), 0, -1):
            more = "" if count == len(parts) else f" +{len(parts) - count}"
            shown = f" ({', '.join(parts[:count])}{more})"
            if len(shown) <= room:
                return shown
        return ""


class TrainingDisplay:
    """Training as seen on standard error: the line moves every half second, and what costs time to compute for it, the
    losses of the equations and the error, is renewed as seldom as keeps the whole below 2 % of the training."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self._live = Live(console=self.console, transient=True, auto_refresh=False)
        self._line_due = self._losses_due = 0.0
        self._prefix = ""
        self._losses: Mapping[str, float] = {}
        self._error: float | None = None

    def announce(self, scales: ResolvedScales, sizes: TermSizes, formulation: Formulation) -> None:
        """Shows the scales, how large each term is in them, and which conditions are met exactly."""
        table = Table("scale", "reference", "span", "from", box=None, header_style="bold")
        for row in scales.rows:
            table.add_row(row.name, f"{row.reference:.6g~P}", f"{row.span:.6g~P}", row.origin)
        self.console.print(table)
        terms = Table("equation", "terms, and their sizes", box=None, header_style="bold")
        for name, each in sizes.equations:
            terms.add_row(name, ",  ".join(f"{term}: {size:.2g}" for term, size in each))
        self.console.print(terms)
        for name, each in sizes.equations:
            small = [term for term, size in each if size < _SMALL]
            if small:
                self.console.print(f"warning: {small[0]} in {name} is smaller than {_SMALL:g}: are the scales apt?")
        for warning in sizes.warnings:
            self.console.print(f"warning: {warning}")
        soft = [item.name for group in formulation.groups[1:] for item in group.components]
        exact = [need.statement.name for need in formulation.ansatz.met]
        self.console.print(f"met exactly: {', '.join(exact) or 'none'}; in the loss: {', '.join(soft) or 'none'}")

    def update(self, progress: Progress, prefix: str = "") -> None:
        """Renews the line, if it is time to, where standard error is a terminal."""
        now = time.perf_counter()
        if now < self._line_due or not self.console.is_terminal:
            return
        self._line_due = now + _PACE
        if now >= self._losses_due or prefix != self._prefix:
            self._prefix = prefix
            self._losses = {} if progress.losses is None else progress.losses()
            self._error = None if progress.error is None else progress.error()
            end = time.perf_counter()
            self._losses_due = end + _SPARING * (end - now)
        self._live.update(ProgressLine(progress, self._losses, self._error, prefix), refresh=True)

    def say(self, sentence: str) -> None:
        """Prints a line above the one that moves."""
        self.console.print(sentence)

    def conclude(self, report: Report) -> None:
        """Says how it ended."""
        self.console.print(
            f"{report.status} after {report.steps} steps and {report.seconds:.1f} s, loss {report.objective:.2e}: "
            f"{report.message}"
        )

    def __enter__(self) -> TrainingDisplay:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()


def _clock(seconds: float) -> str:
    """Seconds as h:mm:ss, without what is zero in front."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
