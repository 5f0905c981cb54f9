"""Thermometers in a bar that cools, and what they tell of its metal."""

from __future__ import annotations

from math import pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Initial,
    Observe,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    d,
    field,
    sin,
    unknown,
)
from pinnln.problems.validity import (
    COLDEST,
    EXTENT,
    MANY,
    MATTER,
    require,
    require_count,
    require_fading,
    require_warmer,
)
from pinnln.units import Q, Quantity


def diffusivity_from_temperatures(
    length: Quantity = Q("10 cm"),
    diffusivity: Quantity = Q("1.11 cm^2/s"),
    guess: Quantity = Q("0.3 cm^2/s"),
    cold: Quantity = Q(20, "degC"),
    bump: Quantity = Q(80, "delta_degC"),
    duration: Quantity = Q("30 s"),
    noise: Quantity = Q(1, "delta_degC"),
    readings: int = 90,
    seed: int = 0,
) -> Benchmark:
    """Noisy thermometers in a cooling bar tell its thermal diffusivity:  ∂T/∂t = α ∂²T/∂x²,  α unknown.

    T = T₀ at both ends, T = T₀ + ΔT sin(πx/L) at the start, as in `copper_bar`. The readings are made up: the exact
    T = T₀ + ΔT e^(−π²αt/L²) sin(πx/L)  at random places and times, with normal errors of known size. They tell ln α
    best where  π²αt/L² = 1.

    Args: length L [m]; diffusivity α [m² s⁻¹] that the readings are made with; guess that training starts from
    [m² s⁻¹]; cold T₀ [K or °C]; bump ΔT [K]; duration [s]; noise, one standard deviation [K]; how many readings; seed
    of places, times and errors; quantities but for the last two.
    Returns: the benchmark; its quantity of interest is α, which the noise leaves unsure by about one percent.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: Carslaw & Jaeger, Conduction of Heat in Solids, 1959, §3.3; the readings are our own.

    >>> f"{diffusivity_from_temperatures().quantities[0].reference:.3g~P}"
    '1.11 cm²/s'
    """
    L = require("length", length, "m", EXTENT)
    a = require("diffusivity", diffusivity, "m^2/s", "heat flows from warm to cold")
    first = require("guess", guess, "m^2/s", "heat flows from warm to cold")
    far = "from farther off training may end elsewhere"
    require("guess/diffusivity", first / a, "", far, low=0.01, high=100.0)
    T0, dT = require("cold", cold, "kelvin", COLDEST), require("bump", bump, "delta_degC", MATTER)
    require_warmer("bump/cold", dT, T0)
    end = require("duration", duration, "s", EXTENT)
    require_fading("π²·diffusivity·duration/length²", pi**2 * a * end / L**2)
    sigma = require("noise", noise, "delta_degC", "no thermometer is exact")
    lost, loud = "smaller errors are lost in the digits", "louder than the bump, readings tell nothing"
    require("noise/bump", sigma / dT, "", lost, low=1e-9, high=1.0, above=loud)
    readings = require_count("readings", readings, "nothing is told without one", most=100_000, above=MANY)
    seed = require_count("seed", seed, "it says which draw of the errors is meant", least=0)
    x, t = coordinates(x=(0 * length, length), t=(0 * duration, duration))
    T, alpha = field("T", "kelvin", of=(x, t)), unknown("alpha", guess=guess)

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        place, time = points.T
        return {"T": T0 + dT * np.exp(-(pi**2) * a * time / L**2) * np.sin(pi * place / L)}

    chance = np.random.default_rng(seed)
    points = chance.random((readings, 2)) * [L, end]
    read = exact(points)["T"] + sigma * chance.standard_normal(readings)
    problem = Problem(
        Residual("heat", d(T, t) - alpha * d(T, x, x)),
        Dirichlet(T, cold, on=x.ends),
        Initial(T, cold + bump * sin(pi * x / length)),
        Observe(T, Q(read, "kelvin"), at={x: Q(points[:, 0], "m"), t: Q(points[:, 1], "s")}, sigma=noise),
    )
    return Benchmark(
        name="diffusivity_from_temperatures",
        title="Noisy thermometers tell how fast heat spreads",
        problem=problem,
        scales=Scales(x=length, T=(cold, bump)),
        quantities=(
            QuantityOfInterest(
                "thermal diffusivity",
                lambda solution: solution(alpha),
                diffusivity,
                "what the readings were made with",
                aim=0.03,
            ),
        ),
        exact=exact,
        network=MLP(width=12, depth=2),
        sampling=Sampling(interior=500),
        steps=100,
        citation="H. S. Carslaw, J. C. Jaeger, Conduction of Heat in Solids, 2nd ed., Oxford 1959, §3.3",
    )
