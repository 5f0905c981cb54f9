"""The corpus: correct equations have no findings, mistakes are found where they were made, controls are not claimed."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest
from corpus_units import Symbols
from front_ends import FRONT_ENDS
from mutations import Mutant, mutants

from pinnln.units import Finding

FILE = Path(__file__).parent / "corpus" / "equations.py"
TEXT = FILE.read_text(encoding="utf-8")
EQUATIONS = {
    node.name: ast.get_source_segment(TEXT, node) or ""
    for node in ast.parse(TEXT).body
    if isinstance(node, ast.FunctionDef)
}


def located(mutant: Mutant, finding: Finding) -> bool:
    """Whether the caret holds the changed node and nothing beyond its term."""
    source = finding.source
    if source is None or source.line != mutant.node[0]:
        return False
    holds = source.column <= mutant.node[1] and source.end_column >= mutant.node[3]
    return holds and mutant.term[1] <= source.column and source.end_column <= mutant.term[3]


def test_the_corpus_is_large_enough() -> None:
    """At least 30 equations and 300 mutants that units can see."""
    seen = [item for name, text in EQUATIONS.items() for item in mutants(name, text, Symbols.of(name))]
    assert len(EQUATIONS) >= 30
    assert sum(item.detectable for item in seen) >= 300


@pytest.mark.parametrize("front_end", FRONT_ENDS)
@pytest.mark.parametrize("name", EQUATIONS)
def test_a_correct_equation_has_no_findings(name: str, front_end: str) -> None:
    """Not even a note."""
    assert FRONT_ENDS[front_end](name, EQUATIONS[name], Symbols.of(name)).codes == ()


@pytest.mark.parametrize("front_end", FRONT_ENDS)
def test_mistakes_are_found_where_they_were_made(front_end: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Detection at least 95 %, exact span at least 90 %, no control claimed; by operator, printed."""
    made: Counter[str] = Counter()
    found: Counter[str] = Counter()
    exact: Counter[str] = Counter()
    claimed = []
    for name, text in EQUATIONS.items():
        symbols = Symbols.of(name)
        for mutant in mutants(name, text, symbols):
            report = FRONT_ENDS[front_end](name, mutant.text, symbols)
            findings = [finding for finding in report if finding.severity != "note"]
            if not mutant.detectable:
                claimed += [mutant] if findings else []
                continue
            made[mutant.operator] += 1
            found[mutant.operator] += bool(findings)
            exact[mutant.operator] += any(located(mutant, finding) for finding in findings)
    with capsys.disabled():
        print(f"\n{front_end}: {len(EQUATIONS)} equations, {made.total()} mutants")
        for operator in made:
            print(f"  {operator:<26} found {found[operator]}/{made[operator]}, exact span {exact[operator]}")
        print(f"  all: found {found.total() / made.total():.1%}, exact span {exact.total() / made.total():.1%}")
    assert claimed == []
    assert found.total() >= 0.95 * made.total()
    assert exact.total() >= 0.90 * made.total()


def test_the_oracle_agrees_with_the_rules() -> None:
    """Every mutant that the rules refuse also fails the rescaling oracle, and no correct equation does."""
    from front_ends import oracle

    for name, text in EQUATIONS.items():
        symbols = Symbols.of(name)
        assert oracle(name, text, symbols) == {}, name
        for mutant in mutants(name, text, symbols):
            broken = oracle(name, mutant.text, symbols)
            line = mutant.text.splitlines()[mutant.node[0] - 1]
            assert bool(broken) == mutant.detectable, (name, mutant.operator, line)
