"""Ground water that is pumped, and what the drawdown tells of the ground."""

from __future__ import annotations

from math import log, pi

import numpy as np
from scipy.special import exp1

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Neumann,
    Observe,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    constant,
    coordinates,
    d,
    exp,
    field,
    unknown,
)
from pinnln.problems.validity import require
from pinnln.units import Q, Quantity

_NEAR = (
    *((0.1, 0.04), (0.25, 0.08), (0.5, 0.13), (0.7, 0.18), (1, 0.23), (1.4, 0.28), (1.9, 0.33), (2.33, 0.36)),
    *((2.8, 0.39), (3.36, 0.42), (4, 0.45), (5.35, 0.5), (6.8, 0.54), (8.3, 0.57), (8.7, 0.58), (10, 0.6)),
    *((13.1, 0.64), (18, 0.68), (27, 0.742), (33, 0.753), (41, 0.779), (48, 0.793), (59, 0.819), (80, 0.855)),
    *((95, 0.873), (139, 0.915), (181, 0.935), (245, 0.966), (300, 0.99), (360, 1.007), (480, 1.05), (600, 1.053)),
    *((728, 1.072), (830, 1.088)),
)
_FAR = (
    *((1.5, 0.015), (2, 0.021), (2.16, 0.023), (2.66, 0.044), (3, 0.054), (3.5, 0.075), (4, 0.09), (4.33, 0.104)),
    *((5.5, 0.133), (6, 0.153), (7.5, 0.178), (9, 0.206), (13, 0.25), (15, 0.275), (18, 0.305), (25, 0.348)),
    *((30, 0.364), (40, 0.404), (53, 0.429), (60, 0.444), (75, 0.467), (90, 0.494), (105, 0.507), (120, 0.528)),
    *((150, 0.55), (180, 0.569), (248, 0.593), (301, 0.614), (363, 0.636), (422, 0.657), (542, 0.679)),
    *((602, 0.688), (680, 0.701), (785, 0.718), (845, 0.716)),
)
PIEZOMETERS = ((Q("30 m"), _NEAR), (Q("90 m"), _FAR))
"""How far from the well each is, and what was read there: minutes of pumping, drawdown [m]."""

THICKNESS, RATE = Q("7 m"), Q("788 m^3/day")
"""Of the aquifer; of the pump."""

FITTED = (Q("66.09 m/day"), Q("2.54e-5 1/m"))
"""Conductivity and specific storage, the published fit to both piezometers."""

_FITTERS = "TTim, fit to both piezometers"


def oude_korendijk(
    conductivity: Quantity = Q("10 m/day"),
    storage: Quantity = Q("1e-5 1/m"),
) -> Benchmark:
    """A pumping test tells how well sand conducts and stores water:  S ∂s/∂t = (K/r) ∂(r ∂s/∂r)/∂r,  K and S unknown.

    In a polder Q is pumped out of a confined aquifer of thickness b for 14 hours, and two piezometers show the drawdown
    s:  Q = −2πrbK ∂s/∂r near the well, s = 0 at the start and far away. With no length but r and no time but t, s
    depends on r²/t alone, as Theis has it. So the equation is solved in  y = ln(r²/(ψt)),  where ψ is the r²/t of
    the first reading, from a quarter of the least that was read to six times ψ, where nothing is drawn down yet:

        K s″ + ¼ψS e^y s′ = 0,   −4πbK s′ = Q at the start of y, late or near the well,   s = 0 at its end.

    Its solution is  s = Q/(4πbK) E₁(u),  u = r²S/(4Kt); where u is small, Cooper and Jacob's straight line. Left out:
    the width of the well and the water in it, leakage, the end of the aquifer. Each piezometer alone gives another S,
    five standard errors from the other's, so the misfit of both together is one of the equation as well, and an
    interval from it, which takes it for noise, is too narrow.

    Args: conductivity K [m s⁻¹], storage S [m⁻¹], both quantities, the guesses that training starts from, up to thirty
    times too high or too low: the answer does not depend on them.
    Returns: the benchmark; its quantities of interest are K and S, its reference Theis's drawdown at the published fit.
    Raises: ProblemError for a guess that is not above zero, UnitsError for one of another dimension.
    Source: C. V. Theis, Trans. AGU 16 (1935) 519-524; H. H. Cooper, C. E. Jacob, Trans. AGU 27 (1946) 526-534; readings
    in G. P. Kruseman, N. A. de Ridder, Analysis and Evaluation of Pumping Test Data, 1970; fit to both piezometers in
    the documentation of TTim (M. Bakker), confined aquifer, Oude Korendijk.

    >>> f"{oude_korendijk().quantities[0].reference:~P}"
    '66.09 m/d'
    """
    flows = require("conductivity", conductivity, "m/s", "water flows to where its head is lower")
    stored = require("storage", storage, "1/m", "water that is pumped was stored")
    far = "from farther off training may end elsewhere"
    require("conductivity over what was found", flows / FITTED[0].m_as("m/s"), "", far, low=0.01, high=100.0)
    require("storage over what was found", stored / FITTED[1].m_as("1/m"), "", far, low=0.01, high=100.0)
    K, S = unknown("K", guess=conductivity), unknown("S", guess=storage)
    nearest, earliest, latest = PIEZOMETERS[0][0], Q(_NEAR[0][0], "min"), Q(_FAR[-1][0], "min")
    psi = nearest**2 / earliest
    (y,) = coordinates(y=(log(float((earliest / latest / 4).m_as(""))), log(6.0)))
    s, b, rate = field("s", "m", of=(y,)), constant("b", THICKNESS), constant("Q", RATE)
    problem = Problem(
        Residual("storage", K * d(s, y, y) + psi * S * exp(y) * d(s, y) / 4),
        Dirichlet(s, Q("0 m"), on=y.end),
        Neumann(s, rate / (4 * pi * b * K), on=y.start),
        *(
            Observe(s, Q([read for _, read in readings], "m"), at={y: _similar([at for at, _ in readings], r, psi)})
            for r, readings in PIEZOMETERS
        ),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        flow, ratio = (RATE / (4 * pi * THICKNESS * FITTED[0])).m_as("m"), (FITTED[1] / FITTED[0] * psi / 4).m_as("")
        return {"s": flow * exp1(ratio * np.exp(points[:, 0]))}

    return Benchmark(
        name="oude_korendijk",
        title="What a pumping test tells of the sand under a polder",
        problem=problem,
        scales=Scales(s=Q("1 m")),
        quantities=(
            QuantityOfInterest("hydraulic conductivity", lambda solution: solution(K), FITTED[0], _FITTERS, aim=0.03),
            QuantityOfInterest("specific storage", lambda solution: solution(S), FITTED[1], _FITTERS, aim=0.15),
        ),
        exact=exact,
        reference="published",
        accuracy=1e-4,  # Theis knows no end of y: there the water has sunk by a little
        network=MLP(width=12, depth=2),
        sampling=Sampling(interior=300),
        steps=100,
        citation="G. P. Kruseman, N. A. de Ridder, Analysis and Evaluation of Pumping Test Data, 1970",
    )


def _similar(minutes: list[float], radius: Quantity, psi: Quantity) -> Quantity:
    """The similarity coordinate  ln(r²/(ψt))  of readings at one radius."""
    return Q(np.log((radius**2 / Q(minutes, "min") / psi).m_as("dimensionless")), "dimensionless")
