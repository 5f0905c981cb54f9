"""The objective of a formulation: residual vectors at collocation points, conditioned, averaged, differentiated."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from pinnln.collocation import sobol
from pinnln.conditioning import AbstractConditioning, Linearized
from pinnln.faults import first_fault
from pinnln.formulation import Formulation, Group, Points
from pinnln.kernels import Tape, accumulate_gram
from pinnln.network import MLP
from pinnln.objective import AbstractObjective, Quadratic

_CHUNK = 1024


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
        """Fresh points: a deterministic function of the seed and the round."""
        self._points = [
            list(self.draw(place, seed=(1_000_003 * self.seed + 7919 * round + 31 * place) % 2**31))
            for place in range(len(self.formulation.groups))
        ]

    def draw(self, place: int, seed: int) -> Iterator[tuple[Points, float]]:
        """Points of one group in chunks, with the weight of each point in the mean."""
        group = self.formulation.groups[place]
        count = self.sampling.interior if place == 0 else self.sampling.face
        unit = sobol(self.formulation.coordinates, count, group.fixed, seed)
        for rows in torch.split(unit, _CHUNK):
            there = rows if group.twin is None else torch.cat([rows, self._moved(rows, group)])
            yield self.formulation.place(group, there), 1 / len(unit)

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
            output = tape.output.detach().requires_grad_()
            loss = weight * self.conditioning.total(self.formulation.residuals(group, points, output))
            (signal,) = torch.autograd.grad(loss, output)
            total += float(loss.detach())
            slope += tape.gradient(signal)
        return total, slope

    def quadratic(self, theta: torch.Tensor) -> Quadratic:
        """The Gauss-Newton model at frozen weights, accumulated over chunks of points."""
        gram = theta.new_zeros(self.size, self.size)
        slope = theta.new_zeros(self.size)
        models: list[Linearized] = []
        half_square = 0.0
        for group, points, weight in self._chunks():
            tape = self._tape(theta, group, points)
            output = tape.output.detach().requires_grad_()
            r = self.formulation.residuals(group, points, output)
            model = self.conditioning.linearize(r.detach())
            signals = self._signals(r, output, model, weight)
            jacobian = tape.jacobian(signals)
            if group.twin is not None:
                half = jacobian.shape[1] // 2
                jacobian = jacobian[:, :half] + jacobian[:, half:]
            accumulate_gram(jacobian.reshape(-1, self.size), math.sqrt(weight) * model.rows.reshape(-1), gram, slope)
            models.append(model)
            half_square += 0.5 * weight * float(model.rows.square().sum())
        return Quadratic(gram, slope, half_square, lambda other: self._frozen(other, models))

    def residuals(self, theta: torch.Tensor) -> dict[str, torch.Tensor]:
        """The dimensionless residuals of every component at the current points, (N,) each."""
        found: dict[str, list[torch.Tensor]] = {}
        with torch.no_grad():
            for group, points, _ in self._chunks():
                r = self.formulation.residuals(group, points, self._tape(theta, group, points, keep=False).output)
                for component, row in zip(group.components, r, strict=True):
                    found.setdefault(component.name, []).append(row)
        return {name: torch.cat(rows) for name, rows in found.items()}

    def losses(self, theta: torch.Tensor) -> dict[str, float]:
        """½ of the mean square of every component at the current points, by name."""
        return {name: 0.5 * float(values.square().mean()) for name, values in self.residuals(theta).items()}

    def blocks(self, theta: torch.Tensor) -> list[torch.Tensor]:
        """Views of θ: the weight matrix and the bias of every layer."""
        layers = self.network.layers(theta, self.formulation.embedding.size, self._outputs)
        return [block for layer in layers for block in layer]

    def fault(self, theta: torch.Tensor) -> str | None:
        """The first component that is not finite at the current points, its point and the way out."""
        if not bool(theta.isfinite().all()):
            return "The parameters of the network themselves are not finite."
        for group, points, _ in self._chunks():
            output = self._tape(theta, group, points, keep=False).output.detach()
            found = first_fault(self.formulation, group, points, output)
            if found is not None:
                return found
        return None

    def _signals(self, r: torch.Tensor, output: torch.Tensor, model: Linearized, weight: float) -> torch.Tensor:
        """∂s/∂(channels) for every row s of the model, (M, C, N, m)."""
        rows = [torch.autograd.grad(row.sum(), output, retain_graph=True)[0] for row in r]
        signals = torch.stack(rows) * math.sqrt(weight)
        if model.matrix is None:
            return signals
        matrix = model.matrix
        if signals.shape[2] != matrix.shape[2]:
            matrix = torch.cat([matrix, matrix], dim=2)
        return torch.einsum("pkn,kcnm->pcnm", matrix, signals)

    def _frozen(self, theta: torch.Tensor, models: list[Linearized]) -> float:
        with torch.no_grad():
            total = 0.0
            for (group, points, weight), model in zip(self._chunks(), models, strict=True):
                r = self.formulation.residuals(group, points, self._tape(theta, group, points, keep=False).output)
                total += 0.5 * weight * float(model.evaluate(r).sum())
        return total

    def _chunks(self) -> Iterator[tuple[Group, Points, float]]:
        for group, chunks in zip(self.formulation.groups, self._points, strict=True):
            for points, weight in chunks:
                yield group, points, weight

    def _tape(self, theta: torch.Tensor, group: Group, points: Points, *, keep: bool = True) -> Tape:
        return self.network.tape(theta, points.features, self._outputs, group.indices, keep=keep)
