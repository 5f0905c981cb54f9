"""A heated bar with cold ends and five thermometers tells how well it conducts."""

from pinnln import MLP, Dirichlet, LevenbergMarquardt, Observe, Problem, Residual, coordinates, d, field, solve, unknown
from pinnln.units import Q

L, heating, cold = Q("10 cm"), Q("0.5 W/cm^3"), Q(20, "degC")
(x,) = coordinates(x=(0 * L, L))
T, k = field("T", "degC", of=(x,)), unknown("k", guess=Q("10 W/m/K"))
places, warmth = Q([2, 3.5, 5, 6.5, 8], "cm"), Q([36.5, 42.2, 45.4, 42.5, 35.7], "degC")

bar = Problem(
    Residual("heat", k * d(T, x, x) + heating),
    Dirichlet(T, cold, on=x.ends),
    Observe(T, warmth, at={x: places}, sigma=Q(0.5, "delta_degC")),
)
solution = solve(bar, network=MLP(8, 2), optimizer=LevenbergMarquardt(steps=40), show=False)
low, high = solution.interval(k)
print(f"{solution(k):.1f~P}, with 95 % between {low:.1f~P} and {high:.1f~P}")
