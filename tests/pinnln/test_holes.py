"""Boxes with holes: nothing is asked inside, data on the rims are met exactly, and the answer is the right one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings, strategies as st

from pinnln import (
    MLP,
    Ball,
    Dirichlet,
    Initial,
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
    exp,
    field,
    laplacian,
    log,
    sin,
    solve,
)
from pinnln.collocation import on_rim
from pinnln.conditioning import MeanSquare
from pinnln.formulation import nondimensional
from pinnln.holes import rim_distance
from pinnln.quadrature import over_domain
from pinnln.residual_objective import ResidualObjective
from pinnln.solution import Report, fingerprint
from pinnln.units import Coordinate, Q
from pinnln.units.bounds import sampled
from pinnln.units.program import NUMPY, Program

L, K = Q("2 m"), Q("1 K")
x, y = coordinates(x=(0 * L, L), y=(0 * L, L))
z, t = coordinates(z=(0 * L, L), t=(Q("0 s"), Q("3 s")))
u = field("u", "K", of=(x, y))
heat = Residual("heat", laplacian(u))
SMALL = Ball({x: 0.2 * L, y: 0.75 * L}, radius=0.1 * L, name="small")
LARGE = Ball({x: 0.6 * L, y: 0.4 * L}, radius=0.25 * L, name="large")


def untrained(problem: Problem, scales: Scales) -> Solution:
    """A solution with random parameters."""
    formulation = nondimensional(problem, problem.scales(scales).yardsticks)
    theta = MLP(6, 2).initialize(formulation.embedding.size, len(problem.fields), 0) + 0.1
    return Solution(problem, formulation, MLP(6, 2), theta, Report("budget", "", 0, 0.0, 0.0))


def rim(hole: Ball, count: int = 24) -> dict[str, Any]:
    """Points around a disk, as quantities."""
    angles = np.linspace(0, 2 * math.pi, count)
    places = hole.surface(np.stack([np.cos(angles), np.sin(angles)], axis=1))
    return {item.name: Q(column, "m") for item, column in zip(hole.coordinates, places.T, strict=True)}


@settings(deadline=None, max_examples=40)
@given(st.tuples(*[st.floats(0.05, 0.95)] * 2), st.floats(0.01, 0.4), st.floats(0.2, 5.0), st.integers(0, 9))
def test_the_laws_of_a_hole(centre: tuple[float, float], radius: float, ratio: float, seed: int) -> None:
    """No collocation point lies inside, N are drawn, the distance is zero on the rim and positive outside in any
    yardsticks, and the slope of a linear field along the normal is that of a unit vector."""
    assume(all(radius < place < 1 - radius for place in centre))
    hole = Ball({x: centre[0] * L, y: centre[1] * L}, radius=radius * L)
    problem = Problem(heat, without=hole)
    formulation = nondimensional(problem, problem.scales(Scales(u=K, y=ratio * L)).yardsticks)
    points = formulation.sample(formulation.groups[0], 100, seed)
    assert points.shape == (100, 2)
    assert torch.equal(points, formulation.sample(formulation.groups[0], 100, seed))
    low, high = formulation.box()
    program = Program([rim_distance(hole, formulation.yardsticks)])

    def distance(unit: torch.Tensor) -> np.ndarray[Any, Any]:
        there = dict(zip((x, y), (low + (high - low) * unit).numpy().T, strict=True))
        found: np.ndarray[Any, Any] = program.run([there[leaf] for leaf in program.leaves], NUMPY)[0]  # type: ignore[index]
        return found

    around = on_rim((x, y), 64, hole, seed)
    assert distance(points).min() > 0
    assert np.abs(distance(around)).max() < 1e-9
    places = {item: 2 * column.numpy() for item, column in zip((x, y), around.T, strict=True)}
    normals = [np.asarray(Program([hole.outward_slope(item)]).run([places[item]], NUMPY)[0]) for item in (x, y)]
    assert np.hypot(*normals) == pytest.approx(1.0, abs=1e-9)
    assert normals[0] * (places[x] - hole.centre[0]) + normals[1] * (places[y] - hole.centre[1]) == pytest.approx(
        -hole.radius * np.ones(64)
    )


@pytest.mark.parametrize("along", [(x, y), (x, y, z), (x, y, z, coordinates(w=(0 * L, L))[0])], ids=len)
def test_points_on_a_rim_are_spread_evenly(along: tuple[Coordinate, ...]) -> None:
    """The mean of a component squared of a unit vector is 1/n, of the component itself zero."""
    hole = Ball(dict.fromkeys(along, L / 2), radius=L / 4)
    arms = (on_rim((*along, t), 1024, hole, seed=3)[:, :-1] - 0.5) * 4
    assert torch.allclose(arms.norm(dim=1), torch.ones(1024, dtype=torch.float64))
    assert torch.allclose(arms.mean(0), torch.zeros(len(along), dtype=torch.float64), atol=5e-3)
    assert torch.allclose(arms.square().mean(0), torch.full((len(along),), 1 / len(along)).double(), atol=5e-3)


def test_walls_and_rims_are_met_exactly() -> None:
    """Four walls whose values vary and two holes, one of them too: all hold to round-off."""
    wall = K * sin(x / L) * cos(y / L)
    there = K * x * y / L**2
    problem = Problem(
        heat,
        Dirichlet(u, wall, on=[x.ends, y.ends]),
        Dirichlet(u, there, on=SMALL),
        Dirichlet(u, 5 * K, on=LARGE),
        without=[SMALL, LARGE],
    )
    solution = untrained(problem, Scales(u=K, y=3 * L))
    assert solution.formulation.groups[1:] == ()
    assert solution(u - there, **rim(SMALL)).magnitude == pytest.approx(0, abs=1e-12)
    assert solution(u, **rim(LARGE)).magnitude == pytest.approx(5, abs=1e-12)
    for face in ({"x": 0 * L}, {"x": L}, {"y": 0 * L}, {"y": L}):
        line = dict.fromkeys("xy", Q(np.linspace(0, 2, 9), "m")) | face
        assert solution(u - wall, **line).magnitude == pytest.approx(0, abs=1e-12)
    assert abs(solution(u - wall, x=0.5 * L, y=0.8 * L).magnitude) > 1e-3


def test_the_derivatives_of_the_ansatz_are_those_of_its_values() -> None:
    """Second derivatives near a rim agree with differences of first ones: the trees know the lift and the distance."""
    problem = Problem(heat, Dirichlet(u, K, on=x.ends), Dirichlet(u, K * y / L, on=LARGE), without=LARGE)
    solution = untrained(problem, Scales(u=K))
    for first, second in ((x, x), (x, y), (y, y)):
        sides = [
            solution.values(d(u, first), np.array([[1.2, 1.42]]) + sign * 1e-5 * np.array([second is x, second is y]))
            for sign in (1, -1)
        ]
        found = solution.values(d(u, first, second), np.array([[1.2, 1.42]]))
        assert found == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-6, abs=1e-6)


def test_a_cylinder_of_time_and_its_start() -> None:
    """A hole whose value agrees with the start is met exactly with it, walls too; one that jumps is not."""
    T = field("T", "K", of=(x, y, t))
    start = K * x * (L - x) / L**2
    diffusion = Residual("diffusion", d(T, t) - Q("1 m^2/s") * laplacian(T))
    begun: tuple[Any, ...] = (diffusion, Initial(T, start), Dirichlet(T, 0 * K, on=x.ends))
    warm = start * exp(-t / Q("1 s"))
    solution = untrained(Problem(*begun, Dirichlet(T, warm, on=LARGE), without=LARGE), Scales(T=K))
    assert solution.formulation.groups[1:] == ()
    around = rim(LARGE)
    for instant in ("0 s", "1 s", "3 s"):
        assert solution(T - warm, **around, t=Q(instant)).magnitude == pytest.approx(0, abs=1e-12)
        assert solution(T, x=L, y=L / 3, t=Q(instant)).magnitude == pytest.approx(0, abs=1e-12)
    assert solution(T - start, x=0.1 * L, y=L / 2, t=Q("0 s")).magnitude == pytest.approx(0, abs=1e-12)
    sudden = untrained(Problem(*begun, Dirichlet(T, 9 * K, on=LARGE), without=LARGE), Scales(T=K)).formulation
    assert [item.name for group in sudden.groups[1:] for item in group.components] == ["T on large"]
    points = sudden.sample(sudden.groups[1], 50, seed=0)
    assert torch.allclose((points[:, :2] - torch.tensor([0.6, 0.4])).norm(dim=1), torch.full((50,), 0.25).double())
    assert points[:, 2].std() > 0.2


def test_a_ball_in_space_is_met_exactly() -> None:
    """Over three coordinates the distance is 1 − 1/ρ."""
    w = field("w", "K", of=(x, y, z))
    ball = Ball({x: L / 2, y: 0.4 * L, z: 0.6 * L}, radius=0.3 * L)
    problem = Problem(
        Residual("heat", laplacian(w)), Dirichlet(w, K, on=x.ends), Dirichlet(w, 2 * K, on=ball), without=ball
    )
    solution = untrained(problem, Scales(w=K))
    assert solution.formulation.groups[1:] == ()
    places = ball.surface(ball.directions())
    assert solution.values(w, places) == pytest.approx(2, abs=1e-12)
    one = 1 + 0 * w / K
    assert over_domain((x, y, z), {}, [ball]).size == pytest.approx(8 - 4 / 3 * math.pi * 0.6**3, rel=1e-10)
    assert solution.integral(one, on=ball).magnitude == pytest.approx(4 * math.pi * 0.36, rel=1e-12)


def test_the_answer_around_a_cylinder() -> None:
    """The flow past a cylinder and a source in it, Laplace's equation in a square with a hole, to four digits."""
    hole = Ball({x: 0.45 * L, y: 0.55 * L}, radius=0.2 * L)
    a, b = (x - 0.45 * L) / Q("1 m"), (y - 0.55 * L) / Q("1 m")
    squared = (a**2 + b**2) / 0.16
    exact = K * (0.5 * log(squared) + b * (1 - 1 / squared))
    problem = Problem(heat, Dirichlet(u, exact, on=[x.ends, y.ends]), Dirichlet(u, 0 * K, on=hole), without=hole)
    steps = LevenbergMarquardt(steps=80)
    solution = solve(problem, network=MLP(12, 2), optimizer=steps, sampling=Sampling(interior=250), show=False)
    unit = solution.formulation.sample(solution.formulation.groups[0], 1000, seed=99)
    points = 2 * unit.numpy()
    error = solution.values(u - exact, points)
    assert np.sqrt(np.mean(error**2) / np.mean(solution.values(exact, points) ** 2)) < 1e-4
    flux = solution.integral(hole.outward_slope(u), on=hole)
    assert flux.m_as("K") == pytest.approx(-2 * math.pi, rel=1e-3)  # of the unit source alone
    disk = math.pi * 0.4**2
    assert solution.integral(1 + 0 * u / K).magnitude == pytest.approx(4 - disk, rel=1e-12)
    assert solution.integral(x * x / L**2 + 0 * u / K).magnitude == pytest.approx(
        4 / 3 - (disk * 0.9**2 + math.pi * 0.4**4 / 4) / 4, rel=1e-12
    )


