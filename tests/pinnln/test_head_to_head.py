"""pinnln bench deepxde: runs that are kept and go on, and the table that follows from what was kept."""

from __future__ import annotations

import inspect
import json
import math
import signal
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from hypothesis import given, strategies as st

from pinnln import MLP, Sampling, SelfScaledBroyden
from pinnln.chebyshev import chebyshev_helmholtz
from pinnln.cli import main
from pinnln.head_to_head import SUITE, AdamStep, Case, Moment, Run, Settings, run_deepxde, run_pinnln, time_adam_step
from pinnln.head_to_head_figure import error_figure
from pinnln.head_to_head_report import Row, error_at, read_runs, report, settled
from pinnln.levenberg_marquardt import LevenbergMarquardt
from pinnln.problems import CATALOG, copper_bar, oude_korendijk
from pinnln.run_queue import Job, run_queue
from pinnln.whole_file import write_json

SETTINGS = Settings(threads=1, budget=60.0, adam=4, lbfgs=4)


def run(solver: str, seed: int, *errors: float, case: str = "copper_bar", seconds: float = 1.0) -> Run:
    """A run whose error takes these values at 1, 2, … times so many seconds, half of them in a second phase."""
    moments = tuple(
        Moment("Adam" if 2 * place < len(errors) else "L-BFGS", seconds * (place + 1), error)
        for place, error in enumerate(errors)
    )
    return Run(
        case, "A bar", "relative error", solver, seed, asdict(SETTINGS), {"torch": "2"}, "ended", "", 0.5,
        seconds * len(errors), moments,
    )  # fmt: skip


RUNS = [
    *(run("pinnln", seed, 1e-1, 1e-4, 1e-7 * (seed + 1), seconds=0.1) for seed in range(3)),
    *(run("deepxde", seed, 1e-1, 1e-2, 1e-3 * (seed + 1)) for seed in range(3)),
]


def test_both_solvers_tell_their_error_along_time() -> None:
    """Histories in the order of time that end below where they began, with the same answer asked of both."""
    benchmark = replace(copper_bar(), network=MLP(6, 1), sampling=Sampling(60), steps=6)
    case = Case("copper_bar")
    ours = run_pinnln("copper_bar", case, benchmark, 0, SETTINGS)
    theirs = run_deepxde("copper_bar", case, benchmark, 0, replace(SETTINGS, adam=30, lbfgs=50))
    for found in (ours, theirs):
        seconds = [item.seconds for item in found.history]
        assert seconds == sorted(seconds)
        assert seconds[-1] == found.seconds
        assert found.error < found.history[0].error
        assert Run.from_dict(json.loads(json.dumps(found.as_dict()))).error == pytest.approx(found.error, rel=1e-5)
    assert {item.phase for item in theirs.history} == {"Adam", "L-BFGS"}
    step = time_adam_step("copper_bar", benchmark, SETTINGS, repeats=1)
    assert min(step.pinnln, step.deepxde) > 0
    assert step.points == 60


def test_the_history_of_an_inverse_problem_is_that_of_its_first_training_and_its_end() -> None:
    """What is measured anew in between is of other yardsticks, so its parameters tell no error; the time is of all."""
    benchmark = replace(oude_korendijk(), network=MLP(6, 1), sampling=Sampling(60), steps=3)
    found = run_pinnln("oude_korendijk", Case("oude_korendijk"), benchmark, 0, SETTINGS)
    assert {item.phase for item in found.history} == {"Levenberg-Marquardt"}
    assert len(found.history) <= 3 + 1
    assert found.history[-1].seconds == found.seconds > found.history[-2].seconds


def test_a_benchmark_knows_what_suffices_to_solve_it() -> None:
    """Levenberg-Marquardt with its steps, and SSBroyden after it where it says so."""
    assert copper_bar().optimizers() == [LevenbergMarquardt(steps=copper_bar().steps)]
    both = replace(copper_bar(), broyden=7).optimizers()
    assert both == [LevenbergMarquardt(steps=copper_bar().steps), SelfScaledBroyden(steps=7)]
    patient = replace(copper_bar(), patience=20)
    assert patient.optimizers() == [LevenbergMarquardt(steps=copper_bar().steps, patience=20)]
    assert "patience=20" in patient.settings["training"]


def test_a_run_that_failed_says_so() -> None:
    """Infinite at the start: the error is infinite, and JSON knows it as null."""
    benchmark = replace(copper_bar(), network=_Lost(6, 1), sampling=Sampling(60), steps=6)
    found = run_pinnln("copper_bar", Case("copper_bar"), benchmark, 0, SETTINGS)
    assert (found.status, found.error) == ("failed", math.inf)
    assert Run.from_dict(json.loads(json.dumps(found.as_dict()))) == found


