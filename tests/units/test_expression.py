"""Expressions are built by arithmetic, know their names, and refuse what has no meaning."""

import math

import numpy as np
import pytest

from pinnln.units import (
    Comparison,
    Coordinate,
    Derivative,
    Face,
    Field,
    Number,
    ProblemError,
    Q,
    UnitsError,
    coordinates,
    d,
    field,
    sin,
    where,
)
from pinnln.units.expression import (
    Call,
    Difference,
    Negation,
    Power,
    Product,
    Quotient,
    Sum,
    express,
    named_quantities,
    pure,
)

x, y, t = coordinates(x=(Q("0 cm"), Q("10 cm")), y=(Q("-1 m"), Q("1 m")), t=(Q("0 s"), Q("1 hour")))
u = field("u", "m/s", of=(x, t))
diffusivity = Q("1.11 cm^2/s")
_hidden = Q("3 m")


@pytest.mark.parametrize(
    ("made", "node"),
    [
        (u + u, Sum),
        (u - u, Difference),
        (u * u, Product),
        (u / u, Quotient),
        (u**2, Power),
        (2**x, Power),
        (-u, Negation),
        (u < x, Comparison),
        (u <= x, Comparison),
        (d(u, x), Derivative),
        (sin(x), Call),
        (1 / u, Quotient),
        (1 - u, Difference),
    ],
    ids=str,
)
def test_arithmetic_makes_nodes(made, node):
    """Each operation is one node over the very operands it was given."""
    assert type(made) is node
    assert repr(made) == f"<{made}>"


def test_a_plus_sign_changes_nothing():
    """+u is u."""
    assert +u is u


def test_nodes_are_compared_by_identity():
    """Two equal texts are two nodes; a node is one key of a dictionary."""
    assert u + u != u + u
    assert {u: 1}[u] == 1


def test_walking_meets_every_node_once_and_the_leaves_first():
    """A shared part is visited once, before what is made of it."""
    shared = u * x
    whole = shared + sin(shared)
    order = list(whole.walk())
    assert len(order) == len({id(node) for node in order}) == 5
    for node in order:
        assert all(order.index(operand) < order.index(node) for operand in node.operands)
    assert order[-1] is whole


def test_a_long_sum_can_be_walked():
    """Walking does not recurse, so thousands of terms are no problem."""
    total = u
    for _ in range(3000):
        total = total + u
    assert sum(1 for _ in total.walk()) == 3001


def test_constants_take_the_names_of_the_script():
    """A quantity that has a name in the script, global or local, carries it into the equation."""
    local_length = Q("3 m")
    assert (diffusivity * u).operands[0].name == "diffusivity"
    assert (u / local_length).operands[1].name == "local_length"
    assert (_hidden * u).operands[0].name == ""
    assert (Q("2 m") * u).operands[0].name == ""
    two = 2
    assert (two * u).operands[0].name == ""


def test_the_named_quantities_of_a_script_are_material_for_hints():
    """Every quantity with a name is listed with its dimension, private ones left out."""
    found = named_quantities()
    assert str(found["diffusivity"]) == "m² s⁻¹"
    assert "_hidden" not in found
    named = express(diffusivity)
    assert named.name == "diffusivity"
    assert "named" not in named_quantities()


@pytest.mark.parametrize("stranger", ["3", None, [1.0], 1j, {"a": 1}, np.ones(2)], ids=repr)
def test_strangers_are_no_operands(stranger):
    """What is neither expression, quantity nor number is a TypeError for every operator, in both orders."""
    name = type(stranger).__name__
    words = rf"unsupported operand|oncatenat|does not support ufuncs|{name}"
    for act in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a / b, lambda a, b: a**b):
        with pytest.raises(TypeError, match=words):
            act(u, stranger)
        with pytest.raises(TypeError, match=words):
            act(stranger, u)
    with pytest.raises(TypeError, match=f"expected an expression, a quantity or a number, found {name}"):
        u < stranger  # noqa: B015


def test_a_comparison_is_no_condition_of_if():
    """A comparison holds at some points only: `if` is refused and where() offered."""
    with pytest.raises(TypeError, match=r"x < 5 cm holds at some points .* write where\(x < 5 cm, …, …\)"):
        bool(x < Q("5 cm"))
    with pytest.raises(TypeError, match="write where"):
        bool(Q("1 cm") < x < Q("5 cm"))


def test_express_measures_constants_and_keeps_expressions():
    """An operand becomes an expression at one door."""
    assert express(u) is u
    assert express(True).value == 1.0
    assert (express(Q("2 cm")).value, str(express(Q("2 cm")).dimension)) == (0.02, "m")
    assert pure(math.pi).value == math.pi
    with pytest.raises(TypeError, match="found str: 'L'"):
        express("L")
    with pytest.raises(UnitsError, match="a constant: "):
        express(Q(1 + 2j, "m"))


def test_a_coordinate_knows_its_ends_and_faces():
    """A coordinate runs from its start to its end in coherent SI; its faces say where conditions hold."""
    assert (x.name, x.low, x.high, str(x.dimension), x.unit) == ("x", 0.0, 0.1, "m", "centimeter")
    assert x.ends == (x.start, x.end) == (Face(x, end=False), Face(x, end=True))
    assert (x.start.position, x.end.position) == (0.0, 0.1)
    assert (str(x.start), str(x.end)) == ("x.start", "x.end")


