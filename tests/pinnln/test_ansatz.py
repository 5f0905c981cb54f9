"""Conditions met exactly, by construction, whatever the network says."""

from __future__ import annotations

import math

import pytest
import torch

from pinnln import Dirichlet, Initial, Neumann, Problem, Residual, Scales, coordinates, d, field, laplacian, sin
from pinnln.formulation import nondimensional
from pinnln.perceptron import MLP
from pinnln.solution import Report, Solution
from pinnln.units import Q

L = Q("1 m")
x, y = coordinates(x=(0 * L, L), y=(0 * L, 2 * L))
T = field("T", "K", of=(x, y))
SCALES = Scales(T=(Q("300 K"), Q("10 K")))


def untrained(problem: Problem, seed: int = 0) -> Solution:
    """A solution with random parameters."""
    formulation = nondimensional(problem, problem.scales(SCALES).yardsticks)
    network = MLP(6, 2)
    theta = network.initialize(len(problem.coordinates), len(problem.fields), seed)
    return Solution(problem, formulation, network, theta + 0.1, Report("budget", "", 0, 0.0, 0.0))


@pytest.mark.parametrize("seed", [0, 1])
def test_compatible_walls_are_met_exactly(seed: int) -> None:
    """Four walls whose values agree in the corners hold to round-off for a network that has learnt nothing."""
    base, hill = Q("300 K"), Q("10 K")
    problem = Problem(
        Residual("heat", laplacian(T)),
        Dirichlet(T, base + hill * sin(math.pi * x / L), on=y.start),
        Dirichlet(T, base, on=[y.end, x.ends]),
    )
    solution = untrained(problem, seed)
    assert solution.formulation.groups[1:] == ()
    for share in (0.0, 0.3, 1.0):
        assert solution(T, x=share * L, y=0 * L).m_as("K") == pytest.approx(300 + 10 * math.sin(math.pi * share))
        assert solution(T, x=0 * L, y=share * L).m_as("K") == pytest.approx(300)
        assert solution(T, x=share * L, y=2 * L).m_as("K") == pytest.approx(300)
    assert abs(solution(T, x=L / 2, y=L).m_as("K") - 300) > 1e-3


def test_walls_that_contradict_each_other_are_left_to_the_loss() -> None:
    """A hot lid on cold walls cannot be continuous: what is met exactly and what is not is known before training."""
    problem = Problem(
        Residual("heat", laplacian(T)), Dirichlet(T, Q("300 K"), on=x.ends), Dirichlet(T, Q("310 K"), on=y.end)
    )
    formulation = untrained(problem).formulation
    assert [need.statement.name for need in formulation.ansatz.met] == ["T on x.start", "T on x.end"]
    assert [item.name for group in formulation.groups[1:] for item in group.components] == ["T on y.end"]


def test_values_that_depend_on_fields_are_left_to_the_loss() -> None:
    """A wall whose value is the field itself elsewhere is no datum."""
    problem = Problem(Residual("heat", laplacian(T)), Dirichlet(T, 2 * T - Q("300 K"), on=x.start))
    assert untrained(problem).formulation.ansatz.met == ()


def test_slopes_are_left_to_the_loss() -> None:
    """A Neumann condition makes its own group, with its own points."""
    problem = Problem(
        Residual("heat", laplacian(T)), Dirichlet(T, Q("300 K"), on=x.start), Neumann(T, Q("5 K/m"), on=x.end)
    )
    formulation = untrained(problem).formulation
    assert [item.name for item in formulation.groups[1].components] == ["T on x.end"]
    assert list(formulation.groups[1].fixed.values()) == [1.0]


def test_start_and_walls_together() -> None:
    """An initial hump between fixed ends, and an initial speed, are all met exactly."""
    (s, t) = coordinates(s=(0 * L, L), t=(Q("1 s"), Q("3 s")))
    w = field("w", "mm", of=(s, t))
    problem = Problem(
        Residual("wave", d(w, t, t) - Q("1 m^2/s^2") * d(w, s, s)),
        Dirichlet(w, Q("0 mm"), on=s.ends),
        Initial(w, Q("2 mm") * sin(math.pi * s / L)),
        Initial(d(w, t), Q("3 mm/s") * sin(2 * math.pi * s / L)),
    )
    formulation = nondimensional(problem, problem.scales(Scales(w=Q("2 mm"))).yardsticks)
    network = MLP(6, 2)
    theta = network.initialize(2, 1, 0) + 0.1
    solution = Solution(problem, formulation, network, theta, Report("budget", "", 0, 0.0, 0.0))
    assert formulation.groups[1:] == ()
    for share in (0.0, 0.2, 0.7):
        hump, speed = 2 * math.sin(math.pi * share), 3 * math.sin(2 * math.pi * share)
        assert solution(w, s=share * L, t=Q("1 s")).m_as("mm") == pytest.approx(hump, abs=1e-11)
        assert solution(d(w, t), s=share * L, t=Q("1 s")).m_as("mm/s") == pytest.approx(speed, abs=1e-11)
    assert solution(w, s=0 * L, t=Q("2 s")).m_as("mm") == pytest.approx(0, abs=1e-11)
    assert torch.isfinite(theta).all()
