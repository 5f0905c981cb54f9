"""Promises: every docstring's example runs, and the README says what the artifacts say."""

from __future__ import annotations

import doctest
import importlib.util
import json
import math
import re
import runpy
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import torch

from pinnln import MLP, FourierFeatures, IncommensurableError, ResidualVector, UnitsError
from pinnln.accuracy_report import AccuracyReport, read_accuracy
from pinnln.benchmark import FIELDS
from pinnln.caution import caution
from pinnln.caution_report import CautionReport
from pinnln.choices_bench import ChoiceRun, ChoicesBench
from pinnln.head_to_head_report import read_runs, report
from pinnln.kernel_bench import KernelBench, Measured
from pinnln.measured_errors import FILE, read_measured
from pinnln.problems import CATALOG
from pinnln.solver_bench import Beside, Growth, Peak, SolverBench

ROOT = Path(__file__).parents[1]
PACKAGES = {"pinnln": "pinnln", "units": "pinnln.units", "kernels": "pinnln.kernels", "problems": "pinnln.problems"}
MODULES = sorted(
    package if path.stem == "__init__" else f"{package}.{path.stem}"
    for room, package in PACKAGES.items()
    for path in (ROOT / room).glob("*.py")
    if not path.stem.endswith("_triton") or importlib.util.find_spec("triton")
)
README = (ROOT / "README.md").read_text()


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


def artifact(name: str) -> dict[str, Any]:
    """The committed comparison of one problem."""
    found: dict[str, Any] = json.loads((ROOT / "docs" / name / "comparison.json").read_text())
    return found


def ways_rows() -> list[str]:
    """The rows of the ways on the cavity."""
    found = artifact("natural_convection")
    first = found["quantities"][0]
    rows = []
    for way in found["ways"]:
        runs = [run for run in found["runs"] if run["way"] == way["name"]]
        errors = sorted(100 * run["errors"][first["name"]] for run in runs)
        value = median(run["values"][first["name"]] for run in runs)
        seconds = median(run["seconds"] for run in runs)
        mark = " (unsafe)" if way["unsafe"] else ""
        rows.append(
            f"| {way['name']}{mark} | {value:.5g} | {first['reference']:.5g} | {median(errors):.2g} % "
            f"| {errors[0]:.2g} … {errors[-1]:.2g} % | {seconds:.0f} s |"
        )
    return rows


def kernel_rows(operations: tuple[str, ...]) -> list[str]:
    """The rows of the kernels' table, for some operations."""
    found = json.loads((ROOT / "docs" / "kernels" / "kernels-cpu.json").read_text())
    measured = tuple(Measured(**item) for item in found["measured"] if item["operation"] in operations)
    table = KernelBench(**{**found, "measured": measured}).table().splitlines()
    return [*table, found["command"]]


def test_the_page_of_the_solver_finds_a_conductivity(capsys: pytest.CaptureFixture[str]) -> None:
    """Its script is examples/conductivity.py, character for character, which prints what the page says."""
    page, example = (ROOT / "docs" / "solver.md").read_text(), ROOT / "examples" / "conductivity.py"
    assert example.read_text() in re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    runpy.run_path(str(example))
    assert f"It prints `{capsys.readouterr().out.strip()}`" in page


def test_the_page_of_the_solver_names_the_networks_that_problems_are_solved_with() -> None:
    """Each problem of its table has by default one of the networks that stand in its row."""
    page = (ROOT / "docs" / "solver.md").read_text()
    rows = [line.split(" | ") for line in page.partition("| your fields |")[2].splitlines()[2:] if " | " in line]
    rows = rows[: next(place for place, row in enumerate(rows) if "kuramoto_sivashinsky" in row[1]) + 1]
    assert len(rows) == 5
    known = {"MLP": MLP, "FourierFeatures": FourierFeatures}
    for _, problems, networks in rows:
        allowed = [eval(code, known) for code in re.findall(r"`((?:MLP|FourierFeatures)\(.*?\))`", networks)]
        for name in re.findall(r"`(\w+)`", problems):
            assert CATALOG[name]().network in allowed, name


