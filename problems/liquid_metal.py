"""Liquid metal that flows across a magnetic field."""

from __future__ import annotations

from math import pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Neumann,
    Problem,
    QuantityOfInterest,
    Residual,
    Robin,
    Sampling,
    Scales,
    coordinates,
    d,
    field,
)
from pinnln.problems.validity import EXTENT, MATTER, require
from pinnln.units import Q, Quantity


def hartmann_flow(
    hartmann: float = 10.0,
    half_width: Quantity = Q("1 cm"),
    pressure_gradient: Quantity = Q("2 Pa/m"),
    viscosity: Quantity = Q("1.95 mPa*s"),
    conductivity: Quantity = Q("3.86e6 S/m"),
    wall_conductance: float = 0.0,
) -> Benchmark:
    """Gallium that is pressed through a channel is held back by a magnet, and the current it makes bends the field.

    μ ∂²u/∂y² + (B₀/μ₀) ∂B/∂y + G = 0,   1/(σμ₀) ∂²B/∂y² + B₀ ∂u/∂y = 0,   from the middle, 0, to a wall, a.
    Across the channel stands the field B₀, along it flows the metal and lies the field B that the flow induces.
    Momentum is counted in Pa m⁻¹, induction in T s⁻¹, and B is some millionths of a tesla. No slip, u = 0; around
    insulating walls B = 0, and walls of conductance C, their conductivity times thickness over σa, leave
    B + Ca ∂B/∂n = 0.
    With Ha = B₀a √(σ/μ) the core moves as a plug, and friction acts in two layers of the thickness a/Ha:
    u = U (1 − cosh(Ha y/a)/cosh Ha),   U = G/(σB₀²) · (1 + C)/(C + tanh Ha/Ha),
    B = (μ₀/B₀) (σB₀²U (a/Ha) sinh(Ha y/a)/cosh Ha − Gy).   As C grows, U falls to G/(σB₀²).

    Args: hartmann Ha, from 0.1 to 50, which sets B₀; half_width a [m]; pressure_gradient G = −dp/dx [Pa m⁻¹]; viscosity
    μ [Pa s]; conductivity σ [S m⁻¹] of the metal; wall_conductance C, zero for insulating walls.
    Returns: the benchmark; its quantities of interest are the flow rate per breadth and the shear stress at a wall.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: J. Hartmann, Hg-dynamics I, Det Kgl. Danske Vidensk. Selskab, Math.-fys. Medd. 15 (6), 1937; the conductance
    of the walls after J. A. Shercliff, J. Fluid Mech. 1, 644 (1956); solved here anew.

    >>> [f"{item.reference:.4g~P}" for item in hartmann_flow().quantities]
    ['1.846 cm²/s', '0.02 Pa']
    """
    why = "below it the metal hardly feels the magnet, beyond it the layers at the walls are thinner than a/50"
    Ha = require("hartmann", hartmann, "", why, low=0.1, high=50.0)
    a = require("half_width", half_width, "m", EXTENT)
    G = require("pressure_gradient", pressure_gradient, "Pa/m", MATTER)
    mu = require("viscosity", viscosity, "Pa*s", "the layers at the walls are made by friction")
    sigma = require("conductivity", conductivity, "S/m", "only what conducts is held back by a magnet")
    conducts = "a wall conducts, or insulates and has zero"
    C = require("wall_conductance", wall_conductance, "", conducts, zero=True)
    permeability = Q(4e-7 * pi, "H/m")
    magnet = (Ha / half_width * (viscosity / conductivity) ** 0.5).to("mT")
    (y,) = coordinates(y=(0 * half_width, half_width))
    u, B = field("u", "cm/s", of=(y,)), field("B", "uT", of=(y,))
    wall = Dirichlet(B, Q("0 uT"), on=y.end) if not C else Robin(B, a=1.0, b=C * half_width, g=Q("0 uT"), on=y.end)
    problem = Problem(
        Residual("momentum", viscosity * d(u, y, y) + magnet * d(B, y) / permeability + pressure_gradient),
        Residual("induction", d(B, y, y) / conductivity / permeability + magnet * d(u, y)),
        Dirichlet(u, Q("0 cm/s"), on=y.end),
        wall,
        Neumann(u, Q("0 1/s"), on=y.start),
        Dirichlet(B, Q("0 uT"), on=y.start),
    )
    B0, mu0 = magnet.m_as("T"), permeability.m_as("H/m")
    drag = sigma * B0**2
    U = G / drag * (1 + C) / (C + np.tanh(Ha) / Ha)

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        place = points[:, 0] / a
        bent = drag * U / Ha * np.sinh(Ha * place) / np.cosh(Ha)
        return {"u": U * (1 - np.cosh(Ha * place) / np.cosh(Ha)), "B": mu0 / B0 * a * (bent - G * place)}

    return Benchmark(
        name="hartmann_flow",
        title=f"A magnet holds liquid metal back, Ha = {Ha:g}",
        problem=problem,
        scales=Scales(y=half_width, u=Q(U, "m/s"), B=Q(mu0 * a * G / B0, "T")),
        quantities=(
            QuantityOfInterest(
                "flow rate per breadth",
                lambda solution: 2 * solution.integral(u),
                Q(2 * a * U * (1 - np.tanh(Ha) / Ha), "m^2/s").to("cm^2/s"),
                "exact solution",
            ),
            QuantityOfInterest(
                "shear stress at a wall",
                lambda solution: solution(-viscosity * d(u, y), y=half_width),
                Q(mu * U * Ha * np.tanh(Ha) / a, "Pa"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=16, depth=2),
        sampling=Sampling(interior=400, face=1),
        steps=150,
        citation="J. Hartmann, Det Kgl. Danske Vidensk. Selskab, Math.-fys. Medd. 15 (6) (1937)",
        aim=1e-6,
    )
