"""Flow whose vortex lines are its streamlines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Initial,
    Pin,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    cos,
    d,
    exp,
    field,
    laplacian,
    sin,
)
from pinnln.problems.validity import EXTENT, FADED, MATTER, require
from pinnln.units import Expression, Field, Q, Quantity


def beltrami(
    side: Quantity = Q("2 cm"),
    speed: Quantity = Q("10 cm/s"),
    viscosity: Quantity = Q("1000 mm^2/s"),
    density: Quantity = Q("1260 kg/m^3"),
    duration: Quantity = Q("0.1 s"),
) -> Benchmark:
    """Glycerine winds through a cube in helices and is brought to rest by friction: all of Navier and Stokes at once.

    ∇·u = 0,   ∂u/∂t + u·∇u = −∇p/ρ + ν Δu,   on [−ℓ, ℓ]³.
    The vorticity is parallel to the velocity, so what the flow carries along is a gradient and the pressure balances
    it:  u = −U (e^(x/ℓ) sin((y+z)/ℓ) + e^(z/ℓ) cos((x+y)/ℓ)) e^(−νt/ℓ²),  v and w by the rotation x → y → z → x,
    p = −½ρU² (Σ e^(2x/ℓ) + 2 Σ sin((x+y)/ℓ) cos((x+z)/ℓ) e^((y+z)/ℓ)) e^(−2νt/ℓ²), sums over the rotation. All terms
    are of one size, none vanishes, and all fields grow fast towards a corner. The velocity is given on all six sides
    and at the start, the pressure in the middle at all times. By default Re = Uℓ/ν is 1, as with Ethier and Steinman.

    Args: side 2ℓ of the cube [m]; speed U [m s⁻¹]; viscosity ν [m² s⁻¹]; density ρ [kg m⁻³]; duration
    [s]; all quantities.
    Returns: the benchmark; its quantities of interest are the velocity in the middle at the end, and the pressure at
    the middle of a side then.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: C. R. Ethier, D. A. Steinman, Int. J. Numer. Methods Fluids 19, 369 (1994), with a = d = 1/ℓ.

    >>> [f"{item.reference:.5g~P}" for item in beltrami().quantities]
    ['-36.788 mm/s', '-12.681 Pa']
    """
    ell = require("side", side, "m", EXTENT) / 2
    U = require("speed", speed, "m/s", MATTER)
    nu = require("viscosity", viscosity, "m^2/s", "friction takes energy away and cannot give it")
    rho = require("density", density, "kg/m^3", "a fluid has mass")
    faded = nu * require("duration", duration, "s", EXTENT) / ell**2
    require("viscosity·duration/(side/2)²", faded, "", EXTENT, high=15.0, above=FADED)
    length, cube = side / 2, (-side / 2, side / 2)
    x, y, z, t = coordinates(x=cube, y=cube, z=cube, t=(0 * duration, duration))
    u, v, w = (field(name, "mm/s", of=(x, y, z, t)) for name in "uvw")
    p = field("p", "Pa", of=(x, y, z, t))

    def carried(q: Field) -> Expression:
        return d(q, t) + u * d(q, x) + v * d(q, y) + w * d(q, z)

    places = [x / length, y / length, z / length]
    fading = exp(-(viscosity * t / length / length))
    walls = [x.ends, y.ends, z.ends]
    given = [-(speed * fading * _winding(places[k:] + places[:k], exp, sin, cos)) for k in range(3)]
    start = [-(speed * _winding(places[k:] + places[:k], exp, sin, cos)) for k in range(3)]
    momentum = [
        Residual(f"momentum_{axis.name}", carried(q) + d(p, axis) / density - viscosity * laplacian(q))
        for q, axis in ((u, x), (v, y), (w, z))
    ]
    problem = Problem(
        Residual("continuity", d(u, x) + d(v, y) + d(w, z)),
        *momentum,
        *(Dirichlet(q, value, on=walls) for q, value in zip((u, v, w), given, strict=True)),
        *(Initial(q, value) for q, value in zip((u, v, w), start, strict=True)),
        Pin(p, -1.5 * density * speed**2 * fading**2, at=dict.fromkeys((x, y, z), 0 * length)),
    )

    exact, T = _exact(ell, U, nu, rho), duration.m_as("s")
    ends = exact(np.array([[0.0, 0.0, 0.0, T], [ell, 0.0, 0.0, T]]))
    return Benchmark(
        name="beltrami",
        title=f"Glycerine winds through a cube in helices, Re = {U * ell / nu:.3g}",
        problem=problem,
        scales=Scales(
            x=length, y=length, z=length, t=length**2 / viscosity, u=speed, v=speed, w=speed, p=density * speed**2
        ),
        quantities=(
            QuantityOfInterest(
                "velocity in the middle at the end",
                lambda solution: solution(u, x=0 * length, y=0 * length, z=0 * length, t=duration),
                Q(ends["u"][0], "m/s").to("mm/s"),
                "exact solution",
            ),
            QuantityOfInterest(
                "pressure at the middle of a side at the end",
                lambda solution: solution(p, x=length, y=0 * length, z=0 * length, t=duration),
                Q(ends["p"][1], "Pa"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=30, depth=2),
        sampling=Sampling(interior=1500, face=30),
        steps=150,
        citation="C. R. Ethier, D. A. Steinman, Int. J. Numer. Methods Fluids 19 (1994) 369-375",
        aim=1e-4,
    )


def _exact(ell: float, U: float, nu: float, rho: float) -> Callable[[np.ndarray], dict[str, np.ndarray]]:
    """The fields [coherent SI] as a function of points (N, 4)."""

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        at, left = [points[:, k] / ell for k in range(3)], np.exp(-nu / ell**2 * points[:, 3])
        turned = [at[k:] + at[:k] for k in range(3)]
        found = {name: -U * left * _winding(on, np.exp, np.sin, np.cos) for name, on in zip("uvw", turned, strict=True)}
        pressed = sum(np.exp(2 * a) + 2 * np.sin(a + b) * np.cos(a + c) * np.exp(b + c) for a, b, c in turned)
        return {**found, "p": -rho * U**2 / 2 * left**2 * np.asarray(pressed)}

    return exact


def _winding(at: Sequence[Any], exp: Callable[[Any], Any], sin: Callable[[Any], Any], cos: Callable[[Any], Any]) -> Any:
    """e^a sin(b + c) + e^c cos(a + b), of arrays or expressions."""
    a, b, c = at
    return exp(a) * sin(b + c) + exp(c) * cos(a + b)
