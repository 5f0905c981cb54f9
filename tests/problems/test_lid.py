"""The lid-driven cavity as a problem: velocities are compared in SI, and what has no reference is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pinnln import ProblemError
from pinnln.problems import lid_driven_cavity
from pinnln.problems.lid_reference import REGULARISED, UNIFORM
from pinnln.units import Q


def test_velocities_are_those_of_water_in_a_groove() -> None:
    """At Re = 100 in a centimetre of water the lid moves at 1 cm/s; the pressure has no reference."""
    found = lid_driven_cavity().exact(np.array([[5e-3, 1e-2], [5e-3, 0.0]]))
    np.testing.assert_allclose(found["u"], [1e-2, 0.0], atol=1e-8)
    assert set(found) == {"u", "v"}


def test_the_same_reynolds_number_is_the_same_flow() -> None:
    """Twice the side and the viscosity, the same velocities in units of U."""
    one, two = lid_driven_cavity(), lid_driven_cavity(side=Q("2 cm"), viscosity=Q("2 mm^2/s"))
    places = np.array([[4e-3, 7e-3]])
    np.testing.assert_allclose(two.exact(2 * places)["v"], one.exact(places)["v"], rtol=1e-12)
    assert [item.reference for item in one.quantities] == [item.reference for item in two.quantities]


def test_others_are_quoted_for_the_problem_they_solved_only() -> None:
    """Published errors are those of the smooth lid at Re = 100."""
    assert [item.error for item in lid_driven_cavity().published] == [6.3e-4, 1.4e-2, 3.6e-2]
    assert not lid_driven_cavity(reynolds=50.0).published
    assert not lid_driven_cavity(lid=REGULARISED).published


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"reynolds": 1000.0}, r"reynolds = 1000: expected a value above 0 and up to 400, since there is friction"),
    ({"reynolds": 400.0, "lid": UNIFORM}, r"reynolds = 400: expected a value above 0 and up to 100"),
    ({"side": Q("0 cm")}, "side = 0 cm: expected a value above 0 m, since a domain has an extent"),
    ({"density": Q("-1 kg/m^3")}, "density = -1 kg/m³: .* a fluid has mass"),
]


@pytest.mark.parametrize(("changed", "words"), REFUSED, ids=[words[:20] for _, words in REFUSED])
def test_what_has_no_reference_is_refused(changed: dict[str, Any], words: str) -> None:
    """Fast flow, no extent, no mass."""
    with pytest.raises(ProblemError, match=words):
        lid_driven_cavity(**changed)
