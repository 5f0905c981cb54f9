"""Dimensionless groups: named where the field has a name, counted by Buckingham's theorem otherwise."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings, strategies as st

from pinnln import Dirichlet, Initial, Neumann, Pin, Problem, Residual, Robin, laplacian
from pinnln.problems import CATALOG, copper_bar, natural_convection, poroelastic_column
from pinnln.units import DIMENSIONLESS, Dimension, Field, Q, Quantity, Scales, constant, coordinates, d, field
from pinnln.units.buckingham import eliminated, nullspace, products
from pinnln.units.groups import NAMED, Groups, groups_of

UNITS = {
    "gβ": "m s^-2 K^-1",
    "ΔT": "K",
    "L": "m",
    "ν": "m^2/s",
    "α": "m^2/s",
    "D": "m^2/s",
    "U": "m/s",
    "τ": "s",
    "h": "W/m^2/K",
    "λ": "W/m/K",
    "k": "1/s",
    "g": "m/s^2",
    "ρ": "kg/m^3",
    "γ": "N/m",
    "c": "m/s",
    "c_p": "J/kg/K",
    "B": "tesla",
    "σ": "S/m",
    "μ": "Pa*s",
}


@pytest.mark.parametrize("symbol", NAMED)
def test_every_named_group_is_a_pure_number(symbol: str) -> None:
    """The dimensions of its parts cancel."""
    whole = DIMENSIONLESS
    for letter, power in NAMED[symbol][1].items():
        whole = whole * Dimension.of(Q(1.0, UNITS[letter]).dimensionality) ** Fraction(power)
    assert whole.dimensionless


def found(problem: Problem) -> Groups:
    """The groups of a problem, no scale given."""
    return groups_of(problem, problem.scales())


def test_the_cavity_has_its_five_numbers() -> None:
    """Ra and Pr as it was built, Re and Pe from free fall: Re² = Gr, Pe² = Ra Pr."""
    groups = found(natural_convection(rayleigh=2e4, prandtl=0.6).problem)
    assert groups["Ra"] == pytest.approx(2e4, rel=1e-9)
    assert groups["Pr"] == pytest.approx(0.6, rel=1e-9)
    assert groups["Gr"] == pytest.approx(2e4 / 0.6, rel=1e-9)
    assert groups["Re"] ** 2 == pytest.approx(2e4 / 0.6, rel=1e-9)
    assert groups["Pe"] ** 2 == pytest.approx(2e4 * 0.6, rel=1e-9)
    with pytest.raises(KeyError, match="there is no group 'Ha': expected one of Ra, Gr, Pr"):
        groups["Ha"]


def test_heat_and_consolidation_have_a_fourier_number() -> None:
    """α τ/L² of the bar; of the column the diffusivity is mobility over storage."""
    assert found(copper_bar().problem)["Fo"] == pytest.approx(1.11 * 30 / 100)
    assert found(poroelastic_column().problem)["Fo_D"] == pytest.approx(1e-12 / 1e-8 * 60 * 86400 / 100)


def sheet(**diffusivities: str) -> Problem:
    """A sheet that is ten times as long as wide, with the diffusivities along and across it."""
    x, y, t = coordinates(x=(Q("0 cm"), Q("10 cm")), y=(Q("0 cm"), Q("1 cm")), t=(Q("0 s"), Q("20 s")))
    T = field("T", "K", of=(x, y, t))
    along, across = (constant(name, Q(value)) for name, value in diffusivities.items())
    return Problem(
        Residual("heat", d(T, t) - along * d(T, x, x) - across * d(T, y, y)),
        Dirichlet(T, Q("300 K"), on=[x.ends, y.ends]),
        Initial(T, Q("310 K")),
    )


def test_heat_that_spreads_unlike_along_and_across_takes_the_length_it_spreads_along() -> None:
    """Fo = α τ/L_x² with α of x, and not the width; where both are one it is the smallest extent."""
    groups = found(sheet(along="2 mm^2/s", across="4 mm^2/s"))
    (fourier,) = (item for item in groups.groups if item.symbol == "Fo")
    assert fourier.definition == "α·τ / L_x²"
    assert fourier.value == pytest.approx(2e-6 * 20 / 0.1**2)
    assert ("L_x", "extent of x") in [(letter, told) for letter, told, _ in groups.letters]
    assert "L" not in [letter for letter, _, _ in groups.letters]
    alike = found(sheet(along="2 mm^2/s", across="2 mm^2/s"))
    assert alike["Fo"] == pytest.approx(2e-6 * 20 / 0.01**2)
    assert ("L", "extent of y") in [(letter, told) for letter, told, _ in alike.letters]


def test_a_scale_that_was_given_is_no_extent() -> None:
    """L and τ are told as scales where they differ from the extents, and as extents where they do not."""
    problem = copper_bar().problem
    given_one = groups_of(problem, problem.scales(Scales(t=Q("1 min"), x=Q("10 cm"))))
    assert [told for letter, told, _ in given_one.letters if letter in "Lτ"] == ["extent of x", "scale of t"]
    assert [str(part) for letter, _, part in given_one.letters if letter == "τ"] == ["60 s"]


def test_a_channel_has_a_reynolds_number_whatever_its_equation_is_divided_by() -> None:
    """ρ(u·∇)u = −∇p + μΔu and the same over ρ."""
    H, U, rho, mu = Q("1 cm"), Q("10 cm/s"), Q("998 kg/m^3"), Q("1 mPa*s")
    x, y = coordinates(x=(0 * H, 5 * H), y=(0 * H, H))
    u, v, p = (field(name, unit, of=(x, y)) for name, unit in (("u", "m/s"), ("v", "m/s"), ("p", "Pa")))
    values = []
    for factor in (Q("1 kg/m^3"), rho):

        def momentum(w: Field, axis: object, by: Quantity = factor) -> object:
            return (rho / by) * (u * d(w, x) + v * d(w, y)) + d(p, axis) / by - (mu / by) * laplacian(w)  # type: ignore[arg-type]

        channel = Problem(
            Residual("continuity", d(u, x) + d(v, y)),
            Residual("momentum_x", momentum(u, x)),  # type: ignore[arg-type]
            Residual("momentum_y", momentum(v, y)),  # type: ignore[arg-type]
            Dirichlet(u, U, on=x.start),
            Dirichlet(v, 0 * U, on=y.ends),
            Pin(p, Q("0 Pa"), at=(5 * H, 0 * H)),
        )
        values.append(found(channel)["Re"])
    assert values == pytest.approx([0.1 * 0.01 * 998 / 1e-3] * 2)


def test_walls_reactions_and_waves_of_time() -> None:
    """Bi of a wall in air, Da of a reaction, Pe and St of a wind."""
    L, k, h, wind, D, rate = Q("10 cm"), Q("2 W/m/K"), Q("50 W/m^2/K"), Q("2 cm/s"), Q("4 mm^2/s"), Q("0.01 1/s")
    x, t = coordinates(x=(0 * L, L), t=(Q("0 s"), Q("10 s")))
    T, c = field("T", "K", of=(x, t)), field("c", "mol/m^3", of=(x, t))
    problem = Problem(
        Residual("heat", d(T, t) + wind * d(T, x) - D * d(T, x, x)),
        Residual("species", d(c, t) - D * d(c, x, x) + rate * c),
        Initial(T, Q("300 K")),
        Robin(T, a=h, b=k, g=h * Q("350 K"), on=x.end),
        Initial(c, Q("1 mol/m^3")),
    )
    groups = found(problem)
    assert groups["Bi"] == pytest.approx(50 * 0.1 / 2)
    assert groups["Da"] == pytest.approx(0.01 * 0.01 / 4e-6)
    assert groups["Pe"] == pytest.approx(0.02 * 0.1 / 4e-6)
    assert groups["St"] == pytest.approx(0.1 / (0.02 * 10))
    assert groups["Le"] == pytest.approx(1)


def test_groups_of_constants_that_their_dimension_tells() -> None:
    """Fr, We, Ma, Ec, Ha, Gr's relatives: a heavy, conducting, sounding film with surface tension."""
    L, U, dT = Q("1 cm"), Q("2 m/s"), Q("5 K")
    rho, mu, g = constant("rho", Q("1000 kg/m^3")), constant("mu", Q("2 mPa*s")), constant("g", Q("9.81 m/s^2"))
    B, sigma, gamma = constant("B", Q("0.5 T")), constant("sigma", Q("1e4 S/m")), constant("gamma", Q("0.07 N/m"))
    c_p, k, sound = constant("c_p", Q("4000 J/kg/K")), constant("k", Q("0.6 W/m/K")), constant("a", Q("1500 m/s"))
    x, t = coordinates(x=(0 * L, L), t=(Q("0 s"), Q("1 s")))
    names = (("u", "m/s"), ("s", "Pa"), ("eta", "m"), ("T", "K"))
    u, s, eta, T = (field(name, unit, of=(x, t)) for name, unit in names)
    film = Problem(
        Residual(
            "momentum",
            rho * (d(u, t) + u * d(u, x)) - mu * d(u, x, x) + rho * g + sigma * B**2 * u - gamma * d(eta, x, x, x),
        ),
        Residual("sound", d(s, t, t) - sound**2 * d(s, x, x)),
        Residual("surface", d(eta, t) + u * d(eta, x)),
        Residual("heat", rho * c_p * (d(T, t) + u * d(T, x)) - k * d(T, x, x) - mu * d(u, x) ** 2),
        Dirichlet(u, U, on=x.start),
        Dirichlet(s, Q("1 Pa"), on=x.start),
        Dirichlet(eta, Q("1 mm"), on=x.start),
        Dirichlet(T, Q("300 K"), on=x.start),
        Dirichlet(T, Q("300 K") + dT, on=x.end),
    )
    groups = found(film)
    expected = {
        "Re": 1000 * 2 * 0.01 / 2e-3,
        "Pr": 2e-3 * 4000 / 0.6,
        "Fr": 2 / (9.81 * 0.01) ** 0.5,
        "We": 1000 * 4 * 0.01 / 0.07,
        "Ma": 2 / 1500,
        "Ec": 4 / (4000 * 5),
        "Ha": 0.5 * 0.01 * (1e4 / 2e-3) ** 0.5,
    }
    assert {symbol: groups[symbol] for symbol in expected} == pytest.approx(expected)
    assert {letter: told for letter, told, _ in groups.letters}["ν"] == "mu / rho"
    assert {letter: told for letter, told, _ in groups.letters}["c"] == "a"
    assert str(next(item for item in groups.groups if item.symbol == "Ma")) == "Ma = U / c = 0.001333    (Mach number)"


