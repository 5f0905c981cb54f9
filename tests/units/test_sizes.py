"""Sizes of addends as monomials of the spans that are not known yet."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from pinnln.problems import CATALOG
from pinnln.units import Coordinate, Field, absolute, coordinates, cos, d, exp, field, log, sin, sqrt, where
from pinnln.units.expression import Expression
from pinnln.units.nondimensional import nondimensionalize
from pinnln.units.sizes import sizes_of

(x,) = coordinates(x=(0.0, 0.5))
T, u = field("T", "", of=(x,)), field("u", "", of=(x,))
REFERENCES: dict[Coordinate | Field, float] = {x: 0.0, T: 20.0, u: 0.0}
SPANS: dict[Coordinate | Field, float] = {x: 0.5}


def monomials(expression: Expression, spans: dict[Coordinate | Field, float] | None = None) -> dict[str, float]:
    """Coefficients of the addends by their powers of T and u."""
    found = sizes_of(expression, REFERENCES, spans or SPANS).all
    shown = {}
    for item in found:
        powers = " ".join(f"{symbol.name}^{item.powers[symbol]:g}" for symbol in (T, u) if symbol in item.powers)
        shown[powers] = max(shown.get(powers, 0.0), math.exp(item.log))
    return shown


WRITTEN: dict[str, tuple[Expression, dict[str, float]]] = {
    "a point and a difference": (T - 20, {"T^1": 1}),
    "a power expands about the reference": ((T / 10) ** 2, {"": 4, "T^1": 0.2, "T^2": 0.01}),
    "slopes": (3 * d(u, x, x) * d(T, x), {"T^1 u^1": 3 / 0.5**3}),
    "a root": (sqrt(u * 4), {"u^0.5": 2}),
    "a broken power": (absolute(u) ** 1.5, {"u^1.5": 1}),
    "a quotient varies about what is known of it": (1 / T, {"": 0.05, "T^1": 0.0025}),
    "a quotient by what is not known": (1 / u, {"u^-1": 1}),
    "a quotient by a coordinate": (2 / x, {"": 4}),
    "a negative power": (x**-2, {"": 4}),
    "the larger branch": (where(x < 0.2, 3 * u, u), {"u^1": 3}),
    "a sine is no larger than its argument": (sin(2 * u), {"u^1": 2}),
    "a cosine is of order one": (5 * cos(u), {"": 5}),
    "a logarithm is of order one": (log(1 + u), {"": 1}),
    "an exponential counts where its field rests": (exp(-T / 10), {"": math.exp(-2)}),
    "a power of a power": (2.0**u, {"": 1}),
    "constants fold": (3 - sqrt(4 + 0 * x) + exp(0 * x), {"": 2}),
    "nothing": (0 * u, {}),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_addends(name: str) -> None:
    """What an expression is made of."""
    expression, expected = WRITTEN[name]
    assert monomials(expression) == pytest.approx(expected)


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_a_span_that_is_known_is_put_in(warm: float, fast: float) -> None:
    """Monomials at some spans are the sizes with these spans known."""
    expression = u * d(T, x) - 3 * d(T, x, x) + T * u**2 + (T - 20) * u
    logs = {T: warm, u: fast}
    before = max(item.at(logs) for item in sizes_of(expression, REFERENCES, SPANS).all)
    after = max(
        item.log for item in sizes_of(expression, REFERENCES, {**SPANS, T: math.exp(warm), u: math.exp(fast)}).all
    )
    assert before == pytest.approx(after, abs=1e-12)


@pytest.mark.parametrize("name", CATALOG)
def test_the_largest_size_is_what_an_equation_is_divided_by(name: str) -> None:
    """Sizes and the dimensionless equations agree on every problem of the library."""
    benchmark = CATALOG[name]()
    yardsticks = benchmark.problem.scales(benchmark.scales).yardsticks
    references = {symbol: item.reference for symbol, item in yardsticks.items()}
    spans = {symbol: item.span for symbol, item in yardsticks.items()}
    for statement in (item.statement for item in benchmark.problem.residuals):
        largest = max(item.log for item in sizes_of(statement.expression, references, spans).all)
        assert math.exp(largest) == pytest.approx(nondimensionalize(statement, yardsticks).scale)
