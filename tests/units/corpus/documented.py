"""Mistakes that were made in public, each written anew as a small residual: faulty, mended, and where it comes from.

The comment `# here` marks the line that must be blamed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch


def d(u: torch.Tensor, *along: torch.Tensor) -> torch.Tensor:
    for x in along:
        u = torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)[0]
    return u


@dataclass(frozen=True)
class Documented:
    """One mistake: its origin, the codes it must be found by, and its declaration."""

    origin: str
    codes: tuple[str, ...]
    faulty: Callable[..., Any]
    mended: Callable[..., Any]
    inputs: dict[str, str]
    outputs: dict[str, str]
    constants: dict[str, str]
    residuals: tuple[str | None, ...] | None = None


XYT = {"x": "m", "y": "m", "t": "s"}
FLOW = {"u": "m/s", "v": "m/s", "p": "Pa"}


def first_for_second(x, y, t, u, v, p, rho, nu):
    u_x, u_y = d(u, x), d(u, y)
    u_xx = d(u, x)
    u_yy = d(u, y)
    return d(u, t) + u * u_x + v * u_y + d(p, x) / rho - nu * (u_xx + u_yy)  # here


def first_for_second_mended(x, y, t, u, v, p, rho, nu):
    u_x, u_y = d(u, x), d(u, y)
    u_xx = d(u_x, x)
    u_yy = d(u_y, y)
    return d(u, t) + u * u_x + v * u_y + d(p, x) / rho - nu * (u_xx + u_yy)


def flux_without_conductivity(x, T, heat_flux, L, T0):
    source_grad = heat_flux * L / T0
    return d(T, x) * L / T0 - source_grad  # here or in the line above


def flux_without_conductivity_mended(x, T, heat_flux, L, T0, k):
    source_grad = heat_flux * L / T0 / k
    return d(T, x) * L / T0 - source_grad


def density_on_one_term(x, y, t, u, v, p, lam1, lam2):
    carried = u * d(u, x) + v * d(u, y)
    return d(u, t) + lam1 * carried + d(p, x) - lam2 * (d(u, x, x) + d(u, y, y))  # here


def density_on_one_term_mended(x, y, t, u, v, p, lam1, lam2):
    carried = u * d(u, x) + v * d(u, y)
    return lam1 * (d(u, t) + carried) + d(p, x) - lam2 * (d(u, x, x) + d(u, y, y))


def weight_for_a_unit(t, u, m, mu, k, measured):
    physics = m * d(u, t, t) + mu * d(u, t) + k * u
    return torch.mean((u - measured) ** 2) + 1e-4 * torch.mean(physics**2)  # here


def weight_for_a_unit_mended(t, u, m, mu, k, measured):
    physics = m * d(u, t, t) + mu * d(u, t) + k * u
    return torch.mean(((u - measured) / measured) ** 2) + 1e-4 * torch.mean((physics / (k * measured)) ** 2)


def mantissas_of_losses(t, n, w, decay, tau):
    parts = [torch.mean((d(n, t) + decay * n) ** 2), torch.mean((d(w, t) + w / tau) ** 2)]
    return torch.stack(parts).sum()  # here


def mantissas_of_losses_mended(t, n, w, decay, tau, n0, w0):
    parts = [
        torch.mean((d(n, t) + decay * n) ** 2) / (decay * n0) ** 2,
        torch.mean((d(w, t) + w / tau) ** 2) / (w0 / tau) ** 2,
    ]
    return torch.stack(parts).sum()


def celsius_in_radiation(x, T, k, sigma, D):
    loss = sigma * T**4 / D  # here
    return k * d(T, x, x) - loss


def mass_of_area(x, m, G, utime, udist):
    return m - udist**2 / (G * utime**2)  # here


def mass_of_area_mended(x, m, G, utime, udist):
    return m - udist**3 / (G * utime**2)


def inverse_spacing(x, u, inv_dx, a):
    return d(u, x) - a * u * inv_dx**-1  # here


def inverse_spacing_mended(x, u, inv_dx, a):
    return d(u, x) - a * u * inv_dx


def epsilon_without_unit(x, y, u, v):
    divergence, rotation = d(u, x) + d(v, y), d(v, x) - d(u, y)
    return divergence**2 / (divergence**2 + rotation**2 + 1e-10)  # here


def epsilon_without_unit_mended(x, y, u, v, U, L):
    divergence, rotation = d(u, x) + d(v, y), d(v, x) - d(u, y)
    return divergence**2 / (divergence**2 + rotation**2 + 1e-10 * (U / L) ** 2)


def condition_without_its_field(x, T, T_wall, T_far):
    return T_wall - T_far  # here


def condition_without_its_field_mended(x, T, T_wall, T_far):
    return T - T_wall


def conductivity_times_current(x, phi, i, sigma):
    return d(phi, x) + i * sigma  # here


def conductivity_times_current_mended(x, phi, i, sigma):
    return d(phi, x) + i / sigma


DOCUMENTED = {
    "B1": Documented(
        "AdityaLab/pinnsformer#9", ("UL101", "UL401"), first_for_second, first_for_second_mended, XYT, FLOW,
        {"rho": "kg/m^3", "nu": "m^2/s"},
    ),
    "B2": Documented(
        "NVIDIA/physicsnemo-sym#109", ("UL101",), flux_without_conductivity, flux_without_conductivity_mended,
        {"x": "m"}, {"T": "K"}, {"heat_flux": "W/m^2", "L": "m", "T0": "K", "k": "W/m/K"}, ("",),
    ),
    "B3": Documented(
        "lululxvi/deepxde#1000", ("UL101",), density_on_one_term, density_on_one_term_mended, XYT, FLOW,
        {"lam1": "kg/m^3", "lam2": "Pa*s"},
    ),
    "B5": Documented(
        "benmoseley/harmonic-oscillator-pinn#3", ("UL201",), weight_for_a_unit, weight_for_a_unit_mended, {"t": "s"},
        {"u": "m"}, {"m": "kg", "mu": "kg/s", "k": "kg/s^2", "measured": "m"},
    ),
    "B6": Documented(
        "chaobrain/pinnx", ("UL201",), mantissas_of_losses, mantissas_of_losses_mended, {"t": "s"},
        {"n": "mol", "w": "m/s"}, {"decay": "1/s", "tau": "s", "n0": "mol", "w0": "m/s"},
    ),
    "B7": Documented(
        "lululxvi/deepxde#2007", ("UL302",), celsius_in_radiation, celsius_in_radiation, {"x": "m"}, {"T": "degC"},
        {"k": "W/m/K", "sigma": "W/m^2/K^4", "D": "m"},
    ),
    "B8": Documented(
        "ehsanhaghighat/sciann#72", ("UL105",), condition_without_its_field, condition_without_its_field_mended,
        {"x": "m"}, {"T": "K"}, {"T_wall": "K", "T_far": "K"},
    ),
    "B9": Documented(
        "danieljprice/phantom#498", ("UL101",), mass_of_area, mass_of_area_mended, {"x": "m"}, {"m": "kg"},
        {"G": "m^3/kg/s^2", "utime": "s", "udist": "m"}, ("kg",),
    ),
    "B10": Documented(
        "FARGO3D/fargo3d#15", ("UL101",), inverse_spacing, inverse_spacing_mended, {"x": "m"}, {"u": "m/s"},
        {"inv_dx": "1/m", "a": ""},
    ),
    "B11": Documented(
        "davidem88/rhoEnergyFoam#1", ("UL102",), epsilon_without_unit, epsilon_without_unit_mended,
        {"x": "m", "y": "m"}, {"u": "m/s", "v": "m/s"}, {"U": "m/s", "L": "m"},
    ),
    "B12": Documented(
        "pybamm-team/PyBaMM#555", ("UL101",), conductivity_times_current, conductivity_times_current_mended,
        {"x": "m"}, {"phi": "V"}, {"i": "A/m^2", "sigma": "S/m"},
    ),
}  # fmt: skip
