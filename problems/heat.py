"""Heat conduction."""

from __future__ import annotations

from math import pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Initial,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    d,
    field,
    sin,
)
from pinnln.problems.validity import COLDEST, EXTENT, MATTER, require
from pinnln.units import Q, Quantity


def copper_bar(
    length: Quantity = Q("10 cm"),
    diffusivity: Quantity = Q("1.11 cm^2/s"),
    cold: Quantity = Q(20, "degC"),
    bump: Quantity = Q(80, "delta_degC"),
    duration: Quantity = Q("30 s"),
) -> Benchmark:
    """A copper bar with cold ends forgets its warm middle:  ∂T/∂t = α ∂²T/∂x².

    T = T₀ at both ends, T = T₀ + ΔT sin(πx/L) at the start. The bump keeps its shape and decays with the time
    L²/(π²α), about 9 s:  T = T₀ + ΔT e^(−π²αt/L²) sin(πx/L).

    Args: length L [m], diffusivity α [m² s⁻¹], cold T₀ [K or °C], bump ΔT [K], duration [s], all quantities.
    Returns: the benchmark; its quantity of interest is how much warmer than the ends the middle is after a third of the
    duration.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: Carslaw & Jaeger, Conduction of Heat in Solids, 1959, §3.3.

    >>> f"{copper_bar().quantities[0].reference:.4g~P}"
    '26.75 K'
    """
    L = require("length", length, "m", EXTENT)
    a = require("diffusivity", diffusivity, "m^2/s", "heat flows from warm to cold")
    T0, dT = require("cold", cold, "kelvin", COLDEST), require("bump", bump, "delta_degC", MATTER)
    require("duration", duration, "s", EXTENT)
    x, t = coordinates(x=(0 * length, length), t=(0 * duration, duration))
    T = field("T", "kelvin", of=(x, t))
    problem = Problem(
        Residual("heat", d(T, t) - diffusivity * d(T, x, x)),
        Dirichlet(T, cold, on=x.ends),
        Initial(T, cold + bump * sin(pi * x / length)),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        place, time = points.T
        return {"T": T0 + dT * np.exp(-(pi**2) * a * time / L**2) * np.sin(pi * place / L)}

    middle = np.array([[L / 2, duration.m_as("s") / 3]])
    return Benchmark(
        name="copper_bar",
        title="A copper bar with cold ends forgets its warm middle",
        problem=problem,
        scales=Scales(x=length, t=length**2 / diffusivity, T=(cold, bump)),
        quantities=(
            QuantityOfInterest(
                "excess temperature in the middle",
                lambda solution: solution(T - cold, x=length / 2, t=duration / 3),
                Q(exact(middle)["T"][0] - T0, "kelvin"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=3),
        sampling=Sampling(interior=1500),
        steps=120,
        citation="H. S. Carslaw, J. C. Jaeger, Conduction of Heat in Solids, 2nd ed., Oxford 1959, §3.3",
        aim=1e-8,
    )
