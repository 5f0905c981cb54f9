"""Ions before a membrane: the collocation has converged and knows what is known without it."""

from __future__ import annotations

import numpy as np
import pytest

from pinnln.problems.membrane_reference import membrane_reference

PLACES = np.linspace(0.0, 1.0, 101)


@pytest.mark.parametrize("given", [(3.9, 3.0, 0.1), (6.0, 10.0, 1 / 12), (1.0, 0.1, 0.5)])
def test_more_polynomials_change_nothing(given: tuple[float, float, float]) -> None:
    """With a fifth fewer of them all fields are the same to 1e-8."""
    ours, fewer = membrane_reference(*given), membrane_reference(*given, 64)
    for one, other in zip(ours.fields(PLACES), fewer.fields(PLACES), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-8)


@pytest.mark.parametrize("given", [(3.9, 3.0, 0.1), (6.0, 10.0, 1 / 12)])
def test_negative_ions_stand_still_and_positive_ones_pass(given: tuple[float, float, float]) -> None:
    """c₋ = e^φ, one current everywhere, and charge makes the potential: 2δ²φ″ = c₋ − c₊."""
    found = membrane_reference(*given)
    positive, negative, potential = found.fields(PLACES)
    np.testing.assert_allclose(negative, np.exp(potential), atol=1e-11)
    current = -(found.positive.deriv()(PLACES) + positive * found.potential.deriv()(PLACES))
    np.testing.assert_allclose(current, found.current, rtol=1e-8)
    charge = 2 * given[2] ** 2 * found.potential.deriv(2)(PLACES) + positive - negative
    assert np.abs(charge).max() < 1e-9 * given[1]
    ends = [curve(np.array([0.0, 1.0])) for curve in (found.positive, found.negative, found.potential)]
    np.testing.assert_allclose(ends[0], [1.0, given[1]], rtol=1e-12)
    np.testing.assert_allclose(ends[2], [0.0, -given[0]], atol=1e-12)


def test_a_neutral_layer_passes_what_levich_says() -> None:
    """Where the membrane holds no cloud, c₊ = e^(−V), the salt is a straight line and the current 2(1 − e^(−V))."""
    voltage = 1.0
    found = membrane_reference(voltage, float(np.exp(-voltage)), 0.02)
    assert found.current == pytest.approx(2 * (1 - np.exp(-voltage)), rel=2e-3)
    np.testing.assert_allclose(found.negative(PLACES), 1 - found.current / 2 * PLACES, atol=2e-3)


def test_newtons_method_that_does_not_converge_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """One step is not enough, and no reference is made of it."""
    monkeypatch.setattr("pinnln.problems.newton_method._MOST_STEPS", 1)
    with pytest.raises(ArithmeticError, match="did not converge at a voltage of 0 RT/F"):
        membrane_reference(1.5, 2.0, 0.1, 16)
