"""Groundwater round a body of silt: the same flow everywhere, duality, limits, and what is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pinnln.problems import darcy_flow
from pinnln.problems.groundwater import head_round_silt
from pinnln.units import ProblemError, Q, UnitsError


@pytest.mark.parametrize(("contrast", "slenderness"), [(100.0, 2.0), (1000.0, 0.2), (1000.0, 5.0)])
def test_head_and_stream_function_are_dual(contrast: float, slenderness: float) -> None:
    """The stream function obeys the equation of 1/K with sides and ends exchanged, so the two flows are reciprocal:
    κ(C, L/B) κ(1/C, B/L) = 1  (J. B. Keller, J. Math. Phys. 5 (1964) 548)."""
    flow = head_round_silt(contrast, slenderness).flow
    assert flow * head_round_silt(1 / contrast, 1 / slenderness).flow == pytest.approx(1, rel=1e-11)
    assert flow == pytest.approx(head_round_silt(contrast, slenderness, 30).flow, rel=1e-12)


def test_as_much_water_flows_through_every_section() -> None:
    """∫ K ∂h/∂x dy by complex steps and the trapezoidal rule, at four places: the flow of the quantity of interest."""
    benchmark = darcy_flow()
    y = np.linspace(-50, 50, 401)
    for place in (-100.0, -61.0, 0.0, 33.0):
        x = np.full_like(y, place)
        slope = benchmark.exact(np.stack([x + 1e-30j, y], 1))["h"].imag / 1e-30
        conductivity = 2e-4 * 100 ** -(np.cos(np.pi * x / 200) ** 2 * np.cos(np.pi * y / 100) ** 2)
        found = np.trapezoid(conductivity * slope, y)
        assert benchmark.quantities[0].reference.m_as("m^2/s") == pytest.approx(found, rel=1e-9)


def test_silt_as_permeable_as_sand_is_not_felt() -> None:
    """The head falls evenly for C = 1; to first order the flow is lessened by a quarter of ln C, the mean of ln K."""
    even = head_round_silt(1.0, 2.0, 8)
    assert (even.flow, even.steepest) == (pytest.approx(1, abs=1e-14), pytest.approx(1, abs=1e-14))
    assert head_round_silt(1 + 1e-5, 2.0, 8).flow == pytest.approx(1 - 0.25e-5, abs=1e-10)


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: darcy_flow(contrast=0.5), ProblemError, "contrast = 0.5: expected a value above 1 and up to 1000, since"),
    (lambda: darcy_flow(width=Q("10 m")), ProblemError, "length/width = 20: expected a value above 0.2 and up to 5"),
    (lambda: darcy_flow(drop=Q("0 m")), ProblemError, "drop = 0 m: expected a value above 0 m, since the field would"),
    (lambda: darcy_flow(conductivity=Q("1 m^2")), UnitsError, "conductivity = 1 m²: expected a quantity in m/s"),
]


@pytest.mark.parametrize(("make", "kind", "words"), REFUSED, ids=[words[:30] for _, _, words in REFUSED])
def test_what_makes_no_ground_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """In words that name the argument, what it was, and why."""
    with pytest.raises(kind, match=words):
        make()