class _Lost(MLP):
    """A network that starts where nothing is finite."""

    def initialize(self, inputs: int, outputs: int, seed: int) -> torch.Tensor:
        return torch.full_like(super().initialize(inputs, outputs, seed), math.nan)


def test_a_row_compares_medians_at_equal_errors_and_equal_times() -> None:
    """DeepXDE ends at 2e-3 after 3 s; pinnln stays below that from 0.2 s on, and is at 2e-7 when DeepXDE ends."""
    row = Row.of(RUNS[:3], RUNS[3:])
    assert (row.pinnln.error, row.pinnln.lowest, row.pinnln.highest) == pytest.approx((2e-7, 1e-7, 3e-7))
    assert (row.deepxde.error, row.deepxde.seconds, row.deepxde.startup) == pytest.approx((2e-3, 3.0, 0.5))
    assert row.sooner == pytest.approx(3.0 / 0.2)
    assert row.closer == pytest.approx(2e-3 / 2e-7)
    assert Row.of(RUNS[3:], RUNS[:3]).cells()[-2] == "not reached"
    assert Row.of(RUNS[:3], [run("deepxde", 0, math.inf)]).cells()[-2:] == ("∞", "∞")


@given(st.lists(st.floats(1e-9, 1.0), min_size=1, max_size=12), st.floats(1e-9, 1.0))
def test_where_an_error_has_settled_it_stays(errors: list[float], level: float) -> None:
    """Everything from that second on is at or below the level, and the moment before is not."""
    history = run("pinnln", 0, *errors).history
    since = settled(history, level)
    assert all(item.error <= level for item in history if item.seconds >= since)
    before = error_at(history, since - 0.5)
    assert before > level


