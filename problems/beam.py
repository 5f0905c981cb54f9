"""Beams that bend."""

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
from pinnln.problems.validity import EXTENT, MATTER, PHASE, require
from pinnln.units import Q, Quantity

_COSINE = (129**0.5 - 1) / 16  # cos θ + 4 cos 2θ = 0


def euler_bernoulli_beam(
    length: Quantity = Q("5 m"),
    modulus: Quantity = Q("210 GPa"),
    second_moment: Quantity = Q("1943 cm^4"),
    mass: Quantity = Q("22.4 kg/m"),
    amplitude: Quantity = Q("5 mm"),
    duration: Quantity = Q("20 ms"),
) -> Benchmark:
    """A steel beam on two supports swings in its first two modes:  EI ∂⁴w/∂x⁴ + μ ∂²w/∂t² = 0.

    Stated by the deflection w and the bending moment M, which an engineer asks for:  M = −EI ∂²w/∂x²  and
    μ ∂²w/∂t² = ∂²M/∂x².  The supports hold the ends and let them turn, w = M = 0. At the start the beam is at rest,
    bent as w = A (sin(πx/L) + ½ sin(2πx/L)). Short waves run faster here: mode n swings with n² ω, where
    ω = (π/L)² √(EI/μ), and its moment is n² times larger for the same deflection, so half of the amplitude has twice
    the moment:  w = A (sin(πx/L) cos ωt + ½ sin(2πx/L) cos 4ωt).  Frequencies of modes are whole multiples of the
    first, so after 2π/ω everything comes back. The defaults are a rolled girder of 20 cm height, IPE 200.

    Args: length L [m]; modulus E of Young [Pa]; second_moment I of the cross-section [m⁴]; mass μ per length
    [kg m⁻¹]; amplitude A [m]; duration [s].
    Returns: the benchmark; its quantities of interest are the frequency ω/2π, by the acceleration over the deflection
    of the middle at the start, and the largest moment then, at cos(πx/L) = (√129 − 1)/16.
    Raises: ProblemError for an argument that is not above zero, UnitsError for one of another dimension.
    Source: S. Timoshenko, Vibration Problems in Engineering, 2nd ed., Van Nostrand 1937, §§ 53-55.

    >>> [f"{item.reference:.4g~P}" for item in euler_bernoulli_beam().quantities]
    ['26.82 Hz', '22.03 kN·m']
    """
    L = require("length", length, "m", EXTENT)
    EI = require("modulus", modulus, "Pa", "steel that is bent springs back")
    EI *= require("second_moment", second_moment, "m^4", "a cross-section has an extent")
    mu = require("mass", mass, "kg/m", "what is to swing has mass")
    A = require("amplitude", amplitude, "m", MATTER)
    rigidity, omega = (modulus * second_moment).to("kN*m^2"), (pi / L) ** 2 * (EI / mu) ** 0.5
    swings = require("duration", duration, "s", EXTENT) * omega / (2 * pi)
    require("duration·frequency", swings, "", EXTENT, high=1000.0, above=PHASE)
    moment = (rigidity * amplitude * (pi / length) ** 2).to("kN*m")
    x, t = coordinates(x=(0 * length, length), t=(0 * duration, duration))
    w, M = field("w", "mm", of=(x, t)), field("M", "kN*m", of=(x, t))
    place = pi * x / length
    problem = Problem(
        Residual("bending", M + rigidity * d(w, x, x)),
        Residual("motion", mass * d(w, t, t) - d(M, x, x)),
        Dirichlet(w, 0 * amplitude, on=x.ends),
        Dirichlet(M, 0 * moment, on=x.ends),
        Initial(w, amplitude * (sin(place) + 0.5 * sin(2 * place))),
        Initial(d(w, t), 0 * amplitude / duration),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        angle, phase = pi * points[:, 0] / L, omega * points[:, 1]
        first, second = np.sin(angle) * np.cos(phase), np.sin(2 * angle) * np.cos(4 * phase)
        return {"w": A * (first + second / 2), "M": EI * A * (pi / L) ** 2 * (first + 2 * second)}

    bent = float(np.arccos(_COSINE)) / pi
    largest = exact(np.array([[bent * L, 0.0]]))["M"][0]
    swing = -d(w, t, t) / w
    return Benchmark(
        name="euler_bernoulli_beam",
        title="A steel beam on two supports swings in its first two modes",
        problem=problem,
        scales=Scales(x=length / pi, t=(length / pi) ** 2 * (mass / rigidity) ** 0.5, w=amplitude, M=moment),
        quantities=(
            QuantityOfInterest(
                "frequency of the first mode",
                lambda solution: solution(swing, x=length / 2, t=0 * duration) ** 0.5 / (2 * pi),
                Q(omega / (2 * pi), "Hz"),
                "exact solution",
            ),
            QuantityOfInterest(
                "largest moment at the start",
                lambda solution: solution(M, x=bent * length, t=0 * duration),
                Q(largest, "N*m").to("kN*m"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=3, activation="sin"),
        sampling=Sampling(interior=1500),
        steps=450,
        windows=3,
        patience=20,
        citation="S. Timoshenko, Vibration Problems in Engineering, 2nd ed., Van Nostrand, New York 1937",
        aim=1e-6,
    )
