"""Normal equations, accumulated block by block."""

from __future__ import annotations

import torch


def accumulate_gram(jacobian: torch.Tensor, rows: torch.Tensor, gram: torch.Tensor, slope: torch.Tensor) -> None:
    """Adds  JᵀJ  to the Gram matrix and  Jᵀr  to the slope, in place.

    Args: jacobian J (R, P); rows r (R,); gram (P, P); slope (P,).
    Raises: ValueError for shapes that do not fit.
    """
    count, size = jacobian.shape
    if rows.shape != (count,) or gram.shape != (size, size) or slope.shape != (size,):
        raise ValueError(
            f"expected rows ({count},), gram ({size}, {size}) and slope ({size},), found "
            f"{tuple(rows.shape)}, {tuple(gram.shape)} and {tuple(slope.shape)}"
        )
    gram.addmm_(jacobian.T, jacobian)
    slope.addmv_(jacobian.T, rows)
