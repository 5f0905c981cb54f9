"""pinnln compare with a budget: runs in processes of their own that go on where they stopped, and a report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pinnln.cli import main
from pinnln.memory import processes_that_fit
from pinnln.study import Case, Settings
from pinnln.study_command import report_study, run_study
from pinnln.study_report import read_study

ASKED = ("copper_bar", "joule_heating", "--ways", "raw", "--optimizers", "lm", "--budget", "0.2")


def pinnln(*arguments: str) -> Result:
    """A command."""
    return CliRunner().invoke(main, list(arguments))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A study of two runs, each of a fifth of a second, that was interrupted after the first; what the command said."""
    folder = tmp_path_factory.mktemp("study")
    out = str(folder / "runs" / "joule_heating-raw-lm-0.json")
    first = pinnln("compare-run", "joule_heating", "raw", "lm", "0", '{"budget": 0.2}', out)
    assert first.exit_code == 0, first.output
    return folder, pinnln("compare", *ASKED, "--jobs", "2", "--out", str(folder))


def test_a_study_goes_on_and_leaves_its_runs_and_its_report(study: tuple[Path, Result]) -> None:
    """Only what is missing is run: a file for each run, four of the report, a table for each problem."""
    folder, said = study
    assert said.exit_code == 0, said.output
    written = {"error.png", "runs", "study.html", "study.json", "study.md"}
    assert {path.name for path in folder.iterdir()} == written
    runs = read_study(folder / "runs")
    assert [(run.problem, run.way, run.status) for run in runs] == [(name, "raw", "budget") for name in ASKED[:2]]
    assert all(run.seconds > 0 for run in runs)
    assert all(run.settings == {"budget": 0.2, "threads": 1} for run in runs)
    assert "A bar between two electrodes carries a current and warms in the middle" in said.stdout
    assert "unsafe" in said.stdout
    assert "1 of 2 runs are there already" in said.stderr
    assert "0 to go" in said.stderr


def test_the_report_can_be_made_again(study: tuple[Path, Result]) -> None:
    """--table runs nothing, tells what is there, and keeps the command that made it."""
    folder, _ = study
    before = json.loads((folder / "study.json").read_text())
    (folder / "study.html").unlink()
    shown = pinnln("compare", "--table", "--json", "--out", str(folder))
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.stdout) == before
    assert "natural convection" not in (folder / "study.html").read_text()


def test_a_study_that_grew_tells_all_its_commands(study: tuple[Path, Result], tmp_path: Path) -> None:
    """Those that made the runs, in their order, each once, as one line of a shell."""
    runs = tmp_path / "runs"
    shutil.copytree(study[0] / "runs", runs)
    asked: list[str | None] = ["pinnln compare copper_bar", "pinnln compare joule_heating", "pinnln compare copper_bar"]
    for command in [*asked, None]:
        report, _ = report_study(tmp_path, command, ["raw"], ["lm"], [])
    assert report.command == "pinnln compare copper_bar && pinnln compare joule_heating"
    assert report.command in (tmp_path / "study.md").read_text()


def test_runs_with_other_settings_are_refused(study: tuple[Path, Result]) -> None:
    """Unequal seconds are not compared."""
    folder, _ = study
    refused = pinnln("compare", *ASKED[:-1], "0.3", "--out", str(folder))
    assert refused.exit_code == 2
    assert "was run with {'budget': 0.2, 'threads': 1}, expected {'budget': 0.3, 'threads': 1}" in refused.stderr
    assert "choose another --out" in refused.stderr


def test_no_run_begins_beside_runs_with_other_settings(study: tuple[Path, Result]) -> None:
    """A way that was not run yet is refused too: its seconds would be told apart only when they are spent."""
    folder, _ = study
    before = sorted((folder / "runs").iterdir())
    refused = pinnln("compare", "copper_bar", "--ways", "log", "--budget", "0.3", "--out", str(folder))
    assert refused.exit_code == 2
    assert "was run with {'budget': 0.2, 'threads': 1}, expected {'budget': 0.3" in refused.stderr
    assert sorted((folder / "runs").iterdir()) == before


