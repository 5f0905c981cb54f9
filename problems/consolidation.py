"""Clay between two plates, from which water is pressed out to the sides."""

from __future__ import annotations

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Initial,
    Neumann,
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
)
from pinnln.problems.mandel_series import MandelSeries
from pinnln.problems.validity import BIOT, EXTENT, MATTER, require, require_coupled
from pinnln.units import Expression, Field, Q, Quantity


def mandel_problem(
    half_width: Quantity = Q("5 cm"),
    half_height: Quantity = Q("5 cm"),
    load: Quantity = Q("100 kPa"),
    shear_modulus: Quantity = Q("3 MPa"),
    poisson_ratio: float = 0.2,
    coupling: float = 1.0,
    storage: Quantity = Q("1e-8 1/Pa"),
    mobility: Quantity = Q("1e-13 m^2/Pa/s"),
    start: Quantity = Q("1 min"),
    end: Quantity = Q("40 min"),
) -> Benchmark:
    """Wet clay between two plates is pressed, and in its middle the pressure of the water rises before it falls.

    G Δu + G/(1−2ν) ∇(∇·u) = α ∇p,   S ∂p/∂t + α ∂(∇·u)/∂t = m Δp,   in a quarter, 0 ≤ x ≤ a and 0 ≤ y ≤ b.
    Smooth stiff plates at ±b bear the load F/a, the sides at ±a are free and drained, p = 0 and no stress. Force is
    counted in Pa m⁻¹, water in s⁻¹. At once the water bears p₀ = B (1+νᵤ)/3 · F/a, nearly half of the load, with
    Skempton's B and νᵤ, Poisson's ratio while no water leaves; then the sides, drained first, shrink and press on the
    middle, where the pressure rises for a while (Mandel and Cryer), before all of it is lost with the time
    a²/c,  c = m/(S + α²/M),  M = 2G(1−ν)/(1−2ν),  here 52 min. Displacements are u = (U(x, t), V(t) y), and
    p = 2p₀ Σ Aᵢ (cos αᵢx/a − cos αᵢ),   Aᵢ = sin αᵢ/(αᵢ − sin αᵢ cos αᵢ) e^(−αᵢ²ct/a²),   tan αᵢ/αᵢ = (1−ν)/(νᵤ−ν).
    The plates are given the displacement that keeps the load, and the load is asked of the solution. The problem begins
    at a time when the modes of the series that are faster than 10⁻⁹ are gone; they are left out.

    Args: half_width a, half_height b [m]; load F/a, the mean pressure under the plates [Pa]; shear_modulus G [Pa];
    poisson_ratio ν of the drained clay; coupling α, Biot's coefficient; storage S [Pa⁻¹]; mobility m [m² Pa⁻¹ s⁻¹];
    start, from a²/(100c), and end of the time that is looked at [s]; all but ν and α quantities.
    Returns: the benchmark; its quantities of interest are the largest pressure in the middle over that at once, the
    bulge of the sides and the load, both at the end.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: J. Mandel, Géotechnique 3, 287 (1953); displacements after Y. Abousleiman et al., Géotechnique 46,
    187 (1996).

    >>> [f"{item.reference:.4g~P}" for item in mandel_problem().quantities]
    ['1.101', '0.2289 mm', '100 kPa']
    """
    series = _series(
        (half_width, half_height, load, shear_modulus, storage, mobility, start, end), poisson_ratio, coupling
    )
    x, y, t = coordinates(x=(0 * half_width, half_width), y=(0 * half_height, half_height), t=(start, end))
    p = field("p", "kPa", of=(x, y, t))
    u_x, u_y = field("u_x", "mm", of=(x, y, t)), field("u_y", "mm", of=(x, y, t))
    G, nu, alpha, S, m = shear_modulus, series.poisson_ratio, series.coupling, storage, mobility
    strain, stiffening = d(u_x, x) + d(u_y, y), 1 / (1 - 2 * nu)
    final, fading = series.squeeze
    thinner = sum((size * exp(-Q(rate, "1/s") * t) for size, rate in fading), start=final)
    edge, waves = series.start_waves
    shape = sum((size * cos(root * x / half_width) for size, root in waves), start=edge)
    problem = Problem(
        Residual("force_x", G * laplacian(u_x) + stiffening * G * d(strain, x) - alpha * d(p, x)),
        Residual("force_y", G * laplacian(u_y) + stiffening * G * d(strain, y) - alpha * d(p, y)),
        Residual("water", S * d(p, t) + alpha * d(strain, t) - m * laplacian(p)),
        Dirichlet(u_x, 0 * half_width, on=x.start),
        Dirichlet(u_y, 0 * half_height, on=y.start),
        Dirichlet(u_y, half_height * thinner, on=y.end),
        Dirichlet(p, 0 * load, on=x.end),
        Initial(p, load * shape),
        Neumann(u_x, -nu / (1 - nu) * d(u_y, y), on=x.end),
        Neumann(u_y, 0.0, on=x.ends),
        Neumann(u_x, 0.0, on=y.ends),
        Neumann(p, Q("0 Pa/m"), on=[x.start, y.ends]),
    )
    stress = 2 * G * d(u_y, y) + 2 * nu * stiffening * G * strain - alpha * p
    return Benchmark(
        name="mandel_problem",
        title="Wet clay between two plates: the pressure in its middle rises before it falls",
        problem=problem,
        scales=Scales(
            x=half_width,
            y=half_width,
            t=Q(1 / series.rate, "s"),
            p=load,
            u_x=load / G * half_width,
            u_y=load / G * half_width,
        ),
        quantities=_quantities(series, p, u_x, stress, load),
        exact=series.fields,
        network=MLP(width=30, depth=2),
        sampling=Sampling(interior=1600, face=80),
        steps=400,
        citation="J. Mandel, Géotechnique 3 (1953) 287-299",
        aim=1e-4,
    )


