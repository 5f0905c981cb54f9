"""The unit law: restating a problem in other units changes no dimensionless residual and no step of the training."""

from __future__ import annotations

from collections.abc import Mapping
from math import pi

import pytest
import torch

from pinnln import (
    ALL_WAYS,
    MLP,
    SOAP,
    Adam,
    Benchmark,
    ConFIG,
    LayerNorm,
    LevenbergMarquardt,
    MeanSquare,
    MultiAdam,
    Sampling,
    SelfScaledBroyden,
    Way,
)
from pinnln.conditioning import AbstractConditioning, Unsafe
from pinnln.formulation import Formulation, nondimensional, stripped
from pinnln.optimizers import AbstractOptimizer
from pinnln.problems import (
    advection,
    allen_cahn,
    burgers,
    copper_bar,
    helmholtz,
    joule_heating,
    kovasznay,
    natural_convection,
    poisson,
    shear_heating,
    wave,
)
from pinnln.solution import Solution, fingerprint
from pinnln.solver import train
from pinnln.units import Q

RESTATED = {
    "copper bar in inches, hours and °F": (
        copper_bar(),
        copper_bar(
            length=Q("10 cm").to("inch"),
            diffusivity=Q("1.11 cm^2/s").to("inch^2/hour"),
            cold=Q(20, "degC").to("degF"),
            bump=Q(80, "delta_degC").to("delta_degF"),
            duration=Q("30 s").to("hour"),
        ),
    ),
    "Joule bar in inches, kilovolts and °F": (
        joule_heating(),
        joule_heating(
            length=Q("10 cm").to("inch"),
            voltage=Q("20 mV").to("kilovolt"),
            electric_conductivity=Q("1e6 S/m").to("kilosiemens/inch"),
            heat_conductivity=Q("15 W/m/K").to("horsepower/inch/delta_degF"),
            ambient=Q(20, "degC").to("degF"),
        ),
    ),
    "cavity in inches, hours, pounds and °F": (
        natural_convection(),
        natural_convection(
            height=Q("2.2 cm").to("inch"),
            viscosity=Q("15.7 mm^2/s").to("inch^2/hour"),
            density=Q("1.18 kg/m^3").to("pound/inch^3"),
            mean_temperature=Q("300 K").to("degF"),
            gravity=Q("9.81 m/s^2").to("mile/hour^2"),
        ),
    ),
}
STATED_TWICE = {
    "charge in inches, kilocoulombs and nanofarads": (
        poisson(),
        poisson(Q("10 cm").to("inch"), Q("1 uC/m^3").to("kC/inch^3"), Q("8.8541878188 pF/m").to("nF/inch")),
    ),
    "sound in feet and psi": (
        helmholtz(),
        helmholtz(Q("1 m").to("foot"), Q("1 1/m").to("1/foot"), Q("1 Pa").to("psi")),
    ),
    "streams in feet and hours": (
        burgers(),
        burgers(
            Q("1 m").to("foot"),
            Q("1 m/s").to("foot/hour"),
            Q(0.01 / pi, "m^2/s").to("foot^2/hour"),
            Q("1 s").to("hour"),
        ),
    ),
    "string in feet, inches and minutes": (
        wave(),
        wave(Q("1 m").to("foot"), Q("2 m/s").to("foot/minute"), Q("1 mm").to("inch"), Q("1 s").to("minute")),
    ),
    "tracer in miles, pounds and days": (
        advection(),
        advection(Q("1 m").to("mile"), Q("40 m/s").to("mile/day"), Q("1 g/m^3").to("pound/mile^3"), Q("1 s").to("day")),
    ),
    "mixture in inches and weeks": (
        allen_cahn(),
        allen_cahn(
            Q("1 m").to("inch"), Q("1e-4 m^2/s").to("inch^2/week"), Q("5 1/s").to("1/week"), Q("1 s").to("week")
        ),
    ),
    "ice in miles, weeks and °F": (
        shear_heating(),
        shear_heating(
            Q("1 km").to("mile"),
            Q("50 m/year").to("mile/week"),
            Q("1e14 Pa*s").to("psi*hour"),
            Q(0.1, "1/delta_degC").to("1/delta_degF"),
            Q("2.1 W/m/K").to("horsepower/inch/delta_degF"),
            Q(-20, "degC").to("degF"),
        ),
    ),
    "grid in inches, knots and pounds": (
        kovasznay(),
        kovasznay(40, Q("1 cm").to("inch"), Q("6.28 cm/s").to("knot"), Q("1.18 kg/m^3").to("pound/inch^3")),
    ),
}
OPTIMIZERS = {
    "LM": LevenbergMarquardt(steps=8, block=4),
    "Adam": Adam(steps=25, resample_every=10),
    "SOAP": SOAP(steps=25, resample_every=10, basis_every=4),
    "SSBroyden": SelfScaledBroyden(steps=15, resample_every=6),
}
SMALL = Sampling(interior=64, face=16)


def measured(benchmark: Benchmark) -> Formulation:
    """The benchmark in its characteristic scales."""
    return nondimensional(benchmark.problem, benchmark.problem.scales(benchmark.scales).yardsticks)


def trained(
    benchmark: Benchmark,
    formulation: Formulation,
    optimizer: AbstractOptimizer,
    conditioning: AbstractConditioning,
) -> Solution:
    """A short training from seed 3."""
    return train(benchmark.problem, formulation, MLP(width=8, depth=2), conditioning, [optimizer], SMALL, 3)