@pytest.mark.parametrize(("text", "words"), [("{", "since it is no JSON (Expecting"), ("[]", "it tells no settings")])
def test_a_file_that_holds_no_run_is_named(text: str, words: str, tmp_path: Path) -> None:
    """Whether a study would go on or only be reported."""
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "notes.json").write_text(text)
    for arguments in (["--table"], ["copper_bar", "--budget", "1"]):
        refused = pinnln("compare", *arguments, "--out", str(tmp_path))
        assert refused.exit_code == 2, refused.output
        assert "notes.json is no run" in refused.stderr
        assert words in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["perpetuum_mobile", "--budget", "1"], "there is no problem 'perpetuum_mobile': expected one of copper_bar"),
        (["copper_bar", "--budget", "0"], "a budget of 0 s: expected seconds of training"),
        (["copper_bar", "--budget", "1", "--ways", "magic"], "there is no way 'magic': expected all, or some of raw"),
        (
            ["copper_bar", "--budget", "1", "--optimizers", "lm,magic"],
            "there is no optimizer 'magic': expected some",
        ),
        (["copper_bar", "--budget", "1", "--iterations", "9"], "leave them out of a study"),
        (["copper_bar", "--budget", "1", "--target", "0.1"], "leave them out of a study"),
        (["--budget", "1"], "expected at least one problem, way, optimiser and seed, found 0, 5, 1 and 1"),
        (["copper_bar", "copper_bar", "--budget", "1"], "two runs would be called 'copper_bar-raw-lm-0'"),
        (["copper_bar", "joule_heating"], "expected the name of one problem"),
        (["copper_bar", "--optimizers", "lm"], "--optimizers need a --budget"),
        (["copper_bar", "--jobs", "2"], "--jobs, --threads, several problems or --optimizers need a --budget"),
        ([], "expected the name of a problem, as in pinnln compare joule_heating, or --caution"),
        (["--table"], "expected runs in"),
    ],
)
def test_misuse_is_one_sentence_and_exit_code_two(arguments: list[str], words: str, tmp_path: Path) -> None:
    """No traceback, no run."""
    found = pinnln("compare", *arguments, "--out", str(tmp_path / "new"))
    assert found.exit_code == 2, found.output
    assert words in " ".join(found.stderr.replace("│", "").split())
    assert "Traceback" not in found.output
    assert not (tmp_path / "new").exists()


def test_one_problem_may_be_compared_in_some_ways() -> None:
    """Without a budget as well: in this process, steps being equal."""
    found = pinnln("compare", "copper_bar", "--iterations", "2", "--ways", "nondimensional", "--quiet")
    assert found.exit_code == 0, found.output
    assert "nondimensional" in found.stdout
    assert "raw" not in found.stdout


def test_a_run_that_leaves_no_file_is_an_error_at_the_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The report is of those that did, and the exit code is one."""
    (tmp_path / "runs").mkdir()
    monkeypatch.setattr("pinnln.study_command.run_queue", lambda *_: ["copper_bar-nondimensional-lm-0"])
    kept = pinnln(
        "compare-run", "copper_bar", "raw", "lm", "0", '{"budget": 0.05}', str(tmp_path / "runs" / "raw.json")
    )
    assert kept.exit_code == 0, kept.output
    found = pinnln("compare", "copper_bar", "--budget", "0.05", "--out", str(tmp_path))
    assert found.exit_code == 1, found.output


def test_no_more_runs_at_once_than_memory_holds(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And where runs share cores the command says that their seconds are worth less."""
    from pinnln.problems import copper_bar

    asked: list[int] = []
    said: list[str] = []
    monkeypatch.setattr("pinnln.study_command.run_queue", lambda jobs, at_once, *_: asked.append(at_once) or [])
    monkeypatch.setattr("pinnln.study_command.os.cpu_count", lambda: 1)
    case, settings = Case("copper_bar", "raw", "lm", 0), Settings(1.0)
    for free in (2 * 10**9, 10**6, None):
        monkeypatch.setattr("pinnln.study_command.free_memory", lambda free=free: free)
        run_study([case], {"copper_bar": copper_bar()}, {"lm": []}, settings, 8, tmp_path, said.append)
    assert asked == [3, 1, 8]
    assert said[0] == "3 of 8 runs at once: more would not fit into memory"
    assert "share 1 core(s): their seconds are worth less" in said[1]
    assert "--jobs 1 keeps them equal" in said[1]
    assert processes_that_fit(2, 0, 10**15) == 2
