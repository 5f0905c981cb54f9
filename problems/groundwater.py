"""Water that seeps through the ground."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from math import pi
from typing import Any

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Neumann,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    cos,
    d,
    div,
    exp,
    field,
    grad,
)
from pinnln.problems.validity import EXTENT, MATTER, require, rounded
from pinnln.units import Q, Quantity


def darcy_flow(
    length: Quantity = Q("200 m"),
    width: Quantity = Q("100 m"),
    conductivity: Quantity = Q("0.2 mm/s"),
    contrast: float = 100.0,
    drop: Quantity = Q("1 m"),
) -> Benchmark:
    """Groundwater in sand goes round a body of silt that lets little of it through.

    ∇·(K ∇h) = 0,   K = K₀ C^(−cos²(πx/L) cos²(πy/B)),   on [−L/2, L/2] × [−B/2, B/2];  h = ±H/2 at the ends x = ±L/2,
    nothing flows through the sides. The conductivity K falls smoothly from that of sand, K₀, at all four sides to K₀/C
    in the middle. There the head falls most steeply and least water flows; most of it takes the way along the sides,
    and altogether less than through sand alone. Where K varies by decades, so do the terms of the equation.

    Args: length L and width B [m], with L/B from 0.2, up to 5; conductivity K₀ of the sand [m s⁻¹]; contrast C of sand
    over silt, above 1, up to 1000; drop H of the head [m].
    Returns: the benchmark; its quantities of interest are the flow through the ground per metre of depth, and the
    gradient of the head in the middle of the silt.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: H. Darcy, Les fontaines publiques de la ville de Dijon, 1856; reference by our own Fourier series.

    >>> [f"{item.reference:.6g~P}" for item in darcy_flow().quantities]
    ['3.66316 m²/d', '0.0101781']
    """
    L, B = require("length", length, "m", EXTENT), require("width", width, "m", EXTENT)
    K0 = require("conductivity", conductivity, "m/s", "water flows to where its head is lower")
    decades = "the reference resolves no more than three decades"
    C = require("contrast", contrast, "", "silt lets less through than sand", low=1.0, high=1000.0, above=decades)
    H = require("drop", drop, "m", MATTER)
    wide, long = (f"the reference resolves no {way} ground" for way in ("wider", "longer"))
    require("length/width", L / B, "", wide, low=0.2, high=5.0, above=long)
    x, y = coordinates(x=(-length / 2, length / 2), y=(-width / 2, width / 2))
    h = field("h", "m", of=(x, y))
    K = conductivity * exp(-np.log(C) * cos(pi * x / length) ** 2 * cos(pi * y / width) ** 2)
    problem = Problem(
        Residual("water", div(K * grad(h))),
        Dirichlet(h, -drop / 2, on=x.start),
        Dirichlet(h, drop / 2, on=x.end),
        Neumann(h, 0 * drop / width, on=y.ends),
    )
    reference = head_round_silt(rounded(C), rounded(L / B))

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        return {"h": H * reference.head(2 * pi * points[:, 0] / L, 2 * pi * points[:, 1] / B)}

    return Benchmark(
        name="darcy_flow",
        title="Groundwater in sand goes round a body of silt",
        problem=problem,
        scales=Scales(x=length / 2, y=width / 2, h=drop / 2),
        quantities=(
            QuantityOfInterest(
                "flow through the ground",
                lambda solution: solution.integral(K * d(h, x), on=x.end),
                Q(K0 * H * B / L * reference.flow, "m^2/s").to("m^2/day"),
                "our Fourier series",
            ),
            QuantityOfInterest(
                "gradient of the head in the silt",
                lambda solution: solution(d(h, x), x=0 * length, y=0 * width),
                Q(H / L * reference.steepest, "dimensionless"),
                "our Fourier series",
            ),
        ),
        exact=exact,
        network=MLP(width=24, depth=2),
        sampling=Sampling(interior=1500, face=60),
        steps=400,
        citation="H. Darcy, Les fontaines publiques de la ville de Dijon, Dalmont, Paris 1856",
        reference="computed",
        accuracy=1e-10,
        aim=1e-5,
    )


@dataclass(frozen=True)
class SiltReference:
    """The head round a body of silt,  h/H = ξ/2π + Σ aₘₙ sin mξ cos nη,  ξ = 2πx/L, η = 2πy/B.

    Attributes: coefficients aₘₙ (M, N) for m from 1 and n from 0.
    """

    coefficients: np.ndarray[Any, Any]

    def head(self, xi: np.ndarray[Any, Any], eta: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """h/H at points (N,)."""
        m, n = (np.arange(size) for size in self.coefficients.shape)
        waves = np.einsum("pm,mn,pn->p", np.sin(np.outer(xi, m + 1)), self.coefficients, np.cos(np.outer(eta, n)))
        return np.asarray(xi / (2 * pi) + waves)

    @property
    def flow(self) -> float:
        """The flow over that through sand alone: the mean of  L/H ∂h/∂x  at the end x = L/2, where K = K₀."""
        m = np.arange(1, len(self.coefficients) + 1)
        return float(1 + 2 * pi * (m * (-1.0) ** m) @ self.coefficients[:, 0])

    @property
    def steepest(self) -> float:
        """L/H ∂h/∂x in the middle."""
        return float(1 + 2 * pi * np.arange(1, len(self.coefficients) + 1) @ self.coefficients.sum(1))


@functools.cache
def head_round_silt(contrast: float, slenderness: float, modes: int = 24) -> SiltReference:
    """Δh + ∇ln K · ∇h = 0  with  ln K = −¼ ln C (1 + cos ξ)(1 + cos η), collocated at modes² points of a quarter.

    K repeats and is even about every side, so h goes on smoothly beyond all of them, and its series converges faster
    than any power.

    Args: contrast C; slenderness L/B; modes along each coordinate.

    >>> round(head_round_silt(1.0, 2.0, 4).flow, 12)
    1.0
    """
    places = pi * (np.arange(modes) + 0.5) / modes
    xi, eta = (grid.ravel()[:, None] for grid in np.meshgrid(places, places, indexing="ij"))
    m, n = (grid.ravel() for grid in np.meshgrid(np.arange(1, modes + 1), np.arange(modes), indexing="ij"))
    along, across = (
        np.log(contrast) / 4 * np.sin(xi) * (1 + np.cos(eta)),
        np.log(contrast) / 4 * (1 + np.cos(xi)) * np.sin(eta),
    )
    bend = -(m**2 + (slenderness * n) ** 2) * np.sin(m * xi) * np.cos(n * eta)
    slope = along * m * np.cos(m * xi) * np.cos(n * eta) - slenderness**2 * across * n * np.sin(m * xi) * np.sin(
        n * eta
    )
    found = np.linalg.solve(bend + slope, -along[:, 0] / (2 * pi))
    return SiltReference(found.reshape(modes, modes))
