"""What is refused before any training: dimensional errors to the character, and bad input by name."""

from __future__ import annotations

import pytest

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
    ScalesError,
    UnitsError,
    coordinates,
    d,
    exp,
    field,
    laplacian,
    solve,
)
from pinnln.units import Q

L, rho, nu = Q("2 cm"), Q("1.2 kg/m^3"), Q("15 mm^2/s")
x, y = coordinates(x=(0 * L, L), y=(0 * L, L))
(t,) = coordinates(t=(Q("0 s"), Q("1 min")))
v, p, T = field("v", "m/s", of=(x, y)), field("p", "Pa", of=(x, y)), field("T", "K", of=(x, y))
heat = Residual("heat", laplacian(T))
walls = Dirichlet(T, Q("300 K"), on=x.ends)


def refusal(*parts: object) -> str:
    """What solve says of a problem, before it trains."""
    with pytest.raises(UnitsError) as caught:
        solve(Problem(*parts), show=False)  # type: ignore[arg-type]
    return str(caught.value)


def under_caret(message: str) -> str:
    """The characters of the script that the first caret line marks."""
    lines = message.splitlines()
    place = next(number for number, line in enumerate(lines) if "^" in line)
    start, end = lines[place].index("^"), lines[place].rindex("^")
    return lines[place - 1][start : end + 1]


def test_a_missing_density_is_marked() -> None:
    """Without `/ rho` the pressure term is marked, with both units and the way out."""
    momentum = Residual("momentum_y", v * d(v, y) + d(p, y) - nu * laplacian(v))
    message = refusal(momentum, Residual("continuity", d(v, y)), walls, heat)
    assert under_caret(message) == "d(p, y)"
    for word in (
        "residual 'momentum_y'",
        "m s⁻²",
        "kg m⁻² s⁻²",
        "kg m⁻³, which is the dimension of rho",
        "Divide it by rho?",
    ):
        assert word in message


def test_a_bare_number_added_to_a_temperature_is_marked() -> None:
    """`T + 1.0` marks the number and asks for its unit."""
    message = refusal(Residual("source", laplacian(T) * L**2 - (T + 1.0)), walls)
    assert under_caret(message) == "1.0"
    assert "residual 'source'" in message
    assert 'Q("1 K")' in message


def test_an_exponential_of_a_length_is_marked() -> None:
    """`exp(x)` marks its argument, and the hint names a length of the script."""
    message = refusal(Residual("heat", laplacian(T) - T / L**2 * exp(x)), walls)
    assert under_caret(message) == "x"
    assert "a pure number" in message
    assert "Divide it by L?" in message


def test_a_slope_in_the_wrong_unit_is_marked() -> None:
    """A Neumann value in kelvin marks the value, and says what slope was expected."""
    message = refusal(heat, walls, Neumann(T, Q("5 K"), on=y.start))
    assert under_caret(message) == 'Q("5 K")'
    assert "Neumann 'T on y.start'" in message
    assert "expected, as −∂T/∂y     m⁻¹ K" in message


def test_every_error_is_reported_at_once() -> None:
    """Two wrong statements are two findings of lint."""
    problem = Problem(Residual("heat", laplacian(T) + T), Dirichlet(T, Q("1 m"), on=x.start))
    assert [finding.code for finding in problem.lint()] == ["UL101", "UL103"]


BAD_PROBLEMS = {
    "unknown field in a condition": (
        lambda: Problem(heat, Dirichlet(p, Q("0 Pa"), on=x.ends)),
        "Dirichlet 'p on x.start': field 'p' stands in no equation; the equations are of T",
    ),
    "field in no equation": (
        lambda: Problem(Residual("momentum", v * d(v, y) + d(p, y) / rho)),
        "2 fields .*v, p.* but 1 equations .*momentum.*under-determined",
    ),
    "condition on a face that is not of the domain": (
        lambda: Problem(heat, Dirichlet(T, Q("300 K"), on=t.start)),
        r"Dirichlet\(T\): the face t.start lies outside the domain of the field, which is of \(x, y\)",
    ),
    "pin outside the domain": (
        lambda: Pin(p, Q("0 Pa"), at=(2 * L, 0 * L)),
        r"Pin\(p\): x = .* lies outside the domain, which runs from 0 to 0.02 m",
    ),
    "pin with a coordinate too few": (
        lambda: Pin(p, Q("0 Pa"), at=(L,)),
        r"one quantity for each of \(x, y\), found 1",
    ),
    "pin at no coordinate": (
        lambda: Pin(p, Q("0 Pa"), at={}),
        r"Pin\(p\): expected coordinates among \(x, y\), found none",
    ),
    "pin at a coordinate of another field": (
        lambda: Pin(p, Q("0 Pa"), at={x: 0 * L, t: Q("0 s")}),
        r"Pin\(p\): expected coordinates among \(x, y\), found x, t",
    ),
    "condition on no face": (lambda: Dirichlet(T, Q("1 K"), on=[]), r"Dirichlet\(T\): expected faces .* found none"),
    "condition on a coordinate": (lambda: Dirichlet(T, Q("1 K"), on=x), r"Dirichlet\(T\): expected faces such as"),
    "condition on an expression": (lambda: Neumann(2 * T, Q("1 K/m"), on=x.start), "Neumann: expected a field made by"),
    "periodic on one face": (
        lambda: Periodic(T, on=x.start),
        r"Periodic\(T\): expected the two ends of one coordinate",
    ),
    "initial without time": (lambda: Initial(T, Q("1 K")), "Initial"),
    "empty extent": (lambda: coordinates(z=(L, L)), "coordinate 'z' runs from .*: expected a finite extent above zero"),
    "negative extent": (
        lambda: coordinates(z=(L, 0 * L)),
        "coordinate 'z' runs from .* give .start, end. with end > start",
    ),
    "no equation": (lambda: Problem(walls), "expected at least one residual with a field in it"),
    "equation without a field": (lambda: Problem(heat, Residual("odd", x / L)), "residual 'odd' has no field in it"),
    "no expression": (lambda: Residual("odd", 3.0), "residual 'odd': expected an expression of fields, found 3.0"),
    "no part of a problem": (lambda: Problem(heat, T), "expected residuals and conditions, found"),
    "two equations of one name": (lambda: Problem(heat, heat), "the name 'heat' is used twice among the residuals"),
    "coordinate of another domain": (
        lambda: Problem(Residual("heat", laplacian(T) + T * t / (L**2 * Q("1 s")))),
        "residual 'heat': coordinate 't' is not of this domain",
    ),
    "fields on different domains": (
        lambda: Problem(heat, Residual("other", d(field("w", "K", of=(x,)), x))),
        "fields 'T' and 'w' are of different coordinates",
    ),
}


