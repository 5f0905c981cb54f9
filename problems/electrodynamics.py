"""Light in a box."""

from __future__ import annotations

import functools
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
    Solution,
    coordinates,
    d,
    field,
    sin,
)
from pinnln.problems.validity import EXTENT, FINE, MATTER, PHASE, require, require_count
from pinnln.units import Expression, Face, Q, Quantity


def maxwell_cavity_mode(
    length: Quantity = Q("10 cm"),
    width: Quantity = Q("8 cm"),
    amplitude: Quantity = Q("1 kV/m"),
    across: int = 1,
    up: int = 1,
    periods: float = 1.0,
) -> Benchmark:
    """A microwave stands in a box of metal, and its energy goes to and fro between electric and magnetic field.

    μ₀ ∂Hₓ/∂t = −∂E/∂y,   μ₀ ∂H_y/∂t = ∂E/∂x,   ε₀ ∂E/∂t = ∂H_y/∂x − ∂Hₓ/∂y,   E = 0 on the walls;
    E stands along the box, H lies across it. At the start E = E₀ sin(mπx/a) sin(nπy/b) and there is no magnetic field.
    Volts per metre and amperes per metre differ by the 377 Ω of empty space. After a quarter of a period all energy
    is magnetic, after a half the electric field is back with the other sign:
    E = E₀ sin(mπx/a) sin(nπy/b) cos ωt,   Hₓ = −E₀ (nπ/b)/(μ₀ω) sin(mπx/a) cos(nπy/b) sin ωt,
    H_y = E₀ (mπ/a)/(μ₀ω) cos(mπx/a) sin(nπy/b) sin ωt,   ω = πc √((m/a)² + (n/b)²).
    The defaults swing at 2.4 GHz, as a kitchen oven does; the mode is called TM₁₁₀.

    Args: length a and width b [m]; amplitude E₀ [V m⁻¹]; across m and up n, half waves along x and y; periods, how long
    it is followed, up to a thousand.
    Returns: the benchmark; its quantities of interest are the frequency, by Rayleigh's quotient of both fields at the
    end, ω² = c² ∫(ε₀|∇E|² + μ₀(∂H_y/∂x − ∂Hₓ/∂y)²) / ∫(ε₀E² + μ₀H²), and the density of energy there, which is that of
    the start: ε₀E₀²/8.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: J. D. Jackson, Classical Electrodynamics, 3rd ed., 1999, §8.7.

    >>> [f"{item.reference:.6g~P}" for item in maxwell_cavity_mode().quantities]
    ['2.39951 GHz', '1.10677 µJ/m³']
    """
    a, b = require("length", length, "m", EXTENT), require("width", width, "m", EXTENT)
    E0 = require("amplitude", amplitude, "V/m", MATTER)
    m, n = (require_count(name, count, MATTER, 1, 1000, FINE) for name, count in (("across", across), ("up", up)))
    periods = require("periods", periods, "", EXTENT, high=1000.0, above=PHASE)
    mu, eps = Q("1 vacuum_permeability").to("H/m"), Q("1 vacuum_permittivity").to("F/m")
    light, impedance = (1 / (mu * eps) ** 0.5).to("m/s"), ((mu / eps) ** 0.5).to("ohm")
    steep, high = m * pi / a, n * pi / b
    omega = light.m_as("m/s") * (steep**2 + high**2) ** 0.5
    frequency = (light / 2 * ((m / length) ** 2 + (n / width) ** 2) ** 0.5).to("GHz")
    x, y, t = coordinates(x=(0 * length, length), y=(0 * width, width), t=(Q("0 s"), periods / frequency))
    E = field("E", "V/m", of=(x, y, t))
    Hx, Hy = field("Hx", "A/m", of=(x, y, t)), field("Hy", "A/m", of=(x, y, t))
    problem = Problem(
        Residual("faraday_x", mu * d(Hx, t) + d(E, y)),
        Residual("faraday_y", mu * d(Hy, t) - d(E, x)),
        Residual("ampere", eps * d(E, t) - d(Hy, x) + d(Hx, y)),
        Dirichlet(E, 0 * amplitude, on=[x.ends, y.ends]),
        Initial(E, amplitude * sin(m * pi * x / length) * sin(n * pi * y / width)),
        Initial(Hx, 0 * amplitude / impedance),
        Initial(Hy, 0 * amplitude / impedance),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        place, height, phase = steep * points[:, 0], high * points[:, 1], omega * points[:, 2]
        H0 = E0 / (mu.m_as("H/m") * omega) * np.sin(phase)
        return {
            "E": E0 * np.sin(place) * np.sin(height) * np.cos(phase),
            "Hx": -H0 * high * np.sin(place) * np.cos(height),
            "Hy": H0 * steep * np.cos(place) * np.sin(height),
        }

    energy = eps / 2 * E**2 + mu / 2 * (Hx**2 + Hy**2)
    curls = eps / 2 * (d(E, x) ** 2 + d(E, y) ** 2) + mu / 2 * (d(Hy, x) - d(Hx, y)) ** 2
    swings = functools.partial(_swinging, light, curls, energy, t.end)
    magnetic = amplitude / impedance
    return Benchmark(
        name="maxwell_cavity_mode",
        title=f"A microwave of {frequency:.3g~P} stands in a box of metal",
        problem=problem,
        scales=Scales(x=length, y=length, t=length / light, E=amplitude, Hx=magnetic, Hy=magnetic),
        quantities=(
            QuantityOfInterest("frequency of the mode", swings, frequency, "exact solution"),
            QuantityOfInterest(
                "density of energy at the end",
                lambda solution: solution.mean(energy, on=t.end),
                (eps * amplitude**2 / 8).to("uJ/m^3"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=100, depth=1, activation="sin"),
        sampling=Sampling(interior=3000, face=100),
        steps=500,
        windows=2,
        patience=20,
        citation="J. D. Jackson, Classical Electrodynamics, 3rd ed., Wiley 1999, §8.7",
        aim=1e-6,
    )


def _swinging(light: Quantity, curls: Expression, energy: Expression, end: Face, solution: Solution) -> Quantity:
    """The frequency by Rayleigh's quotient  ω² = c² ∫ curls / ∫ energy  at the end."""
    found: Quantity = light / (2 * pi) * (solution.mean(curls, on=end) / solution.mean(energy, on=end)) ** 0.5
    return found.to("GHz")
