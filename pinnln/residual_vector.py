"""The residual vector: named components with their units, and what may not be done across them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pint
import torch

from pinnln.kernels import layer_norm, rms_norm
from pinnln.units import DIMENSIONLESS, Dimension, IncommensurableError, Q, Quantity, ScalesError, UnitsError
from pinnln.units.registry import is_point, measure, parse_unit


class ResidualVector:
    """K residuals at N points, each component a tensor (N,) with a unit.

    Norms, means and LayerNorm across components are refused unless all have one dimension; components of one
    dimension in different units are converted to that of the first.

    Args: components, name = (tensor (N,), unit); the unit a string, "" for a pure number.
    Raises: ValueError if there are none or their shapes differ, UnitsError for an unknown unit.

    >>> import torch
    >>> r = ResidualVector({"a": (torch.tensor([3.0]), "Pa"), "b": (torch.tensor([0.004]), "kPa")})
    >>> r.norm()
    <Quantity([5.], 'pascal')>
    """

    def __init__(self, components: Mapping[str, tuple[torch.Tensor, str]]) -> None:
        shapes = {name: tuple(values.shape) for name, (values, _) in components.items()}
        if not components or len(set(shapes.values())) != 1 or len(next(iter(shapes.values()))) != 1:
            raise ValueError(f"expected at least one component, all of one shape (N,), found {shapes}")
        self._values = {name: values for name, (values, _) in components.items()}
        self._units = {name: parse_unit(unit, f"component {name!r}") for name, (_, unit) in components.items()}
        for name, unit in self._units.items():
            if is_point(Q(1.0, unit)):
                raise UnitsError(
                    f"component {name!r} is in {unit}, an offset scale: a residual is a difference, state it in K or "
                    f"delta_{unit}"
                )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the components, in order."""
        return tuple(self._values)

    @property
    def dimensions(self) -> dict[str, Dimension]:
        """The dimension of each component."""
        return {name: Dimension.of(Q(1.0, unit).dimensionality) for name, unit in self._units.items()}

    def __getitem__(self, name: str) -> Quantity:
        """One component as a quantity."""
        return Q(self._values[name].detach().cpu().numpy(), self._units[name])

    def __repr__(self) -> str:
        return f"ResidualVector({', '.join(f'{name} [{unit:~P}]' for name, unit in self._units.items())})"

    def layer_norm(self, epsilon: pint.Quantity[Any] | float = 1e-5) -> torch.Tensor:
        """(r − μ) / √(v + ε) across components, (K, N), a pure number.

        Args: epsilon, in units of the components squared; a bare number only for dimensionless components.
        Raises: IncommensurableError unless all components have one dimension.
        """
        return layer_norm(self._stacked("LayerNorm"), epsilon=self._epsilon(epsilon), dim=0)

    def rms_norm(self, epsilon: pint.Quantity[Any] | float = 1e-5) -> torch.Tensor:
        """r / √(m + ε) across components, (K, N), a pure number; epsilon and refusals as for `layer_norm`."""
        return rms_norm(self._stacked("RMSNorm"), epsilon=self._epsilon(epsilon), dim=0)

    def norm(self) -> Quantity:
        """√(Σ r²) across components at each point, in the unit of the first."""
        return self._answer(self._stacked("a norm").square().sum(0).sqrt())

    def mean(self) -> Quantity:
        """The mean across components at each point, in the unit of the first."""
        return self._answer(self._stacked("a mean").mean(0))

    def sum(self, weights: Mapping[str, float] | None = None) -> Quantity:
        """The weighted sum across components at each point; pure weights do not make unlike components alike."""
        unknown = [name for name in weights or {} if name not in self._units]
        if unknown:
            raise ValueError(f"weights for {', '.join(unknown)}: expected names among {', '.join(self.names)}")
        factors = torch.tensor([(weights or {}).get(name, 1.0) for name in self.names], dtype=torch.float64)
        return self._answer((factors[:, None] * self._stacked("a weighted sum")).sum(0))

    def nondimensionalize(self, scales: Mapping[str, pint.Quantity[Any]]) -> ResidualVector:
        """Each component over its scale: the one legal way to bring unlike components together.

        Args: scales, name = quantity of the component's dimension, above zero.
        Raises: ScalesError for a missing, zero or wrongly dimensioned scale.
        """
        made = {}
        for name, dimension in self.dimensions.items():
            if name not in scales:
                raise ScalesError(f"no scale for component {name!r}: expected one of dimension {dimension}")
            scale = measure(scales[name])
            if scale.dimension != dimension or not 0 < scale.value < float("inf"):
                raise ScalesError(
                    f"the scale of component {name!r} is {scales[name]}: expected a finite one above zero, of "
                    f"dimension {dimension}"
                )
            unit = float(Q(1.0, self._units[name]).to_base_units().magnitude)
            made[name] = (self._values[name] * (unit / scale.value), "")
        return ResidualVector(made)

    def _stacked(self, what: str) -> torch.Tensor:
        require_common_dimension(self.dimensions, what, self._proposed())
        first = next(iter(self._units.values()))
        factors = [float(Q(1.0, unit).to(first).magnitude) for unit in self._units.values()]
        return torch.stack([values * factor for values, factor in zip(self._values.values(), factors, strict=True)])

    def _epsilon(self, epsilon: pint.Quantity[Any] | float) -> float:
        first = next(iter(self._units.values()))
        squared = Q(1.0, first) ** 2
        given = epsilon if isinstance(epsilon, pint.Quantity) else Q(float(epsilon), "dimensionless")
        if given.dimensionality != squared.dimensionality:
            raise IncommensurableError(
                f"epsilon is {given:~P}, added to a mean square in {squared.units:~P}: give it that unit, or "
                "nondimensionalize first"
            )
        return float(given.to(squared.units).magnitude)

    def _answer(self, values: torch.Tensor) -> Quantity:
        return Q(values.detach().cpu().numpy(), next(iter(self._units.values())))

    def _proposed(self) -> dict[str, str]:
        sizes = {name: float(values.detach().double().square().mean().sqrt()) for name, values in self._values.items()}
        return {name: f'Q("{sizes[name] or 1.0:.3g} {self._units[name]:~}")' for name in sizes}


def require_common_dimension(
    dimensions: Mapping[str, Dimension], what: str, proposed: Mapping[str, str] | None = None
) -> None:
    """Nothing, if all components have one dimension.

    Raises: IncommensurableError naming each component, its dimension, and the scales that would make it legal.
    """
    if len(set(dimensions.values())) <= 1:
        return
    width = max(len(name) for name in dimensions)
    rows = [f"    {name:<{width}}     {_shown(dimension)}" for name, dimension in dimensions.items()]
    scales = proposed or {name: f'Q("… {dimension}")' for name, dimension in dimensions.items()}
    ask = ", ".join(f"{name!r}: {scale}" for name, scale in scales.items())
    raise IncommensurableError(
        "\n".join(
            [
                f"{what} across components of unlike dimension has no meaning",
                *rows,
                f"  Nondimensionalize first, with scales such as nondimensionalize({{{ask}}})",
            ]
        )
    )


def _shown(dimension: Dimension) -> str:
    return "a pure number" if dimension == DIMENSIONLESS else str(dimension)
