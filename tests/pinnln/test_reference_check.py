"""A reference that does not solve its problem is found out, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from pinnln import Ball, Benchmark, Dirichlet, Neumann, Problem, Residual, Scales, coordinates, d, field, laplacian, log
from pinnln.problems import diffusivity_from_temperatures, kovasznay, natural_convection, poisson
from pinnln.reference_check import check_reference
from pinnln.units import Q


def bent(benchmark: Benchmark, bend: Callable[[np.ndarray, dict[str, np.ndarray]], dict[str, np.ndarray]]) -> Benchmark:
    """The same problem with a reference that was tampered with."""
    exact = benchmark.exact
    return replace(benchmark, exact=lambda at: bend(at, dict(exact(at))))


def failing(benchmark: Benchmark, accuracy: float = 1e-10) -> list[str]:
    """The names of what the reference does not solve."""
    return [item.partition(":")[0] for item in check_reference(benchmark).failures(accuracy)]


def test_a_millionth_too_much_is_found() -> None:
    """In the equation; the walls are grounded all the same."""
    assert failing(bent(poisson(), lambda _, found: {"phi": found["phi"] * (1 + 1e-6)})) == ["potential"]


def test_one_equation_of_several_is_named() -> None:
    """A pressure that is off by a slope along y breaks one momentum equation and nothing else."""
    flow = bent(kovasznay(), lambda at, found: {**found, "p": found["p"] + 1e-4 * at[:, 1]})
    assert failing(flow) == ["momentum_y"]


def test_a_condition_is_named() -> None:
    """A potential with another constant solves the equation, on no wall."""
    lifted = bent(poisson(), lambda _, found: {"phi": found["phi"] + 1.0})
    assert failing(lifted) == [f"phi on {face}" for face in ("x.start", "x.end", "y.start", "y.end")]


def test_an_unknown_constant_is_what_its_quantity_says() -> None:
    """With another diffusivity the temperatures no longer obey the equation."""
    right = diffusivity_from_temperatures()
    assert failing(right) == []
    (alpha,) = right.quantities
    assert failing(replace(right, quantities=(replace(alpha, reference=1.001 * alpha.reference),))) == ["heat"]
    with pytest.raises(ValueError, match="no quantity of interest says what alpha must be"):
        check_reference(replace(right, quantities=()))


def test_what_a_reference_does_not_tell_is_told() -> None:
    """That of the cavity knows no pressure."""
    found = check_reference(natural_convection())
    assert found.untold == ("momentum_x", "momentum_y", "p at (x=0, y=0)")
    assert [item.name for item in found.equations] == ["continuity", "energy"]


def ring() -> Benchmark:
    """A warm rod in a square block, T = 1 − ln(r/R) K: the logarithm on all faces, the slope on the rim as well."""
    x, y = coordinates(x=(Q("-1 m"), Q("1 m")), y=(Q("-1 m"), Q("1 m")))
    T = field("T", "K", of=(x, y))
    rod = Ball({x: Q("0.1 m"), y: Q("0 m")}, radius=Q("0.3 m"))
    r2 = ((x - Q("0.1 m")) ** 2 + y**2) / Q("0.3 m") ** 2
    problem = Problem(
        Residual("heat", laplacian(T) + 0 * d(T, x, y)),
        Dirichlet(T, Q("1 K") - Q("0.5 K") * log(r2), on=[x.ends, y.ends, rod]),
        Neumann(T, Q("1 K") / Q("0.3 m"), on=rod),
        without=rod,
    )

    def exact(at: np.ndarray) -> dict[str, np.ndarray]:
        reach = np.hypot(at[:, 0] - 0.1, at[:, 1]) / 0.3
        return {"T": np.where(reach > 1 - 1e-12, 1 - np.log(np.maximum(reach, 1e-9)), np.nan)}

    scales = Scales(x=Q("1 m"), y=Q("1 m"), T=Q("1 K"))
    return Benchmark("ring", "A warm rod in a block", problem, scales, (), exact)


def test_nothing_is_asked_in_a_hole() -> None:
    """Equation, faces and both conditions on the rim are met by a reference that is no number in the hole."""
    found = check_reference(ring())
    assert found.failures(1e-10) == []
    assert len(found.conditions) == 6
    assert failing(bent(ring(), lambda at, found: {"T": found["T"] + 1e-5 * at[:, 0]})) != []
