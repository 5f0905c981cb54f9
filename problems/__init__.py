"""A library of problems: real physics with units, each with a reference it must meet."""

from pinnln.problems.acoustics import helmholtz
from pinnln.problems.beam import euler_bernoulli_beam
from pinnln.problems.channel import poiseuille
from pinnln.problems.condensate import schroedinger
from pinnln.problems.consolidation import mandel_problem
from pinnln.problems.convection import natural_convection
from pinnln.problems.double_layer import electro_osmosis
from pinnln.problems.elasticity import plane_elasticity
from pinnln.problems.electrodynamics import maxwell_cavity_mode
from pinnln.problems.electrostatics import poisson
from pinnln.problems.epidemic import sir
from pinnln.problems.flame import kuramoto_sivashinsky
from pinnln.problems.groundwater import darcy_flow
from pinnln.problems.heat import copper_bar, heat_2d
from pinnln.problems.helical_flow import beltrami
from pinnln.problems.ion_transport import nernst_planck_poisson
from pinnln.problems.joule import joule_heating, joule_heating_2d
from pinnln.problems.lid import lid_driven_cavity
from pinnln.problems.liquid_metal import hartmann_flow
from pinnln.problems.option_pricing import black_scholes
from pinnln.problems.phase_separation import allen_cahn
from pinnln.problems.pipes import poisson_with_holes
from pinnln.problems.populations import lotka_volterra
from pinnln.problems.poroelastic import poroelastic_column, terzaghi
from pinnln.problems.pumping import oude_korendijk
from pinnln.problems.radiation import radiating_fin
from pinnln.problems.reactor import arrhenius_reactor
from pinnln.problems.rheology import shear_heating
from pinnln.problems.shallow_water import korteweg_de_vries
from pinnln.problems.shock import burgers
from pinnln.problems.thermoelastic import thermoelastic_bar
from pinnln.problems.thermometry import diffusivity_from_temperatures
from pinnln.problems.transport import advection
from pinnln.problems.velocimetry import viscosity_from_velocities
from pinnln.problems.vibration import wave
from pinnln.problems.vortices import taylor_green
from pinnln.problems.wake import kovasznay

CATALOG = {
    maker.__name__: maker
    for maker in (
        copper_bar,
        heat_2d,
        radiating_fin,
        joule_heating,
        joule_heating_2d,
        thermoelastic_bar,
        poroelastic_column,
        terzaghi,
        mandel_problem,
        shear_heating,
        arrhenius_reactor,
        natural_convection,
        hartmann_flow,
        electro_osmosis,
        nernst_planck_poisson,
        poisson,
        poisson_with_holes,
        darcy_flow,
        helmholtz,
        burgers,
        wave,
        maxwell_cavity_mode,
        euler_bernoulli_beam,
        plane_elasticity,
        advection,
        allen_cahn,
        korteweg_de_vries,
        schroedinger,
        kuramoto_sivashinsky,
        kovasznay,
        poiseuille,
        taylor_green,
        beltrami,
        lid_driven_cavity,
        lotka_volterra,
        sir,
        black_scholes,
        oude_korendijk,
        diffusivity_from_temperatures,
        viscosity_from_velocities,
    )
}
"""Every problem by name; each is a function that returns a Benchmark."""

__all__ = [
    "CATALOG",
    "advection",
    "allen_cahn",
    "arrhenius_reactor",
    "beltrami",
    "black_scholes",
    "burgers",
    "copper_bar",
    "darcy_flow",
    "diffusivity_from_temperatures",
    "electro_osmosis",
    "euler_bernoulli_beam",
    "hartmann_flow",
    "heat_2d",
    "helmholtz",
    "joule_heating",
    "joule_heating_2d",
    "korteweg_de_vries",
    "kovasznay",
    "kuramoto_sivashinsky",
    "lid_driven_cavity",
    "lotka_volterra",
    "mandel_problem",
    "maxwell_cavity_mode",
    "natural_convection",
    "nernst_planck_poisson",
    "oude_korendijk",
    "plane_elasticity",
    "poiseuille",
    "poisson",
    "poisson_with_holes",
    "poroelastic_column",
    "radiating_fin",
    "schroedinger",
    "shear_heating",
    "sir",
    "taylor_green",
    "terzaghi",
    "thermoelastic_bar",
    "viscosity_from_velocities",
    "wave",
]
