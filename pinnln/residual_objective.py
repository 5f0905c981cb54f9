"""The objective of a formulation: residual vectors at collocation points, conditioned, averaged, differentiated."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch

from pinnln.collocation import SobolDraws
from pinnln.conditioning import AbstractConditioning, Linearized
from pinnln.formulation import Formulation, Group, LinearResiduals, Points
from pinnln.kernels import Tape, accumulate_triangle, mirror_triangle
from pinnln.network import MLP
from pinnln.objective import AbstractObjective, Quadratic

_CACHED = 1024 * 1024  # bytes
_MOST_KEPT = 65_536


@dataclass(frozen=True)
class Sampling:
    """How many collocation points: in the interior, and on each face whose conditions are not met exactly."""

    interior: int = 800
    face: int = 100

    def __post_init__(self) -> None:
        if self.interior < 1 or self.face < 1:
            raise ValueError(
                f"expected at least one point inside and on each face, found {self.interior} and {self.face}"
            )


class ResidualObjective(AbstractObjective):
    """The sum over groups of the mean over their points of the conditioned objective.

    Args: formulation; network; conditioning; sampling; seed of the points.
    Raises: IncommensurableError if the conditioning would bring components of unlike dimension together.
    """

    def __init__(
        self, formulation: Formulation, network: MLP, conditioning: AbstractConditioning, sampling: Sampling, seed: int
    ) -> None:
        components = {name: item for group in formulation.groups for name, item in group.dimensions.items()}
        conditioning.require(components)
        self.formulation, self.network, self.conditioning = formulation, network, conditioning
        self.sampling, self.seed = sampling, seed
        self._outputs = len(formulation.fields)
        self.size = network.size(formulation.embedding.size, self._outputs)
        self.resample(0)

    def resample(self, round: int) -> None:
        """Fresh points: a deterministic function of the seed and the round.

        Up to 65,536 are kept as placed; more are placed anew at every pass, so that memory does not grow with them.
        """
        places = range(len(self.formulation.groups))
        seeds = [(1_000_003 * self.seed + 7919 * round + 31 * place) % 2**31 for place in places]
        if self._few:
            kept = [list(self.draw(place, seed)) for place, seed in enumerate(seeds)]
            self._draws = [functools.partial(iter, chunks) for chunks in kept]
        else:
            self._draws = [functools.partial(self.draw, place, seed) for place, seed in enumerate(seeds)]

    @property
    def _few(self) -> bool:
        return max(self.sampling.interior, self.sampling.face) <= _MOST_KEPT

    def draw(self, place: int, seed: int) -> Iterator[tuple[Points, float]]:
        """Points of one group in chunks, with the weight of each point in the mean."""
        group = self.formulation.groups[place]
        count = self.sampling.interior if place == 0 else self.sampling.face
        draws = SobolDraws(self.formulation.coordinates, count, group.fixed, seed)
        for rows in draws.chunks(self._chunk(group)):
            there = rows if group.twin is None else torch.cat([rows, self._moved(rows, group)])
            yield self.formulation.place(group, there), 1 / draws.count

    def _chunk(self, group: Group) -> int:
        """As many points as keep the channels of a layer in a core's own cache, a power of two from 256 to 1024."""
        fitting = _CACHED // (8 * len(group.indices) * self.network.width)
        return min(max(1 << max(fitting.bit_length() - 1, 0), 256), 1024)

    def _moved(self, rows: torch.Tensor, group: Group) -> torch.Tensor:
        moved = rows.clone()
        for item, place in (group.twin or {}).items():
            moved[:, self.formulation.coordinates.index(item)] = place
        return moved

    def value(self, theta: torch.Tensor) -> float:
        """The objective at the current points."""
        with torch.no_grad():
            total = 0.0
            for group, points, weight in self._chunks():
                r = self.formulation.residuals(group, points, self._tape(theta, group, points, keep=False).output)
                total += weight * float(self.conditioning.total(r))
        return total

    def gradient(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        """The objective and its gradient (P,)."""
        total, slope = 0.0, torch.zeros_like(theta)
        for group, points, weight in self._chunks():
            tape = self._tape(theta, group, points)
            r = self.formulation.linearized(group, points, tape.output)
            value, g = self.conditioning.gradient(r.values)
            total += weight * float(value)
            slope += tape.gradient(r.back(weight * g))
        return total, slope

    def quadratic(self, theta: torch.Tensor) -> Quadratic:
        """The Gauss-Newton model at frozen weights, accumulated over chunks of points."""
        gram = theta.new_zeros(self.size, self.size)
        slope = theta.new_zeros(self.size)
        models: list[Linearized] = []
        kept = self._few
        half_square = 0.0
        for group, points, weight in self._chunks():
            tape = self._tape(theta, group, points)
            r = self.formulation.linearized(group, points, tape.output)
            model = self.conditioning.linearize(r.values)
            jacobian = tape.jacobian(self._signals(r, model, weight))
            if group.twin is not None:
                half = jacobian.shape[1] // 2
                jacobian = jacobian[:, :half] + jacobian[:, half:]
            accumulate_triangle(
                jacobian.reshape(-1, self.size), math.sqrt(weight) * model.rows.reshape(-1), gram, slope
            )
            if kept:
                models.append(model)
            half_square += 0.5 * weight * float(model.rows.square().sum())
        mirror_triangle(gram)
        return Quadratic(
            gram, slope, half_square, lambda other: self._frozen(other, models if kept else self._models(theta))
        )

    def residuals(self, theta: torch.Tensor) -> dict[str, torch.Tensor]:
        """The dimensionless residuals of every component at the current points, (N,) each."""
        found: dict[str, list[torch.Tensor]] = {}
        with torch.no_grad():
            for group, points, _ in self._chunks():
                r = self.formulation.residuals(group, points, self._tape(theta, group, points, keep=False).output)
                for component, row in zip(group.components, r, strict=True):
                    found.setdefault(component.name, []).append(row)
        return {name: torch.cat(rows) for name, rows in found.items()}

    def _signals(self, r: LinearResiduals, model: Linearized, weight: float) -> torch.Tensor:
        """∂s/∂(channels) for every row s of the model, (M, C, N, m)."""
        signals = math.sqrt(weight) * r.signals()
        if model.matrix is None:
            return signals
        matrix = model.matrix
        if signals.shape[2] != matrix.shape[2]:
            matrix = torch.cat([matrix, matrix], dim=2)
        return torch.einsum("pkn,kcnm->pcnm", matrix, signals)

    def _models(self, theta: torch.Tensor) -> Iterator[Linearized]:
        """The least-squares models at θ again, where there are too many points to keep them."""
        for group, points, _ in self._chunks():
            tape = self._tape(theta, group, points, keep=False)
            yield self.conditioning.linearize(self.formulation.residuals(group, points, tape.output))

    def _frozen(self, theta: torch.Tensor, models: Iterable[Linearized]) -> float:
        with torch.no_grad():
            total = 0.0
            for (group, points, weight), model in zip(self._chunks(), models, strict=True):
                r = self.formulation.residuals(group, points, self._tape(theta, group, points, keep=False).output)
                total += 0.5 * weight * float(model.evaluate(r).sum())
        return total

    def _chunks(self) -> Iterator[tuple[Group, Points, float]]:
        for group, draw in zip(self.formulation.groups, self._draws, strict=True):
            for points, weight in draw():
                yield group, points, weight

    def _tape(self, theta: torch.Tensor, group: Group, points: Points, *, keep: bool = True) -> Tape:
        return self.network.tape(theta, points.features, self._outputs, group.indices, keep=keep)
