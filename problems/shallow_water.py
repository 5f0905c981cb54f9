"""Long waves on shallow water."""

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
    cos,
    d,
    field,
)
from pinnln.problems.fourier_reference import korteweg_de_vries_reference
from pinnln.problems.validity import EXTENT, FOLLOWED, MATTER, require, rounded
from pinnln.units import Q, Quantity

_LINE = 801


def korteweg_de_vries(
    depth: Quantity = Q("1 m"),
    height: Quantity = Q("10 cm"),
    gravity: Quantity = Q("9.81 m/s^2"),
    dispersion: float = 0.022,
    duration: Quantity | None = None,
) -> Benchmark:
    """A long wave on shallow water steepens and breaks up into solitons.

    ∂η/∂t + (3c/2h) η ∂η/∂x + (ch²/6) ∂³η/∂x³ = 0,   c = √(gh),   seen by who walks along with the speed c.
    η is how far the water stands above its depth h; the start is η = A cos(πx/L), and value and slope agree at x = ±L.
    High water runs with the speed U = 3cA/2h faster than low water, so that the front of the wave grows steep within
    the time L/(πU). Then dispersion, by which short waves lag behind, parts it into solitary waves; the higher they
    are, the faster and narrower, and they pass through each other unchanged. In units of A, L and L/U the only
    number is δ² = h³/(9AL²): the defaults are the common test, δ = 0.022, in which L is 48 m.

    Args: depth h [m]; height A of the wave, less than half of the depth [m]; gravity g [m s⁻²]; dispersion δ, from 0.02
    to 0.3, of which the length 2L follows; duration, up to 4 L/U [s]; L/U unless given.
    Returns: the benchmark; its quantities of interest at the end are the height of the highest crest, and the mean of
    η², which is that of the start, ½A².
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: D. J. Korteweg, G. de Vries, Phil. Mag. 39, 422 (1895); N. J. Zabusky, M. D. Kruskal, Phys. Rev. Lett. 15,
    240 (1965), in dimensionless form. Reference by our own Fourier series: with half of the step in time it differs by
    less than 1e-8.

    >>> [f"{item.reference:.4g~P}" for item in korteweg_de_vries().quantities]
    ['23.98 cm', '0.005 m²']
    """
    A, dispersion = _wave(depth, height, gravity, dispersion)
    length = (depth / (3 * dispersion) * (depth / height) ** 0.5).to("m")
    still = ((gravity * depth) ** 0.5).to("m/s")
    speed = 1.5 * still * height / depth
    steepening, spreading = (1.5 * still / depth).to("1/s"), (still * depth**2 / 6).to("m^3/s")
    duration = length / speed if duration is None else duration
    T = require("duration", duration, "s", EXTENT) / (length / speed).m_as("s")
    require("duration·speed/length", T, "", "nothing happens sooner", low=1e-4, high=4.0, above=FOLLOWED)
    L, crossing = length.m_as("m"), (length / speed).m_as("s")
    x, t = coordinates(x=(-1 * length, length), t=(0 * duration, duration))
    eta = field("eta", "cm", of=(x, t))
    problem = Problem(
        Residual("mass", d(eta, t) + steepening * eta * d(eta, x) + spreading * d(eta, x, x, x)),
        Periodic(eta, on=x.ends),
        Initial(eta, height * cos(pi * x / length)),
    )
    reference = korteweg_de_vries_reference(rounded(dispersion), rounded(T))

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        return {"eta": A * reference(points[:, 0] / L, points[:, 1] / crossing)}

    line = np.linspace(-1, 1, _LINE)
    last = exact(np.stack([L * line, np.full(_LINE, T * crossing)], axis=1))["eta"]
    return Benchmark(
        name="korteweg_de_vries",
        title="A long wave on shallow water breaks up into solitons",
        problem=problem,
        scales=Scales(x=length, t=length / speed, eta=height),
        quantities=(
            QuantityOfInterest(
                "highest crest at the end",
                lambda solution: solution(eta, x=length * line, t=duration).max(),
                Q(last.max(), "m").to("cm"),
                "our Fourier series with exponential time steps",
            ),
            QuantityOfInterest(
                "mean of η² at the end",
                lambda solution: solution.mean(eta**2, on=t.end),
                Q(A**2 / 2, "m^2"),
                "it is kept",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=3),
        sampling=Sampling(interior=2000),
        steps=60,
        windows=12,
        citation="N. J. Zabusky, M. D. Kruskal, Phys. Rev. Lett. 15 (1965) 240-243",
        reference="computed",
        accuracy=1e-6,
        aim=1e-3,
        published=(
            PublishedError(2.8e-4, "Scale-PINN", "P.-H. Chiu et al., arXiv 2602.19475"),
            PublishedError(4.3e-4, "PirateNet", "github.com/PredictiveIntelligenceLab/jaxpi"),
            PublishedError(2.0e-3, "jaxpi", "github.com/PredictiveIntelligenceLab/jaxpi"),
        ),
    )


def _wave(depth: Quantity, height: Quantity, gravity: Quantity, dispersion: float) -> tuple[float, float]:
    """The height [m] and the dispersion of a wave that has a reference."""
    h = require("depth", depth, "m", EXTENT)
    deep = "the water must not be moved down to its ground"
    A = require("height", height, "m", MATTER, high=h / 2, above=deep)
    require("gravity", gravity, "m/s^2", "gravity drives the wave")
    thin, fast = "the reference does not resolve narrower waves", "ripples of wider waves run too fast for its times"
    return A, require("dispersion", dispersion, "", thin, low=0.02 - 1e-9, high=0.3, above=fast)