def test_the_table_follows_from_the_runs_that_were_kept(tmp_path: Path) -> None:
    """--table reads the folder: rows, the Adam step, the classical solver, the figure; what one side alone ran is not
    a row."""
    for found in [*RUNS, run("pinnln", 0, 1e-3, case="joule_heating")]:
        write_json(tmp_path / "runs" / f"{found.case}-{found.solver}-{found.seed}.json", found.as_dict())
    step = AdamStep("copper_bar", asdict(SETTINGS), 800, 0.001, 0.004)
    write_json(tmp_path / "runs" / "copper_bar-adam_step-0.json", step.as_dict())
    done = CliRunner().invoke(main, ["bench", "deepxde", "--table", "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    page = (tmp_path / "report.md").read_text()
    row = "| copper_bar | 2.0e-07 | 1e-07 … 3e-07 | 0.3 | 2.0e-03 | 1e-03 … 3e-03 | 3 | 15× | 1e+04× |"
    assert row in page
    assert "joule_heating" not in page
    assert "copper_bar 1.00 and 4.00 ms, 4.0×" in page
    assert "Chebyshev collocation of degree 40" in page
    assert "Solved with other settings by default" not in page
    kept = json.loads((tmp_path / "report.json").read_text())
    assert kept["rows"][0]["pinnln"]["error"] == pytest.approx(2e-7)
    assert (tmp_path / "error.png").stat().st_size > 10_000
    write_json(tmp_path / "report.json", {**kept, "command": "what ran"})
    shown = CliRunner().invoke(main, ["bench", "deepxde", "--table", "--json", "--out", str(tmp_path)])
    again = json.loads(shown.stdout)
    assert (again["rows"], again["command"]) == (kept["rows"], "what ran")


def test_the_table_names_the_problems_whose_settings_have_changed_since() -> None:
    """Those of our runs, in words, are compared with the defaults of now."""
    ours = [replace(item, about={**item.about, "network": "MLP(width=2)"}) for item in RUNS if item.solver == "pinnln"]
    theirs = [item for item in RUNS if item.solver == "deepxde"]
    made = report([*ours, *theirs], [], "", lambda name: CATALOG[name]().settings)
    assert made.rows[0].settings == {"network": "MLP(width=2)"}
    assert "measured by `pinnln bench accuracy`: copper_bar." in made.markdown()
    assert "other settings" not in report([*ours, *theirs], [], "", lambda _: {"network": "MLP(width=2)"}).markdown()


def test_the_figure_has_a_panel_for_each_case_and_a_ring_where_lbfgs_begins() -> None:
    """A band, a line, and the end of each side; of DeepXDE the handover as well."""
    others = [replace(item, case="natural_convection_1e4") for item in RUNS]
    shown = [panel for panel in error_figure([*RUNS, *others]).axes if panel.get_visible()]
    assert [panel.get_title(loc="left") for panel in shown] == ["Copper bar", "Natural convection, Ra = $10^4$"]
    rings = [line for line in shown[0].lines if line.get_markeredgewidth() == 1.3 and line.get_marker() == "o"]
    assert len(rings) == 2
    assert rings[0].get_xdata()[0] == pytest.approx(2.0)
    assert len(shown[0].collections) == 2


def job(folder: Path, name: str, code: str) -> Job:
    """A job that runs a line of Python with its file as `out`."""
    out = folder / f"{name}.json"
    return Job(name, ("-c", f"from pathlib import Path; out = Path({str(out)!r}); {code}"), out)


def test_a_queue_goes_on_where_it_stopped_and_names_what_failed(tmp_path: Path) -> None:
    """What is there is not run again; a failure is told with its last line and run the next time."""
    write = "import os; out.write_text(os.environ['OMP_NUM_THREADS'])"
    jobs = [job(tmp_path, "a", write), job(tmp_path, "b", "raise ValueError('too warm')"), job(tmp_path, "c", write)]
    jobs[0].out.write_text("before")
    said: list[str] = []
    assert run_queue(jobs, 2, 3, said.append) == ["b"]
    assert [item.out.exists() for item in jobs] == [True, False, True]
    assert (jobs[0].out.read_text(), jobs[2].out.read_text()) == ("before", "3")
    assert said[0] == "1 of 3 runs are there already"
    assert any(line.startswith("b: failed with exit code 1: ValueError: too warm") for line in said)
    assert run_queue([job(tmp_path, "b", write)], 1, 1, said.append) == []


def test_an_interrupted_queue_ends_what_it_began(tmp_path: Path) -> None:
    """No run is left behind, and none is kept half."""

    def interrupt(text: str) -> None:
        raise KeyboardInterrupt

    slow = job(tmp_path, "slow", "import time; time.sleep(60); out.write_text('late')")
    with pytest.raises(KeyboardInterrupt):
        run_queue([job(tmp_path, "quick", "out.write_text('1')"), slow], 2, 1, interrupt)
    assert not slow.out.exists()


def test_a_queue_that_is_told_to_end_ends_what_it_began(tmp_path: Path) -> None:
    """SIGTERM, as batch systems send it, leaves no run behind; what stood for it before stands again."""
    slow = job(tmp_path, "slow", "import time; time.sleep(60); out.write_text('late')")
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit, match="143"):
        run_queue(
            [job(tmp_path, "quick", "out.write_text('1')"), slow],
            2, 1, lambda text: signal.raise_signal(signal.SIGTERM),
        )  # fmt: skip
    assert signal.getsignal(signal.SIGTERM) is before
    assert not slow.out.exists()


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    """An unknown case, a folder of runs with other settings, a folder with none: one message, exit code 2."""
    found = run("pinnln", 0, 1e-3)
    write_json(tmp_path / "runs" / "copper_bar-pinnln-0.json", found.as_dict())
    for arguments, words in (
        (["flux_capacitor"], "there is no case 'flux_capacitor': expected some of copper_bar"),
        (["copper_bar", "--adam", "7"], "choose another --out"),
        (["--table", "--out", str(tmp_path / "nowhere")], "found none"),
    ):
        done = CliRunner().invoke(main, ["bench", "deepxde", "--out", str(tmp_path), *arguments])
        assert (done.exit_code, words in done.stderr) == (2, True), done.output


def test_one_run_is_a_command_of_its_own(tmp_path: Path) -> None:
    """The hidden command writes the file that the report reads."""
    out = tmp_path / "copper_bar-deepxde-0.json"
    settings = json.dumps(asdict(SETTINGS))
    done = CliRunner().invoke(main, ["bench", "deepxde-run", "copper_bar", "deepxde", "0", settings, str(out)])
    assert done.exit_code == 0, done.output
    runs, steps = read_runs(tmp_path)
    assert (runs[0].solver, runs[0].settings, steps) == ("deepxde", asdict(SETTINGS), [])
    assert report(runs, [], "").rows == ()


def test_the_classical_solver_converges_spectrally() -> None:
    """Eight more degrees, four digits more; at 40 only round-off is left."""
    errors = [chebyshev_helmholtz(degree).error for degree in (16, 24, 32, 40)]
    assert all(after < 1e-3 * before for before, after in pairwise(errors[:-1]))
    assert errors[-1] < 1e-12


@pytest.mark.parametrize("name", [name for name, case in SUITE.items() if case.problem in CATALOG])
def test_every_case_of_the_suite_can_be_made(name: str) -> None:
    """Its problem takes its arguments, and convection is measured by the heat it carries."""
    case = SUITE[name]
    assert inspect.signature(CATALOG[case.problem]).bind(**case.arguments)
    assert case.measure == ("relative error of the mean Nusselt number" if case.arguments else Case(name).measure)
