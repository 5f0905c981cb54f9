"""Ground that gives way as water is pressed out of it."""

from __future__ import annotations

from math import pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Initial,
    Neumann,
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
from pinnln.problems.validity import EXTENT, MATTER, require
from pinnln.units import Q, Quantity


def poroelastic_column(
    height: Quantity = Q("10 m"),
    mobility: Quantity = Q("1e-12 m^2/Pa/s"),
    stiffness: Quantity = Q("10 MPa"),
    coupling: float = 1.0,
    storage: Quantity = Q("1e-8 1/Pa"),
    pressure: Quantity = Q("100 kPa"),
    duration: Quantity = Q("60 day"),
) -> Benchmark:
    """A column of wet clay, drained at its top, settles as the excess pressure of its water is lost.

    S ∂p/∂t + α ∂²w/∂z∂t = m ∂²p/∂z²,  M ∂²w/∂z² = α ∂p/∂z,  z downwards from the top; p = 0 at the top, nothing flows
    and nothing moves at the bottom, p = P sin(πz/2H) at the start, no load on the top: M ∂w/∂z = α p there. Water is
    counted in s⁻¹, equilibrium in Pa m⁻¹. The pressure keeps its shape and is lost with the time 4H²/(π²c), about 52
    days,  c = m/(S + α²/M):  p = P e^(−π²ct/4H²) sin(πz/2H),  w = −(2αPH/πM) e^(−π²ct/4H²) cos(πz/2H), upwards swelling
    that is lost again.

    Args: height H [m], mobility m, permeability over viscosity [m² Pa⁻¹ s⁻¹], stiffness M, the confined modulus [Pa],
    coupling α, Biot's coefficient, storage S [Pa⁻¹], pressure P [Pa], duration [s]; all but α quantities.
    Returns: the benchmark; its quantity of interest is the displacement of the top after a third of the duration.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: M. A. Biot, General theory of three-dimensional consolidation, J. Appl. Phys. 12 (1941) 155-164; the first
    mode of the column.

    >>> f"{poroelastic_column().quantities[0].reference.to('mm'):.4g~P}"
    '-43.21 mm'
    """
    H = require("height", height, "m", EXTENT)
    m = require("mobility", mobility, "m^2/Pa/s", "water flows to where its pressure is lower")
    M = require("stiffness", stiffness, "Pa", "ground that is pressed gives way")
    alpha = require("coupling", coupling, "", "Biot's coefficient lies between that of a sponge and nothing", high=1.0)
    S = require("storage", storage, "1/Pa", "water and grains can be compressed")
    P = require("pressure", pressure, "Pa", MATTER)
    require("duration", duration, "s", EXTENT)
    c = m / (S + alpha**2 / M)
    z, t = coordinates(z=(0 * height, height), t=(0 * duration, duration))
    p, w = field("p", "Pa", of=(z, t)), field("w", "m", of=(z, t))
    problem = Problem(
        Residual("storage", storage * d(p, t) + coupling * d(w, z, t) - mobility * d(p, z, z)),
        Residual("equilibrium", stiffness * d(w, z, z) - coupling * d(p, z)),
        Dirichlet(p, 0 * pressure, on=z.start),
        Neumann(p, 0 * pressure / height, on=z.end),
        Neumann(w, 0.0, on=z.start),
        Dirichlet(w, 0 * height, on=z.end),
        Initial(p, pressure * sin(pi / 2 * z / height)),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        place, left = pi / 2 * points[:, 0] / H, np.exp(-(pi**2) * c * points[:, 1] / (4 * H**2))
        return {"p": P * left * np.sin(place), "w": -2 * alpha * P * H / (pi * M) * left * np.cos(place)}

    top = exact(np.array([[0.0, duration.m_as("s") / 3]]))["w"][0]
    return Benchmark(
        name="poroelastic_column",
        title="A column of wet clay settles as its water is pressed out",
        problem=problem,
        scales=Scales(
            z=height,
            t=height**2 * (storage + coupling**2 / stiffness) / mobility,
            p=pressure,
            w=pressure * height / stiffness,
        ),
        quantities=(
            QuantityOfInterest(
                "displacement of the top",
                lambda solution: solution(w, z=0 * height, t=duration / 3),
                Q(top, "m"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=3),
        sampling=Sampling(interior=1500),
        steps=100,
        citation="M. A. Biot, J. Appl. Phys. 12 (1941) 155-164",
        aim=1e-4,
    )
