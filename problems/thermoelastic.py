"""Solids that strain as they warm and cool."""

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
from pinnln.problems.validity import COLDEST, EXTENT, MATTER, require, require_fading, require_warmer
from pinnln.units import Q, Quantity


def thermoelastic_bar(
    length: Quantity = Q("20 cm"),
    diffusivity: Quantity = Q("1.2e-5 m^2/s"),
    stiffness: Quantity = Q("210 GPa"),
    expansion: Quantity = Q(12e-6, "1/delta_degC"),
    ambient: Quantity = Q(20, "degC"),
    bump: Quantity = Q(60, "delta_degC"),
    duration: Quantity = Q("10 min"),
) -> Benchmark:
    """A steel bar clamped at both ends is pressed by its own warmth, and relaxes as it cools.

    ∂T/∂t = κ ∂²T/∂x²,  ∂σ/∂x = 0  with  σ = E (∂u/∂x − α (T − T₀));  T = T₀ and u = 0 at both ends, and at the start
    T = T₀ + ΔT sin(πx/L). Heat is counted in K s⁻¹, equilibrium in Pa m⁻¹. The warm middle pushes the bar towards its
    ends, by two hundredths of a millimetre, and the stress is the same everywhere:  σ = −(2/π) E α ΔT e^(−π²κt/L²).

    Args: length L [m], diffusivity κ [m² s⁻¹], stiffness E, Young's modulus [Pa], expansion α [K⁻¹], ambient T₀ [K or
    °C], bump ΔT [K], duration [s], all quantities.
    Returns: the benchmark; its quantity of interest is the stress in the middle after a third of the duration.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: B. A. Boley, J. H. Weiner, Theory of Thermal Stresses, Wiley 1960, §9: a restrained bar, heat not coupled
    back to strain; the solution by integrating twice.

    >>> f"{thermoelastic_bar().quantities[0].reference.to('MPa'):.4g~P}"
    '-53.24 MPa'
    """
    L = require("length", length, "m", EXTENT)
    kappa = require("diffusivity", diffusivity, "m^2/s", "heat flows from warm to cold")
    E = require("stiffness", stiffness, "Pa", "a bar that is pulled grows longer")
    alpha = require("expansion", expansion, "1/delta_degC", "without it the fields are not coupled")
    T0, dT = require("ambient", ambient, "kelvin", COLDEST), require("bump", bump, "delta_degC", MATTER)
    require_warmer("bump/ambient", dT, T0)
    end = require("duration", duration, "s", EXTENT)
    require_fading("π²·diffusivity·duration/length²", pi**2 * kappa * end / L**2)
    x, t = coordinates(x=(0 * length, length), t=(0 * duration, duration))
    T, u = field("T", "kelvin", of=(x, t)), field("u", "m", of=(x, t))
    stress = stiffness * (d(u, x) - expansion * (T - ambient))
    problem = Problem(
        Residual("heat", d(T, t) - diffusivity * d(T, x, x)),
        Residual("equilibrium", stiffness * d(u, x, x) - stiffness * expansion * d(T, x)),
        Dirichlet(T, ambient, on=x.ends),
        Dirichlet(u, 0 * length, on=x.ends),
        Initial(T, ambient + bump * sin(pi * x / length)),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        place, left = points[:, 0] / L, np.exp(-(pi**2) * kappa * points[:, 1] / L**2)
        drift = 1 - np.cos(pi * place) - 2 * place
        return {"T": T0 + dT * left * np.sin(pi * place), "u": alpha * dT * L / pi * left * drift}

    then = np.exp(-(pi**2) * kappa * duration.m_as("s") / 3 / L**2)
    return Benchmark(
        name="thermoelastic_bar",
        title="A clamped steel bar is pressed by its own warmth",
        problem=problem,
        scales=Scales(x=length, t=length**2 / diffusivity, T=(ambient, bump), u=expansion * bump * length),
        quantities=(
            QuantityOfInterest(
                "stress in the middle",
                lambda solution: solution(stress, x=length / 2, t=duration / 3),
                Q(-2 / pi * E * alpha * dT * then, "Pa"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=3),
        sampling=Sampling(interior=1500),
        steps=100,
        citation="B. A. Boley, J. H. Weiner, Theory of Thermal Stresses, Wiley, New York 1960, §9",
        aim=1e-6,
    )
