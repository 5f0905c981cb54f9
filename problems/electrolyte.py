"""Ions in water: the charge of a mole of them, the voltage of their thermal motion, how far they shield a charge."""

from __future__ import annotations

from pinnln.units import Q, Quantity

FARADAY = Q("96485.33212 C/mol")
"""The charge of a mole of ions with one charge each, CODATA 2018."""

_GAS = Q("8.31446261815324 J/mol/K")


def thermal_voltage(temperature: float) -> Quantity:
    """RT/F, the potential that an ion climbs by its thermal motion, of a temperature [K].

    >>> f"{thermal_voltage(298.15):.4g~P}"
    '25.69 mV'
    """
    found: Quantity = (_GAS * Q(temperature, "K") / FARADAY).to("mV")
    return found


def debye_length(permittivity: float, thermal: float, concentration: float) -> float:
    """√(ε RT/(2cF²)) [m], how far a charge is felt in a salt of two ions.

    Args: permittivity ε [F m⁻¹]; thermal, RT/F [V]; concentration c [mol m⁻³].

    >>> f"{1e9 * debye_length(695e-12, 0.02569, 1.0):.3g} nm"
    '9.62 nm'
    """
    return float((permittivity * thermal / (2 * concentration * FARADAY.m_as("C/mol"))) ** 0.5)