@pytest.mark.parametrize("name", BAD_PROBLEMS)
def test_a_problem_that_is_not_well_stated_is_refused(name: str) -> None:
    """One clear error that names the object, when it is stated."""
    make, words = BAD_PROBLEMS[name]
    with pytest.raises(ProblemError, match=words):
        make()


BAD_SCALES = {
    "zero": (lambda: Scales(T=Q("0 K")), "the scale of 'T' is .*: expected a finite span above zero"),
    "not a number": (
        lambda: Scales(T=Q(float("nan"), "K")),
        "the scale of 'T' is .*: expected a finite span above zero",
    ),
    "negative": (lambda: Scales(x=Q("-1 m")), "the scale of 'x' is .*: expected a finite span above zero"),
    "wrong dimension": (lambda: Scales(T=Q("1 m")), "the scale of 'T' has the dimension m: expected K"),
    "unknown symbol": (lambda: Scales(q=Q("1 m")), "a scale was given for 'q': expected one of x, y, T"),
    "a point as a span": (lambda: Scales(T=Q(80, "degC")), "the span of 'T' is .*, a point on an offset scale"),
    "none to propose": (
        lambda: Scales(),
        "no condition bounds the field 'T'.*give Scales.T=…. with a quantity of dimension K",
    ),
}


@pytest.mark.parametrize("name", BAD_SCALES)
def test_a_scale_that_cannot_be_is_refused(name: str) -> None:
    """One clear error that names the symbol, before training."""
    make, words = BAD_SCALES[name]
    with pytest.raises(ScalesError, match=words):
        solve(Problem(heat, walls), make(), show=False)


BAD_SETTINGS = {
    "LM": (lambda: LevenbergMarquardt(steps=0), "a budget of 0 steps trains nothing"),
    "Adam": (lambda: Adam(steps=0), "a budget of 0 steps trains nothing"),
    "L-BFGS": (lambda: LBFGS(steps=-3), "a budget of -3 steps trains nothing"),
    "block": (lambda: LevenbergMarquardt(block=0), "expected block to be finite and above zero, found 0"),
    "start": (lambda: LevenbergMarquardt(start=0.5), "expected start, rows over parameters, of at least 1, found 0.5"),
    "rate": (lambda: Adam(learning_rate=float("nan")), "expected learning_rate to be finite and above zero"),
    "points": (lambda: Sampling(interior=0), "expected at least one point inside and on each face, found 0 and 100"),
    "epsilon": (lambda: LayerNorm(epsilon=0.0), "expected epsilon above zero"),
    "width": (lambda: MLP(width=0), "expected width and depth of at least 1"),
    "activation": (lambda: MLP(activation="relu"), "expected an activation of tanh, sin, silu, gelu, found 'relu'"),
}


@pytest.mark.parametrize("name", BAD_SETTINGS)
def test_settings_that_train_nothing_are_refused(name: str) -> None:
    """A budget of zero and its kin are refused when the object is made."""
    make, words = BAD_SETTINGS[name]
    with pytest.raises(ValueError, match=words):
        make()


def test_robin_and_its_units() -> None:
    """A Robin condition whose terms do not match marks the guilty one."""
    h, k = Q("10 W/m^2/K"), Q("400 W/m/K")
    message = refusal(heat, walls, Robin(T, a=h, b=k, g=Q("300 K"), on=y.end))
    assert under_caret(message) == 'Q("300 K")'
    assert "Robin 'T on y.end'" in message
