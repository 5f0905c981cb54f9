"""Mandel's problem as a sum of modes: the reference of consolidation between plates."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar

Array = NDArray[np.float64]

_SMALLEST = 1e-9


@dataclass(frozen=True)
class MandelSeries:
    """Clay between smooth plates that bear a load, drained at its sides, all in coherent SI.

    Args: half_width a [m]; load F/a [Pa]; shear_modulus G [Pa]; poisson_ratio ν; coupling α; storage S [Pa⁻¹];
    mobility m [m² Pa⁻¹ s⁻¹]; start, the first time that is asked for, which says how many modes are left [s].

    >>> series = MandelSeries(0.05, 1e5, 3e6, 0.2, 1.0, 1e-8, 1e-13, 60.0)
    >>> (len(series.roots), round(series.peak(60.0, 2400.0)[1] / series.at_once, 3))
    (11, 1.101)
    """

    half_width: float
    load: float
    shear_modulus: float
    poisson_ratio: float
    coupling: float
    storage: float
    mobility: float
    start: float

    @property
    def rate(self) -> float:
        """c/a² [s⁻¹], of the consolidation coefficient  c = m/(S + α²/M)."""
        return self.mobility / (self.storage + self.coupling**2 / self.modulus) / self.half_width**2

    @property
    def modulus(self) -> float:
        """M = 2G(1−ν)/(1−2ν), of clay that cannot widen [Pa]."""
        return 2 * self.shear_modulus * (1 - self.poisson_ratio) / (1 - 2 * self.poisson_ratio)

    @property
    def _undrained_bulk(self) -> float:
        nu = self.poisson_ratio
        return 2 * self.shear_modulus * (1 + nu) / (3 * (1 - 2 * nu)) + self.coupling**2 / self.storage

    @property
    def undrained_ratio(self) -> float:
        """νᵤ, Poisson's ratio while no water leaves."""
        bulk, shear = self._undrained_bulk, self.shear_modulus
        return (3 * bulk - 2 * shear) / (2 * (3 * bulk + shear))

    @property
    def at_once(self) -> float:
        """p₀, the pressure of the water when the load is laid on,  B (1+νᵤ)/3 · F/a  with Skempton's B [Pa]."""
        skempton = self.coupling / (self.storage * self._undrained_bulk)
        return self.load * skempton * (1 + self.undrained_ratio) / 3

    @functools.cached_property
    def roots(self) -> Array:
        """The αᵢ of  tan α/α = (1−ν)/(νᵤ−ν)  whose modes are larger than 10⁻⁹ at the start."""
        ratio = (1 - self.poisson_ratio) / (self.undrained_ratio - self.poisson_ratio)
        count = int((-np.log(_SMALLEST) / (self.start * self.rate)) ** 0.5 / np.pi) + 1

        def unmet(angle: float) -> float:
            return float(np.sin(angle) - ratio * angle * np.cos(angle))

        def root(number: int) -> float:
            low = number * np.pi + (0.0 if number else 1e-3)
            return float(brentq(unmet, low, (number + 0.5) * np.pi, xtol=1e-14, rtol=1e-15))

        return np.array([root(number) for number in range(count)])

    @functools.cached_property
    def sizes(self) -> Array:
        """Cᵢ = 1/(αᵢ − sin αᵢ cos αᵢ)."""
        return np.asarray(1 / (self.roots - np.sin(self.roots) * np.cos(self.roots)))

    @property
    def start_waves(self) -> tuple[float, list[tuple[float, float]]]:
        """The pressure at the start over the load,  Q + Σ Pᵢ cos(αᵢx/a):  Q, then each Pᵢ with its αᵢ."""
        left = 2 * self.at_once / self.load * np.sin(self.roots) * self.sizes
        left = left * np.exp(-(self.roots**2) * self.rate * self.start)
        return -float(left @ np.cos(self.roots)), list(zip(left.tolist(), self.roots.tolist(), strict=True))

    @property
    def squeeze(self) -> tuple[float, list[tuple[float, float]]]:
        """How thin the clay gets,  ∂u_y/∂y = E + Σ Eᵢ e^(−rᵢt):  E, then each Eᵢ with its rᵢ [s⁻¹]."""
        unit = self.load / (2 * self.shear_modulus)
        sizes = 2 * (1 - self.undrained_ratio) * unit * self.sizes * np.sin(self.roots) * np.cos(self.roots)
        fading = self.roots**2 * self.rate
        return -(1 - self.poisson_ratio) * unit, list(zip(sizes.tolist(), fading.tolist(), strict=True))

    def fields(self, points: Array) -> dict[str, Array]:
        """Pressure p [Pa] and displacements u_x, u_y [m] at points (N, 3) of x, y [m] and t [s]."""
        x, y, t = points.T
        alpha, a, unit = self.roots, self.half_width, self.load / (2 * self.shear_modulus)
        left = self.sizes * np.exp(-np.outer(t, alpha**2 * self.rate))
        angles, sine, cosine = np.outer(x, alpha / a), np.sin(alpha), np.cos(alpha)
        gone = left @ (sine * cosine)
        return {
            "p": 2 * self.at_once * ((left * sine) * (np.cos(angles) - cosine)).sum(1),
            "u_x": unit
            * (
                (self.poisson_ratio - 2 * self.undrained_ratio * gone) * x
                + 2 * a * ((left * cosine) * np.sin(angles)).sum(1)
            ),
            "u_y": -unit * (1 - self.poisson_ratio - 2 * (1 - self.undrained_ratio) * gone) * y,
        }

    def peak(self, first: float, last: float) -> tuple[float, float]:
        """When between two times the pressure in the middle is largest [s], and how large [Pa]."""

        def fallen(time: float) -> float:
            return -float(self.fields(np.array([[0.0, 0.0, time]]))["p"][0]) / self.load

        found = minimize_scalar(fallen, bounds=(first, last), method="bounded", options={"xatol": 1e-6 * last})
        return float(found.x), -float(found.fun) * self.load
