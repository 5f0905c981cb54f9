"""LaTeX of expressions: what binds, what is a symbol, and that it can be typeset."""

from __future__ import annotations

from math import pi

import pytest
from matplotlib.mathtext import MathTextParser

from pinnln.units import Q, absolute, coordinates, d, exp, field, sqrt, where
from pinnln.units.expression import Expression, Operation, express, pure
from pinnln.units.latex import latex, symbol
from pinnln.units.printing import hatted

x, y = coordinates(x=(0.0, 1.0), y=(0.0, 1.0))
u, theta = field("u", "", of=(x, y)), field("theta", "", of=(x, y))

WRITTEN: dict[str, tuple[Expression, str]] = {
    "a mixed derivative": (d(u, x, y), r"\frac{\partial^{2} u}{\partial x \partial y}"),
    "a power of a derivative": (d(u, x) ** 2, r"\left(\frac{\partial u}{\partial x}\right)^{2}"),
    "a sum in a product": (2 * (u + theta), r"2\, \left(u + \theta\right)"),
    "a negation in a sum": (u + (-theta), r"u - \theta"),
    "a difference of a sum": (u - (x + y), r"u - \left(x + y\right)"),
    "a fraction": ((u + 1) / x, r"\frac{u + 1}{x}"),
    "a small number": (pure(1.5e-7) * u, r"1.5 \times 10^{-7}\, u"),
    "a pressure": (Q("5 MPa") * u, r"5\ \mathrm{MPa}\, u"),
    "units with powers": (Q("3 um/s^2") * u, r"3\ \mathrm{\mu m}\,\mathrm{s}^{-2}\, u"),
    "a temperature": (express(Q(20, "degC")), r"20\ \mathrm{^{\circ}C}"),
    "a factor of one": (1.0 * u - (-2.0) * theta, r"u + 2\, \theta"),
    "multiples of pi": (exp(pi * u / 2) * (-20 * pi), r"\exp\left(\frac{\pi\, u}{2}\right)\, -20\, \pi"),
    "functions": (exp(u) * sqrt(u) * absolute(u), r"\exp\left(u\right)\, \sqrt{u}\, \left|u\right|"),
    "a choice": (where(x <= y, u, 1), r"\mathrm{where}\left(x \leq y, u, 1\right)"),
    "a foreign operation": (Operation("relu", u), r"\mathrm{relu}\left(u\right)"),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_expressions(name: str) -> None:
    """As it should be written, and matplotlib can typeset it."""
    expression, written = WRITTEN[name]
    assert latex(expression) == written
    width, *_ = MathTextParser("path").parse(f"${written}$")
    assert width > 0


def test_symbols() -> None:
    """Greek by name or letter, words upright, hats over the symbol and not over its index."""
    assert symbol("Pi_1") == r"\Pi_{\mathrm{1}}"
    assert symbol("Fo_ν") == r"\mathrm{Fo}_{\mathrm{nu}}"
    assert symbol("T\u0302") == r"\hat{T}"
    assert symbol(hatted("psi_0")) == r"\hat{\psi}_{\mathrm{0}}"
    assert symbol("T_in\u0302") == r"\hat{T}_{\mathrm{in}}"
