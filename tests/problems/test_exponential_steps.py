"""Exponential time steps: exact where nothing but the linear part is left, of fourth order otherwise."""

from __future__ import annotations

import numpy as np
import pytest

from pinnln.problems.exponential_steps import ExponentialRule, Modes


def grown(step: float, rate: complex) -> complex:
    """c at t = 1 of  dc/dt = λc − c²  from ½."""
    rule, c = ExponentialRule(np.array([rate]), step, lambda mode: -(mode**2)), np.array([0.5 + 0j])
    for _ in range(round(1 / step)):
        c = rule.advance(c)
    return complex(c[0])


@pytest.mark.parametrize("rate", [-3.0, 0.01, 1.0, 2j, 1 + 3j])
def test_half_of_the_step_leaves_a_sixteenth_of_the_error(rate: complex) -> None:
    """The logistic equation, whose solution is  λ/(1 + (2λ − 1) e^(−λt)),  with rates that decay, grow and turn."""
    exact = rate / (1 + (2 * rate - 1) * np.exp(-rate))
    errors = [abs(grown(step, rate) - exact) for step in (0.1, 0.05, 0.025)]
    assert errors[0] < 1e-4
    np.testing.assert_allclose([errors[0] / errors[1], errors[1] / errors[2]], 16, rtol=0.25)


def test_what_is_linear_is_exact_in_one_long_step() -> None:
    """Stiff and turning modes after a step that no explicit rule would survive; a constant drive is integrated too."""
    linear = np.array([-1e4, 5e3j, -2.0])

    def drive(modes: Modes) -> Modes:
        return np.array([0.0, 0.0, 1.0 + 0j])

    found = ExponentialRule(linear, 1.0, drive).advance(np.array([1.0 + 0j, 1.0, 3.0]))
    expected = [0.0, np.exp(5e3j), 0.5 + 2.5 * np.exp(-2.0)]
    np.testing.assert_allclose(found, expected, atol=1e-12)
