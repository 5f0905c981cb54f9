"""What problems are solved to: taken from the bench beside DeepXDE, or measured; the file that is installed."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

import pinnln.problems
from pinnln.measured_errors import FILE, MeasuredError, from_report, read_measured, write_measured
from pinnln.problems import CATALOG

ROOT = Path(__file__).parents[2]
INSTALLED = Path(pinnln.problems.__file__).parent / FILE
REPORT = json.loads((ROOT / "docs" / "deepxde" / "report.json").read_text())


def test_what_is_installed_is_what_the_bench_says() -> None:
    """What `pinnln bench accuracy --report docs/deepxde/report.json` takes over is; all others were measured."""
    installed, told = read_measured(INSTALLED), from_report(REPORT, CATALOG)
    assert set(told) <= set(installed) <= set(CATALOG)
    assert {"poisson", "allen_cahn", "natural_convection"} <= set(told)
    for name, row in told.items():
        assert replace(installed[name], seconds=0.0) == replace(row, seconds=0.0)
        assert installed[name].seconds == pytest.approx(row.seconds, rel=1e-5)
    for name in set(installed) - set(told):
        seeds = installed[name].seeds
        assert installed[name].command == f"pinnln bench accuracy {name} --seeds {seeds}"


@pytest.mark.parametrize("name", ["black_scholes", "lotka_volterra", "sir"])
def test_those_of_markets_and_populations_are_solved(name: str) -> None:
    """The median that was measured is below 1e-4, and so is the worst seed."""
    assert read_measured(INSTALLED)[name].highest < 1e-4


def test_only_problems_as_they_are_by_default_are_taken() -> None:
    """Of the three cavities the one at Ra = 10⁴."""
    cavity = from_report(REPORT, CATALOG)["natural_convection"]
    (row,) = (row for row in REPORT["rows"] if row["case"] == "natural_convection_1e4")
    assert cavity.error == row["pinnln"]["error"]
    assert cavity.measure == "relative error of the mean Nusselt number"


def test_a_problem_that_is_no_case_of_the_suite_is_taken() -> None:
    """`pinnln bench deepxde` runs any problem of the library by its name."""
    row = {**REPORT["rows"][0], "case": "sir", "settings": CATALOG["sir"]().settings}
    assert from_report({**REPORT, "rows": [row]}, CATALOG)["sir"].error == row["pinnln"]["error"]


def test_what_was_measured_with_other_settings_is_not_taken() -> None:
    """DeepXDE's side is, since it stands beside whatever ours became."""
    (row,) = (row for row in REPORT["rows"] if row["case"] == "poisson")
    assert set(row["settings"]) >= {"network", "sampling", "training"}
    other = {**REPORT, "rows": [{**row, "settings": {**row["settings"], "network": "MLP(width=2)"}}]}
    assert "poisson" in from_report(REPORT, CATALOG)
    assert "poisson" not in from_report(other, CATALOG)
    assert from_report(other, CATALOG, side="deepxde")["poisson"].error == row["deepxde"]["error"]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """An error that is not finite too; no file is no error."""
    row = MeasuredError(math.inf, 0.5, math.inf, "error", 2, 1.5, "pinnln")
    write_measured(tmp_path / "found.json", {"copper_bar": row})
    assert read_measured(tmp_path / "found.json") == {"copper_bar": row}
    assert read_measured(tmp_path / "nowhere.json") == {}
