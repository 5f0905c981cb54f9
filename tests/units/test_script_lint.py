"""Scripts linted one after another: each as if alone, in its own encoding, and said to be unlintable where it is."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from pinnln.units import LintReport, ProblemError, ScriptError, lint_folder, lint_script
from pinnln.units.script_lint import lint_paths, lint_statements
from pinnln.units.time_limit import TimeLimitReached, limited

HEAD = """\
from pinnln import Problem, Residual, coordinates, d, field
from pinnln.units import Q
x, t = coordinates(x=(Q("0 m"), Q("1 m")), t=(Q("0 s"), Q("1 s")))
u = field("u", "m/s", of=(x, t))
"""
SOUND = HEAD + 'Problem(Residual("m", d(u, t) + u * d(u, x)))\n'
FAULTY = HEAD + 'Problem(Residual("m", d(u, t) + d(u, x)))\n'


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding=encoding)
    return path


def places(report: LintReport) -> list[tuple[str, str, int]]:
    """Code, name of the file and line of every finding."""
    return [(item.code, Path(item.source.path).name, item.source.line) for item in report if item.source]


def test_each_script_has_the_modules_of_its_own_folder(tmp_path: Path) -> None:
    """Two folders with a params.py and a package each; nothing of either stays loaded."""
    using = (
        "from params import k\nfrom pack.more import one\n" + HEAD + 'Problem(Residual("m", d(u, t) + k * d(u, x)))\n'
    )
    for name, unit in (("a", "m/s"), ("b", "m")):
        written(tmp_path / name / "params.py", f'from pinnln.units import Q\nk = Q("1 {unit}")\n')
        written(tmp_path / name / "pack" / "more.py", "one = 1\n")
        written(tmp_path / name / "main.py", using)
    report = lint_paths([tmp_path / "a" / "main.py", tmp_path / "b" / "main.py"])
    assert report.codes == ("UL101",)
    assert report.findings[0].source is not None
    assert report.findings[0].source.path == str(tmp_path / "b" / "main.py")
    assert not {"params", "pack", "pack.more"} & set(sys.modules)


def test_modules_from_a_folder_that_the_script_adds_are_forgotten_too(tmp_path: Path) -> None:
    """Also where it was added by a relative path; what is installed stays."""
    written(tmp_path / "shared" / "constants_here.py", "k = 1\n")
    sys.modules.pop("this", None)
    text = "import os, sys\nos.chdir(os.path.dirname(__file__) + '/..')\n"
    text += "sys.path.append('shared')\nimport constants_here, this\n"
    assert lint_script(written(tmp_path / "a" / "main.py", text + SOUND)).clean
    assert "constants_here" not in sys.modules
    assert "this" in sys.modules


def test_what_a_script_does_to_the_interpreter_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Working folder, import path, arguments and streams; the next script, named by a relative path, is found."""
    monkeypatch.chdir(tmp_path)
    wild = (
        'import os, sys\nos.chdir("/")\nsys.path.clear()\nsys.argv.clear()\nsys.path = []\n'
        "print(sys.stdin.read())\nsys.stdout.reconfigure(encoding='utf-8')\n"
        "sys.stdout = sys.stderr = sys.stdin = None\n"
    )
    written(Path("wild.py"), HEAD + wild + 'Problem(Residual("m", d(u, t)))\n')
    written(Path("next.py"), FAULTY)
    held = (list(sys.path), list(sys.argv), sys.path, sys.stdin, sys.stdout, sys.stderr)
    report = lint_paths(["wild.py", "next.py"])
    assert places(report) == [("UL101", "next.py", 5)]
    assert (list(sys.path), list(sys.argv), sys.path, sys.stdin, sys.stdout, sys.stderr) == held
    assert Path.cwd() == tmp_path
    assert "__unitlint__" not in sys.modules


def test_classes_of_a_script_find_their_module(tmp_path: Path) -> None:
    """As dataclasses with postponed annotations do."""
    text = "from __future__ import annotations\nfrom dataclasses import dataclass, KW_ONLY\n@dataclass\nclass C:\n"
    assert lint_script(written(tmp_path / "c.py", text + "    a: int\n    _: KW_ONLY\n    b: int = 1\n" + SOUND)).clean


