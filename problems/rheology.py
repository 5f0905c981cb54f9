"""Fluids and creeping solids whose viscosity depends on how warm they are."""

from __future__ import annotations

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
    d,
    exp,
    field,
)
from pinnln.problems.validity import COLDEST, EXTENT, MATTER, require, require_warmer
from pinnln.units import Q, Quantity


def shear_heating(
    gap: Quantity = Q("1 km"),
    speed: Quantity = Q("50 m/year"),
    viscosity: Quantity = Q("1e14 Pa*s"),
    thinning: Quantity = Q(0.1, "1/delta_degC"),
    heat_conductivity: Quantity = Q("2.1 W/m/K"),
    ambient: Quantity = Q(-20, "degC"),
) -> Benchmark:
    """A band of ice that is sheared warms in the middle, and flows most easily there.

    ∂τ/∂y = 0  with  τ = μ ∂u/∂y,   k ∂²T/∂y² + τ ∂u/∂y = 0,   μ = μ₀ e^(−β(T − T₀));  u = 0 at one wall and U at the
    other, T = T₀ at both. Momentum is counted in Pa m⁻¹, heat in W m⁻³; here they differ a millionfold in SI, and so do
    speed and temperature. With one wall moved a layer of oil or of molten polymer obeys the same equations.

    The stress τ is the same everywhere, so θ = β(T − T₀) obeys  θ″ = −βτ²/(kμ₀) e^θ.  With ξ = 2y/H − 1 its even
    solution is  θ = 2 ln(cosh a / cosh aξ),  and u′ = (τ/μ₀) e^θ gives  u = ½U (1 + tanh aξ / tanh a).  Comparing the
    curvature in the middle leaves  sinh² a = βμ₀U²/(8k),  an eighth of the Nahme number, and
    τ = μ₀U/H · a/(sinh a cosh a).

    Args: gap H between the walls [m]; speed U of the second [m s⁻¹]; viscosity μ₀ at T₀ [Pa s]; thinning β, by which
    the logarithm of the viscosity falls with the temperature [K⁻¹]; heat_conductivity k [W m⁻¹ K⁻¹]; ambient T₀ [K].
    Returns: the benchmark; its quantities of interest are the largest excess temperature and the stress.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: I. J. Gavis, R. L. Laurence, Ind. Eng. Chem. Fundamen. 7, 232 (1968); solved here anew.

    >>> [f"{item.reference:.4g~P}" for item in shear_heating().quantities]
    ['9.14 K', '84.55 kPa']
    """
    H = require("gap", gap, "m", EXTENT)
    U = require("speed", speed, "m/s", MATTER)
    mu = require("viscosity", viscosity, "Pa*s", "friction turns motion into heat")
    beta = require("thinning", thinning, "1/delta_degC", "without it the flow does not feel the heat")
    k = require("heat_conductivity", heat_conductivity, "W/m/delta_degC", "heat flows from warm to cold")
    T0 = require("ambient", ambient, "kelvin", COLDEST)
    require_warmer("1/(thinning·ambient)", 1 / beta, T0)
    cool, band = "less heat makes nothing thinner", "beyond it all shear is in a band in the middle"
    heated = beta * mu * U**2 / k
    require("thinning·viscosity·speed²/heat_conductivity", heated, "", cool, low=1e-3, high=1e3, above=band)
    (y,) = coordinates(y=(0 * gap, gap))
    u, T = field("u", "m/s", of=(y,)), field("T", "kelvin", of=(y,))
    stress = viscosity * exp(-thinning * (T - ambient)) * d(u, y)
    problem = Problem(
        Residual("momentum", d(stress, y)),
        Residual("heat", heat_conductivity * d(T, y, y) + stress * d(u, y)),
        Dirichlet(u, 0 * speed, on=y.start),
        Dirichlet(u, speed, on=y.end),
        Dirichlet(T, ambient, on=y.ends),
    )
    a = np.arcsinh(U * (beta * mu / (8 * k)) ** 0.5)

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        around = a * (2 * points[:, 0] / H - 1)
        return {
            "u": U / 2 * (1 + np.tanh(around) / np.tanh(a)),
            "T": T0 + 2 / beta * np.log(np.cosh(a) / np.cosh(around)),
        }

    return Benchmark(
        name="shear_heating",
        title="A band of ice that is sheared warms in the middle",
        problem=problem,
        scales=Scales(y=gap, u=speed, T=(ambient, 1 / thinning)),
        quantities=(
            QuantityOfInterest(
                "largest excess temperature",
                lambda solution: solution(T - ambient, y=gap / 2),
                Q(2 / beta * np.log(np.cosh(a)), "kelvin"),
                "exact solution",
            ),
            QuantityOfInterest(
                "shear stress",
                lambda solution: solution(stress, y=gap / 2),
                Q(mu * U / H * a / (np.sinh(a) * np.cosh(a)) / 1e3, "kPa"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=16, depth=2),
        sampling=Sampling(interior=256, face=1),
        steps=100,
        citation="I. J. Gavis, R. L. Laurence, Ind. Eng. Chem. Fundamen. 7 (1968) 232-239",
        aim=1e-6,
    )
