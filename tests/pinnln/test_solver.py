"""solve, from quantities to quantities: every kind of condition, every optimiser, asked in every way."""

from __future__ import annotations

import io
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from pinnln import (
    LBFGS,
    MLP,
    Adam,
    Dirichlet,
    Initial,
    LayerNorm,
    LevenbergMarquardt,
    Neumann,
    Periodic,
    Pin,
    Problem,
    ProblemError,
    Residual,
    Robin,
    Sampling,
    Scales,
    Solution,
    UnitsError,
    coordinates,
    cos,
    d,
    field,
    laplacian,
    sin,
    solve,
    where,
)
from pinnln.optimizers import TrainingError
from pinnln.progress import TrainingDisplay
from pinnln.units import Q

L = Q("20 cm")
(x,) = coordinates(x=(0 * L, L))
T = field("T", "degC", of=(x,))
NET, POINTS, STEPS = MLP(8, 2), Sampling(interior=128, face=16), LevenbergMarquardt(steps=60)


def answer(problem: Problem, scales: Scales | None = None, **settings: object) -> Solution:
    """A quick, silent solve."""
    chosen = {"network": NET, "sampling": POINTS, "optimizer": STEPS, "show": False, **settings}
    return solve(problem, scales, **chosen)  # type: ignore[arg-type]


def error_at(solution: Solution, exact: object, points: int = 41) -> float:
    """The largest deviation [K] from a temperature given as a function of x/L."""
    assert callable(exact)
    share = np.linspace(0, 1, points)
    found = solution(T, x=share * L).m_as("kelvin")
    return float(np.abs(found - [exact(value) for value in share]).max())


def test_robin_and_neumann() -> None:
    """A wall heated on the left by a flux and cooled on the right by air is linear, and both values are known."""
    h, k, air, flux = Q("50 W/m^2/K"), Q("2 W/m/K"), Q(290, "K"), Q("1000 W/m^2")
    problem = Problem(
        Residual("heat", k * d(T, x, x)),
        Neumann(T, flux / k, on=x.start),
        Robin(T, a=h, b=k, g=h * air, on=x.end),
    )
    solution = answer(problem, Scales(T=(air, Q("100 K"))))
    assert error_at(solution, lambda share: 290 + 20 + 100 * (1 - share)) < 1e-3
    assert solution(-k * d(T, x), x=L / 3).m_as("W/m^2") == pytest.approx(1000, abs=1e-2)


@pytest.mark.parametrize("conditioning", [None, LayerNorm(), LayerNorm(1e-2, center=True)], ids=str)
def test_periodic(conditioning: object) -> None:
    """On a ring, −ΔT + T/L² = source has the source's own shape; value and slope close."""
    source = 300 + 10 * (1 + 4 * math.pi**2) * cos(2 * math.pi * x / L)
    problem = Problem(
        Residual("ring", -(L**2) * d(T, x, x) + T - Q("1 K") * source),
        Periodic(T, on=x.ends),
    )
    solution = answer(
        problem, Scales(T=(Q("300 K"), Q("10 K"))), optimizer=LevenbergMarquardt(steps=400), conditioning=conditioning
    )
    assert error_at(solution, lambda share: 300 + 10 * math.cos(2 * math.pi * share)) < 0.05
    assert solution(T, x=0 * L).m_as("K") == pytest.approx(solution(T, x=L).m_as("K"), abs=0.02)


def test_a_wave_with_two_initial_conditions() -> None:
    """A string let go from rest is met exactly at the start, in value and in speed, and swings as sine times cosine."""
    c = Q("10 cm/s")
    s, t = coordinates(s=(0 * L, L), t=(Q("0 s"), Q("1 s")))
    w = field("w", "mm", of=(s, t))
    problem = Problem(
        Residual("wave", d(w, t, t) - c**2 * d(w, s, s)),
        Dirichlet(w, Q("0 mm"), on=s.ends),
        Initial(w, Q("3 mm") * sin(math.pi * s / L)),
        Initial(d(w, t), Q("0 mm/s")),
    )
    solution = answer(problem, Scales(t=L / c, w=Q("3 mm")), network=MLP(12, 2))
    found = solution(w, s=L / 2, t=Q("1 s"))
    assert found.m_as("mm") == pytest.approx(3 * math.cos(math.pi / 2), abs=5e-3)
    assert solution(d(w, t), s=L / 3, t=Q("0 s")).m_as("mm/s") == pytest.approx(0, abs=1e-12)
    assert solution(w, s=L / 4, t=Q("0 s")).m_as("mm") == pytest.approx(3 * math.sin(math.pi / 4), abs=1e-12)


