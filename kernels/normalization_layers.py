"""LayerNorm and RMSNorm as layers that stand in for those of torch.nn, and may be told the units of a row."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose, prod
from typing import Any

import torch

from pinnln.kernels.normalization import layer_norm, rms_norm
from pinnln.kernels.reference import accumulated

Size = int | Sequence[int]


class _Norm(torch.nn.Module):
    """What both layers share: the normalised dimensions, ε as a pure number of the unit squared, gain and bias."""

    normalized_shape: tuple[int, ...]
    eps: float | None
    weight: torch.nn.Parameter | None
    bias: torch.nn.Parameter | None

    def __init__(
        self,
        normalized_shape: Size,
        eps: Any,
        elementwise_affine: bool,
        bias: bool,
        device: torch.device | str | None,
        dtype: torch.dtype | None,
        units: Sequence[str] | None,
    ) -> None:
        super().__init__()
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        if not shape or min(shape) < 1:
            raise ValueError(f"expected normalized_shape as one or more sizes above zero, found {normalized_shape}")
        self.normalized_shape = shape
        self.eps = _pure_epsilon(eps, units, prod(shape), type(self).__name__)
        if self.eps is not None and not self.eps > 0:
            raise ValueError(f"expected eps above zero, in the unit of x squared, found {eps}")
        self.elementwise_affine = elementwise_affine
        made = {"device": device, "dtype": dtype}
        self.register_parameter(
            "weight",
            torch.nn.Parameter(torch.empty(shape, **made)) if elementwise_affine else None,  # type: ignore[arg-type]
        )
        self.register_parameter(
            "bias",
            torch.nn.Parameter(torch.empty(shape, **made)) if elementwise_affine and bias else None,  # type: ignore[arg-type]
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Gain one, bias zero."""
        if self.weight is not None:
            torch.nn.init.ones_(self.weight)
        if self.bias is not None:
            torch.nn.init.zeros_(self.bias)

    def _rows(self, x: torch.Tensor) -> torch.Tensor:
        count = len(self.normalized_shape)
        if tuple(x.shape[x.ndim - count :]) != self.normalized_shape:
            raise ValueError(
                f"expected x whose last dimensions are {self.normalized_shape}, found {tuple(x.shape)}: build "
                f"{type(self).__name__} with the shape that is to be normalised"
            )
        return x.flatten(x.ndim - count) if count > 1 else x

    def _epsilon(self, x: torch.Tensor) -> float:
        if self.eps is not None or not x.is_floating_point():
            return self.eps or 1.0  # whole numbers are refused by the norm
        return torch.finfo(accumulated(x.dtype)).eps

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class LayerNorm(_Norm):
    """A drop-in torch.nn.LayerNorm whose derivatives of third order, and through forward mode, are right.

    y = weight ∘ (x − μ) / √(v + eps) + bias

    Args: as for torch.nn.LayerNorm, and units, one for each entry of a row: all must be one unit, and eps a quantity of
    that unit squared unless the entries are pure numbers.
    Raises: ValueError for a single entry or eps ≤ 0; IncommensurableError for unlike units, UnitsError for an eps of
    another dimension.

    >>> LayerNorm(4)(torch.tensor([1.0, 3.0, 1.0, 3.0])).detach()
    tensor([-1.0000,  1.0000, -1.0000,  1.0000])
    >>> LayerNorm(2, units=["Pa", "K/s"])
    Traceback (most recent call last):
    ...
    pinnln.units.errors.IncommensurableError: LayerNorm across entries of unlike unit has no meaning
        entry 0     pascal
        entry 1     kelvin / second
      Divide each by a scale of its own unit first, and build LayerNorm without units
    """

    def __init__(
        self,
        normalized_shape: Size,
        eps: Any = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        units: Sequence[str] | None = None,
    ) -> None:
        super().__init__(normalized_shape, eps, elementwise_affine, bias, device, dtype, units)
        if prod(self.normalized_shape) < 2:
            raise ValueError(
                f"expected at least 2 entries to normalise, found {self.normalized_shape}: x − μ of a single entry is "
                "zero; take RMSNorm"
            )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The layer at x (..., *normalized_shape)."""
        weight = None if self.weight is None else self.weight.flatten()
        bias = None if self.bias is None else self.bias.flatten()
        return layer_norm(self._rows(x), weight, bias, epsilon=self._epsilon(x)).view(x.shape)


class RMSNorm(_Norm):
    """A drop-in torch.nn.RMSNorm:  y = weight ∘ x / √(m + eps).

    Args: as for torch.nn.RMSNorm (eps None is the machine's epsilon of the dtype), and units as for `LayerNorm`.
    Raises: as `LayerNorm`; a single entry is allowed.

    >>> RMSNorm(2, eps=1e-6)(torch.tensor([3.0, 3.0])).detach()
    tensor([1.0000, 1.0000])
    """

    def __init__(
        self,
        normalized_shape: Size,
        eps: Any = None,
        elementwise_affine: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        units: Sequence[str] | None = None,
    ) -> None:
        super().__init__(normalized_shape, eps, elementwise_affine, False, device, dtype, units)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The layer at x (..., *normalized_shape)."""
        weight = None if self.weight is None else self.weight.flatten()
        return rms_norm(self._rows(x), weight, epsilon=self._epsilon(x)).view(x.shape)


def _pure_epsilon(eps: Any, units: Sequence[str] | None, count: int, layer: str) -> float | None:
    """ε as a number in the unit of x squared, once the units are found to be one."""
    if units is None:
        if hasattr(eps, "units"):
            raise ValueError(f"expected eps as a number, found {eps}: name the units of all entries with units=[...]")
        return None if eps is None else float(eps)
    if isinstance(units, str) or len(units) != count:
        raise ValueError(f"expected one unit for each of the {count} entries, found {units!r}")
    from pinnln.units import IncommensurableError, Q, UnitsError
    from pinnln.units.registry import is_point, parse_unit

    parsed = [parse_unit(unit, f"entry {place}") for place, unit in enumerate(units)]
    table = "\n".join(f"    entry {place}     {unit}" for place, unit in enumerate(parsed))
    first = Q(1.0, parsed[0])
    if any(unit.dimensionality != parsed[0].dimensionality for unit in parsed):
        raise IncommensurableError(
            f"{layer} across entries of unlike unit has no meaning\n{table}\n"
            f"  Divide each by a scale of its own unit first, and build {layer} without units"
        )
    if any(not isclose(Q(1.0, unit).to(parsed[0]).magnitude, 1.0, rel_tol=1e-12) for unit in parsed):
        raise IncommensurableError(
            f"{layer} across entries of one dimension in different units would weigh them by their prefixes\n{table}\n"
            f"  Convert all to one unit first, such as .to({str(parsed[0])!r})"
        )
    if is_point(first):
        raise UnitsError(
            f"{layer} of points on the scale of {parsed[0]} has no meaning: expected differences, such as delta_degC, "
            "or K"
        )
    squared = first**2
    if eps is None and squared.dimensionless:
        return None
    given = eps if hasattr(eps, "units") else Q(float(eps or 0.0), "dimensionless")
    if given.dimensionality != squared.dimensionality:
        raise UnitsError(
            f"eps is {given}, added to a mean square in {squared.units}: expected a quantity of that unit, such as "
            f'eps=Q("1e-5 {squared.units:~}")'
        )
    return float(given.to(squared.units).magnitude)
