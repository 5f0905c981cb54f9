"""What a stream carries along."""

from __future__ import annotations

from math import pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Initial,
    Periodic,
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
from pinnln.problems.validity import EXTENT, MATTER, PHASE, require
from pinnln.units import Q, Quantity


def advection(
    radius: Quantity = Q("1 m"),
    speed: Quantity = Q("40 m/s"),
    concentration: Quantity = Q("1 g/m^3"),
    duration: Quantity = Q("1 s"),
) -> Benchmark:
    """A tracer goes round a ring with the stream and keeps its shape:  ∂c/∂t + β ∂c/∂x = 0.

    x ∈ [0, 2πR] is the way around the ring, where value and slope agree at both ends. The start is a sine, measured
    from the mean concentration:  c = C sin(x/R),  later  c = C sin((x − βt)/R).  In units of R and of the duration
    the defaults are the common test with β = 40. The crest passes every point six times, and a network that forgets
    the start settles for zero; β = 30, 50 and 100 are used as well.

    Args: radius R [m], speed β [m s⁻¹], concentration C [kg m⁻³], duration [s], all quantities.
    Returns: the benchmark; its quantity of interest is the concentration where the crest must be at the end.
    Raises: ProblemError for an argument that is not above zero.
    Source: A. S. Krishnapriyan et al., Characterizing possible failure modes in physics-informed neural networks,
    NeurIPS 34 (2021), in dimensionless form.

    >>> f"{advection().quantities[0].reference:.4g~P}"
    '1 g/m³'
    """
    R = require("radius", radius, "m", EXTENT)
    beta = require("speed", speed, "m/s", "the stream goes round in the sense of x")
    C = require("concentration", concentration, "kg/m^3", MATTER)
    T = require("duration", duration, "s", EXTENT)
    require("speed·duration/radius", beta * T / R, "", EXTENT, high=6000.0, above=PHASE)
    x, t = coordinates(x=(0 * radius, 2 * pi * radius), t=(0 * duration, duration))
    c = field("c", "g/m^3", of=(x, t))
    problem = Problem(
        Residual("transport", d(c, t) + speed * d(c, x)),
        Periodic(c, on=x.ends),
        Initial(c, concentration * sin(x / radius)),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        return {"c": C * np.sin((points[:, 0] - beta * points[:, 1]) / R)}

    crest = (pi / 2 + beta * T / R) % (2 * pi)
    return Benchmark(
        name="advection",
        title="A tracer goes round a ring with the stream and keeps its shape",
        problem=problem,
        scales=Scales(x=radius, t=radius / speed, c=concentration),
        quantities=(
            QuantityOfInterest(
                "concentration at the crest at the end",
                lambda solution: solution(c, x=crest * radius, t=duration),
                Q(C, "kg/m^3").to("g/m^3"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=3, activation="sin"),
        sampling=Sampling(interior=1500, face=100),
        steps=40,
        windows=10,
        citation="A. S. Krishnapriyan, A. Gholami, S. Zhe, R. Kirby, M. W. Mahoney, NeurIPS 34 (2021)",
        aim=1e-6,
        published=(
            PublishedError(1e-12, "BWLer, polynomials for a network, about", "J. Liu et al., arXiv 2506.23024"),
            PublishedError(1.9e-3, "Adam, L-BFGS, NNCG", "P. Rathore et al., Int. Conf. Machine Learning (2024)"),
        ),
    )