def test_three_dimensions_and_a_pin() -> None:
    """A potential in a box with insulated walls is fixed by one point; integrals answer in the right units."""
    a, b, c = coordinates(a=(0 * L, L), b=(0 * L, L), c=(0 * L, L))
    phi = field("phi", "V", of=(a, b, c))
    problem = Problem(
        Residual("charge", laplacian(phi) - Q("0 V/m^2")),
        *(Neumann(phi, Q("0 V/m"), on=[b.ends, c.ends]), Neumann(phi, Q("5 V/m"), on=a.end)),
        *(Neumann(phi, Q("-5 V/m"), on=a.start), Pin(phi, Q("2 V"), at=(0 * L, 0 * L, 0 * L))),
    )
    solution = answer(problem, Scales(phi=Q("1 V")), optimizer=LevenbergMarquardt(steps=40))
    assert solution(phi, a=L, b=L / 2, c=L / 2).m_as("V") == pytest.approx(3, abs=1e-3)
    assert solution.integral(phi).m_as("V*m^3") == pytest.approx(2.5 * 0.2**3, rel=1e-3)
    assert solution.integral(d(phi, a), on=a.end).m_as("V*m") == pytest.approx(5 * 0.04, rel=1e-3)
    assert solution.mean(phi, a=L / 2, b=L / 2).m_as("V") == pytest.approx(2.5, abs=1e-3)


def test_a_pin_at_all_times() -> None:
    """A pressure of which only the slope is known is fixed by a value that holds at one place, whatever the time."""
    t = coordinates(t=(Q("0 s"), Q("2 s")))[0]
    p = field("p", "Pa", of=(x, t))
    problem = Problem(
        Residual("slope", d(p, x) - Q("3 Pa/m/s") * t),
        Pin(p, Q("2 Pa") * cos(t / Q("1 s")), at={x: L / 4}),
    )
    assert [item.statement.name for item in problem.conditions[0].requirements] == ["p at (x=0.05 m)"]
    solution = answer(problem, Scales(p=Q("1 Pa")), optimizer=LevenbergMarquardt(steps=30))
    times = Q([0.0, 0.7, 1.3, 2.0], "s")
    found = solution(p, x=L / 4, t=times).m_as("Pa")
    np.testing.assert_allclose(found, 2 * np.cos(times.magnitude), atol=1e-3)
    assert solution(p, x=L, t=Q("2 s")).m_as("Pa") == pytest.approx(2 * math.cos(2) + 3 * 2 * 0.15, abs=1e-3)


def test_a_source_that_switches() -> None:
    """A source on one half only, written with where(), bends the temperature there and not elsewhere."""
    source = where(x < L / 2, Q("1000 K/m^2"), Q("0 K/m^2"))
    problem = Problem(Residual("heat", d(T, x, x) + source), Dirichlet(T, Q("300 K"), on=x.ends))
    solution = answer(problem, Scales(T=(Q("300 K"), Q("10 K"))), optimizer=LevenbergMarquardt(steps=100))
    assert solution(T, x=L / 2).m_as("K") == pytest.approx(300 + 1000 * 0.2**2 / 16, abs=0.05)


FIRST_ORDER = [Adam(1e-2, steps=600, final_rate=1e-4), LBFGS(steps=60)]
walled = Problem(
    Residual("heat", d(T, x, x) + Q("2000 K/m^2")),
    Dirichlet(T, Q(20, "degC"), on=x.start),
    Dirichlet(T, Q(60, "degC"), on=x.end),
)


def parabola(share: float) -> float:
    """The temperature [K] of the heated wall."""
    return 293.15 + 40 * share + 1000 * 0.04 * share * (1 - share)


@pytest.mark.parametrize("conditioning", [None, LayerNorm(), LayerNorm(center=True)], ids=str)
@pytest.mark.parametrize("optimizer", [STEPS, FIRST_ORDER], ids=["LM", "Adam + L-BFGS"])
def test_every_optimiser_with_every_conditioning(optimizer: object, conditioning: object) -> None:
    """All of them find the parabola."""
    solution = answer(walled, optimizer=optimizer, conditioning=conditioning)
    assert error_at(solution, parabola) < 0.05
    assert solution.report.status in ("converged", "budget", "stalled")
    assert solution.report.message


def test_the_seed_is_explicit() -> None:
    """The same seed gives the same parameters, another seed others."""
    one, two, other = (answer(walled, seed=seed, optimizer=LevenbergMarquardt(steps=3)) for seed in (1, 1, 2))
    assert bool((one.theta == two.theta).all())
    assert not bool((one.theta == other.theta).any())


_TWICE = """
import torch
from pinnln import MLP, LevenbergMarquardt, Sampling, solve
from pinnln.problems import burgers
case = burgers()
settings = {"network": MLP(8, 2), "sampling": Sampling(300), "optimizer": LevenbergMarquardt(steps=25)}
found = solve(case.problem, case.scales, **settings, seed=3, show=False)
print(found.theta.numpy().tobytes().hex())
"""


