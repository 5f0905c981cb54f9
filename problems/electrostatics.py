"""The potential of charge at rest."""

from __future__ import annotations

from math import pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    field,
    laplacian,
    sin,
)
from pinnln.problems.validity import EXTENT, MATTER, require
from pinnln.units import Q, Quantity


def poisson(
    side: Quantity = Q("10 cm"),
    charge_density: Quantity = Q("1 uC/m^3"),
    permittivity: Quantity = Q("8.8541878188 pF/m"),
) -> Benchmark:
    """A cloud of charge in a grounded square duct has its potential:  Δφ = −(ρ/ε) sin(πx/L) sin(πy/L).

    φ = 0 on all four sides. The potential has the shape of the charge, one smooth bump that is highest in the middle:
    φ = V sin(πx/L) sin(πy/L),  V = ρL²/(2π²ε).  In units of L and V this is Δφ = −2π² sin πx sin πy.

    Args: side L [m]; charge_density ρ [C m⁻³], the largest, of either sign; permittivity ε [F m⁻¹].
    Returns: the benchmark; its quantity of interest is the potential in the middle, V.
    Raises: ProblemError for a length or a permittivity that is not above zero, or no charge.
    Source: J. D. Jackson, Classical Electrodynamics, 3rd ed., 1999, §1.7; the right side is made for the solution.

    >>> f"{poisson().quantities[0].reference:.4g~P}"
    '57.22 V'
    """
    L = require("side", side, "m", EXTENT)
    rho = require("charge_density", charge_density, "C/m^3", "charge is finite", low=-np.inf)
    eps = require("permittivity", permittivity, "F/m", "like charges repel each other")
    require("the size of charge_density", Q(abs(rho), "C/m^3"), "C/m^3", MATTER)
    V = rho * L**2 / (2 * pi**2 * eps)
    x, y = coordinates(x=(0 * side, side), y=(0 * side, side))
    phi = field("phi", "volt", of=(x, y))
    charge = charge_density * sin(pi * x / side) * sin(pi * y / side)
    problem = Problem(
        Residual("potential", laplacian(phi) + charge / permittivity),
        Dirichlet(phi, 0 * Q("1 V"), on=[x.ends, y.ends]),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        return {"phi": V * np.sin(pi * points[:, 0] / L) * np.sin(pi * points[:, 1] / L)}

    return Benchmark(
        name="poisson",
        title="A cloud of charge in a grounded square duct has its potential",
        problem=problem,
        scales=Scales(x=side, y=side, phi=Q(abs(V), "volt")),
        quantities=(
            QuantityOfInterest(
                "potential in the middle",
                lambda solution: solution(phi, x=side / 2, y=side / 2),
                Q(V, "volt"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=3),
        sampling=Sampling(interior=2000, face=100),
        steps=60,
        citation="J. D. Jackson, Classical Electrodynamics, 3rd ed., Wiley 1999, §1.7",
        aim=1e-8,
    )
