"""Eddies that friction brings to rest."""

from __future__ import annotations

from math import exp, pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Initial,
    Periodic,
    Pin,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    cos,
    d,
    field,
    laplacian,
    sin,
)
from pinnln.problems.validity import EXTENT, FADED, MATTER, require
from pinnln.units import Expression, Field, Q, Quantity


def taylor_green(
    side: Quantity = Q("2 cm"),
    speed: Quantity = Q("5 mm/s"),
    viscosity: Quantity = Q("1 mm^2/s"),
    density: Quantity = Q("998 kg/m^3"),
    duration: Quantity = Q("5 s"),
) -> Benchmark:
    """Four eddies in water, which go on in all directions, turn against each other and are brought to rest by friction.

    ∇·u = 0,   ∂u/∂t + u·∇u = −∇p/ρ + ν Δu,   on [0, S]² with periodic walls.
    What the flow carries along is balanced by the pressure, so the eddies keep their shape while they fade:  with
    ℓ = S/2π,  u = −U cos(x/ℓ) sin(y/ℓ) e^(−2νt/ℓ²),  v = U sin(x/ℓ) cos(y/ℓ) e^(−2νt/ℓ²),
    p = −¼ρU² (cos(2x/ℓ) + cos(2y/ℓ)) e^(−4νt/ℓ²).  Of the pressure only the gradient counts at any time: it is held to
    zero where it is that, at x = y = S/8. By default the energy falls to a seventh and the fastest water moves five ℓ.

    Args: side S of the periodic square [m]; speed U, the largest at the start [m s⁻¹]; viscosity ν [m² s⁻¹]; density ρ
    [kg m⁻³]; duration [s]; all quantities.
    Returns: the benchmark; its quantities of interest are the mean kinetic energy per mass at the end, and the
    vorticity in the middle of an eddy then.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: G. I. Taylor, A. E. Green, Proc. R. Soc. Lond. A 158, 499 (1937); G. I. Taylor, Phil. Mag. 46, 671 (1923).

    >>> f"{taylor_green().quantities[0].reference:.4g~P}"
    '0.8682 mm²/s²'
    """
    S = require("side", side, "m", EXTENT)
    U = require("speed", speed, "m/s", MATTER)
    nu = require("viscosity", viscosity, "m^2/s", "friction takes energy away and cannot give it")
    rho = require("density", density, "kg/m^3", "a fluid has mass")
    T = require("duration", duration, "s", EXTENT)
    length, ell = side / (2 * pi), S / (2 * pi)
    require("8π²·viscosity·duration/side²", 2 * nu * T / ell**2, "", EXTENT, high=15.0, above=FADED)
    x, y, t = coordinates(x=(0 * side, side), y=(0 * side, side), t=(0 * duration, duration))
    u, v = field("u", "mm/s", of=(x, y, t)), field("v", "mm/s", of=(x, y, t))
    p = field("p", "Pa", of=(x, y, t))

    def carried(q: Field) -> Expression:
        return d(q, t) + u * d(q, x) + v * d(q, y)

    around = [Periodic(q, on=walls) for q in (u, v, p) for walls in (x.ends, y.ends)]
    problem = Problem(
        Residual("continuity", d(u, x) + d(v, y)),
        Residual("momentum_x", carried(u) + d(p, x) / density - viscosity * laplacian(u)),
        Residual("momentum_y", carried(v) + d(p, y) / density - viscosity * laplacian(v)),
        *around,
        Initial(u, -speed * cos(x / length) * sin(y / length)),
        Initial(v, speed * sin(x / length) * cos(y / length)),
        Pin(p, 0 * density * speed**2, at={x: side / 8, y: side / 8}),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        a, b, left = points[:, 0] / ell, points[:, 1] / ell, np.exp(-2 * nu / ell**2 * points[:, 2])
        return {
            "u": -U * np.cos(a) * np.sin(b) * left,
            "v": U * np.sin(a) * np.cos(b) * left,
            "p": -rho * U**2 / 2 * np.cos(a + b) * np.cos(a - b) * left**2,
        }

    left = exp(-2 * nu / ell**2 * T)
    return Benchmark(
        name="taylor_green",
        title=f"Four eddies come to rest, Re = {U * ell / nu:.3g}",
        problem=problem,
        scales=Scales(x=length, y=length, t=length / speed, u=speed, v=speed, p=density * speed**2),
        quantities=(
            QuantityOfInterest(
                "mean kinetic energy at the end",
                lambda solution: solution.mean((u**2 + v**2) / 2, on=t.end),
                Q(U**2 / 4 * left**2, "m^2/s^2").to("mm^2/s^2"),
                "exact solution",
            ),
            QuantityOfInterest(
                "vorticity of an eddy at the end",
                lambda solution: solution(d(v, x) - d(u, y), x=0 * side, y=0 * side, t=duration),
                Q(2 * U / ell * left, "1/s"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=3),
        sampling=Sampling(interior=1500, face=60),
        steps=200,
        citation="G. I. Taylor, Phil. Mag. 46 (1923) 671-674; G. I. Taylor, A. E. Green, Proc. R. Soc. A 158 (1937)",
        aim=1e-4,
    )
