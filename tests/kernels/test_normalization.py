"""Values of both norms on every path of the CPU: offsets, shapes, precisions, laws, layers, refusals, no compiler."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln.kernels import (
    LayerNorm,
    RMSNorm,
    compilation,
    derivatives,
    layer_norm,
    layer_norm_cpu,
    reference,
    rms_norm,
    unrolled,
)
from pinnln.units import IncommensurableError, Q, UnitsError

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")  # from within torch

WIDTHS = [*range(2, 18), 32, 127, 769, 1023, 1024]
OFFSETS = [0.0, 1e2, 1e4, 1e6]
EPSILON = 1e-5
both = pytest.mark.parametrize("center", [True, False], ids=["layer_norm", "rms_norm"])

Kernel = Callable[..., torch.Tensor]
Way = Callable[[str, list[torch.Tensor], bool], torch.Tensor]
ORACLES: dict[str, Kernel] = {
    "forward": lambda x, epsilon, center: reference.Row.of(x, epsilon, 0, center).h,
    "hessian": lambda a, x, epsilon, center: reference.Row.of(x, epsilon, 0, center).hessian(a),
    "third": lambda a, b, x, epsilon, center: reference.Row.of(x, epsilon, 0, center).third(a, b),
}
# float32: eight roundings of 2⁻²⁴ along a row, twice what was ever seen; float64: the same roundings of 2⁻⁵³.
TOLERANCES = {
    torch.float32: {"forward": 4e-6, "hessian": 2e-6, "third": 4e-6},
    torch.float64: {"forward": 1e-14, "hessian": 5e-14, "third": 1e-13},
}


def drawn(seed: int, *shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Random numbers of order one."""
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def by_rows(name: str, operands: list[torch.Tensor], center: bool) -> torch.Tensor:
    """The kernel of rows (N, K), on operands (K, N)."""
    kernel: Kernel = getattr(layer_norm_cpu, f"{name}_rows")
    return kernel(*(part.T.contiguous() for part in operands), EPSILON, center).T


def stacked(name: str, operands: list[torch.Tensor], center: bool) -> torch.Tensor:
    """The kernel of one tensor (K, N)."""
    kernel: Kernel = getattr(layer_norm_cpu, f"{name}_stacked")
    return kernel(*operands, EPSILON, center)


def by_arrays(name: str, operands: list[torch.Tensor], center: bool) -> torch.Tensor:
    """The kernel of K tensors (N,)."""
    kernel = getattr(layer_norm_cpu, f"{name}_arrays")
    return torch.stack(kernel(*(list(part.clone()) for part in operands), EPSILON, center))


def written_out(name: str, operands: list[torch.Tensor], center: bool) -> torch.Tensor:
    """The unrolled formulas as they stand: what compiled loops compute."""
    return torch.stack(getattr(unrolled, name)(*(part.unbind(0) for part in operands), EPSILON, center))


def require_close(name: str, operands: list[torch.Tensor], center: bool, found: torch.Tensor) -> None:
    """Within the tolerance of the oracle: the formula in double precision on the same numbers."""
    wide = [part.double() for part in operands]
    row = reference.Row.of(wide[-1], EPSILON, 0, center)
    exact = ORACLES[name](*wide, EPSILON, center)
    unit = torch.ones_like(row.reciprocal)
    for direction in wide[:-1]:
        unit = unit * direction.norm(dim=0, keepdim=True) * row.reciprocal
    excess = (found.double() - exact).abs() / (TOLERANCES[found.dtype][name] * unit)
    assert float(excess.max()) <= 1, f"{float(excess.max()):.2g} tolerances off"


PATHS: list[tuple[Way, int]] = [(path, width) for path in (by_rows, stacked, by_arrays) for width in WIDTHS]
PATHS += [(written_out, width) for width in WIDTHS if width <= derivatives.WIDEST_UNROLLED]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize(("path", "width"), PATHS, ids=lambda part: getattr(part, "__name__", str(part)))
def test_rows_of_any_offset_keep_their_digits(path: Way, width: int, dtype: torch.dtype) -> None:
    """h, J a and D³φ[a, b] equal the double-precision formula on rows shifted by up to 10⁶, where torch loses all."""
    for offset in OFFSETS if dtype == torch.float32 else [0.0]:
        operands = [drawn(seed, width, 33, dtype=dtype) + shift for seed, shift in ((1, 0.0), (2, 0.0), (3, offset))]
        for count, name in enumerate(("forward", "hessian", "third")):
            require_close(name, operands[2 - count :], True, path(name, operands[2 - count :], True))
            if offset == 0:
                require_close(name, operands[2 - count :], False, path(name, operands[2 - count :], False))


