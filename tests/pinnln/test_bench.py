"""pinnln bench: tables with the promised columns, files that say what made them, bad input."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from pinnln import kernel_bench, solver_bench
from pinnln.cli import main
from pinnln.kernel_bench import KernelBench, Measured, bench_kernels
from pinnln.lint_bench import LintBench
from pinnln.solver_bench import Beside, Growth, Sizes


def bench(*arguments: object) -> Result:
    """The command, run in this process."""
    return CliRunner().invoke(main, ["bench", *map(str, arguments)])


@pytest.fixture
def uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """torch.compile costs seconds and is not what is tested here."""
    monkeypatch.setattr(torch, "compile", lambda function, **_: function)


@pytest.mark.usefixtures("uncompiled")
def test_kernels_are_measured_at_every_width(tmp_path: Path) -> None:
    """A row for each operation and width; JSON and a figure in the folder."""
    result = bench("kernels", "--rows", 64, "--widths", "2,3", "--repeats", 1, "--device", "cpu", "--out", tmp_path)
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].startswith("| operation | K | ours, ns a row | GB/s | in times of a copy |")
    assert sum(line.startswith("| loss and gradient |") for line in lines) == 2
    found = json.loads((tmp_path / "kernels-cpu.json").read_text(encoding="utf-8"))
    assert found["device"].startswith("cpu: ")
    assert len(found["measured"]) == 6
    assert (tmp_path / "kernels-cpu.png").stat().st_size > 10_000


@pytest.mark.usefixtures("uncompiled")
def test_all_ways_compute_the_same() -> None:
    """What is compared is one and the same number: forward, backward, and the gradient of a loss."""
    x, g = (torch.randn(3, 8, dtype=torch.float64, generator=torch.Generator().manual_seed(k)) for k in range(2))
    for calls in (kernel_bench._forward, kernel_bench._backward):
        made, _ = calls(x, g)
        ours, native = made["ours"](), made["native"]()
        expected = native[0] if isinstance(native, tuple) else native
        torch.testing.assert_close(torch.stack(tuple(ours)).T, expected, rtol=1e-6, atol=1e-6)


def test_figures_of_a_measurement_follow_from_it() -> None:
    """Rate and time of a copy; the table shows ratios."""
    item = Measured("forward", 4, ours=0.5, native=20.0, compiled=2.0, copy=0.4, bytes=32)
    assert item.rate == 64.0
    assert item.of_copy == pytest.approx(1.25)
    table = KernelBench("command", "cpu: x", 10, "float32", 2, "2", (item,)).table()
    assert "| forward | 4 | 0.50 | 64 | 1.25 | 40× | 50× | 4× |" in table


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--widths", "2,x"), "--widths: expected whole numbers such as 2,4,8, found '2,x'"),
        (("--widths", "1"), "--widths: expected at least 2 components, found 1"),
        (("--device", "cuda"), "--device: expected cpu, found 'cuda'"),
    ],
)
def test_bad_input_is_misuse(arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence, exit code 2."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    result = bench("kernels", *arguments)
    assert result.exit_code == 2
    assert words in result.output


def test_the_time_of_the_lint_is_measured() -> None:
    """Both rows, and a missed target is exit code 1."""
    result = bench("lint", "--repeats", 1)
    assert "| pinnln lint of a script, as a whole process |" in result.output
    assert result.exit_code in (0, 1)
    assert LintBench(0.5, 0.02).met
    assert not LintBench(0.5, 0.2).met
    assert bench_kernels.__module__ == "pinnln.kernel_bench"


def test_a_step_is_measured_beside_its_products(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three tables, JSON with the fitted powers, and a figure."""
    small = Sizes(((3, 1),), 8, 3, 8, (8, 16), (3, 4), (3, 4), (8,))
    monkeypatch.setattr(solver_bench, "STANDARD", small)
    monkeypatch.setattr(solver_bench, "peak_memory", lambda what, points: 100.0 + points)
    result = bench("solver", "--repeats", 1, "--out", tmp_path)
    assert result.exit_code == 0, result.output
    assert "| Adam step, 1×3 |" in result.output
    assert "| Jacobian and Gram, beside dsyrk |" in result.output
    assert "| Gauss-Newton model | 8 | 108 |" in result.output
    found = json.loads((tmp_path / "solver.json").read_text(encoding="utf-8"))
    assert set(found["slopes"]) == {
        f"{what} against {letter}" for what in ("gradient", "Gauss-Newton model") for letter in "NP"
    }
    assert (tmp_path / "solver.png").stat().st_size > 10_000


def test_powers_are_fitted() -> None:
    """Times that grow with the square have the power two; a ratio is ours over bare."""
    growth = Growth("gradient", "P", (10, 20, 40), (1.0, 4.0, 16.0), 2.0)
    assert growth.slope == pytest.approx(2.0)
    assert Beside("step", 1, 1, 1, ours=3.0, bare=2.0, target=None).ratio == 1.5


@pytest.mark.parametrize("what", [solver_bench.STEP, solver_bench.MODEL])
def test_the_peak_of_memory_is_that_of_the_process(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A process with torch loaded holds more than 50 MB and less than 20 GB."""
    solver_bench.print_peak(what, 8)
    assert 50 < float(capsys.readouterr().out) < 20_000
