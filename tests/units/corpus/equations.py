"""Correct dimensional equations, written once for both front ends: trees of pinnln and tensors of torch.

Every function names its symbols; `UNITS` says what they are. `d`, `sin` and their kin are those of the front end.
"""

from __future__ import annotations

UNITS = {
    "heat": ("x=m t=s", "T=K", "alpha=m^2/s", "K/s"),
    "heated_rod": ("x=m t=s", "T=K", "rho=kg/m^3 c=J/kg/K k=W/m/K q=W/m^3 L=m", "W/m^3"),
    "wave": ("x=m t=s", "w=m", "v=m/s", "m/s^2"),
    "damped_wave": ("x=m t=s", "w=m", "v=m/s gamma=1/s", "m/s^2"),
    "burgers": ("x=m t=s", "u=m/s", "nu=m^2/s", "m/s^2"),
    "korteweg_de_vries": ("x=m t=s", "h=m", "v=m/s D=m", "m/s"),
    "advection": ("x=m t=s", "n=mol/m^3", "v=m/s", "mol/m^3/s"),
    "advection_diffusion": ("x=m y=m t=s", "n=mol/m^3", "v=m/s w=m/s D=m^2/s", "mol/m^3/s"),
    "reaction_diffusion": ("x=m t=s", "n=mol/m^3", "D=m^2/s r=1/s N=mol/m^3", "mol/m^3/s"),
    "poisson": ("x=m y=m", "V=V", "rho=C/m^3 eps=F/m", "V/m^2"),
    "helmholtz": ("x=m y=m", "p=Pa", "k=1/m q=Pa/m^2 L=m", "Pa/m^2"),
    "navier_stokes_x": ("x=m y=m t=s", "u=m/s v=m/s p=Pa", "rho=kg/m^3 nu=m^2/s", "m/s^2"),
    "navier_stokes_viscous": ("x=m y=m t=s", "u=m/s v=m/s p=Pa", "rho=kg/m^3 mu=Pa*s g=m/s^2", "N/m^3"),
    "boussinesq": ("x=m y=m", "u=m/s v=m/s p=Pa T=K", "rho=kg/m^3 nu=m^2/s g=m/s^2 beta=1/K T0=K", "m/s^2"),
    "energy_with_dissipation": ("x=m y=m", "u=m/s T=K", "rho=kg/m^3 c=J/kg/K k=W/m/K mu=Pa*s", "W/m^3"),
    "elasticity": ("x=m y=m", "u=m v=m", "lam=Pa mu=Pa f=N/m^3", "N/m^3"),
    "euler_bernoulli": ("x=m t=s", "w=m", "E=Pa I=m^4 rho=kg/m^3 A=m^2 q=N/m", "N/m"),
    "darcy": ("x=m y=m", "p=Pa", "K=m^2 mu=Pa*s s=1/s", "1/s"),
    "richards": ("z=m t=s", "h=m", "S=1/m Ks=m/s a=1/m", "1/s"),
    "allen_cahn": ("x=m t=s", "c=", "M=m^2/s W=1/s", "1/s"),
    "cahn_hilliard": ("x=m t=s", "c=", "M=m^2/s kappa=m^2", "1/s"),
    "maxwell_wave": ("x=m t=s", "E=V/m", "mu=H/m eps=F/m sigma=S/m", "V/m^3"),
    "shallow_water": ("x=m t=s", "h=m u=m/s", "g=m/s^2 cf= b=m", "m/s^2"),
    "radiating_fin": ("x=m", "T=K", "k=W/m/K eps= sig=W/m^2/K^4 Ta=K D=m h=W/m^2/K", "W/m^3"),
    "nernst_planck": ("x=m t=s", "n=mol/m^3 V=V", "D=m^2/s z= F=C/mol R=J/mol/K T=K", "mol/m^3/s"),
    "arrhenius": ("x=m t=s", "n=mol/m^3 T=K", "D=m^2/s A=1/s E=J/mol R=J/mol/K", "mol/m^3/s"),
    "power_law_fluid": ("y=m", "u=m/s", "K=Pa*s g0=1/s G=Pa/m", "Pa/m"),
    "turbulent_energy": ("x=m t=s", "k=m^2/s^2 e=m^2/s^3 u=m/s", "nu=m^2/s Cmu=", "m^2/s^3"),
    "stefan_enthalpy": ("x=m t=s", "T=K", "rho=kg/m^3 c=J/kg/K Lf=J/kg k=W/m/K Tm=K dT=K", "W/m^3"),
    "black_scholes": ("S=euro t=s", "V=euro", "sigma2=1/s r=1/s", "euro/s"),
    "lotka_volterra": ("t=s", "a=hare b=lynx", "g=1/s p=1/lynx/s", "hare/s"),
    "epidemic": ("t=day", "s=person i=person", "beta=1/day N=person gamma=1/day", "person/s"),
    "gray_scott": ("x=m t=s", "u=mol/m^3 v=mol/m^3", "D=m^2/s F=1/s k=m^6/mol^2/s U=mol/m^3", "mol/m^3/s"),
    "fitzhugh_nagumo": ("x=m t=s", "V=V w=A/m^2", "C=F/m^2 g=S/m^2 V0=V sigma=S", "A/m^2"),
    "schroedinger": ("x=m", "psi=1/m^0.5", "hbar=J*s m=kg E=J w=1/s", "J/m^0.5"),
    "joule_heating": ("x=m", "T=K V=V", "k=W/m/K sigma=S/m a=1/K T0=K", "W/m^3"),
    "linear_dimensionless": ("x= t=", "u=", "D= r=", ""),
}