def test_torch_alone_loses_rows_far_from_zero() -> None:
    """F.layer_norm on float32 rows near 10⁶ is off by more than 0.01; ours is not."""
    x = drawn(4, 33, 16) + 1e6
    exact = reference.layer_norm(x.double(), EPSILON)
    assert float((torch.nn.functional.layer_norm(x, (16,)).double() - exact).abs().max()) > 1e-2
    assert float((layer_norm(x).double() - exact).abs().max()) < 4e-6


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything with two rows or more is compiled; the names of what ran compiled."""
    monkeypatch.setattr(layer_norm_cpu, "FEWEST_COMPILED_ROWS", 2)
    compilation.toolchain.cache_clear()
    found: list[str] = []

    def counted(function: Any, key: Any, *arguments: Any) -> Any:
        found.append(function.__name__)
        return compilation.run_compiled(function, key, *arguments)

    monkeypatch.setattr(layer_norm_cpu, "run_compiled", counted)
    return found


@pytest.mark.parametrize("width", [2, 6])
def test_compiled_loops_equal_the_formula(width: int, compiled: list[str]) -> None:
    """One compilation serves any number of rows, offset, view and ε; two passes for K = 2, one for K = 6."""
    layer_norm(list(drawn(0, width, 12)))
    with torch._dynamo.config.patch(error_on_recompile=True):
        for count in (15, 16, 17, 997):
            for offset in OFFSETS:
                x = drawn(count, width, count) + offset
                require_close("forward", [x], True, torch.stack(layer_norm(list(x), epsilon=EPSILON)))
        large = drawn(7, width, 64)
        found = torch.stack(layer_norm(list(large), epsilon=0.5))
        layer_norm(drawn(8, 100 * width)[1:].unfold(0, width, width).unbind(1))
    expected = reference.layer_norm(large.double(), 0.5, 0)
    torch.testing.assert_close(found.double(), expected, rtol=0, atol=4e-6)
    assert compiled == ["forward"] * 19


def test_compiled_ways_back_equal_the_formula(compiled: list[str]) -> None:
    """J a and D³φ[a, b] compiled, through autograd, in float32, and what ran is what was meant."""
    x, w, z = drawn(1, 3, 101), drawn(2, 3, 101), drawn(3, 3, 101)
    xs = [entry.clone().requires_grad_() for entry in x]
    slopes = torch.autograd.grad(layer_norm(xs), xs, list(w), create_graph=True)
    curvatures = torch.autograd.grad(slopes, xs, list(z))
    require_close("hessian", [w, x], True, torch.stack(slopes).detach())
    require_close("third", [w, z, x], True, torch.stack(curvatures))
    assert compiled == ["forward", "hessian", "third"]


@pytest.mark.parametrize("dim", [0, 1])
def test_compiled_whole_tensors_equal_the_formula(dim: int, compiled: list[str]) -> None:
    """A tensor (K, N) or (N, K) goes through one compiled loop into a tensor of its shape."""
    x = drawn(5, 2, 101) + 1e4
    found = layer_norm(x if dim == 0 else x.T.contiguous(), dim=dim)
    assert found.is_contiguous()
    require_close("forward", [x], True, found if dim == 0 else found.T)
    assert compiled == ["_forward"]


def test_ten_million_rows_are_right_once(compiled: list[str]) -> None:
    """K = 2, float32, N = 10⁷: every row is h = ±(d/2)/√(d²/4 + ε)."""
    a, b = drawn(6, 2, 10_000_000)
    first, second = layer_norm([a, b])
    half = (a.double() - b.double()) / 2
    exact = half / (half.square() + 1e-5).sqrt()
    assert float((first - exact).abs().max()) <= 4e-6
    assert float((second + exact).abs().max()) <= 4e-6
    assert compiled == ["forward"]


def test_paths_are_those_that_pay() -> None:
    """Compiled for many narrow rows unless that takes minutes; in blocks for many numbers; else by formula."""
    path = layer_norm_cpu.path_of
    assert path("forward", 16, 65536) == path("hessian", 2, 10**8) == path("forward", 8, 65536, rows=True) == "compiled"
    assert path("third", 16, 10**6) == path("forward", 17, 10**6) == path("forward", 16, 65536, rows=True) == "blocks"
    assert path("forward", 4, 65535) == path("forward", 64, 1000, rows=True) == "formula"


@both
@pytest.mark.parametrize("path", [by_rows, stacked, by_arrays], ids=lambda path: path.__name__)
def test_blocks_do_not_show(path: Way, center: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows taken seven at a time, and three that are left, give what all give at once."""
    operands = [drawn(seed, 3, 24) for seed in (1, 2, 3)]
    names = {"forward": operands[2:], "hessian": operands[1:], "third": operands}
    whole = {name: path(name, parts, center) for name, parts in names.items()}
    monkeypatch.setattr(layer_norm_cpu, "NUMBERS_IN_BLOCK", 21)
    for name, parts in names.items():
        torch.testing.assert_close(path(name, parts, center), whole[name], rtol=1e-6, atol=1e-6)


