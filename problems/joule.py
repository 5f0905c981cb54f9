"""Electric current that heats what carries it."""

from __future__ import annotations

import numpy as np

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
    Solution,
    coordinates,
    cos,
    d,
    div,
    field,
    grad,
    laplacian,
    sin,
)
from pinnln.problems.validity import COLDEST, EXTENT, MATTER, require, require_warmer
from pinnln.units import Q, Quantity


def joule_heating(
    length: Quantity = Q("10 cm"),
    voltage: Quantity = Q("20 mV"),
    electric_conductivity: Quantity = Q("1e6 S/m"),
    heat_conductivity: Quantity = Q("15 W/m/K"),
    ambient: Quantity = Q(20, "degC"),
) -> Benchmark:
    """A bar between two electrodes carries a current and warms in the middle:  σ φ″ = 0,  k T″ + σ φ′² = 0.

    φ = V at the start and 0 at the end, T = T₀ at both. Charge is counted in A m⁻³, heat in W m⁻³: residuals that
    no weight without a unit can add. The temperature is a parabola:  φ = V (1 − x/L),  T = T₀ + σV²/(2k) · x(L−x)/L².

    Args: length L [m], voltage V [V], electric_conductivity σ [S m⁻¹], heat_conductivity k [W m⁻¹ K⁻¹], ambient T₀.
    Returns: the benchmark; its quantity of interest is the largest excess temperature, σV²/(8k).
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: elementary; the coupled form follows Carslaw & Jaeger, Conduction of Heat in Solids, 1959, §4.10.

    >>> f"{joule_heating().quantities[0].reference:.4g~P}"
    '3.333 K'
    """
    L = require("length", length, "m", EXTENT)
    V = require("voltage", voltage, "volt", MATTER)
    flows = require("electric_conductivity", electric_conductivity, "S/m", "charge flows down the potential")
    spreads = require("heat_conductivity", heat_conductivity, "W/m/delta_degC", "heat flows from warm to cold")
    T0 = require("ambient", ambient, "kelvin", COLDEST)
    require_warmer("electric_conductivity·voltage²/(heat_conductivity·ambient)", flows * V**2 / spreads, T0)
    (x,) = coordinates(x=(0 * length, length))
    phi, T = field("phi", "volt", of=(x,)), field("T", "kelvin", of=(x,))
    sigma, k = electric_conductivity, heat_conductivity
    problem = Problem(
        Residual("charge", sigma * d(phi, x, x)),
        Residual("heat", k * d(T, x, x) + sigma * d(phi, x) ** 2),
        Dirichlet(phi, voltage, on=x.start),
        Dirichlet(phi, 0 * voltage, on=x.end),
        Dirichlet(T, ambient, on=x.ends),
    )
    span = (sigma * voltage**2 / k).to("kelvin")
    dT = span.m_as("kelvin")

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        place = points[:, 0] / L
        return {"phi": V * (1 - place), "T": T0 + dT / 2 * place * (1 - place)}

    def excess(solution: Solution) -> Quantity:
        return solution(T - ambient, x=length / 2)

    return Benchmark(
        name="joule_heating",
        title="A bar between two electrodes carries a current and warms in the middle",
        problem=problem,
        scales=Scales(x=length, phi=voltage, T=(ambient, Q(dT, "delta_degC"))),
        quantities=(QuantityOfInterest("largest excess temperature", excess, Q(dT / 8, "kelvin"), "exact solution"),),
        exact=exact,
        network=MLP(width=12, depth=2),
        steps=100,
        citation="H. S. Carslaw, J. C. Jaeger, Conduction of Heat in Solids, 2nd ed., Oxford 1959, §4.10",
        aim=1e-6,
    )


