"""Ground that gives way as water is pressed out of it."""

from __future__ import annotations

from math import pi

import numpy as np
from numpy.typing import NDArray

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
    erf,
    field,
    sin,
)
from pinnln.problems.validity import BIOT, EXTENT, FADED, MATTER, require, require_coupled
from pinnln.units import Q, Quantity

Array = NDArray[np.float64]


def poroelastic_column(
    height: Quantity = Q("10 m"),
    mobility: Quantity = Q("1e-12 m^2/Pa/s"),
    stiffness: Quantity = Q("10 MPa"),
    coupling: float = 1.0,
    storage: Quantity = Q("1e-8 1/Pa"),
    pressure: Quantity = Q("100 kPa"),
    duration: Quantity = Q("60 day"),
) -> Benchmark:
    """A column of wet clay, drained at its top, loses the excess pressure of its water: the slowest mode of Terzaghi's.

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
    H, m, M, alpha, S = _ground(height, mobility, stiffness, coupling, storage)
    coupling = alpha
    P = require("pressure", pressure, "Pa", MATTER)
    c = m / (S + alpha**2 / M)
    faded = pi**2 * c * require("duration", duration, "s", EXTENT) / (4 * H**2)
    require("π²·c·duration/(4·height²)", faded, "", "nothing happens sooner", low=1e-6, high=30.0, above=FADED)
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
        title="A column of wet clay settles as its water is pressed out: Terzaghi's slowest mode",
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


def _ground(
    height: Quantity, mobility: Quantity, stiffness: Quantity, coupling: float, storage: Quantity
) -> tuple[float, float, float, float, float]:
    """What a column of wet ground is made of [coherent SI], if it makes sense."""
    found = (
        require("height", height, "m", EXTENT),
        require("mobility", mobility, "m^2/Pa/s", "water flows to where its pressure is lower"),
        require("stiffness", stiffness, "Pa", "ground that is pressed gives way"),
        require("coupling", coupling, "", *BIOT),
        require("storage", storage, "1/Pa", "water and grains can be compressed"),
    )
    require_coupled(found[4] * found[2] / found[3] ** 2)
    return found


def terzaghi(
    height: Quantity = Q("10 m"),
    mobility: Quantity = Q("1e-12 m^2/Pa/s"),
    stiffness: Quantity = Q("10 MPa"),
    coupling: float = 1.0,
    storage: Quantity = Q("1e-8 1/Pa"),
    load: Quantity = Q("100 kPa"),
    start: Quantity = Q("6 day"),
    end: Quantity = Q("120 day"),
) -> Benchmark:
    """A layer of wet clay under the load of a building settles as fast as its water finds the way out at the top.

    S ∂p/∂t + α ∂²w/∂z∂t = m ∂²p/∂z²,  M ∂²w/∂z² = α ∂p/∂z,  z downwards from the top; p = 0 and M ∂w/∂z = −q at the
    top, nothing flows and nothing moves at the bottom. Water is counted in s⁻¹, equilibrium in Pa m⁻¹. At once the
    water bears p₀ = αq/(α² + SM) everywhere; then it is drained from the top down,
    p/p₀ = Σ (2/Mₙ) sin(Mₙz/H) e^(−Mₙ²ct/H²),   Mₙ = (n + ½)π,   c = m/(S + α²/M),
    and the layer settles by  w = ∫ (q − αp)/M dz  from z to H. Half of the pressure is lost at ct/H² = 0.197 and nine
    tenths at 0.848, here after 25 and 108 days. At the start the layer knows its drain and the mirror image of that
    beyond the bottom,  p/p₀ = erf(z/δ) + erf((2H − z)/δ) − erf((2H + z)/δ),  δ = √(4ct),  to 10⁻¹². The sooner it is,
    the steeper is the pressure at the top, and the larger the network that is needed.

    Args: height H [m], mobility m, permeability over viscosity [m² Pa⁻¹ s⁻¹], stiffness M, the confined modulus [Pa],
    coupling α, Biot's coefficient, storage S [Pa⁻¹], load q [Pa], start, from 0.001 H²/c to 0.08 H²/c, and end of the
    time that is looked at [s]; all but α quantities.
    Returns: the benchmark; its quantities of interest are the share of the pressure that is lost at ct/H² = 0.197, or
    at the end if that is sooner, and the settlement at the end.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: K. Terzaghi, Erdbaumechanik, Deuticke, Wien 1925; coupled as by M. A. Biot, J. Appl. Phys. 12, 155 (1941).

    >>> [f"{item.reference:.4g~P}" for item in terzaghi().quantities]
    ['0.5003', '9.28 cm']
    """
    H, m, M, alpha, S = _ground(height, mobility, stiffness, coupling, storage)
    coupling = alpha
    q = require("load", load, "Pa", MATTER)
    rate = m / (S + alpha**2 / M) / H**2
    jumps, images = "earlier the pressure jumps at the top", "later the start has more than one mirror image"
    first = require("start", start, "s", jumps) * rate
    require("start·c/H²", first, "", jumps, low=1e-3, high=0.08, above=images)
    last = require("end", end, "s", "time goes on") * rate
    require("end·c/H²", last, "", "time goes on", low=first, high=5.0, above="time goes on, and later all is over")
    z, t = coordinates(z=(0 * height, height), t=(start, end))
    p, w = field("p", "kPa", of=(z, t)), field("w", "cm", of=(z, t))
    depth = Q(2 * H * first**0.5, "m")
    pressure = (coupling * load / (coupling**2 + storage * stiffness)).to("kPa")
    problem = Problem(
        Residual("storage", storage * d(p, t) + coupling * d(w, z, t) - mobility * d(p, z, z)),
        Residual("equilibrium", stiffness * d(w, z, z) - coupling * d(p, z)),
        Dirichlet(p, 0 * load, on=z.start),
        Neumann(p, 0 * load / height, on=z.end),
        Neumann(w, load / stiffness, on=z.start),
        Dirichlet(w, 0 * height, on=z.end),
        Initial(p, pressure * (erf(z / depth) + erf((2 * height - z) / depth) - erf((2 * height + z) / depth))),
    )
    roots = pi * (np.arange(int((40 / first) ** 0.5 / pi) + 2, dtype=np.float64) + 0.5)

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        held, below = _held(points[:, 0] / H, points[:, 1] * rate, roots)
        P = pressure.m_as("Pa")
        return {"p": P * held, "w": (q * (H - points[:, 0]) - alpha * P * H * below) / M}

    asked = min(0.197, last)
    return Benchmark(
        name="terzaghi",
        title="Terzaghi's consolidation: a layer of clay settles under a load as its water is pressed out",
        problem=problem,
        scales=Scales(z=height, t=Q(1 / rate, "s"), p=pressure, w=load * height / stiffness),
        quantities=(
            QuantityOfInterest(
                f"share of the pressure that is lost at ct/H² = {asked:.3g}",
                lambda solution: 1 - (solution.mean(p, t=Q(asked / rate, "s")) / pressure).to("dimensionless"),
                Q(1 - float((2 / roots**2 * np.exp(-asked * roots**2)).sum()), "dimensionless"),
                "exact series",
            ),
            QuantityOfInterest(
                "settlement at the end",
                lambda solution: solution(w, z=0 * height, t=end),
                Q(exact(np.array([[0.0, end.m_as("s")]]))["w"][0], "m").to("cm"),
                "exact series",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=2),
        sampling=Sampling(interior=1500),
        steps=300,
        citation="K. Terzaghi, Erdbaumechanik auf bodenphysikalischer Grundlage, Deuticke, Wien 1925",
        aim=1e-4,
    )


def _held(depth: Array, time: Array, roots: Array) -> tuple[Array, Array]:
    """p/p₀ at depths [H] and times [H²/c], and its integral from there to the bottom, from the roots Mₙ."""
    angles = np.outer(depth, roots)
    left = 2 / roots * np.exp(-np.outer(time, roots**2))
    return (left * np.sin(angles)).sum(1), (left / roots * np.cos(angles)).sum(1)
