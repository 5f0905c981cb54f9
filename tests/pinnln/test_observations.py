"""Measurements: what they are worth in the loss, and which are refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pinnln import (
    MLP,
    Ball,
    Dirichlet,
    LevenbergMarquardt,
    MeanSquare,
    Observe,
    Problem,
    ProblemError,
    Residual,
    Sampling,
    Scales,
    UnitsError,
    coordinates,
    d,
    field,
    laplacian,
    solve,
    unknown,
)
from pinnln.formulation import Formulation, nondimensional
from pinnln.residual_objective import ResidualObjective
from pinnln.solution import fingerprint
from pinnln.units import Q

L = Q("10 cm")
(x,) = coordinates(x=(0 * L, L))
T = field("T", "kelvin", of=(x,))
k = Q("2 W/m/K")
PLACES, VALUES = Q([2.0, 5.0, 9.0], "cm"), Q([301.0, 304.0, 302.0], "K")


def measured(*observed: Observe) -> Formulation:
    """A bar with these measurements, in characteristic scales."""
    problem = Problem(Residual("heat", d(T, x, x)), Dirichlet(T, Q("300 K"), on=x.start), *observed)
    return nondimensional(problem, problem.scales(Scales(T=(Q("300 K"), Q("4 K")))).yardsticks)


def residuals(formulation: Formulation, place: int, temperature: float) -> torch.Tensor:
    """Those of one group at a temperature that is the same everywhere."""
    group = formulation.groups[place]
    points = formulation.place(group, formulation.sample(group, 1, 0))
    channels = torch.zeros(len(group.indices), len(points.x), 1, dtype=torch.float64)
    jets = points.jets
    channels[0] = (temperature - 300.0) / 4.0
    network = (channels - jets.lift) / torch.where(jets.factors[:1] == 0, 1.0, jets.factors[:1])
    found = formulation.residuals(group, points, network)
    return found[0]


def test_the_misfit_is_in_scales() -> None:
    """(T − v) over the span of T at every point, whatever T counts from."""
    found = residuals(measured(Observe(T, VALUES, at={x: PLACES})), 1, 303.0)
    torch.testing.assert_close(found, torch.tensor([2.0, -1.0, 1.0], dtype=torch.float64) / 4)


def test_sure_measurements_count_more() -> None:
    """Weights go as 1/σ, the surest has weight one, and all measurements together count as one mean."""
    sigma = Q([0.5, 1.0, 2.0], "K")
    made = measured(
        Observe(T, VALUES, at={x: PLACES}, sigma=sigma), Observe(T, VALUES[:1], at={x: PLACES[:1]}, sigma=Q("1 K"))
    )
    first, second = residuals(made, 1, 303.0), residuals(made, 2, 303.0)
    expected = torch.tensor([2.0, -1.0, 1.0], dtype=torch.float64) / 4 / torch.tensor([1.0, 2.0, 4.0])
    torch.testing.assert_close(first, expected * (3 / 4) ** 0.5)
    torch.testing.assert_close(second, torch.tensor([2.0 / 4 / 2], dtype=torch.float64) * (1 / 4) ** 0.5)
    mean = float(first.square().mean() + second.square().mean())
    chi_square = float((2.0 / 0.5) ** 2 + 1.0 + (1 / 2.0) ** 2 + 2.0**2)
    assert mean == pytest.approx((0.5 / 4) ** 2 / 4 * chi_square)


def test_many_measurements_keep_their_places() -> None:
    """Through chunks of points each value meets its own point."""
    places = np.random.default_rng(0).uniform(0.0, 0.1, 3000)
    made = measured(Observe(T, Q(300 + 40 * places, "K"), at={x: Q(places, "m")}))
    objective = ResidualObjective(made, MLP(4, 1), MeanSquare(), Sampling(interior=10), seed=0)
    theta = torch.zeros(objective.size, dtype=torch.float64)
    assert len(list(objective.draw(1, 0))) > 1
    found = objective.residuals(theta)["T at 3000 points"]
    zero_network = -40 * places / 4  # T is 300 K, kept to 13 digits
    np.testing.assert_allclose(found.numpy(), zero_network, rtol=0, atol=300 / 4 * 1e-12)
    assert objective.rows == 10 + 3000


def test_measurements_bound_a_field() -> None:
    """Where nothing else does, the least and the largest of them are its scale."""
    problem = Problem(Residual("heat", d(T, x, x)), Observe(T, VALUES, at={x: PLACES}))
    assert problem.scales()["T"].reference == Q("301 K")
    assert problem.scales()["T"].span.magnitude == pytest.approx(3.0)


def test_fluxes_are_measured_as_well() -> None:
    """A bar whose end and flux are known: its other end follows."""
    problem = Problem(
        Residual("heat", d(T, x, x)),
        Dirichlet(T, Q("300 K"), on=x.start),
        Observe(-k * d(T, x), Q(-80.0, "W/m^2"), at={x: Q("5 cm")}),
    )
    solution = solve(
        problem,
        Scales(T=(Q("300 K"), Q("1 K"))),
        network=MLP(4, 1),
        optimizer=LevenbergMarquardt(steps=8),
        sampling=Sampling(40),
        show=False,
    )
    assert solution(T, x=L).to("K").magnitude == pytest.approx(304.0, abs=1e-5)


def test_measurements_stand_in_the_figure_of_their_field() -> None:
    """In the units of coordinate and field, with bars of one sigma where it is known; none of another expression."""
    warm = field("T", "degC", of=(x,))
    sigmas = Q([0.5, 1.0, 0.5], "kelvin")
    for sigma, flux_sigma, heights in ((sigmas, Q("1 W/m^2"), [1.0, 2.0, 1.0]), (None, None, [])):
        problem = Problem(
            Residual("heat", d(warm, x, x)),
            Observe(warm, VALUES, at={x: PLACES.to("m")}, sigma=sigma),
            Observe(-k * d(warm, x), Q(-80.0, "W/m^2"), at={x: Q("5 cm")}, sigma=flux_sigma),
        )
        solution = solve(problem, network=MLP(4, 1), optimizer=LevenbergMarquardt(1), sampling=Sampling(40), show=False)
        (panel,) = solution.plot().axes
        (bars,) = panel.containers
        points, _, lines = bars
        np.testing.assert_allclose(points.get_xdata(), PLACES.m)
        np.testing.assert_allclose(points.get_ydata(), VALUES.m_as("degC"))
        assert [bars.get_label()] == [text.get_text() for text in panel.get_legend().get_texts()]
        tops = [np.ptp(segment[:, 1]) for each in lines for segment in each.get_segments()]
        assert tops == pytest.approx(heights)


def test_other_measurements_are_another_problem() -> None:
    """The fingerprint tells values, places and sigma apart, and knows no units."""
    base = Observe(T, VALUES, at={x: PLACES}, sigma=Q("1 K"))
    same = Observe(T, VALUES.to("degF"), at={x: PLACES.to("inch")}, sigma=Q(1.8, "delta_degF"))
    others = [
        Observe(T, VALUES + Q("1 K"), at={x: PLACES}, sigma=Q("1 K")),
        Observe(T, VALUES, at={x: 0.5 * PLACES}, sigma=Q("1 K")),
        Observe(T, VALUES, at={x: PLACES}, sigma=Q([1.0, 2.0, 1.0], "K")),
    ]
    assert fingerprint(measured(base)) == fingerprint(measured(same))
    assert len({fingerprint(measured(item)) for item in (base, *others)}) == 4


REFUSED = {
    "point 2 of 3 lies outside the domain: x = 0.2, which runs from 0 to 0.1 m": {
        "at": {x: Q([1.0, 20.0, 30.0], "cm")}
    },
    "value 2 of 3 is nan K: leave out": {"values": Q([301.0, np.nan, 302.0], "K")},
    "expected 3 numbers or one in the places along x, found 2": {"at": {x: Q([1.0, 2.0], "cm")}},
    "expected 3 numbers or one in its sigma, found 2": {"sigma": Q([1.0, 2.0], "K")},
    "the places along x have the dimension s: expected m": {"at": {x: Q([1.0, 2.0, 3.0], "s")}},
    "its sigma has the dimension m: expected K": {"sigma": Q("1 m")},
    "points on an offset scale: state differences": {"sigma": Q(1.0, "degC")},
    "expected a sigma that is finite and above zero, found 0 ": {"sigma": Q("0 K")},
    r"expected at=\{…\} with a quantity for each of \(x\), found \(\)": {"at": {}},
    "expected one number for each point, found an array of shape": {"values": Q(np.ones((3, 2)), "K")},
    "expected 3 values, one for each point, found one": {"values": Q("301 K")},
    "its values: expected quantities, as in": {"values": "warm"},
    "expected at least one value, found none": {"values": Q([], "K"), "at": {x: Q([], "cm")}},
    "expected an expression of fields, such as T": {"target": Q("3 K")},
}


@pytest.mark.parametrize("words", REFUSED)
def test_bad_measurements_are_refused(words: str) -> None:
    """Each in one sentence that names what is wrong."""
    with pytest.raises(ProblemError, match=words):
        Observe(**{"target": T, "values": VALUES, "at": {x: PLACES}, **REFUSED[words]})


def test_quantities_may_come_one_by_one() -> None:
    """A list of quantities is as good as a quantity with a list, unless their dimensions differ."""
    listed = Observe(T, [Q("301 K"), Q("304 K"), Q("302 K")], at={x: [Q("2 cm"), Q("50 mm"), Q("9 cm")]})
    assert fingerprint(measured(listed)) == fingerprint(measured(Observe(T, VALUES, at={x: PLACES})))
    with pytest.raises(ProblemError, match="expected quantities of one dimension"):
        Observe(T, [Q("301 K"), Q("304 m")], at={x: Q([1.0, 2.0], "cm")})


def test_values_of_another_dimension_are_a_finding() -> None:
    """As for any condition, with the way out."""
    problem = Problem(Residual("heat", d(T, x, x)), Observe(T, Q([1.0, 2.0], "m"), at={x: Q([1.0, 2.0], "cm")}))
    with pytest.raises(UnitsError, match="the value of Observe 'T at 2 points' has the wrong dimension"):
        problem.scales()


def test_sigma_for_all_or_none() -> None:
    """Measurements with and without it cannot be weighed against each other."""
    with pytest.raises(ProblemError, match="give sigma to all observations or to none"):
        measured(Observe(T, VALUES, at={x: PLACES}), Observe(T, VALUES, at={x: PLACES}, sigma=Q("1 K")))


def test_no_measurement_in_a_hole() -> None:
    """The hole and the point are named."""
    a, b = coordinates(a=(0 * L, L), b=(0 * L, L))
    u = field("u", "K", of=(a, b))
    hole = Ball({a: L / 2, b: L / 2}, radius=L / 5)
    with pytest.raises(ProblemError, match=r"was observed inside the hole .* \(point 2\)"):
        Problem(
            Residual("heat", laplacian(u)),
            Observe(u, Q([1.0, 2.0], "K"), at={a: Q([1.0, 5.0], "cm"), b: Q([1.0, 5.0], "cm")}),
            without=hole,
        )


def test_measurements_and_windows_are_refused() -> None:
    """They are compared at all times at once; an unknown is the same in all windows."""
    s, t = coordinates(s=(0 * L, L), t=(Q("0 s"), Q("1 s")))
    u, D = field("u", "K", of=(s, t)), unknown("D", guess=Q("1 cm^2/s"))
    seen = Observe(u, Q([1.0, 2.0], "K"), at={s: L / 2, t: Q([0.2, 0.8], "s")})
    for diffusivity, words in ((Q("1 cm^2/s"), "was measured at times of its own"), (D, r"constant \(D\) is the same")):
        problem = Problem(Residual("heat", d(u, t) - diffusivity * d(u, s, s)), Dirichlet(u, Q("1 K"), on=s.ends), seen)
        with pytest.raises(ProblemError, match=words):
            solve(problem, windows=2, show=False)
