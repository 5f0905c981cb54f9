"""Networks as plain data and back, without pickle: what a saved solution says of its network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, TypeAlias

from pinnln.fourier_features import FourierFeatures
from pinnln.gated_network import ModifiedMLP
from pinnln.hidden_norm import PostNorm, PreNorm
from pinnln.network import AbstractNetwork
from pinnln.perceptron import MLP
from pinnln.pirate_network import PirateNet
from pinnln.residual_network import ResidualMLP
from pinnln.units import ProblemError

_Part: TypeAlias = MLP | ResidualMLP | ModifiedMLP | PirateNet | FourierFeatures | PreNorm | PostNorm

_CLASSES: Mapping[str, Callable[..., _Part]] = MappingProxyType(
    {kind.__name__: kind for kind in (MLP, ResidualMLP, ModifiedMLP, PirateNet, FourierFeatures, PreNorm, PostNorm)}
)


def describe(network: AbstractNetwork) -> dict[str, Any]:
    """A network as JSON knows it: its kind and its arguments.

    Raises: ProblemError for a network that is not one of pinnln's own.

    >>> describe(MLP(width=8, depth=1))
    {'kind': 'MLP', 'width': 8, 'depth': 1, 'activation': 'tanh', 'layer_norm': None}
    """
    return _described(network)


def restore(description: Mapping[str, Any]) -> AbstractNetwork:
    """The network of a description.

    Raises: ProblemError for a kind or an argument that is not known.
    """
    found = _restored(description)
    if not isinstance(found, AbstractNetwork):
        raise ProblemError(f"expected the description of a network, found that of {type(found).__name__}")
    return found


def _described(part: object) -> dict[str, Any]:
    name = type(part).__name__
    if name not in _CLASSES or not isinstance(part, _Part):
        raise ProblemError(
            f"a solution with {name} cannot be saved, because a file holds no code: expected one of "
            f"{', '.join(_CLASSES)}. Keep solution.theta, and of a ModuleNetwork "
            "network.trained(solution.theta).state_dict(), by torch.save"
        )
    values = {item.name: getattr(part, item.name) for item in fields(part)}
    return {"kind": name, **{key: _plain(value) for key, value in values.items()}}


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    return value if value is None or isinstance(value, bool | int | float | str) else _described(value)


def _restored(description: Mapping[str, Any]) -> _Part:
    arguments = {
        key: _restored(value) if isinstance(value, Mapping) else tuple(value) if isinstance(value, list) else value
        for key, value in description.items()
        if key != "kind"
    }
    kind = str(description.get("kind"))
    if kind not in _CLASSES:
        raise ProblemError(f"found a network of kind {kind}: expected one of {', '.join(_CLASSES)}")
    try:
        return _CLASSES[kind](**arguments)
    except (TypeError, ValueError) as error:
        raise ProblemError(f"found {kind} with arguments it does not take: {error}") from error
