"""Damped least squares in every form, against a dense solution of the stacked system."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings, strategies as st

from pinnln.kernels import AbstractSystem, Dual, NormalEquations, Triangle
from pinnln.kernels.damped_systems import SOFTENING

FLOAT = torch.float64


def filled(kind: type[AbstractSystem], jacobian: torch.Tensor, rows: torch.Tensor) -> AbstractSystem:
    """A system that met its rows in three blocks."""
    system = kind(jacobian.shape[1])
    for part in torch.arange(len(rows)).chunk(3):
        system.add(jacobian[part], rows[part])
    system.factor()
    return system


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**20),
    damping=st.sampled_from([1e2, 1.0, 1e-3, 1e-6]),
    kind=st.sampled_from([NormalEquations, Triangle, Dual]),
)
def test_the_step_is_that_of_the_stacked_system(seed: int, damping: float, kind: type[AbstractSystem]) -> None:
    """p minimises ‖r + Jp‖² + λ‖Sp‖²; length and predicted decrease are its own."""
    generator = torch.Generator().manual_seed(seed)
    count, size = (5, 9) if kind is Dual else (12, 6)
    jacobian = torch.randn(count, size, dtype=FLOAT, generator=generator) * torch.logspace(-3, 1, size, dtype=FLOAT)
    rows = torch.randn(count, dtype=FLOAT, generator=generator)
    squares = jacobian.square().sum(0)
    metric = (squares + SOFTENING * squares.max()).sqrt()
    stacked = torch.cat([jacobian, damping**0.5 * torch.diag(metric)])
    right = torch.cat([-rows, torch.zeros(size, dtype=FLOAT)])
    expected = torch.linalg.lstsq(stacked, right[:, None], driver="gelsd").solution[:, 0]
    step = filled(kind, jacobian, rows).step(damping)
    assert step is not None
    torch.testing.assert_close(step.p, expected, rtol=1e-6, atol=1e-8)
    assert step.length == pytest.approx(float((metric * expected).norm()), rel=1e-6)
    decrease = 0.5 * float(rows.square().sum() - (rows + jacobian @ expected).square().sum())
    assert step.predicted == pytest.approx(decrease, rel=1e-6, abs=1e-10)


@pytest.mark.parametrize("kind", [NormalEquations, Triangle, Dual])
def test_other_slopes_are_solved_too(kind: type[AbstractSystem]) -> None:
    """(JᵀJ + λS²)⁻¹ of any vector, as geodesic acceleration asks."""
    generator = torch.Generator().manual_seed(0)
    jacobian = torch.randn(5, 5, dtype=FLOAT, generator=generator)
    system = filled(kind, jacobian, torch.randn(5, dtype=FLOAT, generator=generator))
    vector = torch.randn(5, dtype=FLOAT, generator=generator)
    found = system.solve(vector, 1e-2)
    assert found is not None
    back = jacobian.T @ (jacobian @ found) + 1e-2 * system.metric.square() * found
    torch.testing.assert_close(back, vector, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", [NormalEquations, Triangle, Dual])
def test_a_singular_matrix_gives_no_step(kind: type[AbstractSystem]) -> None:
    """Columns that are equal and no damping: None, not numbers."""
    system = filled(kind, torch.ones(4, 4, dtype=FLOAT), torch.ones(4, dtype=FLOAT))
    assert system.step(0.0) is None
    assert system.step(1e-3) is not None


def test_an_orthogonal_factor_keeps_what_normal_equations_lose() -> None:
    """A singular value of 10⁻¹⁰ beside one of 1: the step along it is right from J = QR, and not from JᵀJ."""
    jacobian = torch.tensor([[1.0, 1.0], [0.0, 1e-10]], dtype=FLOAT)
    rows = torch.tensor([0.0, -1e-10], dtype=FLOAT)
    expected = torch.tensor([-1.0, 1.0], dtype=FLOAT)
    steps = {}
    for kind in (Triangle, NormalEquations):
        system = kind(2)
        system.add(jacobian, rows)
        system.factor()
        steps[kind] = system.step(1e-26)
    found = steps[Triangle]
    assert found is not None
    torch.testing.assert_close(found.p, expected, rtol=1e-4, atol=1e-4)
    lost = steps[NormalEquations]
    assert lost is None or float((lost.p - expected).norm()) > 0.1