def test_slopes_on_a_rim_go_to_the_loss() -> None:
    """A network that solves nothing leaves u − g and n·∇u − g as residuals: Neumann and Robin, checked by hand."""
    unit = Q("1 K/m")
    problem = Problem(
        heat,
        Dirichlet(u, 0 * K, on=x.ends),
        Neumann(u, 3 * unit, on=SMALL),
        Robin(u, a=2 / L, b=1.0, g=unit, on=LARGE),
        without=[SMALL, LARGE],
    )
    solution = untrained(problem, Scales(u=2 * K, x=L, y=3 * L))
    objective = ResidualObjective(solution.formulation, MLP(6, 2), MeanSquare(), Sampling(64, 32), seed=0)
    found = objective.residuals(solution.theta)
    low, high = 0.0, 2.0
    for name, group, hole in zip(("small", "large"), solution.formulation.groups[1:], (SMALL, LARGE), strict=True):
        seed = 31 * solution.formulation.groups.index(group)
        points = low + (high - low) * solution.formulation.sample(group, 32, seed).numpy()
        normal = -(points - hole.centre) / hole.radius
        slope = sum(normal[:, place] * solution.values(d(u, item), points) for place, item in enumerate((x, y)))
        left = slope - 3 if hole is SMALL else solution.values(u, points) + slope - 1
        assert found[f"u on {name}"].numpy() * group.components[0].scale == pytest.approx(left, abs=1e-9)


