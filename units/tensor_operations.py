"""The operations of torch: how they treat the elements of their arguments, and their name in the rule table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


STRUCTURAL = _words("""
    getitem cat concat concatenate stack hstack vstack dstack column_stack row_stack reshape view flatten
    ravel squeeze unsqueeze transpose permute t movedim moveaxis swapaxes swapdims expand expand_as repeat
    tile chunk split tensor_split unbind narrow select index_select gather flip fliplr flipud roll
    broadcast_to broadcast_tensors view_as reshape_as unflatten masked_select take take_along_dim diagonal
    get_T get_mT get_H get_mH meshgrid atleast_1d atleast_2d repeat_interleave iter unfold
""")
"""Operations that only move elements: run on the labels, they give the labels of the result."""

IDENTITY = _words("""
    clone detach contiguous requires_grad_ to double float half bfloat16 cpu cuda type type_as get_data retain_grad
    pin_memory detach_ get_real real conj nan_to_num dropout
""")
"""Operations whose result has the labels of their first argument."""

BINARY = _words("""
    add sub mul div pow maximum minimum fmax fmin atan2 hypot fmod remainder
""") | _words("""
    lt le gt ge eq ne float_power true_divide isclose heaviside complex
""")
REDUCING = _words("""
    sum mean nanmean nansum median nanmedian amax amin max min var std norm vector_norm quantile argmax
    argmin count_nonzero logsumexp
""")
ALONG = _words("""
    softmax log_softmax cumsum sort layer_norm normalize rms_norm cumprod cummax cummin diff
""")
"""Operations that mix an axis and keep it."""

LOSSES = _words("""
    mse_loss l1_loss smooth_l1_loss huber_loss
""")
PRODUCTS = _words("""
    matmul mm bmm mv dot inner outer tensordot kron cross einsum vdot
""")
LAYERS = _words("""
    linear conv1d conv2d conv3d bilinear addmm batch_norm embedding
""")
FACTORIES = _words("""
    ones_like rand_like randn_like full_like ones rand randn full tensor as_tensor arange linspace eye randperm
    from_numpy logspace randint zeros zeros_like empty empty_like new_zeros new_ones new_full new_tensor
""")
ESCAPES = _words("""
    item numpy tolist __float__ __int__ __complex__ __index__ __array__
""")
PAIRS = {"aminmax": ("amin", "amax"), "var_mean": ("var", "mean"), "std_mean": ("std", "mean")}
"""Operations that give two reductions at once."""

_REFLECTED = {"radd": "add", "rsub": "sub", "rmul": "mul", "rtruediv": "div", "rdiv": "div", "rpow": "pow"}
_SYNONYMS = {
    "truediv": "div",
    "divide": "div",
    "multiply": "mul",
    "subtract": "sub",
    "absolute": "abs",
    "less": "lt",
    "greater": "gt",
    "arctan2": "atan2",
    "clip": "clamp",
    "clamp_min": "clamp",
    "clamp_max": "clamp",
    "matmul": "matmul",
    "rmatmul": "matmul",
    "negative": "neg",
    "invert": "logical_not",
    "long": "int",
    "short": "int",
    "linalg_norm": "norm",
    "linalg_cross": "cross",
    "linalg_vector_norm": "vector_norm",
}


@dataclass(frozen=True)
class Called:
    """What was called: its name in the rule table, whether its operands are reversed, whether it writes in place."""

    name: str
    reflected: bool = False
    in_place: bool = False

    @classmethod
    def of(cls, function: Callable[..., Any]) -> Called:
        """The operation behind a function as torch hands it to a mode."""
        name = str(getattr(function, "__name__", ""))
        if name == "__get__":
            return cls("get_" + str(getattr(getattr(function, "__self__", None), "__name__", "")))
        if name.startswith("__") and name.endswith("__"):
            return cls._of_dunder(name[2:-2])
        in_place = name.endswith("_") and name not in IDENTITY
        plain = name.rstrip("_") if in_place else name
        if plain == "rsub":
            return cls("sub", reflected=True)
        return cls(_SYNONYMS.get(plain, plain), in_place=in_place)

    @classmethod
    def _of_dunder(cls, core: str) -> Called:
        if f"__{core}__" in ESCAPES or core == "bool":
            return cls(f"__{core}__")
        if core in _REFLECTED:
            return cls(_REFLECTED[core], reflected=True)
        if core in ("iadd", "isub", "imul", "itruediv", "idiv", "ipow"):
            core = core[1:]
            return cls(_SYNONYMS.get(core, core), in_place=True)
        return cls(_SYNONYMS.get(core, core))
