"""Particles in a flow, and what their velocities tell of the liquid that carries them."""

from __future__ import annotations

from math import pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Observe,
    Periodic,
    Pin,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    constant,
    coordinates,
    d,
    field,
    laplacian,
    unknown,
)
from pinnln.problems.validity import EXTENT, MANY, MATTER, require, require_count, rounded
from pinnln.units import Expression, Field, Q, Quantity

_FRICTION = "layers of a liquid that slide drag each other"


def viscosity_from_velocities(
    viscosity: Quantity = Q("1 mPa*s"),
    guess: Quantity = Q("3 mPa*s"),
    spacing: Quantity = Q("1 cm"),
    speed: Quantity = Q("4 mm/s"),
    density: Quantity = Q("998 kg/m^3"),
    noise: Quantity = Q("0.04 mm/s"),
    readings: int = 150,
    seed: int = 0,
) -> Benchmark:
    """Noisy velocities of particles behind a grid of rods tell viscosity and pressure:  ∇·u = 0,
    ρ u·∇u = −∇p + μ Δu,  μ and p unknown.

    Both components of the velocity are read at random places of one spacing behind the grid, [−H/2, H] × [−H/2, H/2],
    as particle image velocimetry does. The flow is the same behind every rod; what flows in and out is not stated. No
    pressure is read: it follows from the velocities, but for a constant, which is pinned at one point. The readings
    are made up: Kovasznay's flow,  u = U (1 − e^(λx/H) cos(2πy/H)),  v = U λ/(2π) e^(λx/H) sin(2πy/H),
    p = ½ρU² (1 − e^(2λx/H)),  λ = Re/2 − √(Re²/4 + 4π²),  Re = ρUH/μ,  with normal errors of known size. Its eddies
    fade the faster the more viscous the liquid, λ ≈ −4π²/Re where Re is large: that is what tells μ. At a small Re they
    are gone too soon, at a large one they hardly fade, and the readings tell less.

    Args: viscosity μ [Pa s] that the readings are made with; guess that training starts from [Pa s], rather too high
    than too low: from a tenth of μ training ends with no viscosity at all; spacing H of the rods [m]; speed U [m s⁻¹];
    density ρ [kg m⁻³]; noise, one standard deviation of a component [m s⁻¹]; at how many places it is read; seed of
    places and errors; quantities but for the last two. Re from 4 to 400.
    Returns: the benchmark; its quantities of interest are μ, which the noise leaves unsure by about one percent, and
    the pressure that is gained from one end of the window to the other.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: L. I. G. Kovasznay, Math. Proc. Camb. Phil. Soc. 44, 58 (1948); the readings are our own.

    >>> f"{viscosity_from_velocities().quantities[1].reference:.4g~P}"
    '19.81 mPa'
    """
    true = rounded(require("viscosity", viscosity, "Pa*s", _FRICTION))
    begun = require("guess", guess, "Pa*s", _FRICTION)
    H, U = rounded(require("spacing", spacing, "m", EXTENT)), rounded(require("speed", speed, "m/s", MATTER))
    rho = rounded(require("density", density, "kg/m^3", "a liquid has mass"))
    sigma = rounded(require("noise", noise, "m/s", "no camera is exact"))
    readings = require_count("readings", readings, "nothing is told without one", most=100_000, above=MANY)
    seed = require_count("seed", seed, "it says which draw of the errors is meant", least=0)
    reynolds = rho * U * H / true
    _require_telling(reynolds, begun / true, sigma / U)
    lam = reynolds / 2 - (reynolds**2 / 4 + 4 * pi**2) ** 0.5
    x, y = coordinates(x=(-spacing / 2, spacing), y=(-spacing / 2, spacing / 2))
    u, v = field("u", "mm/s", of=(x, y)), field("v", "mm/s", of=(x, y))
    p, mu, heavy = field("p", "mPa", of=(x, y)), unknown("mu", guess=guess), constant("rho", density)

    def carried(q: Field) -> Expression:
        return heavy * (u * d(q, x) + v * d(q, y))

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        fading, angle = np.exp(lam * points[:, 0] / H), 2 * pi * points[:, 1] / H
        return {
            "u": U * (1 - fading * np.cos(angle)),
            "v": U * lam / (2 * pi) * fading * np.sin(angle),
            "p": rho * U**2 / 2 * (1 - fading**2),
        }

    chance = np.random.default_rng(seed)
    places = H * ([-0.5, -0.5] + chance.random((readings, 2)) * [1.5, 1.0])
    at, flow = {x: Q(places[:, 0], "m"), y: Q(places[:, 1], "m")}, exact(places)
    seen = {q: Q(flow[q.name] + sigma * chance.standard_normal(readings), "m/s") for q in (u, v)}
    problem = Problem(
        Residual("continuity", d(u, x) + d(v, y)),
        Residual("momentum_x", carried(u) + d(p, x) - mu * laplacian(u)),
        Residual("momentum_y", carried(v) + d(p, y) - mu * laplacian(v)),
        *(Periodic(q, on=y.ends) for q in (u, v, p)),
        Pin(p, 0 * density * speed**2, at=(0 * spacing, 0 * spacing)),
        *(Observe(q, read, at=at, sigma=noise) for q, read in seen.items()),
    )
    first, last = exact(np.array([[-H / 2, 0.0], [H, 0.0]]))["p"]
    return Benchmark(
        name="viscosity_from_velocities",
        title="Noisy velocities behind a grid of rods tell how viscous the liquid is",
        problem=problem,
        scales=Scales(x=spacing, y=spacing, u=speed, v=speed, p=density * speed**2),
        quantities=(
            QuantityOfInterest(
                "viscosity", lambda solution: solution(mu), viscosity, "what the readings were made with"
            ),
            QuantityOfInterest(
                "pressure gained along the flow",
                lambda solution: solution(p, x=spacing, y=0 * spacing) - solution(p, x=-spacing / 2, y=0 * spacing),
                Q(last - first, "Pa").to("mPa"),
                "Kovasznay's flow",
            ),
        ),
        exact=exact,
        network=MLP(width=14, depth=2),
        sampling=Sampling(interior=400),
        steps=100,
        aim=0.02,
        citation="L. I. G. Kovasznay, Math. Proc. Camb. Phil. Soc. 44 (1948) 58-62",
    )


def _require_telling(reynolds: float, guess: float, noise: float) -> None:
    """Nothing, if readings of such a flow, noise over its speed, tell the viscosity from such a guess over it."""
    shown, fade = "only then are there eddies in the window", "only then do the eddies fade within the window"
    require("Re", reynolds, "", shown, low=4.0, high=400.0, above=fade)
    low, high = "from lower ones training ends with no viscosity at all", "from higher ones training may end elsewhere"
    require("guess/viscosity", guess, "", low, low=0.1, high=100.0, above=high)
    lost, loud = "smaller errors are lost in the digits", "louder than the flow, readings tell nothing"
    require("noise/speed", noise, "", lost, low=1e-9, high=1.0, above=loud)
