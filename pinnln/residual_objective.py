"""The objective of a formulation: residual vectors at collocation points, conditioned, averaged, differentiated."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

import torch

from pinnln.causal import Causal, TimeFront
from pinnln.conditioning import AbstractConditioning, Linearized
from pinnln.faults import first_fault
from pinnln.formulation import Formulation
from pinnln.kernels import AbstractSystem, AbstractTape
from pinnln.network import AbstractNetwork
from pinnln.objective import AbstractObjective, LeastSquares
from pinnln.residual_group import Group, LinearResiduals, Points
from pinnln.terms import Linear, Terms, names_of
from pinnln.weighting import weighting_in

_CACHED = 1024 * 1024  # bytes
_MOST_PLACED = 65_536
_CANDIDATES = 4
_MOST_ROWS = 8
_MOST_KEPT = 2**24

Chunks: TypeAlias = Iterable[tuple[Points, float]]
"""Points in chunks, with the weight of each point in the mean."""


@dataclass(frozen=True)
class Sampling:
    """How many collocation points: in the interior, and on each face whose conditions are not met exactly.

    Args: interior; face; adaptive, the share of the interior points that are drawn where the residual is large, with a
    probability in proportion to it; the others are spread evenly.
    Source of adaptive points: C. Wu, M. Zhu, Q. Tan, Y. Kartha, L. Lu, Comput. Methods Appl. Mech. Engrg. 403 (2023).
    """

    interior: int = 2000
    face: int = 100
    adaptive: float = 0.5

    def __post_init__(self) -> None:
        if self.interior < 1 or self.face < 1:
            raise ValueError(
                f"expected at least one point inside and on each face, found {self.interior} and {self.face}"
            )
        if not 0 <= self.adaptive < 1:
            raise ValueError(f"expected a share of adaptive points from 0 to below 1, found {self.adaptive}")


def points_of(formulation: Formulation, sampling: Sampling, place: int) -> int:
    """How many points a group of a formulation is asked at."""
    table = formulation.groups[place].table
    if table is not None or len(formulation.groups[place].fixed) == len(formulation.coordinates):
        return 1 if table is None else len(table)
    return sampling.interior if place == 0 else sampling.face


def rows_of(formulation: Formulation, sampling: Sampling) -> int:
    """Rows R of the residual vector: every component of every group at each of its points."""
    return sum(
        len(group.components) * points_of(formulation, sampling, place)
        for place, group in enumerate(formulation.groups)
    )


@dataclass(frozen=True)
class _PlacedAnew:
    """Chunks of points that are placed at every pass over them."""

    made: Callable[[], Iterator[tuple[Points, float]]]

    def __iter__(self) -> Iterator[tuple[Points, float]]:
        return self.made()


class ResidualObjective(AbstractObjective):
    """The sum over groups of the mean over their points of the conditioned objective.

    Args: formulation; network; conditioning; sampling; seed of the points.
    Raises: IncommensurableError if the conditioning would bring components of unlike dimension together.
    """

    def __init__(
        self,
        formulation: Formulation,
        network: AbstractNetwork,
        conditioning: AbstractConditioning,
        sampling: Sampling,
        seed: int,
    ) -> None:
        components = {name: item for group in formulation.groups for name, item in group.dimensions.items()}
        conditioning.require(components)
        self.formulation, self.network, self.conditioning = formulation, network, conditioning
        self.sampling, self.seed, self._thinned_from = sampling, seed, 0
        self._front = TimeFront(conditioning, formulation) if isinstance(conditioning, Causal) else None
        weighting = weighting_in(conditioning)
        self._balance = weighting.begin(names_of(formulation)) if weighting is not None else None
        self._outputs = formulation.outputs
        self.size = network.size(formulation.embedding.size, self._outputs)
        self.resample(0)

    @property
    def rows(self) -> int:
        """How many squares the objective is the sum of."""
        return rows_of(self.formulation, self.sampling)

    @contextmanager
    def thinned(self, rows: int) -> Iterator[None]:
        """Within it the interior has as few points as give so many rows, more with every `refine`."""
        asked, few = self.sampling.interior, math.ceil(rows / len(self.formulation.groups[0].components))
        if few < asked:
            self.sampling, self._thinned_from = replace(self.sampling, interior=few), asked
            self._draw_all(0)
        try:
            yield
        finally:
            self._thinned_from = 0
            if self.sampling.interior < asked:
                self.sampling = replace(self.sampling, interior=asked)
                self._draw_all(0)

    def refine(self, *, beyond: bool = True) -> bool:
        """Half as many points again in the interior, from the next round on."""
        interior = self.sampling.interior
        more = interior + interior // 2
        if interior < self._thinned_from:
            more = min(more, self._thinned_from)
        elif not beyond or interior * len(self.formulation.groups[0].components) > _MOST_ROWS * self.size:
            return False
        self.sampling = replace(self.sampling, interior=more)
        return True

    def resample(self, round: int, theta: torch.Tensor | None = None) -> float | None:
        """Fresh points: a deterministic function of seed, round and θ; with θ some of them where residuals are large.

        Returns: the objective at the candidates among which those were chosen, which are spread evenly; None while some
        of time is closed, since it could not be compared with that of other rounds.
        """
        self._draw_all(round)
        comparable = self._front is None or self._front.open
        if self._front is not None:
            self._front.advance()
        if theta is None:
            return None
        candidates = self._unit_points(0, _CANDIDATES * self.sampling.interior, self._seed(round, -1))
        sizes, total = self._sizes(theta, candidates)
        chosen = int(self.sampling.adaptive * self.sampling.interior + 0.5)
        if chosen and bool(sizes.isfinite().all()) and bool((sizes > 0).sum() >= chosen):
            generator = torch.Generator().manual_seed(self._seed(round, -2))
            steep = candidates[torch.multinomial(sizes, chosen, generator=generator)]
            even = self._unit_points(0, self.sampling.interior - chosen, self._seed(round, 0))
            self._points[0] = self._held(functools.partial(self._placed, 0, torch.cat([even, steep])))
        outside = (self._value(theta, place, plain=True) for place in range(1, len(self._points)))
        return total + sum(outside, 0.0) if comparable else None

    def _draw_all(self, round: int) -> None:
        """Evenly spread points of all groups."""
        self._points: list[Chunks] = [
            self._held(functools.partial(self.draw, place, self._seed(round, place)))
            for place in range(len(self.formulation.groups))
        ]

    def _held(self, made: Callable[[], Iterator[tuple[Points, float]]]) -> Chunks:
        """Chunks of points: few are kept as placed, many are placed anew at every pass, for the sake of memory."""
        return list(made()) if self._few else _PlacedAnew(made)

    @property
    def _few(self) -> bool:
        carried = self._balance is not None and self._balance.keeps_points
        return carried or max(self.sampling.interior, self.sampling.face) <= _MOST_PLACED

    def _seed(self, round: int, place: int) -> int:
        return (1_000_003 * self.seed + 7919 * round + 31 * place) % 2**31

    def _sizes(self, theta: torch.Tensor, unit: torch.Tensor) -> tuple[torch.Tensor, float]:
        """The norm of the residual vector at points of the unit box (N,), and the mean objective there."""
        sizes, total = [], 0.0
        with torch.no_grad():
            for points, weight in self._placed(0, unit):
                group = self.formulation.groups[0]
                r = self.formulation.residuals(group, points, self._tape(theta, group, points, keep=False).output)
                counted = 1.0 if self._front is None else self._front.weights(points, r.shape[1]).sqrt()
                sizes.append(counted * r.square().sum(0).sqrt())
                total += weight * float(self._conditioned(group, points, r, plain=True).total(r))
        return torch.cat(sizes), total

    def draw(self, place: int, seed: int) -> Iterator[tuple[Points, float]]:
        """Evenly spread points of one group in chunks, with the weight of each point in the mean."""
        count = self.sampling.interior if place == 0 else self.sampling.face
        return self._placed(place, self._unit_points(place, count, seed))

    def _unit_points(self, place: int, count: int, seed: int) -> torch.Tensor:
        return self.formulation.sample(self.formulation.groups[place], count, seed)

    def _placed(self, place: int, unit: torch.Tensor) -> Iterator[tuple[Points, float]]:
        group = self.formulation.groups[place]
        for rows in torch.split(unit, self._chunk(group)):
            there = rows if group.twin is None else torch.cat([rows, self._moved(rows, group)])
            yield self.formulation.place(group, there), 1 / len(unit)

    def _chunk(self, group: Group) -> int:
        """Points that keep the widest stack of channels in a core's own cache, a power of two from 256 to 1024."""
        width = max(1, int(math.sqrt(self.size / 2)))
        fitting = _CACHED // (8 * len(group.indices) * width)
        return min(max(1 << max(fitting.bit_length() - 1, 0), 256), 1024)

    def _moved(self, rows: torch.Tensor, group: Group) -> torch.Tensor:
        moved = rows.clone()
        for item, place in (group.twin or {}).items():
            moved[:, self.formulation.coordinates.index(item)] = place
        return moved

    def value(self, theta: torch.Tensor) -> float:
        """The objective at the current points."""
        return sum((self._value(theta, place) for place in range(len(self._points))), 0.0)

    def comparable(self, theta: torch.Tensor, loss: float) -> float:
        """The objective at the current points with all weights of terms one; `loss` where they never change."""
        if self._balance is None:
            return loss
        return sum((self._value(theta, place, plain=True) for place in range(len(self._points))), 0.0)

    def rebalance(self, theta: torch.Tensor) -> bool:
        """Weights of terms and points anew, where the conditioning has some that change."""
        if self._balance is None:
            return False
        self._points = list(self._balance.refreshed(self.terms(theta), self._points))
        return True

    def term_slopes(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        """The objective, and the share (C, P) of every equation and condition in its gradient."""
        return self.terms(theta).slopes(lambda part: self._conditioned(part.group, part.points, part.r.values))

    def _value(self, theta: torch.Tensor, place: int, *, plain: bool = False) -> float:
        group, total = self.formulation.groups[place], 0.0
        with torch.no_grad():
            for points, weight in self._points[place]:
                r = self.formulation.residuals(group, points, self._tape(theta, group, points, keep=False).output)
                total += weight * float(self._conditioned(group, points, r, plain=plain).total(r))
        return total

    def gradient(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        """The objective and its gradient (P,)."""
        total, slope = 0.0, torch.zeros_like(theta)
        for number, (group, points, weight) in enumerate(self._chunks()):
            tape = self._tape(theta, group, points)
            r = self.formulation.linearized(group, points, tape.output)
            value, g = self._seen(group, points, r.values, first=number == 0).gradient(r.values)
            total += weight * float(value)
            slope += tape.gradient(r.back(weight * g))
        return total, slope

    def least_squares(self, theta: torch.Tensor, system: AbstractSystem) -> LeastSquares:
        """The objective near θ at frozen weights; residuals and Jacobian go into the system chunk by chunk."""
        models: list[Linearized] = []
        here: list[torch.Tensor] = []
        kept: list[torch.Tensor] = []
        few = self._few and self.rows * self.size <= _MOST_KEPT
        for number, (group, points, weight) in enumerate(self._chunks()):
            tape = self._tape(theta, group, points)
            r = self.formulation.linearized(group, points, tape.output)
            model = self._seen(group, points, r.values, first=number == 0).linearize(r.values)
            jacobian = tape.jacobian(self._signals(r, model, weight))
            if group.twin is not None:
                half = jacobian.shape[1] // 2
                jacobian = jacobian[:, :half] + jacobian[:, half:]
            here.append(math.sqrt(weight) * model.rows.reshape(-1))
            system.add(jacobian.reshape(-1, self.size), here[-1])
            kept += [jacobian.reshape(-1, self.size)] if few else []
            if self._few:
                models.append(model)

        def known() -> Iterable[Linearized]:
            return models or self._models(theta)

        def pull(w: torch.Tensor) -> torch.Tensor:
            if not few:
                return self._pulled(theta, known(), w)
            return sum((block.T @ part for block, part in zip(kept, torch.split(w, sizes), strict=True)), theta * 0)

        sizes = [len(part) for part in here]
        return LeastSquares(torch.cat(here), lambda other: self._frozen(other, known()), pull)

    def open_time(self) -> bool:
        """Ends a causal ordering, so that every time counts alike; whether training has not seen that yet."""
        if self._front is None:
            return False
        self._front.open_all()
        return not self._front.settled

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
        """Views of θ: weight matrices and biases, as the network knows them."""
        return self.network.blocks(theta, self.formulation.embedding.size, self._outputs)

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

    def _conditioned(
        self, group: Group, points: Points, r: torch.Tensor, *, plain: bool = False
    ) -> AbstractConditioning:
        """The conditioning at points of a group; `plain` with all weights of terms one."""
        if self._front is not None:
            return self._front.conditioning(points, r.shape[1])
        if self._balance is None or plain:
            return self.conditioning
        return self._balance.conditioning(group, points)

    def _seen(self, group: Group, points: Points, r: torch.Tensor, *, first: bool) -> AbstractConditioning:
        """The same in training, which tells a causal ordering what it has seen, and what it saw `first`."""
        if self._front is not None and group is self.formulation.groups[0]:
            self._front.record(points, r, first=first)
        return self._conditioned(group, points, r)

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
            r = self.formulation.residuals(group, points, tape.output)
            yield self._conditioned(group, points, r).linearize(r)

    def _frozen(self, theta: torch.Tensor, models: Iterable[Linearized]) -> torch.Tensor:
        """The rows (R,) at another θ."""
        found = []
        with torch.no_grad():
            for (group, points, weight), model in zip(self._chunks(), models, strict=True):
                r = self.formulation.residuals(group, points, self._tape(theta, group, points, keep=False).output)
                found.append(math.sqrt(weight) * model.evaluate(r).reshape(-1))
        return torch.cat(found)

    def _pulled(self, theta: torch.Tensor, models: Iterable[Linearized], w: torch.Tensor) -> torch.Tensor:
        """Jᵀw (P,), one way back for all rows of a chunk."""
        slope, start = torch.zeros_like(theta), 0
        for (group, points, weight), model in zip(self._chunks(), models, strict=True):
            shares = math.sqrt(weight) * w[start : start + model.rows.numel()].view_as(model.rows)
            start += model.rows.numel()
            tape = self._tape(theta, group, points)
            r = self.formulation.linearized(group, points, tape.output)
            back = shares if model.matrix is None else torch.einsum("mkn,mn->kn", model.matrix, shares)
            slope += tape.gradient(r.back(back))
        return slope

    def terms(self, theta: torch.Tensor) -> Terms:
        """What may be asked of every equation and condition at θ."""
        return Terms(names_of(self.formulation), functools.partial(self._linear, theta))

    def _linear(self, theta: torch.Tensor) -> Iterator[Linear]:
        """All points with their residuals and the way back."""
        for group, points, weight in self._chunks():
            tape = self._tape(theta, group, points)
            yield Linear(group, points, weight, tape, self.formulation.linearized(group, points, tape.output))

    def _chunks(self) -> Iterator[tuple[Group, Points, float]]:
        for group, chunks in zip(self.formulation.groups, self._points, strict=True):
            for points, weight in chunks:
                yield group, points, weight

    def _tape(self, theta: torch.Tensor, group: Group, points: Points, *, keep: bool = True) -> AbstractTape:
        return self.network.tape(theta, points.features, self._outputs, group.indices, keep=keep)
