"""Both norms, J a and D³φ[a, b] on the CPU: many narrow rows by compiled loops, wide ones by torch's kernel.

torch's kernel spends 20 to 50 ns on a row, however narrow. K tensors (N,) unrolled over K and vectorised over N take
the time of a copy. Compiling costs seconds, so it is left to calls with many rows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import torch
from torch.utils.dlpack import from_dlpack

from pinnln.kernels import unrolled
from pinnln.kernels.compilation import run_compiled
from pinnln.kernels.reference import accumulated, symmetric_derivative

Vectors = Sequence[torch.Tensor]

FEWEST_COMPILED_ROWS = 65536
FEWEST_NUMBERS = 2**20
NUMBERS_IN_BLOCK = 2**17
WIDEST_COMPILED = {"forward": 16, "hessian": 16, "third": 8}
WIDEST_COMPILED_ROWS = 8


def forward_arrays(xs: Vectors, epsilon: float, center: bool) -> list[torch.Tensor]:
    """h, equal to `reference.layer_norm` or `reference.rms_norm`; xs, K tensors (N,)."""
    return _arrays("forward", [xs], epsilon, center)


def hessian_arrays(as_: Vectors, xs: Vectors, epsilon: float, center: bool) -> list[torch.Tensor]:
    """J a, equal to `reference.hessian_product`; as_ and xs, K tensors (N,) each."""
    return _arrays("hessian", [as_, xs], epsilon, center)


def third_arrays(as_: Vectors, bs: Vectors, xs: Vectors, epsilon: float, center: bool) -> list[torch.Tensor]:
    """D³φ[a, b], equal to `reference.third_derivative`; as_, bs and xs, K tensors (N,) each."""
    return _arrays("third", [as_, bs, xs], epsilon, center)


def forward_stacked(x: torch.Tensor, epsilon: float, center: bool) -> torch.Tensor:
    """h (K, N), equal to `reference.layer_norm` or `reference.rms_norm`; x (K, N)."""
    return _whole("forward", [x], epsilon, center, 0)


def hessian_stacked(a: torch.Tensor, x: torch.Tensor, epsilon: float, center: bool) -> torch.Tensor:
    """J a (K, N), equal to `reference.hessian_product`; a and x (K, N)."""
    return _whole("hessian", [a, x], epsilon, center, 0)


def third_stacked(a: torch.Tensor, b: torch.Tensor, x: torch.Tensor, epsilon: float, center: bool) -> torch.Tensor:
    """D³φ[a, b] (K, N), equal to `reference.third_derivative`; a, b and x (K, N)."""
    return _whole("third", [a, b, x], epsilon, center, 0)


def forward_rows(x: torch.Tensor, epsilon: float, center: bool) -> torch.Tensor:
    """h (N, K), equal to `reference.layer_norm` or `reference.rms_norm`; x (N, K)."""
    if not center or path_of("forward", x.shape[1], x.shape[0], rows=True) == "compiled":
        return _whole("forward", [x], epsilon, center, 1)
    return _shifted(x, epsilon)[1].to(x.dtype)


def hessian_rows(a: torch.Tensor, x: torch.Tensor, epsilon: float, center: bool) -> torch.Tensor:
    """J a (N, K), equal to `reference.hessian_product`; a and x (N, K)."""
    if not center or path_of("hessian", x.shape[1], x.shape[0], rows=True) == "compiled":
        return _whole("hessian", [a, x], epsilon, center, 1)
    c, _, mean, reciprocal = _shifted(x, epsilon)
    back, mask = torch.ops.aten.native_layer_norm_backward, [True, False, False]
    result: torch.Tensor = back(a.to(c.dtype), c, [c.shape[1]], mean, reciprocal, None, None, mask)[0]
    return result.to(x.dtype)


def third_rows(a: torch.Tensor, b: torch.Tensor, x: torch.Tensor, epsilon: float, center: bool) -> torch.Tensor:
    """D³φ[a, b] (N, K), equal to `reference.third_derivative`; a, b and x (N, K)."""
    return _whole("third", [a, b, x], epsilon, center, 1)


def path_of(name: str, width: int, count: int, *, rows: bool = False) -> str:
    """How `count` rows of `width` entries are best computed.

    "compiled"; "blocks", by formula in blocks that stay in the cache, or by torch's kernel for rows (N, K); "formula",
    by plain operations that autograd records, which is quicker than a kernel for few numbers.

    >>> path_of("forward", 4, 1_000_000), path_of("forward", 64, 1_000_000), path_of("forward", 64, 1_000)
    ('compiled', 'blocks', 'formula')
    """
    widest = min(WIDEST_COMPILED[name], WIDEST_COMPILED_ROWS) if rows else WIDEST_COMPILED[name]
    if width <= widest and count >= FEWEST_COMPILED_ROWS:
        return "compiled"
    return "blocks" if width * count >= FEWEST_NUMBERS else "formula"


def _arrays(name: str, operands: Sequence[Vectors], epsilon: float, center: bool) -> list[torch.Tensor]:
    x = operands[-1]
    count = x[0].numel()
    with torch.no_grad():
        if path_of(name, len(x), count) == "compiled":
            fresh = [[_alone(entry) for entry in part] for part in operands]
            key = (len(x), center, x[0].dtype)
            return run_compiled(_ARRAYS[name], key, *fresh, _as_tensor(epsilon, x[0].dtype), center)
        outputs = [torch.empty_like(entry) for entry in x]
        for block in _blocks(len(x), count):
            whole = [torch.stack([entry[block] for entry in part]) for part in operands]
            for output, found in zip(outputs, symmetric_derivative(whole, epsilon, 0, center), strict=True):
                output[block] = found
        return outputs


def _whole(name: str, operands: Sequence[torch.Tensor], epsilon: float, center: bool, dim: int) -> torch.Tensor:
    x = operands[-1]
    width, count = x.shape[dim], x.shape[1 - dim]
    with torch.no_grad():
        if path_of(name, width, count, rows=dim == 1) == "compiled":
            fresh = [_alone(part) for part in operands]
            key = (width, center, x.dtype, dim)
            return run_compiled(_WHOLE[name], key, *fresh, _as_tensor(epsilon, x.dtype), center, dim)
        output = torch.empty_like(x)
        for block in _blocks(width, count):
            place = block if dim == 1 else (slice(None), block)
            output[place] = symmetric_derivative([part[place] for part in operands], epsilon, dim, center)
        return output


def _alone(tensor: torch.Tensor) -> torch.Tensor:
    """The same memory as a tensor of its own, from its first number on: where a view starts would be compiled in."""
    bare = tensor.detach()
    return bare if bare.storage_offset() == 0 else from_dlpack(bare)


def _blocks(width: int, count: int) -> list[slice]:
    size = max(1, NUMBERS_IN_BLOCK // width)
    return [slice(start, start + size) for start in range(0, count, size)]


def _shifted(x: torch.Tensor, epsilon: float) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """x less its first column, then h, mean and 1/σ by torch's kernel, which alone would lose rows far from zero."""
    wide = x.to(accumulated(x.dtype))
    c = wide - wide[:, :1]
    return (c, *torch.native_layer_norm(c, [c.shape[1]], None, None, epsilon))


