"""Promises: every docstring's example runs, and the README says what the artifacts say."""

from __future__ import annotations

import doctest
import importlib
import json
import re
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"pinnln": "pinnln", "units": "pinnln.units", "kernels": "pinnln.kernels", "problems": "pinnln.problems"}
MODULES = sorted(
    package if path.stem == "__init__" else f"{package}.{path.stem}"
    for room, package in PACKAGES.items()
    for path in (ROOT / room).glob("*.py")
)
README = (ROOT / "README.md").read_text()
ARTIFACT = ROOT / "docs" / "natural_convection" / "comparison.json"


@pytest.mark.parametrize("name", MODULES)
def test_docstrings_run(name: str) -> None:
    """The examples of a module do what they show."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_enough_docstrings_have_examples() -> None:
    """The check above has something to check."""
    finder = doctest.DocTestFinder()
    examples = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]
    assert len(examples) >= 25


def test_the_readme_script_is_the_example() -> None:
    """The script of the README is examples/copper_bar.py, character for character."""
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert (ROOT / "examples" / "copper_bar.py").read_text() in blocks


def readme_rows() -> list[str]:
    """The rows that the committed comparison makes."""
    found = json.loads(ARTIFACT.read_text())
    first = found["quantities"][0]
    rows = []
    for way in found["ways"]:
        runs = [run for run in found["runs"] if run["way"] == way["name"]]
        errors = sorted(run["errors"][first["name"]] for run in runs)
        value = median(run["values"][first["name"]] for run in runs)
        seconds = median(run["seconds"] for run in runs)
        spread = f"{100 * errors[0]:.2g} … {100 * errors[-1]:.2g} %"
        mark = " (unsafe)" if way["unsafe"] else ""
        rows.append(
            f"| {way['name']}{mark} | {value:.4g} | {first['reference']:.5g} "
            f"| {100 * median(errors):.2g} % | {spread} | {seconds:.0f} s |"
        )
    return rows


@pytest.mark.parametrize("row", readme_rows())
def test_the_readme_table_is_what_the_command_measured(row: str) -> None:
    """Each row of the README's table is computed from the committed artifact."""
    assert row in README


def test_the_artifact_says_what_made_it() -> None:
    """The JSON names its command, which the README names too."""
    command = json.loads(ARTIFACT.read_text())["command"]
    assert command.startswith("pinnln compare natural_convection")
    assert command in README


def test_links_of_the_documents_lead_somewhere() -> None:
    """Every relative link of the documents is a file of the project."""
    for document in ROOT.glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (ROOT / target).exists(), f"{document.name}: {target}"
