"""Sound of one frequency."""

from __future__ import annotations

from math import pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Problem,
    PublishedError,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    field,
    laplacian,
    sin,
)
from pinnln.problems.validity import EXTENT, FINE, MATTER, require, require_count
from pinnln.units import ProblemError, Q, Quantity


def helmholtz(
    half_width: Quantity = Q("1 m"),
    wavenumber: Quantity = Q("1 1/m"),
    pressure: Quantity = Q("1 Pa"),
    across: int = 1,
    up: int = 4,
) -> Benchmark:
    """Sound in a square box with soft walls is driven at one frequency:  Δp + k²p = q.

    p = 0 on all four sides of [−L, L]². The source q = (k² − (m² + n²)π²/L²) p drives m half waves from the middle to
    a side along x and n along y:  p = P sin(mπx/L) sin(nπy/L).  With (m, n) = (1, 4) and kL = 1 this is the common
    test Δu + u = (1 − 17π²) u: waves of different length along the two axes, which networks learn one after the
    other, the longer first.

    Args: half_width L [m]; wavenumber k [m⁻¹], which may not be a resonance of the box, k² = (i² + j²)π²/(4L²);
    pressure P [Pa], the amplitude; across m and up n, whole numbers.
    Returns: the benchmark; its quantity of interest is the pressure at a crest, P.
    Raises: ProblemError for an argument out of its range, and at a resonance, where the solution is not unique.
    Source: S. Wang, Y. Teng, P. Perdikaris, SIAM J. Sci. Comput. 43, A3055 (2021), in dimensionless form.

    >>> f"{helmholtz().quantities[0].reference:.4g~P}"
    '1 Pa'
    """
    L = require("half_width", half_width, "m", EXTENT)
    k = require("wavenumber", wavenumber, "1/m", "a wave has a length")
    P = require("pressure", pressure, "Pa", MATTER)
    m, n = (require_count(name, value, MATTER, 1, 1000, FINE) for name, value in (("across", across), ("up", up)))
    require("wavenumber·half_width", k * L, "", "a wave has a length", high=1000.0, above=FINE)
    _refuse_resonance(k * L)
    x, y = coordinates(x=(-1 * half_width, half_width), y=(-1 * half_width, half_width))
    p = field("p", "Pa", of=(x, y))
    drive = wavenumber**2 - (m**2 + n**2) * pi**2 / half_width**2
    shape = sin(m * pi * x / half_width) * sin(n * pi * y / half_width)
    problem = Problem(
        Residual("sound", laplacian(p) + wavenumber**2 * p - drive * pressure * shape),
        Dirichlet(p, 0 * pressure, on=[x.ends, y.ends]),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        place = pi * points / L
        return {"p": P * np.sin(m * place[:, 0]) * np.sin(n * place[:, 1])}

    return Benchmark(
        name="helmholtz",
        title="Sound in a square box with soft walls is driven at one frequency",
        problem=problem,
        scales=Scales(x=half_width, y=half_width, p=pressure),
        quantities=(
            QuantityOfInterest(
                "pressure at a crest",
                lambda solution: solution(p, x=half_width / (2 * m), y=half_width / (2 * n)),
                Q(P, "Pa"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=3),
        sampling=Sampling(interior=2000, face=100),
        steps=600,
        citation="S. Wang, Y. Teng, P. Perdikaris, SIAM J. Sci. Comput. 43 (2021) A3055-A3081",
        aim=1e-6,
        published=(
            PublishedError(5.8e-6, "residual-based attention, Fourier features", "github.com/soanagno/rba-pinns"),
        ),
    )


def _refuse_resonance(reduced: float) -> None:
    """Raises ProblemError where kL is that of a standing wave in the box."""
    square = (2 * reduced / pi) ** 2
    for i in range(1, int(square**0.5) + 2):
        j = round(max(square - i**2, 1.0) ** 0.5)
        if abs(i**2 + j**2 - square) < 1e-6 * square:
            raise ProblemError(
                f"wavenumber = {reduced:.6g}/half_width: expected one that is no resonance, since the standing wave "
                f"({i}, {j}) of the box could be added to any solution; change it by a little"
            )
