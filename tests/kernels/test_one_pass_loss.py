"""The one-pass residual loss: equal to its formulas, differentiable to every order, as lean as it says."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings, strategies as st

from pinnln.kernels import (
    centred_potential,
    common_mode_potential,
    residual_loss,
    residual_loss_cpu,
    residual_loss_with_gradient,
    uncentred_potential,
)

pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")  # from within torch
FLOAT = torch.float64
COMPILED = residual_loss_cpu.FEWEST_COMPILED_ROWS + 1


def drawn(count: int, points: int, seed: int = 0, dtype: torch.dtype = FLOAT) -> torch.Tensor:
    """Residuals (K, N)."""
    return torch.randn(count, points, dtype=FLOAT, generator=torch.Generator().manual_seed(seed)).to(dtype)


def formula(r: torch.Tensor, factors: torch.Tensor, epsilon: float, center: bool) -> torch.Tensor:
    """The objective by the potentials of the reference."""
    scaled = r * factors[:, None]
    if center:
        return (centred_potential(scaled, epsilon, 0) + common_mode_potential(scaled, epsilon, 0)).sum()
    return uncentred_potential(scaled, epsilon, 0).sum()


def compare(r: torch.Tensor, center: bool, epsilon: float = 1e-3, tolerance: float = 1e-12) -> None:
    """Value and gradient against the formula in double precision, as one tensor and as K."""
    count = len(r)
    scales, gains = torch.linspace(0.5, 2.0, count, dtype=FLOAT), torch.linspace(1.5, 0.7, count, dtype=FLOAT)
    exact = r.to(FLOAT).requires_grad_()
    expected = formula(exact, gains / scales, epsilon, center)
    (slope,) = torch.autograd.grad(expected, exact)
    for given_as in (r, list(r)):
        found = residual_loss_with_gradient(given_as, scales, gains, epsilon=epsilon, center=center)
        gradient = found.gradient if isinstance(found.gradient, torch.Tensor) else torch.stack(found.gradient)
        assert type(found.gradient) is (torch.Tensor if given_as is r else tuple)
        assert float(abs(found.value - expected.detach()) / (1 + abs(expected.detach()))) <= tolerance
        torch.testing.assert_close(gradient.to(FLOAT), slope, rtol=0, atol=tolerance * 10 * float(1 / epsilon**0.5))


@pytest.mark.parametrize("center", [False, True])
@pytest.mark.parametrize("count", [2, 3, 5, 8, 17])
def test_it_equals_its_formula(count: int, center: bool) -> None:
    """N = 1, 15, 16, 17 and a prime; one component where it is not centred."""
    for points in (1, 15, 16, 17, 101):
        compare(drawn(count, points), center)
    if not center:
        compare(drawn(1, 7), center)


@pytest.mark.parametrize(("count", "center", "dtype"), [(3, False, FLOAT), (3, True, torch.float32)])
def test_compiled_it_equals_its_formula(count: int, center: bool, dtype: torch.dtype) -> None:
    """Single precision to 1e-6 of the loss: sums of rows are taken apart and joined in double."""
    compare(drawn(count, COMPILED, dtype=dtype), center, tolerance=1e-12 if dtype == FLOAT else 1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 6), st.booleans(), st.sampled_from([1e-6, 1e-2, 1.0]), st.integers(0, 99))
def test_the_gradient_is_bounded_and_points_uphill(count: int, center: bool, epsilon: float, seed: int) -> None:
    """‖gradient‖ per point ≤ √(2K), and the objective is convex: going down by it never raises the value by more."""
    r = drawn(count, 5, seed)
    found = residual_loss_with_gradient(r, epsilon=epsilon, center=center)
    assert isinstance(found.gradient, torch.Tensor)
    assert float(found.gradient.square().sum(0).max()) <= 2 * count + 1e-9
    elsewhere = drawn(count, 5, seed + 100)
    rise = residual_loss_with_gradient(elsewhere, epsilon=epsilon, center=center).value - found.value
    assert float(rise - ((elsewhere - r) * found.gradient).sum()) >= -1e-9


@pytest.mark.parametrize("center", [False, True])
def test_it_is_differentiable_to_second_order_and_under_transforms(center: bool) -> None:
    """gradcheck, gradgradcheck, hessian, jvp and vmap; as one tensor and as several."""
    r = drawn(3, 4).requires_grad_()
    whole = lambda r: residual_loss(r, [1.0, 2.0, 3.0], epsilon=1e-2, center=center)  # noqa: E731
    parts = lambda *r: residual_loss(r, epsilon=1e-2, center=center)  # noqa: E731
    assert torch.autograd.gradcheck(whole, r)
    assert torch.autograd.gradgradcheck(whole, r)
    assert torch.autograd.gradgradcheck(
        parts, tuple(drawn(3, 4).unbind(0)[k].clone().requires_grad_() for k in range(3))
    )
    factors = 1 / torch.tensor([1.0, 2.0, 3.0], dtype=FLOAT)
    expected = torch.func.hessian(lambda r: formula(r, factors, 1e-2, center))(r.detach())
    torch.testing.assert_close(torch.func.hessian(whole)(r.detach()), expected, rtol=1e-10, atol=1e-10)
    value, slope = torch.func.jvp(whole, (r.detach(),), (torch.ones_like(r),))
    torch.testing.assert_close(value, whole(r.detach()))
    torch.testing.assert_close(slope, torch.autograd.grad(whole(r), r)[0].sum())
    batch = torch.stack([r.detach(), 2 * r.detach()])
    torch.testing.assert_close(torch.func.vmap(whole)(batch)[1], whole(batch[1]))


def test_half_precision_sums_in_single() -> None:
    """bfloat16 residuals: the loss to 1e-2 of itself, its gradient in bfloat16."""
    r = drawn(4, 1000, dtype=torch.bfloat16)
    found = residual_loss_with_gradient(r, epsilon=1e-2)
    exact = residual_loss_with_gradient(r.to(FLOAT), epsilon=1e-2)
    assert isinstance(found.gradient, torch.Tensor)
    assert found.gradient.dtype == torch.bfloat16
    assert float(abs(found.value / exact.value - 1)) < 1e-5
    assert residual_loss(r, epsilon=1e-2).dtype == torch.float32


def test_not_a_number_stays_one_and_no_points_are_no_loss() -> None:
    """NaN and inf go through; N = 0 gives zero."""
    r = drawn(3, 5)
    r[1, 2] = float("nan")
    found = residual_loss_with_gradient(r, epsilon=1e-3)
    assert isinstance(found.gradient, torch.Tensor)
    assert bool(found.value.isnan())
    assert found.gradient.isnan().any(0).tolist() == [False, False, True, False, False]
    assert float(residual_loss_with_gradient(torch.zeros(3, 0), epsilon=1e-3).value) == 0.0


@pytest.mark.parametrize(
    ("given_as", "settings_", "words"),
    [
        (torch.zeros(3), {}, r"expected residuals \(K, N\), found shape \(3,\)"),
        ([], {}, "expected K ≥ 1 residuals"),
        ([torch.zeros(3), torch.zeros(4)], {}, "expected 2 tensors of one shape"),
        ([torch.zeros(3), torch.zeros(3, dtype=FLOAT)], {}, "expected 2 tensors of one dtype"),
        (torch.zeros(1, 3), {"center": True}, "expected 2 or more components, found 1"),
        (torch.zeros(2, 3), {"epsilon": 0.0}, "expected epsilon above zero"),
        (torch.zeros(2, 3), {"scales": [1.0]}, "expected 2 scales above zero"),
        (torch.zeros(2, 3), {"gains": [1.0, -1.0]}, "expected 2 gains above zero"),
        (torch.zeros(2, 3, dtype=torch.long), {}, "expected floating numbers"),
    ],
)
def test_bad_input_is_said(given_as: object, settings_: dict[str, object], words: str) -> None:
    """One clear error each, before any work."""
    with pytest.raises(ValueError, match=words):
        residual_loss_with_gradient(given_as, **{"epsilon": 1e-3, **settings_})  # type: ignore[arg-type]


def test_the_peak_of_memory_is_residuals_and_gradients() -> None:
    """In a process of its own: what the compiled call adds to its residuals is its gradients, and at most 5 % more."""
    program = (
        "import resource, torch\n"
        "from pinnln.kernels import residual_loss_with_gradient\n"
        "small = [torch.ones(70_000) for _ in range(4)]\n"
        "residual_loss_with_gradient(small, epsilon=1e-3)\n"
        "rs = [torch.ones(16_000_000) for _ in range(4)]\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "kept = residual_loss_with_gradient(rs, epsilon=1e-3)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / (4 * 16_000_000 * 4))\n"
    )
    grown = float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)
    assert grown <= 1.05
