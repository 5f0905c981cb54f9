"""LayerNorm and RMSNorm of hidden layers and of residual rows: one function each, exact to every order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import torch

from pinnln.kernels.derivatives import Layout, Norm, derivative
from pinnln.kernels.reference import accumulated
from pinnln.kernels.transforms import is_transformed

Vectors = Sequence[torch.Tensor]


@overload
def layer_norm(
    x: torch.Tensor,
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    *,
    epsilon: float = 1e-5,
    dim: int = -1,
) -> torch.Tensor: ...
@overload
def layer_norm(
    x: Vectors,
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    *,
    epsilon: float = 1e-5,
    dim: int = -1,
) -> tuple[torch.Tensor, ...]: ...
def layer_norm(
    x: torch.Tensor | Vectors,
    weight: torch.Tensor | None = None,
    bias: torch.Tensor | None = None,
    *,
    epsilon: float = 1e-5,
    dim: int = -1,
) -> torch.Tensor | tuple[torch.Tensor, ...]:
    """LayerNorm, with derivatives of every order and under every transform right, which torch's own has not.

    h = (x − μ) / √(v + ε),  y = weight ∘ h + bias,  μ and v the mean and the variance of the K entries of a row.
    Calls on the CPU with 65,536 narrow rows or more are compiled: the first of a process waits 15 to 25 s, or 1 to 6 s
    when torch's cache on disk has it, later ones take the time of a copy.

    Args: x, a tensor of any rank whose rows of K entries lie along `dim`, or K tensors of one shape (N,), entry k of
    all rows in the k-th; weight (K,); bias (K,); epsilon, above zero, in the unit of x squared; dim.
    Returns: a tensor of the shape of x, or a tuple of K tensors.
    Raises: ValueError for K < 2, epsilon ≤ 0, a tensor that is not floating, and shapes, dtypes or devices that differ.

    >>> layer_norm(torch.tensor([[1.0, 3.0], [3.0, 1.0]]))
    tensor([[-1.0000,  1.0000],
            [ 1.0000, -1.0000]])
    >>> layer_norm([torch.tensor([1.0, 3.0]), torch.tensor([3.0, 1.0])])
    (tensor([-1.0000,  1.0000]), tensor([ 1.0000, -1.0000]))
    """
    return _normalized(x, weight, bias, epsilon, dim, center=True)


@overload
def rms_norm(
    x: torch.Tensor, weight: torch.Tensor | None = None, *, epsilon: float = 1e-5, dim: int = -1
) -> torch.Tensor: ...
@overload
def rms_norm(
    x: Vectors, weight: torch.Tensor | None = None, *, epsilon: float = 1e-5, dim: int = -1
) -> tuple[torch.Tensor, ...]: ...
def rms_norm(
    x: torch.Tensor | Vectors, weight: torch.Tensor | None = None, *, epsilon: float = 1e-5, dim: int = -1
) -> torch.Tensor | tuple[torch.Tensor, ...]:
    """RMSNorm:  y = weight ∘ x / √(m + ε), with m the mean square of the K entries of a row.

    Args, returns and refusals as for `layer_norm`, except that K = 1 is allowed.

    >>> rms_norm(torch.tensor([3.0, 3.0]))
    tensor([1.0000, 1.0000])
    """
    return _normalized(x, weight, None, epsilon, dim, center=False)


def _normalized(
    x: torch.Tensor | Vectors,
    weight: torch.Tensor | None,
    bias: torch.Tensor | None,
    epsilon: float,
    dim: int,
    center: bool,
) -> torch.Tensor | tuple[torch.Tensor, ...]:
    check_epsilon(epsilon)
    if isinstance(x, torch.Tensor):
        _check_tensor(x, dim)
        _check_width(x.shape[dim], center, f"along dim {dim} of {tuple(x.shape)}")
        _check_gain(weight, bias, x.shape[dim], x)
        shape = [1] * x.ndim
        shape[dim] = -1
        return _scaled(_along(x, epsilon, dim, center), weight, bias, shape)
    xs = tuple(x)
    _check_width(len(xs), center, "in the sequence")
    check_vectors(xs, dim)
    _check_gain(weight, bias, len(xs), xs[0])
    found = derivative(Norm(float(epsilon), center, Layout.ARRAYS), (tuple(entry.reshape(-1) for entry in xs),))
    parts = zip(found, _entries(weight, len(xs)), _entries(bias, len(xs)), strict=True)
    return tuple(_scaled(h.view(xs[0].shape), gain, shift, []) for h, gain, shift in parts)


def _along(x: torch.Tensor, epsilon: float, dim: int, center: bool) -> torch.Tensor:
    """h, by the layout that needs the fewest copies."""
    epsilon = float(epsilon)
    last = x.movedim(dim, -1)
    if is_transformed((x,)):
        return derivative(Norm(epsilon, center, Layout.ROWS), ((last,),))[0].movedim(-1, dim)
    first = x.movedim(dim, 0)
    if last.is_contiguous() or (dim in (-1, x.ndim - 1) and not first.is_contiguous()):
        norm = Norm(epsilon, center, Layout.ROWS)
        return derivative(norm, ((last.reshape(-1, last.shape[-1]),),))[0].view(last.shape).movedim(-1, dim)
    norm = Norm(epsilon, center, Layout.STACKED)
    return derivative(norm, ((first.reshape(first.shape[0], -1),),))[0].view(first.shape).movedim(0, dim)


def _scaled(h: torch.Tensor, weight: torch.Tensor | None, bias: torch.Tensor | None, shape: list[int]) -> torch.Tensor:
    """weight ∘ h + bias."""
    if weight is not None and bias is not None:
        return torch.addcmul(bias.view(shape), h, weight.view(shape)).to(h.dtype)
    if weight is not None:
        return (h * weight.view(shape)).to(h.dtype)
    return h if bias is None else (h + bias.view(shape)).to(h.dtype)


def _entries(values: torch.Tensor | None, count: int) -> Sequence[torch.Tensor | None]:
    return (None,) * count if values is None else values.unbind(0)


def check_epsilon(epsilon: float) -> None:
    """Refuses ε that is not above zero."""
    if not isinstance(epsilon, int | float) or not 0 < epsilon < float("inf"):
        raise ValueError(
            f"expected epsilon above zero, a number in the unit of x squared, found {epsilon!r}: "
            "take 1e-5 for x of order one"
        )


def _check_width(count: int, center: bool, where: str) -> None:
    if count >= (2 if center else 1):
        return
    if center:
        raise ValueError(
            f"expected rows of at least 2 entries, found {count} {where}: x − μ of a single entry is zero whatever it "
            "is; take rms_norm, or another dim"
        )
    raise ValueError(f"expected rows of at least 1 entry, found {count} {where}: there is nothing to normalise")


def _check_tensor(x: torch.Tensor, dim: int) -> None:
    if x.ndim == 0 or not -x.ndim <= dim < x.ndim:
        raise ValueError(f"expected x with a dimension {dim}, found shape {tuple(x.shape)}: give dim its row dimension")
    _check_floating(x.dtype)


def _check_floating(dtype: torch.dtype) -> None:
    if not dtype.is_floating_point:
        raise ValueError(f"expected floating numbers, found {dtype}: convert with x.float()")


def check_vectors(xs: tuple[torch.Tensor, ...], dim: int = 0) -> None:
    """Refuses components that are not floating tensors of one shape, dtype and device."""
    if dim not in (-1, 0):
        raise ValueError(
            f"expected no dim beside a sequence of tensors, found dim={dim}: its rows run across the tensors"
        )
    wrong = [type(entry).__name__ for entry in xs if not isinstance(entry, torch.Tensor)]
    if wrong:
        raise ValueError(
            f"expected a tensor or a sequence of tensors, found a sequence with {wrong[0]}: use torch.as_tensor"
        )
    for what, found, way_out in (
        ("shape", [tuple(entry.shape) for entry in xs], "evaluate all components at the same points"),
        ("dtype", [entry.dtype for entry in xs], "convert them with .to(dtype)"),
        ("device", [str(entry.device) for entry in xs], "move them with .to(device)"),
    ):
        if any(item != found[0] for item in found):
            raise ValueError(f"expected {len(xs)} tensors of one {what}, found {found}: {way_out}")
    _check_floating(xs[0].dtype)


def _check_gain(weight: torch.Tensor | None, bias: torch.Tensor | None, count: int, x: torch.Tensor) -> None:
    for name, values in (("weight", weight), ("bias", bias)):
        if values is None:
            continue
        if tuple(values.shape) != (count,) or values.device != x.device:
            raise ValueError(
                f"expected {name} of shape ({count},) on {x.device}, one number for each entry of a row, found "
                f"{tuple(values.shape)} on {values.device}: reshape or move it"
            )
        if values.dtype != x.dtype and values.dtype != accumulated(x.dtype):
            raise ValueError(
                f"expected {name} of {x.dtype}, as x is, found {values.dtype}: convert it with .to(x.dtype)"
            )
