"""The residual vector and its refusals."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln import IncommensurableError, ResidualVector, ScalesError, UnitsError
from pinnln.units import Q

NUMBERS = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=2).map(
    lambda values: torch.tensor(values, dtype=torch.float64)
)
pressure, rate = torch.tensor([1e5], dtype=torch.float64), torch.tensor([10.0], dtype=torch.float64)
mixed = ResidualVector({"momentum": (pressure, "Pa"), "energy": (rate, "K/s")})


def alike(a: torch.Tensor, b: torch.Tensor) -> ResidualVector:
    """Two components of one dimension in different units."""
    return ResidualVector({"a": (a, "Pa"), "b": (b, "kPa")})


@pytest.mark.parametrize("what", ["layer_norm", "rms_norm", "norm", "mean", "sum"])
def test_unlike_components_are_refused(what: str) -> None:
    """LayerNorm across (10⁵ Pa, 10 K/s) names both components, their units and the scales that would make it legal."""
    with pytest.raises(IncommensurableError) as caught:
        getattr(mixed, what)()
    message = str(caught.value)
    for word in (
        "momentum",
        "kg m⁻¹ s⁻²",
        "energy",
        "s⁻¹ K",
        "'momentum': Q(\"1e+05 Pa\")",
        "'energy': Q(\"10 K / s\")",
    ):
        assert word in message


def test_the_way_out_of_the_error_works() -> None:
    """With the scales that the error names, LayerNorm is legal."""
    pure = mixed.nondimensionalize({"momentum": Q("1e5 Pa"), "energy": Q("10 K/s")})
    torch.testing.assert_close(pure.layer_norm(), torch.zeros(2, 1, dtype=torch.float64))
    assert pure.norm().magnitude == pytest.approx(2**0.5)


@given(NUMBERS, NUMBERS)
def test_units_of_one_dimension_are_converted(a: torch.Tensor, b: torch.Tensor) -> None:
    """Pa and kPa meet as pressures: norms, means and sums are those of the pascals."""
    r = alike(a, b)
    pascals = torch.stack([a, 1000 * b])
    torch.testing.assert_close(torch.from_numpy(r.norm().m_as("Pa")), pascals.norm(dim=0))
    torch.testing.assert_close(torch.from_numpy(r.mean().m_as("Pa")), pascals.mean(0))
    torch.testing.assert_close(torch.from_numpy(r.sum({"b": 2.0}).m_as("Pa")), a + 2000 * b)


@given(NUMBERS, NUMBERS)
def test_layer_norm_does_not_depend_on_the_unit(a: torch.Tensor, b: torch.Tensor) -> None:
    """In pascal or in bar: the same numbers, for ε is a quantity too."""
    epsilon = Q("1e-3 Pa^2")
    pascal = alike(a, b)
    bar = ResidualVector({"a": (a / 1e5, "bar"), "b": (b / 1e2, "bar")})
    torch.testing.assert_close(pascal.layer_norm(epsilon), bar.layer_norm(epsilon), rtol=1e-6, atol=1e-9)
    torch.testing.assert_close(pascal.rms_norm(epsilon), bar.rms_norm(epsilon), rtol=1e-6, atol=1e-9)


def test_a_bare_epsilon_is_for_pure_numbers() -> None:
    """ε carries the square of the components' unit."""
    with pytest.raises(IncommensurableError, match=r"epsilon is .*, added to a mean square in Pa²"):
        alike(pressure, rate).layer_norm()


@pytest.mark.parametrize(
    ("scales", "words"),
    [
        ({"momentum": Q("1 Pa")}, "no scale for component 'energy': expected one of dimension s⁻¹ K"),
        ({"momentum": Q("1 Pa"), "energy": Q("0 K/s")}, "the scale of component 'energy' is .*: expected a finite one"),
        ({"momentum": Q("1 m"), "energy": Q("1 K/s")}, "the scale of component 'momentum' is 1 meter"),
    ],
)
def test_wrong_scales_are_refused(scales: dict[str, object], words: str) -> None:
    """A missing, a vanishing and a wrongly dimensioned scale are named."""
    with pytest.raises(ScalesError, match=words):
        mixed.nondimensionalize(scales)  # type: ignore[arg-type]


def test_a_vector_is_checked_when_it_is_made() -> None:
    """Unlike shapes, no components and unknown units are refused at once."""
    with pytest.raises(ValueError, match="expected at least one component, all of one shape"):
        ResidualVector({})
    with pytest.raises(ValueError, match="all of one shape"):
        ResidualVector({"a": (torch.zeros(2), "m"), "b": (torch.zeros(3), "m")})
    with pytest.raises(UnitsError, match="component 'a' was declared in 'furlongs_per'"):
        ResidualVector({"a": (torch.zeros(2), "furlongs_per")})


def test_components_are_quantities() -> None:
    """A component is asked by name and answers with its unit."""
    assert mixed.names == ("momentum", "energy")
    assert mixed["momentum"].to("bar").magnitude == pytest.approx(1.0)
    assert repr(mixed) == "ResidualVector(momentum [Pa], energy [K/s])"


def test_what_is_no_list_of_differences_is_refused() -> None:
    """Offset scales, columns, weights of nobody."""
    with pytest.raises(UnitsError, match="'a' is in degree_Celsius, an offset scale: a residual is a difference"):
        ResidualVector({"a": (torch.ones(2), "degC")})
    with pytest.raises(ValueError, match=r"all of one shape \(N,\), found \{'a': \(2, 1\)\}"):
        ResidualVector({"a": (torch.ones(2, 1), "K")})
    with pytest.raises(ValueError, match="weights for c: expected names among a"):
        ResidualVector({"a": (torch.ones(2), "K")}).sum({"c": 2.0})
