"""The vocabulary of equations reads as the mathematics does."""

import math

import numpy as np
import pint
import pytest

from pinnln import units
from pinnln.units import (
    ProblemError,
    Q,
    Vector,
    absolute,
    constant,
    coordinates,
    d,
    dimension_of,
    div,
    exp,
    field,
    grad,
    laplacian,
    sin,
    sqrt,
    unknown,
    where,
)
from pinnln.units.algebra import fold
from pinnln.units.program import NUMPY, Program

x, y, t = coordinates(x=(Q("0 m"), Q("1 m")), y=(Q("0 m"), Q("1 m")), t=(Q("0 s"), Q("1 s")))
u, v = field("u", "m/s", of=(x, y, t)), field("v", "m/s", of=(x, y, t))
T = field("T", "K", of=(x, t))
ELEMENTARY = ("sin", "cos", "tan", "exp", "log", "sinh", "cosh", "tanh", "erf", "sqrt")


def test_the_gradient_goes_along_space_and_not_along_time():
    """∇f has one component for each space coordinate of f, in their order."""
    assert [str(part) for part in grad(u)] == ["∂u/∂x", "∂u/∂y"]
    assert grad(u).coordinates == (x, y)
    assert [str(part) for part in grad(x * x)] == ["∂(x·x)/∂x"]


def test_the_divergence_is_the_sum_of_slopes():
    """∇·v of a Vector, and of bare components."""
    assert str(div(Vector([u, v], (x, y)))) == "∂u/∂x + ∂v/∂y"
    assert str(div((u, v))) == "∂u/∂x + ∂v/∂y"
    assert str(fold(div([u, Q("1 m/s")]))) == "∂u/∂x"


def test_the_divergence_of_the_gradient_is_the_laplacian():
    """∇·∇f = Δf, down to the derivatives of the field."""
    assert str(fold(div(grad(u)))) == str(fold(laplacian(u))) == "∂²u/∂x² + ∂²u/∂y²"
    assert str(laplacian(T)) == "∂²T/∂x²"


def test_vectors_add_and_scale_by_component():
    """Sums, multiples, quotients and the scalar product go component by component."""
    a, b = grad(u), grad(v)
    assert [str(part) for part in a + b] == ["∂u/∂x + ∂v/∂x", "∂u/∂y + ∂v/∂y"]
    assert [str(part) for part in a - b] == ["∂u/∂x − ∂v/∂x", "∂u/∂y − ∂v/∂y"]
    assert [str(part) for part in -a] == ["−∂u/∂x", "−∂u/∂y"]
    assert [str(part) for part in a * u] == ["∂u/∂x·u", "∂u/∂y·u"]
    assert [str(part) for part in u * a] == ["∂u/∂x·u", "∂u/∂y·u"]
    assert [str(part) for part in a / 2] == ["∂u/∂x / 2", "∂u/∂y / 2"]
    assert str(a.dot(b)) == "∂u/∂x·∂v/∂x + ∂u/∂y·∂v/∂y"


def test_vectors_along_other_coordinates_do_not_mix():
    """A component along x never meets one along y."""
    turned = Vector([u, v], (y, x))
    for act in (lambda a, b: a + b, lambda a, b: a - b, Vector.dot):
        with pytest.raises(ProblemError, match=r"same coordinates, found \['x', 'y'\] and \['y', 'x'\]"):
            act(grad(u), turned)
        with pytest.raises(ProblemError, match=r"same coordinates, found \['x', 'y'\] and \['x'\]"):
            act(grad(u), grad(T))


def test_vectors_refuse_what_is_no_vector():
    """A number has no direction, and a product of vectors must say which."""
    with pytest.raises(TypeError, match="expected a Vector, found int"):
        grad(u) + 1
    with pytest.raises(TypeError, match="a product of vectors is ambiguous"):
        grad(u) * grad(v)
    with pytest.raises(ProblemError, match="expected one component for each of 2 coordinates, found 1"):
        Vector([u], (x, y))


@pytest.mark.parametrize("nothing", [(), u], ids=str)
def test_a_divergence_needs_components(nothing):
    """A scalar has no divergence, and nothing has none either."""
    with pytest.raises(ProblemError, match=r"expected a Vector or its components, as in div\(\(u, v\)\)"):
        div(nothing)


def test_components_must_match_the_space():
    """Two components in one dimension are refused."""
    with pytest.raises(ProblemError, match="expected one component for each of 1 coordinates, found 2"):
        div((T, T))


@pytest.mark.parametrize("operator", [grad, laplacian])
def test_what_lies_nowhere_has_no_slope(operator):
    """A function of time alone has no gradient in space."""
    with pytest.raises(ProblemError, match="t depends on no space coordinate"):
        operator(t)


