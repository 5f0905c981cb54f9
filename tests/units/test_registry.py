"""Quantities step aside for expressions, refuse strangers, and become numbers at one gate."""

import copy
import operator
import pickle
from contextlib import suppress

import numpy as np
import pint
import pytest
from hypothesis import given, settings, strategies as st

from pinnln.units import Dimension, Expression, Q, Quantity, UnitsError, Vector, coordinates
from pinnln.units.expression import Comparison, Difference, Number, Power, Product, Quotient, Sum, express
from pinnln.units.registry import Measured, coherent, is_point, measure, parse_unit, registry, snap

LAW = settings(derandomize=True, deadline=None, max_examples=100)
(x,) = coordinates(x=(Q("0 m"), Q("1 m")))
LENGTH = Dimension.of({"[length]": 1})
FOREIGN = pint.UnitRegistry().Quantity

ARITHMETIC = [
    (operator.add, Sum),
    (operator.sub, Difference),
    (operator.mul, Product),
    (operator.truediv, Quotient),
    (operator.pow, Power),
    (operator.iadd, Sum),
    (operator.isub, Difference),
    (operator.imul, Product),
    (operator.itruediv, Quotient),
    (operator.ipow, Power),
]
RELATIONS = [(operator.lt, "<", ">"), (operator.le, "≤", "≥"), (operator.gt, ">", "<"), (operator.ge, "≥", "≤")]
CONSTANTS = [
    Q("2 m"),
    Q(2, "cm"),
    Q(np.float64(2.0), "m"),
    Q(20, "degC"),
    Q("2"),
    2,
    2.0,
    np.float64(2.0),
    np.float32(2.0),
    np.int64(2),
]


@pytest.mark.parametrize("constant", CONSTANTS, ids=repr)
@pytest.mark.parametrize(("act", "node"), ARITHMETIC, ids=lambda item: getattr(item, "__name__", ""))
def test_constants_defer_to_expressions_in_both_orders(act, node, constant):
    """Every operator between a constant and an expression, either way round, is a node that knows both."""
    expected = measure(constant)
    for made, place in ((act(constant, x), 0), (act(x, constant), 1)):
        assert type(made) is node
        number, other = made.operands[place], made.operands[1 - place]
        assert other is x
        assert isinstance(number, Number)
        assert (number.value, number.dimension) == (expected.value, expected.dimension)


@pytest.mark.parametrize("constant", CONSTANTS, ids=repr)
@pytest.mark.parametrize(("act", "straight", "turned"), RELATIONS, ids=lambda item: str(item))
def test_constants_defer_in_comparisons(act, straight, turned, constant):
    """A comparison keeps the expression on the left, turning the sign where it stood on the right."""
    for made, relation in ((act(x, constant), straight), (act(constant, x), turned)):
        assert isinstance(made, Comparison)
        assert made.relation == relation
        assert made.operands[0] is x
        assert made.operands[1].value == measure(constant).value


def test_constants_defer_to_vectors():
    """A quantity times a vector multiplies each component."""
    vector = Q("2 m") * Vector([x], [x])
    assert isinstance(vector, Vector)
    assert str(next(iter(vector))) == "x·2 m"


def test_a_unit_times_an_expression_is_an_expression():
    """Even a bare unit of our registry does not swallow an expression."""
    assert isinstance(Q("1 m").units * x, Expression)


def test_quantities_keep_their_own_arithmetic():
    """Among themselves quantities are pint's, and stay ours."""
    area = Q("2 m") * Q("3 cm")
    assert type(area) is Q
    assert isinstance(area, Quantity)
    assert area.to("cm^2").magnitude == pytest.approx(600.0)
    assert Q("1 m") > Q("1 cm")


@pytest.mark.parametrize("stranger", [None, object(), {"a": 1}, x, Vector([x], [x])], ids=repr)
def test_a_quantity_refuses_strangers(stranger):
    """Only numbers become a magnitude; everything else is named and refused."""
    with pytest.raises(TypeError, match=f"a quantity holds numbers, found {type(stranger).__name__}"):
        Q(stranger, "m")


def test_a_quantity_refuses_tensors():
    """A tensor would lose its gradient inside pint, so it never gets there."""
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match="found Tensor"):
        Q(torch.ones(3), "m")
    with pytest.raises(TypeError, match="found Tensor"):
        torch.ones(3) * Q("1 m")


@pytest.mark.parametrize(
    "quantity", [Q("3 inch"), Q(20, "degC"), Q(80, "delta_degC"), Q(2.0, "m") ** 0.5, Q([1.0, 2.0], "m")], ids=str
)
def test_a_pickled_quantity_returns_to_our_registry(quantity):
    """A quantity that was stored or copied still mixes with the others."""
    for restored in (pickle.loads(pickle.dumps(quantity)), copy.deepcopy(quantity), copy.copy(quantity)):
        assert type(restored) is Q
        assert restored.units == quantity.units
        assert np.all((restored - quantity).magnitude == 0)


@pytest.mark.parametrize(
    ("quantity", "value", "dimension", "point"),
    [
        (Q(20, "degC"), 293.15, "K", True),
        (Q(68, "degF"), 293.15, "K", True),
        (Q(80, "delta_degC"), 80.0, "K", False),
        (Q(9, "delta_degF"), 5.0, "K", False),
        (Q(300, "K"), 300.0, "K", False),
        (Q(2, "W/m/degC"), 2.0, "kg m s⁻³ K⁻¹", False),
        (Q(1, "inch"), 0.0254, "m", False),
        (Q(1, "lb"), 0.45359237, "kg", False),
        (Q(1, "hour"), 3600.0, "s", False),
        (Q("5 percent"), 0.05, "1", False),
        (Q(1, "m/mm"), 1000.0, "1", False),
        (3, 3.0, "1", False),
        (np.float32(0.5), 0.5, "1", False),
        (Q(np.array(2.0), "m"), 2.0, "m", False),
    ],
    ids=str,
)
def test_the_gate_measures_in_coherent_si(quantity, value, dimension, point):
    """A quantity becomes its value in SI, its dimension, and whether it is a point on an offset scale."""
    found = measure(quantity)
    assert (found.value, str(found.dimension), found.point) == (value, dimension, point)


