"""A well is pumped, the water in another one falls: it tells how well the sand conducts water, and how it stores it.

Drawdown depends on r²/t alone (Theis). The readings are of Oude Korendijk (Kruseman & de Ridder, 1970).
"""

from math import log, pi

import numpy as np

from pinnln import (
    MLP,
    Dirichlet,
    LevenbergMarquardt,
    Neumann,
    Observe,
    Problem,
    Residual,
    Sampling,
    coordinates,
    d,
    exp,
    field,
    solve,
    unknown,
)
from pinnln.units import Q

b, rate, r = Q("7 m"), Q("788 m^3/day"), Q("90 m")  # thickness of the aquifer, the pump, the observation well
minutes = [1.5, 2, 2.16, 2.66, 3, 3.5, 4, 4.33, 5.5, 6, 7.5, 9, 13, 15, 18, 25, 30, 40]
minutes += [53, 60, 75, 90, 105, 120, 150, 180, 248, 301, 363, 422, 542, 602, 680, 785, 845]
fallen = [0.015, 0.021, 0.023, 0.044, 0.054, 0.075, 0.09, 0.104, 0.133, 0.153, 0.178, 0.206, 0.25, 0.275, 0.305]
fallen += [0.348, 0.364, 0.404, 0.429, 0.444, 0.467, 0.494, 0.507, 0.528, 0.55, 0.569, 0.593, 0.614, 0.636, 0.657]
fallen += [0.679, 0.688, 0.701, 0.718, 0.716]

K, S = unknown("K", guess=Q("10 m/day")), unknown("S", guess=Q("1e-5 1/m"))
psi = r**2 / Q(minutes[0], "min")  # the r²/t of the first reading
(y,) = coordinates(y=(log(minutes[0] / minutes[-1] / 4), log(6)))  # ln(r²/ψt): late, near the well … early, far away
s = field("s", "m", of=(y,))

aquifer = Problem(
    Residual("storage", K * d(s, y, y) + psi * S * exp(y) * d(s, y) / 4),
    Neumann(s, rate / (4 * pi * b * K), on=y.start),
    Dirichlet(s, Q("0 m"), on=y.end),
    Observe(s, Q(fallen, "m"), at={y: -np.log(np.array(minutes) / minutes[0])}),
)
solution = solve(aquifer, network=MLP(12, 2), optimizer=LevenbergMarquardt(40), sampling=Sampling(300), show=False)
for constant in (S, K):
    low, high = solution.interval(constant)
    print(f"{solution(constant):.3g~P}, with 95 % between {low:.3g~P} and {high:.3g~P}")
