"""pinnln compare --caution: tables, page, JSON and figure, and what it refuses."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure

from pinnln import MLP, Sampling
from pinnln.caution import caution
from pinnln.caution_figure import caution_figure
from pinnln.caution_report import CautionReport
from pinnln.cli import main
from pinnln.factors import COMBINATIONS, FactorRun, FactorStudy
from pinnln.problems import CATALOG, shear_heating

SMALL = replace(shear_heating(), network=MLP(4, 1), sampling=Sampling(20, 1))


def made(lost: float) -> CautionReport:
    """A report whose study was not trained; the first combination ends with this error."""
    runs = tuple(
        FactorRun(item, name, seed, {"u": lost if item is COMBINATIONS[0] else 1e-3 / (1 + seed), "T": 1e-6}, "x", 1.0)
        for item in COMBINATIONS
        for name in ("Adam", "LM")
        for seed in range(3)
    )
    study = FactorStudy("shear_heating", "Ice", ("y = 1 km",), {"Adam": "a", "LM": "l"}, "MLP", "few", (0, 1, 2), runs)
    return CautionReport("pinnln compare --caution", caution(), study, {"torch": "2"})


def test_plain_data_come_back_as_they_were() -> None:
    """Through JSON and back the tables are the same; an infinite error is null."""
    report = made(math.inf)
    plain = json.loads(json.dumps(report.as_dict(), allow_nan=False))
    assert plain["factors"]["runs"][0]["errors"]["u"] is None
    assert CautionReport.from_dict(plain).grids() == report.grids()
    assert CautionReport.from_dict(plain).markdown() == report.markdown()


def test_the_page_says_everything() -> None:
    """The refusal, every case, every combination with median and range, the command."""
    report = made(math.inf)
    page = report.markdown()
    assert report.caution.refusal in page
    assert "Made by `pinnln compare --caution`." in page
    assert "| as it stands | 100000 Pa, 10 K/s | (1, -1) | 1 |" in page
    assert "| as it stands, in kPa and mK/s | 100 kPa, 10000 mK/s | (-1, 1) | 1 |" in page
    assert "| momentum a tenth | (0.1, 1) | 0.9 | 1.1 | 2 | 1.4213 | (0, 2) |" in page
    assert "| – | – | – | failed | failed … failed | 1.0 | failed | failed … failed | 1.0 | unsafe |" in page
    assert "| yes | yes | yes | 5.0e-04 | 3.3e-04 … 1.0e-03 | 1.0 |" in page
    assert "- LM: 5.0e-04 at best while network or residuals are in SI, 5.0e-04 with both in scales" in page


def test_a_training_that_ran_away_is_counted() -> None:
    """An error above one, or none that is finite, with both in scales."""
    report = made(1.0)
    runs = tuple(
        replace(run, errors={"u": math.inf if run.seed else 1.5}) if run.combination is COMBINATIONS[-1] else run
        for run in report.factors.runs
    )
    said = replace(report, factors=replace(report.factors, runs=runs)).sentences()
    assert said[1].startswith("LM: ")
    assert said[1].endswith("Of the 6 trainings with both in scales 3 ended further from the solution than zero is.")


@pytest.mark.parametrize("lost", [math.inf, 3e5])
def test_the_figure_has_a_panel_for_each_step(lost: float) -> None:
    """Magnitudes, LayerNorm, two paths, the table of factors and their errors; a run that failed is no trouble."""
    report = made(lost)
    figure = caution_figure(report.caution, report.factors)
    assert isinstance(figure, Figure)
    assert len(figure.axes) == 6
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert ("failed" in texts) == math.isinf(lost)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The problem of the experiment with a small network."""
    monkeypatch.setitem(CATALOG, "shear_heating", lambda: SMALL)


@pytest.mark.usefixtures("small")
def test_the_command_prints_tables_and_writes_files(tmp_path: Path) -> None:
    """Five seeds unless asked for, a line for each training, three files."""
    found = CliRunner().invoke(main, ["compare", "--caution", "--iterations", "1", "--out", str(tmp_path)])
    assert found.exit_code == 0, found.output
    assert "IncommensurableError: LayerNorm across components" in found.stdout
    assert "φ_rms" in found.stdout
    assert found.stderr.count("seed ") == 80
    names = ("caution.json", "caution.md", "caution.png")
    assert all((tmp_path / name).stat().st_size > 1000 for name in names)
    assert found.stderr.count("wrote ") == 3


@pytest.mark.usefixtures("small")
def test_the_command_speaks_json() -> None:
    """--json is for programs, and --seeds and a name are obeyed."""
    arguments = ["compare", "shear_heating", "--caution", "--iterations", "1", "--seeds", "1", "--json", "--quiet"]
    found = CliRunner().invoke(main, arguments)
    assert (found.exit_code, found.stderr) == (0, "")
    assert len(json.loads(found.stdout)["factors"]["runs"]) == 16


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--caution", "--target", "0.1"], "leave --target out"),
        (["--caution", "--optimizer", "lm"], "leave --optimizer out"),
        (["--caution", "--ways", "raw"], "leave --ways out"),
        (["--caution", "--budget", "1"], "leave --budget out"),
        (["--caution", "--table"], "leave --table out"),
        (["--caution", "--seeds", "0"], "expected at least one optimiser and one seed, found 2 and 0"),
        (["--caution", "--iterations", "0"], "a budget of 0 steps trains nothing"),
        ([], "expected the name of a problem, as in pinnln compare joule_heating, or --caution"),
    ],
)
def test_misuse_is_one_sentence_and_exit_code_two(arguments: list[str], words: str) -> None:
    """No traceback, no training."""
    found = CliRunner().invoke(main, ["compare", *arguments])
    assert found.exit_code == 2
    assert words in found.stderr
    assert "Traceback" not in found.stderr
