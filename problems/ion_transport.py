"""Ions that diffuse and drift in the potential that they make themselves."""

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
    coordinates,
    d,
    field,
)
from pinnln.problems.electrolyte import FARADAY, debye_length, thermal_voltage
from pinnln.problems.membrane_reference import MembraneReference, membrane_reference
from pinnln.problems.validity import EXTENT, require
from pinnln.units import Q, Quantity


def nernst_planck_poisson(
    thickness: Quantity = Q("1 um"),
    voltage: Quantity = Q("100 mV"),
    concentration: Quantity = Q("0.01 mol/m^3"),
    at_membrane: Quantity = Q("0.03 mol/m^3"),
    diffusivity: Quantity = Q("2e-9 m^2/s"),
    temperature: Quantity = Q("298.15 K"),
    permittivity: Quantity = Q("695 pF/m"),
) -> Benchmark:
    """Very pure water with a trace of salt before a membrane that lets only its positive ions through.

    ∂/∂x D (∂c₊/∂x + F c₊/RT ∂φ/∂x) = 0,   ∂/∂x D (∂c₋/∂x − F c₋/RT ∂φ/∂x) = 0,   ε ∂²φ/∂x² + F (c₊ − c₋) = 0.
    At x = 0 begins the well-stirred reservoir, c₊ = c₋ = c and φ = 0. At the membrane, x = L, φ = −V, the fixed charges
    of the membrane hold c₊, and no negative ion passes. Ions are counted in mol m⁻³ s⁻¹, charge in C m⁻³. A current of
    positive ions thins the salt out on its way, and within some of Debye's lengths √(εRT/(2cF²)), here 96 nm, the
    membrane gathers a cloud of positive ions. As long as the layer is neutral not more passes than 2FDc/L; the cloud, a
    tenth of the layer here, lets more than that through at 150 mV. The negative ions stand still, in Boltzmann's
    balance:  c₋ = c e^(Fφ/RT).

    Args: thickness L of the layer [m], from 2 to 12 of Debye's lengths; voltage V [V], up to 6 RT/F; concentration c in
    the reservoir, at_membrane that of positive ions [mol m⁻³], from c/10 to 10 c; diffusivity D of both ions [m² s⁻¹];
    temperature T [K]; permittivity ε [F m⁻¹].
    Returns: the benchmark; its quantities of interest are the current density over 2FDc/L, and the concentration of
    negative ions at the membrane.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: I. Rubinstein, L. Shtilman, J. Chem. Soc. Faraday Trans. 2 75, 231 (1979); reference from our own Chebyshev
    solution.

    >>> [f"{item.reference:.4g~P}" for item in nernst_planck_poisson().quantities]
    ['0.9829', '0.000204 mol/m³']
    """
    T = require("temperature", temperature, "kelvin", "ions that do not move about carry no current")
    require("diffusivity", diffusivity, "m^2/s", "what diffuses evens out")
    faraday, thermal = FARADAY, thermal_voltage(T)
    L, volt = require("thickness", thickness, "m", EXTENT), thermal.m_as("V")
    c = require("concentration", concentration, "mol/m^3", "without ions there is no current")
    reference = _reference(L, voltage, c, at_membrane, volt, permittivity)
    (x,) = coordinates(x=(0 * thickness, thickness))
    c_p, c_n = field("c_p", "mol/m^3", of=(x,)), field("c_n", "mol/m^3", of=(x,))
    phi = field("phi", "mV", of=(x,))
    drop = -1 * voltage.to("mV")
    with_field, against = d(c_p, x) + c_p * d(phi, x) / thermal, d(c_n, x) - c_n * d(phi, x) / thermal
    problem = Problem(
        Residual("positive ions", diffusivity * d(with_field, x)),
        Residual("negative ions", diffusivity * d(against, x)),
        Residual("charge", permittivity * d(phi, x, x) + (c_p - c_n) * faraday),
        Dirichlet(c_p, concentration, on=x.start),
        Dirichlet(c_n, concentration, on=x.start),
        Dirichlet(phi, 0 * voltage, on=x.start),
        Dirichlet(c_p, at_membrane, on=x.end),
        Dirichlet(phi, drop, on=x.end),
        Neumann(c_n, c_n * d(phi, x) / thermal, on=x.end),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        positive, negative, potential = reference.fields(points[:, 0] / L)
        return {"c_p": c * positive, "c_n": c * negative, "phi": volt * potential}

    return Benchmark(
        name="nernst_planck_poisson",
        title="A trace of salt before a membrane that lets only positive ions through",
        problem=problem,
        scales=Scales(x=thickness, c_p=concentration, c_n=concentration, phi=thermal),
        quantities=(
            QuantityOfInterest(
                "current density over 2FDc/L",
                lambda solution: (solution(-with_field, x=thickness / 2) * thickness / 2 / concentration).to(""),
                Q(reference.current / 2, "dimensionless"),
                "our Chebyshev solution",
            ),
            QuantityOfInterest(
                "negative ions at the membrane",
                lambda solution: solution(c_n, x=thickness),
                Q(c * float(reference.negative(1.0)), "mol/m^3"),
                "our Chebyshev solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=2),
        sampling=Sampling(interior=400, face=1),
        steps=400,
        citation="I. Rubinstein, L. Shtilman, J. Chem. Soc., Faraday Trans. 2 75 (1979) 231-246",
        reference="computed",
        accuracy=1e-9,
        aim=1e-5,
    )


def _reference(
    thickness: float,
    voltage: Quantity,
    c: float,
    at_membrane: Quantity,
    thermal: float,
    permittivity: Quantity,
) -> MembraneReference:
    """The Chebyshev solution for the numbers without a unit that matter, of arguments that are in its range."""
    held = require("at_membrane", at_membrane, "mol/m^3", "the membrane is charged")
    eps = require("permittivity", permittivity, "F/m", "like charges repel each other")
    pulls = "it pulls positive ions to the membrane"
    strong = f"{pulls}, and the reference is computed up to there"
    across = require("voltage", voltage, "V", pulls) / thermal
    require("voltage·F/RT", across, "", "weaker it is lost beside thermal motion", low=1e-3, high=6.0, above=strong)
    ratio = held / c
    weak, steep = "a weaker membrane holds no ions", "beyond it its cloud is steep"
    require("at_membrane/concentration", ratio, "", weak, low=0.1, high=10.0, above=steep)
    thick = thickness / debye_length(eps, thermal, c)
    near = "the reservoir is neutral"
    far = "the reservoir is so far that the cloud at the membrane is thinner than L/12"
    require("thickness/Debye's length", thick, "", near, low=2.0, high=12.0, above=far)
    return membrane_reference(round(across, 12), round(ratio, 12), round(1 / thick, 12))
