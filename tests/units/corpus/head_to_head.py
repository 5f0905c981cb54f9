"""Our lint beside others on the corpus.

    python tests/units/corpus/head_to_head.py --impunity PYTHON --dimtensor PYTHON

The peers live in environments of their own, each given by its interpreter. What a tool cannot express is written out
for it: pint receives derivatives as quantities, impunity as annotated parameters. A mistake counts as found when the
tool says something of the faulty text that it does not say of the correct one.
"""

from __future__ import annotations

import argparse
import ast
import functools
import json
import re
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from operator import truediv
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
Said = list[tuple[int, str]]
"""What a peer says of a text, line by line."""


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


def by_impunity(interpreter: str) -> Callable[[list[str | None]], list[Said | None]]:
    """impunity's decorator, which logs what does not fit."""
    program = (
        "import sys, json, logging, types, linecache\n"
        "found = []\n"
        "class Keep(logging.Handler):\n"
        "    def emit(self, record): found.append(record.getMessage())\n"
        "logging.getLogger().addHandler(Keep())\n"
        "out = []\n"
        "for place, path in enumerate(json.load(sys.stdin)):\n"
        "    found.clear()\n"
        "    module = sys.modules[f'case{place}'] = types.ModuleType(f'case{place}')\n"
        "    try:\n"
        "        exec(compile(open(path).read(), path, 'exec'), module.__dict__)\n"
        "        out.append(list(found))\n"
        "    except Exception as error:\n"
        "        out.append(None)\n"
        "json.dump(out, sys.stdout)\n"
    )

    def judge(texts: list[str | None]) -> list[Said | None]:
        with tempfile.TemporaryDirectory() as folder:
            paths = _written(folder, texts)
            done = subprocess.run(
                [interpreter, "-c", program], input=json.dumps([path for path in paths if path]),
                capture_output=True, text=True, check=True,
            )  # fmt: skip
        answers = iter(json.loads(done.stdout))
        return [_located(next(answers)) if path else None for path in paths]

    return judge


def _located(messages: list[str] | None) -> Said | None:
    if messages is None:
        return None
    parts = [re.match(r".*?:(\d+) (.*)", message, re.DOTALL) for message in messages]
    return [(int(part[1]) - _HEAD, part[2]) for part in parts if part]


_HEAD = 4
"""Lines before the function in what is written for impunity."""
_SYMBOLS = dict(zip(("[length]", "[mass]", "[time]", "[current]", "[temperature]", "[substance]"),
                    ("m", "kg", "s", "A", "K", "mol"), strict=True))  # fmt: skip


def _plain(dimension: Dimension) -> str:
    powers = [f"{_SYMBOLS[base]}**({power})" for base, power in dimension.exponents]
    return " * ".join(powers) or "dimensionless"


