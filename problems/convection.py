"""Flow that heat drives."""

from __future__ import annotations

from typing import Any

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Neumann,
    Pin,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    Solution,
    coordinates,
    d,
    field,
    laplacian,
)
from pinnln.problems.cavity_reference import CavityReference, cavity_reference
from pinnln.problems.validity import COLDEST, EXTENT, require
from pinnln.units import Expression, Field, ProblemError, Q, Quantity

_THIN_LAYERS = 2e5


def natural_convection(
    rayleigh: float = 1e4,
    height: Quantity | None = None,
    viscosity: Quantity = Q("15.7 mm^2/s"),
    prandtl: float = 0.71,
    density: Quantity = Q("1.18 kg/m^3"),
    mean_temperature: Quantity = Q("300 K"),
    gravity: Quantity = Q("9.81 m/s^2"),
) -> Benchmark:
    """Air in a square box, warm on the left and cool on the right, turns over by itself.

    ∇·u = 0,   u·∇u = −∇p/ρ + ν Δu + gβ(T − T₀) ŷ,   u·∇T = α ΔT,   with β = 1/T₀ and α = ν/Pr.
    No slip on all walls, T₀ ± ΔT/2 on the left and right, top and bottom adiabatic. The temperature difference ΔT
    follows from the Rayleigh number Ra = gβΔT L³/(να). At Ra = 10³ heat is mostly conducted; at 10⁴ one roll carries
    2.24 times as much; at 10⁵ layers form at the walls, at 10⁶ they are a thirtieth of L and the middle is still; so
    the network and the number of points grow with Ra.

    Args: rayleigh, from 10³ to 10⁶; height L [m], unless given 2.2 cm (Ra/10⁴)^⅓, in which ΔT is 10 K; viscosity ν
    [m² s⁻¹]; prandtl Pr, from 0.6 to 30, or to 1 above Ra = 2·10⁵; density ρ [kg m⁻³]; mean_temperature T₀ [K];
    gravity g [m s⁻²].
    Returns: the benchmark; its quantities of interest are the mean Nusselt number on the warm wall and the largest
    velocities on the centre lines.
    Raises: ProblemError for a Rayleigh number without a reference, or an argument out of its range, UnitsError for one
    of another dimension.
    Source: G. de Vahl Davis, Int. J. Numer. Methods Fluids 3, 249 (1983); reference from our own Chebyshev solution.

    >>> round(float(natural_convection().quantities[0].reference.magnitude), 4)
    2.2448
    """
    rayleigh = _rayleigh_number(rayleigh)
    height = Q("2.2 cm") * (rayleigh / 1e4) ** (1 / 3) if height is None else height
    L = require("height", height, "m", EXTENT)
    require("viscosity", viscosity, "m^2/s", "friction takes energy away and cannot give it")
    prandtl = require("prandtl", prandtl, "", "both friction and conduction even out")
    swift, thin = (f"the reference does not resolve {what}" for what in ("eddies so swift", "layers of heat so thin"))
    thickest = 30.0 if rayleigh <= _THIN_LAYERS else 1.0
    require("prandtl", prandtl, "", swift, low=0.59, high=thickest, above=thin)
    require("density", density, "kg/m^3", "a fluid has mass")
    mean = require("mean_temperature", mean_temperature, "kelvin", COLDEST)
    require("gravity", gravity, "m/s^2", "air without weight is not moved by heat")
    alpha, beta = viscosity / prandtl, 1 / mean_temperature.to("kelvin")
    dT = (rayleigh * viscosity * alpha / (gravity * beta * height**3)).to("kelvin")
    denser = "beyond it the weight of air is no straight line over its temperature, and the box is to be higher"
    require("ΔT/mean_temperature", dT.m_as("kelvin") / mean, "", "warm air rises", low=1e-6, high=0.5, above=denser)
    U = (gravity * beta * dT * height) ** 0.5
    T0 = mean_temperature.to("kelvin")
    x, y = coordinates(x=(0 * height, height), y=(0 * height, height))
    u, v = field("u", "m/s", of=(x, y)), field("v", "m/s", of=(x, y))
    p, T = field("p", "Pa", of=(x, y)), field("T", "K", of=(x, y))

    def carried(q: Field) -> Expression:
        return u * d(q, x) + v * d(q, y)

    buoyancy = gravity * beta * (T - T0)
    still = 0 * U
    problem = Problem(
        Residual("continuity", d(u, x) + d(v, y)),
        Residual("momentum_x", carried(u) + d(p, x) / density - viscosity * laplacian(u)),
        Residual("momentum_y", carried(v) + d(p, y) / density - viscosity * laplacian(v) - buoyancy),
        Residual("energy", carried(T) - alpha * laplacian(T)),
        Dirichlet(u, still, on=[x.ends, y.ends]),
        Dirichlet(v, still, on=[x.ends, y.ends]),
        Dirichlet(T, T0 + dT / 2, on=x.start),
        Dirichlet(T, T0 - dT / 2, on=x.end),
        Neumann(T, 0 * dT / height, on=y.ends),
        Pin(p, 0 * density * U**2, at=(0 * height, 0 * height)),
    )
    reference = cavity_reference(rayleigh, prandtl)
    diffusive = (alpha / height).to("m/s")
    nusselt = QuantityOfInterest(
        "mean Nusselt number",
        lambda solution: solution.mean(-height / dT * d(T, x), on=x.start),
        Q(reference.mean_nusselt, "dimensionless"),
        f"our Chebyshev solution at Ra = {rayleigh:g}, Pr = {prandtl:g}",
        aim=2e-3,
    )
    return Benchmark(
        name="natural_convection",
        title=f"Air in a square box heated from the side, Ra = {rayleigh:g}",
        problem=problem,
        scales=Scales(x=height, y=height, u=U, v=U, p=density * U**2, T=(T0, dT)),
        quantities=(nusselt, *_largest_velocities(reference, u, v, diffusive, height, nusselt.source)),
        exact=lambda points: _exact(reference, points / L, diffusive, T0, dT),
        network=MLP(width=20 if rayleigh <= _THIN_LAYERS else 24, depth=3),
        sampling=Sampling(interior=2000 if rayleigh <= _THIN_LAYERS else 3000),
        steps=300,
        citation="G. de Vahl Davis, Int. J. Numer. Methods Fluids 3 (1983) 249-264",
        reference="computed",
        accuracy=2e-5 if rayleigh <= 1e4 else 2e-3,
    )


