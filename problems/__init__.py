"""A library of problems: real physics with units, each with a reference it must meet."""

from pinnln.problems.acoustics import helmholtz
from pinnln.problems.convection import natural_convection
from pinnln.problems.electrostatics import poisson
from pinnln.problems.epidemic import sir
from pinnln.problems.heat import copper_bar
from pinnln.problems.joule import joule_heating
from pinnln.problems.option_pricing import black_scholes
from pinnln.problems.phase_separation import allen_cahn
from pinnln.problems.populations import lotka_volterra
from pinnln.problems.poroelastic import poroelastic_column
from pinnln.problems.pumping import oude_korendijk
from pinnln.problems.rheology import shear_heating
from pinnln.problems.shock import burgers
from pinnln.problems.thermoelastic import thermoelastic_bar
from pinnln.problems.thermometry import diffusivity_from_temperatures
from pinnln.problems.transport import advection
from pinnln.problems.vibration import wave
from pinnln.problems.wake import kovasznay

CATALOG = {
    maker.__name__: maker
    for maker in (
        copper_bar,
        joule_heating,
        thermoelastic_bar,
        poroelastic_column,
        shear_heating,
        natural_convection,
        poisson,
        helmholtz,
        burgers,
        wave,
        advection,
        allen_cahn,
        kovasznay,
        lotka_volterra,
        sir,
        black_scholes,
        oude_korendijk,
        diffusivity_from_temperatures,
    )
}
"""Every problem by name; each is a function that returns a Benchmark."""

__all__ = [
    "CATALOG",
    "advection",
    "allen_cahn",
    "black_scholes",
    "burgers",
    "copper_bar",
    "diffusivity_from_temperatures",
    "helmholtz",
    "joule_heating",
    "kovasznay",
    "lotka_volterra",
    "natural_convection",
    "oude_korendijk",
    "poisson",
    "poroelastic_column",
    "shear_heating",
    "sir",
    "thermoelastic_bar",
    "wave",
]
