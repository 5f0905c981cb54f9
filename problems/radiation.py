"""Heat that is lost as light."""

from __future__ import annotations

import functools
from typing import Any

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
    constant,
    coordinates,
    d,
    field,
)
from pinnln.problems.newton_method import newton
from pinnln.problems.two_point_reference import Line
from pinnln.problems.validity import COLDEST, EXTENT, require, rounded
from pinnln.units import Q, Quantity

_TERMS = 64


def radiating_fin(
    length: Quantity = Q("30 cm"),
    thickness: Quantity = Q("2 mm"),
    heat_conductivity: Quantity = Q("167 W/m/K"),
    emissivity: float = 0.85,
    base: Quantity = Q(60, "degC"),
    surroundings: Quantity = Q("180 K"),
) -> Benchmark:
    """A fin in space carries heat outwards and loses it from both of its faces as light.

    kδ d²T/dx² = 2εσ (T⁴ − Tₑ⁴),   T = T_b at the base x = 0,   dT/dx = 0 at the tip x = L.
    Near the base the fin is hot and radiates most; the gradient fades toward the tip. In units of T_b and L the one
    number that counts is  N = 2εσT_b³L²/(kδ),  radiation over conduction: below 0.1 the fin is as warm as its base and
    fully used, above 10 its outer part is cold weight. The defaults are a panel of aluminium 6061, painted white, of a
    satellite in the light of the earth: N = 0.96.

    Args: length L [m]; thickness δ [m]; heat_conductivity k [W m⁻¹ K⁻¹]; emissivity ε of its faces, up to 1; base T_b
    [K], warmer than surroundings Tₑ [K], the temperature that the fin would have alone.
    Returns: the benchmark; its quantities of interest are the heat that leaves the base per metre of its width, and the
    temperature of the tip.
    Raises: ProblemError for an argument out of its range, or N above 100, UnitsError for one of another dimension.
    Source: J. G. Bartas, W. H. Sellers, J. Heat Transfer 82 (1960) 73-75. Reference by our own Chebyshev series.

    >>> [f"{item.reference:.6g~P}" for item in radiating_fin().quantities]
    ['174.787 W/m', '268.351 K']
    """
    L, k = require("length", length, "m", EXTENT), require("heat_conductivity", heat_conductivity, "W/m/K", _DOWNHILL)
    thick = require("thickness", thickness, "m", "a fin has an extent")
    black = "no surface radiates more than a black one"
    emissivity = require("emissivity", emissivity, "", "a surface that is not a mirror radiates", high=1.0, above=black)
    Tb, Te = require("base", base, "kelvin", COLDEST), require("surroundings", surroundings, "kelvin", COLDEST)
    require("base − surroundings", Q(Tb - Te, "kelvin"), "kelvin", "heat flows from the base into space")
    sigma = Q("1 stefan_boltzmann_constant").to("W/m^2/K^4")
    N = 2 * emissivity * sigma.m_as("W/m^2/K^4") * Tb**3 * L**2 / (k * thick)
    even = "below it the fin is as warm as its base"
    long = "beyond it the fin is cold before its tip, and a shorter one does"
    require("2εσT³L²/(kδ)", N, "", even, low=1e-3, high=100.0, above=long)
    require("1 − surroundings/base", 1 - Te / Tb, "", "what radiates as much as it takes in keeps its heat", low=1e-3)
    (x,) = coordinates(x=(0 * length, length))
    T = field("T", "kelvin", of=(x,))
    cold = constant("surroundings", surroundings.to("kelvin"))
    radiated = 2 * constant("emissivity", emissivity) * (sigma * (T**4 - cold**4))
    problem = Problem(
        Residual("heat", heat_conductivity * (thickness * d(T, x, x)) - radiated),
        Dirichlet(T, base, on=x.start),
        Neumann(T, Q("0 K/m"), on=x.end),
    )
    profile = fin_profile(rounded(N), rounded(Te / Tb))

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        return {"T": Tb * (Line(_TERMS).rows(points[:, 0] / L, 0) @ profile)}

    return Benchmark(
        name="radiating_fin",
        title="A fin in space carries heat outwards and loses it as light",
        problem=problem,
        scales=Scales(x=length, T=(surroundings, Q(Tb - Te, "delta_degC"))),
        quantities=(
            QuantityOfInterest(
                "heat that leaves the base",
                lambda solution: solution(-heat_conductivity * thickness * d(T, x), x=0 * length),
                Q(-k * thick * Tb / L * profile[1], "W/m"),
                "our Chebyshev series",
            ),
            QuantityOfInterest(
                "temperature of the tip",
                lambda solution: solution(T, x=length),
                Q(exact(np.array([[L]]))["T"][0], "kelvin"),
                "our Chebyshev series",
            ),
        ),
        exact=exact,
        network=MLP(width=12, depth=2),
        sampling=Sampling(interior=256, face=1),
        steps=60,
        citation="J. G. Bartas, W. H. Sellers, J. Heat Transfer 82 (1960) 73-75",
        reference="computed",
        accuracy=1e-11,
        aim=1e-5,
    )


_DOWNHILL = "heat flows from warm to cold"


@functools.cache
def fin_profile(radiation: float, surroundings: float, count: int = _TERMS) -> np.ndarray[Any, Any]:
    """The fin in units of its base and its length:  θ″ = N (θ⁴ − θₑ⁴),  θ(0) = 1,  θ′(1) = 0.

    Args: radiation N; surroundings θₑ; count of terms.
    Returns: θ as a function of Line(count).
    Raises: ArithmeticError if Newton's method does not converge.
    """
    line = Line(count)
    value, bend = line.rows(line.points, 0), line.rows(line.points, 2)
    ends = np.vstack([line.rows(np.array([0.0]), 0), line.rows(np.array([1.0]), 1)])

    def system(state: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        theta = value @ state
        inside = bend @ state - radiation * (theta**4 - surroundings**4)
        slope = bend - 4 * radiation * theta[:, None] ** 3 * value
        return np.concatenate([inside, ends @ state - [1.0, 0.0]]), np.vstack([slope, ends])

    start = np.zeros(count + 2)
    start[0] = 1.0
    return newton(system, start)
