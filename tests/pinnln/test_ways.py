"""The ways to an objective, by name."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from pinnln import ALL_WAYS, WAYS
from pinnln.cli import main
from pinnln.ways import handle, ways_named


def test_names_are_unique_and_the_five_come_first() -> None:
    """Every way has its own name and one sentence; those that are compared by default are the first."""
    assert ALL_WAYS[: len(WAYS)] == WAYS
    assert len({way.name for way in ALL_WAYS}) == len(ALL_WAYS) == 12
    assert all(way.about for way in ALL_WAYS)
    assert [way.name for way in ALL_WAYS if way.unsafe] == [way.name for way in WAYS[:3]]


def test_ways_are_found_by_name_or_by_what_they_add() -> None:
    """In the order in which they are named."""
    assert ways_named("ntk, raw") == [*ways_named("nondimensional+ntk"), WAYS[0]]
    with pytest.raises(
        ValueError, match=r"there is no way 'gradnorm': expected all, or some of raw, .*nondimensional\+grad-norm"
    ):
        ways_named("gradnorm")


def test_ways_are_found_by_name_and_by_handle() -> None:
    """All of the catalogue, or some in the order they were asked for."""
    assert ways_named("all", WAYS) == list(WAYS)
    for way in WAYS:
        assert ways_named(way.name, WAYS) == ways_named(handle(way.name), WAYS) == [way]
    with pytest.raises(ValueError, match=r"there is no way 'magic': expected all, or some of raw, naive-layer"):
        ways_named("raw,magic", WAYS)


def test_compare_knows_them() -> None:
    """Two ways that are named, with an optimiser that takes terms by themselves; a weighting with it is refused."""
    asked = ["compare", "joule_heating", "--iterations", "3", "--quiet"]
    found = CliRunner().invoke(main, [*asked, "--ways", "nondimensional,grad-norm"])
    assert found.exit_code == 0, found.output
    assert "nondimensional+grad-norm" in found.output
    assert "raw" not in found.output
    assert CliRunner().invoke(main, [*asked, "--ways", "nondimensional", "--optimizer", "config"]).exit_code == 0
    refused = CliRunner().invoke(main, [*asked, "--ways", "grad-norm", "--optimizer", "multiadam"])
    assert refused.exit_code == 2
    assert "MultiAdam takes the slope of every term by itself" in refused.output
