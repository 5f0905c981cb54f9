"""The kernels against torch's own, against what a compiler makes of rows, and against a copy of the same bytes."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure

from pinnln.kernels import layer_norm, residual_loss_with_gradient
from pinnln.timing import timed
from pinnln.whole_file import write_json

EPSILON = 1e-5
Calls = dict[str, Callable[[], object]]


@dataclass(frozen=True)
class Measured:
    """One operation at one width: times a row [ns], medians of calls that took turns.

    Attributes: operation; width K; ours, native (torch eager), compiled (torch.compile of the native one on (N, K)),
    copy, of the same bytes; bytes a row that have to be moved.
    """

    operation: str
    width: int
    ours: float
    native: float
    compiled: float
    copy: float
    bytes: int

    @property
    def rate(self) -> float:
        """Bytes moved [GB/s]."""
        return self.bytes / self.ours

    @property
    def of_copy(self) -> float:
        """Our time, in times of a copy."""
        return self.ours / self.copy


@dataclass(frozen=True)
class KernelBench:
    """What was measured, on what, by which command."""

    command: str
    device: str
    rows: int
    dtype: str
    threads: int
    torch: str
    measured: tuple[Measured, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)

    def table(self) -> str:
        """Markdown, a row for each operation and width."""
        head = (
            "| operation | K | ours, ns a row | GB/s | in times of a copy | faster than torch eager | a copy would be "
            "| faster than torch.compile on (N, K) |"
        )
        rows = [
            f"| {item.operation} | {item.width} | {item.ours:.2f} | {item.rate:.0f} | {item.of_copy:.2f} "
            f"| {item.native / item.ours:.0f}× | {item.native / item.copy:.0f}× | {item.compiled / item.ours:.0f}× |"
            for item in self.measured
        ]
        return "\n".join([head, "|---|---|---|---|---|---|---|---|", *rows])

    def figure(self) -> Figure:
        """Time a row against width, one panel an operation."""
        operations = list(dict.fromkeys(item.operation for item in self.measured))
        figure = Figure(figsize=(4.4 * len(operations), 3.8), layout="constrained")
        panels = figure.subplots(1, len(operations), squeeze=False, sharey=True)[0]
        styles = (("native", "torch eager", "#b2182b"), ("compiled", "torch.compile on (N, K)", "#dfa33a"),
                  ("ours", "pinnln", "#2166ac"), ("copy", "a copy of the same bytes", "#4d4d4d"))  # fmt: skip
        for panel, operation in zip(panels, operations, strict=True):
            rows = [item for item in self.measured if item.operation == operation]
            for name, label, color in styles:
                dashed = "--" if name == "copy" else "-"
                panel.plot([item.width for item in rows], [getattr(item, name) for item in rows], dashed, color=color,
                           marker="o", markersize=4, label=label)  # fmt: skip
            panel.set(xscale="log", yscale="log", xlabel="components K", title=operation)
            panel.set_xticks([item.width for item in rows], [str(item.width) for item in rows])
            panel.minorticks_off()
            panel.grid(alpha=0.25)
        panels[0].set_ylabel("ns a row")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, fontsize=8, loc="outside lower center", ncols=4)
        figure.suptitle(f"{self.rows:,} rows, {self.dtype}, {self.device}", fontsize=9)
        return figure

    def save(self, folder: Path) -> list[Path]:
        """Writes the data and the figure."""
        stem = "kernels-" + ("cuda" if "cuda" in self.device else "cpu")
        data, picture = folder / f"{stem}.json", folder / f"{stem}.png"
        write_json(data, self.as_dict(), indent=1)
        self.figure().savefig(picture, dpi=150)
        return [data, picture]


def bench_kernels(
    widths: Sequence[int], rows: int, repeats: int, device: str, command: str, dtype: torch.dtype = torch.float32
) -> KernelBench:
    """Measures every operation at every width."""
    found = [item for width in widths for item in _width(width, rows, repeats, device, dtype)]
    ordered = sorted(found, key=lambda item: [name for name, _ in _OPERATIONS].index(item.operation))
    return KernelBench(
        command, name_of(device), rows, str(dtype).removeprefix("torch."), torch.get_num_threads(), torch.__version__,
        tuple(ordered),
    )  # fmt: skip


def name_of(device: str) -> str:
    """What the device is called."""
    if device.startswith("cuda"):
        return f"cuda: {torch.cuda.get_device_name(device)}"
    flags = torch.backends.cpu.get_cpu_capability()
    return f"cpu: {platform.machine()}, {flags}"


def _width(width: int, rows: int, repeats: int, device: str, dtype: torch.dtype) -> Iterator[Measured]:
    generator = torch.Generator().manual_seed(width)
    x = torch.randn(width, rows, dtype=dtype, generator=generator).to(device)
    g = torch.randn(width, rows, dtype=dtype, generator=generator).to(device)
    for name, calls in _OPERATIONS:
        made, streams = calls(x, g)
        seconds = timed(made, repeats, device)
        ours, native, compiled, copy = (seconds[key] / rows * 1e9 for key in ("ours", "native", "compiled", "copy"))
        yield Measured(name, width, ours, native, compiled, copy, streams * width * x.element_size())


def _forward(x: torch.Tensor, g: torch.Tensor) -> tuple[Calls, int]:
    xs, standing = list(x.clone().unbind(0)), x.T.contiguous()
    compiled = torch.compile(_native, dynamic=True)
    return {
        "ours": lambda: layer_norm(xs, epsilon=EPSILON),
        "native": lambda: _native(standing),
        "compiled": lambda: compiled(standing),
        "copy": lambda: [entry.clone() for entry in xs],
    }, 2


def _backward(x: torch.Tensor, g: torch.Tensor) -> tuple[Calls, int]:
    xs = [entry.clone().requires_grad_() for entry in x]
    gs = list(g.clone().unbind(0))
    standing, upstream = x.T.contiguous().requires_grad_(), g.T.contiguous()
    compiled = torch.compile(_native, dynamic=True)
    graphs = layer_norm(xs, epsilon=EPSILON), _native(standing), compiled(standing)
    return {
        "ours": lambda: torch.autograd.grad(graphs[0], xs, gs, retain_graph=True),
        "native": lambda: torch.autograd.grad(graphs[1], standing, upstream, retain_graph=True),
        "compiled": lambda: torch.autograd.grad(graphs[2], standing, upstream, retain_graph=True),
        "copy": lambda: [a.detach().add(b) for a, b in zip(xs, gs, strict=True)],
    }, 3


def _loss(x: torch.Tensor, g: torch.Tensor) -> tuple[Calls, int]:
    xs, standing = list(x.clone().unbind(0)), x.T.contiguous().requires_grad_()
    scales = torch.linspace(0.5, 2.0, len(x), dtype=x.dtype, device=x.device)
    exact = scales.double()
    compiled = torch.compile(_native_loss, dynamic=True)
    return {
        "ours": lambda: residual_loss_with_gradient(xs, scales=exact, epsilon=EPSILON),
        "native": lambda: torch.autograd.grad(_native_loss(standing, scales), standing),
        "compiled": lambda: torch.autograd.grad(compiled(standing, scales), standing),
        "copy": lambda: [entry.clone() for entry in xs],
    }, 2


def _native(x: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.layer_norm(x, x.shape[-1:], eps=EPSILON)


def _native_loss(x: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.layer_norm(x / scales, x.shape[-1:], eps=EPSILON).square().mean()


_OPERATIONS: tuple[tuple[str, Callable[[torch.Tensor, torch.Tensor], tuple[Calls, int]]], ...] = (
    ("forward", _forward),
    ("backward", _backward),
    ("loss and gradient", _loss),
)
