"""What swings."""

from __future__ import annotations

from math import pi

import numpy as np

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
from pinnln.problems.validity import EXTENT, MATTER, PHASE, require
from pinnln.units import Q, Quantity


def wave(
    length: Quantity = Q("1 m"),
    speed: Quantity = Q("2 m/s"),
    amplitude: Quantity = Q("1 mm"),
    duration: Quantity = Q("1 s"),
) -> Benchmark:
    """A plucked string swings in two of its modes:  ∂²u/∂t² = c² ∂²u/∂x².

    u = 0 at both ends; at the start u = A (sin(πx/L) + ½ sin(4πx/L)) and the string is at rest. Nothing is lost: each
    mode keeps its amplitude, the fourth swings four times as fast as the first, and the shape comes back after the
    time 2L/c:  u = A (sin(πx/L) cos(πct/L) + ½ sin(4πx/L) cos(4πct/L)).

    Args: length L [m], speed c of waves on the string [m s⁻¹], amplitude A [m], duration [s], all quantities.
    Returns: the benchmark; its quantity of interest is twice the energy over the mass at the end, the mean of
    (∂u/∂t)² + c² (∂u/∂x)² along the string, which is that of the start: (5/2) π²c²A²/L².
    Raises: ProblemError for an argument that is not above zero.
    Source: S. Wang, X. Yu, P. Perdikaris, J. Comput. Phys. 449, 110768 (2022), in dimensionless form with c = 2.

    >>> f"{wave().quantities[0].reference:.4g~P}"
    '98.7 mm²/s²'
    """
    L = require("length", length, "m", EXTENT)
    c = require("speed", speed, "m/s", "a string under tension carries waves both ways")
    A = require("amplitude", amplitude, "m", MATTER)
    crossed = require("duration", duration, "s", EXTENT) * c / L
    require("speed·duration/length", crossed, "", EXTENT, high=1000.0, above=PHASE)
    x, t = coordinates(x=(0 * length, length), t=(0 * duration, duration))
    u = field("u", "mm", of=(x, t))
    problem = Problem(
        Residual("motion", d(u, t, t) - speed**2 * d(u, x, x)),
        Dirichlet(u, 0 * amplitude, on=x.ends),
        Initial(u, amplitude * (sin(pi * x / length) + 0.5 * sin(4 * pi * x / length))),
        Initial(d(u, t), 0 * amplitude / duration),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        place, phase = pi * points[:, 0] / L, pi * c * points[:, 1] / L
        first, fourth = np.sin(place) * np.cos(phase), np.sin(4 * place) * np.cos(4 * phase)
        return {"u": A * (first + 0.5 * fourth)}

    energy = d(u, t) ** 2 + speed**2 * d(u, x) ** 2
    return Benchmark(
        name="wave",
        title="A plucked string swings in two of its modes",
        problem=problem,
        scales=Scales(x=length, t=length / speed, u=amplitude),
        quantities=(
            QuantityOfInterest(
                "twice the energy over the mass at the end",
                lambda solution: solution.mean(energy, on=t.end),
                Q(2.5 * (pi * c * A / L) ** 2, "m^2/s^2").to("mm^2/s^2"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=3, activation="sin"),
        sampling=Sampling(interior=2500, face=100),
        steps=400,
        windows=2,
        citation="S. Wang, X. Yu, P. Perdikaris, J. Comput. Phys. 449 (2022) 110768",
        aim=1e-6,
        published=(
            PublishedError(1e-12, "BWLer, polynomials for a network, about", "J. Liu et al., arXiv 2506.23024"),
            PublishedError(9.79e-2, "best of PINNacle, tangent-kernel weights", "arXiv 2306.08827"),
        ),
    )
