"""Every example runs as it stands and ends in the number it promises."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
ENDS_IN = {
    "conductivity": (25.1, 0.05),
    "copper_bar": (46.7, 0.05),
    "natural_convection": (2.24, 0.02),
    "pumping_test": (71.58, 0.5),  # TTim's fit to the same readings
}


def test_every_example_has_its_number() -> None:
    """No example without a test."""
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(ENDS_IN)


@pytest.mark.parametrize("name", ENDS_IN)
def test_an_example_ends_in_its_number(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """At most 60 lines, and the last line printed is a quantity with the expected value."""
    path = EXAMPLES / f"{name}.py"
    assert len(path.read_text().splitlines()) <= 60
    runpy.run_path(str(path))
    last = capsys.readouterr().out.strip().splitlines()[-1]
    expected, tolerance = ENDS_IN[name]
    found = re.match(r"-?[\d.]+", last)
    assert found is not None, last
    assert float(found.group()) == pytest.approx(expected, abs=tolerance)
