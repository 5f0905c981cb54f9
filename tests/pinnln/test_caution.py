"""The caution in numbers: laws 23 and 24 of LayerNorm over unlike residuals, and how they are made sound."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln.caution import CASES, Caution, Shares, caution, scaled, sound
from pinnln.conditioning import AbstractConditioning, LayerNorm, MeanSquare
from pinnln.kernels import NormalEquations, centred_potential, common_mode_potential, uncentred_potential

RESIDUALS = st.integers(0, 2**20).map(
    lambda seed: 3 * torch.randn(3, 1, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
)


@pytest.fixture(scope="module")
def found() -> Caution:
    """All numbers, computed once."""
    return caution()


def test_the_refusal_names_both_residuals(found: Caution) -> None:
    """What the library says in place of a number."""
    assert found.refusal.startswith("IncommensurableError: LayerNorm across components of unlike dimension")
    assert "momentum     kg m⁻¹ s⁻²" in found.refusal
    assert "'energy': Q(\"10 K / s\")" in found.refusal


@pytest.mark.parametrize("case", ["as it stands", "momentum a tenth", "energy a tenth"])
def test_layer_norm_reads_the_same_whatever_falls(found: Caution, case: str) -> None:
    """(1, −1), though a residual is ten times smaller; mean(LN²) is one and its slope nothing."""
    item = found.reading(case)
    assert item.layer_norm == pytest.approx((1, -1), abs=1e-12)
    assert item.loss == pytest.approx(1, abs=4e-12)
    assert item.slope < 1e-12
    assert found.reading("as it stands").magnitudes == (1e5, 10)


def test_other_units_turn_it_round(found: Caution) -> None:
    """The same physics in kPa and mK/s reads (−1, 1); in characteristic scales it is the same vector."""
    case = "as it stands, in kPa and mK/s"
    assert found.reading(case).magnitudes == (100, 1e4)
    assert found.reading(case).layer_norm == pytest.approx((-1, 1), abs=1e-12)
    torch.testing.assert_close(scaled(case), scaled("as it stands"), rtol=1e-15, atol=0)
    assert found.sounding(case).rms == pytest.approx(found.sounding("as it stands").rms, rel=1e-15)


@pytest.mark.parametrize("case", ["equal magnitudes, small", "equal magnitudes, large"])
def test_equal_magnitudes_pass_for_a_solution(found: Caution, case: str) -> None:
    """r₁ = r₂ = c: LayerNorm is zero and so is the textbook loss, however large c is; the potentials are not."""
    assert found.reading(case).layer_norm == (0, 0)
    assert found.reading(case).loss == 0
    assert found.sounding(case).centred > 1
    assert found.sounding(case).rms > 1


def test_the_potentials_in_characteristic_scales(found: Caution) -> None:
    """(1, 1) → (0.1, 1): φ 0 → 0.9, ψ 2 → 1.1, φ + ψ stays 2, φ_rms 2 → 2√0.505."""
    before, after = found.sounding("as it stands"), found.sounding("momentum a tenth")
    assert before.residual == pytest.approx((1, 1), rel=1e-15)
    assert after.residual == pytest.approx((0.1, 1), rel=1e-15)
    assert (before.phi, before.psi, before.centred, before.rms) == pytest.approx((0, 2, 2, 2), abs=1e-12)
    assert (after.phi, after.psi, after.centred) == pytest.approx((0.9, 1.1, 2), rel=1e-12)
    assert after.rms == pytest.approx(2 * 0.505**0.5, rel=1e-12)


def test_of_two_the_centred_potential_pulls_at_the_larger_only(found: Caution) -> None:
    """For K = 2 φ + ψ is 2 max |r̂|; φ_rms pulls at both, in proportion to what is left."""
    item = found.sounding("momentum a tenth")
    assert item.pull_centred == pytest.approx((0, 2), abs=1e-9)
    assert item.pull_rms == pytest.approx((0.1 / 0.505**0.5, 1 / 0.505**0.5), rel=1e-9)
    for case in CASES:
        assert sound(case).centred == pytest.approx(2 * max(sound(case).residual), rel=1e-12)


@given(st.integers(2, 8), st.integers(0, 2**20))
def test_centred_and_uncentred_bound_each_other(count: int, seed: int) -> None:
    """K√m ≤ φ + ψ ≤ √2·K√m: both vanish only where every residual does."""
    r = torch.randn(count, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
    both, rms = centred_potential(r, 0.0, 0) + common_mode_potential(r, 0.0, 0), uncentred_potential(r, 0.0, 0)
    assert bool((rms <= both * (1 + 1e-12)).all())
    assert bool((both <= 2**0.5 * rms * (1 + 1e-12)).all())


def test_an_optimiser_is_blind_without_units_and_arrives_with_scales(found: Caution) -> None:
    """On mean(LN²) both residuals stay where they are; on the sound potentials next to nothing is left of either."""
    for item in found.descents:
        if "stripped" in item.objective:
            assert item.left == pytest.approx((1, 1), abs=1e-3), item
        else:
            assert max(map(abs, item.left)) < 0.02, item
    assert len(found.descents) == 6


def test_along_the_path_only_the_textbook_loss_is_flat(found: Caution) -> None:
    """While both residuals vanish mean(LN²) stays what it is; the others fall all the way."""
    alone, both = found.paths
    assert (alone.falling, both.falling) == ("momentum", "both")
    textbook = "mean(LN²), units stripped"
    for path in (alone, both):
        assert (path.shares[0], path.shares[-1]) == (1, 0.02)
        assert path.curves[textbook] == pytest.approx([1.0] * len(path.shares), abs=1e-6)
    for name, power in {"φ + ψ": 1, "φ_rms": 1, "½ Σ r̂²": 2}.items():
        assert both.curves[name][-1] == pytest.approx(0.02**power)
        assert list(both.curves[name]) == sorted(both.curves[name], reverse=True)
    assert alone.curves["φ + ψ"] == pytest.approx([1.0] * len(alone.shares))
    assert alone.curves["φ_rms"][-1] == pytest.approx(0.5002**0.5)


@pytest.mark.parametrize("conditioning", [MeanSquare(), LayerNorm(1e-2), LayerNorm(1e-2, center=True)], ids=str)
@given(r=RESIDUALS)
def test_shares_have_the_gradient_of_their_objective(conditioning: AbstractConditioning, r: torch.Tensor) -> None:
    """By central differences; and the least-squares model pulls the same way."""
    objective, theta = Shares(r, conditioning), torch.tensor([1.0, 0.7, -0.4], dtype=torch.float64)
    value, slope = objective.gradient(theta)
    step = 1e-6 * torch.eye(3, dtype=torch.float64)
    rises = [objective.value(theta + move) - objective.value(theta - move) for move in step]
    torch.testing.assert_close(slope, torch.tensor(rises, dtype=torch.float64) / 2e-6, rtol=1e-6, atol=1e-6)
    system = NormalEquations(3)
    model = objective.least_squares(theta, system)
    system.factor()
    torch.testing.assert_close(system.slope, slope, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(model.pull(model.here), slope, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(model.rows(theta), model.here)
    assert objective.resample(3, theta) == pytest.approx(value)
    assert objective.resample(3) is None