def _series(lengths_to_times: tuple[Quantity, ...], poisson_ratio: float, coupling: float) -> MandelSeries:
    """The sum of modes, of arguments that are in its range."""
    half_width, half_height, load, shear_modulus, storage, mobility, start, end = lengths_to_times
    thinner = "what is stretched gets thinner"
    stiff = "near a half the clay can hardly shrink, and gives no water"
    series = MandelSeries(
        require("half_width", half_width, "m", EXTENT),
        require("load", load, "Pa", MATTER),
        require("shear_modulus", shear_modulus, "Pa", "clay that is sheared resists"),
        require("poisson_ratio", poisson_ratio, "", thinner, high=0.45, above=stiff),
        require("coupling", coupling, "", *BIOT),
        require("storage", storage, "1/Pa", "water and grains can be compressed"),
        require("mobility", mobility, "m^2/Pa/s", "water flows to where its pressure is lower"),
        require("start", start, "s", "at the first moment the pressure jumps at the sides"),
    )
    high = require("half_height", half_height, "m", EXTENT)
    slender = "the width is the yardstick of both, and neither may be lost beside the other"
    require("half_height/half_width", high / series.half_width, "", slender, low=0.01, high=100.0)
    require_coupled(series.storage * series.modulus / series.coupling**2)
    why = "earlier the pressure falls within a tenth of the width at the sides, later nothing is left of it"
    require("start·c/a²", series.start * series.rate, "", why, low=0.01, high=1.0)
    over = "later nothing is left of the pressure"
    last = require("end", end, "s", "time goes on")
    require("end − start", Q(last - series.start, "s"), "s", EXTENT)
    require("end·c/a²", last * series.rate, "", "time goes on", high=5.0, above=over)
    return series


def _quantities(
    series: MandelSeries, p: Field, u_x: Field, stress: Expression, load: Quantity
) -> tuple[QuantityOfInterest, ...]:
    """Mandel's and Cryer's effect, the bulge and the load."""
    x, y, t = p.coordinates
    end = Q(t.high, "s")
    highest, peak = series.peak(t.low, t.high)
    at_once = Q(series.at_once, "Pa")
    bulge = series.fields(np.array([[series.half_width, 0.0, t.high]]))["u_x"][0]
    middle, side = Q("0 m"), Q(x.high, "m")
    return (
        QuantityOfInterest(
            "largest pressure in the middle over that at once",
            lambda solution: (solution(p, x=middle, y=middle, t=Q(highest, "s")) / at_once).to("dimensionless"),
            Q(peak / series.at_once, "dimensionless"),
            "exact series",
        ),
        QuantityOfInterest(
            "bulge of the sides at the end",
            lambda solution: solution(u_x, x=side, y=middle, t=end),
            Q(bulge, "m").to("mm"),
            "exact series",
        ),
        QuantityOfInterest(
            "load at the end", lambda solution: solution.mean(-stress, on=y.end, t=end), load, "exact series"
        ),
    )
