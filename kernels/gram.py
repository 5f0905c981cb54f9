"""Normal equations, accumulated block by block."""

from __future__ import annotations

import torch

_BLOCK = 256


def accumulate_gram(jacobian: torch.Tensor, rows: torch.Tensor, gram: torch.Tensor, slope: torch.Tensor) -> None:
    """Adds  JᵀJ  to the Gram matrix and  Jᵀr  to the slope, in place.

    The Gram matrix is symmetric: blocks above the diagonal are copied, not computed, which saves nearly half the work.

    Args: jacobian J (R, P); rows r (R,); gram (P, P), symmetric; slope (P,).
    Raises: ValueError for shapes that do not fit.

    >>> gram, slope = torch.zeros(2, 2), torch.zeros(2)
    >>> accumulate_gram(torch.tensor([[1.0, 2.0]]), torch.tensor([3.0]), gram, slope)
    >>> gram.tolist(), slope.tolist()
    ([[1.0, 2.0], [2.0, 4.0]], [3.0, 6.0])
    """
    count, size = jacobian.shape
    if rows.shape != (count,) or gram.shape != (size, size) or slope.shape != (size,):
        raise ValueError(
            f"expected rows ({count},), gram ({size}, {size}) and slope ({size},), found "
            f"{tuple(rows.shape)}, {tuple(gram.shape)} and {tuple(slope.shape)}"
        )
    for start in range(0, size, _BLOCK):
        end = min(start + _BLOCK, size)
        gram[start:end, :end].addmm_(jacobian[:, start:end].T, jacobian[:, :end])
        gram[:start, start:end] = gram[start:end, :start].T
    slope.addmv_(jacobian.T, rows)
