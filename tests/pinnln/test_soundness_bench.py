"""pinnln bench soundness: what the artifact says of every way, and that the page says the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pinnln import Adam, ConFIG, LevenbergMarquardt, soundness_bench
from pinnln.cli import main
from pinnln.problems import joule_heating
from pinnln.soundness_bench import BY_TERMS, CONDITIONINGS, FORMS, OPTIMIZERS, SoundnessBench, bench_soundness

ROOT = Path(__file__).parents[2]
FOUND = SoundnessBench.of(json.loads((ROOT / "docs" / "soundness" / "soundness.json").read_text()))
WAYS = [(way, name) for way in CONDITIONINGS for name in OPTIMIZERS] + [(name, name) for name in BY_TERMS]


@pytest.mark.parametrize(("way", "optimizer"), WAYS)
def test_every_way_is_sound_once_nondimensional(way: str, optimizer: str) -> None:
    """In the artifact: no problem, in no system of units, ends elsewhere by more than 1e-9."""
    assert FOUND.difference(way, optimizer, "nondimensional").sound


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("way", ["mean square", "LayerNorm", "LayerNorm, centred", "mean of LayerNorm²"])
def test_raw_and_naive_layer_norm_break_the_law(way: str, optimizer: str) -> None:
    """In the artifact: with units stripped, every problem is another training in every system; but for the textbook
    loss, which two equations leave where it is, some are."""
    least = FOUND.difference(way, optimizer, "stripped").least
    assert least is not None
    assert least > 1e-3 or way == "mean of LayerNorm²"
    for form in ("stripped", "equations alone", "equations alone, even points"):
        largest = FOUND.difference(way, optimizer, form).largest
        assert largest is not None
        assert largest > 1e-3


@pytest.mark.parametrize(("way", "optimizer"), WAYS)
def test_no_weighting_mends_stripped_fields(way: str, optimizer: str) -> None:
    """In the artifact: with everything in bare magnitudes no way is sound."""
    largest = FOUND.difference(way, optimizer, "stripped").largest
    assert largest is not None
    assert largest > 1e-3


def test_unbounded_weights_mend_equations_in_other_units() -> None:
    """In the artifact: by gradient norm and tangent kernel, where points are spread evenly; a bound spoils it."""
    for way in ("gradient norm", "tangent kernel"):
        for optimizer, within in (("LM", 1e-6), ("Adam", 1e-9)):
            free = FOUND.difference(f"{way}, no bound", optimizer, "equations alone, even points").largest
            bounded = FOUND.difference(way, optimizer, "equations alone, even points").largest
            assert free is not None
            assert free < within
            assert bounded is not None
            assert bounded > 1e-2
        adaptive = FOUND.difference(f"{way}, no bound", "LM", "equations alone").largest
        assert adaptive is not None
        assert adaptive > 1e-2


def test_the_page_and_the_table_say_what_was_measured() -> None:
    """Each row stands in docs/conditioning.md, and the command; the Markdown beside the JSON is its own."""
    page = (ROOT / "docs" / "conditioning.md").read_text()
    assert FOUND.command == "pinnln bench soundness --out docs/soundness"
    assert FOUND.command in page
    for way in dict.fromkeys(way for way, _ in WAYS):
        assert FOUND.row(way) in page
    assert (ROOT / "docs" / "soundness" / "soundness.md").read_text() == FOUND.markdown()


def test_the_bench_finds_what_the_artifact_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the Joule bar, with the plain mean square: sound in scales, unsound without; what is saved can be read."""
    monkeypatch.setattr(soundness_bench, "CONDITIONINGS", {"mean square": CONDITIONINGS["mean square"]})
    few = {"LM": LevenbergMarquardt(steps=2, block=1), "Adam": Adam(steps=3)}
    monkeypatch.setattr(soundness_bench, "OPTIMIZERS", few)
    monkeypatch.setattr(soundness_bench, "BY_TERMS", {"ConFIG": ConFIG(steps=2)})
    said: list[str] = []
    found = bench_soundness([joule_heating], "pinnln bench soundness joule_heating", said.append)
    for optimizer in OPTIMIZERS:
        assert found.difference("mean square", optimizer, "nondimensional").largest == 0
        stripped = found.difference("mean square", optimizer, "stripped")
        assert stripped.least is not None
        assert not stripped.sound
        assert stripped.least > 1e-3
    assert len(said) == 3
    data, page = found.save(tmp_path)
    assert SoundnessBench.of(json.loads(data.read_text())) == found
    assert f"| way | {' | '.join(form.name for form in FORMS)} |" in page.read_text()


def test_a_problem_that_is_not_there_is_refused() -> None:
    """With the names of those that are, and exit code 2."""
    found = CliRunner().invoke(main, ["bench", "soundness", "perpetuum"])
    assert found.exit_code == 2
    assert "there is no problem 'perpetuum': expected some of copper_bar" in found.output
