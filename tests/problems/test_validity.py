"""Arguments that make no physical sense are refused: the argument, what it was, the range, and why."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from pinnln.problems import (
    CATALOG,
    advection,
    allen_cahn,
    black_scholes,
    burgers,
    copper_bar,
    heat_2d,
    helmholtz,
    joule_heating,
    korteweg_de_vries,
    kovasznay,
    kuramoto_sivashinsky,
    lid_driven_cavity,
    lotka_volterra,
    natural_convection,
    nernst_planck_poisson,
    poisson,
    shear_heating,
    sir,
    viscosity_from_velocities,
    wave,
)
from pinnln.problems.validity import require, require_count
from pinnln.reference_check import check_reference
from pinnln.units import ProblemError, Q, Quantity, UnitsError

REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (
        lambda: burgers(viscosity=Q("-0.01 m^2/s")),
        ProblemError,
        r"viscosity = -0.01 m²/s: expected a value above 0 m²/s, since friction takes energy away",
    ),
    (lambda: burgers(viscosity=Q("0.01 m/s")), UnitsError, r"viscosity = 0.01 m/s: expected a quantity in m²/s, as in"),
    (lambda: burgers(viscosity=Q("1e-4 m^2/s")), ProblemError, r"half_width\) = 0.0001: expected a value above 0.001"),
    (lambda: burgers(speed=1.0), UnitsError, r"speed = 1: expected a quantity in m/s, as in Q\('1 m/s'\)"),  # type: ignore[arg-type]
    (lambda: poisson(side=Q("0 m")), ProblemError, "side = 0 m: expected a value above 0 m, since a domain"),
    (lambda: poisson(charge_density=Q("0 C/m^3")), ProblemError, "charge_density = 0 C/m³: .* the field would vanish"),
    (lambda: poisson(charge_density=Q("inf C/m^3")), ProblemError, "charge_density = .*: expected a finite value"),
    (lambda: helmholtz(up=0), ProblemError, "up = 0: expected a whole number from 1"),
    (lambda: helmholtz(wavenumber=Q("0 1/m")), ProblemError, "wavenumber = 0 1/m: expected a value above 0"),
    (lambda: helmholtz(wavenumber=Q(2**0.5 * 3.141592653589793 / 2, "1/m")), ProblemError, r"standing wave \(1, 1\)"),
    (lambda: helmholtz(wavenumber=Q(17**0.5 * 3.141592653589793, "1/m")), ProblemError, "no resonance, since"),
    (lambda: wave(duration=Q("0 s")), ProblemError, "duration = 0 s: expected a value above 0 s"),
    (lambda: wave(amplitude=Q(["1", "2"], "mm")), ProblemError, "amplitude = .*: expected one number, found shape"),
    (lambda: advection(radius=Q("-1 m")), ProblemError, "radius = -1 m: expected a value above 0 m"),
    (lambda: allen_cahn(diffusivity=Q("-1e-4 m^2/s")), ProblemError, "what diffuses evens out"),
    (lambda: allen_cahn(diffusivity=Q("1e-6 m^2/s")), ProblemError, "expected a value above 1e-05 and up to 0.01,"),
    (lambda: allen_cahn(duration=Q("1 hour")), ProblemError, "rate·duration = 18000: expected"),
    (lambda: kovasznay(reynolds=-1), ProblemError, "reynolds = -1: expected a value above 0 and up to 1000"),
    (lambda: kovasznay(reynolds=Q("40 m")), UnitsError, "reynolds = 40 m: expected a pure number"),  # type: ignore[arg-type]
    (lambda: kovasznay(density=Q("0 kg/m^3")), ProblemError, "density = 0 kg/m³: .* since a fluid has mass"),
    (lambda: copper_bar(diffusivity=Q("-1 m^2/s")), ProblemError, "diffusivity = -1 m²/s: expected a value above 0"),
    (lambda: copper_bar(length=Q("10 s")), UnitsError, "length = 10 s: expected a quantity in m"),
    (lambda: copper_bar(cold=Q(-300, "degC")), ProblemError, "cold = .* since nothing is colder"),
    (lambda: joule_heating(heat_conductivity=Q("0 W/m/K")), ProblemError, "heat_conductivity = .* above 0"),
    (lambda: joule_heating(voltage=Q("0 V")), ProblemError, "voltage = 0 V: expected a value above 0 V"),
    (lambda: shear_heating(thinning=Q("0 1/K")), ProblemError, "thinning = .* the flow does not feel the heat"),
    (lambda: shear_heating(viscosity=Q("1 m^2/s")), UnitsError, "viscosity = 1 m²/s: expected a quantity in Pa·s"),
    (lambda: shear_heating(gap=Q("0 km")), ProblemError, "gap = 0 km: expected a value above 0 m"),
    (lambda: natural_convection(prandtl=-0.7), ProblemError, "prandtl = -0.7: expected a value above 0"),
    (lambda: natural_convection(gravity=Q("0 m/s^2")), ProblemError, "gravity = 0 m/s²: .* without weight"),
    (lambda: black_scholes(strike=Q("100 USD")), UnitsError, r"strike = 100 USD: expected a quantity in EUR, as in"),
    (lambda: black_scholes(volatility=Q("0.2 1/year")), UnitsError, "volatility = 0.2 1/a: expected a quantity in"),
    (lambda: black_scholes(shortest=Q("0 day")), ProblemError, "shortest = 0 d: .* at expiry the value has a kink"),
    (
        lambda: black_scholes(longest=Q("0.1 year")),
        ProblemError,
        "longest - shortest = -0.15 a: expected a value above",
    ),
    (lambda: black_scholes(rate=Q("inf/year")), ProblemError, "rate = .*: expected a finite value"),
    (lambda: lotka_volterra(prey=Q("0 individual")), ProblemError, "prey = 0 individual: .* does not come back"),
    (lambda: lotka_volterra(death=Q("-1/year")), ProblemError, "death = -1 1/a: .* starve without prey"),
    (lambda: lotka_volterra(predation=Q("1/year")), UnitsError, "predation = 1 1/a: expected a quantity in 1/"),
    (
        lambda: sir(infected=Q("2e6 person")),
        ProblemError,
        "infected/population = 2: expected a value above 0 and up to",
    ),
    (lambda: sir(population=Q("100 EUR")), UnitsError, "population = 100 EUR: expected a quantity in person"),
    (lambda: lid_driven_cavity(lid="smooth"), ProblemError, "lid = smooth: expected a Lid, such as UNIFORM, SMOOTH"),  # type: ignore[arg-type]
    (lambda: lid_driven_cavity(reynolds=500.0), ProblemError, "reynolds = 500: expected a value above 0 and up to 400"),
    (lambda: viscosity_from_velocities(seed=-1), ProblemError, "seed = -1: expected a whole number from 0, since"),
    (
        lambda: heat_2d(edge=Q(20, "K"), bump=Q(40, "delta_degC")),
        ProblemError,
        "edge − bump, of the cold bands = -20 K: expected a value above 0 K, since nothing is colder",
    ),
    (lambda: kovasznay(reynolds=None), ProblemError, "reynolds = None: expected a pure number"),  # type: ignore[arg-type]
    (lambda: kovasznay(reynolds=True), ProblemError, "reynolds = True: expected a pure number"),
    (lambda: copper_bar(length="1 m"), ProblemError, "length = '1 m': expected a quantity in m"),  # type: ignore[arg-type]
    (
        lambda: nernst_planck_poisson(concentration=Q("1 m")),
        UnitsError,
        "concentration = 1 m: expected a quantity in mol/m³",
    ),
    (lambda: sir(recovery=Q("0/day")), ProblemError, "recovery = 0 1/d: .* nobody is ill for ever"),
]


@pytest.mark.parametrize(("make", "kind", "words"), REFUSED, ids=[words[:40] for _, _, words in REFUSED])
def test_what_makes_no_physical_sense_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """Each in words that name the argument, what it was, and what was expected."""
    with pytest.raises(kind, match=words):
        make()


EDGES: dict[str, Callable[[], Any]] = {
    "burgers, until the shock has decayed": lambda: burgers(duration=Q("4 s")),
    "burgers, the thinnest shock": lambda: burgers(viscosity=Q(0.00101, "m^2/s"), duration=Q("4 s")),
    "burgers, much friction": lambda: burgers(viscosity=Q("1 m^2/s"), duration=Q("0.3 s")),
    "kovasznay, all friction": lambda: kovasznay(0.0101),
    "kovasznay, little friction": lambda: kovasznay(1000.0),
    "shear_heating, hot": lambda: shear_heating(
        speed=9.0 * inspect.signature(shear_heating).parameters["speed"].default
    ),
    "copper_bar, late": lambda: copper_bar(duration=Q("270 s")),
    "copper_bar, hardly warm": lambda: copper_bar(bump=Q(3e-4, "delta_degC")),
    "sir, one is ill": lambda: sir(infected=Q("1 person"), duration=Q("499 day")),
    "black_scholes, a wild share": lambda: black_scholes(volatility=Q("2.9/year**0.5")),
    "lotka_volterra, few": lambda: lotka_volterra(prey=Q("4.1 individual"), predators=Q("2.5 individual")),
    "kuramoto_sivashinsky, a small ring": lambda: kuramoto_sivashinsky(cells=1.5, duration=Q("4 ms")),
    "korteweg_de_vries, fast ripples": lambda: korteweg_de_vries(dispersion=0.3),
    "natural_convection, as fast as it goes in oil": lambda: natural_convection(1e5, prandtl=30.0),
}
"""Problems at the edge of what is admitted."""


@pytest.mark.parametrize("name", EDGES)
def test_a_reference_holds_up_to_the_edge_of_its_range(name: str) -> None:
    """There too it leaves no more of its equations and conditions than the accuracy that it states."""
    benchmark = EDGES[name]()
    assert check_reference(benchmark).failures(max(1e-10, benchmark.accuracy)) == []


BOTH_ENDS: list[tuple[Callable[[], Any], str]] = [
    (lambda: burgers(duration=Q("5 s")), "speed·duration/half_width = 5: .* up to 4, since the reference is followed"),
    (lambda: burgers(viscosity=Q("4 m^2/s")), "viscosity·duration/half_width² = 39.*: .* up to 3, since"),
    (lambda: kovasznay(1e-3), "reynolds = 0.001: expected a value above 0.01 .*, since below it friction is all"),
    (lambda: kovasznay(2e3), "reynolds = 2000: .* up to 1000, since beyond it the eddies do not fade"),
    (lambda: allen_cahn(diffusivity=Q("1e-6 m^2/s")), "since the reference does not resolve thinner walls"),
    (lambda: allen_cahn(diffusivity=Q("1 m^2/s")), "since wider walls do not fit into the box"),
    (lambda: copper_bar(duration=Q("1 hour")), "duration/length² = 39.*: .* up to 30, since later nothing is left"),
    (lambda: copper_bar(duration=Q("1 ns")), "duration/length² = .*: .* above 1e-06 .*, since sooner nothing"),
    (lambda: copper_bar(bump=Q(1, "microkelvin")), "bump/cold = .*: .* above 1e-06, since less is lost in the digits"),
    (lambda: copper_bar(bump=Q(20, "degC")), "bump = 20 °C: expected a difference of temperatures, .* found a point"),
    (lambda: copper_bar(cold=Q(20, "delta_degC")), "cold = 20 Δ°C: expected a temperature, .* found a difference of"),
    (lambda: copper_bar(length=Q("1e50 m")), "length = .* m: expected a size from 1e-40 to 1e.40 m, since products"),
    (
        lambda: shear_heating(speed=Q("1 km/s")),
        "heat_conductivity = .*: .* up to 1000, since beyond it all shear is in a",
    ),
    (
        lambda: natural_convection(rayleigh=10.0),
        "rayleigh = 10: .* expected one of them, since slower air only conducts",
    ),
    (lambda: natural_convection(rayleigh=1e8), "rayleigh = 1e.08: .* since the layers at the walls are too thin for"),
    (lambda: natural_convection(prandtl=0.01), "prandtl = 0.01: .* above 0.59 and up to 30, since .* eddies so swift"),
    (lambda: natural_convection(1e6, Q("1 cm")), "ΔT/mean_temperature = .*: .* and the box is to be higher"),
    (lambda: wave(duration=Q("1 hour")), "speed·duration/length = 7200: .* up to 1000, since the phase"),
    (
        lambda: black_scholes(rate=Q("9/year")),
        "rate·longest = 9: expected a value above -5 and up to 5, since beyond it",
    ),
    (lambda: lotka_volterra(prey=Q("1 individual")), "prey·harvest/death = 0.025: .*, since from so few the other"),
    (lambda: lotka_volterra(prey=Q("1e4 individual")), "prey·harvest/death = 250: .*, since so many all but eat"),
    (lambda: sir(duration=Q("10 year")), "contact·duration = .*: .* up to 200, since the reference is followed"),
]


@pytest.mark.parametrize(("make", "words"), BOTH_ENDS, ids=[words[:40] for _, words in BOTH_ENDS])
def test_a_refusal_says_why_at_that_end(make: Callable[[], object], words: str) -> None:
    """Below a range and above it for different reasons."""
    with pytest.raises((ProblemError, UnitsError), match=words):
        make()


ARGUMENTS = [(name, item) for name in CATALOG for item in inspect.signature(CATALOG[name]).parameters.values()]
"""Every argument of every problem."""
NAMES = [f"{name}, {item.name}" for name, item in ARGUMENTS]


def _example(default: object) -> object:
    """The default of an argument, or a time where it follows from the others."""
    return Q("1 s") if default is None else default


def _senseless(default: object) -> Iterator[object]:
    """What no argument with such a default may be."""
    yield from (True, np.True_, "1 m", object(), {}, [1.0], 1 + 1j, np.array([1.0, 2.0]), Q("1 candela"), math.nan)
    yield from (math.inf, -math.inf, Q(math.nan, "m"), Q(np.array([1.0]), "m"))
    if isinstance(default, Quantity):
        unit = default.units
        yield from (float(default.magnitude), Q(1.0, "dimensionless"))
        yield from (Q(size, unit) for size in (math.nan, math.inf, -math.inf, 1e300, 10**400, -1e300))
        yield Q(np.array([1.0, 2.0]), unit)
        warm = [item for item, _ in default.unit_items()]
        if default.is_compatible_with("kelvin"):
            difference = warm[0].startswith("delta")
            yield Q(20.0, "degC") if difference else Q(20.0, "delta_degC")
            yield Q(math.nan, "degC")
    elif isinstance(default, int | float):
        yield from (10**400, -(10**400), 1e300, Q(1.0, "m"))


@pytest.mark.parametrize(("name", "argument"), ARGUMENTS, ids=NAMES)
def test_no_argument_can_be_what_makes_no_sense(name: str, argument: inspect.Parameter) -> None:
    """Other types, other dimensions, arrays, what is not finite or beyond the numbers: each is told what it may be."""
    values = list(_senseless(_example(argument.default)))
    if argument.default is not None:
        values.append(None)
    for value in values:
        if argument.name == "seed" and isinstance(value, int) and value == 10**400:
            continue  # any whole number will do
        with pytest.raises((ProblemError, UnitsError), match=rf"^{argument.name} = .*expected"):
            CATALOG[name](**{argument.name: value})


EXTREMES = (1e-30, 1e-6, 1e6, 1e30)
"""How many times its default an argument may be tried to be."""
QUICK = [pair for pair in zip(NAMES, ARGUMENTS, strict=True) if isinstance(pair[1][1].default, Quantity | float)]


@pytest.mark.parametrize(("name", "argument"), [pair for _, pair in QUICK], ids=[text for text, _ in QUICK])
def test_an_argument_far_from_its_default_is_refused_or_has_an_answer(name: str, argument: inspect.Parameter) -> None:
    """Never a warning, an overflow, scales that contradict each other, or a reference that is zero or no number."""
    for factor in EXTREMES:
        value: Any = argument.default
        if isinstance(value, Quantity) and f"{value.units}" == "degree_Celsius":
            value = value.to("kelvin")  # a multiple of 20 °C is none of a temperature
        value = value * factor
        try:
            benchmark = CATALOG[name](**{argument.name: value})
        except (ProblemError, UnitsError):
            continue
        low, high = np.array([(item.low, item.high) for item in benchmark.problem.coordinates]).T
        points = low + (high - low) * np.random.default_rng(0).random((8, len(low)))
        for values in benchmark.exact(points).values():
            assert np.isfinite(values).all(), factor
        for quantity in benchmark.quantities:
            assert 0 < abs(quantity.reference.magnitude) < math.inf, (factor, quantity.name)
        assert benchmark.problem.term_sizes(benchmark.scales).equations


def test_numbers_of_other_kinds_are_numbers() -> None:
    """Those of numpy, fractions, per cent; a whole number stays whole."""
    for value in (np.float64(0.5), np.float32(0.5), Fraction(1, 2), Q(50, "percent"), Q(0.5, ""), Q(np.array(0.5), "")):
        assert require("share", value, "", "it is a share", high=1.0) == 0.5  # type: ignore[arg-type]
    assert require_count("across", np.int64(3), "waves have crests") == 3  # type: ignore[arg-type]
    assert type(require_count("across", np.int64(3), "waves have crests")) is int  # type: ignore[arg-type]


def test_a_pure_number_may_be_a_dimensionless_quantity() -> None:
    """Per cent are a hundred times as many: the same reference either way."""
    for name, argument in ARGUMENTS:
        if isinstance(argument.default, float):
            other = CATALOG[name](**{argument.name: Q(100 * argument.default, "percent")})
            same = CATALOG[name](**{argument.name: argument.default})
            for one, two in zip(other.quantities, same.quantities, strict=True):
                assert one.reference.m_as(two.reference.units) == pytest.approx(two.reference.magnitude, rel=1e-12)
