"""What a launch refuses, and the launch parameters it proposes."""

from __future__ import annotations

import pytest
import torch

pytest.importorskip("triton", reason="Triton is not installed: pip install pinnln[gpu]")

ONE = torch.zeros(4)


def test_a_cpu_has_no_kernel() -> None:
    """Tensors on a CPU are sent to the reference instead of failing for want of a driver."""
    from pinnln.kernels.layer_norm_triton import forward_arrays, forward_rows
    from pinnln.kernels.residual_loss_triton import residual_loss_arrays

    with pytest.raises(ValueError, match=r"expected tensors on a GPU, found cpu: pinnln\.kernels\.reference"):
        forward_arrays([ONE, ONE], 1e-5, True)
    with pytest.raises(ValueError, match="expected tensors on a GPU"):
        forward_rows(torch.zeros(4, 2), 1e-5, True)
    with pytest.raises(ValueError, match="expected tensors on a GPU"):
        residual_loss_arrays([ONE], [1.0], 1e-5, False)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (torch.zeros(5), r"expected 1-D tensors alike, .*\(4,\)\), found .*\(5,\)\) at tensor 1 of 2"),
        (torch.zeros(4, dtype=torch.float64), "float32.*found.*float64"),
        (torch.zeros(4, device="meta"), "cpu.*found.*meta"),
        (torch.zeros(8)[::2], r"expected contiguous tensors, found strides \(2,\) at tensor 1 of 2: \.contiguous"),
        (torch.zeros(1).expand(4), r"strides \(0,\)"),
        (torch.zeros(4, requires_grad=True), "expected tensors without history, found requires_grad at tensor 1 of 2"),
    ],
)
def test_unlike_arrays_are_refused(other: torch.Tensor, words: str) -> None:
    """Lengths, dtypes, devices, strides and histories a kernel would get wrong are named with their place."""
    from pinnln.kernels.layer_norm_triton import forward_arrays

    with pytest.raises(ValueError, match=words):
        forward_arrays([ONE, other], 1e-5, True)


def test_rows_must_be_rows() -> None:
    """A third dimension and a transposed tensor are refused, not misread."""
    from pinnln.kernels.layer_norm_triton import forward_rows, hessian_rows

    with pytest.raises(ValueError, match="expected 2-D tensors alike"):
        forward_rows(torch.zeros(2, 3, 4), 1e-5, True)
    with pytest.raises(ValueError, match="expected contiguous tensors"):
        hessian_rows(torch.zeros(4, 3), torch.zeros(3, 4).T, 1e-5, True)


def test_counts_are_refused() -> None:
    """One entry cannot be centred; there is an end to unrolling and to tiles; directions are as many as entries."""
    from pinnln.kernels.layer_norm_triton import forward_arrays, forward_rows, hessian_arrays
    from pinnln.kernels.residual_loss_triton import residual_loss_arrays

    with pytest.raises(ValueError, match="expected rows of at least 2 entries to centre, found 1: use center=False"):
        forward_arrays([ONE], 1e-5, True)
    with pytest.raises(ValueError, match="expected rows of at most 32 entries, found 33: stack them"):
        forward_arrays([ONE] * 33, 1e-5, True)
    with pytest.raises(ValueError, match="expected rows of at most 4096 entries, found 4097"):
        forward_rows(torch.zeros(1, 4097, device="meta"), 1e-5, True)
    with pytest.raises(ValueError, match=r"expected 2 arrays for every argument, found \[2, 1\]"):
        hessian_arrays([ONE], [ONE, ONE], 1e-5, True)
    with pytest.raises(ValueError, match="expected 2 factors and gradients, found 1 and 2"):
        residual_loss_arrays([ONE, ONE], [1.0], 1e-5, True)
    with pytest.raises(ValueError, match="expected at least one tensor, found none"):
        forward_arrays([], 1e-5, False)


def test_whole_numbers_are_refused() -> None:
    """An integer has no norm."""
    from pinnln.kernels.layer_norm_triton import forward_arrays

    with pytest.raises(TypeError, match=r"expected float64, float32, float16 or bfloat16, found torch\.int64"):
        forward_arrays([torch.zeros(4, dtype=torch.int64)] * 2, 1e-5, True)


def test_rows_a_program_shrink_with_the_values_of_a_row() -> None:
    """16 bytes a thread and array, 8 or one number where registers would run out."""
    from pinnln.kernels.arrays_triton import rows_per_program

    assert [rows_per_program(values, torch.float32) for values in (4, 32, 33, 64, 65, 96)] == [
        512,
        512,
        256,
        256,
        128,
        128,
    ]
    assert [rows_per_program(4, dtype) for dtype in (torch.float64, torch.bfloat16)] == [256, 1024]
    assert rows_per_program(96, torch.float64) == 128
