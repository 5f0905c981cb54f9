"""Normal equations."""

from __future__ import annotations

import pytest
import torch

from pinnln.kernels import accumulate_gram, accumulate_triangle, mirror_triangle


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600])
def test_blocks_add_up_to_the_whole(size: int) -> None:
    """Chunks of rows, and blocks of columns, give JᵀJ and Jᵀr."""
    generator = torch.Generator().manual_seed(size)
    jacobian = torch.randn(40, size, dtype=torch.float64, generator=generator)
    rows = torch.randn(40, dtype=torch.float64, generator=generator)
    gram, slope = torch.zeros(size, size, dtype=torch.float64), torch.zeros(size, dtype=torch.float64)
    for start in range(0, 40, 16):
        accumulate_gram(jacobian[start : start + 16], rows[start : start + 16], gram, slope)
    torch.testing.assert_close(gram, jacobian.T @ jacobian)
    torch.testing.assert_close(slope, jacobian.T @ rows)
    torch.testing.assert_close(gram, gram.T)


def test_shapes_must_fit() -> None:
    """Rows of another length are refused with both shapes."""
    with pytest.raises(ValueError, match=r"expected rows \(3,\), gram \(2, 2\).*found \(4,\)"):
        accumulate_gram(torch.zeros(3, 2), torch.zeros(4), torch.zeros(2, 2), torch.zeros(2))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_the_layout_of_the_rows_does_not_matter(dtype: torch.dtype) -> None:
    """Row by row, column by column or with gaps; what is above the diagonal waits for the mirror."""
    jacobian = torch.randn(30, 7, dtype=dtype, generator=torch.Generator().manual_seed(0))
    gaps = torch.zeros(60, 14, dtype=dtype)[::2, ::2]
    gaps.copy_(jacobian)
    for layout in (jacobian, jacobian.T.contiguous().T, gaps):
        gram, slope = torch.zeros(7, 7, dtype=dtype), torch.zeros(7, dtype=dtype)
        accumulate_triangle(layout, jacobian[:, 0], gram, slope)
        torch.testing.assert_close(gram, (jacobian.T @ jacobian).tril())
        mirror_triangle(gram)
        torch.testing.assert_close(gram, jacobian.T @ jacobian)
        torch.testing.assert_close(slope, jacobian.T @ jacobian[:, 0])


def test_what_dsyrk_does_not_take_is_computed_whole() -> None:
    """A transposed Gram matrix is no row-major one."""
    jacobian = torch.randn(9, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    gram, slope = torch.zeros(4, 8, dtype=torch.float64)[:, ::2], torch.zeros(4, dtype=torch.float64)
    accumulate_gram(jacobian, jacobian[:, 0], gram, slope)
    torch.testing.assert_close(gram, jacobian.T @ jacobian)
