"""Rewriting of expressions: derivatives against finite differences, folding against arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from pinnln.units import (
    Coordinate,
    Expression,
    absolute,
    coordinates,
    cos,
    cosh,
    d,
    erf,
    exp,
    field,
    log,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
    where,
)
from pinnln.units.algebra import add, differentiate, differentiate_along, divide, fold, multiply, raise_to, subtract
from pinnln.units.expression import pure
from pinnln.units.program import NUMPY, Program

x, y = coordinates(x=(0.1, 1.0), y=(0.1, 1.0))
u = field("u", "", of=(x, y))
SMOOTH = (sin, cos, tanh, sinh, cosh, erf, lambda z: exp(0.3 * z), lambda z: log(2 + z * z), lambda z: sqrt(1 + z * z))


def grown(children: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Larger expressions of smaller ones, smooth everywhere."""
    pairs = st.tuples(children, children)
    return st.one_of(
        pairs.map(lambda pair: pair[0] + pair[1]),
        pairs.map(lambda pair: pair[0] - pair[1]),
        pairs.map(lambda pair: pair[0] * pair[1]),
        pairs.map(lambda pair: pair[0] / (2 + pair[1] * pair[1])),
        st.tuples(st.sampled_from(SMOOTH), children).map(lambda pair: pair[0](tanh(pair[1]))),
        children.map(lambda item: -item),
        children.map(lambda item: (1 + item * item) ** 1.5),
    )


EXPRESSIONS = st.recursive(
    st.sampled_from([x, y]) | st.floats(-2, 2).map(lambda value: pure(value) * x), grown, max_leaves=6
)
PLACES = st.tuples(st.floats(0.2, 0.9), st.floats(0.2, 0.9))


def value(expression: Expression, at: tuple[float, float]) -> float:
    """An expression of x and y at a point."""
    program = Program([expression])
    return float(program.run([at[0] if leaf is x else at[1] for leaf in program.leaves], NUMPY)[0])


@given(EXPRESSIONS, PLACES, st.sampled_from([x, y]))
def test_derivatives_are_those_of_finite_differences(
    expression: Expression, at: tuple[float, float], by: Coordinate
) -> None:
    """∂f/∂x by rule equals a central difference."""
    step = 1e-5
    ahead, behind = ((at[0] + s, at[1]) if by is x else (at[0], at[1] + s) for s in (step, -step))
    expected = (value(expression, ahead) - value(expression, behind)) / (2 * step)
    assert value(differentiate(fold(expression), by), at) == pytest.approx(expected, rel=1e-5, abs=1e-5)


@given(EXPRESSIONS, PLACES)
def test_mixed_derivatives_commute(expression: Expression, at: tuple[float, float]) -> None:
    """∂²f/∂x∂y = ∂²f/∂y∂x."""
    one, two = (value(differentiate_along(fold(expression), path), at) for path in ((x, y), (y, x)))
    assert one == pytest.approx(two, rel=1e-9, abs=1e-9)


@given(EXPRESSIONS, PLACES)
def test_folding_changes_no_value(expression: Expression, at: tuple[float, float]) -> None:
    """Folded and unfolded agree, and folding twice is folding once."""
    assert value(fold(expression), at) == pytest.approx(value(expression, at), rel=1e-12, abs=1e-12)
    assert str(fold(fold(expression))) == str(fold(expression))


def test_derivatives_go_down_to_the_fields() -> None:
    """A derivative of a product becomes products of derivatives of fields."""
    assert str(fold(d(u * x, x))) == "∂u/∂x·x + u"
    assert str(fold(d(d(u, x) * u, y))) == "∂²u/∂x∂y·u + ∂u/∂x·∂u/∂y"
    assert str(fold(d(u**2, x))) == "2·u·∂u/∂x"
    w = field("w", "", of=(x,))
    assert str(differentiate(w, y)) == "0"
    assert str(differentiate(d(w, x), y)) == "0"


def test_kinks_and_powers() -> None:
    """|z| has slope ±1, where() its branches', and xʸ both its parts."""
    assert value(differentiate(fold(absolute(x - 0.5)), x), (0.2, 0.5)) == -1
    assert value(differentiate(fold(where(x < 0.5, x * x, 3 * x)), x), (0.7, 0.5)) == 3
    found = value(differentiate(fold((1 + x) ** y), y), (0.5, 0.4))
    assert found == pytest.approx(1.5**0.4 * np.log(1.5))
    assert value(differentiate(fold(tan(x)), x), (0.3, 0.5)) == pytest.approx(1 / np.cos(0.3) ** 2)


def test_zeros_and_ones_vanish() -> None:
    """What adds or multiplies nothing leaves no trace."""
    zero, one, two = pure(0.0), pure(1.0), pure(2.0)
    assert add(x, zero) is x
    assert add(zero, x) is x
    assert subtract(x, zero) is x
    assert str(subtract(zero, x)) == "−x"
    assert multiply(one, x) is x
    assert multiply(x, one) is x
    assert str(multiply(x, zero)) == "0"
    assert divide(x, one) is x
    assert str(divide(zero, x)) == "0"
    assert raise_to(x, one) is x
    assert str(raise_to(x, zero)) == "1"
    folded = [operation(two, two) for operation in (add, subtract, multiply, divide, raise_to)]
    assert [str(item) for item in folded] == ["4", "0", "4", "1", "4"]
