"""Flames that are unstable."""

from __future__ import annotations

from math import pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    FourierFeatures,
    Initial,
    Periodic,
    Problem,
    PublishedError,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    cos,
    d,
    field,
    sin,
)
from pinnln.problems.fourier_reference import kuramoto_sivashinsky_reference
from pinnln.problems.validity import EXTENT, require, rounded
from pinnln.units import Q, Quantity

_LINE = 512


def kuramoto_sivashinsky(
    speed: Quantity = Q("40 cm/s"),
    diffusivity: Quantity = Q("1e-5 m^2/s"),
    stiffness: Quantity = Q("2e-13 m^4/s"),
    cells: float = 16.0,
    duration: Quantity = Q("200 ms"),
) -> Benchmark:
    """The front of a flame wrinkles into cells that split and merge without end.

    ∂s/∂t + V s ∂s/∂x + D ∂²s/∂x² + B ∂⁴s/∂x⁴ = 0.
    s is the slope of the front, small and a pure number, V the speed at which it burns into the gas. Where the fuel
    diffuses faster than the heat, bulges towards the gas burn faster and grow, as if heat flowed from cold to warm:
    D has the wrong sign. B smooths what is narrower than ℓ = √(B/D), about the thickness of the flame; waves of the
    length 2π√2 ℓ grow fastest, at the rate D²/4B, until burning along the normal holds them at slopes of a few
    D/(Vℓ). On a ring of the circumference 2πR, from s = D/(Vℓ) cos(x/R) (1 + sin(x/R)), the front steepens first and
    then is chaotic: with the defaults a difference at the start has grown some three hundredfold at the end, and so has
    every error of a solver. They are the common test with R = 16 ℓ up to 100 B/D²; the first half is far easier.

    Args: speed V [m s⁻¹]; diffusivity D [m² s⁻¹]; stiffness B [m⁴ s⁻¹]; cells R/ℓ, from 1 to 16; duration, up to
    100 B/D² [s].
    Returns: the benchmark; its quantity of interest is the mean of s² at the end.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: G. I. Sivashinsky, Acta Astronautica 4, 1177 (1977); Z. Hao et al., arXiv 2306.08827, for the dimensionless
    test. Reference by our own Fourier series: with finer steps in time and more waves it differs by less than 1e-6.

    >>> f"{kuramoto_sivashinsky(duration=Q('20 ms')).quantities[0].reference:.4g~P}"
    '0.02238'
    """
    V = require("speed", speed, "m/s", "the flame burns into the gas")
    D = require("diffusivity", diffusivity, "m^2/s", "without it the front is stable")
    B = require("stiffness", stiffness, "m^4/s", "narrow wrinkles must not grow")
    few = "fewer do not grow, and the reference does not resolve more"
    cells = require("cells", cells, "", few, low=1.0 - 1e-9, high=16.0)
    T = require("duration", duration, "s", EXTENT) * D**2 / B
    why = "beyond it the reference is as uncertain as the chaos makes it"
    require("duration·diffusivity²/stiffness", T, "", why, high=100.0 + 1e-9)
    thickness, growth = ((stiffness / diffusivity) ** 0.5).to("mm"), (stiffness / diffusivity**2).to("ms")
    radius, slope = cells * thickness, (diffusivity / (speed * thickness)).to("dimensionless")
    ell, s0 = (B / D) ** 0.5, D / (V * (B / D) ** 0.5)
    x, t = coordinates(x=(0 * radius, 2 * pi * radius), t=(0 * duration, duration))
    s = field("s", "", of=(x, t))
    problem = Problem(
        Residual(
            "front",
            d(s, t) + speed * s * d(s, x) + diffusivity * d(s, x, x) + stiffness * d(s, x, x, x, x),
        ),
        Periodic(s, on=x.ends),
        Initial(s, slope * cos(x / radius) * (1 + sin(x / radius))),
    )
    reference = kuramoto_sivashinsky_reference(rounded(cells), rounded(T))

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        return {"s": s0 * reference(points[:, 0] / ell, points[:, 1] * D**2 / B)}

    around = 2 * pi * cells * ell * np.arange(_LINE) / _LINE
    last = exact(np.stack([around, np.full(_LINE, T * B / D**2)], axis=1))["s"]
    return Benchmark(
        name="kuramoto_sivashinsky",
        title="The front of a flame wrinkles into cells that split and merge",
        problem=problem,
        scales=Scales(x=thickness, t=growth, s=slope),
        quantities=(
            QuantityOfInterest(
                "mean of s² at the end",
                lambda solution: solution.mean(s**2, on=t.end),
                Q((last**2).mean(), "dimensionless"),
                "our Fourier series with exponential time steps",
            ),
        ),
        exact=exact,
        network=FourierFeatures(
            MLP(width=24, depth=2, activation="sin"), count=24, spread=(8.0, 8.0, 0.0), beside=True
        ),
        sampling=Sampling(interior=2000),
        steps=40,
        windows=40,
        citation="G. I. Sivashinsky, Acta Astronautica 4 (1977) 1177-1206",
        reference="computed",
        accuracy=1e-5,
        aim=1e-1,
        published=(
            PublishedError(5.1e-7, "DSGNAR, 5227 s on an H100", "arXiv 2607.02194"),
            PublishedError(2.6e-2, "Scale-PINN", "P.-H. Chiu et al., arXiv 2602.19475"),
            PublishedError(0.957, "NTK, the best in PINNacle", "arXiv 2306.08827"),
        ),
    )