@pytest.mark.parametrize(
    ("encoding", "first"),
    [("utf-8-sig", ""), ("latin-1", "# -*- coding: latin-1 -*-\n"), ("cp1252", "# coding: cp1252\n")],
)
def test_every_encoding_that_python_reads_is_read(encoding: str, first: str, tmp_path: Path) -> None:
    """The caret counts characters there as well."""
    text = first + HEAD + 'é = u; Problem(Residual("é", d(é, t) + d(u, x)))\n'
    report = lint_script(written(tmp_path / "script.py", text, encoding))
    (finding,) = report.findings
    assert finding.code == "UL101"
    assert finding.source is not None
    line = text.splitlines()[finding.source.line - 1]
    assert line[finding.source.column - 1 : finding.source.end_column - 1] == "d(u, x)"


def test_a_folder_leaves_alone_what_does_not_concern_it(tmp_path: Path) -> None:
    """Undecodable, unparsable and foreign files are skipped by name; environments are not looked at."""
    (tmp_path / "bytes.py").write_bytes(b"x = '\xff'\n")
    written(tmp_path / "python2.py", "print 'hello'\n")
    written(tmp_path / "template.py", "# unitlint: skip-file\n{{ pinnln }} = (\n")
    written(tmp_path / "venv" / "lib" / "script.py", FAULTY)
    (tmp_path / "folder.py").mkdir()
    written(tmp_path / "sound.py", SOUND)
    report = lint_folder(tmp_path)
    assert report.findings == ()
    assert [Path(name).name for name in report.coverage.skipped] == ["bytes.py", "python2.py", "template.py"]
    assert "3 files skipped (" in str(report.coverage)


def test_an_unlintable_script_is_a_finding_and_the_others_are_linted(tmp_path: Path) -> None:
    """At its line, with what was found before it; asked for alone it is an error."""
    written(tmp_path / "a.py", FAULTY + "open('nowhere.csv')\n")
    written(tmp_path / "b.py", "import pinnln\nx = (\n")
    (tmp_path / "c.py").write_bytes(b"import pinnln\nx = '\xff'\n")
    written(tmp_path / "d.py", FAULTY)
    report = lint_folder(tmp_path)
    assert places(report) == [
        ("UL101", "a.py", 5), ("UL901", "a.py", 6), ("UL901", "b.py", 2), ("UL901", "c.py", 1), ("UL101", "d.py", 5)
    ]  # fmt: skip
    assert [Path(name).name for name in report.coverage.failed] == ["a.py", "b.py", "c.py"]
    assert not report.clean
    with pytest.raises(ScriptError, match=r"a\.py:6: the script raised FileNotFoundError"):
        lint_script(tmp_path / "a.py")


def test_paths_are_looked_at_before_anything_runs(tmp_path: Path) -> None:
    """A missing second script leaves the first alone."""
    first = written(tmp_path / "first.py", "open(__file__ + '.ran', 'w').close()\n" + SOUND)
    with pytest.raises(ScriptError, match="there is no such file or folder"):
        lint_paths([first, tmp_path / "missing.py"])
    assert not Path(f"{first}.ran").exists()


def test_a_script_named_twice_is_linted_once(tmp_path: Path) -> None:
    """By its name and by its folder."""
    path = written(tmp_path / "a.py", SOUND)
    assert lint_paths([path, tmp_path]).coverage.files == 1


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("import sys\nsys.exit(3)\n", "The script ended with SystemExit at line 2"),
        (
            "import argparse\np = argparse.ArgumentParser(); p.add_argument('f')\np.parse_args()\n",
            "SystemExit at line 3",
        ),
        ("import pinnln\nif pinnln.solve(3): pass\n", "ended at line 2, where it needs a trained answer"),
        ("import pinnln\n", "State it at the top level"),
    ],
    ids=["sys.exit", "argparse", "training", "nothing"],
)
def test_a_script_that_states_nothing_is_told_where_it_ended(first: str, words: str, tmp_path: Path) -> None:
    """UL905 with its way out, for the lint and for pytest."""
    path = written(tmp_path / "script.py", first)
    (finding,) = (item for item in lint_script(path) if item.code == "UL905")
    assert words in finding.hint
    ((name, report),) = lint_statements(path)
    assert (name, report.codes) == ("problem", ("UL905",))


