"""Reactions in a stream."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from pinnln import (
    MLP,
    Benchmark,
    Neumann,
    Problem,
    QuantityOfInterest,
    Residual,
    Robin,
    Sampling,
    Scales,
    constant,
    coordinates,
    d,
    exp,
    field,
)
from pinnln.problems.newton_method import newton
from pinnln.problems.two_point_reference import Line
from pinnln.problems.validity import COLDEST, EXTENT, MATTER, require, require_warmer, rounded
from pinnln.units import Q, Quantity

_TERMS = 128
_SLOW = 0.1


def arrhenius_reactor(
    length: Quantity = Q("2 m"),
    speed: Quantity = Q("5 mm/s"),
    dispersion: Quantity = Q("10 cm^2/s"),
    heat_dispersion: Quantity = Q("15 cm^2/s"),
    attempts: Quantity = Q("1.5e6 1/s"),
    activation: Quantity = Q("50 kJ/mol"),
    feed: Quantity = Q("2 mol/L"),
    feed_temperature: Quantity = Q(25, "degC"),
    rise_per_feed: Quantity = Q("13.6 K*L/mol"),
) -> Benchmark:
    """Acetic anhydride turns into acid along a tube of water, warms it, and reacts the faster for that.

    D c″ − u c′ − k c = 0,   α T″ − u T′ + r k c = 0,   k = A e^(−E/RT).
    What the stream and mixing bring in is the feed (P. V. Danckwerts):  u c − D c′ = u c₀,  u T − α T′ = u T₀  at the
    inlet; nothing changes any more at the outlet, c′ = T′ = 0. So c jumps at the inlet, falls along the tube, and all
    the heat leaves with the stream:  T(L) − T₀ = r (c₀ − c(L)), whatever the kinetics are. The prefactor A counts 10⁹
    times the rate that is there: what matters is  Da = k(T₀)L/u,  Pe = uL/D  and uL/α, and how much faster the warm
    stream reacts,  E r c₀/(R T₀²) = 1.84 with the defaults.

    Args: length L [m]; speed u [m s⁻¹]; dispersion D and heat_dispersion α, mixing along the tube [m² s⁻¹], with uL/D
    and uL/α up to 50; attempts A [s⁻¹]; activation E [J mol⁻¹]; feed c₀ [mol m⁻³]; feed_temperature T₀ [K];
    rise_per_feed r, the heat of reaction over the heat capacity [K m³ mol⁻¹].
    Returns: the benchmark; its quantities of interest are the conversion at the outlet, and its temperature.
    Raises: ProblemError for an argument out of its range, or a reaction so hot that a cold and a burning state may both
    be steady, UnitsError for one of another dimension.
    Source: P. V. Danckwerts, Chem. Eng. Sci. 2 (1953) 1-13; R. F. Heinemann, A. B. Poore, Chem. Eng. Sci. 36 (1981)
    1411-1419, for several steady states. Reference by our own Chebyshev series.

    >>> [f"{item.reference:.6g~P}" for item in arrhenius_reactor().quantities]
    ['0.943172', '323.804 K']
    """
    L, u = require("length", length, "m", EXTENT), require("speed", speed, "m/s", "the feed comes in at the start")
    D = require("dispersion", dispersion, "m^2/s", "mixing evens out")
    alpha = require("heat_dispersion", heat_dispersion, "m^2/s", "mixing evens out")
    A = require("attempts", attempts, "1/s", "without a reaction the feed leaves as it came")
    E = require("activation", activation, "J/mol", "a reaction has a barrier to climb")
    c0, T0 = require("feed", feed, "mol/m^3", MATTER), require("feed_temperature", feed_temperature, "kelvin", COLDEST)
    r = require("rise_per_feed", rise_per_feed, "K*m^3/mol", "the reaction gives heat")
    gas = Q("1 molar_gas_constant").to("J/mol/K")
    gamma, beta = E / (gas.m_as("J/mol/K") * T0), r * c0 / T0
    mass, heat, damkohler = u * L / D, u * L / alpha, A * np.exp(-gamma) * L / u
    _require_one_state(mass, heat, damkohler, gamma, beta)
    (x,) = coordinates(x=(0 * length, length))
    c, T = field("c", "mol/L", of=(x,)), field("T", "kelvin", of=(x,))
    reacted = attempts * exp(-(activation / (gas * T))) * c
    fed, warm = constant("feed", feed), constant("feed_temperature", feed_temperature.to("kelvin"))
    problem = Problem(
        Residual("mass", dispersion * d(c, x, x) - speed * d(c, x) - reacted),
        Residual("heat", heat_dispersion * d(T, x, x) - speed * d(T, x) + rise_per_feed * reacted),
        Robin(c, a=speed, b=dispersion, g=speed * fed, on=x.start),
        Robin(T, a=speed, b=heat_dispersion, g=speed * warm, on=x.start),
        Neumann(c, 0 * feed / length, on=x.end),
        Neumann(T, Q("0 K/m"), on=x.end),
    )
    groups = [rounded(item) for item in (mass, heat, damkohler, gamma, beta)]
    left, warmed = reactor_profile(*groups)

    def exact(points: np.ndarray) -> dict[str, np.ndarray]:
        rows = Line(_TERMS).rows(points[:, 0] / L, 0)
        return {"c": c0 * (rows @ left), "T": T0 + r * c0 * (rows @ warmed)}

    out = exact(np.array([[L]]))
    return Benchmark(
        name="arrhenius_reactor",
        title="A reaction along a tube warms its stream and runs the faster for that",
        problem=problem,
        scales=Scales(x=length, c=feed, T=(feed_temperature, Q(r * c0, "delta_degC"))),
        quantities=(
            QuantityOfInterest(
                "conversion at the outlet",
                lambda solution: (1 - solution(c, x=length) / feed).to("dimensionless"),
                Q(1 - out["c"][0] / c0, "dimensionless"),
                "our Chebyshev series",
            ),
            QuantityOfInterest(
                "temperature of the outlet",
                lambda solution: solution(T, x=length),
                Q(out["T"][0], "kelvin"),
                "our Chebyshev series",
            ),
        ),
        exact=exact,
        network=MLP(width=12, depth=2),
        sampling=Sampling(interior=256, face=1),
        steps=60,
        citation="P. V. Danckwerts, Chem. Eng. Sci. 2 (1953) 1-13",
        reference="computed",
        accuracy=1e-10,
        aim=1e-6,
    )


def _require_one_state(mass: float, heat: float, damkohler: float, gamma: float, beta: float) -> None:
    """Nothing, if the reactor has one steady state that the reference resolves.

    Where both heat and mass are stirred there is one if γβ < 4 (1 + β), where heat alone is, if γβ < e: the conversion
    then grows more slowly with the temperature than the heat that is carried off.
    """
    why = "the reference does not resolve thinner layers at the ends"
    stirred, unchanged = "below it the tube is a stirred vessel", "below it the feed leaves as it came"
    rate = "Da, the rate at the inlet in units of speed/length"
    require(rate, damkohler, "", unchanged, low=1e-3, high=5.0, above=why)
    require("speed·length/dispersion", mass, "", stirred, low=0.01, high=50.0, above=why)
    require("speed·length/heat_dispersion", heat, "", stirred, low=0.01, high=50.0, above=why)
    require_warmer("rise_per_feed·feed/feed_temperature", beta, 1.0)
    hot = "a hotter reaction may burn or stay cold in the same stream, and both states are steady"
    faster = "activation·rise_per_feed·feed/(R·feed_temperature²)"
    require(faster, gamma * beta, "", "heat speeds it up", high=2.0, above=hot)


@functools.cache
def reactor_profile(
    mass: float, heat: float, damkohler: float, gamma: float, beta: float, count: int = _TERMS
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The reactor in units of its length and its feed:  y″/Pe − y′ = Da k y,  θ″/Pe_T − θ′ = −Da k y,
    k = exp(γ − γ/(1 + βθ)),  y − y′/Pe = 1 and θ = θ′/Pe_T at 0,  y′ = θ′ = 0 at 1.

    Args: mass Pe; heat Pe_T; damkohler Da; gamma γ = E/RT₀; beta β = r c₀/T₀; count of terms.
    Returns: y and θ as functions of Line(count), continued from no reaction.
    Raises: ArithmeticError if Newton's method does not converge.
    """
    line = Line(count)
    value, slope, bend = (line.rows(line.points, order) for order in range(3))
    inlet, drawn, outlet = (line.rows(np.array([place]), order) for place, order in ((0.0, 0), (0.0, 1), (1.0, 1)))
    none = np.zeros_like(inlet)
    ends = np.block([[inlet - drawn / mass, none], [outlet, none], [none, inlet - drawn / heat], [none, outlet]])
    moved = np.block([[bend / mass - slope, 0 * bend], [0 * bend, bend / heat - slope]])

    def system(state: np.ndarray[Any, Any], rate: float) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        y, theta = value @ state[: count + 2], value @ state[count + 2 :]
        fast = rate * np.exp(gamma - gamma / (1 + beta * theta))
        by_heat = (fast * y * gamma * beta / (1 + beta * theta) ** 2)[:, None] * value
        by_mass = fast[:, None] * value
        inside = moved @ state + np.concatenate([-fast * y, fast * y])
        jacobian = moved + np.block([[-by_mass, -by_heat], [by_mass, by_heat]])
        return np.concatenate([inside, ends @ state - [1.0, 0.0, 0.0, 0.0]]), np.vstack([jacobian, ends])

    state = np.zeros(2 * count + 4)
    state[0] = 1.0
    slower = [damkohler / 2.0**halved for halved in range(8, 0, -1)]
    for rate in (*(rate for rate in slower if rate > _SLOW), damkohler):
        state = newton(functools.partial(system, rate=rate), state)
    return state[: count + 2], state[count + 2 :]
