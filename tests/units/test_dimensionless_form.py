"""The dimensionless system as it is printed: what is named, and what could be mistaken."""

from __future__ import annotations

import pytest

from pinnln import Dirichlet, Neumann, Problem, Residual, laplacian
from pinnln.problems import natural_convection
from pinnln.units import Q, coordinates, d, field


@pytest.fixture(scope="module")
def channel() -> Problem:
    """Water that a pressure presses through a channel a hundred times as long as high."""
    L, H, mu = Q("1 m"), Q("1 cm"), Q("1 mPa*s")
    x, y = coordinates(x=(0 * L, L), y=(0 * H, H))
    u, v, p = field("u", "m/s", of=(x, y)), field("v", "m/s", of=(x, y)), field("p", "Pa", of=(x, y))
    return Problem(
        Residual("continuity", d(u, x) + d(v, y)),
        Residual("momentum_x", d(p, x) - mu * laplacian(u)),
        Residual("momentum_y", d(p, y) - mu * laplacian(v)),
        Dirichlet(u, Q("0 m/s"), on=y.ends),
        Dirichlet(v, Q("0 m/s"), on=y.ends),
        Dirichlet(p, Q("10 Pa"), on=x.start),
        Dirichlet(p, Q("0 Pa"), on=x.end),
        Neumann(v, Q("0 1/s"), on=x.ends),
    )


def test_lubrication_is_told_in_powers_of_the_slenderness(channel: Problem) -> None:
    """With ε = H/L:  ∂p̂/∂ŷ = ε² ∂²v̂/∂ŷ² + ε⁴ ∂²v̂/∂x̂²,  with no number left in it."""
    shown = channel.dimensionless().text()
    assert "Pi_1 = [y] / [x] = 0.01" in shown
    assert "momentum_x:  ∂p̂/∂x̂ − ∂²û/∂ŷ² − Pi_1²·∂²û/∂x̂² = 0" in shown
    assert "momentum_y:  ∂p̂/∂ŷ − Pi_1²·∂²v̂/∂ŷ² − Pi_1⁴·∂²v̂/∂x̂² = 0" in shown


def test_ascii_tells_a_symbol_from_its_pure_number(channel: Problem) -> None:
    """No line says that a length is so many metres of itself; the equations say that their hats are left out."""
    shown = channel.dimensionless().text("ascii")
    assert shown.isascii()
    assert "  x = 1 m * x_hat    (its extent)" in shown
    assert "Equations, hats left out\n  continuity:  du/dx + dv/dy = 0" in shown
    assert "hats" not in channel.dimensionless().text()


def test_a_product_without_a_name_is_told_once() -> None:
    """gβ of the cavity is a product that the script never named: its value says it all."""
    assert "  gβ = 0.0327 m s⁻² K⁻¹\n" in natural_convection().problem.dimensionless().text()


def test_greek_names_wear_their_hat_as_letters() -> None:
    """ψ̂ for psi and û_x for u_x, in scales as in equations; ASCII spells them out again."""
    (x,) = coordinates(x=(Q("0 nm"), Q("50 nm")))
    psi, u_x = field("psi", "mV", of=(x,)), field("u_x", "mm/s", of=(x,))
    problem = Problem(
        Residual("charge", d(psi, x, x)),
        Residual("flow", d(u_x, x, x)),
        Dirichlet(psi, Q("5 mV"), on=x.ends),
        Dirichlet(u_x, Q("2 mm/s"), on=x.ends),
    )
    shown, plain = problem.dimensionless().text(), problem.dimensionless().text("ascii")
    assert "  psi = 5 mV · ψ̂    (the largest value of its conditions)" in shown
    assert "flow:  ∂²û_x/∂x̂² = 0" in shown
    assert "  u_x = 2 mm/s * u_x_hat" in plain
    assert "charge:  d^2psi/dx^2 = 0" in plain
    assert r"\hat{\psi}" in problem.dimensionless().text("latex")
