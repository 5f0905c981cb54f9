"""Whether stating a problem in other units changes its training: asked of every conditioning and optimiser."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

from pinnln.benchmark import Benchmark
from pinnln.bounded_gains import Gains
from pinnln.conditioning import AbstractConditioning, LayerNorm, MeanSquare, MeanSquareOfLayerNorm, Unsafe
from pinnln.conflict_free import ConFIG
from pinnln.first_order import Adam
from pinnln.formulation import Formulation, nondimensional, stripped
from pinnln.gradient_norm import GradientNorm
from pinnln.levenberg_marquardt import LevenbergMarquardt
from pinnln.log_loss import LogLoss
from pinnln.loss_ratios import ReLoBRaLo
from pinnln.multi_adam import MultiAdam
from pinnln.optimizers import AbstractOptimizer
from pinnln.perceptron import MLP
from pinnln.problem import Problem
from pinnln.residual_attention import ResidualAttention
from pinnln.residual_objective import Sampling
from pinnln.restating import SYSTEMS, restated
from pinnln.soft_adapt import SoftAdapt
from pinnln.solver import train
from pinnln.tangent_kernel import TangentKernel
from pinnln.whole_file import write_json, write_whole

SOUND = 1e-9
"""The largest relative difference of parameters at which two trainings count as one."""

CONDITIONINGS: Mapping[str, AbstractConditioning] = {
    "mean square": MeanSquare(),
    "LayerNorm": LayerNorm(),
    "LayerNorm, centred": LayerNorm(center=True),
    "LayerNorm with gains": Gains(),
    "log": LogLoss(),
    "gradient norm": GradientNorm(),
    "gradient norm, no bound": GradientNorm(bound=math.inf),
    "tangent kernel": TangentKernel(),
    "tangent kernel, no bound": TangentKernel(bound=math.inf),
    "ReLoBRaLo": ReLoBRaLo(),
    "SoftAdapt": SoftAdapt(),
    "residual attention": ResidualAttention(),
    "mean of LayerNorm²": MeanSquareOfLayerNorm(),
}
"""Conditionings by the names that tables use; the last is the textbook mistake."""

OPTIMIZERS: Mapping[str, AbstractOptimizer] = {"LM": LevenbergMarquardt(steps=8, block=4), "Adam": Adam(steps=25)}
BY_TERMS: Mapping[str, AbstractOptimizer] = {"MultiAdam": MultiAdam(steps=25), "ConFIG": ConFIG(steps=25)}
"""Optimisers that balance terms by themselves, each with the plain mean square."""

_NETWORK, _SEED = MLP(width=8, depth=2), 3
_SAMPLING = Sampling(interior=64, face=16)
_EVEN = Sampling(interior=64, face=16, adaptive=0.0)


@dataclass(frozen=True)
class Form:
    """One way to state a problem in SI and in other units.

    Args: name; in_si, the formulation of a problem; in_others, that of the maker of a problem and other base units;
    sampling; unsafe, whether units are stripped.
    """

    name: str
    in_si: Callable[[Benchmark], Formulation]
    in_others: Callable[[Callable[..., Benchmark], Mapping[str, str]], Formulation]
    sampling: Sampling = _SAMPLING
    unsafe: bool = True


def _scaled(benchmark: Benchmark) -> Formulation:
    return nondimensional(benchmark.problem, benchmark.problem.scales(benchmark.scales).yardsticks)


def _bare(benchmark: Benchmark) -> Formulation:
    return stripped(benchmark.problem, unsafe=True)


def _counted(make: Callable[..., Benchmark], units: Mapping[str, str]) -> Formulation:
    return stripped(make().problem, equations=units, unsafe=True)


FORMS = (
    Form("nondimensional", _scaled, lambda make, units: _scaled(restated(make, units)), unsafe=False),
    Form("stripped", _bare, lambda make, units: stripped(make().problem, units, unsafe=True)),
    Form("equations alone", _bare, _counted),
    Form("equations alone, even points", _bare, _counted, _EVEN),
)
"""How a problem is stated twice: measured in its characteristic scales; everything in bare magnitudes; the equations
alone in those of the other units, with points where residuals are large, and with points spread evenly."""


@dataclass(frozen=True)
class Difference:
    """How far two trainings of one way end from each other:  max |θ₁ − θ₂| / max |θ₁|.

    Attributes: way; optimizer; form; least and largest over problems and systems of units, None where one ended at
    numbers that are not finite.
    """

    way: str
    optimizer: str
    form: str
    least: float | None
    largest: float | None

    @property
    def sound(self) -> bool:
        """Whether the units made no difference to any problem."""
        return self.largest is not None and self.largest <= SOUND


@dataclass(frozen=True)
class SoundnessBench:
    """All differences; the problems and systems of units they are over; the command."""

    problems: tuple[str, ...]
    systems: tuple[str, ...]
    command: str
    differences: tuple[Difference, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> SoundnessBench:
        """What `as_dict` made."""
        found = tuple(Difference(**item) for item in plain["differences"])
        return cls(tuple(plain["problems"]), tuple(plain["systems"]), plain["command"], found)

    def difference(self, way: str, optimizer: str, form: str) -> Difference:
        """One of them."""
        return next(
            item for item in self.differences if (item.way, item.optimizer, item.form) == (way, optimizer, form)
        )

    def row(self, way: str) -> str:
        """The row of a way in the table of Markdown: the largest difference in each form, LM and Adam."""
        ours = [item for item in self.differences if item.way == way]
        cells = []
        for form in FORMS:
            shown = [_shown(item) for item in ours if item.form == form.name]
            cells.append(" / ".join(shown))
        return f"| {way} | {' | '.join(cells)} |"

    def markdown(self) -> str:
        """The table, with what it is over and the command that made it."""
        ways = dict.fromkeys(item.way for item in self.differences)
        lines = [
            f"`{self.command}`",
            "",
            f"Problems: {', '.join(self.problems)}. Beside SI: {'; '.join(self.systems)}. The largest of "
            f"max |θ₁ − θ₂| / max |θ₁| over both, {' / '.join(OPTIMIZERS)}; at most {SOUND:g} is sound (✓).",
            "",
            f"| way | {' | '.join(form.name for form in FORMS)} |",
            "|---" * (1 + len(FORMS)) + "|",
            *(self.row(way) for way in ways),
        ]
        return "\n".join(lines) + "\n"

    def save(self, folder: Path) -> list[Path]:
        """Writes soundness.json and soundness.md, each whole or not at all."""
        data, page = folder / "soundness.json", folder / "soundness.md"
        write_json(data, self.as_dict(), indent=1)
        write_whole(page, self.markdown())
        return [data, page]


def bench_soundness(
    makers: Sequence[Callable[..., Benchmark]], command: str, say: Callable[[str], None]
) -> SoundnessBench:
    """Trains every way for a few steps on problems that are stated twice.

    Args: makers of problems; command, what was typed; say, where a line goes for each way.
    Returns: the SoundnessBench.
    """
    stated = {form.name: [_statements(form, make) for make in makers] for form in FORMS}
    found = []
    for way, conditioning, name, optimizer in _ways():
        for form in FORMS:
            checked = Unsafe(conditioning) if form.unsafe else conditioning
            sizes = []
            for problem, formulations in stated[form.name]:
                first, *rest = (
                    train(problem, item, _NETWORK, checked, [optimizer], form.sampling, _SEED).theta
                    for item in formulations
                )
                sizes += [float((first - other).abs().max() / first.abs().max()) for other in rest]
            finite = all(math.isfinite(size) for size in sizes)
            ends = (min(sizes), max(sizes)) if finite else (None, None)
            found.append(Difference(way, name, form.name, *ends))
        say(f"{way}, {name}: " + ", ".join(_shown(item) for item in found[-len(FORMS) :]))
    problems = tuple(make.__name__ for make in makers)
    return SoundnessBench(problems, tuple(SYSTEMS), command, tuple(found))


def _statements(form: Form, make: Callable[..., Benchmark]) -> tuple[Problem, list[Formulation]]:
    """A problem, and its formulations: in SI, and in the other systems of units."""
    benchmark = make()
    others = (form.in_others(make, units) for units in SYSTEMS.values())
    return benchmark.problem, [form.in_si(benchmark), *others]


def _ways() -> Iterator[tuple[str, AbstractConditioning, str, AbstractOptimizer]]:
    """Name, conditioning, name of the optimiser, optimiser."""
    for (way, conditioning), (name, optimizer) in product(CONDITIONINGS.items(), OPTIMIZERS.items()):
        yield way, conditioning, name, optimizer
    for name, optimizer in BY_TERMS.items():
        yield name, MeanSquare(), name, optimizer


def _shown(item: Difference) -> str:
    if item.largest is None:
        return "not finite"
    return f"{item.largest:.0g} ✓" if item.sound else f"{item.largest:.1g}"
