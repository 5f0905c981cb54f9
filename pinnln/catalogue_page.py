"""What the library says of one problem: a line in a table, a page, or plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from pinnln.benchmark import Benchmark
from pinnln.levenberg_marquardt import LevenbergMarquardt
from pinnln.measured_errors import MeasuredError
from pinnln.network_description import describe
from pinnln.units import ResolvedScales
from pinnln.units.dimensional_form import DimensionalEquation, DimensionalForm, dimensional_form
from pinnln.units.dimensionless_form import NOTATIONS, DimensionlessForm, laid_out, scale_lines
from pinnln.units.groups import Groups, groups_of

_PATIENCE = LevenbergMarquardt().patience


@dataclass(frozen=True)
class Entry:
    """A problem of the library.

    Args: benchmark; sentence, the first of its description, with its equation behind a colon; physics, its subject;
    measured, what it was solved to, if it was.
    """

    benchmark: Benchmark
    sentence: str
    physics: str
    measured: MeasuredError | None

    @property
    def name(self) -> str:
        """As it is called."""
        return self.benchmark.name

    @cached_property
    def dimensional(self) -> DimensionalForm:
        """As it is stated."""
        return dimensional_form(self.benchmark.problem)

    @cached_property
    def dimensionless(self) -> DimensionlessForm:
        """In its own scales."""
        return self.benchmark.problem.dimensionless(self.benchmark.scales)

    @cached_property
    def found(self) -> Groups:
        """Its dimensionless groups, which are known before its equations are made dimensionless."""
        return groups_of(self.benchmark.problem, self.benchmark.problem.scales(self.benchmark.scales))

    @property
    def equation(self) -> str:
        """On one line: that of its description, or else the names of its equations."""
        _, colon, equation = self.sentence.partition(":  ")
        return equation.rstrip(".") if colon else ", ".join(item.name for item in self.benchmark.problem.residuals)

    @property
    def groups(self) -> str:
        """Its dimensionless groups with a name, and how many have none."""
        every = self.found.groups
        named = [f"{item.symbol} = {item.value:.4g}" for item in every if item.name]
        nameless = len(every) - len(named)
        return ", ".join([*named, *([f"{nameless} without a name"] if nameless else [])]) or "none"

    def cells(self) -> tuple[str, ...]:
        """Its line in the table."""
        measured = f"{self.measured.error:.1e}" if self.measured else "not measured"
        return self.name, self.equation, self.physics, self.groups, self.benchmark.reference, measured

    def summary(self) -> dict[str, Any]:
        """Its line as a program may read it."""
        return {
            "name": self.name,
            "title": self.benchmark.title,
            "equation": self.equation,
            "physics": self.physics,
            "groups": {item.symbol: item.value for item in self.found.groups},
            "reference": self.benchmark.reference,
            "measured": asdict(self.measured) if self.measured else None,
        }


def page(entry: Entry, notation: str = "unicode") -> str:
    """All that is to be said of a problem.

    Args: notation of the equations, "unicode", "ascii" (of all) or "latex".
    """
    benchmark = entry.benchmark
    found = entry.found
    groups = [str(item) for item in found.groups]
    groups += [
        f"{letter} is {part}" if told == str(part) else f"{letter}, {told}, is {part}"
        for letter, told, part in found.letters
    ]
    asked = [f"{item.name} = {item.reference:.6g~P}    ({item.source})" for item in benchmark.quantities]
    sections = {
        "Scales": scale_lines(entry.dimensionless.scales, notation),
        "Scales proposed where none are given": scale_lines(benchmark.problem.scales(), notation),
        "Groups": groups or ["none"],
        f"Quantities of interest ({benchmark.reference} reference)": asked,
        "Settings": _settings(entry),
        **({"Published by others": _published(benchmark)} if benchmark.published else {}),
        "Citation": benchmark.citation.split("; "),
    }
    head = laid_out({f"{entry.name}: {benchmark.title}": [""]}, notation).rstrip()
    return "\n\n".join([head, entry.dimensional.text(notation), laid_out(sections, notation)])


def plain_page(entry: Entry) -> dict[str, Any]:
    """The same as a program may read it, equations in all notations."""
    benchmark, form = entry.benchmark, entry.dimensional
    return {
        **entry.summary(),
        "equations": [_statement(item) for item in form.equations],
        "conditions": [_statement(item) for item in form.conditions],
        "letters": [
            {"name": item.name, "kind": item.kind, "unit": item.unit, "values": [str(value) for value in item.values]}
            for item in form.letters
        ],
        "scales": _scales(entry.dimensionless.scales),
        "proposed_scales": _scales(benchmark.problem.scales()),
        "quantities": [
            {"name": item.name, "reference": str(item.reference), "source": item.source}
            for item in benchmark.quantities
        ],
        "settings": {
            "network": describe(benchmark.network),
            "sampling": asdict(benchmark.sampling),
            "conditioning": benchmark.conditioning and str(benchmark.conditioning),
            "steps": benchmark.steps,
            "patience": benchmark.patience,
            "broyden": benchmark.broyden,
            "windows": benchmark.windows,
        },
        "accuracy": benchmark.accuracy,
        "aim": benchmark.aim,
        "published": [asdict(item) for item in benchmark.published],
        "citation": benchmark.citation,
    }


def _published(benchmark: Benchmark) -> list[str]:
    return [f"{item.error:.2g}, {item.method}    ({item.source})" for item in benchmark.published]


def _scales(scales: ResolvedScales) -> list[dict[str, str]]:
    return [
        {"name": row.name, "reference": str(row.reference), "span": str(row.span), "origin": row.origin}
        for row in scales.rows
    ]


def _settings(entry: Entry) -> list[str]:
    """Network, points and steps, and how far they were seen to lead."""
    benchmark, measured = entry.benchmark, entry.measured
    windows = f" in each of {benchmark.windows} windows of time" if benchmark.windows > 1 else ""
    patient = f", ended by {benchmark.patience} blocks without gain" if benchmark.patience != _PATIENCE else ""
    deeper = f", then {benchmark.broyden} of SSBroyden" if benchmark.broyden else ""
    lines = [
        str(benchmark.network),
        f"{benchmark.sampling.interior} points inside, {benchmark.sampling.face} on a face",
        f"{benchmark.steps} steps of Levenberg-Marquardt{patient}{deeper}{windows}",
    ]
    if benchmark.conditioning is not None:
        lines.append(f"conditioned by {benchmark.conditioning}")
    if benchmark.aim is not None:
        lines.append(f"to reach a relative error of {benchmark.aim:.0e} in every field")
    if measured is not None:
        lines += [
            f"{measured.measure}: {measured.error:.1e}, median of {measured.seeds} seeds, "
            f"{measured.lowest:.0e} to {measured.highest:.0e}, {measured.seconds:.3g} s ({measured.clock} time)",
            f"measured by {measured.command}",
        ]
    return lines


def _statement(item: DimensionalEquation) -> dict[str, Any]:
    written = {notation: item.text(write) for notation, write in NOTATIONS.items()}
    return {"names": list(item.names), "unit": item.unit, **written}
