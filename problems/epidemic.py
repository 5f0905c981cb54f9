"""What spreads from one to the next."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pinnln import (
    MLP,
    Benchmark,
    Initial,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    constant,
    coordinates,
    d,
    field,
)
from pinnln.problems.trajectory_reference import SOURCE, trajectory
from pinnln.problems.validity import EXTENT, FOLLOWED, require, rounded
from pinnln.units import Q, Quantity


def sir(
    population: Quantity = Q("1e6 person"),
    infected: Quantity = Q("1e4 person"),
    contact: Quantity = Q("0.35 / day"),
    recovery: Quantity = Q("0.1 / day"),
    duration: Quantity = Q("90 day"),
) -> Benchmark:
    """An epidemic runs through a town and dies out:  dS/dt = −βSI/N,  dI/dt = βSI/N − γI,  dR/dt = γI.

    S can still be infected, I are, R no longer can be; N = S + I + R is the town, and stays so. Each infects β/γ others
    as long as all can be; the number of infected is largest when S has come down to Nγ/β. A town that nobody falls ill
    in obeys the equations too, and a network that learns all days at once may settle there: hence six windows of time.

    Args: population N and, at the start, infected I₀ [person]; contact β, at which one infects others [day⁻¹];
    recovery γ [day⁻¹]; duration [day].
    Returns: the benchmark; its quantities of interest are the infected at half of the duration, and the sum of all at
    the end.
    Raises: ProblemError for an argument that is not above zero, or more infected than people.
    Source: W. O. Kermack, A. G. McKendrick, Proc. R. Soc. A 115, 700 (1927). Reference by an explicit
    Runge-Kutta method of order 8 with tolerance 1e-12.

    >>> [f"{item.reference:.6g~P}" for item in sir().quantities]
    ['90300.9 person', '1×10⁶ person']
    """
    people = require("population", population, "person", "a town has people")
    ill = require("infected", infected, "person", "nobody falls ill alone")
    rare = "fewer are lost in the digits of the town"
    share = require("infected/population", ill / people, "", rare, high=1.0, above="nobody falls ill twice")
    require("infected/population", share, "", rare, low=1e-9, high=1.0)
    passed = require("contact", contact, "1/s", "what is not passed on does not spread")
    healed = require("recovery", recovery, "1/s", "nobody is ill for ever")
    T = require("duration", duration, "s", EXTENT)
    require("contact·duration", passed * T, "", "nothing happens sooner", low=1e-3, high=200.0, above=FOLLOWED)
    require("recovery·duration", healed * T, "", "nothing happens sooner", low=1e-3, high=50.0, above=FOLLOWED)
    (t,) = coordinates(t=(0 * duration, duration))
    S, I, R = (field(name, "person", of=(t,)) for name in "SIR")  # noqa: E741  # the letters of the field
    beta, gamma, N = constant("beta", contact), constant("gamma", recovery), constant("N", population)
    new = beta * S * I / N
    problem = Problem(
        Residual("susceptible", d(S, t) + new),
        Residual("infected", d(I, t) - new + gamma * I),
        Residual("recovered", d(R, t) - gamma * I),
        Initial(S, population - infected),
        Initial(I, infected),
        Initial(R, 0 * population),
    )
    course = _course(*(rounded(item) for item in (passed * T, healed * T, share)))

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        return dict(zip("SIR", people * course(points[:, 0] / T), strict=True))

    return Benchmark(
        name="sir",
        title="An epidemic runs through a town and dies out",
        problem=problem,
        scales=Scales(t=1 / recovery, S=population, I=population, R=population),
        quantities=(
            QuantityOfInterest(
                "infected at half time",
                lambda solution: solution(I, t=duration / 2),
                Q(exact(np.array([[T / 2]]))["I"][0], "person"),
                SOURCE,
            ),
            QuantityOfInterest(
                "all people at the end",
                lambda solution: solution(S + I + R, t=duration),
                population,
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=2),
        sampling=Sampling(interior=400, face=1),
        steps=60,
        windows=6,
        citation="W. O. Kermack, A. G. McKendrick, Proc. R. Soc. A 115 (1927) 700-721",
        reference="computed",
        aim=1e-6,
    )


@functools.cache
def _course(beta: float, gamma: float, share: float) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Parts of the town that can be infected, are, and no longer can be, over time in units of the duration."""

    def slope(parts: NDArray[np.float64]) -> tuple[float, ...]:
        new, well = beta * parts[0] * parts[1], gamma * parts[1]
        return -new, new - well, well

    return trajectory(slope, (1 - share, share, 0.0))