def stated(inch: bool) -> tuple[Problem, Scales]:
    """A problem with a disk in a slab of other yardsticks, in metres or in inches."""

    def given(quantity: Any) -> Any:
        return quantity.to("inch") if inch else quantity

    p, q = coordinates(p=(0 * L, given(L)), q=(0 * L, given(2 * L)))
    w = field("w", "K", of=(p, q))
    hole = Ball({p: given(0.3 * L), q: given(0.7 * L)}, radius=given(Q("22 cm")))
    conditions = [Dirichlet(w, K * p / given(L), on=[p.ends, q.ends]), Dirichlet(w, 4 * K, on=hole)]
    rest = Ball({p: given(0.6 * L), q: given(1.5 * L)}, radius=given(Q("41 cm")))
    slope = Q("2 K/m").to("K/inch" if inch else "K/m")
    problem = Problem(Residual("heat", laplacian(w)), *conditions, Neumann(w, slope, on=rest), without=[hole, rest])
    return problem, Scales(w=K)


def test_a_problem_with_holes_restated_is_the_same_bit_for_bit(tmp_path: Path) -> None:
    """Metres or inches: one fingerprint, one training; a hole elsewhere is another problem, and its file is refused."""
    answers = []
    for inch in (False, True):
        problem, scales = stated(inch)
        steps = LevenbergMarquardt(steps=4)
        answers.append(
            solve(problem, scales, network=MLP(6, 1), optimizer=steps, sampling=Sampling(60, 20), show=False)
        )
    assert fingerprint(answers[0].formulation) == fingerprint(answers[1].formulation)
    assert torch.equal(answers[0].theta, answers[1].theta)
    answers[0].save(tmp_path / "holes.safetensors")
    loaded = Solution.load(tmp_path / "holes.safetensors", stated(True)[0])
    assert torch.equal(loaded.theta, answers[0].theta)
    problem = answers[0].problem
    other = Problem(*problem.residuals, *problem.conditions, without=(*problem.holes, another(problem)))
    with pytest.raises(ProblemError, match="of other equations"):
        Solution.load(tmp_path / "holes.safetensors", other)