def test_the_readme_says_how_long_torch_takes() -> None:
    """The floor against which the aim is missed is that of the artifact."""
    found = json.loads((ROOT / "docs" / "kernels" / "kernels-cpu.json").read_text())
    native = [item["native"] for item in found["measured"] if item["operation"] == "forward"]
    assert f"torch takes {min(native):.0f} to {max(native):.0f} ns a row" in README


@pytest.mark.parametrize("row", kernel_rows(("forward", "backward", "loss and gradient")))
def test_the_page_of_the_kernels_says_what_was_measured(row: str) -> None:
    """Each row of its table, and the command."""
    assert row in (ROOT / "docs" / "kernels.md").read_text()


def step_rows() -> list[str]:
    """The rows of what a step costs, of its growth and of its memory, and the command that measured them."""
    found = json.loads((ROOT / "docs" / "solver" / "solver.json").read_text())
    kinds = {"beside": Beside, "growth": Growth, "peaks": Peak}
    parts = {name: tuple(kind(**item) for item in found[name]) for name, kind in kinds.items()}
    kept = {name: found[name] for name in ("command", "device", "torch")}
    return [*filter(None, SolverBench(**kept, **parts).table().splitlines()), found["command"]]


def choice_rows() -> list[str]:
    """The rows of what each choice in Levenberg-Marquardt is worth, and the command."""
    found = json.loads((ROOT / "docs" / "choices" / "choices.json").read_text())
    runs = tuple(ChoiceRun(**item) for item in found["runs"])
    return list(filter(None, ChoicesBench(found["steps"], found["command"], runs).markdown().splitlines()))


@pytest.mark.parametrize("row", dict.fromkeys([*step_rows(), *choice_rows()]))
def test_the_page_of_the_solver_says_what_was_measured(row: str) -> None:
    """Each row of its tables, and the commands."""
    assert row in (ROOT / "docs" / "solver.md").read_text()


def layer_norm_rows() -> list[str]:
    """What LayerNorm conditioning changes, on every problem with every optimiser, and by how much, from the study."""
    found = json.loads((ROOT / "docs" / "study" / "study.json").read_text())
    error = {(item["problem"], item["optimizer"], item["way"]): item["error"] for item in found["cells"]}
    unsafe = {way["name"] for way in found["ways"] if way["unsafe"]}
    spread = {(item["problem"], item["optimizer"], item["way"]): item for item in found["cells"]}
    rows, gained = (
        [*found["command"].split(" && "), f"Seeds: {found['seeds']}."],
        {name: [] for name in found["trainings"]},
    )
    lower, higher = dict.fromkeys(gained, 0), dict.fromkeys(gained, 0)
    for problem in found["titles"]:
        for optimizer in found["trainings"]:
            here = {way: value for (one, other, way), value in error.items() if (one, other) == (problem, optimizer)}
            plain, conditioned = here["nondimensional"], here["nondimensional+layer-norm"]
            naive = min(value for way, value in here.items() if way in unsafe)
            weighted = [way for way in here if way.startswith("nondimensional+") and not way.endswith("+layer-norm")]
            best = min(weighted, key=lambda way: here[way])
            gained[optimizer].append(plain / conditioned)
            sides = [spread[problem, optimizer, way] for way in ("nondimensional", "nondimensional+layer-norm")]
            lower[optimizer] += sides[1]["highest"] < sides[0]["lowest"]
            higher[optimizer] += sides[1]["lowest"] > sides[0]["highest"]
            rows.append(
                f"| {problem} | {optimizer} | {naive:.1e} | {plain:.1e} | {conditioned:.1e} "
                f"| {here[best]:.1e}, {best.removeprefix('nondimensional+')} |"
            )
    for optimizer, factors in gained.items():
        rows.append(f"{optimizer}: the error with LayerNorm is {min(factors):.2g} to {max(factors):.2g} times smaller")
        rows.append(
            f"with all of its seeds smaller on {lower[optimizer]} and larger on {higher[optimizer]} of {len(factors)}"
        )
    return rows