def test_the_same_seed_is_the_same_result_in_another_process() -> None:
    """Steps, adaptive points and threads of two processes end at the same parameters bit for bit."""
    ends = {
        subprocess.run([sys.executable, "-c", _TWICE], capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    }
    assert len(ends) == 1
    assert len(ends.pop()) > 16 * 100


def test_a_solution_is_saved_and_loaded(tmp_path: Path) -> None:
    """All answers survive; a file of other equations, and one that is none, are refused and nothing is left behind."""
    solution = answer(walled, optimizer=LevenbergMarquardt(steps=5))
    path = tmp_path / "wall.safetensors"
    solution.save(path)
    again = Solution.load(path, walled)
    assert again(T, x=L / 3) == solution(T, x=L / 3)
    assert again.report == solution.report
    assert list(tmp_path.iterdir()) == [path]
    other = Problem(Residual("heat", d(T, x, x)), Dirichlet(T, Q("300 K"), on=x.ends))
    with pytest.raises(ProblemError, match="is a solution of other equations"):
        Solution.load(path, other)
    (s,) = coordinates(s=(0 * L, L))
    w = field("w", "K", of=(s,))
    with pytest.raises(ProblemError, match=r"is a solution for .*: expected \['s', 'w'\]"):
        Solution.load(path, Problem(Residual("heat", d(w, s, s))))
    junk = tmp_path / "junk"
    junk.write_bytes(b"not a solution at all")
    with pytest.raises(ProblemError, match="holds no solution of pinnln"):
        Solution.load(junk, walled)


quick = answer(walled, optimizer=LevenbergMarquardt(steps=20))


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda: quick(T), ProblemError, r"expected one quantity for each of \(x\), found \(\)"),
        (lambda: quick(T, x=0.1), ProblemError, "x was asked at 0.1: expected a quantity in units of m"),
        (lambda: quick(T, x=Q("1 s")), ProblemError, "x was asked at 1 second: expected units of m"),
        (lambda: quick(T, x=Q("1 km")), ProblemError, "outside the domain, which runs from 0 to 0.2 m"),
        (lambda: quick(T + x, x=L), UnitsError, "different dimensions"),
        (lambda: quick.mean(T, y=L), ProblemError, "expected scalars for some of the coordinates, found y"),
        (lambda: quick.plot(T, x=L), ProblemError, "a figure shows one or two coordinates"),
    ],
)
def test_a_question_that_has_no_answer(ask: object, error: type[Exception], words: str) -> None:
    """One clear error each."""
    assert callable(ask)
    with pytest.raises(error, match=words):
        ask()


def test_residuals_are_answered_in_units() -> None:
    """The residual of the heat equation is in K m⁻² and small against its source."""
    residuals = quick.residuals(np.linspace(0.01, 0.19, 5)[:, None])
    assert float(np.abs(residuals["heat"].m_as("K/m^2")).max()) < 20


def test_fields_are_plotted_with_their_units() -> None:
    """The labels name symbol and unit, as declared."""
    figure = quick.plot()
    assert figure.axes[0].get_xlabel() == "x [cm]"
    assert figure.axes[0].get_ylabel() == "T [°C]"


def test_training_is_shown_and_says_how_it_ended() -> None:
    """Scales, term sizes, what is met exactly, and the closing sentence; a term too small is a warning."""
    heard = io.StringIO()
    display = TrainingDisplay(Console(file=heard, width=100))
    scales = walled.scales(Scales(x=Q("1 um"), T=(Q("300 K"), Q("10 K"))))
    display.announce(scales, walled.term_sizes(Scales(x=Q("1 um"), T=(Q("300 K"), Q("10 K")))), quick.formulation)
    with display:
        display.update(_progress())
    display.conclude(quick.report)
    text = heard.getvalue()
    for word in (
        "300 K",
        "1×10⁻⁶ m",
        "given",
        "warning: 2000",
        "met exactly: T on x.start, T on x.end",
        "in the loss: none",
    ):
        assert word in text
    assert f"{quick.report.status} after {quick.report.steps} steps" in text


def _progress() -> object:
    from pinnln.objective import Progress

    return Progress("Levenberg-Marquardt", 1, 10, 0.5, quick.theta, 1e-3)


def test_solve_shows_by_default_and_is_silent_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    """Progress goes to standard error; show=False prints nothing."""
    solve(walled, network=NET, sampling=POINTS, optimizer=LevenbergMarquardt(steps=2))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "after 2 steps" in shown.err
    solve(walled, network=NET, sampling=POINTS, optimizer=LevenbergMarquardt(steps=2), show=False)
    assert capsys.readouterr() == ("", "")


def test_an_infinite_term_is_caught_before_training() -> None:
    """A logarithm of a negative number is an error with a reason, not a training of nothing."""
    from pinnln import log

    problem = Problem(
        Residual("odd", d(T, x, x) * L**2 / Q("1 K") + log(-1 - x / L)), Dirichlet(T, Q("300 K"), on=x.ends)
    )
    with pytest.raises(TrainingError, match="expected a finite objective at the start, found nan"):
        answer(problem, Scales(T=(Q("300 K"), Q("10 K"))))


def test_no_optimiser_is_refused() -> None:
    """An empty list of optimisers trains nothing."""
    with pytest.raises(ValueError, match="expected at least one optimiser"):
        answer(walled, optimizer=[])
