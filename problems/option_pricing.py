"""What a right to buy is worth."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

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
    constant,
    coordinates,
    d,
    erf,
    exp,
    field,
    log,
)
from pinnln.problems.validity import EXTENT, require
from pinnln.units import Coordinate, Expression, Number, Q, Quantity

_WORTHLESS, _DEAR = 0.01, 4.0


def black_scholes(
    strike: Quantity = Q("100 EUR"),
    volatility: Quantity = Q("0.4 / year**0.5"),
    rate: Quantity = Q("0.05 / year"),
    shortest: Quantity = Q("0.25 year"),
    longest: Quantity = Q("1 year"),
) -> Benchmark:
    """A right to buy a share later at a price agreed on today has a value:  ∂V/∂t = ½σ²S² ∂²V/∂S² + rS ∂V/∂S − rV.

    S is the price of the share, t the time that is left, V the value of a European call with strike K. At expiry
    V = max(S − K, 0) has a kink, which no smooth function meets; so the problem begins at the shortest time t₀, where
    V = S Φ(d₊) − K e^(−rt) Φ(d₋)  with  d± = (ln(S/K) + (r ± σ²/2) t) / (σ√t),  and asks how V goes on to the longest.
    A share at K/100 stands for one that is worth nothing; at 4K the formula holds too.

    Args: strike K [EUR]; volatility σ [year⁻½]; rate r of interest [year⁻¹], of either sign; shortest t₀ and longest
    time that is left [year].
    Returns: the benchmark; its quantities of interest are the value of the call at S = K and the number of shares that
    balances it, ∂V/∂S, both at the longest time.
    Raises: ProblemError for an argument out of its range, UnitsError for one of another dimension.
    Source: F. Black, M. Scholes, J. Political Economy 81, 637 (1973).

    >>> f"{black_scholes().quantities[0].reference:.4f~P}"
    '18.0230 EUR'
    """
    money = require("strike", strike, "EUR", "a share is bought for money")
    unrest = require("volatility", volatility, "1/s**0.5", "a price that is certain needs no equation")
    interest = require("rate", rate, "1/s", "interest is a number", low=-math.inf)
    soon = require("shortest", shortest, "s", "at expiry the value has a kink")
    late = require("longest", longest, "s", EXTENT)
    require("longest - shortest", (longest - shortest).to(longest.units), "s", EXTENT)
    kink, wild = "sooner the value still has a kink", "beyond it the value at 4K is that of a wager"
    require("volatility·√shortest", unrest * soon**0.5, "", kink, low=0.01)
    require("volatility·√longest", unrest * late**0.5, "", kink, high=3.0, above=wild)
    far = "beyond it nothing is left of the value, or of the strike"
    require("rate·longest", interest * late, "", far, low=-5.0, high=5.0)
    S, t = coordinates(S=(_WORTHLESS * strike, _DEAR * strike), t=(shortest, longest))
    V = field("V", "EUR", of=(S, t))
    sigma, r, K = constant("sigma", volatility), constant("r", rate), constant("K", strike)
    call = _formula(S, t, K, sigma, r)
    problem = Problem(
        Residual("value", d(V, t) - 0.5 * sigma**2 * S**2 * d(V, S, S) - r * S * d(V, S) + r * V),
        Dirichlet(V, call, on=S.ends),
        Initial(V, call),
    )

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        return {"V": _call(points[:, 0], points[:, 1], money, unrest, interest)}

    end = longest.m_as("s")
    d_plus = (interest + unrest**2 / 2) * end**0.5 / unrest
    return Benchmark(
        name="black_scholes",
        title="A right to buy a share later at a price agreed on today has a value",
        problem=problem,
        scales=Scales(S=strike, t=longest, V=strike),
        quantities=(
            QuantityOfInterest(
                "value at S = K",
                lambda solution: solution(V, S=strike, t=longest),
                Q(exact(np.array([[money, end]]))["V"][0], "EUR"),
                "exact solution",
            ),
            QuantityOfInterest(
                "shares that balance it at S = K",
                lambda solution: solution(d(V, S), S=strike, t=longest),
                Q(float(ndtr(d_plus)), "dimensionless"),
                "exact solution",
            ),
        ),
        exact=exact,
        network=MLP(width=20, depth=3),
        sampling=Sampling(interior=1500, face=60),
        steps=120,
        citation="F. Black, M. Scholes, J. Political Economy 81 (1973) 637-654",
        aim=1e-6,
    )


def _formula(S: Coordinate, t: Coordinate, K: Number, sigma: Number, r: Number) -> Expression:
    """S Φ(d₊) − K e^(−rt) Φ(d₋) as an expression, Φ(z) = ½ (1 + erf(z/√2))."""
    forward = log(S / K) + r * t
    width = sigma * (2 * t) ** 0.5
    above, below = 1 + erf(forward / width + width / 4), 1 + erf(forward / width - width / 4)
    value: Expression = 0.5 * (S * above - K * exp(-r * t) * below)
    return value


def _call(S: NDArray[np.float64], t: NDArray[np.float64], K: float, sigma: float, r: float) -> NDArray[np.float64]:
    """S Φ(d₊) − K e^(−rt) Φ(d₋) [EUR]."""
    width = sigma * np.sqrt(t)
    lower = (np.log(S / K) + r * t) / width - width / 2
    found: NDArray[np.float64] = S * ndtr(lower + width) - K * np.exp(-r * t) * ndtr(lower)
    return found
