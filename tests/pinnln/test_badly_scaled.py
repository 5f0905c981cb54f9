"""Problems as users of other libraries report them, badly scaled as they are stated, solved with proposed scales."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from pinnln import (
    MLP,
    Dirichlet,
    Initial,
    LevenbergMarquardt,
    Problem,
    Residual,
    Sampling,
    Solution,
    coordinates,
    d,
    exp,
    field,
    solve,
)
from pinnln.units import Field, Q, Quantity

SHARE = np.linspace(0, 1, 21)


def solved(problem: Problem) -> Solution:
    """A small network, few steps, no scales."""
    settings = {"network": MLP(10, 1), "sampling": Sampling(80, 4), "optimizer": LevenbergMarquardt(steps=40)}
    return solve(problem, **settings, show=False)  # type: ignore[arg-type]


def worst(solution: Solution, target: Field, length: Quantity | float, exact: np.ndarray) -> float:
    """The largest deviation from the exact values over their range, at 21 places along the length."""
    found = solution(target, x=SHARE * length).m_as(target.unit)
    return float(np.abs(found - exact).max() / np.ptp(exact))


def test_a_line_over_a_hundred() -> None:
    """y″ = 0 on [0, 100] with y(0) = 0 and y(100) = 1."""
    (x,) = coordinates(x=(0.0, 100.0))
    y = field("y", "", of=(x,))
    solution = solved(Problem(Residual("line", d(y, x, x)), Dirichlet(y, 0.0, on=x.start), Dirichlet(y, 1.0, on=x.end)))
    assert worst(solution, y, 100.0, SHARE) < 1e-4


def test_a_field_of_one_beside_one_of_a_billionth() -> None:
    """φ″ = 0 with φ from 1 to 0, and c″ = −k φ with k L² = 10⁻⁹, of which no condition tells."""
    (x,) = coordinates(x=(0.0, 1.0))
    phi, c = field("phi", "", of=(x,)), field("c", "", of=(x,))
    problem = Problem(
        Residual("potential", d(phi, x, x)),
        Residual("trace", d(c, x, x) + 1e-9 * phi),
        Dirichlet(phi, 1.0, on=x.start),
        Dirichlet(phi, 0.0, on=x.end),
        Dirichlet(c, 0.0, on=x.ends),
    )
    assert problem.scales()["c"].span.m_as("") == pytest.approx(1e-9)
    solution = solved(problem)
    assert worst(solution, phi, 1.0, 1 - SHARE) < 1e-4
    assert worst(solution, c, 1.0, 1e-9 * (SHARE / 3 - SHARE**2 / 2 + SHARE**3 / 6)) < 1e-3


def test_an_atmosphere_beside_a_mole_fraction() -> None:
    """Gas seeps down a pressure of 1.013·10⁵ Pa and carries a mole fraction against its diffusion, Pe = 2."""
    L, high, low = Q("1 cm"), Q("1.013e5 Pa"), Q("0.913e5 Pa")
    mobility, D = Q("1e-9 m^2/Pa/s"), Q("5e-6 m^2/s")
    (x,) = coordinates(x=(0 * L, L))
    p, X = field("p", "Pa", of=(x,)), field("X", "", of=(x,))
    problem = Problem(
        Residual("mass", mobility * d(p, x, x)),
        Residual("species", -mobility * d(p, x) * d(X, x) - D * d(X, x, x)),
        Dirichlet(p, high, on=x.start),
        Dirichlet(p, low, on=x.end),
        Dirichlet(X, 0.0, on=x.start),
        Dirichlet(X, 0.21, on=x.end),
    )
    assert problem.scales()["p"].span.m_as("Pa") == pytest.approx(1e4)
    solution = solved(problem)
    assert worst(solution, p, L, 1.013e5 - 1e4 * SHARE) < 1e-5
    assert worst(solution, X, L, 0.21 * np.expm1(2 * SHARE) / np.expm1(2)) < 1e-3


def test_a_reaction_whose_prefactor_says_nothing_of_its_rate() -> None:
    """dc/dt = −k c and dT/dt = b k c with k = k₀ exp(−E/RT): 10⁷ a second times e⁻²³; T + b c stays what it was."""
    (t,) = coordinates(t=(Q("0 s"), Q("10 min")))
    c, T = field("c", "mol/m^3", of=(t,)), field("T", "K", of=(t,))
    k, warming = Q("1e7 1/s") * exp(-Q("7217 K") / T), Q("10 K m^3/mol")
    solution = solved(
        Problem(
            Residual("c", d(c, t) + k * c),
            Residual("T", d(T, t) - warming * k * c),
            Initial(c, Q("2 mol/m^3")),
            Initial(T, Q("320 K")),
        )
    )
    exact = solve_ivp(
        lambda _, y: -1e7 * np.exp(-7217 / (340 - 10 * y)) * y, (0, 600), [2], t_eval=600 * SHARE, rtol=1e-9
    )
    found = solution(c, t=SHARE * Q("10 min")).m_as(c.unit)
    assert np.abs(found - exact.y[0]).max() < 2e-3
