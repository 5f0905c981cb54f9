"""Coupled PDEs with physics-informed neural networks, where every quantity carries its unit."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinnln.benchmark import (
        Benchmark as Benchmark,
    )
    from pinnln.benchmark import (
        QuantityOfInterest as QuantityOfInterest,
    )
    from pinnln.comparison import (
        Comparison as Comparison,
    )
    from pinnln.comparison import (
        compare as compare,
    )
    from pinnln.conditioning import (
        LayerNorm as LayerNorm,
    )
    from pinnln.conditioning import (
        MeanSquare as MeanSquare,
    )
    from pinnln.conditions import (
        Dirichlet as Dirichlet,
    )
    from pinnln.conditions import (
        Initial as Initial,
    )
    from pinnln.conditions import (
        Neumann as Neumann,
    )
    from pinnln.conditions import (
        Periodic as Periodic,
    )
    from pinnln.conditions import (
        Pin as Pin,
    )
    from pinnln.conditions import (
        Robin as Robin,
    )
    from pinnln.network import MLP as MLP
    from pinnln.optimizers import (
        LBFGS as LBFGS,
    )
    from pinnln.optimizers import (
        Adam as Adam,
    )
    from pinnln.optimizers import (
        LevenbergMarquardt as LevenbergMarquardt,
    )
    from pinnln.problem import (
        Problem as Problem,
    )
    from pinnln.problem import (
        Residual as Residual,
    )
    from pinnln.residual_vector import ResidualVector as ResidualVector
    from pinnln.solution import Solution as Solution
    from pinnln.solver import solve as solve
    from pinnln.units import (
        IncommensurableError as IncommensurableError,
    )
    from pinnln.units import (
        PinnlnError as PinnlnError,
    )
    from pinnln.units import (
        ProblemError as ProblemError,
    )
    from pinnln.units import (
        Scales as Scales,
    )
    from pinnln.units import (
        ScalesError as ScalesError,
    )
    from pinnln.units import (
        UnitsError as UnitsError,
    )
    from pinnln.units import (
        absolute as absolute,
    )
    from pinnln.units import (
        constant as constant,
    )
    from pinnln.units import (
        coordinates as coordinates,
    )
    from pinnln.units import (
        cos as cos,
    )
    from pinnln.units import (
        cosh as cosh,
    )
    from pinnln.units import (
        d as d,
    )
    from pinnln.units import (
        div as div,
    )
    from pinnln.units import (
        exp as exp,
    )
    from pinnln.units import (
        field as field,
    )
    from pinnln.units import (
        grad as grad,
    )
    from pinnln.units import (
        laplacian as laplacian,
    )
    from pinnln.units import (
        log as log,
    )
    from pinnln.units import (
        sin as sin,
    )
    from pinnln.units import (
        sinh as sinh,
    )
    from pinnln.units import (
        sqrt as sqrt,
    )
    from pinnln.units import (
        tan as tan,
    )
    from pinnln.units import (
        tanh as tanh,
    )
    from pinnln.units import (
        where as where,
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
