"""A problem restated: other numbers, the same quantities."""

from __future__ import annotations

import pytest

from pinnln.formulation import nondimensional
from pinnln.problems import CATALOG
from pinnln.restating import SYSTEMS, in_base_units, restated
from pinnln.solution import fingerprint
from pinnln.units import Q


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("name", ["joule_heating", "natural_convection", "poroelastic_column", "sir", "black_scholes"])
def test_a_restated_problem_is_the_same_problem(name: str, system: str) -> None:
    """Other numbers in its scales, the same dimensionless equations to the last bit."""
    first, second = CATALOG[name](), restated(CATALOG[name], SYSTEMS[system])
    assert str(first.scales) != str(second.scales)
    one, two = (nondimensional(item.problem, item.problem.scales(item.scales).yardsticks) for item in (first, second))
    assert fingerprint(one) == fingerprint(two)


def test_units_of_the_users_own_are_restated_too() -> None:
    """A call in kEUR and hours, an epidemic in thousands of people: other numbers, the same to the last bit."""
    for name, other in {"black_scholes": {"[EUR]": "kEUR", "[time]": "hour"}, "sir": {"[person]": "kperson"}}.items():
        first, second = CATALOG[name](), restated(CATALOG[name], other)
        assert str(first.scales) != str(second.scales)
        one, two = (nondimensional(it.problem, it.problem.scales(it.scales).yardsticks) for it in (first, second))
        assert fingerprint(one) == fingerprint(two)


def test_a_temperature_stays_on_its_scale() -> None:
    """20 °C is 68 °F, and a difference of 20 K one of 36."""
    fahrenheit = {"[temperature]": "delta_degF"}
    assert in_base_units(Q(20, "degC"), fahrenheit).magnitude == pytest.approx(68)
    assert in_base_units(Q(20, "delta_degC"), fahrenheit).magnitude == pytest.approx(36)
    assert str(in_base_units(Q(20, "degC"), {}).units) == "degree_Celsius"
