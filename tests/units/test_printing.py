"""Expressions print as a paper would write them, and never ambiguously."""

import math
import operator
import re

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from pinnln.units import Expression, Q, absolute, constant, coordinates, d, exp, field, laplacian, sin, where
from pinnln.units.expression import express
from pinnln.units.printing import text

LAW = settings(derandomize=True, deadline=None, max_examples=100)
x, y, t = coordinates(x=(Q("0 m"), Q("1 m")), y=(Q("0 m"), Q("1 m")), t=(Q("0 s"), Q("1 s")))
u, p = field("u", "m/s", of=(x, y, t)), field("p", "Pa", of=(x, y, t))
rho = Q("1.18 kg/m^3")
half = constant("half", 0.5)


@pytest.mark.parametrize(
    ("made", "printed"),
    [
        (u * d(u, x) + d(p, x) / rho, "u·∂u/∂x + ∂p/∂x / rho"),
        (d(u, t) - laplacian(u), "∂u/∂t − (∂²u/∂x² + ∂²u/∂y²)"),
        (d(u, x, y), "∂²u/∂x∂y"),
        (d(u, x, x, t), "∂³u/∂x²∂t"),
        (d(u * u, x), "∂(u·u)/∂x"),
        (d(d(u, x), y), "∂(∂u/∂x)/∂y"),
        (d(u, x) ** 2, "(∂u/∂x)²"),
        (u**2, "u²"),
        (u**-1, "u⁻¹"),
        (u**0.5, "u^0.5"),
        (u**-0.5, "u^(-0.5)"),
        (u**half, "u^half"),
        (2**x, "2^x"),
        ((-2) ** x, "(-2)^x"),
        ((u**2) ** 3, "(u²)³"),
        ((u + u) ** 2, "(u + u)²"),
        (-(u**2), "−u²"),
        ((-u) ** 2, "(−u)²"),
        (-(u + u), "−(u + u)"),
        (u + (-u), "u − u"),
        (u + (-2) * u, "u − 2·u"),
        (u - (-u), "u − −u"),
        (u - (u - u), "u − (u − u)"),
        (u - (u + u), "u − (u + u)"),
        (u + (u - u), "u + u − u"),
        ((u + u) * x, "(u + u)·x"),
        (u / (x * y), "u / (x·y)"),
        (u / (x / y), "u / (x / y)"),
        ((x / y) * u, "(x / y)·u"),
        (u * (x / y), "u·(x / y)"),
        (u * (-x), "u·(−x)"),
        ((-u) * x, "−u·x"),
        (exp(-x / y), "exp(−x / y)"),
        (absolute(u), "abs(u)"),
        (where(x < y, u, 0), "where(x < y, u, 0)"),
        (Q("9.81 m/s^2") * t, "9.81 m s⁻²·t"),
        (t * 0.333333333, "t·0.3333"),
        (express(Q("2 m")) ** 2, "(2 m)²"),
        (Q("5 MPa") * x, "5 MPa·x"),
        (Q("1 kg/m^3") * Q("2 m/s") ** 2 * x, "4 Pa·x"),
        (Q("100 mm^2/s") / Q("1 cm") * x, "10 mm s⁻¹·x"),
        (express(Q(20, "degC")), "20 °C"),
        (Q(20, "delta_degC") * x, "20 K·x"),
        (1.0 * d(u, x) + 1.0 * (x / y) * u, "∂u/∂x + (x / y)·u"),
        (x * (1.0 * (-u)), "x·(−u)"),
        (u - (-2.0) * x, "u + 2·x"),
        (sin(math.pi * x), "sin(π·x)"),
        (20 * math.pi * x, "20·π·x"),
        (x / (math.pi / 2), "x / (π/2)"),
        (x * (-0.75 * math.pi), "x·-3·π/4"),
        (3.1416 * x, "3.142·x"),
        (1001 * math.pi * x, "3145·x"),
        (Q("3.141592653589793 m") * x, "3.142 m·x"),
    ],
    ids=str,
)
def test_expressions_print_as_a_paper_would(made, printed):
    """Products by a dot, powers raised, derivatives by ∂, brackets just where they are needed."""
    assert text(made) == str(made) == printed


def test_an_unknown_node_is_refused():
    """A node that nobody taught to print is named."""
    with pytest.raises(TypeError, match="expected a node of an expression, found Expression"):
        text(Expression())


def _grow(inner):
    """Trees of two trees or one, each beside its value, made by the same operation."""
    pair = st.tuples(inner, inner)
    joined = st.sampled_from([operator.add, operator.sub, operator.mul, operator.truediv])
    return st.one_of(
        st.tuples(joined, pair).map(lambda both: tuple(map(both[0], *both[1]))),
        inner.map(lambda a: (-a[0], -a[1])),
        st.tuples(inner, st.sampled_from([2, 3, -1])).map(lambda ab: (ab[0][0] ** ab[1], ab[0][1] ** ab[1])),
    )


VALUES = {x: np.float64(0.7), y: np.float64(1.9)}
LEAVES = [*VALUES.items(), *((express(number), np.float64(number)) for number in (2.0, -3.0, 0.5, 1.0, -1.0))]
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def _as_python(printed):
    """The printed text as Python would write it: a raised number becomes a power, numbers are NumPy's."""
    out, raised = "", ""
    for letter in printed + " ":
        if letter in "⁰¹²³⁴⁵⁶⁷⁸⁹⁻":
            raised += letter
            continue
        out += f"**({raised.translate(RAISED)})" if raised else ""
        out, raised = out + letter, ""
    return re.sub(r"[\d.]+", r"number(\g<0>)", out.strip().replace("−", "-").replace("·", "*"))


@LAW
@given(st.data())
def test_what_is_printed_has_the_value_of_what_was_meant(data):
    """Read back by the usual precedence, the text evaluates to the expression: no bracket is missing."""
    with np.errstate(all="ignore"):
        tree, meant = data.draw(st.recursive(st.sampled_from(LEAVES), _grow))
        read = eval(_as_python(str(tree)), {"x": VALUES[x], "y": VALUES[y], "number": np.float64})
    if np.isfinite(meant):
        assert read == pytest.approx(meant, rel=1e-6, abs=1e-6)
