"""What a step of training costs beside its bare matrix products, against points and parameters, and in memory."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure
from scipy.linalg.blas import dsyrk

from pinnln.conditioning import MeanSquare
from pinnln.conditions import Dirichlet, Initial
from pinnln.formulation import nondimensional
from pinnln.kernel_bench import name_of
from pinnln.kernels import NormalEquations
from pinnln.perceptron import MLP
from pinnln.problem import Problem, Residual
from pinnln.residual_objective import ResidualObjective, Sampling
from pinnln.threads import suited_threads
from pinnln.timing import timed
from pinnln.units import Q, Scales, coordinates, d, field, sin
from pinnln.whole_file import write_json

STEP, MODEL = "gradient", "Gauss-Newton model"


@dataclass(frozen=True)
class Sizes:
    """What is measured: (width, depth) of networks for an Adam step at `points`; width and rows of the Gauss-Newton
    model; points and widths for the cost of both; points for the peak of memory."""

    networks: tuple[tuple[int, int], ...] = ((20, 3), (128, 5))
    points: int = 2000
    model_width: int = 21
    rows: int = 3000
    many_points: tuple[int, ...] = (1000, 2000, 4000, 8000, 16000, 32000)
    step_widths: tuple[int, ...] = (20, 40, 80, 160)
    model_widths: tuple[int, ...] = (20, 28, 40, 54)
    memory_points: tuple[int, ...] = (10_000, 1_000_000)


STANDARD = Sizes()


@dataclass(frozen=True)
class Beside:
    """Our time [s] beside that of its bare products, both on the threads that a training of that size uses, and how
    many times that was to be at most."""

    what: str
    parameters: int
    points: int
    threads: int
    ours: float
    bare: float
    target: float | None

    @property
    def ratio(self) -> float:
        """Our time in times of the bare products."""
        return self.ours / self.bare


@dataclass(frozen=True)
class Growth:
    """Times [s] on one thread against points N or parameters P, and the power that an operation count leads to."""

    what: str
    against: str
    at: tuple[int, ...]
    seconds: tuple[float, ...]
    expected: float

    @property
    def slope(self) -> float:
        """The power fitted to all of them."""
        return float(np.polyfit(np.log(self.at), np.log(self.seconds), 1)[0])


@dataclass(frozen=True)
class Peak:
    """The peak of resident memory [MB] of a process that made the gradient or the model once."""

    what: str
    points: int
    megabytes: float


@dataclass(frozen=True)
class SolverBench:
    """What was measured, on what, by which command."""

    command: str
    device: str
    torch: str
    beside: tuple[Beside, ...]
    growth: tuple[Growth, ...]
    peaks: tuple[Peak, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        slopes = {f"{item.what} against {item.against}": item.slope for item in self.growth}
        return {**asdict(self), "slopes": slopes}

    def table(self) -> str:
        """Markdown: steps beside bare products, then growth, then memory."""
        lines = [
            "| step | P | N | threads | ours, ms | bare products, ms | times | at most |",
            "|---|---|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {item.what} | {item.parameters:,} | {item.points:,} | {item.threads} "
            f"| {1e3 * item.ours:.2f} | {1e3 * item.bare:.2f} | {item.ratio:.2f} "
            f"| {'' if item.target is None else f'{item.target:g}'} |"
            for item in self.beside
        ]
        lines += ["", "| cost of | against | power, fitted | power, counted |", "|---|---|---|---|"]
        lines += [f"| {item.what} | {item.against} | {item.slope:.2f} | {item.expected:g} |" for item in self.growth]
        lines += ["", "| peak of memory | N | MB |", "|---|---|---|"]
        lines += [f"| {item.what} | {item.points:,} | {item.megabytes:.0f} |" for item in self.peaks]
        return "\n".join(lines)

    def figure(self) -> Figure:
        """Time against N and against P, with the counted power as a dashed line through the last point."""
        figure = Figure(figsize=(8.6, 3.8), layout="constrained")
        panels = figure.subplots(1, 2, sharey=True)
        for panel, against in zip(panels, ("N", "P"), strict=True):
            for item in self.growth:
                if item.against != against:
                    continue
                color = "#2166ac" if item.what == STEP else "#b2182b"
                at, seconds = np.array(item.at), np.array(item.seconds)
                label = f"{item.what}: {against}^{item.slope:.2f} (counted {item.expected:g})"
                panel.plot(at, seconds, color=color, marker="o", markersize=4, label=label)
                panel.plot(at, seconds[-1] * (at / at[-1]) ** item.expected, "--", color=color, linewidth=0.9)
            panel.set(xscale="log", yscale="log", xlabel={"N": "points N", "P": "parameters P"}[against])
            panel.grid(alpha=0.25)
            panel.legend(fontsize=7)
        panels[0].set_ylabel("seconds")
        figure.suptitle(f"float64, one thread, {self.device}", fontsize=9)
        return figure

    def save(self, folder: Path) -> list[Path]:
        """Writes the data and the figure."""
        data, picture = folder / "solver.json", folder / "solver.png"
        write_json(data, self.as_dict(), indent=1)
        self.figure().savefig(picture, dpi=150)
        return [data, picture]


def bench_solver(sizes: Sizes, repeats: int, command: str) -> SolverBench:
    """Measures all of it."""
    beside = [_adam_step(network, sizes.points, repeats) for network in sizes.networks]
    beside.append(_jacobian_and_gram(sizes.model_width, sizes.rows, repeats))
    with suited_threads(0):
        growth = [
            _growth(STEP, "N", [(20, points) for points in sizes.many_points], 1.0, repeats),
            _growth(MODEL, "N", [(sizes.model_width, points) for points in sizes.many_points], 1.0, repeats),
            _growth(STEP, "P", [(width, sizes.points) for width in sizes.step_widths], 1.0, repeats),
            _growth(MODEL, "P", [(width, sizes.points) for width in sizes.model_widths], 2.0, repeats),
        ]
    peaks = [Peak(what, points, peak_memory(what, points)) for what in (STEP, MODEL) for points in sizes.memory_points]
    return SolverBench(command, name_of("cpu"), torch.__version__, tuple(beside), tuple(growth), tuple(peaks))


def burgers(width: int, depth: int, points: int) -> tuple[ResidualObjective, torch.Tensor]:
    """Burgers' equation with exact conditions, on a network with its first parameters: one group of 4 channels."""
    x, t = coordinates(x=(-1.0, 1.0), t=(0.0, 1.0))
    u = field("u", "dimensionless", of=(x, t))
    problem = Problem(
        Residual("Burgers", d(u, t) + u * d(u, x) - 0.01 / math.pi * d(u, x, x)),
        Dirichlet(u, 0.0, on=x.ends),
        Initial(u, -sin(math.pi * x)),
    )
    formulation = nondimensional(problem, problem.scales(Scales(u=Q(1.0, ""))).yardsticks)
    network = MLP(width, depth)
    made = ResidualObjective(formulation, network, MeanSquare(), Sampling(points), seed=0)
    return made, network.initialize(formulation.embedding.size, 1, seed=0)


