"""Coupled PDEs with physics-informed neural networks, where every quantity carries its unit."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinnln.benchmark import Benchmark, QuantityOfInterest
    from pinnln.comparison import Comparison, compare
    from pinnln.conditioning import LayerNorm, MeanSquare
    from pinnln.conditions import Dirichlet, Initial, Neumann, Periodic, Pin, Robin
    from pinnln.network import MLP
    from pinnln.optimizers import LBFGS, Adam, LevenbergMarquardt
    from pinnln.problem import Problem, Residual
    from pinnln.residual_vector import ResidualVector
    from pinnln.solution import Solution
    from pinnln.solver import solve
    from pinnln.units import (
        IncommensurableError,
        PinnlnError,
        ProblemError,
        Scales,
        ScalesError,
        UnitsError,
        absolute,
        constant,
        coordinates,
        cos,
        cosh,
        d,
        div,
        exp,
        field,
        grad,
        laplacian,
        log,
        sin,
        sinh,
        sqrt,
        tan,
        tanh,
        where,
    )

_HOME = {
    "benchmark": ("Benchmark", "QuantityOfInterest"),
    "comparison": ("Comparison", "compare"),
    "conditioning": ("LayerNorm", "MeanSquare"),
    "conditions": ("Dirichlet", "Initial", "Neumann", "Periodic", "Pin", "Robin"),
    "network": ("MLP",),
    "optimizers": ("Adam", "LBFGS", "LevenbergMarquardt"),
    "problem": ("Problem", "Residual"),
    "residual_vector": ("ResidualVector",),
    "solution": ("Solution",),
    "solver": ("solve",),
    "units": (
        *("IncommensurableError", "PinnlnError", "ProblemError", "Scales", "ScalesError", "UnitsError"),
        *("absolute", "constant", "coordinates", "cos", "cosh", "d", "div", "exp", "field", "grad", "laplacian"),
        *("log", "sin", "sinh", "sqrt", "tan", "tanh", "where"),
    ),
}
_MODULES = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    """Loads a public name on first use, so that importing pinnln waits for nothing heavy."""
    if name not in _MODULES:
        raise AttributeError(f"module 'pinnln' has no attribute {name!r}")
    value = getattr(import_module(f"pinnln.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
