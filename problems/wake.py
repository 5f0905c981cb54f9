"""Flow behind an obstacle."""

from __future__ import annotations

from math import pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Pin,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    cos,
    d,
    exp,
    field,
    laplacian,
    sin,
)
from pinnln.problems.validity import EXTENT, MATTER, require
from pinnln.units import Expression, Field, Q, Quantity


def kovasznay(
    reynolds: float = 40.0,
    spacing: Quantity = Q("1 cm"),
    speed: Quantity = Q("6.28 cm/s"),
    density: Quantity = Q("1.18 kg/m^3"),
) -> Benchmark:
    """Behind a grid of rods the air becomes even again, cell by cell.

    ∇·u = 0,   u·∇u = −∇p/ρ + ν Δu,   ν = UH/Re,   on [−H/2, H] × [−H/2, 3H/2].
    A pair of bound eddies behind each rod dies out downstream as e^(λx/H), λ = Re/2 − √(Re²/4 + 4π²) < 0, and the
    pressure rises to that of the undisturbed stream:  u = U (1 − e^(λx/H) cos(2πy/H)),
    v = U λ/(2π) e^(λx/H) sin(2πy/H),  p = ½ρU² (1 − e^(2λx/H)).  The velocity is given on all four sides, the pressure
    at one point; all three fields are wanted. Re = 20 is another common choice.

    Args: reynolds Re = UH/ν, up to 1000; spacing H of the rods [m]; speed U [m s⁻¹]; density ρ [kg m⁻³].
    Returns: the benchmark; its quantities of interest are the velocity between two rods, and the pressure downstream.
    Raises: ProblemError for an argument out of its range.
    Source: L. I. G. Kovasznay, Math. Proc. Camb. Phil. Soc. 44, 58 (1948).

    >>> f"{kovasznay().quantities[0].reference:.5g~P}"
    '10.159 cm/s'
    """
    fade = "beyond it the eddies do not fade in the box"
    reynolds = require("reynolds", reynolds, "", "there is friction", high=1000.0, above=fade)
    require("reynolds", reynolds, "", "below it friction is all there is", low=0.01, high=1000.0)
    H = require("spacing", spacing, "m", EXTENT)
    U = require("speed", speed, "m/s", MATTER)
    rho = require("density", density, "kg/m^3", "a fluid has mass")
    viscosity = speed * spacing / reynolds
    lam = reynolds / 2 - (reynolds**2 / 4 + 4 * pi**2) ** 0.5
    x, y = coordinates(x=(-spacing / 2, spacing), y=(-spacing / 2, 1.5 * spacing))
    u, v = field("u", "cm/s", of=(x, y)), field("v", "cm/s", of=(x, y))
    p = field("p", "Pa", of=(x, y))

    def carried(q: Field) -> Expression:
        return u * d(q, x) + v * d(q, y)

    fading, around = exp(lam * x / spacing), 2 * pi * y / spacing
    sides = [x.ends, y.ends]
    problem = Problem(
        Residual("continuity", d(u, x) + d(v, y)),
        Residual("momentum_x", carried(u) + d(p, x) / density - viscosity * laplacian(u)),
        Residual("momentum_y", carried(v) + d(p, y) / density - viscosity * laplacian(v)),
        Dirichlet(u, speed * (1 - fading * cos(around)), on=sides),
        Dirichlet(v, speed * lam / (2 * pi) * fading * sin(around), on=sides),
        Pin(p, 0 * density * speed**2, at=(0 * spacing, 0 * spacing)),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        e, angle = np.exp(lam * points[:, 0] / H), 2 * pi * points[:, 1] / H
        return {
            "u": U * (1 - e * np.cos(angle)),
            "v": U * lam / (2 * pi) * e * np.sin(angle),
            "p": rho * U**2 / 2 * (1 - e**2),
        }

    fields = exact(np.array([[H / 2, H / 2], [H, H / 2]]))
    return Benchmark(
        name="kovasznay",
        title=f"Behind a grid of rods the air becomes even again, Re = {reynolds:g}",
        problem=problem,
        scales=Scales(x=spacing, y=spacing, u=speed, v=speed, p=density * speed**2),
        quantities=(
            QuantityOfInterest(
                "velocity between two rods",
                lambda solution: solution(u, x=spacing / 2, y=spacing / 2),
                Q(fields["u"][0], "m/s").to("cm/s"),
                "exact solution",
            ),
            QuantityOfInterest(
                "pressure downstream",
                lambda solution: solution(p, x=spacing, y=spacing / 2),
                Q(fields["p"][1], "Pa"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=30, depth=2),
        sampling=Sampling(interior=1200, face=100),
        steps=200,
        citation="L. I. G. Kovasznay, Math. Proc. Camb. Phil. Soc. 44 (1948) 58-62",
        aim=1e-6,
    )
