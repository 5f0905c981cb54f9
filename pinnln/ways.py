"""The ways to turn a problem into an objective, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pinnln.conditioning import AbstractConditioning, LayerNorm, MeanSquare, MeanSquareOfLayerNorm, Unsafe
from pinnln.formulation import Formulation, nondimensional, stripped
from pinnln.problem import Problem
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
