"""Pipes in the ground."""

from __future__ import annotations

import numpy as np

from pinnln import (
    MLP,
    Ball,
    Benchmark,
    Dirichlet,
    Problem,
    PublishedError,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    Solution,
    coordinates,
    field,
    laplacian,
)
from pinnln.problems.pipes_reference import pipes_reference
from pinnln.problems.validity import COLDEST, EXTENT, MATTER, require, require_warmer, rounded
from pinnln.units import Q, Quantity


def poisson_with_holes(
    side: Quantity = Q("30 cm"),
    radius: Quantity = Q("3 cm"),
    offset: Quantity = Q("9 cm"),
    heat_conductivity: Quantity = Q("2 W/m/K"),
    ground: Quantity = Q(12, "degC"),
    brine: Quantity = Q(2, "degC"),
) -> Benchmark:
    """A square pile of concrete gives the heat of the ground to four pipes of cold brine:  ΔT = 0.

    On [−L/2, L/2]² less four disks of radius R at (±a, ±a);  T = T_g on the sides, T = T_b on the rims. The
    temperature is that of the brine near the pipes and of the ground near the corners; between the pipes, in the
    middle, it lies nearer to the brine. Between a pipe and the sides next to it the gradient is largest, and most heat
    flows there. In units of L and of T_g − T_b the defaults are the common test: R = 0.1, a = 0.3, one outside and
    zero on the disks.

    Args: side L [m]; radius R of the pipes, with R/L from 0.01 and gaps between pipes and to the sides of at least
    half of R; offset a of their centres from the middle lines [m]; heat_conductivity k of the concrete
    [W m⁻¹ K⁻¹]; temperatures of ground and brine [K or °C], not the same.
    Returns: the benchmark; its quantities of interest are the heat that the pipes take per metre of depth, and the
    temperature in the middle.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: Z. Hao et al., PINNacle, arXiv 2306.08827 (2023), Poisson2D_Classic, in dimensionless form. Reference by our
    own multipoles, which meet the conditions to 1e-12.

    >>> [f"{item.reference:.6g~P}" for item in poisson_with_holes().quantities]
    ['446.807 W/m', '277.486 K']
    """
    L = require("side", side, "m", EXTENT)
    R, a = require("radius", radius, "m", EXTENT), require("offset", offset, "m", "the pipes do not overlap")
    k = require("heat_conductivity", heat_conductivity, "W/m/K", "heat flows from warm to cold")
    warm, cold = require("ground", ground, "kelvin", COLDEST), require("brine", brine, "kelvin", COLDEST)
    dT = warm - cold
    require("the size of ground − brine", Q(abs(dT), "kelvin"), "kelvin", MATTER)
    require_warmer("|ground − brine|/ground", abs(dT), warm)
    _require_gaps(R / L, a / L)
    x, y = coordinates(x=(-side / 2, side / 2), y=(-side / 2, side / 2))
    T = field("T", "kelvin", of=(x, y))
    pipes = [
        Ball({x: i * offset, y: j * offset}, radius=radius, name=name)
        for name, i, j in (("north_east", 1, 1), ("north_west", -1, 1), ("south_west", -1, -1), ("south_east", 1, -1))
    ]
    problem = Problem(
        Residual("heat", heat_conductivity * laplacian(T)),
        Dirichlet(T, ground, on=[x.ends, y.ends]),
        Dirichlet(T, brine, on=pipes),
        without=pipes,
    )
    reference = pipes_reference(rounded(a / L), rounded(R / L))

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        return {"T": cold + dT * reference.values(points[:, 0] / L, points[:, 1] / L)}

    def taken(solution: Solution) -> Quantity:
        flows = [solution.integral(-heat_conductivity * pipe.outward_slope(T), on=pipe) for pipe in pipes]
        return sum(flows[1:], flows[0])

    return Benchmark(
        name="poisson_with_holes",
        title="A square pile of concrete gives the heat of the ground to four pipes",
        problem=problem,
        scales=Scales(x=side, y=side, T=(brine, Q(abs(dT), "delta_degC"))),
        quantities=(
            QuantityOfInterest(
                "heat that the pipes take", taken, Q(k * dT * reference.shape_factor, "W/m"), "our multipoles"
            ),
            QuantityOfInterest(
                "temperature in the middle",
                lambda solution: solution(T, x=0 * side, y=0 * side),
                Q(exact(np.zeros((1, 2)))["T"][0], "kelvin"),
                "our multipoles",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=3),
        sampling=Sampling(interior=2500, face=100),
        steps=200,
        citation="Z. Hao et al., PINNacle, arXiv 2306.08827 (2023)",
        reference="computed",
        accuracy=1e-10,
        aim=1e-4,
        published=(
            PublishedError(
                1.23e-2,
                "PINN, weights by the neural tangent kernel",
                "Z. Hao et al., PINNacle, arXiv 2306.08827 (2023), Poisson2D_Classic",
            ),
        ),
    )


def _require_gaps(radius: float, offset: float) -> None:
    """Nothing, if pipes of a radius and offset, in units of the side, lie as far apart as the reference asks for."""
    require("radius/side", radius, "", "the reference holds for pipes that are no wires", low=0.01 * (1 - 1e-9))
    why = "the reference holds for pipes that keep half of their radius from each other and from the sides"
    require("1.25 radius/offset", 1.25 * radius / offset, "", why, high=1 + 1e-9)
    require("offset/side", offset, "", "the pipes do not overlap", high=0.499, above="the pipes lie within the sides")
    require("1.5 radius/(side/2 − offset)", 1.5 * radius / (0.5 - offset), "", why, high=1 + 1e-9)
