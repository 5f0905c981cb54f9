"""A wave that steepens until viscosity holds it."""

from __future__ import annotations

from math import pi

import numpy as np
from numpy.typing import NDArray
from scipy.special import roots_hermite

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Initial,
    Problem,
    PublishedError,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    d,
    field,
    sin,
)
from pinnln.problems.validity import EXTENT, FOLLOWED, MATTER, require
from pinnln.units import Q, Quantity

_NODES, _MORE = 160, 400
_CHUNK = 4096


def burgers(
    half_width: Quantity = Q("1 m"),
    speed: Quantity = Q("1 m/s"),
    viscosity: Quantity = Q(0.01 / pi, "m^2/s"),
    duration: Quantity = Q("1 s"),
) -> Benchmark:
    """Two streams run into each other and a shock stands between them:  ∂u/∂t + u ∂u/∂x = ν ∂²u/∂x².

    u = −U sin(πx/L) at the start, u = 0 at x = ±L. The crest of the left half and the trough of the right half
    approach each other; about t = L/(πU) a layer of width ν/U forms at x = 0, steepest at t = 0.51 L/U, and then
    decays. In units of L and U the only number is ν/(UL): the defaults are the common hard case 0.01/π. The case 0.01
    found in some tables is another, easier problem: viscosity=Q("0.01 m^2/s").

    Args: half_width L [m]; speed U [m s⁻¹]; viscosity ν [m² s⁻¹], with ν/(UL) above 0.001; duration [s],
    up to 4 L/U and 3 L²/(π²ν).
    Returns: the benchmark; its quantity of interest is the velocity at x = L/2 at half of the duration.
    Raises: ProblemError for an argument out of its range.
    Source: C. Basdevant et al., Comput. Fluids 14, 23 (1986); reference by the Cole-Hopf transformation, E. Hopf,
    Comm. Pure Appl. Math. 3, 201 (1950), exact to 1e-12.

    >>> f"{burgers().quantities[0].reference:.12f~P}"
    '-0.592769534402 m/s'
    """
    L = require("half_width", half_width, "m", EXTENT)
    U = require("speed", speed, "m/s", MATTER)
    nu = require("viscosity", viscosity, "m^2/s", "friction takes energy away and cannot give it")
    T = require("duration", duration, "s", EXTENT)
    why = "the reference is not computed for thinner shocks"
    require("viscosity/(speed·half_width)", nu / (U * L), "", why, low=1e-3)
    crossed, faded = U * T / L, pi**2 * nu * T / L**2
    require("speed·duration/half_width", crossed, "", EXTENT, high=4.0, above=FOLLOWED)
    require("π²·viscosity·duration/half_width²", faded, "", EXTENT, high=3.0, above=FOLLOWED)
    nodes = _NODES if max(crossed, faded) <= 1.0 + 1e-9 else _MORE
    x, t = coordinates(x=(-1 * half_width, half_width), t=(0 * duration, duration))
    u = field("u", "m/s", of=(x, t))
    problem = Problem(
        Residual("momentum", d(u, t) + u * d(u, x) - viscosity * d(u, x, x)),
        Dirichlet(u, 0 * speed, on=x.ends),
        Initial(u, -1 * speed * sin(pi * x / half_width)),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        return {"u": U * _cole_hopf(points[:, 0] / L, points[:, 1] * U / L, nu / (U * L), nodes)}

    return Benchmark(
        name="burgers",
        title="Two streams run into each other and a shock stands between them",
        problem=problem,
        scales=Scales(x=half_width, t=half_width / speed, u=speed),
        quantities=(
            QuantityOfInterest(
                "velocity at x = L/2 at half time",
                lambda solution: solution(u, x=half_width / 2, t=duration / 2),
                Q(exact(np.array([[L / 2, T / 2]]))["u"][0], "m/s"),
                "Cole-Hopf transformation by Gauss-Hermite quadrature",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=4),
        sampling=Sampling(interior=2500, face=100),
        steps=450,
        citation="C. Basdevant et al., Comput. Fluids 14 (1986) 23-41",
        aim=1e-6,
        published=(
            PublishedError(1.62e-8, "SSBroyden, 8 × 20; others quote it as 1.62e-6", "arXiv 2501.16371"),
            PublishedError(4.0e-5, "SOAP, PirateNet", "arXiv 2502.00604"),
            PublishedError(6.7e-4, "L-BFGS", "M. Raissi et al., J. Comput. Phys. 378 (2019) 686-707"),
            PublishedError(1.45e-2, "best of PINNacle, Adam", "arXiv 2306.08827"),
        ),
    )


def _cole_hopf(x: NDArray[np.float64], t: NDArray[np.float64], nu: float, nodes: int) -> NDArray[np.float64]:
    """u = −∫ sin π(x − η) w dη / ∫ w dη,  w = exp(−cos π(x − η)/(2πν) − η²/(4νt)), dimensionless.

    By Gauss-Hermite quadrature in η = 2√(νt) z; of the exponents at the nodes the largest is taken away first.
    """
    z, weights = roots_hermite(nodes)
    found = []
    for place, time in zip(*(np.split(item, range(_CHUNK, len(item), _CHUNK)) for item in (x, t)), strict=True):
        angle = pi * (place[:, None] - 2 * np.sqrt(nu * time)[:, None] * z)
        exponent = -np.cos(angle) / (2 * pi * nu)
        w = weights * np.exp(exponent - exponent.real.max(1, keepdims=True))
        found.append(-(np.sin(angle) * w).sum(1) / w.sum(1))
    return np.concatenate(found)
