"""torch's norms, differentiated exactly or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

_WRONG = (
    torch.batch_norm,
    torch.instance_norm,
    torch.nn.functional.batch_norm,
    torch.nn.functional.instance_norm,
)


class ExactNorms(TorchFunctionMode):
    """While it is entered, plain operations stand in for torch's `layer_norm`, whose derivatives are wrong from the
    third order on; `batch_norm` and `instance_norm`, of which the same is true, are refused.

    Raises: ValueError, from the call of a norm that is refused.

    >>> with ExactNorms():
    ...     torch.nn.functional.layer_norm(torch.tensor([[1.0, 3.0]]), (2,), eps=0.0)
    tensor([[-1.,  1.]])
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """The call, or its stand-in."""
        if func in _WRONG:
            raise ValueError(
                f"torch differentiates {func.__name__} wrongly from the third order on, and silently: take "
                "torch.nn.LayerNorm, for which exact operations stand in, or write it in plain operations"
            )
        stands_in = func in (torch.layer_norm, torch.nn.functional.layer_norm)
        return (_layer_norm if stands_in else func)(*args, **(kwargs or {}))


def _layer_norm(
    x: torch.Tensor,
    normalized_shape: Sequence[int],
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    eps: float = 1e-5,
    cudnn_enable: bool = True,
) -> torch.Tensor:
    along = tuple(range(-len(normalized_shape), 0))
    centred = x - x.mean(along, keepdim=True)
    y = centred / torch.sqrt(centred.square().mean(along, keepdim=True) + eps)
    y = y if weight is None else y * weight
    return y if bias is None else y + bias