def lid_rows() -> list[str]:
    """What LayerNorm conditioning changes where corners are singular, and the command."""
    found = json.loads((ROOT / "docs" / "lid_driven_cavity" / "study.json").read_text())
    cells = {item["way"]: item for item in found["cells"]}
    shown = [
        f"{item['error']:.1e} ({item['lowest']:.0e} … {item['highest']:.0e})"
        for item in (cells["nondimensional"], cells["nondimensional+layer-norm"])
    ]
    return [f"| lid_driven_cavity | lm | {' | '.join(shown)} |", found["command"]]


@pytest.mark.parametrize("row", [*layer_norm_rows(), *lid_rows()])
def test_the_page_of_layer_norm_says_what_the_study_found(row: str) -> None:
    """Each row of its table, the factors, how many seeds, and the command."""
    assert row in (ROOT / "docs" / "layer_norm.md").read_text()


GROUPS = {
    "copper_bar": "Fo",
    "joule_heating": "–",
    "natural_convection": "Ra = 10⁴, Pr = 0.71",
    "oude_korendijk": "–",
}


def problem_rows() -> list[str]:
    """The rows of all problems: what the plain nondimensional way found, over the seeds."""
    rows = []
    for name, groups in GROUPS.items():
        found = artifact(name)
        runs = [run for run in found["runs"] if run["way"] == "nondimensional"]
        for item in found["quantities"]:
            value = median(run["values"][item["name"]] for run in runs)
            unit = f" {item['unit']}" if item["unit"] else ""
            rows.append(
                f"| {name}: {item['name']} | {groups} | {value:.5g}{unit} | {item['reference']:.5g}{unit} "
                f"| {item['source']} |"
            )
    return rows


@pytest.mark.parametrize(("document", "mark"), [("README.md", "accuracy, short"), ("docs/accuracy.md", "accuracy")])
def test_a_document_says_what_the_problems_are_solved_to(document: str, mark: str) -> None:
    """Between its marks stands the table of the artifact, with the sentences where there is room for them."""
    found = AccuracyReport.of(json.loads((ROOT / "docs" / "accuracy" / "accuracy.json").read_text()))
    table = found.short_markdown() if "short" in mark else found.markdown()
    assert f"<!-- {mark} -->\n{table}\n<!-- /{mark} -->" in (ROOT / document).read_text()


def test_the_accuracy_is_that_of_the_runs() -> None:
    """Each row that was solved has the median of the runs beside it, and the file that is installed has the same."""
    found = AccuracyReport.of(json.loads((ROOT / "docs" / "accuracy" / "accuracy.json").read_text()))
    runs, installed = read_accuracy(ROOT / "docs" / "accuracy" / "runs"), read_measured(ROOT / "problems" / FILE)
    for row in found.rows:
        ours = [run for run in runs if run.problem == row.problem]
        assert row.processor is None or median(run.processor for run in ours) == pytest.approx(row.processor, rel=1e-5)
        if row.measure == FIELDS and ours:
            assert median(run.largest for run in ours) == pytest.approx(row.error, rel=1e-5)
        assert installed[row.problem].error == pytest.approx(row.error, rel=1e-5)


def lint_rows() -> list[str]:
    """What the README says of the unit-lint beside its peers: the corpus, the versions, the command, the rows."""
    found = json.loads((ROOT / "docs" / "unit_lint_head_to_head.json").read_text())
    mistakes = found["tools"]["pint alone"]["mistakes"]
    corpus = (
        f"{found['equations']} correct equations, {mistakes} mistakes made in them on purpose, and {found['controls']}"
    )
    peers = f"impunity {found['versions']['impunity']} and dimtensor {found['versions']['dimtensor']}"
    rows = [corpus, peers, found["command"]]
    for name, tool in found["tools"].items():
        columns = ("found", "in the right line", "exact span", "cannot be written")
        shares = " | ".join(f"{100 * tool[column] / tool['mistakes']:.0f} %" for column in columns)
        refused = f"{tool['correct equations refused']} of {found['equations']}"
        rows.append(f"| {name} | {shares} | {refused} | {tool['controls claimed']} |")
    return rows


def solver_rows() -> list[str]:
    """The rows of the bench beside DeepXDE, from its runs, and the command that made them."""
    folder = ROOT / "docs" / "deepxde"
    runs, steps = read_runs(folder / "runs")
    command = json.loads((folder / "report.json").read_text())["command"]
    return [*(f"| {' | '.join(row.cells())} |" for row in report(runs, steps, command).rows), command]