def heat(x, t, T, alpha):
    return d(T, t) - alpha * d(T, x, x)


def heated_rod(x, t, T, rho, c, k, q, L):
    storage = rho * c * d(T, t)
    return storage - k * d(T, x, x) - q * sin(x / L) ** 2


def wave(x, t, w, v):
    return d(w, t, t) - v**2 * d(w, x, x)


def damped_wave(x, t, w, v, gamma):
    friction = gamma * d(w, t)
    return d(w, t, t) + 2 * friction - v**2 * d(w, x, x)


def burgers(x, t, u, nu):
    return d(u, t) + u * d(u, x) - nu * d(u, x, x)


def korteweg_de_vries(x, t, h, v, D):
    return d(h, t) + v * (1 + 1.5 * h / D) * d(h, x) + v * D**2 / 6 * d(h, x, x, x)


def advection(x, t, n, v):
    return d(n, t) + v * d(n, x)


def advection_diffusion(x, y, t, n, v, w, D):
    carried = v * d(n, x) + w * d(n, y)
    return d(n, t) + carried - D * (d(n, x, x) + d(n, y, y))


def reaction_diffusion(x, t, n, D, r, N):
    return d(n, t) - D * d(n, x, x) - r * n * (1 - n / N)


def poisson(x, y, V, rho, eps):
    return d(V, x, x) + d(V, y, y) + rho / eps


def helmholtz(x, y, p, k, q, L):
    return d(p, x, x) + d(p, y, y) + k**2 * p - q * sin(x / L) * sin(y / L)


def navier_stokes_x(x, y, t, u, v, p, rho, nu):
    carried = u * d(u, x) + v * d(u, y)
    return d(u, t) + carried + d(p, x) / rho - nu * (d(u, x, x) + d(u, y, y))


def navier_stokes_viscous(x, y, t, u, v, p, rho, mu, g):
    inertia = rho * (d(v, t) + u * d(v, x) + v * d(v, y))
    return inertia + d(p, y) - mu * (d(v, x, x) + d(v, y, y)) + rho * g


def boussinesq(x, y, u, v, p, T, rho, nu, g, beta, T0):
    carried = u * d(v, x) + v * d(v, y)
    return carried + d(p, y) / rho - nu * (d(v, x, x) + d(v, y, y)) - g * beta * (T - T0)


def energy_with_dissipation(x, y, u, T, rho, c, k, mu):
    return rho * c * u * d(T, x) - k * (d(T, x, x) + d(T, y, y)) - mu * d(u, y) ** 2


