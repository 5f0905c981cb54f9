"""The settings of a solve: what each must be, and one clear sentence where it is something else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pinnln.conditioning import AbstractConditioning
from pinnln.network import AbstractNetwork
from pinnln.optimizers import AbstractOptimizer
from pinnln.residual_objective import Sampling
from pinnln.term_weighting import AbstractTermWeighting
from pinnln.weighting import weighting_in

_KINDS: dict[str, tuple[type, str]] = {
    "network": (AbstractNetwork, "a network such as MLP(width=20, depth=3)"),
    "sampling": (Sampling, "Sampling(interior=2000, face=100) or the like"),
    "conditioning": (AbstractConditioning, "a conditioning such as LayerNorm()"),
}
_OPTIMIZER = '"auto", an optimiser such as LevenbergMarquardt(steps=300), or several of them in a list'


def require_kinds(**settings: Any) -> None:
    """Nothing, if network, sampling and conditioning are what they must be, or None.

    Raises: TypeError naming the setting, what was expected and what was found.
    """
    for name, value in settings.items():
        kind, expected = _KINDS[name]
        if value is not None and not isinstance(value, kind):
            raise TypeError(f"expected {name} to be {expected}, found {_shown(value)}")


def require_pairs(conditioning: AbstractConditioning, optimizers: Sequence[AbstractOptimizer]) -> None:
    """Nothing, if the weights of a conditioning mean something to every optimiser.

    Raises: ValueError naming both, and the ways out.
    """
    alone = [item for item in optimizers if item.by_terms]
    if alone and isinstance(weighting_in(conditioning), AbstractTermWeighting):
        name = type(alone[0]).__name__
        raise ValueError(
            f"{name} takes the slope of every term by itself, so that the weights of {conditioning} would mean "
            f"nothing: take {name} with MeanSquare() or LayerNorm(), or another optimiser such as Adam()"
        )


def listed_optimizers(optimizer: Any) -> tuple[AbstractOptimizer, ...] | None:
    """The optimisers given, None for "auto".

    Raises: TypeError for anything else.
    """
    if isinstance(optimizer, str) and optimizer == "auto":
        return None
    found = tuple(optimizer) if isinstance(optimizer, list | tuple) else (optimizer,)
    for item in found:
        if not isinstance(item, AbstractOptimizer):
            raise TypeError(f"expected optimizer to be {_OPTIMIZER}, found {_shown(item)}")
    return found


def _shown(value: Any) -> str:
    return f"the class {value.__name__}: call it" if isinstance(value, type) else repr(value)