def test_the_gate_remembers_the_unit_it_was_given():
    """The unit of the script survives for the table that is shown back."""
    assert measure(Q(20, "degC")) == Measured(293.15, Dimension.of({"[temperature]": 1}), "degree_Celsius", point=True)


@LAW
@given(
    st.decimals(min_value="0.001", max_value="10000", places=3),
    st.sampled_from(["inch", "mile", "cm", "parsec", "nm", "yard", "light_year"]),
)
def test_a_restated_length_is_the_same_number(value, unit):
    """Snapping removes what conversions round off: the same length in another unit is the same float."""
    length = Q(float(value), "m")
    assert measure(length.to(unit)).value == measure(length).value == float(value)


@LAW
@given(st.decimals(min_value="-200", max_value="2000", places=2), st.sampled_from(["degF", "K", "degC"]))
def test_a_restated_temperature_is_the_same_number(value, unit):
    """Points on offset scales are the same float in all of them."""
    warm = Q(float(value), "degC")
    assert measure(warm.to(unit)).value == measure(warm).value


@LAW
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_snapping_is_idempotent_and_small(value):
    """A snapped number stays where it is, within 5e-13 of what it was."""
    once = snap(value)
    assert snap(once) == once
    assert once == pytest.approx(value, rel=5e-13, abs=1e-320)


def test_snapping_leaves_what_is_not_finite():
    """Infinity and NaN pass, for the checks behind the gate to refuse."""
    assert snap(float("inf")) == float("inf")
    assert np.isnan(snap(float("nan")))


@pytest.mark.parametrize("quantity", [Q(3, "dBm"), Q(3, "decibel"), Q(7, "Np")], ids=str)
def test_logarithmic_units_are_refused(quantity):
    """A level is no ratio: the error says to state it without the logarithm."""
    with pytest.raises(UnitsError, match=r"expected a linear unit, found .*: state the quantity without a logarithm"):
        measure(quantity)


def test_arrays_are_refused():
    """A constant of an equation is one number."""
    with pytest.raises(UnitsError, match=r"expected a scalar quantity, found an array of shape \(2,\)"):
        measure(Q([1.0, 2.0], "m"))
    with pytest.raises(UnitsError, match=r"a constant: expected a scalar quantity"):
        Q([1.0, 2.0], "m") * x


def test_pint_still_refuses_to_double_a_celsius():
    """Outside expressions pint's own refusal of offset units stands."""
    with pytest.raises(pint.OffsetUnitCalculusError, match="degree_Celsius"):
        2 * Q(20, "degC")


def test_points_and_differences_are_told_apart():
    """20 °C is a point, 20 K and a step of 20 °C are not."""
    assert is_point(Q(20, "degC"))
    assert not is_point(Q(20, "K"))
    assert not is_point(Q(20, "delta_degC"))


def test_quantities_of_other_registries_are_measured():
    """What another library made is read at the gate all the same."""
    assert measure(FOREIGN(10, "cm")) == measure(Q(10, "cm"))
    assert measure(FOREIGN(20, "degC")).value == 293.15
    assert express(FOREIGN(10, "cm")).value == 0.1
    assert (x * FOREIGN(10, "cm")).operands[1].value == 0.1


def test_quantities_of_other_registries_become_ours():
    """Q takes a foreign quantity over with its unit."""
    taken = Q(FOREIGN(3.0, "inch"))
    assert type(taken) is Q
    assert taken == Q(3.0, "inch")
    assert Q(FOREIGN(3.0, "m"), "cm").to("m").magnitude == pytest.approx(3.0)


def test_an_expression_swallowed_by_another_registry_is_refused():
    """A foreign quantity takes an expression for its magnitude; at the gate this is noticed and explained."""
    swallowed = FOREIGN(2.0, "m") * x
    with pytest.raises(UnitsError, match=r"swallowed an expression and holds 2·x: make quantities with pinnln.units.Q"):
        x + swallowed


@pytest.mark.parametrize("unit", ["blorb", "m/", "m)", "((", "3 m", "dBm", "m**"])
def test_what_is_no_unit_is_refused(unit):
    """An unknown, broken, scaled or logarithmic unit is refused by name, whatever pint's parser throws."""
    with pytest.raises(UnitsError, match=r"field 'T' was declared in .*, which is not a unit"):
        parse_unit(unit, "field 'T'")


@LAW
@given(st.text(alphabet="mskgK*/^() 23.'°-+[]", max_size=6))
def test_any_text_is_a_unit_or_refused(text):
    """No text makes the unit parser fail otherwise than by our error."""
    with suppress(UnitsError):
        assert isinstance(parse_unit(text, "a field"), pint.Unit)


def test_the_empty_unit_is_the_pure_number():
    """A field declared in "" is dimensionless."""
    assert parse_unit("", "a field") == registry.parse_units("dimensionless")


def test_results_come_back_with_their_unit():
    """Numbers of coherent SI become a quantity again, arrays and roots included."""
    assert coherent(0.5, LENGTH).to("cm").magnitude == 50.0
    assert list(coherent(np.array([1.0, 2.0]), LENGTH).magnitude) == [1.0, 2.0]
    assert measure(coherent(2.0, LENGTH**0.5)).dimension == LENGTH**0.5
