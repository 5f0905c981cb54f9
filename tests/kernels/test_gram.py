"""Normal equations."""

from __future__ import annotations

import pytest
import torch

from pinnln.kernels import accumulate_gram


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
