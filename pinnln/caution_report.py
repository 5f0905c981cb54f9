"""The caution told: tables for the screen and for a page, plain data for programs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from pinnln.caution import Caution, Descent, Path as LossPath, Reading, Sounding
from pinnln.factors import COMBINATIONS, FACTORS, Combination, FactorRun, FactorStudy
from pinnln.whole_file import write_json, write_whole


@dataclass(frozen=True)
class Grid:
    """One table: title, heads of the columns, rows of text."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def table(self) -> Table:
        """For the screen."""
        found = Table(title=self.title, title_justify="left", header_style="bold", box=None)
        for place, name in enumerate(self.head):
            found.add_column(name, justify="right" if place else "left")
        for row in self.rows:
            found.add_row(*row)
        return found

    def lines(self) -> list[str]:
        """For a page, line by line."""
        head = f"| {' | '.join(self.head)} |"
        return [head, "|---|" + "---:|" * (len(self.head) - 1), *(f"| {' | '.join(row)} |" for row in self.rows)]


@dataclass(frozen=True)
class CautionReport:
    """The caution in numbers and the study of the three factors, with the command that made them and its versions."""

    command: str
    caution: Caution
    factors: FactorStudy
    about: Mapping[str, str]

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> CautionReport:
        """From plain data, as `as_dict` gives it."""
        said, study = found["caution"], found["factors"]
        told = Caution(
            said["refusal"],
            tuple(Reading(**item) for item in said["readings"]),
            tuple(Sounding(**item) for item in said["soundings"]),
            tuple(Descent(**item) for item in said["descents"]),
            tuple(LossPath(**item) for item in said["paths"]),
        )
        runs = tuple(
            FactorRun(**{**run, "combination": Combination(**run["combination"]), "errors": _known(run["errors"])})
            for run in study["runs"]
        )
        return cls(found["command"], told, FactorStudy(**{**study, "runs": runs}), found["about"])

    def as_dict(self) -> dict[str, Any]:
        """Plain data, null for an error that is not finite."""
        found = asdict(self)
        for run in found["factors"]["runs"]:
            run["errors"] = {name: error if math.isfinite(error) else None for name, error in run["errors"].items()}
        return found

    def grids(self) -> list[Grid]:
        """All tables, in the order of the argument."""
        return [self._readings(), self._soundings(), self._descents(), self._combinations(), self._worth()]

    def sentences(self) -> list[str]:
        """What the factors come to, optimiser by optimiser."""
        scaled = [item for item in COMBINATIONS if item.network and item.residuals]
        found = []
        for name in self.factors.budgets:
            errors = {item: self.factors.error(item, name) for item in COMBINATIONS}
            best = min(error for item, error in errors.items() if item not in scaled)
            plain, conditioned = (errors[item] for item in scaled)
            runs = [run for item in scaled for run in self.factors.of(item, name)]
            lost = sum(not run.error <= 1 for run in runs)
            found.append(
                f"{name}: {_error(best)} at best while network or residuals are in SI, {_error(plain)} with both in "
                f"scales, {_error(conditioned)} with LayerNorm on top. Of the {len(runs)} trainings with both in "
                f"scales {lost} ended further from the solution than zero is."
            )
        return found

    def markdown(self) -> str:
        """All of it as a page, with the command that made it."""
        study = self.factors
        lines = [
            "# The caution",
            "",
            f"Made by `{self.command}`.",
            "",
            "```",
            self.caution.refusal,
            "```",
            "",
            *(line for grid in self.grids() for line in (f"## {grid.title}", "", *grid.lines(), "")),
            *(f"- {sentence}" for sentence in self.sentences()),
            "",
            "## Settings",
            "",
            f"- {study.problem}: {study.title}; {'; '.join(study.scales)}.",
            f"- {study.network}, {study.sampling}, seeds {', '.join(map(str, study.seeds))}.",
            *(f"- {name}: {budget}" for name, budget in study.budgets.items()),
            *(f"- {name}: {value}" for name, value in self.about.items()),
        ]
        return "\n".join(lines) + "\n"

    def save(self, folder: Path) -> list[Path]:
        """Writes caution.json, caution.md and caution.png."""
        from pinnln.caution_figure import caution_figure

        data, page, picture = (folder / f"caution.{kind}" for kind in ("json", "md", "png"))
        write_json(data, self.as_dict(), indent=1)
        write_whole(page, self.markdown())
        caution_figure(self.caution, self.factors).savefig(picture, dpi=130)
        return [data, page, picture]

    def _readings(self) -> Grid:
        rows = [
            (item.case, _with_units(item), _listed(item.layer_norm), f"{item.loss:.6g}", _trace(item.slope))
            for item in self.caution.readings
        ]
        head = ("residual", "in its units", "LN of the magnitudes", "mean(LN²)", "length of its gradient")
        return Grid("Units stripped: what LayerNorm says of the magnitudes", head, tuple(rows))

    def _soundings(self) -> Grid:
        rows = [
            (
                item.case,
                _listed(item.residual),
                *(f"{value:.5g}" for value in (item.phi, item.psi, item.centred, item.rms)),
                _listed(item.pull_centred),
                _listed(item.pull_rms),
            )
            for item in self.caution.soundings
        ]
        head = ("residual", "r̂ = r/R*", "φ", "ψ", "φ + ψ", "φ_rms", "gradient of φ + ψ", "gradient of φ_rms")
        return Grid("In characteristic scales: the potentials of LayerNorm", head, tuple(rows))

    def _descents(self) -> Grid:
        rows = [
            (item.objective, item.optimizer, *(f"{round(share, 6) + 0.0:.6f}" for share in item.left), item.status)
            for item in self.caution.descents
        ]
        head = ("objective", "optimiser", "left of momentum", "left of energy", "ended")
        return Grid("An optimiser that may shrink each residual as it likes", head, tuple(rows))

    def _combinations(self) -> Grid:
        study = self.factors
        rows = []
        for item in COMBINATIONS:
            marks = ["yes" if getattr(item, factor) else "–" for factor in FACTORS]
            cells = [cell for name in study.budgets for cell in self._errors(item, name)]
            rows.append((*marks, *cells, "unsafe" if item.unsafe else ""))
        columns = [text for name in study.budgets for text in (f"{name}: error", "range", "seconds")]
        title = f"Three factors on {study.problem}: relative L2 error of the worst field"
        return Grid(title, (*FACTORS, *columns, ""), tuple(rows))

    def _errors(self, item: Combination, optimizer: str) -> tuple[str, str, str]:
        runs = self.factors.of(item, optimizer)
        errors, seconds = [run.error for run in runs], sorted(run.seconds for run in runs)
        middle = _error(self.factors.error(item, optimizer))
        return middle, f"{_error(min(errors))} … {_error(max(errors))}", f"{seconds[len(seconds) // 2]:.1f}"

    def _worth(self) -> Grid:
        study = self.factors
        rows = [
            (factor, *(f"{study.worth(factor, name):.2g}×" for name in study.budgets), about)
            for factor, about in FACTORS.items()
        ]
        title = "How many times smaller a factor makes the error"
        return Grid(title, ("factor", *study.budgets, "what it is"), tuple(rows))


def _with_units(item: Reading) -> str:
    return ", ".join(f"{value:.6g} {unit}" for value, unit in zip(item.magnitudes, item.units, strict=True))


def _listed(values: Sequence[float]) -> str:
    return f"({', '.join(f'{round(value, 9) + 0.0:.4g}' for value in values)})"


def _trace(value: float) -> str:
    return f"{value:.0e}" if value else "0"


def _error(value: float) -> str:
    return f"{value:.1e}" if math.isfinite(value) else "failed"


def _known(errors: Mapping[str, float | None]) -> dict[str, float]:
    return {name: math.inf if error is None else error for name, error in errors.items()}