def test_a_steady_stream_of_constant_speed_has_its_peclet_number() -> None:
    """u T′ = α T″ with the feed  uT − αT′ = uT₀  at its inlet is not cooled there; by a film of another speed it is."""
    L, u, alpha, T0 = Q("1 m"), constant("u", Q("2 mm/s")), constant("a", Q("1 cm^2/s")), Q("300 K")
    (x,) = coordinates(x=(0 * L, L))
    T = field("T", "kelvin", of=(x,))
    stream = Residual("heat", u * d(T, x) - alpha * d(T, x, x))
    end = Dirichlet(T, Q("280 K"), on=x.end)
    fed = found(Problem(stream, Robin(T, a=u, b=alpha, g=u * T0, on=x.start), end))
    assert fed["Pe"] == pytest.approx(2e-3 / 1e-4)
    assert "Bi" not in fed
    film = constant("film", Q("5 mm/s"))
    filmed = found(Problem(stream, Robin(T, a=film, b=alpha, g=film * T0, on=x.start), end))
    assert (filmed["Pe"], filmed["Bi"]) == (pytest.approx(20), pytest.approx(50))


def test_what_has_no_name_is_counted_by_buckingham() -> None:
    """A beam on an elastic bed: EI w⁗ + k w = q has one product of EI, k, L that no table knows."""
    L, EI, bed, load = Q("3 m"), Q("2e6 N*m^2"), Q("5 MPa"), Q("1 kN/m")
    (x,) = coordinates(x=(0 * L, L))
    w = field("w", "m", of=(x,))
    beam = Problem(
        Residual("bending", constant("EI", EI) * d(w, x, x, x, x) + constant("bed", bed) * w - constant("q", load)),
        Dirichlet(w, 0 * L, on=x.ends),
        Neumann(w, 0.0, on=x.ends),
    )
    groups = found(beam)
    assert [item.symbol for item in groups.groups] == ["Pi_1", "Pi_2"]
    assert any(item.value in (pytest.approx(5e6 * 81 / 2e6), pytest.approx(2e6 / (5e6 * 81))) for item in groups.groups)
    assert any("EI" in item.definition and "bed" in item.definition for item in groups.groups)