def another(problem: Problem) -> Ball:
    """A third hole, on which nothing is stated."""
    p, q = problem.coordinates
    return Ball({p: 0.8 * L, q: 0.5 * L}, radius=0.05 * L)


def test_scales_are_proposed_from_what_holds_on_the_rim() -> None:
    """The values on the rim count, not those of the formula inside the hole; a slope on a rim bounds a field too."""
    away = 1 / ((x - 0.6 * L) ** 2 + (y - 0.4 * L) ** 2)
    h = field("h", "1/m^2", of=(x, y))
    problem = Problem(Residual("height", laplacian(h)), Dirichlet(h, away, on=LARGE), without=LARGE)
    assert problem.scales()["h"].span.magnitude == pytest.approx(1 / LARGE.radius**2)
    value = Dirichlet(u, K, on=LARGE).requirements[0].statement.value
    assert value is not None
    assert set(sampled(value, (x, y), LARGE)) == {1.0}
    flux = Problem(heat, Neumann(u, Q("3 K/m"), on=LARGE), without=LARGE)
    assert flux.scales()["u"].span.magnitude == pytest.approx(6)


def test_figures_leave_holes_open() -> None:
    """A map is not a number inside a hole, and covers() says where."""
    solution = untrained(Problem(heat, Dirichlet(u, K, on=LARGE), without=LARGE), Scales(u=K))
    values = solution.plot(u).axes[0].collections[0].get_array()
    assert values is not None
    share = float(np.mean(np.ma.getmaskarray(np.ma.masked_invalid(values))))
    assert share == pytest.approx(math.pi * 0.5**2 / 4, abs=0.02)
    assert list(solution.covers(x=Q([1.2, 0.1], "m"), y=Q("0.8 m"))) == [False, True]


