"""pinnln lint as its users call it: formats, selection, settings, exit codes, bad input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from pinnln.cli import main

ROOT = Path(__file__).parents[2]
HEAD = """\
from pinnln import Dirichlet, Problem, Residual, coordinates, d, exp, field, solve
from pinnln.units import Q
x, t = coordinates(x=(Q("0 m"), Q("1 m")), t=(Q("0 s"), Q("1 s")))
ρ = Q("3 kg/m^3")
u, p = field("u", "m/s", of=(x, t)), field("p", "Pa", of=(x, t))
"""
FAULTY = (
    HEAD
    + """\
a = Problem(Residual("m", d(u, t) + u * d(u, x) + ρ * d(p, x)), Residual("c", d(u, x) + 1e-8))
print(float(solve(a)(u, x=1).to("m/s")))
b = Problem(Residual("not reached", u + p), Residual("nor this", p))
"""
)
SOUND = HEAD + 'a = Problem(Residual("m", d(u, t) + u * d(u, x) + d(p, x) / ρ), Residual("c", d(u, x)))\n'


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script with two errors, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "flow.py"
    path.write_text(FAULTY, encoding="utf-8")
    return path


def lint(*arguments: object) -> Result:
    """The command, run in this process."""
    return CliRunner().invoke(main, ["lint", *map(str, arguments)])


def test_text_shows_the_line_the_caret_and_the_way_out(script: Path) -> None:
    """The caret counts characters, also after a Greek letter."""
    result = lint("flow.py")
    assert result.exit_code == 1
    assert "flow.py:6:51: UL101 [error] the terms of residual 'm' have different dimensions" in result.output
    lines = result.output.splitlines()
    code = next(index for index, line in enumerate(lines) if "a = Problem" in line)
    assert lines[code][lines[code + 1].index("^") : lines[code + 1].rindex("^") + 1] == "ρ * d(p, x)"
    assert "too many by kg² m⁻⁶" in result.output
    assert "help: Divide it by ρ**2?" in result.output
    assert "Found 1 error, 1 warning, 1 note." in result.output


def test_training_is_not_started_and_what_follows_is_said_to_be_unchecked(script: Path) -> None:
    """The script stops where it needs a number from the network; UL904 names the line that did not run."""
    result = lint("flow.py", "--output-format", "json")
    found = json.loads(result.output)
    assert found["coverage"]["not_run"] == [8]
    assert [(item["code"], item["line"]) for item in found["findings"]] == [("UL101", 6), ("UL102", 6), ("UL904", 8)]


@pytest.mark.parametrize("origin", ["pinnln", "pinnln.solver"])
def test_solve_does_not_train_wherever_it_comes_from(script: Path, origin: str) -> None:
    """Also where it was loaded before, and from its own module."""
    import pinnln

    assert callable(pinnln.solve)
    text = FAULTY.replace(", solve\n", f"\nfrom {origin} import solve\n")
    script.write_text(text + "raise RuntimeError('trained')\n", encoding="utf-8")
    found = json.loads(lint("flow.py", "--output-format", "json").output)
    assert [(item["code"], item["line"]) for item in found["findings"]][:2] == [("UL101", 7), ("UL102", 7)]
    assert {item["code"] for item in found["findings"][2:]} == {"UL904"}


def test_json_has_the_promised_shape(script: Path) -> None:
    """Version, findings with spans and units, coverage."""
    found = json.loads(lint("flow.py", "--output-format", "json").output)
    assert set(found) >= {"version", "findings", "coverage"}
    first = found["findings"][0]
    assert {key: first[key] for key in ("line", "column", "end_line", "end_column", "residual", "path")} == {
        "line": 6, "column": 51, "end_line": 6, "end_column": 62, "residual": "m", "path": "flow.py",
    }  # fmt: skip
    assert first["severity"] == "error"
    assert first["units"][1] == {"what": "ρ·∂p/∂x", "unit": "kg² m⁻⁵ s⁻²"}
    assert found["coverage"]["residuals"] == 2


def test_sarif_is_valid(script: Path) -> None:
    """Against the schema of OASIS, version 2.1.0, with every code among the rules."""
    log = json.loads(lint("flow.py", "--output-format", "sarif").output)
    schema = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    jsonschema.validate(log, schema)
    run = log["runs"][0]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= rules
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 6, "startColumn": 51, "endLine": 6, "endColumn": 62}


def test_the_schema_can_refuse(script: Path) -> None:
    """A result without a message is no SARIF."""
    log = json.loads(lint("flow.py", "--output-format", "sarif").output)
    schema = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    del log["runs"][0]["results"][0]["message"]
    with pytest.raises(jsonschema.ValidationError, match="'message' is a required property"):
        jsonschema.validate(log, schema)


def test_github_annotations_come_gravest_first_and_escaped(script: Path) -> None:
    """Workflow commands of one line each."""
    lines = lint("flow.py", "--output-format", "github").output.splitlines()
    assert lines[0].startswith(
        "::error title=pinnln lint (UL101),file=flow.py,line=6,col=51,endLine=6,endColumn=62::the terms of"
    )
    assert lines[1].startswith("::warning title=pinnln lint (UL102)")
    assert lines[2].startswith("::notice title=pinnln lint (UL904)")


def test_concise_is_one_line_a_finding(script: Path) -> None:
    """And the footer of two."""
    lines = lint("flow.py", "--output-format", "concise").output.splitlines()
    assert len(lines) == 5
    assert lines[0] == "flow.py:6:51: UL101 [error] the terms of residual 'm' have different dimensions"


@pytest.mark.parametrize(
    ("options", "code", "codes"),
    [
        ((), 1, ["UL101", "UL102", "UL904"]),
        (("--ignore", "UL101"), 1, ["UL102", "UL904"]),
        (("--select", "UL101"), 1, ["UL101"]),
        (("--select", "UL9"), 0, ["UL904"]),
        (("--select", "UL102", "--fail-level", "error"), 0, ["UL102"]),
        (("--select", "UL904", "--fail-level", "note"), 1, ["UL904"]),
        (("--exit-zero",), 0, ["UL101", "UL102", "UL904"]),
    ],
    ids=str,
)
def test_selection_and_exit_codes(script: Path, options: tuple[str, ...], code: int, codes: list[str]) -> None:
    """0 clean or below the level, 1 findings."""
    result = lint("flow.py", "--output-format", "json", *options)
    assert result.exit_code == code
    assert [item["code"] for item in json.loads(result.output)["findings"]] == codes


def test_settings_of_the_project_hold_and_options_come_before_them(script: Path) -> None:
    """[tool.pinnln.lint] of the nearest pyproject.toml."""
    Path("pyproject.toml").write_text('[tool.pinnln.lint]\nignore = ["UL101", "UL9"]\nfail-level = "error"\n')
    assert lint("flow.py").exit_code == 0
    assert lint("flow.py", "--fail-level", "warning").exit_code == 1
    assert "UL101" in lint("flow.py", "--ignore", "UL102").output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.pinnln.lint]\nselects = []\n", "knows no 'selects'"),
        ('[tool.pinnln.lint]\nselect = "UL101"\n', "expected a list of codes"),
        ('[tool.pinnln.lint]\nselect = ["XX"]\n', "there is no code 'XX'"),
        ('[tool.pinnln.lint]\nfail-level = "info"\n', "expected one of note, warning, error"),
        ("[tool.pinnln.lint]\ntime-limit = -1\n", "expected seconds above zero"),
        ("[tool.pinnln.lint]\ntime_limit = nan\n", "expected seconds above zero"),
        ("[tool.pinnln.lint]\ntime-limit = true\n", "expected seconds above zero"),
        ('[tool.pinnln.lint]\nfail_level = "info"\n', "expected one of note, warning, error"),
        ('[tool.pinnln.lint]\nfail_level = "note"\nfail-level = "note"\n', "is given twice"),
        ("[tool.pinnln.lint]\nselect = []\n", "expected at least one code"),
        ('[tool.pinnln.lint]\nignore = ["UL"]\n', "no code is left"),
        ("[tool.pinnln]\nlint = 3\n", "expected tool.pinnln.lint to be a table"),
        ("[tool]\npinnln = [1]\n", "expected tool.pinnln to be a table"),
        ("tool = 1\n", "expected tool to be a table"),
        ("[[tool.pinnln.lint]]\nselect = []\n", "expected tool.pinnln.lint to be a table"),
        ("[tool.pinnln.lint\n", "cannot be read"),
    ],
)
def test_wrong_settings_are_misuse(script: Path, text: str, words: str) -> None:
    """Exit code 2 and a sentence that names the file or the choice."""
    Path("pyproject.toml").write_text(text)
    result = lint("flow.py")
    assert result.exit_code == 2
    assert words in result.output
    assert "pyproject.toml" in result.output or "UL ignored" in result.output


def test_settings_may_be_written_with_underscores(script: Path) -> None:
    """As Python writes them."""
    Path("pyproject.toml").write_text('[tool.pinnln.lint]\nignore = ["UL101"]\nfail_level = "error"\ntime_limit = 9\n')
    assert lint("flow.py").exit_code == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--time-limit", "nan"), "--time-limit: expected seconds above zero"),
        (("--time-limit", "0"), "--time-limit: expected seconds above zero"),
        (("--select", ""), "--select: expected at least one code"),
        (("--ignore", "UL"), "no code is left to look for: UL selected, UL ignored"),
        (("--select", "UL1", "--ignore", "UL1"), "no code is left"),
        (("nowhere.py",), "nowhere.py cannot be read"),
    ],
    ids=" ".join,
)
def test_wrong_options_are_misuse_before_anything_runs(script: Path, options: tuple[str, ...], words: str) -> None:
    """Exit code 2 and a sentence."""
    script.write_text("open('ran', 'w').close()\n" + SOUND, encoding="utf-8")
    result = lint("flow.py", *options)
    assert result.exit_code == 2
    assert words in result.output
    assert not Path("ran").exists()


@pytest.mark.parametrize("output", ["text", "concise", "json", "sarif", "github"])
def test_an_unlintable_script_leaves_the_report_of_the_others(script: Path, output: str) -> None:
    """A finding at its line in every format, exit code 2, whatever is selected."""
    Path("broken.py").write_text("import pinnln\nx = (\n")
    result = lint(".", "--select", "UL101", "--exit-zero", "--output-format", output)
    assert result.exit_code == 2
    assert "UL901" in result.stdout
    assert "UL101" in result.stdout
    if output == "json":
        found = json.loads(result.stdout)
        assert [(item["code"], item["path"], item["line"]) for item in found["findings"]] == [
            ("UL901", "broken.py", 2),
            ("UL101", "flow.py", 6),
        ]
        assert found["coverage"]["failed"] == ["broken.py"]
    if output == "sarif":
        (invocation,) = json.loads(result.stdout)["runs"][0]["invocations"]
        assert invocation == {"executionSuccessful": False}
    if output in ("json", "sarif"):
        assert result.stderr == "broken.py:2: the script does not parse: '(' was never closed\n"


def test_units_and_statistics_are_part_of_the_json(script: Path) -> None:
    """Under keys of their own."""
    script.write_text(SOUND + "slope = d(u, x)\nProblem(Residual('s', slope + u))\n", encoding="utf-8")
    found = json.loads(lint("flow.py", "--output-format", "json", "--statistics", "--show-units").stdout)
    title = "unlike units added, subtracted, compared or joined"
    assert found["statistics"] == [{"code": "UL101", "count": 1, "title": title}]
    slope = next(item for item in found["units"] if item["name"] == "slope")
    assert (slope["unit"], slope["path"], slope["line"]) == ("s⁻¹", "flow.py", 7)


def test_sarif_stays_one_document_beside_units_and_statistics(script: Path) -> None:
    """Which go to standard error."""
    result = lint("flow.py", "--output-format", "sarif", "--statistics", "--show-units")
    assert json.loads(result.stdout)["version"] == "2.1.0"
    assert "    1  UL101  unlike units added" in result.stderr


def test_sarif_names_files_as_addresses_and_like_findings_apart(script: Path) -> None:
    """A space is escaped, a file elsewhere has its whole address, two lines that did not run have two fingerprints."""
    folder = script.parent / "my work"
    folder.mkdir()
    (folder / "flow 1.py").write_text(FAULTY + "print(2)\n", encoding="utf-8")

    def results() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(lint(folder / "flow 1.py", "--output-format", "sarif").stdout)["runs"][
            0
        ]["results"]
        return found

    prints = [item["partialFingerprints"]["primaryLocationLineHash"] for item in results()]
    assert len(prints) == len(set(prints)) == 4
    place = results()[0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "my%20work/flow%201.py", "uriBaseId": "%SRCROOT%"}
    (script.parent / "elsewhere").mkdir()
    os.chdir(script.parent / "elsewhere")
    assert results()[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("file:///")


def test_a_lint_of_nothing_does_not_say_that_units_fit(script: Path) -> None:
    """Files that were all skipped are not clean."""
    script.write_text("print(1)\n", encoding="utf-8")
    result = lint(".")
    assert result.exit_code == 0
    assert "1 file skipped (flow.py)\nNothing was checked." in result.output


def test_a_suppression_needs_its_code_and_unused_ones_are_noted(script: Path) -> None:
    """On any line of the statement; noqa is understood; skip-file skips."""
    silenced = FAULTY.replace("1e-8))\n", "1e-8))  # unitlint: ignore[UL101, UL102] -- known\n")
    script.write_text(silenced, encoding="utf-8")
    assert lint("flow.py").exit_code == 0
    script.write_text(silenced.replace("[UL101, UL102]", "[UL111]"), encoding="utf-8")
    result = lint("flow.py")
    assert result.exit_code == 1
    assert "UL902" in result.output
    script.write_text(FAULTY.replace("1e-8))\n", "1e-8))  # noqa: UL101, UL102\n"), encoding="utf-8")
    assert lint("flow.py").exit_code == 0
    script.write_text("# unitlint: skip-file\n" + FAULTY, encoding="utf-8")
    assert lint("flow.py").exit_code == 0


def test_explain_statistics_and_units(script: Path) -> None:
    """What a code means, how often it was found, and the unit of what has a name."""
    assert "wrong:  u * d(u, x) + d(p, x)" in lint("--explain", "UL101").output
    assert lint("--explain", "UL999").exit_code == 2
    assert "    1  UL101  unlike units added" in lint("flow.py", "--statistics").output
    script.write_text(SOUND + "slope = d(u, x)\nProblem(Residual('s', slope - d(u, x)))\n", encoding="utf-8")
    result = lint("flow.py", "--show-units")
    assert result.exit_code == 0, result.output
    assert "slope  s⁻¹" in result.output


BAD = {
    "a syntax error": ("x = (\n", 2, "does not parse"),
    "an exception": (HEAD + "raise KeyError('x')\n", 2, "the script raised KeyError"),
    "no end": ("import pinnln\nwhile True: pass\n", 2, "did not end within 0.2 s"),
    "no end that catches everything": (
        "import pinnln\nwhile True:\n    try:\n        while True: pass\n    except Exception: pass\n",
        2,
        "did not end within",
    ),
    "nothing": ("import pinnln\n", 1, "UL905"),
    "an unknown unit": (HEAD + 'T = field("T", "kelvinn", of=(x,))\n', 1, "UL503"),
    "an unknown unit of a quantity": (HEAD + 'k = Q("3 wat")\n', 1, "UL503"),
    "a logarithmic unit": (HEAD + 'T = field("T", "dBm", of=(x,))\n', 1, "UL503"),
    "quantities of unlike dimension": (HEAD + 'k = Q("3 m") + Q("1 s")\n', 1, "UL101"),
    "a product of degrees": (HEAD + 'k = Q(3, "degC") * 2\n', 1, "UL301"),
    "a badly stated problem": (HEAD + 'Problem(Residual("r", d(u, x)), Dirichlet(p, ρ, on=x.ends))\n', 1, "UL901"),
    "training at import": (SOUND + "solve(a)\nsolve(a, scales=None).plot().savefig('x.png')\n", 0, "All units fit."),
    "an exit": (SOUND + "import sys; sys.exit(3)\n", 0, "All units fit."),
    "no UTF-8": (None, 2, "no Python script"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_a_finding_or_misuse(name: str, tmp_path: Path) -> None:
    """Never a traceback of ours."""
    text, code, words = BAD[name]
    path = tmp_path / "script.py"
    path.write_bytes(b"x = '\xff'\n" if text is None else text.encode())
    result = lint(path, "--time-limit", "0.2" if "no end" in name else "60")
    assert result.exit_code == code, result.output
    assert words in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [((), "nothing to lint"), (("nowhere.py",), "cannot be read"), (("empty",), "no Python file")],
    ids=["nothing", "no file", "no scripts"],
)
def test_nothing_to_lint_is_misuse(
    arguments: tuple[str, ...], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    result = lint(*arguments)
    assert result.exit_code == 2
    assert words in result.output


def test_the_examples_are_clean_without_torch_and_quickly() -> None:
    """Whole process of the folder without torch; one script in less than 0.8 s of a processor, the best of three."""
    code = (
        "import sys; from click.testing import CliRunner; from pinnln.cli import main; "
        "result = CliRunner().invoke(main, ['lint', 'examples/']); "
        "print(result.exit_code, [name for name in ('torch', 'deepxde', 'matplotlib') if name in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown == "0 []\n"
    spent = []
    for _ in range(3):
        before = os.times()
        subprocess.run([sys.executable, "-m", "pinnln.cli", "lint", "examples/copper_bar.py"], cwd=ROOT, check=True,
                       capture_output=True)  # fmt: skip
        after = os.times()
        spent.append(sum(after[2:4]) - sum(before[2:4]))
    assert min(spent) < 0.8


def test_files_without_pinnln_are_named_as_skipped(script: Path) -> None:
    """A folder may hold other things."""
    Path("other.py").write_text("raise SystemError\n")
    script.write_text(SOUND, encoding="utf-8")
    result = lint(".")
    assert result.exit_code == 0
    assert "1 file skipped (other.py)" in result.output
