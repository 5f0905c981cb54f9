"""Run by test_interpreter.py in a process of its own, with TRITON_INTERPRET=1: the kernels against their references."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import product

import pytest
import torch
from torch import Tensor

from pinnln.kernels import centred_potential, common_mode_potential, reference, uncentred_potential
from pinnln.kernels.arrays_triton import MOST_ARRAYS
from pinnln.kernels.layer_norm_triton import (
    forward_arrays,
    forward_rows,
    hessian_arrays,
    hessian_rows,
    third_arrays,
    third_rows,
)
from pinnln.kernels.residual_loss_triton import residual_loss_arrays

assert os.environ["TRITON_INTERPRET"] == "1"

EPSILON, GUARD, SENTINEL = 1e-5, 32, -12345.0
ARRAYS: tuple[Callable[..., list[Tensor]], ...] = (forward_arrays, hessian_arrays, third_arrays)
ROWS: tuple[Callable[..., Tensor], ...] = (forward_rows, hessian_rows, third_rows)
WIDTHS = [(K, center) for K in (1, 2, 3, 4, 5, 8, 16, 17) for center in (True, False) if K > 1 or not center]
# By order, in units of the product of ‖direction‖/σ; a float32 becomes a bfloat16 by truncation here.
BOUNDS = {
    torch.float64: (1e-14, 5e-14, 1e-13),
    torch.float32: (4e-6, 2e-6, 4e-6),
    torch.float16: (2e-3, 2e-3, 2e-3),
    torch.bfloat16: (2**-7, 2**-7, 2**-7),
}


def guarded(values: Tensor, around: float) -> Tensor:
    """A copy of the values, contiguous, between two bands of another number."""
    buffer = torch.full((values.numel() + 2 * GUARD,), around, dtype=values.dtype)
    view = buffer[GUARD : GUARD + values.numel()].view(values.shape)
    view.copy_(values)
    return view


def blank(like: Tensor) -> Tensor:
    """An output full of NaN, between two bands of the sentinel."""
    return guarded(torch.full_like(like, torch.nan), SENTINEL)


def assert_bands_untouched(output: Tensor) -> None:
    """Nothing was written before the first and behind the last number."""
    start = output.storage_offset()
    buffer = torch.as_strided(output, (output.numel() + 2 * GUARD,), (1,), start - GUARD)
    assert bool((buffer[:GUARD] == SENTINEL).all())
    assert bool((buffer[GUARD + output.numel() :] == SENTINEL).all())


def draw(K: int, N: int, dtype: torch.dtype, offset: float = 0.0, count: int = 3) -> list[Tensor]:
    """Rows x and two directions (N, K), x at an offset."""
    generator = torch.Generator().manual_seed(1000 * K + N)
    drawn = [torch.randn(N, K, dtype=torch.float64, generator=generator) for _ in range(count)]
    return [(value + (offset if place == 0 else 0.0)).to(dtype) for place, value in enumerate(drawn)]


def expected(x: Tensor, directions: Sequence[Tensor], center: bool) -> Tensor:
    """The derivative of φ of order 1 + len(directions), in the dtype of x."""
    row = reference.Row.of(x, EPSILON, -1, center)
    return row.h if not directions else row.hessian(*directions) if len(directions) == 1 else row.third(*directions)


def assert_equal(found: Tensor, x: Tensor, directions: Sequence[Tensor], center: bool) -> None:
    """The numbers found are those of the reference in float64 on the same rows, within the bound of their dtype."""
    wide = [direction.double() for direction in directions]
    truth = expected(x.double(), wide, center)
    unit = torch.ones(x.shape[0], 1, dtype=torch.float64)
    for direction in wide:
        unit = unit * direction.norm(dim=1, keepdim=True) * reference.Row.of(x.double(), EPSILON, -1, center).reciprocal
    if x.dtype in (torch.float16, torch.bfloat16):
        unit = unit.clamp_min(1.0) * truth.abs().amax(1, keepdim=True).clamp_min(1.0)
    bound = BOUNDS[x.dtype][len(directions)]
    assert bool(torch.isfinite(found).all())
    assert float(((found.double() - truth).abs() / unit).max()) <= bound


def run_arrays(x: Tensor, directions: Sequence[Tensor], center: bool, block: int | None) -> Tensor:
    """The kernel for arrays on the columns of rows (N, K), and its guard bands."""
    columns = [[guarded(column, torch.nan) for column in value.T] for value in (*directions, x)]
    out = [blank(column) for column in x.T]
    found = ARRAYS[len(directions)](*columns, EPSILON, center, out=out, block=block)
    assert all(one is other for one, other in zip(found, out, strict=True))
    for column in out:
        assert_bands_untouched(column)
    return torch.stack(found, 1)


def run_rows(x: Tensor, directions: Sequence[Tensor], center: bool, block: int | None) -> Tensor:
    """The kernel for rows (N, K), and its guard bands."""
    out = blank(x)
    inputs = [guarded(value, torch.nan) for value in (*directions, x)]
    found = ROWS[len(directions)](*inputs, EPSILON, center, out=out, block=block)
    assert found is out
    assert_bands_untouched(out)
    return found


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(("K", "center"), WIDTHS)
def test_arrays_equal_the_reference(K: int, center: bool, order: int) -> None:
    """Every width in float32 and float64, programs with and without a mask."""
    for dtype, block in product((torch.float32, torch.float64), (64, 256)):
        x, *directions = draw(K, 300, dtype, count=order)
        assert_equal(run_arrays(x, directions, center, block), x, directions, center)


@pytest.mark.parametrize("N", [1, 15, 16, 17, 127, 255, 256, 257, 1200])
def test_arrays_of_any_length(N: int) -> None:
    """One row, around 16, whole programs, a prime, several programs; nothing is written beyond the ends."""
    for order in (1, 2, 3):
        x, *directions = draw(3, N, torch.float32, count=order)
        assert_equal(run_arrays(x, directions, True, 256), x, directions, True)


def test_arrays_take_the_rows_they_are_proposed() -> None:
    """Without a block the launch parameters come from the number of values, also for the most arrays allowed."""
    for K, dtype in product((2, MOST_ARRAYS), (torch.float32, torch.float64, torch.bfloat16)):
        x, a, b = draw(K, 70, dtype)
        assert_equal(run_arrays(x, [a, b], True, None), x, [a, b], True)


@pytest.mark.parametrize("offset", [0.0, 1e2, 1e4, 1e6])
def test_any_offset_keeps_its_digits(offset: float) -> None:
    """float32 rows shifted by up to a million: the first entry is subtracted before anything is squared."""
    for K, order in product((2, 3, 16), (1, 2, 3)):
        x, *directions = draw(K, 300, torch.float32, offset, order)
        assert_equal(run_arrays(x, directions, True, 256), x, directions, True)
        assert_equal(run_rows(x, directions, True, 64), x, directions, True)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("K", [1, 2, 3, 5, 7, 16, 33, 127, 769])
def test_rows_equal_the_reference(K: int, order: int) -> None:
    """Widths that fill a tile and widths that do not, at x ≈ 1000: a padded column would count as −1000."""
    for dtype, center in product((torch.float32, torch.float64), (True, False)):
        if K > 1 or not center:
            x, *directions = draw(K, 5, dtype, 1000.0, order)
            assert_equal(run_rows(x, directions, center, 2), x, directions, center)


@pytest.mark.parametrize("N", [1, 15, 16, 17, 127])
def test_rows_of_any_length(N: int) -> None:
    """Lengths around a tile; nothing is written beyond the ends."""
    for K, order in product((3, 4, 33), (1, 2, 3)):
        x, *directions = draw(K, N, torch.float32, count=order)
        assert_equal(run_rows(x, directions, True, 16), x, directions, True)


def test_rows_take_the_tile_they_are_proposed() -> None:
    """Without a block the tile holds 2048 numbers, or one row of up to 4096."""
    for K in (4, 100, 4096):
        x, a, b = draw(K, 3, torch.float32, 1000.0)
        assert_equal(run_rows(x, [a, b], True, None), x, [a, b], True)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_summed_in_float32(dtype: torch.dtype) -> None:
    """Rows in 16 bits are as good as their last rounding."""
    for K, order in product((2, 5, 16), (1, 2, 3)):
        x, *directions = draw(K, 50, dtype, 3.0, order)
        assert_equal(run_arrays(x, directions, True, 32), x, directions, True)
        assert_equal(run_rows(x, directions, True, 32), x, directions, True)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("value", [torch.nan, torch.inf, -torch.inf])
@pytest.mark.parametrize("center", [True, False])
def test_what_is_not_finite_spreads_as_in_the_reference(value: float, center: bool) -> None:
    """A NaN or an infinity reaches the same entries, and no other row."""
    for order, run in product((1, 2, 3), (run_arrays, run_rows)):
        x, *directions = draw(5, 8, torch.float64, count=order)
        x[2, 0] = x[4, 3] = value
        if order > 1:
            directions[0][6, 1] = value
        found, truth = run(x, directions, center, 4), expected(x, directions, center)
        kept = torch.isfinite(truth)
        assert bool((torch.isfinite(found) == kept).all())
        torch.testing.assert_close(found[kept], truth[kept], rtol=1e-12, atol=1e-12)


def loss_of(r: Tensor, factors: Tensor, center: bool) -> tuple[Tensor, Tensor]:
    """Σ objective and its gradient (N, K) by autograd in float64."""
    r = r.double().requires_grad_()
    scaled = r * factors
    rows = uncentred_potential(scaled, EPSILON)
    if center:
        rows = centred_potential(scaled, EPSILON) + common_mode_potential(scaled, EPSILON)
    return rows.sum().detach(), torch.autograd.grad(rows.sum(), r)[0]


@pytest.mark.parametrize(("K", "center"), WIDTHS)
def test_the_loss_equals_the_potentials(K: int, center: bool) -> None:
    """Loss and gradient against autograd of the potentials, with a factor for every equation."""
    factors = torch.linspace(0.1, 3.0, K, dtype=torch.float64)
    for dtype, rtol, atol, block in ((torch.float32, 1e-6, 4e-6, 256), (torch.float64, 1e-14, 5e-14, 64)):
        (r,) = draw(K, 300, dtype, 0.5, 1)
        out = [blank(column) for column in r.T]
        columns = [guarded(column, torch.nan) for column in r.T]
        loss, gradients = residual_loss_arrays(columns, factors.tolist(), EPSILON, center, out=out, block=block)
        value, slope = loss_of(r, factors, center)
        assert loss.dtype == torch.float64
        assert loss.shape == ()
        torch.testing.assert_close(loss, value, rtol=rtol, atol=0.0)
        for column in out:
            assert_bands_untouched(column)
        assert float(((torch.stack(gradients, 1).double() - slope) / factors).abs().max()) <= atol


@pytest.mark.parametrize("N", [1, 15, 16, 17, 127, 255, 256, 1000])
def test_the_loss_of_any_length(N: int) -> None:
    """Rows beyond the last add nothing, not even √ε; twice the same bits."""
    (r,) = draw(4, N, torch.float32, count=1)
    factors = torch.ones(4, dtype=torch.float64)
    columns = [guarded(column, torch.nan) for column in r.T]
    loss, _ = residual_loss_arrays(columns, factors, 4.0, True, block=256)
    again, _ = residual_loss_arrays(columns, factors, 4.0, True, block=256)
    potentials = (centred_potential(r.double(), 4.0) + common_mode_potential(r.double(), 4.0)).sum()
    torch.testing.assert_close(loss, potentials, rtol=1e-6, atol=0.0)
    assert float(loss) == float(again)


def test_equal_residuals_have_no_variance() -> None:
    """Where r̂ is the same in all equations, the centred part of the gradient is exactly zero at any size."""
    columns = [torch.full((20,), 1.0e6 / 3.0) for _ in range(3)]
    _, gradients = residual_loss_arrays(columns, [0.7] * 3, 1e-12, True, block=32)
    assert all(torch.equal(gradient, torch.full((20,), 0.7)) for gradient in gradients)


def test_the_loss_takes_the_rows_it_is_proposed() -> None:
    """Without a block, in float32, float64 and bfloat16."""
    for dtype, rtol in ((torch.float32, 1e-6), (torch.float64, 1e-14), (torch.bfloat16, 1e-6)):
        (r,) = draw(16, 100, dtype, count=1)
        factors = torch.linspace(0.5, 2.0, 16, dtype=torch.float64)
        loss, gradients = residual_loss_arrays([column.contiguous() for column in r.T], factors, EPSILON, False)
        value, slope = loss_of(r, factors, False)
        torch.testing.assert_close(loss, value, rtol=rtol, atol=0.0)
        bound = {torch.float32: 4e-6, torch.float64: 5e-14, torch.bfloat16: 2**-7}[dtype]
        error = (torch.stack(gradients, 1).double() - slope).abs() / slope.abs().clamp_min(1.0)
        assert float(error.max()) <= bound


def test_nothing_has_a_loss_of_zero() -> None:
    """No rows: no launch, empty outputs."""
    empty = [torch.empty(0) for _ in range(3)]
    loss, gradients = residual_loss_arrays(empty, [1.0] * 3, EPSILON, True)
    assert float(loss) == 0.0
    assert [tuple(gradient.shape) for gradient in gradients] == [(0,)] * 3
    assert [tuple(h.shape) for h in forward_arrays(empty, EPSILON, True)] == [(0,)] * 3
    assert forward_rows(torch.empty(0, 3), EPSILON, True).shape == (0, 3)