def for_impunity(case: Case, mutant: Mutant | None) -> str | None:
    """The equation as impunity wants it, every derivative an annotated parameter; None if that cannot be written."""
    _, text, symbols = case
    tree = ast.parse(mutant.text if mutant else text)
    units = {**symbols.inputs, **symbols.outputs, **symbols.constants}

    class Derivatives(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            self.generic_visit(node)
            if not isinstance(node.func, ast.Name) or node.func.id != "d":
                return node
            first, *along = (item.id for item in node.args if isinstance(item, ast.Name))
            symbol = first + "_" + "".join(along)
            known[symbol] = _plain(functools.reduce(truediv, map(dimension, along), dimension(first)))
            return ast.copy_location(ast.Name(symbol, ast.Load()), node)

    def dimension(name: str) -> Dimension:
        return Dimension.of(Q(1.0, units[name]).dimensionality)

    try:
        known = {name: _plain(dimension(name)) for name in units}
        result = _plain(Dimension.of(Q(1.0, symbols.residual).dimensionality))
        tree = Derivatives().visit(tree)
    except (KeyError, ValueError):
        return None
    function = tree.body[0]
    function.args.args = [ast.arg(name, _annotation(unit)) for name, unit in known.items()]
    function.returns = _annotation(result)
    head = "from typing import Annotated\nfrom impunity import impunity\nfrom numpy import sin, exp, tanh\n"
    return f"{head}@impunity\n{ast.unparse(function)}\n"


def _annotation(unit: str) -> ast.expr:
    return ast.parse(f"Annotated[float, {unit!r}]", mode="eval").body


def by_dimtensor(interpreter: str) -> Callable[[list[str | None]], list[Said | None]]:
    """dimtensor's lint, which reads the text and guesses from names."""

    def judge(texts: list[str | None]) -> list[Said | None]:
        with tempfile.TemporaryDirectory() as folder:
            paths = _written(folder, texts)
            command = [interpreter, "-m", "dimtensor", "lint", "--format", "json", folder]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        said: dict[str | None, Said] = {path: [] for path in paths}
        for entry in json.loads(done.stdout):
            if entry["severity"] != "info":
                said[entry["file"]].append((int(entry["line"]), entry["message"]))
        return [said[path] for path in paths]

    return judge


def _written(folder: str, texts: list[str | None]) -> list[str | None]:
    paths: list[str | None] = []
    for number, text in enumerate(texts):
        path = Path(folder) / f"case_{number:04}.py"
        if text is not None:
            path.write_text(text + "\n", encoding="utf-8")
        paths.append(str(path) if text is not None else None)
    return paths


def new_only(correct: Said | None, faulty: Said | None) -> Verdict | None:
    """What a tool says of the faulty text and not of the correct one."""
    if correct is None or faulty is None:
        return None
    before = {message for _, message in correct}
    new = [line for line, message in faulty if message not in before]
    return bool(new), new[0] if new else None, False


def verdicts_of(
    peer: Callable[[list[str | None]], list[Said | None]],
    text: Callable[..., str | None],
    right: list[Case],
    wrong: list[tuple[Case, Mutant]],
) -> list[Verdict | None]:
    """A peer's verdicts on the correct equations and then on the mutants."""
    said = peer([*(text(case, None) for case in right), *(text(case, mutant) for case, mutant in wrong)])
    of_right = dict(zip((name for name, *_ in right), said, strict=False))
    first = [None if item is None else (bool(item), None, False) for item in said[: len(right)]]
    pairs = zip(wrong, said[len(right) :], strict=True)
    return [*first, *(new_only(of_right[case[0]], item) for (case, _), item in pairs)]


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


def _version(interpreter: str, package: str) -> str:
    program = f"from importlib.metadata import version; print(version({package!r}))"
    return subprocess.run([interpreter, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def main() -> None:
    """Runs every tool and writes the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--impunity", required=True, help="a Python that has impunity")
    parser.add_argument("--dimtensor", required=True, help="a Python that has dimtensor")
    given = parser.parse_args()
    right, wrong = corpus()
    cases: list[tuple[Case, Mutant | None]] = [*((case, None) for case in right), *wrong]
    single = {"pinnln, torch functions": ours("tensors"), "pinnln, scripts": ours("trees"), "pint alone": by_pint}
    table = {name: [judge(case, mutant) for case, mutant in cases] for name, judge in single.items()}
    table["impunity"] = verdicts_of(by_impunity(given.impunity), for_impunity, right, wrong)
    table["dimtensor lint"] = verdicts_of(
        by_dimtensor(given.dimtensor), lambda case, mutant: mutant.text if mutant else case[1], right, wrong
    )
    rows = {}
    for name, verdicts in table.items():
        of_mutants = [(mutant, verdict) for (_, mutant), verdict in zip(wrong, verdicts[len(right) :], strict=True)]
        rows[name] = tally(verdicts[: len(right)], of_mutants)
    result = {
        "command": "python tests/units/corpus/head_to_head.py --impunity PYTHON --dimtensor PYTHON",
        "versions": {"impunity": _version(given.impunity, "impunity"), "pint": pint.__version__,
                     "dimtensor": _version(given.dimtensor, "dimtensor")},
        "equations": len(right),
        "controls": sum(not mutant.detectable for _, mutant in wrong),
        "tools": rows,
    }  # fmt: skip
    OUT.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