def joule_heating_2d(
    length: Quantity = Q("5 cm"),
    width: Quantity = Q("4 cm"),
    voltage: Quantity = Q("75 mV"),
    crowding: float = 0.3,
    electric_conductivity: Quantity = Q("5.9e7 S/m"),
    heat_conductivity: Quantity = Q("400 W/m/K"),
    ambient: Quantity = Q(20, "degC"),
) -> Benchmark:
    """A copper plate conducts the worse, the more its current heats it.

    ∇·(σ ∇φ) = 0,   k ΔT + σ |∇φ|² = 0,   σ = σ₀T₀/T,   on [0, L] × [0, H].
    As in every pure metal the conductivity σ falls with the temperature and that of heat, k, does not. The plate is one
    half of a longer one: φ = 0 and ∂T/∂x = 0 on the plane of symmetry x = 0; the long edges let out neither charge nor
    heat; at x = L the current enters, mostly at the corner y = 0 that has the voltage V and the temperature T₀. Charge
    is counted in A m⁻³, heat in W m⁻³, and each equation holds both fields.

    Where the terminals are the only way out for heat, every potential has its temperature (Kohlrausch):
    σ₀T₀φ² + kT² is the same everywhere. So with a harmonic angle ψ, insulated where the plate is,
    φ = V sin ψ / sin ψ₁,   T = T₁ cos ψ,   T₁² = T₀² + σ₀T₀V²/k,   tan ψ₁ = V √(σ₀/(kT₀)),
    ψ = ψ₁ ((1 − s) x/L + s sinh(πx/H)/sinh(πL/H) cos(πy/H)):  lines of current that spread within a width H.

    Args: length L, width H [m]; voltage V between a terminal and the middle [V]; crowding s, the share of ψ that enters
    at the corner, up to 0.5; electric_conductivity σ₀ at T₀ [S m⁻¹]; heat_conductivity k [W m⁻¹ K⁻¹]; ambient T₀.
    Returns: the benchmark; its quantities of interest are the largest excess temperature, T₁ − T₀, and the current per
    thickness.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: F. Kohlrausch, Ann. Phys. 306, 132 (1900); R. Holm, Electric Contacts, 4th ed., 1967, §13; the case of
    σT = const and this ψ solved here anew.

    >>> [f"{item.reference:.4g~P}" for item in joule_heating_2d().quantities]
    ['280.6 K', '1524 A/mm']
    """
    L, H = require("length", length, "m", EXTENT), require("width", width, "m", EXTENT)
    V = require("voltage", voltage, "volt", MATTER)
    even = "at zero the fields are of x alone"
    s = require("crowding", crowding, "", even, high=0.5, above="beyond a half the current turns back")
    s0 = require("electric_conductivity", electric_conductivity, "S/m", "charge flows down the potential")
    k = require("heat_conductivity", heat_conductivity, "W/m/delta_degC", "heat flows from warm to cold")
    T0 = require("ambient", ambient, "kelvin", COLDEST)
    _require_plate(L / H, V * (s0 / (k * T0)) ** 0.5)
    (x, y), cold = coordinates(x=(0 * length, length), y=(0 * width, width)), ambient.to("kelvin")
    phi, T = field("phi", "mV", of=(x, y)), field("T", "kelvin", of=(x, y))
    heat = electric_conductivity * cold * voltage**2 / heat_conductivity
    hottest = ((cold**2 + heat) ** 0.5).to("kelvin")
    angle = float(np.arctan2(heat.m_as("kelvin^2") ** 0.5, T0))
    spread = float(np.sinh(np.pi * L / H))
    entering = angle * (1 - s + s * cos(np.pi * y / width))
    sigma = cold / T * electric_conductivity
    amplitude = voltage / np.sin(angle)
    problem = Problem(
        Residual("charge", div(sigma * grad(phi))),
        Residual("heat", heat_conductivity * laplacian(T) + sigma * (d(phi, x) ** 2 + d(phi, y) ** 2)),
        Dirichlet(phi, 0 * voltage, on=x.start),
        Dirichlet(phi, amplitude * sin(entering), on=x.end),
        Dirichlet(T, hottest * cos(entering), on=x.end),
        Neumann(T, Q("0 K/m"), on=[x.start, y.ends]),
        Neumann(phi, Q("0 V/m"), on=y.ends),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        along, across = points.T
        psi = angle * ((1 - s) * along / L + s * np.sinh(np.pi * along / H) / spread * np.cos(np.pi * across / H))
        return {"phi": V / np.sin(angle) * np.sin(psi), "T": hottest.m_as("kelvin") * np.cos(psi)}

    current = s0 * T0 * V / np.sin(angle) / hottest.m_as("kelvin") * angle * (1 - s) * H / L
    return Benchmark(
        name="joule_heating_2d",
        title="A copper plate conducts the worse, the more its current heats it",
        problem=problem,
        scales=Scales(x=length, y=length, phi=voltage, T=(ambient, hottest - cold)),
        quantities=(
            QuantityOfInterest(
                "largest excess temperature",
                lambda solution: solution(T - ambient, x=0 * length, y=width / 2),
                (hottest - cold).to("kelvin"),
                "exact solution",
            ),
            QuantityOfInterest(
                "current per thickness",
                lambda solution: solution.integral(sigma * d(phi, x), on=x.start),
                Q(current, "A/m").to("A/mm"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=24, depth=2),
        sampling=Sampling(interior=1200, face=100),
        steps=140,
        citation="F. Kohlrausch, Ann. Phys. 306 (1900) 132-158",
        aim=1e-6,
    )


def _require_plate(long: float, heated: float) -> None:
    """Nothing, if a plate of this length over its width and V √(σ₀/(kT₀)) shows what it is to show."""
    cool, melts = "below it nothing is warmed", "beyond it T₁ is more than five times T₀, where metals melt"
    require("voltage·√(σ₀/(kT₀))", heated, "", cool, low=0.05, high=5.0, above=melts)
    all_through, corner = "a shorter plate is crowded all through", "beyond it the crowding is in a corner of the plate"
    require("length/width", long, "", all_through, low=0.1, high=5.0, above=corner)