@pytest.mark.parametrize("name", CATALOG)
def test_every_problem_of_the_library_has_finite_groups(name: str) -> None:
    """Whatever is found is a positive number with a definition."""
    groups = found(CATALOG[name]().problem).groups
    assert all(math.isfinite(item.value) and item.value > 0 and item.definition for item in groups)


WHOLE = st.integers(-4, 4).map(Fraction)


@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(WHOLE, min_size=width, max_size=width), min_size=1, max_size=4)
    )
)
def test_the_nullspace_is_exact_and_complete(rows: list[list[Fraction]]) -> None:
    """A x = 0 exactly for every vector, and their number is width minus rank."""
    width = len(rows[0])
    basis = nullspace(rows, width)
    for vector in basis:
        assert all(sum(a * b for a, b in zip(row, vector, strict=True)) == 0 for row in rows)
    assert len(basis) == width - len(eliminated(rows, width)[1])
    assert len(eliminated(basis, width)[0]) == len(basis)


BASES = ("[length]", "[time]", "[mass]")


@given(st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=4, max_size=6))
@settings(max_examples=50)
def test_products_carry_no_dimension(powers: list[list[int]]) -> None:
    """At least n − 3 of them, by Buckingham's theorem; those that are known already are not found again."""
    dimensions = [Dimension.of(dict(zip(BASES, item, strict=True))) for item in powers]
    vectors = products(dimensions)
    assert len(vectors) >= len(dimensions) - 3
    for vector in vectors:
        whole = DIMENSIONLESS
        for dimension, power in zip(dimensions, vector, strict=True):
            whole = whole * dimension**power
        assert whole.dimensionless
    assert len(products(dimensions, vectors[:1])) == len(vectors) - 1
