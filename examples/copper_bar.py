"""A copper bar with cold ends forgets its warm middle."""
from math import pi

from pinnln import Dirichlet, Initial, Problem, Residual, Scales, coordinates, d, field, sin, solve
from pinnln.units import Q

L     = Q("10 cm")
alpha = Q("1.11 cm^2/s")                       # thermal diffusivity of copper
cold  = Q(20, "degC")                          # both ends, at all times
bump  = Q(80, "delta_degC")                    # how much warmer the middle starts

x, t = coordinates(x=(0 * L, L), t=(Q("0 s"), Q("30 s")))
T    = field("T", "kelvin", of=(x, t))

bar = Problem(
    Residual("heat", d(T, t) - alpha * d(T, x, x)),
    Dirichlet(T, cold, on=x.ends),
    Initial(T, cold + bump * sin(pi * x / L)),
)
solution = solve(bar, Scales(x=L, t=L**2 / alpha, T=(cold, bump)))
print(solution(T, x=L / 2, t=Q("10 s")).to("degC"))        # exact: 46.7 °C
