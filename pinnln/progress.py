"""What is shown while training: scales and term sizes before, one line that moves, a sentence after."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress as Bar, TextColumn, TimeElapsedColumn
from rich.table import Table

from pinnln.formulation import Formulation
from pinnln.objective import Progress
from pinnln.problem import TermSizes
from pinnln.solution import Report
from pinnln.units import ResolvedScales

_SMALL = 1e-4


class TrainingDisplay:
    """Training as seen on standard error."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False)
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TextColumn("loss {task.fields[loss]:.2e}"),
            TextColumn("{task.fields[damping]}"),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
        )
        self._task = self._bar.add_task("training", total=1, loss=float("nan"), damping="")

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
        soft = [item.name for group in formulation.groups[1:] for item in group.components]
        exact = [need.statement.name for need in formulation.ansatz.met]
        self.console.print(f"met exactly: {', '.join(exact) or 'none'}; in the loss: {', '.join(soft) or 'none'}")

    def update(self, progress: Progress, prefix: str = "") -> None:
        """Moves the line."""
        damping = "" if progress.damping is None else f"damping {progress.damping:.0e}"
        self._bar.update(
            self._task,
            description=prefix + progress.optimizer,
            completed=progress.step,
            total=progress.steps,
            loss=progress.loss,
            damping=damping,
        )

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
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
