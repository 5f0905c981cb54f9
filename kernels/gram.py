"""Normal equations, accumulated chunk by chunk of rows, half of them computed and the other half copied."""

from __future__ import annotations

import torch
from scipy.linalg.blas import dsyrk, ssyrk


def accumulate_gram(jacobian: torch.Tensor, rows: torch.Tensor, gram: torch.Tensor, slope: torch.Tensor) -> None:
    """Adds  JᵀJ  to the Gram matrix and  Jᵀr  to the slope, in place.

    Args: jacobian J (R, P); rows r (R,); gram (P, P), symmetric; slope (P,).
    Raises: ValueError for shapes that do not fit.

    >>> gram, slope = torch.zeros(2, 2), torch.zeros(2)
    >>> accumulate_gram(torch.tensor([[1.0, 2.0]]), torch.tensor([3.0]), gram, slope)
    >>> gram.tolist(), slope.tolist()
    ([[1.0, 2.0], [2.0, 4.0]], [3.0, 6.0])
    """
    accumulate_triangle(jacobian, rows, gram, slope)
    mirror_triangle(gram)


def accumulate_triangle(jacobian: torch.Tensor, rows: torch.Tensor, gram: torch.Tensor, slope: torch.Tensor) -> None:
    """The same on and below the diagonal only, for many chunks of rows that end in one `mirror_triangle`.

    Args and raises as for `accumulate_gram`; a Jacobian that lies column by column or row by row is not copied.
    """
    count, size = jacobian.shape
    if rows.shape != (count,) or gram.shape != (size, size) or slope.shape != (size,):
        raise ValueError(
            f"expected rows ({count},), gram ({size}, {size}) and slope ({size},), found "
            f"{tuple(rows.shape)}, {tuple(gram.shape)} and {tuple(slope.shape)}"
        )
    if gram.device.type == "cpu" and gram.dtype in (torch.float64, torch.float32) and gram.is_contiguous():
        syrk = dsyrk if gram.dtype == torch.float64 else ssyrk
        by_rows = jacobian.is_contiguous()
        standing = jacobian.numpy().T if by_rows else jacobian.numpy()
        syrk(1.0, standing, beta=1.0, c=gram.numpy().T, trans=int(not by_rows), overwrite_c=1)
    else:
        gram.addmm_(jacobian.T, jacobian)
    slope.addmv_(jacobian.T, rows)


def mirror_triangle(gram: torch.Tensor) -> None:
    """Copies what is below the diagonal to above it, in place."""
    gram.tril_()
    gram.add_(gram.T.triu(1))
