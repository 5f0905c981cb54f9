"""A linear layer on channels and back, in every layout of memory, against einsum."""

from __future__ import annotations

import pytest
import torch

from pinnln.kernels.linear_layers import feature_major, linear, signal_before, weight_gradient, write_weight_rows


@pytest.mark.parametrize("width", [5, 40])
@pytest.mark.parametrize("standing", [False, True])
def test_products_equal_einsum(width: int, standing: bool) -> None:
    """Narrow and wide, stored feature by feature or point by point."""
    generator = torch.Generator().manual_seed(width)

    def drawn(*shape: int) -> torch.Tensor:
        made = torch.randn(*shape, dtype=torch.float64, generator=generator)
        return made if standing or len(shape) < 3 else feature_major(made)

    h, g, weight, bias = drawn(3, 6, width), drawn(2, 3, 6, 4), drawn(4, width), drawn(4)
    expected = torch.einsum("cni,oi->cno", h, weight)
    expected[0] += bias
    torch.testing.assert_close(linear(h, weight, bias), expected)
    torch.testing.assert_close(signal_before(g, weight), torch.einsum("ecno,oi->ecni", g, weight))
    torch.testing.assert_close(weight_gradient(g[0], h), torch.einsum("cno,cni->oi", g[0], h))
    many = drawn(1, 5000, width)
    torch.testing.assert_close(weight_gradient(many[..., :4], many), torch.einsum("cno,cni->oi", many[..., :4], many))
    torch.testing.assert_close(linear(h[..., :1], weight[:, :1], bias)[1:], (h[..., :1] * weight[:, 0])[1:])
    rows = torch.full((4, width, 2, 6), torch.nan, dtype=torch.float64)
    write_weight_rows(rows, g, h)
    torch.testing.assert_close(rows, torch.einsum("ecno,cni->oien", g, h))
