"""A warning for equations of which only one term counts, with the scale that causes it."""

from __future__ import annotations

from pinnln import Scales
from pinnln.problems import joule_heating, natural_convection
from pinnln.units import Q


def test_a_scale_that_is_off_is_blamed() -> None:
    """A thousandfold velocity leaves only inertia; the sentence says whose scale it is and what would do."""
    cavity = natural_convection()
    U = cavity.problem.scales(cavity.scales)["u"].span
    apt = cavity.problem.term_sizes(cavity.scales).warnings
    assert apt == ()
    warnings = cavity.problem.term_sizes(
        Scales(u=1000 * U, v=1000 * U, p=Q("1 mPa"), T=(Q("300 K"), Q("10 K")))
    ).warnings
    assert any(item.startswith("in 'momentum_y' only ") for item in warnings)
    assert any("the scale of v, 84" in item and "(given), causes it; with " in item for item in warnings)


def test_a_temperature_that_a_current_exceeds() -> None:
    """A span of 1 mK beside σφ'² is blamed, and the span that would balance is that of the balance."""
    bar = joule_heating()
    (warning,) = bar.problem.term_sizes(Scales(T=(Q(20, "degC"), Q("1 mK")))).warnings
    assert warning.startswith("in 'heat' only ")
    assert "the scale of T, 0.001 K (given), causes it; with 27 K they would be equal" in warning
