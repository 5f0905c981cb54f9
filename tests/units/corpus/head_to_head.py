"""Our lint beside others on the corpus.

    python tests/units/corpus/head_to_head.py --impunity PYTHON --dimtensor PYTHON

The peers live in environments of their own, each given by its interpreter. What a tool cannot express is written out
for it: pint receives derivatives as quantities, impunity as annotated parameters. A mistake counts as found when the
tool says something of the faulty text that it does not say of the correct one.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pint
from corpus_units import Symbols
from front_ends import FRONT_ENDS
from mutations import Mutant, mutants

from pinnln.units import Q
from pinnln.units.dimension import Dimension

FILE = Path(__file__).parent / "equations.py"
OUT = Path(__file__).parents[3] / "docs" / "unit_lint_head_to_head.json"
Case = tuple[str, str, Symbols]
Verdict = tuple[bool, int | None, bool]
"""Whether something was found, in which line, and with an exact span."""


def corpus() -> tuple[list[Case], list[tuple[Case, Mutant]]]:
    """The correct equations and their mutants."""
    text = FILE.read_text(encoding="utf-8")
    functions = [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    right = [(node.name, ast.get_source_segment(text, node) or "", Symbols.of(node.name)) for node in functions]
    wrong = [(case, mutant) for case in right for mutant in mutants(*case)]
    return right, wrong


def ours(front_end: str) -> Callable[[Case, Mutant | None], Verdict]:
    """One of our front ends."""

    def judge(case: Case, mutant: Mutant | None) -> Verdict:
        name, text, symbols = case
        report = FRONT_ENDS[front_end](name, mutant.text if mutant else text, symbols)
        found = [finding for finding in report if finding.severity != "note"]
        lines = [finding.source.line for finding in found if finding.source]
        exact = mutant is not None and any(_exact(mutant, finding.source) for finding in found)
        right = mutant.node[0] if mutant and mutant.node[0] in lines else (lines[0] if lines else None)
        return bool(found), right, exact

    return judge


def _exact(mutant: Mutant, source: Any) -> bool:
    return bool(
        source is not None
        and source.line == mutant.node[0]
        and mutant.term[1] <= source.column <= mutant.node[1]
        and mutant.node[3] <= source.end_column <= mutant.term[3]
    )


def by_pint(case: Case, mutant: Mutant | None) -> Verdict:
    """The equation computed with pint quantities; a derivative is a quantity of the right unit."""
    name, text, symbols = case
    units = {**symbols.inputs, **symbols.outputs, **symbols.constants}
    values = {key: Q(1.3 + 0.17 * place, unit) for place, (key, unit) in enumerate(units.items())}

    def derivative(u: Any, *along: Any) -> Any:
        for x in along:
            u = 0.7 * u / x.to_base_units().units
        return u

    names: dict[str, Any] = {"d": derivative, "sin": np.sin, "exp": np.exp, "tanh": np.tanh}
    exec(compile(mutant.text if mutant else text, "<pint>", "exec"), names)
    try:
        residual = names[name](**values)
        Q(1.0, symbols.residual) + residual
    except (pint.errors.PintTypeError, pint.errors.PintError, ValueError, TypeError) as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<pint>"]
        return True, lines[-1] if lines else None, False
    return False, None, False


def by_impunity(interpreter: str) -> Callable[[list[tuple[Case, Mutant | None]]], list[Verdict | None]]:
    """impunity's decorator, which logs what does not fit; derivatives of composites cannot be written for it."""
    program = (
        "import sys, json, logging, importlib.util\n"
        "found = []\n"
        "class Keep(logging.Handler):\n"
        "    def emit(self, record): found.append(record.getMessage())\n"
        "logging.getLogger().addHandler(Keep())\n"
        "out = {}\n"
        "for path in json.load(sys.stdin):\n"
        "    found.clear()\n"
        "    try:\n"
        "        spec = importlib.util.spec_from_file_location('case', path)\n"
        "        spec.loader.exec_module(importlib.util.module_from_spec(spec))\n"
        "        out[path] = list(found)\n"
        "    except Exception as error:\n"
        "        out[path] = ['raised ' + type(error).__name__ + ': ' + str(error)[:200]]\n"
        "json.dump(out, sys.stdout)\n"
    )

    def judge(cases: list[tuple[Case, Mutant | None]]) -> list[Verdict | None]:
        texts = [_for_impunity(case, mutant) for case, mutant in cases]
        with tempfile.TemporaryDirectory() as folder:
            paths = _written(folder, texts)
            done = subprocess.run(
                [interpreter, "-c", program], input=json.dumps([path for path in paths if path]),
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            said = json.loads(done.stdout[done.stdout.index("{") :])
        verdicts: list[Verdict | None] = []
        for path in paths:
            messages = said[path] if path else None
            if messages is None or any(message.startswith("raised") for message in messages):
                verdicts.append(None)
            else:
                lines = [int(match) for message in messages for match in re.findall(r"(?:line |:)(\d+)", message)]
                verdicts.append((bool(messages), lines[0] - 5 if lines else None, False))
        return verdicts

    return judge


def _unit(symbols: Symbols, name: str) -> Dimension:
    unit = {**symbols.inputs, **symbols.outputs, **symbols.constants}[name]
    return Dimension.of(Q(1.0, unit).dimensionality)


_SYMBOLS = dict(zip(("[length]", "[mass]", "[time]", "[current]", "[temperature]", "[substance]"),
                    ("m", "kg", "s", "A", "K", "mol"), strict=True))  # fmt: skip


def _plain(dimension: Dimension) -> str:
    powers = [f"{_SYMBOLS[base]}**{power}" for base, power in dimension.exponents]
    return "*".join(powers) or "dimensionless"


def _for_impunity(case: Case, mutant: Mutant | None) -> str | None:
    _, text, symbols = case
    tree = ast.parse(mutant.text if mutant else text)
    extra: dict[str, str] = {}

    class Derivatives(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            self.generic_visit(node)
            if not isinstance(node.func, ast.Name) or node.func.id != "d":
                return node
            names = [item.id for item in node.args if isinstance(item, ast.Name)]
            dimension = _unit(symbols, names[0])
            for along in names[1:]:
                dimension = dimension / _unit(symbols, along)
            symbol = names[0] + "_" + "".join(names[1:])
            extra[symbol] = _plain(dimension)
            return ast.copy_location(ast.Name(symbol, ast.Load()), node)

    try:
        tree = Derivatives().visit(tree)
        units = {key: _plain(_unit(symbols, key)) for key in (*symbols.inputs, *symbols.outputs, *symbols.constants)}
        result = _plain(Dimension.of(Q(1.0, symbols.residual).dimensionality))
    except (KeyError, IndexError):
        return None
    function = tree.body[0]
    known = {**units, **extra, "return": result}
    function.args.args = [ast.arg(key, ast.Name(f"U_{key}")) for key in known if key != "return"]
    function.returns = ast.Name("U_return")
    body = ast.unparse(function)
    head = "from typing import Annotated\nfrom impunity import impunity\nfrom numpy import sin, exp, tanh\n"
    head += "; ".join(f"U_{key} = Annotated[float, {unit!r}]" for key, unit in known.items())
    return f"{head}\n@impunity\n{ast.unparse(function)}\n"


def by_dimtensor(interpreter: str) -> Callable[[list[tuple[Case, Mutant | None]]], list[Verdict | None]]:
    """dimtensor's lint, which reads the text and guesses from names."""

    def judge(cases: list[tuple[Case, Mutant | None]]) -> list[Verdict | None]:
        with tempfile.TemporaryDirectory() as folder:
            paths = _written(folder, [mutant.text if mutant else case[1] for case, mutant in cases])
            command = [interpreter, "-m", "dimtensor", "lint", "--format", "json", folder]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            found = json.loads(done.stdout[done.stdout.index("[") if "[" in done.stdout else 0 :] or "[]")
        entries = found if isinstance(found, list) else found.get("results", found.get("issues", []))
        lines: dict[str, list[int]] = {}
        for entry in (item for item in entries if item.get("severity") != "info"):
            name = Path(str(entry.get("file", entry.get("path", "")))).name
            lines.setdefault(name, []).append(int(entry.get("line", 0)))
        names = [Path(path).name for path in paths if path]
        return [(name in lines, lines.get(name, [None])[0], False) for name in names]

    return judge


def _written(folder: str, texts: list[str | None]) -> list[str | None]:
    paths: list[str | None] = []
    for number, text in enumerate(texts):
        path = Path(folder) / f"case_{number:04}.py"
        if text is not None:
            path.write_text(text + "\n", encoding="utf-8")
        paths.append(str(path) if text is not None else None)
    return paths


def tally(right: list[Verdict | None], wrong: list[tuple[Mutant, Verdict | None]]) -> Mapping[str, int]:
    """The figures of one tool."""
    seen = [(mutant, verdict) for mutant, verdict in wrong if mutant.detectable]
    said = [(mutant, verdict) for mutant, verdict in seen if verdict is not None and verdict[0]]
    return {
        "mistakes": len(seen),
        "cannot be written": sum(verdict is None for _, verdict in seen),
        "found": len(said),
        "in the right line": sum(verdict[1] == mutant.node[0] for mutant, verdict in said if verdict),
        "exact span": sum(verdict[2] for _, verdict in said if verdict),
        "controls claimed": sum(bool(v and v[0]) for mutant, v in wrong if not mutant.detectable),
        "correct equations refused": sum(bool(verdict and verdict[0]) for verdict in right),
    }


def main() -> None:
    """Runs every tool and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--impunity", required=True, help="a Python that has impunity")
    parser.add_argument("--dimtensor", required=True, help="a Python that has dimtensor")
    given = parser.parse_args()
    right, wrong = corpus()
    cases: list[tuple[Case, Mutant | None]] = [*((case, None) for case in right), *wrong]
    single = {"pinnln, torch functions": ours("tensors"), "pinnln, scripts": ours("trees"), "pint alone": by_pint}
    many = {"impunity": by_impunity(given.impunity), "dimtensor lint": by_dimtensor(given.dimtensor)}
    table = {}
    for name, judge in single.items():
        table[name] = [judge(case, mutant) for case, mutant in cases]
    for name, judge_all in many.items():
        table[name] = judge_all(cases)
    rows = {}
    for name, verdicts in table.items():
        of_mutants = [(mutant, verdict) for (_, mutant), verdict in zip(wrong, verdicts[len(right) :], strict=True)]
        rows[name] = tally(verdicts[: len(right)], of_mutants)
    result = {"command": "python tests/units/corpus/head_to_head.py --impunity PYTHON --dimtensor PYTHON",
              "equations": len(right), "tools": rows}  # fmt: skip
    OUT.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
