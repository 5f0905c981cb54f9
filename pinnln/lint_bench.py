"""How long the lint takes: one script as a whole process, one torch function after the import."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pinnln.timing import timed
from pinnln.units import lint_function

SCRIPT_TARGET, FUNCTION_TARGET = 0.8, 0.1
_SCRIPT = """\
from pinnln import Dirichlet, Problem, Residual, coordinates, d, field
from pinnln.units import Q
x, t = coordinates(x=(Q("0 m"), Q("1 m")), t=(Q("0 s"), Q("1 s")))
T = field("T", "K", of=(x, t))
bar = Problem(Residual("heat", d(T, t) - Q("1 cm^2/s") * d(T, x, x)), Dirichlet(T, Q("300 K"), on=x.ends))
"""
_FUNCTION = """\
import torch
def momentum(x, y, u, v, p, rho, nu):
    d = lambda a, b: torch.autograd.grad(a, b, torch.ones_like(a), create_graph=True)[0]
    u_x, u_y = d(u, x), d(u, y)
    return u * u_x + v * u_y + d(p, x) / rho - nu * (d(u_x, x) + d(u_y, y))
"""


@dataclass(frozen=True)
class LintBench:
    """Seconds, medians."""

    script: float
    function: float

    @property
    def met(self) -> bool:
        """Whether both targets are."""
        return self.script < SCRIPT_TARGET and self.function < FUNCTION_TARGET

    def table(self) -> str:
        """Markdown."""
        return "\n".join(
            [
                "| what | time | target |",
                "|---|---|---|",
                f"| pinnln lint of a script, as a whole process | {self.script:.2f} s | {SCRIPT_TARGET} s |",
                f"| lint_function of a momentum equation | {self.function:.3f} s | {FUNCTION_TARGET} s |",
            ]
        )


def bench_lint(repeats: int) -> LintBench:
    """Measures both."""
    with tempfile.TemporaryDirectory() as folder:
        script, function = Path(folder) / "script.py", Path(folder) / "function.py"
        script.write_text(_SCRIPT, encoding="utf-8")
        function.write_text(_FUNCTION, encoding="utf-8")
        command = [sys.executable, "-m", "pinnln.cli", "lint", str(script)]
        names: dict[str, object] = {}
        exec(compile(_FUNCTION, str(function), "exec"), names)
        momentum = names["momentum"]
        assert callable(momentum)
        flow, constants = {"u": "m/s", "v": "m/s", "p": "Pa"}, {"rho": "kg/m^3", "nu": "m^2/s"}
        spent = timed(
            {
                "script": lambda: subprocess.run(command, check=True, capture_output=True),
                "function": lambda: lint_function(momentum, {"x": "m", "y": "m"}, flow, constants),
            },
            repeats,
        )
    return LintBench(spent["script"], spent["function"])
