"""The rule table: what each operation demands of the dimensions of its operands, and what it gives.

One table serves both front ends, the trees of a pinnln problem and the traced operations of a torch function.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction


class Family(Enum):
    """What an operation asks of dimensions."""

    JOIN = "operands of one dimension, which is the result's"
    COMPARE = "operands of one dimension; the result is a pure number"
    PRODUCT = "dimensions multiply"
    QUOTIENT = "dimensions divide"
    POWER = "a constant exponent multiplies the dimension"
    DEGREE = "the dimension to a fixed power"
    PURE = "pure numbers in, a pure number out"
    STEP = "pure numbers only: the result depends on the unit"
    ANY = "any dimension in, a pure number out"


@dataclass(frozen=True)
class Rule:
    """The family of an operation and, for DEGREE, the power."""

    family: Family
    degree: Fraction = Fraction(1)


def _all(names: str, family: Family, degree: Fraction | int = 1) -> Iterable[tuple[str, Rule]]:
    rule = Rule(family, Fraction(degree))
    return ((name, rule) for name in names.split())


RULES: Mapping[str, Rule] = dict(
    [
        *_all("add sub rsub lerp maximum minimum fmax fmin where clamp hypot fmod remainder", Family.JOIN),
        *_all("masked_fill total complex", Family.JOIN),
        *_all("lt le gt ge eq ne isclose allclose atan2 searchsorted bucketize", Family.COMPARE),
        *_all("mul matmul mm bmm mv dot inner outer tensordot kron cross", Family.PRODUCT),
        *_all("div true_divide gradient", Family.QUOTIENT),
        *_all("pow float_power", Family.POWER),
        *_all("neg abs positive absolute fabs relu leaky_relu real imag conj sum mean nanmean nansum", Family.DEGREE),
        *_all("median nanmedian amax amin max min quantile cumsum diff sort topk std norm", Family.DEGREE),
        *_all("vector_norm l1_loss cummax cummin", Family.DEGREE),
        *_all("square var mse_loss", Family.DEGREE, 2),
        *_all("sqrt", Family.DEGREE, Fraction(1, 2)),
        *_all("rsqrt", Family.DEGREE, Fraction(-1, 2)),
        *_all("reciprocal inverse", Family.DEGREE, -1),
        *_all("sign sgn heaviside argmax argmin isnan isinf isfinite signbit cosine_similarity", Family.ANY),
        *_all("ones_like zeros_like rand_like randn_like full_like empty_like numel count_nonzero histc", Family.ANY),
        *_all("exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh", Family.PURE),
        *_all(
            "asinh acosh atanh arcsin arccos arctan sigmoid softplus gelu silu elu selu erf erfc erfinv", Family.PURE
        ),
        *_all(
            "lgamma digamma softmax log_softmax logsumexp logit sinc mish logsigmoid tanhshrink cumprod", Family.PURE
        ),
        *_all("floor ceil round trunc frac int huber_loss smooth_l1_loss", Family.STEP),
        *_all("layer_norm batch_norm normalize rms_norm group_norm instance_norm", Family.STEP),
    ]
)
"""Every known operation by its name in torch, numpy and this library."""