@pytest.fixture(params=["kernel", "formula"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Few numbers by kernels too, or by formula as they would be."""
    if request.param == "kernel":
        monkeypatch.setattr(layer_norm_cpu, "FEWEST_NUMBERS", 0)
    return str(request.param)


@both
@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("count", [0, 1, 15, 16, 17, 997])
def test_any_number_of_rows(count: int, center: bool) -> None:
    """Zero, one, multiples of a vector and their neighbours, a prime: all layouts agree, with their gradients."""
    norm = layer_norm if center else rms_norm
    x = drawn(count, count, 5, dtype=torch.float64).requires_grad_()
    expected = (reference.layer_norm if center else reference.rms_norm)(x, EPSILON)
    (slope,) = torch.autograd.grad(expected.sin().sum(), x)
    for found in (norm(x), norm(x.T.contiguous(), dim=0).T, torch.stack(norm(x.unbind(1)), 1)):
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-13)
        torch.testing.assert_close(torch.autograd.grad(found.sin().sum(), x)[0], slope, rtol=1e-10, atol=1e-9)


VIEWS: dict[str, tuple[torch.Tensor, int]] = {
    "sliced": (drawn(1, 12, 10, dtype=torch.float64)[::2, 1:6], -1),
    "transposed": (drawn(2, 5, 7, dtype=torch.float64).T, -1),
    "expanded": (drawn(3, 1, 5, dtype=torch.float64).expand(6, 5), 1),
    "one row": (drawn(4, 5, dtype=torch.float64), 0),
    "three dimensions": (drawn(5, 2, 3, 5, dtype=torch.float64), 2),
    "middle dimension": (drawn(6, 2, 5, 3, dtype=torch.float64), 1),
    "permuted": (drawn(7, 2, 5, 3, dtype=torch.float64).permute(2, 0, 1), 0),
}


@both
@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("name", VIEWS)
def test_any_view_along_any_dimension(name: str, center: bool) -> None:
    """Strides, expansion and rank do not matter, in values and in first and second derivatives."""
    x, dim = VIEWS[name]
    x = x.detach().requires_grad_()

    def jet(y: torch.Tensor) -> list[torch.Tensor]:
        (slope,) = torch.autograd.grad(y.sin().sum(), x, create_graph=True)
        return [y, slope, torch.autograd.grad(slope.square().sum(), x)[0]]

    found = jet((layer_norm if center else rms_norm)(x, dim=dim))
    expected = jet((reference.layer_norm if center else reference.rms_norm)(x, EPSILON, dim))
    for got, true in zip(found, expected, strict=True):
        torch.testing.assert_close(got, true, rtol=1e-9, atol=1e-9)


@both
@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16], ids=str)
def test_half_precision_sums_in_single(dtype: torch.dtype, center: bool) -> None:
    """Values and gradients are the double-precision ones rounded once: 2⁻⁸ relative for bfloat16, 2⁻¹¹ for float16."""
    norm, oracle = (layer_norm, reference.layer_norm) if center else (rms_norm, reference.rms_norm)
    x = (drawn(8, 21, 40) + 3).to(dtype).requires_grad_()
    wide = x.detach().double().requires_grad_()
    unit = 2.0 ** (-8 if dtype == torch.bfloat16 else -11)
    expected = oracle(wide, EPSILON)
    w = drawn(9, 21, 40).to(dtype)
    (slope,) = torch.autograd.grad(expected, wide, w.double())
    for found in (norm(x), norm(x.T.contiguous(), dim=0).T, torch.stack(norm(x.unbind(1)), 1)):
        assert found.dtype == dtype
        torch.testing.assert_close(found.double(), expected, rtol=unit, atol=1e-5)
        (back,) = torch.autograd.grad(found, x, w, retain_graph=True)
        torch.testing.assert_close(back.double(), slope, rtol=2 * unit, atol=1e-3)


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_finite_stays_so(bad: float) -> None:
    """A row with NaN or inf is NaN where torch's is, and the rows beside it are not touched."""
    x = drawn(10, 20, 4, dtype=torch.float64)
    x[3, 0] = x[7, 2] = bad
    expected = torch.nn.functional.layer_norm(x, (4,)).isnan()
    for found in (layer_norm(x), layer_norm(x.T.contiguous(), dim=0).T, torch.stack(layer_norm(x.unbind(1)), 1)):
        assert torch.equal(found.isnan(), expected)
    assert torch.equal(rms_norm(x).isnan(), torch.nn.functional.rms_norm(x, (4,)).isnan())


LAW_ROWS = st.tuples(st.integers(2, 9), st.integers(0, 2**20), st.sampled_from([1e-3, 1.0, 1e3])).map(
    lambda drawn_: drawn(drawn_[1], 3, drawn_[0], dtype=torch.float64) * drawn_[2]
)


@given(LAW_ROWS, st.floats(0.01, 100), st.floats(-100, 100), st.sampled_from([-1.0, 1.0]))
def test_shift_and_scale_are_removed(x: torch.Tensor, scale: float, shift: float, sign: float) -> None:
    """LN_ε(ax + b1) = sign(a) LN_{ε/a²}(x), and for ε far below v this is sign(a) LN(x)."""
    found = layer_norm(sign * scale * x + shift, epsilon=1e-4)
    expected = sign * layer_norm(x, epsilon=1e-4 / scale**2)
    torch.testing.assert_close(found, expected, rtol=1e-7, atol=1e-7)


@given(LAW_ROWS, st.integers(0, 2**20))
def test_the_way_back_has_no_mean_and_no_negative_power(x: torch.Tensor, seed: int) -> None:
    """Σ J g = 0 along each row, and ⟨g, J g⟩ ≥ 0: J is symmetric and positive semidefinite."""
    g, w = drawn(seed, *x.shape, dtype=torch.float64), drawn(seed + 1, *x.shape, dtype=torch.float64)
    unit = 1e-13 * g.norm(dim=-1) * (x.var(-1, correction=0) + 1e-6).rsqrt() * x.shape[-1]
    x = x.requires_grad_()
    y = layer_norm(x, epsilon=1e-6)
    (back,) = torch.autograd.grad(y, x, g, retain_graph=True)
    (other,) = torch.autograd.grad(y, x, w)
    assert bool((back.sum(-1).abs() <= unit).all())
    assert bool(((g * back).sum(-1) >= -unit * g.norm(dim=-1)).all())
    assert bool((((w * back) - (g * other)).sum(-1).abs() <= unit * w.norm(dim=-1)).all())


@given(LAW_ROWS, st.sampled_from([1e-8, 1e-3, 1.0]))
def test_the_square_of_a_row_is_known(x: torch.Tensor, epsilon: float) -> None:
    """‖LN(x)‖² = K v / (v + ε), and ‖RMSNorm(x)‖² = K m / (m + ε)."""
    count, v, m = x.shape[-1], x.var(-1, correction=0), x.square().mean(-1)
    torch.testing.assert_close(layer_norm(x, epsilon=epsilon).square().sum(-1), count * v / (v + epsilon))
    torch.testing.assert_close(rms_norm(x, epsilon=epsilon).square().sum(-1), count * m / (m + epsilon))


@given(LAW_ROWS, st.integers(0, 2**20), st.floats(0, 1))
def test_the_potential_is_convex_along_any_line(x: torch.Tensor, seed: int, t: float) -> None:
    """φ lies above its tangent plane: φ(x + td) ≥ φ(x) + t ⟨LN(x), d⟩."""
    d = drawn(seed, *x.shape, dtype=torch.float64)
    plane = reference.centred_potential(x, 1e-3) + t * (layer_norm(x, epsilon=1e-3) * d).sum(-1)
    assert bool((reference.centred_potential(x + t * d, 1e-3) >= plane - 1e-9 * (1 + plane.abs())).all())


@both
@pytest.mark.usefixtures("either_way")
def test_gain_and_bias_are_those_of_torch(center: bool) -> None:
    """Gain and bias, with their gradients, for a tensor along either dimension and for a sequence."""
    x = drawn(11, 30, 4, dtype=torch.float64)
    gain, shift = (drawn(seed, 4, dtype=torch.float64).requires_grad_() for seed in (12, 13))
    functional = torch.nn.functional
    if center:
        expected = functional.layer_norm(x, (4,), gain, shift)
        founds = [
            layer_norm(x, gain, shift),
            layer_norm(x.T.contiguous(), gain, shift, dim=0).T,
            torch.stack(layer_norm(x.unbind(1), gain, shift), 1),
            layer_norm(x, gain) + shift,
            layer_norm(x, None, shift / gain) * gain,
        ]
    else:
        expected = functional.rms_norm(x, (4,), gain, 1e-5) + shift
        founds = [rms_norm(x, gain) + shift, torch.stack(rms_norm(x.unbind(1), gain), 1) + shift]
    slopes = torch.autograd.grad(expected.sin().sum(), [gain, shift])
    for found in founds:
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
        for back, slope in zip(torch.autograd.grad(found.sin().sum(), [gain, shift]), slopes, strict=True):
            torch.testing.assert_close(back, slope, rtol=1e-11, atol=1e-11)


def test_layers_stand_in_for_those_of_torch() -> None:
    """The same arguments, state and values, several normalised dimensions included."""
    x = drawn(14, 6, 2, 5, dtype=torch.float64)
    for ours, theirs in (
        (LayerNorm(5, dtype=torch.float64), torch.nn.LayerNorm(5, dtype=torch.float64)),
        (LayerNorm((2, 5), 1e-3, bias=False), torch.nn.LayerNorm((2, 5), 1e-3, bias=False)),
        (LayerNorm([5], elementwise_affine=False), torch.nn.LayerNorm([5], elementwise_affine=False)),
        (RMSNorm((2, 5), dtype=torch.float64), torch.nn.RMSNorm((2, 5), dtype=torch.float64)),
        (RMSNorm(5, 1e-3, elementwise_affine=False), torch.nn.RMSNorm(5, 1e-3, elementwise_affine=False)),
    ):
        for part in theirs.parameters():
            torch.nn.init.uniform_(part, generator=torch.Generator().manual_seed(0))
        ours, theirs = ours.double(), theirs.double()
        assert ours.load_state_dict(theirs.state_dict()).missing_keys == []
        assert list(ours.state_dict()) == list(theirs.state_dict())
        torch.testing.assert_close(ours(x), theirs(x), rtol=1e-10, atol=1e-10)
        assert str(ours.normalized_shape).strip("()") in repr(ours)
    with pytest.raises(ValueError, match=r"last dimensions are \(4,\), found \(6, 2, 5\): build LayerNorm"):
        LayerNorm(4)(x)
    with pytest.raises(ValueError, match=r"at least 2 entries to normalise.*take RMSNorm"):
        LayerNorm(1)
    with pytest.raises(ValueError, match="normalized_shape as one or more sizes above zero, found 0"):
        LayerNorm(0)
    with pytest.raises(ValueError, match="expected eps above zero"):
        LayerNorm(3, eps=0.0)


def test_a_layer_that_knows_its_units_refuses_unlike_ones() -> None:
    """One unit only, ε in its square; each entry and its unit is named, and the way out."""
    assert LayerNorm(3, eps=Q("1e-5 kPa^2"), units=["Pa", "Pa", "N/m^2"]).eps == pytest.approx(10.0)
    assert LayerNorm(2, units=["", ""]).eps == 1e-5
    assert RMSNorm(2, units=["", ""]).eps is None
    words = (
        r"(?s)LayerNorm across entries of unlike unit.*entry 0 +pascal\n.*entry 1 +kelvin / second\n.*Divide each by"
    )
    with pytest.raises(IncommensurableError, match=words):
        LayerNorm(2, units=["Pa", "K/s"])
    words = r"(?s)different units.*entry 1 +kilopascal\n.*Convert all to one unit first, such as \.to\('pascal'\)"
    with pytest.raises(IncommensurableError, match=words):
        RMSNorm(2, eps=1e-5, units=["Pa", "kPa"])
    with pytest.raises(UnitsError, match=r'(?s)eps is 1e-05.*mean square in pascal \*\* 2.*eps=Q\("1e-5 Pa \*\* 2"\)'):
        LayerNorm(2, units=["Pa", "Pa"])
    with pytest.raises(UnitsError, match=r"points on the scale of degree_Celsius.*delta_degC"):
        LayerNorm(2, eps=Q("1 K^2"), units=["degC", "degC"])
    with pytest.raises(ValueError, match=r"expected one unit for each of the 2 entries, found \['Pa'\]"):
        LayerNorm(2, units=["Pa"])
    with pytest.raises(ValueError, match=r"expected eps as a number, found .*units=\["):
        LayerNorm(2, eps=Q("1 Pa^2"))


V = torch.zeros(4)
REFUSALS: dict[str, tuple[Callable[[], object], str]] = {
    "one entry": (lambda: layer_norm(torch.zeros(3, 1)), "at least 2 entries, found 1 along dim -1.*take rms_norm"),
    "no entry": (lambda: rms_norm(torch.zeros(3, 0)), "at least 1 entry, found 0 along dim -1"),
    "one tensor": (lambda: layer_norm([V]), "at least 2 entries, found 1 in the sequence.*rms_norm"),
    "no tensor": (lambda: rms_norm([]), "at least 1 entry, found 0 in the sequence"),
    "epsilon": (lambda: layer_norm(torch.zeros(3, 2), epsilon=0.0), "epsilon above zero, .* of x squared, found 0.0"),
    "nan epsilon": (lambda: rms_norm(V, epsilon=float("nan")), "epsilon above zero.*found nan"),
    "dim": (lambda: layer_norm(torch.zeros(3, 2), dim=2), r"a dimension 2, found shape \(3, 2\)"),
    "no dim": (lambda: layer_norm(torch.tensor(1.0)), r"a dimension -1, found shape \(\)"),
    "dim of a sequence": (lambda: layer_norm([V, V], dim=1), "no dim beside a sequence.*found dim=1"),
    "integers": (lambda: layer_norm(torch.zeros(3, 2).long()), r"floating numbers, found torch.int64: .*x.float\(\)"),
    "complex": (lambda: rms_norm([V.cfloat(), V.cfloat()]), "floating numbers, found torch.complex64"),
    "not tensors": (lambda: layer_norm([V, 1.0]), "a sequence with float: use torch.as_tensor"),  # type: ignore[list-item]
    "lengths": (lambda: layer_norm([V, V[:3]]), r"one shape, found \[\(4,\), \(3,\)\]: evaluate all components"),
    "dtypes": (lambda: layer_norm([V, V.double()]), r"2 tensors of one dtype.*convert them with .to\(dtype\)"),
    "devices": (lambda: layer_norm([V, V.to("meta")]), r"2 tensors of one device, found \['cpu', 'meta'\]: move"),
    "gain": (lambda: layer_norm(torch.zeros(3, 2), torch.ones(3)), r"weight of shape \(2,\).*found \(3,\)"),
    "bias": (lambda: layer_norm([V, V], None, torch.ones(2, 1)), r"bias of shape \(2,\).*found \(2, 1\)"),
    "dtype of gain": (lambda: rms_norm(torch.zeros(3, 2), torch.ones(2).double()), "as x is, found torch.float64"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_does_not_fit_is_refused(name: str) -> None:
    """What was expected, what was found, and the way out."""
    call, words = REFUSALS[name]
    with pytest.raises(ValueError, match=words):
        call()


def test_a_device_without_kernels_takes_the_formula() -> None:
    """A device that nothing was written for still has both norms and their ways back."""
    x = torch.zeros(3, 4, device="meta", requires_grad=True)
    layer_norm(x).sum().backward()
    assert x.grad is not None
    assert x.grad.shape == (3, 4)


class Recorder:
    """Kernels of a device that is not there: formulas that note their name, for rows of up to four entries."""

    MOST_ARRAYS = MOST_COLUMNS = 4

    def __init__(self) -> None:
        self.called: list[str] = []

    def __getattr__(self, name: str) -> Any:
        kind, _, layout = name.partition("_")
        if layout not in ("rows", "arrays"):
            raise AttributeError(name)

        def kernel(*arguments: Any, out: Any = None) -> Any:
            self.called.append(name)
            *operands, epsilon, center = arguments
            whole = [part.T if layout == "rows" else torch.stack(tuple(part)) for part in operands]
            found = ORACLES[kind](*whole, epsilon, center)
            if layout == "rows":
                return found.T
            for target, entry in zip(out or (), found, strict=out is not None):
                target.copy_(entry)
            return list(found.unbind(0))

        return kernel


def test_kernels_of_a_device_are_called_as_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrays, rows and (K, N) tensors reach them with their ways back; wider rows than they take do not."""
    recorder = Recorder()
    monkeypatch.setattr(derivatives, "kernels_for", lambda device: recorder)
    x = drawn(1, 6, 4, dtype=torch.float64).requires_grad_()
    (expected,) = torch.autograd.grad(reference.layer_norm(x, EPSILON).sin().sum(), x)
    for norm in (
        lambda x: layer_norm(x),
        lambda x: layer_norm(x.T.contiguous(), dim=0),
        lambda x: torch.stack(layer_norm(x.unbind(1))),
    ):
        (slope,) = torch.autograd.grad(norm(x).sin().sum(), x)
        torch.testing.assert_close(slope, expected, rtol=1e-10, atol=1e-10)
    layouts = ["rows", "arrays", "arrays"]
    assert recorder.called == [f"{name}_{layout}" for layout in layouts for name in ("forward", "hessian")]
    recorder.called.clear()
    wide = drawn(2, 6, 5)
    layer_norm(wide), layer_norm(wide.T.contiguous(), dim=0), layer_norm(wide.unbind(1))
    assert recorder.called == []


def test_without_triton_a_gpu_has_the_formula() -> None:
    """Kernels of a GPU are loaded on demand, and missing ones are no error."""
    derivatives.kernels_for.cache_clear()
    assert derivatives.kernels_for("cpu") is layer_norm_cpu
    assert (derivatives.kernels_for("cuda") is None) == (find_spec("triton") is None)


def test_a_failing_compiler_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What torch raises when it cannot compile is warned of once; then functions run as they stand."""
    tried: list[tuple[Any, ...]] = []

    def failing(function: Any, key: tuple[Any, ...]) -> Any:
        tried.append(key)
        raise torch._inductor.exc.InvalidCxxCompiler

    compilation.toolchain.cache_clear()
    monkeypatch.setattr(layer_norm_cpu, "FEWEST_COMPILED_ROWS", 2)
    monkeypatch.setattr(compilation, "compiled", failing)
    x = drawn(1, 3, 20)
    with pytest.warns(
        RuntimeWarning, match=r"expected torch.compile to find a C\+\+ compiler and succeed.*install g\+\+"
    ):
        first = layer_norm(list(x))
    second = layer_norm(x, dim=0)
    require_close("forward", [x], True, torch.stack(first))
    require_close("forward", [x], True, second)
    assert len(tried) == 1
    compilation.toolchain.cache_clear()


NO_COMPILER = """
import warnings, torch
import torch._inductor.config as config
from pinnln.kernels import layer_norm, reference
config.cpp.cxx = ("/nowhere/c++",)
x = torch.randn(3, 70000, generator=torch.Generator().manual_seed(0))
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always", RuntimeWarning)
    for count in (2, 3, 3):
        found = torch.stack(layer_norm(list(x[:count])))
        assert float((found - reference.layer_norm(x[:count], 1e-5, 0)).abs().max()) < 4e-6
print(*[w.message for w in caught if w.category is RuntimeWarning], sep="\\n")
"""


def test_without_a_compiler_norms_run_uncompiled(tmp_path: Path) -> None:
    """With a compiler that is not there: right numbers, and one warning that says what is missing."""
    environment = {"TORCHINDUCTOR_CACHE_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    run = [sys.executable, "-c", NO_COMPILER]
    found = subprocess.run(run, capture_output=True, text=True, env=environment, check=False)
    assert found.returncode == 0, found.stderr
    (warning,) = found.stdout.strip().splitlines()
    assert warning.startswith("pinnln.kernels expected torch.compile to find a C++ compiler and succeed, found ")
    assert "/nowhere/c++" in warning
    assert warning.endswith("install g++ or set CXX")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_the_default_epsilon_of_a_layer_is_that_of_its_sums(dtype: torch.dtype) -> None:
    """RMSNorm without eps in half precision takes that of float32, as torch does."""
    x = torch.full((2, 6), 1e-3, dtype=dtype)
    torch.testing.assert_close(RMSNorm(6, dtype=dtype)(x), torch.nn.RMSNorm(6, dtype=dtype)(x), rtol=1e-2, atol=0)
