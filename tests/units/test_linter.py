"""The lint: every rule finds what it is for, says where, and offers the way out; sound equations pass."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from pinnln import Dirichlet, Problem, Residual
from pinnln.units import Q, UnitsError, absolute, coordinates, d, exp, field, laplacian, lint, sin, sqrt, where
from pinnln.units.linter import dimension_of

L, rho, nu, k = Q("2 cm"), Q("1.2 kg/m^3"), Q("15 mm^2/s"), Q("3 W/m/K")
x, y = coordinates(x=(0 * L, L), y=(0 * L, L))
u, p, T = field("u", "m/s", of=(x, y)), field("p", "Pa", of=(x, y)), field("T", "K", of=(x, y))
heat = Q("1 K/m^2")

WRONG = {
    "a sum of unlike terms": (lambda: u * d(u, x) + d(p, x), "UL101", "d(p, x)", "Divide it by rho?"),
    "a difference, too": (lambda: u * d(u, x) - d(p, x) - nu * laplacian(u), "UL101", "d(p, x)", "Divide it by rho?"),
    "the minority is guilty": (lambda: laplacian(T) + d(T, x) / L + T, "UL101", "T", "by L"),
    "a bare number": (lambda: laplacian(T) - 1.0, "UL101", "1.0", 'Q("1 m⁻² K")'),
    "a function of a quantity": (lambda: laplacian(T) - heat * sin(x), "UL111", "x", "Divide it by L?"),
    "an exponential of a temperature": (lambda: laplacian(T) - heat * exp(T), "UL111", "T", "Divide it by a scale"),
    "an exponent with a unit": (lambda: laplacian(T) - heat * 2 ** (x), "UL112", "x", "Make the base a pure number"),
    "an exponent that varies": (lambda: laplacian(T) - (heat ** (x / L)), "UL112", "x / L", "Make the base"),
    "branches of unlike dimension": (lambda: laplacian(T) - where(x < L, heat, T), "UL101", "T", "by"),
    "a comparison of unlike sides": (lambda: laplacian(T) - where(x < T, heat, heat), "UL101", "T", "Multiply it by"),
    "a product with a temperature in °C": (
        lambda: laplacian(T) - Q(20, "degC") * sin(x / L) / L**2,
        "UL301",
        'Q(20, "degC")',
        "State it in kelvin if it is absolute",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_every_rule_finds_what_it_is_for(name: str) -> None:
    """Code, the characters, and a way out that is arithmetic."""
    make, code, guilty, hint = WRONG[name]
    problem = Problem(Residual("r", make()), *([Residual("s", laplacian(u)), Residual("q", laplacian(p))]))
    found = [finding for finding in lint(problem) if finding.code == code]
    assert len(found) == 1
    assert found[0].source is not None
    line = found[0].source.excerpt().splitlines()
    marked = line[0][line[1].index("^") : line[1].rindex("^") + 1]
    assert marked == guilty
    assert hint in str(found[0])
    assert "'r'" in str(found[0])


def test_sound_equations_have_no_findings() -> None:
    """Zero without a unit, roots, magnitudes, dimensionless groups and conditions with expressions are fine."""
    problem = Problem(
        Residual("momentum", u * d(u, x) + d(p, x) / rho - nu * laplacian(u)),
        Residual("heat", k * laplacian(T) - Q("1 W/m^3") * exp(-x / L) + 0),
        Residual("exchange", k * laplacian(T) - Q("5 W/m^3/K") * (T - Q(20, "degC"))),
        Residual("speed", u - sqrt(absolute(p) / rho) * where(x > L / 2, 1, 0)),
        Dirichlet(T, Q(20, "degC") + Q("5 K") * sin(y / L), on=x.start),
        Dirichlet(u, 0 * (L / Q("1 s")), on=[x.ends, y.ends]),
    )
    assert not lint(problem).findings


POWERS = st.integers(-2, 2)


@given(POWERS, POWERS, POWERS)
def test_dimensions_follow_the_algebra_of_units(a: int, b: int, c: int) -> None:
    """The dimension of a product of powers is what pint says of the quantities."""
    expression = u**a * p**b * d(T, x) ** c
    quantity = Q("1 m/s") ** a * Q("1 Pa") ** b * Q("1 K/m") ** c
    assert dimension_of(expression) == dimension_of(0 * u**a * p**b * d(T, x) ** c + quantity)


def test_all_findings_are_raised_together() -> None:
    """require_sound raises one UnitsError with every finding in it."""
    problem = Problem(Residual("r", laplacian(T) + T), Residual("s", laplacian(u) + u), Residual("q", laplacian(p)))
    with pytest.raises(UnitsError, match=r"(?s)residual 'r'.*residual 's'"):
        problem.require_sound()