@functools.lru_cache(maxsize=64)
def _as_tensor(epsilon: float, dtype: torch.dtype) -> torch.Tensor:
    """ε as a tensor, which a compiler does not make a constant of."""
    with torch.inference_mode(False):
        return torch.tensor(epsilon, dtype=accumulated(dtype), device="cpu")


def _forward(x: torch.Tensor, epsilon: torch.Tensor | float, center: bool, dim: int) -> torch.Tensor:
    return torch.stack(unrolled.forward(x.unbind(dim), epsilon, center), dim)


def _hessian(a: torch.Tensor, x: torch.Tensor, epsilon: torch.Tensor | float, center: bool, dim: int) -> torch.Tensor:
    return torch.stack(unrolled.hessian(a.unbind(dim), x.unbind(dim), epsilon, center), dim)


def _third(
    a: torch.Tensor, b: torch.Tensor, x: torch.Tensor, epsilon: torch.Tensor | float, center: bool, dim: int
) -> torch.Tensor:
    return torch.stack(unrolled.third(a.unbind(dim), b.unbind(dim), x.unbind(dim), epsilon, center), dim)


_ARRAYS: dict[str, Callable[..., list[torch.Tensor]]] = {
    "forward": unrolled.forward,
    "hessian": unrolled.hessian,
    "third": unrolled.third,
}
_WHOLE: dict[str, Callable[..., torch.Tensor]] = {"forward": _forward, "hessian": _hessian, "third": _third}
