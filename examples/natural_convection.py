"""Air in a 2.2 cm box, warm on the left and cool on the right, turns over by itself (Ra ≈ 1e4)."""
from pinnln import Dirichlet, Neumann, Pin, Problem, Residual, Scales, coordinates, d, field, laplacian, solve
from pinnln.units import Q

L, dT, T0      = Q("2.2 cm"), Q("10 K"), Q("300 K")
g, beta        = Q("9.81 m/s^2"), 1 / T0                   # an ideal gas expands as 1/T
nu, alpha, rho = Q("15.7 mm^2/s"), Q("22.2 mm^2/s"), Q("1.18 kg/m^3")

x, y = coordinates(x=(0 * L, L), y=(0 * L, L))
u, v = field("u", "m/s", of=(x, y)), field("v", "m/s", of=(x, y))
p, T = field("p", "Pa", of=(x, y)), field("T", "K", of=(x, y))

def carried(q):                                            # u · ∇q
    return u * d(q, x) + v * d(q, y)

buoyancy = g * beta * (T - T0)                             # the one term where heat moves the air
flow = [Residual("continuity", d(u, x) + d(v, y)),
        Residual("momentum_x", carried(u) + d(p, x) / rho - nu * laplacian(u)),
        Residual("momentum_y", carried(v) + d(p, y) / rho - nu * laplacian(v) - buoyancy)]
heat = [Residual("energy", carried(T) - alpha * laplacian(T))]
walls = [Dirichlet(u, Q("0 m/s"), on=[x.ends, y.ends]), Dirichlet(v, Q("0 m/s"), on=[x.ends, y.ends]),
         Dirichlet(T, T0 + dT / 2, on=x.start), Dirichlet(T, T0 - dT / 2, on=x.end),
         Neumann(T, Q("0 K/m"), on=y.ends), Pin(p, Q("0 Pa"), at=(0 * L, 0 * L))]

U = (g * beta * dT * L) ** 0.5                             # free-fall velocity, 85 mm/s
cavity = Problem(*flow, *heat, *walls)
scales = Scales(x=L, y=L, u=U, v=U, p=rho * U**2, T=(T0, dT))
print(cavity.term_sizes(scales))                           # momentum_y: 1, 1, 0.0084, 1     energy: 1, 0.012
solution = solve(cavity, scales)
print(solution.mean(-L / dT * d(T, x), on=x.start))        # Nusselt number; de Vahl Davis (1983): 2.24
