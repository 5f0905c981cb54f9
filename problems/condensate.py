"""Waves of matter."""

from __future__ import annotations

from math import pi

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Initial,
    Periodic,
    Problem,
    PublishedError,
    QuantityOfInterest,
    Residual,
    Sampling,
    Scales,
    coordinates,
    cosh,
    d,
    field,
)
from pinnln.problems.fourier_reference import schroedinger_reference
from pinnln.problems.validity import EXTENT, require
from pinnln.units import Q, Quantity

_HBAR = Q(1.054571817e-34, "J*s")
"""The reduced constant of Planck, CODATA 2018."""


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
    density n = ħ²/(mgℓ²) no number is left. √n / cosh(x/ℓ) would keep its shape for ever; the start is twice
    that, ψ = 2√n / cosh(x/ℓ), as after a sudden fourfold rise of the attraction, and is drawn together to a peak of
    four times the density with a dip on either side, at t = (π/4) mℓ²/ħ, and back again within the same time. The
    tube is closed to a ring at x = ±bℓ: b = 5 is the common test. There value and slope agree, and the start has a kink
    of a hundredth of the steepest slope, whose ripples go round and never fade.

    Args: width ℓ [m]; attraction a [m]; trap, its frequency [s⁻¹]; mass m of an atom [kg]; reach b, from 4 to 8;
    duration, up to 4 mℓ²/ħ [s]; (π/2) mℓ²/ħ unless given.
    Returns: the benchmark; its quantities of interest are the density in the middle at half time, and the number of
    atoms at the end, which is that of the start, 8 tanh(b) nℓ.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: J. Satsuma, N. Yajima, Prog. Theor. Phys. Suppl. 55, 284 (1974); as a test M. Raissi, P. Perdikaris, G. E.
    Karniadakis, J. Comput. Phys. 378, 686 (2019). Reference by our own Fourier series of 512 waves: with twice as many
    it differs by less than 1e-5, the share of the kink.

    >>> [f"{item.reference:.4g~P}" for item in schroedinger().quantities]
    ['772.5 1/µm', '3865']
    """
    ell = require("width", width, "m", EXTENT)
    require("attraction", attraction, "m", "atoms that repel each other drift apart")
    require("trap", trap, "1/s", "without it the atoms leave the tube")
    require("mass", mass, "kg", "atoms have mass")
    why = "the start does not fall to zero on a smaller ring, and the reference does not resolve it on a larger one"
    require("reach", reach, "", why, low=4.0 - 1e-9, high=8.0)
    strength = (4 * pi * trap * attraction).to("um/ms")
    motion = (_HBAR / (2 * mass)).to("um^2/ms")
    time = (width**2 / (2 * motion)).to("ms")
    density = (2 * motion / (strength * width**2)).to("1/um")
    duration = pi / 2 * time if duration is None else duration
    T = require("duration", duration, "s", EXTENT) / time.m_as("s")
    require("duration·ħ/(mass·width²)", T, "", "the reference is computed up to there", high=4.0)
    tau, root = time.m_as("s"), density.m_as("1/m") ** 0.5
    x, t = coordinates(x=(-reach * width, reach * width), t=(0 * duration, duration))
    u, v = field("u", "1/um^0.5", of=(x, t)), field("v", "1/um^0.5", of=(x, t))
    drawn = strength * (u**2 + v**2)
    problem = Problem(
        Residual("real part", d(v, t) - motion * d(u, x, x) - drawn * u),
        Residual("imaginary part", d(u, t) + motion * d(v, x, x) + drawn * v),
        Periodic(u, on=x.ends),
        Periodic(v, on=x.ends),
        Initial(u, 2 * density**0.5 / cosh(x / width)),
        Initial(v, 0 * density**0.5),
    )
    reference = schroedinger_reference(float(f"{reach:.12e}"), float(f"{T:.12e}"))

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        h = reference(points[:, 0] / ell, points[:, 1] / tau)
        h = np.where(points[:, 1] == 0, 2 / np.cosh(points[:, 0] / ell), h)
        return {"u": root * h.real, "v": root * h.imag}

    half = exact(np.array([[0.0, T * tau / 2]]))
    atoms = 8 * np.tanh(reach) * density.m_as("1/m") * ell
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
                "our Fourier series with exponential time steps",
            ),
            QuantityOfInterest(
                "number of atoms at the end",
                lambda solution: solution.integral(u**2 + v**2, on=t.end),
                Q(atoms, "dimensionless"),
                "it is kept",
            ),
        ),
        exact=exact,
        network=MLP(width=30, depth=3),
        sampling=Sampling(interior=3000, face=300),
        steps=150,
        windows=2,
        citation="J. Satsuma, N. Yajima, Prog. Theor. Phys. Suppl. 55 (1974) 284-306",
        reference="computed",
        accuracy=5e-2,
        aim=1e-4,
        published=(PublishedError(2.0e-3, "L-BFGS, float32", "M. Raissi et al., J. Comput. Phys. 378 (2019) 686-707"),),
    )