@pytest.mark.parametrize("limit", [0, -1.0, float("nan"), float("inf"), True, "60", None])
def test_a_time_limit_is_a_finite_number_above_zero(limit: float, tmp_path: Path) -> None:
    """Refused before anything runs, whoever is given it."""
    path = written(tmp_path / "script.py", "open(__file__ + '.ran', 'w').close()\n" + SOUND)
    for lint in (lint_script, lint_folder, lint_statements):
        with pytest.raises(ProblemError, match="time_limit: expected seconds above zero"):
            lint(path if lint is not lint_folder else tmp_path, limit)
    with pytest.raises(ProblemError, match="expected seconds above zero"), limited(limit):
        pass
    assert os.listdir(tmp_path) == ["script.py"]


def test_a_limit_too_short_or_too_long_for_a_timer_still_holds() -> None:
    """The system's timers count microseconds, and no more than some years."""
    with limited(1e300):
        pass
    with pytest.raises(TimeLimitReached), limited(1e-9):
        time.sleep(10)


def test_a_script_that_never_ends_is_shown_where_it_was(tmp_path: Path) -> None:
    """The line that ran when the time was over."""
    path = written(tmp_path / "script.py", "def f():\n    while True:\n        pass\nf()\n")
    assert places(lint_paths([path], 0.2))[0] in (("UL901", "script.py", 2), ("UL901", "script.py", 3))


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# noqa: E501, UL101", ()),
        ("# noqa: UL101,E501 -- long", ()),
        ("# unitlint: ignore", ()),
        ("# unitlint: ignore[UL1]", ()),
        ("# noqa: E501", ("UL101",)),
        ("# unitlint: ignore[E501]", ("UL101", "UL902")),
        ("# unitlint: ignore[]", ("UL101", "UL902")),
    ],
)
def test_comments_silence_what_they_name_and_no_more(comment: str, codes: tuple[str, ...], tmp_path: Path) -> None:
    """Beside the codes of other linters, and by groups."""
    path = written(tmp_path / "script.py", FAULTY.rstrip() + f"  {comment}\n")
    assert lint_script(path).codes == codes


def test_a_comment_on_a_line_that_did_not_run_is_not_called_unused(tmp_path: Path) -> None:
    """What did not run may yet need it."""
    text = SOUND + "if __name__ == '__main__':\n    u + t  # unitlint: ignore[UL101]\n"
    assert lint_script(written(tmp_path / "script.py", text)).codes == ("UL904",)


def test_an_annotation_without_a_value_is_no_line_that_could_run(tmp_path: Path) -> None:
    """And a block counts as run with its header."""
    text = SOUND + "def f():\n    y: int\nf()\nmatch 1:\n    case 1:\n        z = 1\nasync def g():\n    pass\n"
    report = lint_script(written(tmp_path / "script.py", text))
    assert (report.codes, report.coverage.not_run) == ((), ())


def test_comments_hold_in_the_files_that_a_script_imports(tmp_path: Path) -> None:
    """A problem that a helper states is silenced where it stands."""
    helper = "from pinnln import Problem, Residual, d\ndef make(u, x, t):\n"
    statement = '    return Problem(Residual("m", d(u, t) + d(u, x)))'
    path = written(tmp_path / "main.py", HEAD + "from helper_of_main import make\nmake(u, x, t)\n")
    written(tmp_path / "helper_of_main.py", helper + statement + "\n")
    assert lint_script(path).codes == ("UL101",)
    written(tmp_path / "helper_of_main.py", helper + statement + "  # noqa: UL101\n")
    assert lint_script(path).codes == ()
    assert [report.codes for _, report in lint_statements(path)] == [()]


def test_what_processes_of_a_script_print_goes_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Standard output is the report's; afterwards it is there again."""
    assert lint_script(written(tmp_path / "main.py", "import os\nos.system('echo loud')\nprint(1)\n" + SOUND)).clean
    os.write(1, b"here")
    assert capfd.readouterr().out == "here"