def test_time_is_told_from_space():
    """Seconds are time, and so is a pure number called t."""
    s, tau = coordinates(t=(0.0, 1.0), tau=(0.0, 1.0))
    assert [item.is_time for item in (x, y, t, s, tau)] == [False, False, True, True, False]


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (Q("1 m"), Q("1 m")),
        (Q("1 m"), Q("10 cm")),
        (Q("0 m"), Q("-1 m")),
        (Q("0 m"), Q(float("nan"), "m")),
        (Q(float("-inf"), "m"), Q("0 m")),
        (Q("0 m"), Q(float("inf"), "m")),
    ],
    ids=str,
)
def test_a_coordinate_needs_a_finite_extent_above_zero(low, high):
    """An empty, backward or unbounded extent is refused by the coordinate's name."""
    with pytest.raises(ProblemError, match=r"coordinate 'z' runs from .* to .*: expected a finite extent above zero"):
        coordinates(z=(low, high))


def test_a_coordinate_needs_ends_of_one_dimension():
    """From a length to a time is no interval."""
    with pytest.raises(UnitsError, match=r"coordinate 'z' runs from 0 meter \(m\) to 1 second \(s\): expected both"):
        coordinates(z=(Q("0 m"), Q("1 s")))
    with pytest.raises(UnitsError, match=r"coordinate 'z' runs from 0 \(1\) to 1 meter \(m\)"):
        coordinates(z=(0, Q("1 m")))


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        (("0 m", "1 m"), "the start of coordinate 'z': could not convert"),
        ((0.0, None), "the end of coordinate 'z': "),
        ((0.0, Q([1.0, 2.0], "m")), "the end of coordinate 'z': expected a scalar quantity"),
    ],
    ids=str,
)
def test_the_end_of_a_coordinate_is_a_scalar(ends, words):
    """Text, nothing and arrays are refused with the end they stand for."""
    with pytest.raises(UnitsError, match=words):
        coordinates(z=ends)


@pytest.mark.parametrize("ends", [Q("1 m"), (Q("1 m"),), (0, 1, 2), 5])
def test_a_coordinate_has_two_ends(ends):
    """One number is no interval."""
    with pytest.raises(ProblemError, match=r"coordinate 'z': expected \(start, end\), found"):
        coordinates(z=ends)


def test_a_problem_has_coordinates():
    """An empty box is refused with the way to write one."""
    with pytest.raises(ProblemError, match=r"expected at least one coordinate, as in coordinates\(x=\(0 \* L, L\)\)"):
        coordinates()


def test_a_field_keeps_its_unit_and_coordinates():
    """A field is asked and answered in the unit it was declared in."""
    temperature = field("T", "degC", of=[x, t])
    assert (temperature.name, temperature.unit, str(temperature.dimension)) == ("T", "degree_Celsius", "K")
    assert temperature.coordinates == (x, t)
    assert field("phi", "", of=(x,)).dimension.dimensionless


@pytest.mark.parametrize("unit", ["kelvni", "3 m", "dBm", "m)"])
def test_a_field_needs_a_unit(unit):
    """An unknown unit is refused with the field's name."""
    with pytest.raises(UnitsError, match=r"field 'T' was declared in .*, which is not a unit"):
        field("T", unit, of=(x,))


@pytest.mark.parametrize("name", ["", "2T", "a b", "lambda", "T-1"])
def test_a_field_needs_an_identifier(name):
    """A name that Python could not write is refused."""
    with pytest.raises(ProblemError, match="expected a field's name to be an identifier such as T, found"):
        field(name, "K", of=(x,))


@pytest.mark.parametrize("of", [(), (u,), (x, "t")], ids=repr)
def test_a_field_needs_coordinates(of):
    """A field of nothing, or of another field, is refused."""
    with pytest.raises(ProblemError, match=r"field 'T': expected of=\(x, …\), coordinates made by coordinates\(\)"):
        field("T", "K", of=of)


def test_a_derivative_needs_a_coordinate_of_the_field():
    """A field has no derivative along what it does not depend on."""
    with pytest.raises(ProblemError, match=r"field 'u' is of \(x, t\): it has no derivative along 'y'"):
        d(u, x, y)
    for along in ((), (u,), ("x",)):
        with pytest.raises(ProblemError, match=r"expected coordinates to differentiate along, as in d\(T, x, x\)"):
            d(u, *along)


def test_where_needs_a_comparison():
    """A truth value decided before the solve is no condition of where()."""
    for condition in (True, x == x, u):
        with pytest.raises(TypeError, match="expected a comparison such as x < L / 2, found"):
            where(condition, u, 0)


def test_nodes_cannot_be_given_new_attributes():
    """Nodes are data: what is not declared cannot be hung on them."""
    for node in (x, u, u + u, express(2.0)):
        with pytest.raises(AttributeError):
            node.colour = "red"
    assert isinstance(x, Coordinate)
    assert isinstance(u, Field)
    assert isinstance(express(2.0), Number)
