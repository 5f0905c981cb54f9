"""Flow that a lid draws along."""

from __future__ import annotations

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    LayerNorm,
    Pin,
    Problem,
    PublishedError,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    Solution,
    coordinates,
    d,
    field,
    laplacian,
)
from pinnln.problems.chebyshev_square import Array, highest
from pinnln.problems.lid_reference import SMOOTH, Lid, LidReference, lid_reference
from pinnln.problems.validity import EXTENT, require
from pinnln.units import Expression, Field, ProblemError, Q, Quantity

PUBLISHED = (
    PublishedError(6.3e-4, "DSGNAR, 80 s on a GPU", "arXiv 2607.02194"),
    PublishedError(1.4e-2, "Scale-PINN, 90 s on a GPU", "P.-H. Chiu et al., arXiv 2602.19475, secondary"),
    PublishedError(3.6e-2, "PINN with adaptive activations (LAAF)", "PINNacle, arXiv 2306.08827"),
)
"""Of the smooth lid at Re = 100."""


def lid_driven_cavity(
    reynolds: float = 100.0,
    lid: Lid = SMOOTH,
    side: Quantity = Q("1 cm"),
    viscosity: Quantity = Q("1 mm^2/s"),
    density: Quantity = Q("998 kg/m^3"),
) -> Benchmark:
    """Water in a square groove is drawn along by a lid and goes round.

    ∇·u = 0,   u·∇u = −∇p/ρ + ν Δu,   on [0, L]²;   u = U s(x/L) on the lid y = L, rest on the other walls, U = Re ν/L.
    One roll turns below the lid, its middle drawn downstream as Re rises, and in the lower corners sit weak eddies that
    turn the other way. The lid decides what happens in the upper corners. UNIFORM, s = 1: velocities jump and the force
    on the lid is infinite. SMOOTH, s = 4x(1−x): velocity gradients disagree and the pressure is as ln r. REGULARISED,
    s = 16x²(1−x)²: nothing of the kind. So velocities are compared and the pressure is not. Towards those corners the
    residuals of any smooth solution grow without bound; LayerNorm conditioning counts them by their size and not by
    its square, which leaves the rest of the flow to be solved.

    Args: reynolds Re = UL/ν, up to 400, with the uniform lid up to 100; lid; side L [m]; viscosity ν [m² s⁻¹];
    density ρ [kg m⁻³].
    Returns: the benchmark; its quantities of interest are the largest backflow on x = L/2 and the largest velocities up
    and down on y = L/2, over U.
    Raises: ProblemError for an argument out of its range or no Lid, UnitsError for one of another dimension.
    Source: U. Ghia, K. N. Ghia, C. T. Shin, J. Comput. Phys. 48, 387 (1982), for the uniform lid; J. Shen, J. Comput.
    Phys. 95, 228 (1991), for the regularised one; reference from our own Chebyshev solution.

    >>> round(float(lid_driven_cavity().quantities[0].reference.magnitude), 5)
    0.18189
    """
    if not isinstance(lid, Lid):
        raise ProblemError(
            f"lid = {lid}: expected a Lid, such as UNIFORM, SMOOTH or REGULARISED of pinnln.problems.lid_reference"
        )
    why = "there is friction, and in faster flow the layers at the walls are too thin for the points of the reference"
    reynolds = require("reynolds", reynolds, "", why, high=lid.fastest)
    L = require("side", side, "m", EXTENT)
    nu = require("viscosity", viscosity, "m^2/s", "friction takes energy away and cannot give it")
    require("density", density, "kg/m^3", "a fluid has mass")
    U = reynolds * viscosity / side
    x, y = coordinates(x=(0 * side, side), y=(0 * side, side))
    u, v = field("u", "mm/s", of=(x, y)), field("v", "mm/s", of=(x, y))
    p = field("p", "Pa", of=(x, y))

    def carried(q: Field) -> Expression:
        return u * d(q, x) + v * d(q, y)

    rest = 0 * U
    problem = Problem(
        Residual("continuity", d(u, x) + d(v, y)),
        Residual("momentum_x", carried(u) + d(p, x) / density - viscosity * laplacian(u)),
        Residual("momentum_y", carried(v) + d(p, y) / density - viscosity * laplacian(v)),
        Dirichlet(u, U * lid.speed(x / side), on=y.end),
        Dirichlet(u, rest, on=[x.ends, y.start]),
        Dirichlet(v, rest, on=[x.ends, y.ends]),
        Pin(p, 0 * density * U**2, at=(0 * side, 0 * side)),
    )
    reference = lid_reference(lid, reynolds)

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        found = reference.velocities(points[:, 0] / L, points[:, 1] / L)
        return dict(zip("uv", (reynolds * nu / L * part for part in found), strict=True))

    return Benchmark(
        name="lid_driven_cavity",
        title=f"A lid draws water along in a square groove, {lid.name}, Re = {reynolds:g}",
        problem=problem,
        scales=Scales(x=side, y=side, u=U, v=U, p=density * U**2),
        quantities=_profiles(reference, u, v, U, side, f"our Chebyshev solution at Re = {reynolds:g}"),
        exact=exact,
        network=MLP(width=30, depth=2),
        sampling=Sampling(interior=4000),
        steps=200,
        conditioning=LayerNorm(),
        citation="U. Ghia, K. N. Ghia, C. T. Shin, J. Comput. Phys. 48 (1982) 387-411",
        reference="computed",
        accuracy=lid.accuracy,
        aim=5e-3,
        published=PUBLISHED if lid is SMOOTH and reynolds == 100.0 else (),
    )


def _profiles(
    reference: LidReference, u: Field, v: Field, U: Quantity, side: Quantity, source: str
) -> tuple[QuantityOfInterest, ...]:
    """Extremes of the velocities on the centre lines, over U."""
    line: Quantity = side * np.linspace(0.0, 1.0, 401)

    def back(y: Array) -> Array:
        return -reference.velocities(np.full_like(y, 0.5), y)[0]

    def up(x: Array) -> Array:
        return reference.velocities(x, np.full_like(x, 0.5))[1]

    def across(solution: Solution) -> Array:
        return np.asarray((solution(u, x=side / 2, y=line) / U).m_as("dimensionless"))

    def along(solution: Solution) -> Array:
        return np.asarray((solution(v, x=line, y=side / 2) / U).m_as("dimensionless"))

    def number(value: float) -> Quantity:
        return Q(float(value), "dimensionless")

    return (
        QuantityOfInterest(
            "largest backflow on x = L/2, over U",
            lambda solution: number(-across(solution).min()),
            number(highest(back)[0]),
            source,
        ),
        QuantityOfInterest(
            "largest velocity up on y = L/2, over U",
            lambda solution: number(along(solution).max()),
            number(highest(up)[0]),
            source,
        ),
        QuantityOfInterest(
            "largest velocity down on y = L/2, over U",
            lambda solution: number(-along(solution).min()),
            number(highest(lambda x: -up(x))[0]),
            source,
        ),
    )