@pytest.mark.parametrize("name", ELEMENTARY)
def test_elementary_functions_take_numbers_quantities_and_expressions(name):
    """A number gives a float, a dimensionless quantity a quantity, an expression a node with those values."""
    function, expected = getattr(units, name), getattr(math, name)(0.7)
    assert function(0.7) == pytest.approx(expected, rel=1e-15)
    assert type(function(0.7)) is float
    assert function(Q(70, "percent")).to("").magnitude == pytest.approx(expected, rel=1e-15)
    made = function(x / Q("1 m"))
    assert str(made) == f"{name}(x / 1 m)"
    assert Program([made]).run([0.7], NUMPY)[0] == pytest.approx(expected, rel=1e-15)


def test_roots_and_magnitudes_keep_their_units():
    """√(m²) is m, |m| is m, for quantities as for expressions."""
    assert sqrt(Q("4 m^2")).to("m").magnitude == 2.0
    assert absolute(Q("-4 m")) == Q("4 m")
    assert absolute(-3) == 3.0
    assert str(dimension_of(sqrt(u * u))) == str(dimension_of(absolute(u))) == "m s⁻¹"
    assert str(dimension_of(sqrt(x))) == "m¹ᐟ²"


def test_degrees_are_converted_before_the_sine():
    """sin(90°) is one, as a quantity and inside an equation."""
    assert sin(Q("90 degree")).magnitude == pytest.approx(1.0)
    made = sin(Q("90 degree") * (x / x))
    assert Program([made]).run([0.5], NUMPY)[0] == pytest.approx(1.0)


def test_the_sine_of_a_length_is_refused():
    """A dimensional quantity is refused at once, by pint's error."""
    with pytest.raises(pint.DimensionalityError, match="meter"):
        sin(Q("1 m"))


@pytest.mark.parametrize("stranger", ["1", [1.0, 2.0], None])
def test_functions_refuse_strangers(stranger):
    """Text and lists are no operands."""
    with pytest.raises(TypeError):
        exp(stranger)


def test_where_chooses_between_values():
    """where() holds one value where the comparison holds, the other elsewhere, for each relation."""
    values = np.array([0.2, 0.5, 0.8])
    half = Q("50 cm")
    for condition, expected in (
        (x < half, [1, 2, 2]),
        (x <= half, [1, 1, 2]),
        (x > half, [2, 2, 1]),
        (x >= half, [2, 1, 1]),
        (half > x, [1, 2, 2]),
    ):
        assert Program([where(condition, 1, 2)]).run([values], NUMPY)[0].tolist() == expected


def test_a_constant_carries_the_name_it_is_given():
    """constant() names what the script has no variable for."""
    nu = constant("nu", Q("15.7 mm^2/s"))
    assert (str(nu), nu.value, str(nu.dimension)) == ("nu", 1.57e-5, "m² s⁻¹")
    assert str(nu * d(u, x)) == "nu·∂u/∂x"


def test_derivatives_of_constants_are_written_down():
    """A constant may be differentiated; the slope folds to zero."""
    assert str(fold(d(Q("3 m"), x) + d(2, x) + u)) == "u"


@pytest.mark.parametrize(
    ("guess", "positive", "expected"),
    [
        (Q("2 m"), None, True),
        (Q("-2 m"), None, False),
        (Q(20, "degC"), None, False),
        (Q(20, "degC"), True, True),
        (0.0, None, False),
        (3.0, False, False),
    ],
)
def test_a_guess_above_zero_stays_positive(guess, positive, expected):
    """Unless it is told otherwise, or counts from a zero that is a convention."""
    assert unknown("k", guess, positive=positive).positive is expected


def test_an_unknown_is_a_constant_with_its_guess():
    """It prints by its name, has the dimension of its guess, and no slope along a coordinate."""
    k = unknown("k", Q("15.7 mm^2/s"))
    assert str(d(k * u, x)) == "∂(k·u)/∂x"
    assert str(dimension_of(k * u)) == "m³ s⁻²"
    assert fold(d(k, x)).value == 0
    assert str(fold(k * 1e6)) == "15.7"


def test_an_exponent_that_training_moves_needs_a_pure_base():
    """x^n has a dimension only if n is known."""
    n = unknown("n", 2.0)
    assert dimension_of((u / Q("1 m/s")) ** n).dimensionless
    with pytest.raises(units.UnitsError, match="has an exponent that fixes no dimension"):
        dimension_of(u**n)


@pytest.mark.parametrize(
    ("name", "guess", "positive", "words"),
    [
        ("2k", Q("1 m"), None, "expected an unknown's name to be an identifier such as k, found '2k'"),
        ("k", Q("nan m"), None, "unknown 'k': expected a finite guess, found nan meter"),
        ("k", Q("-1 m"), True, "unknown 'k' shall be positive, and its guess is -1 meter"),
        ("k", Q("0 m"), True, "expected one above zero"),
    ],
)
def test_a_bad_guess_is_refused(name, guess, positive, words):
    """In one sentence with what was found."""
    with pytest.raises(ProblemError, match=words):
        unknown(name, guess, positive=positive)