@pytest.mark.parametrize(
    "row", [*solver_rows(), *ways_rows(), *problem_rows(), *lint_rows(), *kernel_rows(("forward", "loss and gradient"))]
)
def test_the_readme_tables_are_what_the_commands_measured(row: str) -> None:
    """Each row of the README's tables is computed from the committed artifacts."""
    assert row in README


def caution_report() -> CautionReport:
    """The committed caution."""
    return CautionReport.from_dict(json.loads((ROOT / "docs" / "caution" / "caution.json").read_text()))


@pytest.mark.parametrize("title", [grid.title for grid in caution_report().grids()])
def test_the_page_of_the_caution_shows_every_table(title: str) -> None:
    """Line by line, as computed from the artifact."""
    grid = next(grid for grid in caution_report().grids() if grid.title == title)
    assert "\n".join(grid.lines()) in (ROOT / "docs" / "caution.md").read_text()


def test_the_page_of_the_caution_says_what_was_measured() -> None:
    """Its refusal, its sentences on the factors, its command, and the written page beside the artifact."""
    report, page = caution_report(), (ROOT / "docs" / "caution.md").read_text()
    assert report.command == "pinnln compare --caution --out docs/caution"
    for said in (
        report.caution.refusal,
        report.command,
        *report.sentences(),
        *report.factors.scales,
        *report.factors.budgets.values(),
    ):
        assert said in page
    assert (ROOT / "docs" / "caution" / "caution.md").read_text() == report.markdown()


def test_the_caution_is_what_is_computed_today() -> None:
    """The numbers of the argument, which need no training, come out again."""
    kept, today = caution_report(), caution()
    assert kept.grids()[:3] == replace(kept, caution=today).grids()[:3]


@pytest.mark.parametrize("name", GROUPS)
def test_an_artifact_says_what_made_it(name: str) -> None:
    """The JSON names its command, and the README names that of the cavity."""
    command = artifact(name)["command"]
    assert command == f"pinnln compare {name} --seeds 3 --out docs/{name}"
    assert command in README or name != "natural_convection"


def test_the_readme_shows_the_refusal_that_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example without `/ rho` is refused in the very words of the README."""
    script = tmp_path / "examples" / "natural_convection.py"
    script.parent.mkdir()
    sound = (ROOT / "examples" / "natural_convection.py").read_text()
    script.write_text(sound.replace(" + d(p, y) / rho", " + d(p, y)"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnitsError) as caught:
        runpy.run_path("examples/natural_convection.py")
    assert f"UnitsError: {caught.value}" in README


def test_the_readme_shows_the_refusal_of_unlike_components() -> None:
    """LayerNorm across pascals and kelvins per second, in the words of the README."""
    vector = ResidualVector({"momentum": (torch.tensor([1e5]), "Pa"), "energy": (torch.tensor([10.0]), "K/s")})
    with pytest.raises(IncommensurableError) as caught:
        vector.layer_norm()
    assert f"IncommensurableError: {caught.value}" in README


def test_the_page_of_own_dimensions_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """Its script prints what it says, which is exact, and the second is refused in the words shown."""
    page = (ROOT / "docs" / "own_dimensions.md").read_text()
    script, printed, refused, table = re.findall(r"^```\w*\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(compile(script, "own_dimensions.md", "exec"), names)
    assert capsys.readouterr().out == printed
    exact = 900 / (1 + (900 / 200 - 1) * math.exp(-0.4 * 10))
    assert printed.split()[::2] == [f"{exact:.1f}", f"{exact * 55 / 1e3:.2f}"]
    with pytest.raises(UnitsError) as error:
        exec(compile(refused, "own_dimensions.md", "exec"), names)
    for line in table.splitlines():
        assert line.split("  ←")[0] in str(error.value)


def test_links_of_the_documents_lead_somewhere() -> None:
    """Every relative link of the documents is a file of the project."""
    for document in ROOT.glob("*.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (ROOT / target).exists(), f"{document.name}: {target}"
