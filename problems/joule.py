"""Electric current that heats what carries it."""

from __future__ import annotations

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Problem,
    QuantityOfInterest,
    Residual,
    Scales,
    Solution,
    coordinates,
    d,
    field,
)
from pinnln.problems.validity import COLDEST, EXTENT, MATTER, require
from pinnln.units import Q, Quantity


def joule_heating(
    length: Quantity = Q("10 cm"),
    voltage: Quantity = Q("20 mV"),
    electric_conductivity: Quantity = Q("1e6 S/m"),
    heat_conductivity: Quantity = Q("15 W/m/K"),
    ambient: Quantity = Q(20, "degC"),
) -> Benchmark:
    """A bar between two electrodes carries a current and warms in the middle:  σ φ″ = 0,  k T″ + σ φ′² = 0.

    φ = V at the start and 0 at the end, T = T₀ at both. Charge is counted in A m⁻³, heat in W m⁻³: residuals that
    no weight without a unit can add. The temperature is a parabola:  φ = V (1 − x/L),  T = T₀ + σV²/(2k) · x(L−x)/L².

    Args: length L [m], voltage V [V], electric_conductivity σ [S m⁻¹], heat_conductivity k [W m⁻¹ K⁻¹], ambient T₀.
    Returns: the benchmark; its quantity of interest is the largest excess temperature, σV²/(8k).
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: elementary; the coupled form follows Carslaw & Jaeger, Conduction of Heat in Solids, 1959, §4.10.

    >>> f"{joule_heating().quantities[0].reference:.4g~P}"
    '3.333 K'
    """
    L = require("length", length, "m", EXTENT)
    V = require("voltage", voltage, "volt", MATTER)
    require("electric_conductivity", electric_conductivity, "S/m", "charge flows down the potential")
    require("heat_conductivity", heat_conductivity, "W/m/delta_degC", "heat flows from warm to cold")
    T0 = require("ambient", ambient, "kelvin", COLDEST)
    (x,) = coordinates(x=(0 * length, length))
    phi, T = field("phi", "volt", of=(x,)), field("T", "kelvin", of=(x,))
    sigma, k = electric_conductivity, heat_conductivity
    problem = Problem(
        Residual("charge", sigma * d(phi, x, x)),
        Residual("heat", k * d(T, x, x) + sigma * d(phi, x) ** 2),
        Dirichlet(phi, voltage, on=x.start),
        Dirichlet(phi, 0 * voltage, on=x.end),
        Dirichlet(T, ambient, on=x.ends),
    )
    span = (sigma * voltage**2 / k).to("kelvin")
    dT = span.m_as("kelvin")

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        place = points[:, 0] / L
        return {"phi": V * (1 - place), "T": T0 + dT / 2 * place * (1 - place)}

    def excess(solution: Solution) -> Quantity:
        return solution(T - ambient, x=length / 2)

    return Benchmark(
        name="joule_heating",
        title="A bar between two electrodes carries a current and warms in the middle",
        problem=problem,
        scales=Scales(x=length, phi=voltage, T=(ambient, Q(dT, "delta_degC"))),
        quantities=(QuantityOfInterest("largest excess temperature", excess, Q(dT / 8, "kelvin"), "exact solution"),),
        exact=exact,
        network=MLP(width=12, depth=2),
        steps=100,
        citation="H. S. Carslaw, J. C. Jaeger, Conduction of Heat in Solids, 2nd ed., Oxford 1959, §4.10",
        aim=1e-6,
    )
