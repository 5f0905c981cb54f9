"""Flow through a channel that a pump drives."""

from __future__ import annotations

from math import pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Periodic,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    cos,
    d,
    field,
)
from pinnln.problems.validity import EXTENT, require
from pinnln.units import Q, Quantity


def poiseuille(
    gap: Quantity = Q("4 mm"),
    gradient: Quantity = Q("5 Pa/m"),
    pulsation: float = 1.0,
    period: Quantity = Q("1 s"),
    viscosity: Quantity = Q("1 mPa*s"),
    density: Quantity = Q("998 kg/m^3"),
) -> Benchmark:
    """A pump drives water between two plates, stroke after stroke, until every stroke is like the one before.

    ρ ∂u/∂t = G (1 + A cos ωt) + μ ∂²u/∂y²,   u = 0 at y = ±a,   u the same after each period 2π/ω.
    The mean of it is Poiseuille's parabola  u = G (a² − y²)/2μ; upon it swings, with κ = √(iωρ/μ),
    Re[GA/(iωρ) (1 − cosh κy/cosh κa) e^(iωt)].  Where the Womersley number a√(ωρ/μ) is small the parabola itself
    swings; where it is large, as with the default of 5, the middle moves as one and late by a quarter of a period, and
    near the plates the water turns earlier. With A = 0 the flow is steady.

    Args: gap 2a [m]; gradient G, the mean of −∂p/∂x [Pa m⁻¹]; pulsation A, a pure number; period 2π/ω [s]; viscosity μ
    [Pa s]; density ρ [kg m⁻³].
    Returns: the benchmark; its quantities of interest are the mean velocity, that in the middle when the pump pushes
    most, and the shear stress at a plate then.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: J. R. Womersley, J. Physiol. 127, 553 (1955), there in a pipe; H. Schlichting, K. Gersten, Boundary-Layer
    Theory, for plates.

    >>> [f"{item.reference:.4g~P}" for item in poiseuille().quantities]
    ['6.667 mm/s', '9.982 mm/s', '0.01141 Pa']
    """
    a = require("gap", gap, "m", EXTENT) / 2
    G = require("gradient", gradient, "Pa/m", "the pump pushes the fluid along")
    A = require("pulsation", pulsation, "", "the mean flow is lost beside stronger swings", low=-100.0, high=100.0)
    omega = 2 * pi / require("period", period, "s", EXTENT)
    mu = require("viscosity", viscosity, "Pa*s", "friction takes energy away and cannot give it")
    rho = require("density", density, "kg/m^3", "a fluid has mass")
    womersley = a * (omega * rho / mu) ** 0.5
    slow, thin = "below it every stroke is steady flow", "the layers at the plates are too thin for a network"
    require("Womersley number", womersley, "", slow, low=0.01, high=30.0, above=thin)
    y, t = coordinates(y=(-gap / 2, gap / 2), t=(0 * period, period))
    u = field("u", "mm/s", of=(y, t))
    swing, frequency = Q(A, "dimensionless"), 2 * pi / period
    problem = Problem(
        Residual(
            "momentum",
            density * d(u, t) - gradient * (1 + swing * cos(frequency * t)) - viscosity * d(u, y, y),
        ),
        Dirichlet(u, 0 * gap / period, on=y.ends),
        Periodic(u, on=t.ends),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        swinging = _swinging(points[:, 0], a, omega, mu, rho) * np.exp(1j * omega * points[:, 1])
        return {"u": G * (a**2 - points[:, 0] ** 2) / (2 * mu) + G * A * swinging.real}

    middle = exact(np.array([[0.0, 0.0]]))["u"][0]
    kappa = (1j * omega * rho / mu) ** 0.5
    stress = G * a + G * A * (np.tanh(kappa * a) / kappa).real
    return Benchmark(
        name="poiseuille",
        title=f"A pump drives water between two plates, Womersley number {womersley:.3g}",
        problem=problem,
        scales=Scales(y=gap / 2, t=density * gap**2 / (4 * viscosity), u=gradient * gap**2 / (8 * viscosity)),
        quantities=(
            QuantityOfInterest(
                "mean velocity",
                lambda solution: solution.mean(u),
                Q(G * a**2 / (3 * mu), "m/s").to("mm/s"),
                "exact solution",
            ),
            QuantityOfInterest(
                "velocity in the middle when the pump pushes most",
                lambda solution: solution(u, y=0 * gap, t=0 * period),
                Q(middle, "m/s").to("mm/s"),
                "exact solution",
            ),
            QuantityOfInterest(
                "shear stress at a plate then",
                lambda solution: solution(viscosity * d(u, y), y=-gap / 2, t=0 * period),
                Q(float(stress), "Pa"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=2),
        sampling=Sampling(interior=800),
        steps=100,
        citation="J. R. Womersley, J. Physiol. 127 (1955) 553-563",
        aim=1e-6,
    )


def _swinging(place: np.ndarray, a: float, omega: float, mu: float, rho: float) -> np.ndarray:
    """(1 − cosh κy/cosh κa)/(iωρ)  with κ = √(iωρ/μ), written without a difference of like numbers."""
    kappa = (1j * omega * rho / mu) ** 0.5
    near, far = kappa * (a - place) / 2, kappa * (a + place) / 2
    return np.asarray(2 * np.sinh(near) * np.sinh(far) / np.cosh(kappa * a) / (1j * omega * rho))