def _rayleigh_number(value: float) -> float:
    """A Rayleigh number with a reference."""
    rayleigh = require("rayleigh", value, "", "heat makes air lighter")
    if not 1e3 <= rayleigh <= 1e6:
        thin = "the layers at the walls are too thin for its points"
        reason = "slower air only conducts" if rayleigh < 1e3 else thin
        raise ProblemError(
            f"rayleigh = {rayleigh:g}: the reference holds for Rayleigh numbers from 1e3 to 1e6, found {rayleigh:g}; "
            f"expected one of them, since {reason}"
        )
    return rayleigh


def _largest_velocities(
    reference: CavityReference, u: Field, v: Field, diffusive: Quantity, height: Quantity, source: str
) -> tuple[QuantityOfInterest, QuantityOfInterest]:
    """The largest velocities on the centre lines, in α/L."""
    line = np.linspace(0.0, 1.0, 401) * height

    def fastest(component: Field, solution: Solution, **at: Any) -> Quantity:
        return Q(float(np.abs((solution(component, **at) / diffusive).m_as("dimensionless")).max()), "dimensionless")

    return (
        QuantityOfInterest(
            "largest u on x = L/2, in α/L",
            lambda solution: fastest(u, solution, x=height / 2, y=line),
            Q(reference.fastest_across[0], "dimensionless"),
            source,
        ),
        QuantityOfInterest(
            "largest v on y = L/2, in α/L",
            lambda solution: fastest(v, solution, x=line, y=height / 2),
            Q(reference.fastest_up[0], "dimensionless"),
            source,
        ),
    )


def _exact(
    reference: CavityReference, places: np.ndarray, diffusive: Quantity, T0: Quantity, dT: Quantity
) -> dict[str, np.ndarray]:
    """Velocity and temperature of the reference [coherent SI] at places (N, 2) in units of L."""
    across, up, theta = reference.fields(places[:, 0], places[:, 1])
    speed = diffusive.m_as("m/s")
    return {"u": speed * across, "v": speed * up, "T": T0.m_as("K") + dT.m_as("kelvin") * (theta - 0.5)}
