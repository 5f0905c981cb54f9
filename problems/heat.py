"""Heat conduction."""

from __future__ import annotations

from math import pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    FourierFeatures,
    Initial,
    Problem,
    PublishedError,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    d,
    field,
    sin,
)
from pinnln.problems.validity import (
    COLDEST,
    EXTENT,
    FINE,
    MATTER,
    require,
    require_count,
    require_fading,
    require_warmer,
)
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
    require_warmer("bump/cold", dT, T0)
    require_fading("π²·diffusivity·duration/length²", pi**2 * a * require("duration", duration, "s", EXTENT) / L**2)
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


def heat_2d(
    length: Quantity = Q("2 m"),
    width: Quantity = Q("1 cm"),
    along: Quantity = Q("0.64 mm^2/s"),
    across: Quantity = Q("4 mm^2/s"),
    bands: int = 20,
    edge: Quantity = Q(20, "degC"),
    bump: Quantity = Q(40, "delta_degC"),
    duration: Quantity = Q(125 / pi**2, "s"),
) -> Benchmark:
    """A strip of carbon fibre, warm and cold in bands, cools to its edges:  ∂T/∂t = αₓ ∂²T/∂x² + α_y ∂²T/∂y².

    T = T₀ on all edges, T = T₀ + ΔT sin(nπx/L) sin(πy/W) at the start. Fibres across the strip conduct better than the
    resin along it, and the strip is long, so the bands hardly see each other: they keep their shape and fade with the
    time W²/(π²α_y), 2.5 s with the defaults:  T = T₀ + ΔT e^(−λt) sin(nπx/L) sin(πy/W),
    λ = π² (n²αₓ/L² + α_y/W²).  The long way along x, of 20 half waves, and the short one across are hard for a network
    that sees both alike. In units of L, W and of W²/(π²α_y) the defaults are a common test: αₓ = 1/(500π)²,
    α_y = 1/π², up to t = 5.

    Args: length L and width W [m]; diffusivities along and across, αₓ and α_y [m² s⁻¹]; bands n, half waves along
    the strip; edge T₀ [K or °C]; bump ΔT [K]; duration [s].
    Returns: the benchmark; its quantity of interest is how much warmer than the edges the middle of the first band is
    after a third of the duration.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: Carslaw & Jaeger, Conduction of Heat in Solids, 1959, §5.6; the defaults from Z. Hao et al., PINNacle, arXiv
    2306.08827 (2023), Heat2D_MS, in dimensionless form.

    >>> f"{heat_2d().quantities[0].reference:.4g~P}"
    '7.535 K'
    """
    L, W = require("length", length, "m", EXTENT), require("width", width, "m", EXTENT)
    slow, fast = (
        require(name, value, "m^2/s", "heat flows from warm to cold")
        for name, value in (("along", along), ("across", across))
    )
    n = require_count("bands", bands, MATTER, most=1000, above=FINE)
    T0, dT = require("edge", edge, "kelvin", COLDEST), require("bump", bump, "delta_degC", MATTER)
    if n > 1:
        require("edge − bump, of the cold bands", Q(T0 - dT, "kelvin"), "kelvin", COLDEST)
    require_warmer("bump/edge", dT, T0)
    fading = pi**2 * (n**2 * slow / L**2 + fast / W**2)
    require_fading("duration in units of the time of decay", fading * require("duration", duration, "s", EXTENT))
    x, y, t = coordinates(x=(0 * length, length), y=(0 * width, width), t=(0 * duration, duration))
    T = field("T", "kelvin", of=(x, y, t))
    problem = Problem(
        Residual("heat", d(T, t) - along * d(T, x, x) - across * d(T, y, y)),
        Dirichlet(T, edge, on=[x.ends, y.ends]),
        Initial(T, edge + bump * sin(n * pi * x / length) * sin(pi * y / width)),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        place, side, time = points.T
        bump_left = dT * np.exp(-fading * time) * np.sin(n * pi * place / L) * np.sin(pi * side / W)
        return {"T": T0 + bump_left}

    middle = np.array([[L / (2 * n), W / 2, duration.m_as("s") / 3]])
    return Benchmark(
        name="heat_2d",
        title="A strip of carbon fibre, warm and cold in bands, cools to its edges",
        problem=problem,
        scales=Scales(x=length / n, y=width, t=width**2 / across, T=(edge, bump)),
        quantities=(
            QuantityOfInterest(
                "excess temperature in a band",
                lambda solution: solution(T - edge, x=length / (2 * n), y=width / 2, t=duration / 3),
                Q(exact(middle)["T"][0] - T0, "kelvin"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=FourierFeatures(MLP(width=14, depth=2), count=48, spread=(30.0, 0.5, 0.5)),
        sampling=Sampling(interior=4000, face=200),
        steps=200,
        citation="Z. Hao et al., PINNacle, arXiv 2306.08827 (2023)",
        aim=1e-6,
        published=(PublishedError(6.21e-2, "PINN", "Z. Hao et al., PINNacle, arXiv 2306.08827 (2023), Heat2D_MS"),),
    )