def test_periodic_data_and_holes() -> None:
    """The distance from a hole does not repeat, so where its coordinates do its data are left to the loss."""
    problem = Problem(heat, Periodic(u, on=x.ends), Dirichlet(u, K, on=LARGE), without=LARGE)
    formulation = untrained(problem, Scales(u=K)).formulation
    assert formulation.ansatz.periodic == (x,)
    assert [item.name for group in formulation.groups[1:] for item in group.components] == ["u on large"]


def said(make: Any) -> str:
    """What is said when something is refused."""
    with pytest.raises((ProblemError, UnitsError)) as caught:
        make()
    return str(caught.value)


def test_refusals() -> None:
    """Every refusal says what was found, in numbers, and the way out."""
    centre = {x: L / 2, y: L / 2}
    asked = untrained(Problem(heat, Dirichlet(u, K, on=LARGE), without=LARGE), Scales(u=K))
    w = field("w", "K", of=(x, z))
    cases: dict[str, Any] = {
        "its radius 1 kg has the dimension kg: expected m, that of x": lambda: Ball(centre, Q("1 kg")),
        "its y 3 s has the dimension s: expected m, that of y": lambda: Ball({x: L / 2, y: Q("3 s")}, L / 9),
        "reaches from x = -0.5 to 2.5 m, but the box from 0 to 2": lambda: Ball(centre, Q("1.5 m")),
        "reaches from x = 0 to 2 m": lambda: Ball(centre, L / 2),
        "expected a finite radius above zero": lambda: Ball(centre, 0 * L),
        "expected two or more space coordinates": lambda: Ball({x: L / 2}, L / 9),
        "space coordinates in its centre": lambda: Ball({x: L / 2, t: Q("1 s")}, L / 9),
        "expected a centre such as": lambda: Ball((L / 2, L / 2), L / 9),  # type: ignore[arg-type]
        "are 0.4 m apart, expected more than the sum of their radii, 0.5": lambda: Problem(
            heat, without=[SMALL, Ball({x: 0.2 * L, y: 0.55 * L}, 0.15 * L)]
        ),
        "not cut out of the domain: state Problem(…, without=[…])": lambda: Problem(heat, Dirichlet(u, K, on=LARGE)),
        "the hole large lies outside the domain, which is of (x, z)": lambda: Problem(
            Residual("heat", laplacian(w)), without=LARGE
        ),
        "the hole large lies outside the domain of the field": lambda: Dirichlet(w, K, on=LARGE),
        "expected holes such as Ball": lambda: Problem(heat, without=[x.start]),  # type: ignore[list-item]
        "is asked inside the hole large": lambda: Problem(heat, Pin(u, K, at=(0.6 * L, 0.4 * L)), without=LARGE),
        "expected the two ends of one coordinate": lambda: Periodic(u, on=LARGE),
        "1 of 2 points lie inside the hole large, the first at x = 1.2 m, y = 0.8 m": lambda: asked(
            u, x=Q([0.1, 1.2], "m"), y=Q("0.8 m")
        ),
        "what is fixed lies inside a hole": lambda: asked.mean(u, x=1.2 * L / 2, y=0.8 * L / 2),
        "small is no hole of this problem": lambda: asked.mean(u, on=SMALL),
        "expected a rim over two or three free coordinates": lambda: asked.mean(u, on=LARGE, x=L / 2),
    }
    for words, make in cases.items():
        assert words in said(make)
    assert "test_holes.py" in said(cases["its radius 1 kg has the dimension kg: expected m, that of x"])


def test_the_lint_sees_conditions_on_rims() -> None:
    """A value in the wrong unit on a hole is found like one on a face; slopes and balances are sound."""
    wrong = Problem(heat, Dirichlet(u, Q("3 m"), on=LARGE), Neumann(u, K, on=SMALL), without=[LARGE, SMALL])
    findings = [str(finding) for finding in wrong.lint()]
    assert len(findings) == 2
    assert "u on large" in findings[0]
    assert "u on small" in findings[1]
    sound = [Neumann(u, Q("1 K/m"), on=SMALL), Robin(u, a=1 / L, b=1.0, g=Q("1 K/m"), on=LARGE)]
    assert not list(Problem(heat, *sound, without=[SMALL, LARGE]).lint())
