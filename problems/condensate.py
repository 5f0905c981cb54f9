"""Waves of matter."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from math import pi
from typing import Any

import numpy as np
from numpy.polynomial.legendre import leggauss

from pinnln import (
    MLP,
    Benchmark,
    Dirichlet,
    Initial,
    Problem,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    cos,
    cosh,
    d,
    field,
    sin,
)
from pinnln.problems.validity import EXTENT, PHASE, require
from pinnln.units import Q, Quantity

_HBAR = Q(1.054571817e-34, "J*s")
"""The reduced constant of Planck, CODATA 2018."""
_NODES = 128


def schroedinger(
    width: Quantity = Q("10 um"),
    attraction: Quantity = Q("0.21 nm"),
    trap: Quantity = Q("710 Hz"),
    mass: Quantity = Q("7.016 dalton"),
    reach: float = 5.0,
    duration: Quantity | None = None,
) -> Benchmark:
    """A cloud of cold lithium atoms that attract each other draws together, and opens again: a breather.

    iħ ∂ψ/∂t = −(ħ²/2m) ∂²ψ/∂x² − g |ψ|² ψ,   g = 2ħωa,   ψ = u + iv.  Counted over ħ:
    ∂v/∂t = (ħ/2m) ∂²u/∂x² + (g/ħ) |ψ|² u,   ∂u/∂t = −(ħ/2m) ∂²v/∂x² − (g/ħ) |ψ|² v.
    |ψ|² is the number of atoms per length in a narrow tube, in which a trap of the frequency ω/2π holds them; two of
    them attract each other by the scattering length −a. In units of the width ℓ of the cloud, of mℓ²/ħ and of the
    density n = ħ²/(mgℓ²) no number is left but ½. √n / cosh(x/ℓ) would keep its shape for ever; the start is twice
    that, ψ = 2√n / cosh(x/ℓ), as after a sudden fourfold rise of the attraction. It is drawn together to a peak of
    four times the density with a dip on either side, at t = (π/4) mℓ²/ħ, and opens again within the same time:
    ψ = 4√n e^(it/2) (cosh 3x + 3 e^(4it) cosh x) / (cosh 4x + 4 cosh 2x + 3 cos 4t)  in those units.
    At the ends x = ±bℓ the value is that of a tube without ends. A common test closes [−5, 5] to a ring in its place;
    there the start has a kink, whose ripples never fade, and the solution is another.

    Args: width ℓ [m]; attraction a [m]; trap, its frequency [s⁻¹]; mass m of an atom [kg]; reach b, from 1 to 8;
    duration [s]; (π/2) mℓ²/ħ unless given.
    Returns: the benchmark; its quantities of interest are the density in the middle at half time, and the number of
    atoms between the ends at the end; with the defaults 16 n and 8 tanh(b) nℓ.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: J. Satsuma, N. Yajima, Prog. Theor. Phys. Suppl. 55, 284 (1974); on a ring M. Raissi, P. Perdikaris, G. E.
    Karniadakis, J. Comput. Phys. 378, 686 (2019).

    >>> [f"{item.reference:.4g~P}" for item in schroedinger().quantities]
    ['773 1/µm', '3865']
    """
    ell = require("width", width, "m", EXTENT)
    require("attraction", attraction, "m", "atoms that repel each other drift apart")
    require("trap", trap, "1/s", "without it the atoms leave the tube")
    require("mass", mass, "kg", "atoms have mass")
    why = "less than the cloud shows nothing, and farther out there is nothing"
    reach = require("reach", reach, "", why, low=1.0 - 1e-9, high=8.0)
    strength = (4 * pi * trap * attraction).to("um/ms")
    motion = (_HBAR / (2 * mass)).to("um^2/ms")
    time = (width**2 / (2 * motion)).to("ms")
    density = (2 * motion / (strength * width**2)).to("1/um")
    duration = pi / 2 * time if duration is None else duration
    T = require("duration", duration, "s", EXTENT) / time.m_as("s")
    require("duration·ħ/(mass·width²)", T, "", EXTENT, high=1000.0, above=PHASE)
    tau, root = time.m_as("s"), density.m_as("1/m") ** 0.5
    x, t = coordinates(x=(-reach * width, reach * width), t=(0 * duration, duration))
    u, v = field("u", "1/um^0.5", of=(x, t)), field("v", "1/um^0.5", of=(x, t))
    far = _breather([float(np.cosh(order * reach)) for order in range(1, 5)], *_turning(t / time, cos, sin))
    drawn = strength * (u**2 + v**2)
    problem = Problem(
        Residual("real part", d(v, t) - motion * d(u, x, x) - drawn * u),
        Residual("imaginary part", d(u, t) + motion * d(v, x, x) + drawn * v),
        Dirichlet(u, density**0.5 * far[0], on=x.ends),
        Dirichlet(v, density**0.5 * far[1], on=x.ends),
        Initial(u, 2 * density**0.5 / cosh(x / width)),
        Initial(v, 0 * density**0.5),
    )

    exact = functools.partial(_cloud, ell=ell, tau=tau, root=root)
    half = exact(np.array([[0.0, T * tau / 2]]))
    nodes, weights = leggauss(_NODES)
    last = exact(np.stack([reach * ell * nodes, np.full(_NODES, T * tau)], axis=1))
    atoms = reach * ell * float(weights @ (last["u"] ** 2 + last["v"] ** 2))
    return Benchmark(
        name="schroedinger",
        title="A cloud of cold atoms draws together and opens again",
        problem=problem,
        scales=Scales(x=width, t=time, u=density**0.5, v=density**0.5),
        quantities=(
            QuantityOfInterest(
                "density in the middle at half time",
                lambda solution: solution(u**2 + v**2, x=0 * width, t=duration / 2),
                Q((half["u"] ** 2 + half["v"] ** 2)[0], "1/m").to("1/um"),
                "exact solution",
            ),
            QuantityOfInterest(
                "number of atoms at the end",
                lambda solution: solution.integral(u**2 + v**2, on=t.end),
                Q(atoms, "dimensionless"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=4),
        sampling=Sampling(interior=2000),
        steps=150,
        windows=4,
        citation="J. Satsuma, N. Yajima, Prog. Theor. Phys. Suppl. 55 (1974) 284-306",
        aim=1e-6,
    )


def _cloud(points: np.ndarray, ell: float, tau: float, root: float) -> dict[str, np.ndarray]:
    """The fields at points (N, 2): of the width ℓ, in units of the time τ and of √n."""
    wide = [np.cosh(order * points[:, 0] / ell) for order in range(1, 5)]
    found = _breather(wide, *_turning(points[:, 1] / tau, np.cos, np.sin))
    return {"u": root * found[0], "v": root * found[1]}


def _turning(t: Any, cos: Callable[[Any], Any], sin: Callable[[Any], Any]) -> tuple[Any, Any, Any, Any]:
    """cos and sin of t/2, cos and sin of 4t."""
    return cos(t / 2), sin(t / 2), cos(4 * t), sin(4 * t)


def _breather(C: Sequence[Any], slow_cos: Any, slow_sin: Any, fast_cos: Any, fast_sin: Any) -> tuple[Any, Any]:
    """Real and imaginary part of  4 e^(it/2) (cosh 3x + 3 e^(4it) cosh x) / (cosh 4x + 4 cosh 2x + 3 cos 4t).

    Args: C, cosh x, cosh 2x, cosh 3x and cosh 4x; what turns, as `_turning` says.
    """
    even, odd = C[2] + 3 * C[0] * fast_cos, 3 * C[0] * fast_sin
    below = C[3] + 4 * C[1] + 3 * fast_cos
    return 4 * (even * slow_cos - odd * slow_sin) / below, 4 * (even * slow_sin + odd * slow_cos) / below
