"""What is said of a training that went no further: a network too small, points too few, or nothing."""

from __future__ import annotations

import math

import pytest
import torch

from pinnln import (
    MLP,
    Dirichlet,
    Initial,
    LevenbergMarquardt,
    Problem,
    Residual,
    Sampling,
    Scales,
    coordinates,
    d,
    field,
    sin,
    solve,
)
from pinnln.objective import Progress
from pinnln.optimizers import Outcome
from pinnln.solution import Report
from pinnln.units import Q
from pinnln.verdict import History, Verdict

L = Q("1 m")
(x,) = coordinates(x=(0 * L, L))
u = field("u", "V", of=(x,))
waves = Problem(
    Residual("charge", d(u, x, x) + (5 * math.pi) ** 2 * Q("1 V/m^2") * sin(5 * math.pi * x / L)),
    Dirichlet(u, Q("0 V"), on=x.ends),
)
SCALES = Scales(u=Q("1 V"))


def trained(width: int, depth: int, points: int, steps: int = 80, block: int = 10) -> Report:
    """How Levenberg-Marquardt ends on five half waves."""
    optimizer = LevenbergMarquardt(steps=steps, block=block)
    network, sampling = MLP(width, depth), Sampling(points, 4)
    return solve(waves, SCALES, network=network, sampling=sampling, optimizer=optimizer, show=False).report


def test_a_network_too_small_is_said_to_be() -> None:
    """Two units cannot follow five half waves: a wider network is the advice, and it is good advice."""
    small, wide = trained(2, 1, 100), trained(10, 1, 100)
    assert small.status in ("budget", "stalled")
    assert "The loss has stalled at" in small.message
    assert "take a wider network, such as MLP(10, 1)" in small.message
    assert "windows" not in small.message
    assert wide.objective < 0.5 * small.objective


def test_points_too_few_are_said_to_be() -> None:
    """Five points are learnt by heart: small there, large on fresh ones, and more points are the advice."""
    few = trained(12, 1, 5, steps=40, block=1000)
    assert "on fresh ones: take more points, such as Sampling(interior=14, face=8)" in few.message
    assert few.status in ("stalled", "budget")


def test_windows_are_advised_where_there_is_time() -> None:
    """A problem in time that stalls is told of windows too."""
    (t,) = coordinates(t=(Q("0 s"), Q("1 s")))
    T = field("T", "V", of=(x, t))
    fast = Problem(
        Residual("transport", d(T, t) + Q("20 m/s") * d(T, x)),
        Initial(T, Q("1 V") * sin(2 * math.pi * x / L)),
    )
    stuck = solve(
        fast,
        Scales(T=Q("1 V")),
        network=MLP(2, 1),
        sampling=Sampling(64, 8),
        optimizer=LevenbergMarquardt(steps=60),
        show=False,
    )
    assert stuck.report.message.endswith("or shorter windows in time")


@pytest.mark.parametrize(
    ("verdict", "word"),
    [
        (Verdict(1e-9, 1e-3, 1e-3, 1e-3), "more points"),
        (Verdict(1e-3, 2e-3, 2e-3, 2.1e-3), "wider network"),
        (Verdict(1e-3, 2e-3, 2e-3, 9e-3), ""),
        (Verdict(1e-3, 2e-3, 2e-3, None), ""),
        (Verdict(1e-13, 9e-11, 9e-13, 9e-13), ""),
        (Verdict(math.nan, math.nan, math.nan, 1.0), ""),
    ],
)
def test_the_data_decide(verdict: Verdict, word: str) -> None:
    """Learnt by heart, stuck, still falling, too short to say, small enough, not finite."""
    sentence = verdict.sentence(MLP(20, 3), Sampling(), in_time=False)
    assert word in sentence
    assert bool(word) == bool(sentence)


def test_what_is_learnt_by_heart_has_not_converged() -> None:
    """Whatever the optimiser says of its own points."""
    ended = Outcome(torch.zeros(1), "converged", 9, "the loss fell below 1e-18")
    for tested, status in ((1e-3, "stalled"), (1e-18, "converged")):
        verdict = Verdict(1e-19, tested, tested, None)
        found, message = verdict.amended(ended, MLP(20, 3), Sampling(), in_time=False)
        assert found == status
        assert ("more points" in message) == (status == "stalled")


def test_noise_that_is_left_is_no_stall() -> None:
    """Where measurements leave more than the equations, a training that goes no further is at its end."""
    ended = Outcome(torch.zeros(1), "stalled", 9, "no lower loss")
    noisy, rough = Verdict(1e-4, 1e-4, 1e-7, 1e-7, noise=1e-4), Verdict(1e-2, 1e-2, 1e-2, 1e-2, noise=1e-4)
    assert not noisy.stuck
    status, message = noisy.amended(ended, MLP(20, 3), Sampling(), in_time=False)
    assert (status, message) == ("converged", "no lower loss; 1.0e-04 of it is the misfit of the measurements")
    assert rough.stuck
    assert rough.amended(ended, MLP(20, 3), Sampling(), in_time=False)[0] == "stalled"


@pytest.mark.parametrize("steps", [1, 29, 30, 31, 257, 5000])
def test_the_history_keeps_the_half_and_little_else(steps: int) -> None:
    """The parameters near half of the steps, from at most sixteen that are kept."""
    history = History()
    for step in range(steps):
        history.record(Progress("Adam", step, steps, 0.0, torch.tensor([float(step)])))
    if steps < 30:
        assert history.halfway is None
    else:
        assert history.halfway is not None
        assert float(history.halfway) / steps == pytest.approx(0.5, abs=0.1)
    assert len(vars(history)["_kept"]) <= 16