def bare_products(width: int, depth: int, points: int) -> Callable[[], object]:
    """The matrix products of one gradient on four channels, by torch on all points at once: forward, back to the
    inputs and back to the weights."""
    generator = torch.Generator().manual_seed(0)

    def drawn(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, dtype=torch.float64, generator=generator)

    sizes = [2, *[width] * depth, 1]
    layers = [(drawn(4 * points, a), drawn(b, a), drawn(4 * points, b)) for a, b in pairwise(sizes)]

    def run() -> None:
        for h, weight, _ in layers:
            h @ weight.T
        for place, (h, weight, g) in enumerate(layers):
            g.T @ h
            if place:
                g @ weight

    return run


def peak_memory(what: str, points: int) -> float:
    """The peak of resident memory [MB] of a process of its own that makes one gradient or one model and a trial of it.

    Args: what, `STEP` or `MODEL`; points N.
    """
    code = f"from pinnln.solver_bench import print_peak; print_peak({what!r}, {points})"
    return float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def print_peak(what: str, points: int) -> None:
    """What `peak_memory` asks of the other process: its own high-water mark, nan where the system does not tell.

    `getrusage` is not asked, since a process that was started by a larger one reports the peak of that one.
    """
    made, theta = burgers(20, 3, points)
    with suited_threads(made.size):
        if what == MODEL:
            made.least_squares(theta, NormalEquations(made.size)).rows(theta)
        else:
            made.gradient(theta)
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    marks = [float(line.split()[1]) for line in lines if line.startswith("VmHWM:")]
    print(marks[0] * 1024 / 1e6 if marks else math.nan)


def _adam_step(network: tuple[int, int], points: int, repeats: int) -> Beside:
    width, depth = network
    made, theta = burgers(width, depth, points)
    parameter = theta.clone()
    optimizer = torch.optim.Adam([parameter], lr=1e-6)

    def step() -> None:
        _, parameter.grad = made.gradient(parameter)
        optimizer.step()

    what, target = f"Adam step, {depth}×{width}", 2.0 if network == (128, 5) else None
    return _beside(what, made.size, points, step, bare_products(width, depth, points), target, repeats)


def _jacobian_and_gram(width: int, rows: int, repeats: int) -> Beside:
    made, theta = burgers(width, 3, rows)
    standing = np.random.default_rng(0).standard_normal((made.size, rows))
    return _beside(
        "Jacobian and Gram, beside dsyrk",
        made.size,
        rows,
        lambda: made.least_squares(theta, NormalEquations(made.size)),
        lambda: dsyrk(1.0, standing.T, trans=1),
        2.0,
        repeats,
    )


def _beside(
    what: str,
    parameters: int,
    points: int,
    ours: Callable[[], object],
    bare: Callable[[], object],
    target: float | None,
    repeats: int,
) -> Beside:
    with suited_threads(parameters):
        spent = timed({"ours": ours, "bare": bare}, repeats)
        return Beside(what, parameters, points, torch.get_num_threads(), spent["ours"], spent["bare"], target)


def _growth(what: str, against: str, cases: Sequence[tuple[int, int]], expected: float, repeats: int) -> Growth:
    calls: dict[str, Callable[[], object]] = {}
    at = []
    for width, points in cases:
        made, theta = burgers(width, 3, points)
        calls[f"{width} {points}"] = _call(made, theta, what)
        at.append(points if against == "N" else made.size)
    spent = timed(calls, repeats)
    return Growth(what, against, tuple(at), tuple(spent.values()), expected)


def _call(made: ResidualObjective, theta: torch.Tensor, what: str) -> Callable[[], object]:
    return (
        (lambda: made.gradient(theta))
        if what == STEP
        else (lambda: made.least_squares(theta, NormalEquations(made.size)))
    )
