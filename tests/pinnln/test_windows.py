"""Windows of time: exact from one to the next, whatever the networks are; and what they do for a long time."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings, strategies as st

from pinnln import (
    MLP,
    Dirichlet,
    Initial,
    LevenbergMarquardt,
    Neumann,
    Pin,
    Problem,
    ProblemError,
    Residual,
    Sampling,
    Scales,
    Solution,
    coordinates,
    cos,
    d,
    exp,
    field,
    sin,
    solve,
)
from pinnln.formulation import Formulation, nondimensional
from pinnln.problems import copper_bar
from pinnln.solution import Report, joined
from pinnln.units import Q
from pinnln.windows import Windows, breaks_of

L, C = Q("20 cm"), Q("10 cm/s")
x, t = coordinates(x=(0 * L, L), t=(Q("1 s"), Q("7 s")))
T, w, p = field("T", "K", of=(x, t)), field("w", "mm", of=(x, t)), field("p", "Pa", of=(x, t))
BREAKS = [Q("2 s"), Q("2.5 s"), Q("5 s")]
TICKS = [Q(second, "s") for second in (1.0, 1.7, 2.0, 2.5, 3.3, 5.0, 6.1, 7.0)]
NET, POINTS = MLP(6, 2), Sampling(interior=96, face=16)

ALPHA = Q("4 cm^2/s")
heated = Problem(
    Residual("heat", d(T, t) - ALPHA * d(T, x, x)),
    Dirichlet(T, Q("300 K") + Q("2 K") * sin((t - Q("1 s")) / Q("1 s")), on=x.start),
    Dirichlet(T, Q("310 K") * exp((Q("1 s") - t) / Q("50 s")), on=x.end),
    Initial(T, Q("300 K") + Q("10 K") * x / L + Q("3 K") * sin(math.pi * x / L)),
)
string = Problem(
    Residual("wave", d(w, t, t) - C**2 * d(w, x, x)),
    Dirichlet(w, Q("1 mm") * (t - Q("1 s")) / Q("1 s"), on=x.start),
    Dirichlet(w, Q("0 mm"), on=x.end),
    Initial(w, Q("3 mm") * sin(math.pi * x / L)),
    Initial(d(w, t), Q("1 mm/s") * (1 - x / L)),
)


def formulated(problem: Problem, scales: Scales | None = None) -> Formulation:
    """A problem in given yardsticks, or in its own."""
    return nondimensional(problem, problem.scales(scales).yardsticks)


def arbitrary(problem: Problem, seed: int, scales: Scales | None = None) -> Solution:
    """Windows of networks that were never trained."""
    formulation = formulated(problem, scales)
    breaks = breaks_of(formulation, BREAKS)
    size = NET.size(2, len(problem.fields))
    theta = torch.randn(4, size, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    return Solution(problem, formulation, NET, theta, Report("budget", "", 0, 0.0, 0.0), breaks)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_boundary_and_initial_data_hold_in_every_window(seed: int) -> None:
    """Data that depend on time are met to round-off at all times, whatever the parameters."""
    solution, place = arbitrary(heated, seed), np.linspace(0, 1, 5)
    for tick in TICKS:
        second = tick.m_as("s") - 1
        assert solution(T, x=0 * L, t=tick).m_as("K") == pytest.approx(300 + 2 * math.sin(second), abs=1e-10)
        assert solution(T, x=L, t=tick).m_as("K") == pytest.approx(310 * math.exp(-second / 50), abs=1e-10)
    start = solution(T, x=place * L, t=Q("1 s")).m_as("K")
    np.testing.assert_allclose(start, 300 + 10 * place + 3 * np.sin(math.pi * place), atol=1e-10)


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_no_jump_from_window_to_window(seed: int) -> None:
    """At a break the later window says what the earlier says: the value, and for a wave the speed, and not more."""
    for problem, orders, free in ((heated, [(0, 0), (1, 0), (2, 0)], (0, 1)), (string, WAVE_ORDERS, (0, 2))):
        solution = arbitrary(problem, seed)
        chain = solution.windows.chain(NET, solution.theta)
        for place, at in enumerate(solution.windows.breaks):
            points = torch.tensor([[0.1 + 0.2 * step, at] for step in range(5)], dtype=torch.float64)
            indices = ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2))
            before, after = (item.channels(points, indices) for item in chain[place : place + 2])
            for index in orders:
                here = indices.index(index)
                torch.testing.assert_close(before[here], after[here], rtol=1e-12, atol=1e-11)
            assert float((before - after)[indices.index(free)].abs().max()) > 1e-3


WAVE_ORDERS = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1)]


@pytest.mark.parametrize(("problem", "what"), [(heated, T), (string, w)], ids=["heat", "wave"])
def test_derivatives_are_those_of_the_values(problem: Problem, what: object) -> None:
    """Inside the last window the channels of the whole chain agree with finite differences."""
    solution, h = arbitrary(problem, 4), 1e-3
    chain = solution.windows.chain(NET, solution.theta)
    indices = ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2))
    at = torch.tensor([0.37, 0.5 * (solution.windows.breaks[-1] + float(formulated(problem).box()[1][1]))])
    offsets = [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)]
    points = torch.stack([at + h * torch.tensor(offset, dtype=torch.float64) for offset in offsets]).double()
    found = chain[-1].channels(points, indices)[:, :, 0]
    u = dict(zip(offsets, found[0], strict=True))
    mixed = (u[1, 1] - u[1, -1] - u[-1, 1] + u[-1, -1]) / (4 * h * h)
    expected = [
        *(u[0, 0], (u[1, 0] - u[-1, 0]) / (2 * h), (u[0, 1] - u[0, -1]) / (2 * h)),
        *((u[1, 0] + u[-1, 0] - 2 * u[0, 0]) / h**2, mixed, (u[0, 1] + u[0, -1] - 2 * u[0, 0]) / h**2),
    ]
    torch.testing.assert_close(found[:, 0], torch.stack(expected), rtol=1e-3, atol=1e-3)


def test_a_long_time_is_solved() -> None:
    """A bar that is heated and cooled in turns, six times, is out of reach of a small network, and not of six."""
    k, omega = math.pi / L, 2 * math.pi / Q("1 s")
    source = Q("10 K") * (omega * cos(omega * t) + ALPHA * k**2 * sin(omega * t)) * sin(k * x)
    driven = Problem(
        Residual("heat", d(T, t) - ALPHA * d(T, x, x) - source),
        *(Dirichlet(T, Q("300 K"), on=x.ends), Initial(T, Q("300 K"))),
    )
    scales, ticks = Scales(t=Q("1 s"), T=(Q("300 K"), Q("10 K"))), np.linspace(1, 7, 60)
    exact = 300 + 10 * np.sin(2 * math.pi * ticks)
    errors = []
    for count in (1, 6):
        solution = solve(
            driven,
            scales,
            windows=count,
            network=NET,
            sampling=POINTS,
            optimizer=LevenbergMarquardt(steps=20),
            show=False,
        )
        errors.append(float(np.abs(solution(T, x=L / 2, t=Q(ticks, "s")).m_as("K") - exact).max()))
    assert errors[1] < 1 < 10 < errors[0]


def test_a_field_without_initial_condition_gets_a_network_per_window() -> None:
    """A pressure is not handed over: it may jump, and follows from the field that is."""
    coupled = Problem(
        Residual("heat", d(T, t) - ALPHA * d(T, x, x)),
        Residual("gas", p - Q("2 Pa/K") * (T - Q("300 K"))),
        *(Dirichlet(T, Q("300 K"), on=x.ends), Initial(T, Q("300 K") + Q("10 K") * sin(math.pi * x / L))),
    )
    scales = Scales(x=L, t=Q("1 s"), T=(Q("300 K"), Q("10 K")), p=Q("20 Pa"))
    jumps = arbitrary(coupled, 1, scales)
    chain = jumps.windows.chain(NET, jumps.theta)
    at = torch.tensor([[0.4, jumps.windows.breaks[0]]], dtype=torch.float64)
    gap = chain[0].channels(at, ((0, 0),)) - chain[1].channels(at, ((0, 0),))
    place = [item.name for item in coupled.fields].index("p")
    assert abs(float(gap[0, 0, 1 - place])) < 1e-11
    assert abs(float(gap[0, 0, place])) > 1e-2
    solution = solve(
        coupled, scales, windows=2, network=NET, sampling=POINTS, optimizer=LevenbergMarquardt(30), show=False
    )
    late = 10 * math.exp(-0.0004 * (math.pi / 0.2) ** 2 * 5)
    assert solution(p, x=L / 2, t=Q("6 s")).m_as("Pa") == pytest.approx(2 * late, abs=0.05)


def test_initial_data_left_to_the_loss_are_handed_over_exactly_later() -> None:
    """Where the start contradicts the boundary, one of them is in the loss of the first window, and only of it."""
    quenched = Problem(
        Residual("heat", d(T, t) - ALPHA * d(T, x, x)),
        *(Dirichlet(T, Q("300 K"), on=x.ends), Initial(T, Q("310 K"))),
    )
    formulation = formulated(quenched)
    assert [item.name for group in formulation.groups[1:] for item in group.components] == ["T at t.start"]
    solution = arbitrary(quenched, 2)
    chain = solution.windows.chain(NET, solution.theta)
    assert [len(item.formulation.groups) for item in chain] == [2, 1, 1, 1]
    at = torch.tensor([[0.3, solution.windows.breaks[0]]], dtype=torch.float64)
    torch.testing.assert_close(chain[0].channels(at, ((0, 0),)), chain[1].channels(at, ((0, 0),)), rtol=0, atol=1e-12)


def test_restated_in_other_units_the_windows_are_the_same_bit_for_bit() -> None:
    """The unit law holds through the hand-over, for equal windows and for given times."""
    other = copper_bar(
        length=Q("10 cm").to("inch"),
        diffusivity=Q("1.11 cm^2/s").to("inch^2/hour"),
        cold=Q(20, "degC").to("degF"),
        bump=Q(80, "delta_degC").to("delta_degF"),
        duration=Q("30 s").to("hour"),
    )
    quick = {"network": NET, "sampling": POINTS, "optimizer": LevenbergMarquardt(steps=6), "show": False}
    breaks = [Q("7 s"), Q("12 s")]
    for one, two in ((3, 3), (breaks, [item.to("hour") for item in breaks])):
        first = solve(copper_bar().problem, copper_bar().scales, windows=one, **quick)  # type: ignore[arg-type]
        second = solve(other.problem, other.scales, windows=two, **quick)  # type: ignore[arg-type]
        assert first.theta.shape == (3, NET.size(2, 1))
        assert torch.equal(first.theta, second.theta)
        assert not torch.equal(first.theta[0], first.theta[1])


def test_one_solution_over_all_time(tmp_path: Path) -> None:
    """Arrays across breaks, means, integrals, derivatives, a figure, and the same answers from a file."""
    solution = solve(
        heated, windows=BREAKS, network=NET, sampling=POINTS, optimizer=LevenbergMarquardt(steps=15), show=False
    )
    ticks = Q(np.linspace(1, 7, 25), "s")
    assert solution(d(T, x), x=L / 3, t=ticks).shape == (25,)
    nodes, weights = np.polynomial.legendre.leggauss(64)
    total = 0.0
    for low, high in ((1, 2), (2, 2.5), (2.5, 5), (5, 7)):
        there = solution(d(T, t), x=L / 3, t=Q(low + (high - low) * (nodes + 1) / 2, "s")).m_as("K/s")
        total += (high - low) / 2 * float(weights @ there)
    change = solution(T, x=L / 3, t=Q("7 s")) - solution(T, x=L / 3, t=Q("1 s"))
    assert total == pytest.approx(change.m_as("delta_degC"), abs=1e-9)
    assert solution.integral(d(T, t), x=L / 3).m_as("K") == pytest.approx(total, abs=1e-9)
    solution.save(tmp_path / "bar.safetensors")
    loaded = Solution.load(tmp_path / "bar.safetensors", heated)
    assert torch.equal(loaded.theta, solution.theta)
    assert loaded.windows.breaks == solution.windows.breaks
    assert (loaded(T, x=L / 3, t=ticks).magnitude == solution(T, x=L / 3, t=ticks).magnitude).all()
    assert solution.report.steps > 15
    assert solution.report.message.startswith("window")
    assert solution.plot(T).axes


def test_the_worst_end_is_reported() -> None:
    """Of several windows the report says which ended worst, the steps of all, and the mean over time."""
    ends = [
        Report("converged", "a", 1, 1.0, 1.0),
        Report("stalled", "b", 2, 2.0, 3.0),
        Report("budget", "c", 3, 3.0, 5.0),
    ]
    report = joined(ends, (0.5, 0.25, 0.25))
    assert report == Report("stalled", "window 2 of 3: b", 6, 6.0, 2.5)


def test_one_window_is_the_plain_way() -> None:
    """windows=1 asks for nothing and changes nothing, also without time."""
    (z,) = coordinates(z=(0 * L, L))
    U = field("U", "K", of=(z,))
    warm = Scales(U=(Q("300 K"), Q("1 K")))
    still = Problem(Residual("heat", d(U, z, z) + Q("100 K/m^2")), Dirichlet(U, Q("300 K"), on=z.ends))
    formulation = formulated(still, warm)
    assert breaks_of(formulation, 1) == ()
    assert Windows(still, formulation).first() is formulation
    with pytest.raises(ProblemError, match=r"this problem is of \(z\): expected a coordinate in units of time"):
        solve(still, warm, windows=2, show=False)


@pytest.mark.parametrize(
    ("windows", "sentence"),
    [
        (0, "at least one window of time, found 0"),
        ([Q("1 s")], "rise between 1 and 7 s.*found 1 second"),
        ([Q("3 s"), Q("2 s")], "rise between 1 and 7"),
        ([Q("3 m")], "rise between 1 and 7"),
    ],
)
def test_breaks_that_cannot_be(windows: object, sentence: str) -> None:
    """Breaks rise inside the extent of time, in units of time."""
    with pytest.raises(ProblemError, match=sentence):
        solve(heated, windows=windows, show=False)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        (
            Problem(*string.residuals, Initial(w, Q("3 mm") * cos(x / L)), Dirichlet(w, Q("0 mm"), on=x.ends)),
            r"time derivative of 'w' of order 2, .* give 1 .* Initial\(d\(w, t\), …\)",
        ),
        (
            Problem(*heated.residuals, *heated.conditions, Pin(T, Q("300 K"), at=(0 * L, Q("3 s")))),
            "Pin .* holds at one time",
        ),
        (Problem(*heated.residuals, Dirichlet(T, Q("300 K"), on=t.end)), "Dirichlet .* holds at one time"),
        (Problem(*heated.residuals, Neumann(T, Q("0 K/s"), on=t.start)), "Neumann .* holds at one time"),
        (
            Problem(
                Residual("beam", d(w, t, t) + Q("1 cm^4/s^2") * d(w, x, x, x, x)),
                *(Initial(w, Q("0 mm")), Initial(d(w, t), Q("0 mm/s"))),
            ),
            "derivatives in space up to order 4: expected less than 4",
        ),
    ],
    ids=["no slope", "pin", "end", "slope by Neumann", "beam"],
)
def test_problems_that_cannot_be_handed_over(problem: Problem, sentence: str) -> None:
    """What the start does not give, or what holds at another time, is refused before any training."""
    scales = Scales(T=(Q("300 K"), Q("10 K"))) if T in problem.fields else Scales(w=Q("1 mm"))
    with pytest.raises(ProblemError, match=sentence):
        solve(problem, scales, windows=2, show=False)
