"""The layers of ions that a charged wall gathers, and the flow that a field makes of them."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import elliprf

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Neumann,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    d,
    field,
    sinh,
)
from pinnln.problems.electrolyte import FARADAY, debye_length, thermal_voltage
from pinnln.problems.validity import EXTENT, MATTER, require
from pinnln.units import Q, Quantity

Array = NDArray[np.float64]


def electro_osmosis(
    half_height: Quantity = Q("50 nm"),
    zeta: Quantity = Q("-50 mV"),
    concentration: Quantity = Q("1 mol/m^3"),
    electric_field: Quantity = Q("10 kV/m"),
    temperature: Quantity = Q("298.15 K"),
    permittivity: Quantity = Q("695 pF/m"),
    viscosity: Quantity = Q("0.89 mPa*s"),
) -> Benchmark:
    """Salt water in a slit between charged glass walls is pulled along by a field, without any pressure.

    ε ∂²ψ/∂y² = 2cF sinh(Fψ/RT),   μ ∂²u/∂y² = E ε ∂²ψ/∂y²,   for 0 ≤ y ≤ h, from the middle to a wall,
    where ψ = ζ and u = 0.
    A wall of the potential ζ gathers ions of the other sign in a layer of Debye's length 1/κ = √(εRT/(2cF²)), here
    9.6 nm; the field E pulls at them and they at the water. Charge is counted in C m⁻³, momentum in Pa m⁻¹. Outside the
    layers the water moves as a plug with the velocity of Helmholtz and Smoluchowski, −εζE/μ, as far as the layers leave
    the middle of the slit neutral:  u = (εE/μ)(ψ − ζ).  With φ = Fψ/RT of the sign of ζ, φ₀ in the middle, between two
    equal walls  φ = φ₀ + 2 ln dc(½κy e^(φ₀/2) | e^(−2φ₀)),  dc = dn/cn of Jacobi.

    Args: half_height h [m], up to 20/κ; zeta ζ [V], of either sign, up to 6 RT/F; concentration c of a salt of two ions
    of one charge each [mol m⁻³]; electric_field E along the slit [V m⁻¹]; temperature T [K]; permittivity ε [F m⁻¹];
    viscosity μ [Pa s].
    Returns: the benchmark; its quantities of interest are the velocity in the middle over that of Helmholtz and
    Smoluchowski, and the flow rate per breadth.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: D. Burgreen, F. R. Nakache, J. Phys. Chem. 68, 1084 (1964); S. H. Behrens, M. Borkovec, Phys. Rev. E
    60, 7040 (1999) for the elliptic function.

    >>> [f"{item.reference:.4g~P}" for item in electro_osmosis().quantities]
    ['0.9897', '31.9 µm²/s']
    """
    h = require("half_height", half_height, "m", EXTENT)
    c = require("concentration", concentration, "mol/m^3", "without ions there is no layer")
    E = require("electric_field", electric_field, "V/m", MATTER)
    T = require("temperature", temperature, "kelvin", "ions that do not move about lie on the wall")
    eps = require("permittivity", permittivity, "F/m", "like charges repel each other")
    mu = require("viscosity", viscosity, "Pa*s", "without friction nothing holds the water")
    faraday, thermal = FARADAY, thermal_voltage(T)
    zeta_V = require("zeta", zeta, "V", "a potential is finite", low=-np.inf)
    sign, volt = np.sign(zeta_V), thermal.m_as("V")
    bare = "an uncharged wall gathers no ions"
    crowded = "beyond it ions crowd at the wall and are no points any more"
    wall = require("|zeta|·F/RT", abs(zeta_V) / volt, "", bare, low=0.01, high=6.0, above=crowded)
    debye = debye_length(eps, volt, c)
    one, thin = "below it both layers are one", "beyond it they are thinner than h/20"
    high = require("half_height/Debye's length", h / debye, "", one, low=0.5, high=20.0, above=thin)
    middle = potential_between_walls(wall, high)

    (y,) = coordinates(y=(0 * half_height, half_height))
    psi, u = field("psi", "mV", of=(y,)), field("u", "mm/s", of=(y,))
    slip = eps * E * abs(zeta_V) / mu
    problem = Problem(
        Residual("charge", permittivity * d(psi, y, y) - 2 * sinh(psi / thermal) * concentration * faraday),
        Residual("momentum", viscosity * d(u, y, y) - permittivity * d(psi, y, y) * electric_field),
        Dirichlet(psi, zeta, on=y.end),
        Dirichlet(u, Q("0 mm/s"), on=y.end),
        Neumann(psi, Q("0 V/m"), on=y.start),
        Neumann(u, Q("0 1/s"), on=y.start),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        potential = sign * volt * middle(points[:, 0] / debye)
        return {"psi": potential, "u": eps * E / mu * (potential - zeta_V)}

    nodes, weights = np.polynomial.legendre.leggauss(200)
    flow = h * float(weights @ exact(h / 2 * (1 + nodes[:, None]))["u"])
    return Benchmark(
        name="electro_osmosis",
        title="Salt water between charged walls is pulled along by a field",
        problem=problem,
        scales=Scales(y=half_height, psi=Q(abs(zeta_V), "V"), u=Q(slip, "m/s")),
        quantities=(
            QuantityOfInterest(
                "velocity in the middle over −εζE/μ",
                lambda solution: (solution(u, y=0 * half_height) / Q(-sign * slip, "m/s")).to("dimensionless"),
                Q(1 - float(middle(np.zeros(1))[0]) / wall, "dimensionless"),
                "exact solution",
            ),
            QuantityOfInterest(
                "flow rate per breadth",
                lambda solution: 2 * solution.integral(u),
                Q(flow, "m^2/s").to("um^2/s"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=16, depth=2),
        sampling=Sampling(interior=400, face=1),
        steps=150,
        citation="D. Burgreen, F. R. Nakache, J. Phys. Chem. 68 (1964) 1084-1091",
        aim=1e-6,
    )


@functools.cache
def potential_between_walls(wall: float, half_height: float) -> Callable[[Array], Array]:
    """The potential φ [RT/F] over the place [Debye's length] of  φ″ = sinh φ,  φ(±half_height) = wall > 0.

    φ = φ₀ + 2 ln dc(½ y e^(φ₀/2) | m) with m = e^(−2φ₀), and dc u = 1/sn(K − u). Where φ has a value and
    q = e^((φ₀ − φ)/2), Legendre's integral says the place, which is solved for φ₀:
    ½ y e^(φ₀/2) = F(arcsin √((1−q²)/(1−mq²)) | m).

    >>> float(np.round(potential_between_walls(2.0, 1.0)(np.array([0.0, 1.0])), 12)[1])
    2.0
    """

    def missing(log_middle: float) -> float:
        low = min(np.exp(log_middle), wall)
        q2, rest = np.exp(low - wall), -np.expm1(-2 * low)
        sine2 = -np.expm1(low - wall) / (rest * q2 - np.expm1(low - wall))
        under = rest / (rest * q2 - np.expm1(low - wall))
        return float(half_height * np.exp(low / 2) / 2 - np.sqrt(sine2) * elliprf(q2 * under, under, 1.0))

    low = float(np.exp(brentq(missing, np.log(wall) - half_height - 3.0, np.log(wall), xtol=1e-15, rtol=1e-15)))

    rest = -np.expm1(-2 * low)
    quarter = float(elliprf(0.0, rest, 1.0))

    def potential(place: Array) -> Array:
        return np.asarray(low - 2 * np.log(_elliptic_sine(quarter - place * np.exp(low / 2) / 2, rest)))

    return potential


def _elliptic_sine(u: Array, rest: float) -> Array:
    """sn(u | m) from 1 − m by the arithmetic-geometric mean, exact also where m is near one.

    Source: M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, 1964, §16.4.
    """
    means, b, gaps = [1.0], rest**0.5, [(1 - rest) ** 0.5]
    while gaps[-1] > 1e-9 * means[-1]:  # each next is its square
        a = means[-1]
        means.append((a + b) / 2)
        gaps.append((a - b) / 2)
        b = (a * b) ** 0.5
    angle = 2.0 ** (len(means) - 1) * means[-1] * u
    for mean, gap in zip(means[:0:-1], gaps[:0:-1], strict=True):
        angle = (angle + np.arcsin(gap / mean * np.sin(angle))) / 2
    return np.asarray(np.sin(angle))