def elasticity(x, y, u, v, lam, mu, f):
    stress = (lam + 2 * mu) * d(u, x) + lam * d(v, y)
    shear = mu * (d(u, y) + d(v, x))
    return d(stress, x) + d(shear, y) + f


def euler_bernoulli(x, t, w, E, I, rho, A, q):
    return E * I * d(w, x, x, x, x) + rho * A * d(w, t, t) - q


def darcy(x, y, p, K, mu, s):
    flux_x, flux_y = -K / mu * d(p, x), -K / mu * d(p, y)
    return d(flux_x, x) + d(flux_y, y) - s


def richards(z, t, h, S, Ks, a):
    flux = -Ks * exp(a * h) * (d(h, z) + 1)
    return S * d(h, t) + d(flux, z)


def allen_cahn(x, t, c, M, W):
    return d(c, t) - M * d(c, x, x) + W * (c**3 - c)


def cahn_hilliard(x, t, c, M, kappa):
    potential = c**3 - c - kappa * d(c, x, x)
    return d(c, t) - M * d(potential, x, x)


def maxwell_wave(x, t, E, mu, eps, sigma):
    return d(E, x, x) - mu * eps * d(E, t, t) - mu * sigma * d(E, t)


def shallow_water(x, t, h, u, g, cf, b):
    friction = cf * u**2 / (h + b)
    return d(u, t) + u * d(u, x) + g * d(h, x) + friction


def radiating_fin(x, T, k, eps, sig, Ta, D, h):
    radiation = eps * sig * (T**4 - Ta**4) / D
    return k * d(T, x, x) - radiation - h * (T - Ta) / D


def nernst_planck(x, t, n, V, D, z, F, R, T):
    drift = z * F / (R * T) * n * d(V, x)
    return d(n, t) - D * d(d(n, x) + drift, x)


def arrhenius(x, t, n, T, D, A, E, R):
    return d(n, t) - D * d(n, x, x) + A * exp(-E / (R * T)) * n


def power_law_fluid(y, u, K, g0, G):
    rate = d(u, y) / g0
    viscosity = K * (1 + rate**2) ** 0.25
    return d(viscosity * d(u, y), y) + G


def turbulent_energy(x, t, k, e, u, nu, Cmu):
    eddy = Cmu * k**2 / e
    return d(k, t) + u * d(k, x) - d((nu + eddy) * d(k, x), x) - eddy * d(u, x) ** 2 + e


def stefan_enthalpy(x, t, T, rho, c, Lf, k, Tm, dT):
    melted = 0.5 * (1 + tanh((T - Tm) / dT))
    return rho * c * d(T, t) + rho * Lf * d(melted, t) - k * d(T, x, x)


def black_scholes(S, t, V, sigma2, r):
    return d(V, t) + 0.5 * sigma2 * S**2 * d(V, S, S) + r * S * d(V, S) - r * V


def lotka_volterra(t, a, b, g, p):
    return d(a, t) - g * a + p * a * b


def epidemic(t, s, i, beta, N, gamma):
    return d(i, t) - beta * s * i / N + gamma * i


def gray_scott(x, t, u, v, D, F, k, U):
    return d(u, t) - D * d(u, x, x) + k * u * v**2 - F * (U - u)


def fitzhugh_nagumo(x, t, V, w, C, g, V0, sigma):
    return C * d(V, t) - sigma * d(V, x, x) - g * (V - V**3 / (3 * V0**2)) + w


def schroedinger(x, psi, hbar, m, E, w):
    return -(hbar**2) / (2 * m) * d(psi, x, x) + 0.5 * m * w**2 * x**2 * psi - E * psi


def joule_heating(x, T, V, k, sigma, a, T0):
    resistance = 1 + a * (T - T0)
    return k * d(T, x, x) + sigma / resistance * d(V, x) ** 2


def linear_dimensionless(x, t, u, D, r):
    return d(u, t) - D * d(u, x, x) + r * u * (1 - u) - exp(-t) * sin(x)
