"""Coupled PDEs with physics-informed neural networks, where every quantity carries its unit."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinnln.benchmark import (
        Benchmark as Benchmark,
        PublishedError as PublishedError,
        QuantityOfInterest as QuantityOfInterest,
    )
    from pinnln.bounded_gains import Gains as Gains
    from pinnln.causal import Causal as Causal
    from pinnln.comparison import Comparison as Comparison, compare as compare
    from pinnln.conditioning import LayerNorm as LayerNorm, MeanSquare as MeanSquare
    from pinnln.conditions import (
        Balance as Balance,
        Dirichlet as Dirichlet,
        Initial as Initial,
        Neumann as Neumann,
        Periodic as Periodic,
        Pin as Pin,
        Robin as Robin,
    )
    from pinnln.conflict_free import ConFIG as ConFIG
    from pinnln.first_order import SOAP as SOAP, Adam as Adam
    from pinnln.fourier_features import FourierFeatures as FourierFeatures
    from pinnln.gated_network import ModifiedMLP as ModifiedMLP
    from pinnln.gradient_norm import GradientNorm as GradientNorm
    from pinnln.hidden_norm import PostNorm as PostNorm, PreNorm as PreNorm
    from pinnln.levenberg_marquardt import LevenbergMarquardt as LevenbergMarquardt
    from pinnln.limited_memory_bfgs import LBFGS as LBFGS
    from pinnln.log_loss import LogLoss as LogLoss
    from pinnln.loss_ratios import ReLoBRaLo as ReLoBRaLo
    from pinnln.memory import TooLargeError as TooLargeError
    from pinnln.module_network import ModuleNetwork as ModuleNetwork
    from pinnln.multi_adam import MultiAdam as MultiAdam
    from pinnln.observations import Observe as Observe
    from pinnln.optimizer_choice import choose_optimizers as choose_optimizers
    from pinnln.perceptron import MLP as MLP
    from pinnln.pirate_network import PirateNet as PirateNet
    from pinnln.problem import Problem as Problem, Residual as Residual
    from pinnln.reference_check import check_reference as check_reference
    from pinnln.residual_attention import ResidualAttention as ResidualAttention
    from pinnln.residual_network import ResidualMLP as ResidualMLP
    from pinnln.residual_objective import Sampling as Sampling
    from pinnln.residual_vector import ResidualVector as ResidualVector
    from pinnln.self_scaled_broyden import SelfScaledBroyden as SelfScaledBroyden
    from pinnln.soft_adapt import SoftAdapt as SoftAdapt
    from pinnln.solution import Solution as Solution
    from pinnln.solver import solve as solve
    from pinnln.tangent_kernel import TangentKernel as TangentKernel
    from pinnln.units import (
        Ball as Ball,
        IncommensurableError as IncommensurableError,
        PinnlnError as PinnlnError,
        ProblemError as ProblemError,
        Scales as Scales,
        ScalesError as ScalesError,
        UnitsError as UnitsError,
        absolute as absolute,
        constant as constant,
        coordinates as coordinates,
        cos as cos,
        cosh as cosh,
        d as d,
        div as div,
        erf as erf,
        exp as exp,
        field as field,
        grad as grad,
        laplacian as laplacian,
        log as log,
        sin as sin,
        sinh as sinh,
        sqrt as sqrt,
        tan as tan,
        tanh as tanh,
        unknown as unknown,
        where as where,
    )
    from pinnln.ways import ALL_WAYS as ALL_WAYS, WAYS as WAYS, Way as Way

_HOME = {
    "benchmark": ("Benchmark", "PublishedError", "QuantityOfInterest"),
    "bounded_gains": ("Gains",),
    "causal": ("Causal",),
    "comparison": ("Comparison", "compare"),
    "conditioning": ("LayerNorm", "MeanSquare"),
    "conditions": ("Balance", "Dirichlet", "Initial", "Neumann", "Periodic", "Pin", "Robin"),
    "conflict_free": ("ConFIG",),
    "first_order": ("SOAP", "Adam"),
    "fourier_features": ("FourierFeatures",),
    "gated_network": ("ModifiedMLP",),
    "gradient_norm": ("GradientNorm",),
    "hidden_norm": ("PostNorm", "PreNorm"),
    "levenberg_marquardt": ("LevenbergMarquardt",),
    "limited_memory_bfgs": ("LBFGS",),
    "log_loss": ("LogLoss",),
    "loss_ratios": ("ReLoBRaLo",),
    "memory": ("TooLargeError",),
    "module_network": ("ModuleNetwork",),
    "multi_adam": ("MultiAdam",),
    "observations": ("Observe",),
    "optimizer_choice": ("choose_optimizers",),
    "perceptron": ("MLP",),
    "pirate_network": ("PirateNet",),
    "problem": ("Problem", "Residual"),
    "reference_check": ("check_reference",),
    "residual_attention": ("ResidualAttention",),
    "residual_network": ("ResidualMLP",),
    "residual_objective": ("Sampling",),
    "residual_vector": ("ResidualVector",),
    "self_scaled_broyden": ("SelfScaledBroyden",),
    "soft_adapt": ("SoftAdapt",),
    "solution": ("Solution",),
    "solver": ("solve",),
    "tangent_kernel": ("TangentKernel",),
    "units": (
        *("Ball", "IncommensurableError", "PinnlnError", "ProblemError", "Scales", "ScalesError", "UnitsError"),
        *("absolute", "constant", "coordinates", "cos", "cosh", "d", "div", "erf", "exp", "field", "grad"),
        *("laplacian", "log", "sin", "sinh", "sqrt", "tan", "tanh", "unknown", "where"),
    ),
    "ways": ("ALL_WAYS", "WAYS", "Way"),
}
_MODULES = {name: module for module, names in _HOME.items() for name in names}

_TRAINED = {
    "LBFGS",
    "MLP",
    "SOAP",
    "Adam",
    "Causal",
    "ConFIG",
    "FourierFeatures",
    "Gains",
    "GradientNorm",
    "LayerNorm",
    "LevenbergMarquardt",
    "LogLoss",
    "MeanSquare",
    "ModifiedMLP",
    "ModuleNetwork",
    "MultiAdam",
    "PirateNet",
    "PostNorm",
    "PreNorm",
    "ReLoBRaLo",
    "ResidualAttention",
    "ResidualMLP",
    "Sampling",
    "SelfScaledBroyden",
    "SoftAdapt",
    "TangentKernel",
    "compare",
    "solve",
}

__all__ = sorted(_MODULES)


def __getattr__(name: str) -> Any:
    """Loads a public name on first use, so that importing pinnln waits for nothing heavy."""
    if name not in _MODULES:
        raise AttributeError(f"module 'pinnln' has no attribute {name!r}")
    reader = sys.modules.get("pinnln.units.collection")
    if name in _TRAINED and reader is not None and reader.is_collecting():
        return reader.Untrained(name)
    value = getattr(import_module(f"pinnln.{_MODULES[name]}"), name)
    if name not in _TRAINED:
        globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
