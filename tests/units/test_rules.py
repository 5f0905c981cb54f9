"""The rule table does what torch does: each rule is asked of the operation itself, by rescaling its argument."""

from __future__ import annotations

import pytest
import torch

from pinnln.units.probe import probed_degree
from pinnln.units.rules import RULES, Family

PLACES = (torch, torch.nn.functional, torch.special, torch.linalg, torch.Tensor)
POSITIVE = torch.tensor([[0.71, 0.83, 0.52], [0.37, 0.64, 0.95], [0.42, 0.58, 0.88]], dtype=torch.float64)
SIGNED = torch.tensor([[0.71, -0.83, 0.52], [-0.37, 0.64, -0.95], [0.42, -0.58, 0.88]], dtype=torch.float64)
EXTRA = {
    "quantile": (0.5,), "topk": (2,), "diff": (), "cumsum": (0,), "layer_norm": ((3,),), "rms_norm": ((3,), None, 1e-3),
    "cumprod": (0,), "softmax": (0,), "log_softmax": (0,), "logsumexp": (0,), "cummax": (0,), "cummin": (0,),
    "group_norm": (1,), "normalize": (2.0, 1, 0.5), "histc": (5,), "leaky_relu": (0.1,),
}  # fmt: skip
TWO = {"mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss", "add", "sub", "maximum", "minimum", "fmax", "fmin"} | {
    "hypot", "fmod", "remainder", "mul", "div", "true_divide", "matmul", "mm", "kron", "atan2", "lt", "le", "gt", "ge",
    "complex", "eq", "ne", "inner", "tensordot", "cosine_similarity",
}  # fmt: skip
NOT_ASKED = {
    "acosh": "defined above 1 only", "arccos": "a synonym", "int": "of Python",
    "real": "of complex numbers", "imag": "of complex numbers",
    "where": "tested in the tensor lint", "total": "our own", "gradient": "our own",
}  # fmt: skip


def function_of(name: str):
    """The operation of torch behind a name, or None."""
    return next((getattr(place, name) for place in PLACES if hasattr(place, name)), None)


def degree(name: str, values: torch.Tensor) -> str | None:
    """What the probe finds."""
    function = function_of(name)
    if name in TWO:
        both = lambda x: function(x, 1.7 * x.roll(1)) if name != "tensordot" else function(x, x)  # noqa: E731
        return probed_degree(both, (values,), {}, values)
    return probed_degree(function, (values, *EXTRA.get(name, ())), {}, values)


HOMOGENEOUS = [
    name
    for name, rule in RULES.items()
    if rule.family in (Family.DEGREE, Family.JOIN) and function_of(name) is not None and name not in NOT_ASKED
    and name not in ("sub", "lerp", "clamp", "masked_fill", "rsub", "nanquantile", "inverse")
]  # fmt: skip
PURE = [
    name
    for name, rule in RULES.items()
    if rule.family in (Family.PURE, Family.STEP) and function_of(name) is not None and name not in NOT_ASKED
    and name not in ("batch_norm", "instance_norm")
]  # fmt: skip


@pytest.mark.parametrize("name", HOMOGENEOUS)
def test_an_operation_of_a_degree_has_it(name: str) -> None:
    """f(c·x) = c^degree · f(x)."""
    assert degree(name, POSITIVE) == str(float(RULES[name].degree))


@pytest.mark.parametrize("name", PURE)
def test_an_operation_for_pure_numbers_has_no_degree(name: str) -> None:
    """No power of c explains f(c·x)."""
    assert degree(name, SIGNED) is None


@pytest.mark.parametrize(("name", "expected"), [("mul", "2.0"), ("div", "0.0"), ("matmul", "2.0"), ("inverse", "-1.0")])
def test_products_multiply_and_quotients_divide(name: str, expected: str) -> None:
    """Both operands rescaled together."""
    assert degree(name, POSITIVE) == expected


def test_most_of_the_table_is_asked() -> None:
    """The exceptions are few and have a reason."""
    assert len(HOMOGENEOUS) >= 35
    assert len(PURE) >= 40