@pytest.mark.parametrize("conditioning", [MeanSquare(), LayerNorm(), LayerNorm(center=True)], ids=str)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("name", RESTATED)
def test_a_restated_problem_trains_to_the_same_parameters(
    name: str, optimizer: str, conditioning: AbstractConditioning
) -> None:
    """Bit for bit: the same equations, the same points, the same parameters."""
    first, second = RESTATED[name]
    assert fingerprint(measured(first)) == fingerprint(measured(second))
    one, two = (trained(item, measured(item), OPTIMIZERS[optimizer], conditioning) for item in (first, second))
    assert bool((one.theta == two.theta).all())
    assert one.report.steps == two.report.steps > 1


@pytest.mark.parametrize("name", STATED_TWICE)
def test_a_restated_problem_is_the_same_problem(name: str) -> None:
    """The dimensionless equations and conditions of the library's other problems are equal to the last bit."""
    first, second = STATED_TWICE[name]
    assert fingerprint(measured(first)) == fingerprint(measured(second))


def test_proposed_scales_obey_the_law_too() -> None:
    """Scales that pinnln proposes do not depend on the units of the statement either."""
    first, second = RESTATED["copper bar in inches, hours and °F"]
    one, two = (nondimensional(item.problem, item.problem.scales().yardsticks) for item in (first, second))
    assert fingerprint(one) == fingerprint(two)


NAIVE_UNITS: dict[str, Mapping[str, str]] = {
    "copper bar in inches, hours and °F": {"[length]": "inch", "[time]": "hour", "[temperature]": "delta_degF"},
    "Joule bar in inches, kilovolts and °F": {"[length]": "inch", "[temperature]": "delta_degF"},
    "cavity in inches, hours, pounds and °F": {"[length]": "inch", "[time]": "hour", "[mass]": "pound"},
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("name", RESTATED)
def test_the_naive_way_breaks_the_law(name: str, optimizer: str) -> None:
    """With units stripped, another system of units is another training: the parameters drift apart at once."""
    benchmark, _ = RESTATED[name]
    si = stripped(benchmark.problem, unsafe=True)
    other = stripped(benchmark.problem, NAIVE_UNITS[name], unsafe=True)
    assert fingerprint(si) != fingerprint(other)
    one, two = (trained(benchmark, item, OPTIMIZERS[optimizer], Unsafe(MeanSquare())) for item in (si, other))
    assert float((one.theta - two.theta).abs().max()) > 1e-3
    assert torch.isfinite(one.theta).all()


CAVITY = "cavity in inches, hours, pounds and °F"


@pytest.mark.parametrize("optimizer", ["LM", "Adam"])
@pytest.mark.parametrize("way", ALL_WAYS, ids=lambda way: way.name)
def test_every_way_called_sound_obeys_the_law_and_the_others_break_it(way: Way, optimizer: str) -> None:
    """The cavity restated trains to the same parameters within 1e-9, whatever the weighting; stripped of its units in
    one system or the other, to others."""
    benchmark, restated = RESTATED[CAVITY]
    if way.unsafe:
        systems = ({}, NAIVE_UNITS[CAVITY])
        pair = [(benchmark, stripped(benchmark.problem, units, unsafe=True)) for units in systems]
    else:
        pair = [
            (item, way.formulate(item.problem, item.problem.scales(item.scales).yardsticks))
            for item in (benchmark, restated)
        ]
    one, two = (trained(item, made, OPTIMIZERS[optimizer], way.conditioning).theta for item, made in pair)
    apart = float((one - two).abs().max() / one.abs().max())
    assert apart > 1e-3 if way.unsafe else apart <= 1e-9


@pytest.mark.parametrize("optimizer", [MultiAdam(steps=15), ConFIG(steps=15)], ids=lambda item: item.name)
def test_optimisers_on_terms_obey_the_law(optimizer: AbstractOptimizer) -> None:
    """The slopes of all terms of the restated cavity are the same, and so is what is made of them."""
    one, two = (trained(item, measured(item), optimizer, MeanSquare()).theta for item in RESTATED[CAVITY])
    assert float((one - two).abs().max()) <= 1e-9


def test_the_unit_a_field_is_asked_in_changes_nothing() -> None:
    """°F or kelvin as the unit of the field: the same training, and the answer in the unit that was asked for."""
    from pinnln import Dirichlet, Problem, Residual, coordinates, d, field, solve

    answers = []
    for unit in ("kelvin", "degF"):
        (x,) = coordinates(x=(Q("0 m"), Q("1 m")))
        T = field("T", unit, of=(x,))
        problem = Problem(
            Residual("heat", d(T, x, x)), Dirichlet(T, Q("300 K"), on=x.start), Dirichlet(T, Q("310 K"), on=x.end)
        )
        solution = solve(problem, optimizer=LevenbergMarquardt(steps=5), network=MLP(4, 1), sampling=SMALL, show=False)
        answers.append((solution.theta, solution(T, x=Q("50 cm"))))
    (first, kelvin), (second, fahrenheit) = answers
    assert bool((first == second).all())
    assert str(fahrenheit.units) == "degree_Fahrenheit"
    assert fahrenheit.to("kelvin").magnitude == pytest.approx(kelvin.magnitude, abs=1e-9)
