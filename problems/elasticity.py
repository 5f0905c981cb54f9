"""Elastic solids."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np

from pinnln import (
    MLP,
    Balance,
    Benchmark,
    Dirichlet,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    d,
    field,
)
from pinnln.problems.validity import EXTENT, MATTER, require
from pinnln.units import Ball, Expression, Q, Quantity

Part = TypeVar("Part", Expression, np.ndarray)


def plane_elasticity(
    radius: Quantity = Q("10 mm"),
    half_width: Quantity = Q("30 mm"),
    modulus: Quantity = Q("70 GPa"),
    poisson_ratio: float = 0.33,
    tension: Quantity = Q("50 MPa"),
) -> Benchmark:
    """A wide sheet of aluminium with a hole is pulled, and at the hole the stress is three times as large.

    ∂σₓₓ/∂x + ∂σₓᵧ/∂y = 0,   ∂σₓᵧ/∂x + ∂σᵧᵧ/∂y = 0,   and by Hooke's law in plane stress
    σₓₓ = E/(1−ν²) (u_x + ν v_y),   σᵧᵧ = E/(1−ν²) (v_y + ν u_x),   σₓᵧ = E/(2(1+ν)) (u_y + v_x).
    The sheet is pulled along x by the tension S far away; of it a square around the hole is taken, at whose sides
    the displacement is that of the wide sheet. Nothing pulls at the rim of the hole, σ·n = 0: the lines of force go
    around it and crowd where it is widest, so that σₓₓ = 3S above and below, whatever radius and material, while beside
    it the rim is pressed, σᵧᵧ = −S. With the shear modulus G, κ = (3−ν)/(1+ν) and in polar coordinates
    u_r = S/(4G) ((κ−1)r/2 + r cos 2θ + a²/r (1 + (1+κ) cos 2θ) − a⁴/r³ cos 2θ),
    u_θ = S/(4G) ((1−κ)a²/r − r − a⁴/r³) sin 2θ.

    Args: radius a of the hole [m]; half_width of the square, from 1.5 to 10 radii [m]; modulus E of Young [Pa];
    poisson_ratio ν, up to ½; tension S [Pa].
    Returns: the benchmark; its quantities of interest are the stress concentration at the top of the hole, which is
    3, and how much wider the hole becomes along the pull, 6aS/E.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: G. Kirsch, Z. Ver. Dtsch. Ing. 42, 797 (1898); S. Timoshenko, J. N. Goodier, Theory of Elasticity, 3rd ed.,
    McGraw-Hill 1970, § 35.

    >>> [f"{item.reference:.4g~P}" for item in plane_elasticity().quantities]
    ['3', '42.86 µm']
    """
    a = require("radius", radius, "m", "a hole has an extent")
    W = require("half_width", half_width, "m", EXTENT)
    unseen = "a smaller hole is lost in the sheet"
    require("half_width/radius", W / a, "", "the hole must fit in", low=1.5 - 1e-9, high=10.0, above=unseen)
    E = require("modulus", modulus, "Pa", "a sheet that is pulled grows longer")
    grows = "nothing grows in volume when it is pressed"
    nu = require("poisson_ratio", poisson_ratio, "", "what is stretched gets thinner", high=0.5, above=grows)
    S = require("tension", tension, "Pa", MATTER)
    require("tension/modulus", S / E, "", MATTER, high=0.05, above="Hooke's law is that of small strains")
    shear = modulus / (2 * (1 + nu))
    x, y = coordinates(x=(-1 * half_width, half_width), y=(-1 * half_width, half_width))
    u, v = field("u", "um", of=(x, y)), field("v", "um", of=(x, y))
    hole = Ball({x: 0 * radius, y: 0 * radius}, radius=radius, name="hole")
    plate = modulus / (1 - nu**2)
    along, across = plate * (d(u, x) + nu * d(v, y)), plate * (d(v, y) + nu * d(u, x))
    sheared = shear * (d(u, y) + d(v, x))
    far = _displacement(x, y, radius, tension / (4 * shear), (3 - nu) / (1 + nu))
    sides = [x.ends, y.ends]
    problem = Problem(
        Residual("equilibrium along x", d(along, x) + d(sheared, y)),
        Residual("equilibrium along y", d(sheared, x) + d(across, y)),
        Dirichlet(u, far[0], on=sides),
        Dirichlet(v, far[1], on=sides),
        Balance("traction along x", (along * x + sheared * y) / radius, on=hole),
        Balance("traction along y", (sheared * x + across * y) / radius, on=hole),
        without=hole,
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        found = _displacement(points[:, 0], points[:, 1], a, S * (1 + nu) / (2 * E), (3 - nu) / (1 + nu))
        return dict(zip("uv", found, strict=True))

    pull = tension * radius / modulus
    return Benchmark(
        name="plane_elasticity",
        title="A sheet of aluminium with a hole is pulled",
        problem=problem,
        scales=Scales(x=radius, y=radius, u=pull, v=pull),
        quantities=(
            QuantityOfInterest(
                "stress concentration",
                lambda solution: (solution(along, x=0 * radius, y=radius) / tension).to("dimensionless"),
                Q(3.0, "dimensionless"),
                "exact solution",
            ),
            QuantityOfInterest(
                "widening of the hole",
                lambda solution: solution(u, x=radius, y=0 * radius) - solution(u, x=-1 * radius, y=0 * radius),
                Q(6 * a * S / E, "m").to("um"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=4),
        sampling=Sampling(interior=1200, face=150),
        steps=450,
        citation="G. Kirsch, Z. Ver. Dtsch. Ing. 42 (1898) 797-807",
        aim=1e-6,
    )


def _displacement(x: Part, y: Part, a: Any, strain: Any, kappa: float) -> tuple[Part, Part]:
    """u and v around the hole, with ρ = a²/r²; strain, S/(4G).

    From the polar ones by  x cos 2θ = x (x² − y²)/r²  and the like, so that no angle is needed.
    """
    square = x**2 + y**2
    rho, double = a**2 / square, (x**2 - y**2) / square
    radial = (kappa - 1) / 2 + double + rho * (1 + (1 + kappa) * double) - rho**2 * double
    around = ((1 - kappa) * rho - 1 - rho**2) * 2 / square
    return strain * (radial * x - around * x * y**2), strain * (radial * y + around * x**2 * y)
