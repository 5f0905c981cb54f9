"""Populations that live on each other."""

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
    log,
)
from pinnln.problems.trajectory_reference import SOURCE, trajectory
from pinnln.problems.validity import EXTENT, FOLLOWED, require, rounded
from pinnln.units import Q, Quantity

_ALIVE = "a population that is gone does not come back"


def lotka_volterra(
    growth: Quantity = Q("0.6 / year"),
    predation: Quantity = Q("0.025 / (individual * year)"),
    harvest: Quantity = Q("0.02 / (individual * year)"),
    death: Quantity = Q("0.8 / year"),
    prey: Quantity = Q("30 individual"),
    predators: Quantity = Q("10 individual"),
    duration: Quantity = Q("10 year"),
) -> Benchmark:
    """Predators live on their prey, and both numbers go up and down:  dx/dt = ax − bxy,  dy/dt = cxy − ey.

    x is the number of prey, y that of predators, counted in whatever unit both shall have. Where prey abounds
    predators grow, where predators abound prey vanishes, and the pair goes round: the orbits are closed, since
    H = cx − e ln x + by − a ln y  never changes.

    Args: growth a of the prey alone [year⁻¹]; predation b, prey lost to each predator [individual⁻¹ year⁻¹]; harvest c,
    predators gained from each prey [individual⁻¹ year⁻¹]; death e of predators alone [year⁻¹]; prey and predators at
    the start [individual]; duration [year].
    Returns: the benchmark; its quantities of interest are both numbers at the end, and by how much H/e then differs
    from what it was at the start, plus one, so that the reference is not zero.
    Raises: ProblemError for an argument that is not above zero.
    Source: A. J. Lotka, Elements of Physical Biology, Baltimore 1925; V. Volterra, Nature 118, 558 (1926). Reference by
    an explicit Runge-Kutta method of order 8 with tolerance 1e-12.

    >>> [f"{item.reference:.5g~P}" for item in lotka_volterra().quantities]
    ['35.558 individual', '9.3312 individual', '1']
    """
    rates = (
        require("growth", growth, "1/s", "prey feeds on what abounds"),
        require("predation", predation, "1/individual/s", "predators eat prey"),
        require("harvest", harvest, "1/individual/s", "predators live on prey"),
        require("death", death, "1/s", "predators starve without prey"),
    )
    start = (
        require("prey", prey, "individual", _ALIVE),
        require("predators", predators, "individual", _ALIVE),
    )
    T = require("duration", duration, "s", EXTENT)
    _require_orbit(*(*(rate * T for rate in rates), *start))
    (t,) = coordinates(t=(0 * duration, duration))
    x, y = field("x", "individual", of=(t,)), field("y", "individual", of=(t,))
    a, b = constant("a", growth), constant("b", predation)
    c, e = constant("c", harvest), constant("e", death)
    problem = Problem(
        Residual("prey", d(x, t) - a * x + b * x * y),
        Residual("predators", d(y, t) - c * x * y + e * y),
        Initial(x, prey),
        Initial(y, predators),
    )

    orbit = _orbit(*(rounded(item) for item in (*(rate * T for rate in rates), *start)))

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        return dict(zip("xy", orbit(points[:, 0] / T), strict=True))

    kept = 1 + (c * (x - prey) - e * log(x / prey) + b * (y - predators) - a * log(y / predators)) / e
    ends = exact(np.array([[T]]))
    return Benchmark(
        name="lotka_volterra",
        title="Predators live on their prey, and both numbers go up and down",
        problem=problem,
        scales=Scales(t=1 / growth, x=death / harvest, y=growth / predation),
        quantities=(
            QuantityOfInterest(
                "prey at the end", lambda solution: solution(x, t=duration), Q(ends["x"][0], "individual"), SOURCE
            ),
            QuantityOfInterest(
                "predators at the end", lambda solution: solution(y, t=duration), Q(ends["y"][0], "individual"), SOURCE
            ),
            QuantityOfInterest(
                "what is conserved, at the end",
                lambda solution: solution(kept, t=duration),
                Q(1.0, "dimensionless"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=2),
        sampling=Sampling(interior=400, face=1),
        steps=100,
        windows=4,
        citation="A. J. Lotka, Elements of Physical Biology, Baltimore 1925; V. Volterra, Nature 118 (1926) 558-560",
        reference="computed",
        aim=1e-6,
    )


def _require_orbit(a: float, b: float, c: float, e: float, x: float, y: float) -> None:
    """Nothing, if the orbit is one that the reference follows, of rates times the duration."""
    few, many = "from so few the other population all but dies out", "so many all but eat each other up"
    require("growth·duration", a, "", "nothing happens sooner", low=1e-3, high=100.0, above=FOLLOWED)
    require("death·duration", e, "", "nothing happens sooner", low=1e-3, high=100.0, above=FOLLOWED)
    require("prey·harvest/death", x * c / e, "", few, low=0.1, high=10.0, above=many)
    require("predators·predation/growth", y * b / a, "", few, low=0.1, high=10.0, above=many)


@functools.cache
def _orbit(
    a: float, b: float, c: float, e: float, x: float, y: float
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Both numbers as functions of time in units of the duration."""
    return trajectory(lambda q: (a * q[0] - b * q[0] * q[1], c * q[0] * q[1] - e * q[1]), (x, y))
