"""The ways to turn a problem into an objective, by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pinnln.bounded_gains import Gains
from pinnln.conditioning import AbstractConditioning, LayerNorm, MeanSquare, MeanSquareOfLayerNorm, Unsafe
from pinnln.formulation import Formulation, nondimensional, stripped
from pinnln.gradient_norm import GradientNorm
from pinnln.log_loss import LogLoss
from pinnln.loss_ratios import ReLoBRaLo
from pinnln.problem import Problem
from pinnln.residual_attention import ResidualAttention
from pinnln.soft_adapt import SoftAdapt
from pinnln.tangent_kernel import TangentKernel
from pinnln.units.nondimensional import Yardsticks


@dataclass(frozen=True)
class Way:
    """One way to turn a problem into an objective.

    Args: name; about, what it does in one sentence; formulate, problem and yardsticks to a formulation; conditioning;
    unsafe, whether it brings together what has no common dimension.
    """

    name: str
    about: str
    formulate: Callable[[Problem, Yardsticks], Formulation]
    conditioning: AbstractConditioning
    unsafe: bool = False


def _strip(problem: Problem, _: Yardsticks) -> Formulation:
    return stripped(problem, unsafe=True)


WAYS = (
    Way("raw", "SI magnitudes, units stripped, squares added up", _strip, Unsafe(MeanSquare()), unsafe=True),
    Way(
        "naive-layer-norm (loss)",
        "SI magnitudes, units stripped, mean of the squared LayerNorm",
        _strip,
        Unsafe(MeanSquareOfLayerNorm()),
        unsafe=True,
    ),
    Way(
        "naive-layer-norm (conditioning)",
        "SI magnitudes, units stripped, the objective whose gradient is their LayerNorm",
        _strip,
        Unsafe(LayerNorm()),
        unsafe=True,
    ),
    Way("nondimensional", "characteristic scales, squares added up", nondimensional, MeanSquare()),
    Way(
        "nondimensional+layer-norm",
        "characteristic scales, the objective whose gradient is the LayerNorm of the residuals",
        nondimensional,
        LayerNorm(),
    ),
)

_WEIGHTED: Mapping[str, tuple[str, AbstractConditioning]] = {
    "log": ("the sum of the logs of the mean squares of all terms", LogLoss()),
    "grad-norm": ("terms weighted so that their gradients are of one length", GradientNorm()),
    "ntk": ("terms weighted by the traces of their tangent kernels", TangentKernel()),
    "relobralo": ("terms weighted by how little they have fallen, with a random look back", ReLoBRaLo()),
    "softadapt": ("terms weighted by how slowly they fall", SoftAdapt()),
    "attention": ("points weighted by their share of the largest residual", ResidualAttention()),
    "gains": ("bounded gains that bring the equations to one size, then their LayerNorm", Gains()),
}

ALL_WAYS = (
    *WAYS,
    *(
        Way(f"nondimensional+{name}", f"characteristic scales, {about}", nondimensional, conditioning)
        for name, (about, conditioning) in _WEIGHTED.items()
    ),
)
"""Every way there is; WAYS are those that are compared unless others are named."""


def handle(name: str) -> str:
    """A name in small letters, digits and hyphens, as files and command lines like it.

    >>> handle("naive-layer-norm (loss)")
    'naive-layer-norm-loss'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def ways_named(names: str, known: Sequence[Way] = ALL_WAYS) -> list[Way]:
    """The ways called by these names, separated by commas, or all that are known for "all".

    Args: names, as the catalogue spells them or in small letters, digits and hyphens, all of it or what stands after a
    plus; known, the catalogue.
    Raises: ValueError for a name that is not known.

    >>> [way.name for way in ways_named("raw, naive-layer-norm-loss, grad-norm")]
    ['raw', 'naive-layer-norm (loss)', 'nondimensional+grad-norm']
    """
    if names.strip() == "all":
        return list(known)
    whole = {handle(way.name): way for way in known}
    found = {handle(way.name.partition("+")[2]): way for way in known if "+" in way.name} | whole
    asked = [name.strip() for name in names.split(",")]
    unknown = next((name for name in asked if handle(name) not in found), None)
    if unknown is not None:
        every = ", ".join(way.name for way in known)
        raise ValueError(f"there is no way {unknown!r}: expected all, or some of {every}")
    return [found[handle(name)] for name in asked]
