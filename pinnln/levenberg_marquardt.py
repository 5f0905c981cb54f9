"""Levenberg-Marquardt: the longest damped Gauss-Newton step whose gain is what its model promised."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch

from pinnln.kernels import AbstractSystem, Dual, NormalEquations, Triangle
from pinnln.kernels.damped_systems import SOFTENING
from pinnln.objective import AbstractObjective, LeastSquares, Progress
from pinnln.optimizers import AbstractOptimizer, Monitor, Outcome, require_positive, require_steps

_FINER = 10**-0.5
_LONGER = 5
_SHORTER = (10**0.5, 10.0, 1e2, 1e3, 1e4)
_PROBE = 0.1
_MISFIT = 3.0
_STEADY = 0.9
_SLOW = 0.5
_FEWEST = 500


@dataclass(frozen=True)
class _Trial:
    """Parameters that were tried, with their damping, loss, and gain ratio."""

    theta: torch.Tensor
    damping: float
    value: float
    gain: float


@dataclass(frozen=True)
class LevenbergMarquardt(AbstractOptimizer):
    """Damped Gauss-Newton:  (JᵀJ + λS²) p = −Jᵀr,  S² = diag(JᵀJ) + 10⁻⁴ max diag(JᵀJ).

    The damping follows the gain ratio ρ = (L(θ) − L(θ + p)) / (predicted decrease): of several λ on one Jacobian the
    smallest is taken, that is the longest step, whose ρ is at least `gain`. The lowest loss is no guide: it prefers
    short steps and creeps. A step is bent by the second derivative of the residuals along
    it (geodesic acceleration) where the bend is smaller than the step.
    Fewer rows than parameters are solved in their dual form.

    Points are fixed within a block, and drawn anew between blocks, half of them where the residual is large; evenly
    spread candidates then say how the solution fares where it was not trained. Training begins on hardly more rows than
    parameters, which costs least while the solution is rough; the next block has half as many points again where fresh
    points fare three times worse, and, until all that were asked for are in use, where a block has not halved the loss
    there. What is returned is the best of the ends of all blocks by that measure.

    What these choices are worth, on four problems: `pinnln bench choices`.

    Args: steps, the budget; block, steps on the same points; damping λ at the start; gain, the least ρ; bend, the
    longest second-order part over the first, 0 for none; softening, the 10⁻⁴ of the metric; orthogonal, whether J = QR
    is taken in place of JᵀJ, which keeps smaller directions at some ten times the price; tolerance, the loss on fresh
    points at which the problem counts as solved; patience, blocks without a loss a tenth lower after which it counts as
    stalled; start, rows over parameters at the start, though no fewer than 500; infinite for all points at once.
    Source: K. Levenberg, Quart. Appl. Math. 2 (1944) 164; D. Marquardt, SIAM J. Appl. Math. 11 (1963) 431;
    M. K. Transtrum, J. P. Sethna, arXiv 1201.5885.
    """

    steps: int = 200
    block: int = 10
    damping: float = 1e-2
    gain: float = 0.25
    bend: float = 1.0
    softening: float = SOFTENING
    orthogonal: bool = False
    tolerance: float = 1e-18
    patience: int = 6
    start: float = 1.1

    def __post_init__(self) -> None:
        require_steps(self.steps)
        require_positive(block=self.block, damping=self.damping, gain=self.gain, patience=self.patience)
        require_positive(softening=self.softening, tolerance=self.tolerance)
        if not self.start >= 1:
            raise ValueError(f"expected start, rows over parameters, of at least 1, found {self.start}")
        if not 0 <= self.bend < math.inf:
            raise ValueError(f"expected bend to be finite and not below zero, found {self.bend}")

    def memory(self, parameters: int, rows: int) -> int:
        """Bytes of the matrices of one step: four of (P, P), or J twice and its small square where R < P."""
        return 8 * (4 * parameters**2 if rows >= parameters else 2 * rows * parameters + 2 * rows**2)

    def run(self, objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor) -> Outcome:
        few = objective.rows if math.isinf(self.start) else max(math.ceil(self.start * objective.size), _FEWEST)
        with objective.thinned(few):
            return self._search(_Search(self, objective, theta), monitor)

    def _search(self, search: _Search, monitor: Monitor) -> Outcome:
        for number in range(math.ceil(self.steps / self.block)):
            if number:
                ended = search.between_blocks(number)
                if ended:
                    return search.outcome(*ended)
            for trial in search.block(min(self.block, self.steps - search.step)):
                monitor(
                    Progress("Levenberg-Marquardt", search.step, self.steps, trial.value, trial.theta, trial.damping)
                )
            if search.flat:
                return search.outcome("stalled", "the gradient vanishes: the objective does not depend on θ here")
        search.between_blocks(math.ceil(self.steps / self.block))
        return search.outcome("budget", f"the budget of {self.steps} steps is used up")


class _Search:
    """Where a run stands: θ, its damping, and the best θ by its loss on points it was not trained on."""

    def __init__(self, settings: LevenbergMarquardt, objective: AbstractObjective, theta: torch.Tensor) -> None:
        self.settings, self.objective, self.theta = settings, objective, theta
        self.step, self.loss, self.damping = 0, math.inf, settings.damping
        self.flat = False
        self._best, self._least, self._last, self._idle = theta, math.inf, math.inf, 0

    def outcome(self, status: str, message: str) -> Outcome:
        """The best θ and how it came to an end."""
        tested = f"; on fresh points the loss is {self._least:.1e}" if math.isfinite(self._least) else ""
        return Outcome(self._best if math.isfinite(self._least) else self.theta, status, self.step, message + tested)

    def between_blocks(self, number: int) -> tuple[str, str] | None:
        """Fresh points, and what they say: status and message if it ends here."""
        loss = self.objective.comparable(self.theta, self.loss)
        validation = self.objective.resample(number, self.theta)
        if validation is None:
            return ("converged", self._small()) if self.loss <= self.settings.tolerance else None
        misfit, slow = validation > _MISFIT * loss, validation > _SLOW * self._last
        self._idle = 0 if validation < _STEADY * self._least else self._idle + 1
        self._last = validation
        if validation < self._least:
            self._best, self._least = self.theta, validation
        if validation <= self.settings.tolerance:
            return "converged", self._small()
        if self._idle >= self.settings.patience:
            steps = self.settings.patience * self.settings.block
            return "stalled", f"no lower loss on fresh points for {steps} steps"
        if misfit or slow:
            self.objective.refine(beyond=misfit)
        return None

    def _small(self) -> str:
        return f"the loss fell below {self.settings.tolerance:g}"

    def block(self, steps: int) -> Iterator[_Trial]:
        """Steps on the same points, each accepted or not; ends early where there is nothing to gain."""
        self.objective.rebalance(self.theta)
        refused = 0
        for _ in range(steps):
            self.step += 1
            system, model = self._linearized()
            if not bool(system.slope.any()):
                self.flat = True
                return
            trial = self._longest(system, model)
            self.loss = model.half_square if trial is None else trial.value
            if trial is None:
                refused += 1
                self.damping = min(self.damping * 100, 1e8)
            else:
                self.theta, self.damping = trial.theta, trial.damping
            yield trial or _Trial(self.theta, self.damping, self.loss, 0.0)
            if refused >= 3 or self.loss <= self.settings.tolerance:
                self.damping = self.settings.damping if refused else self.damping
                return

    def _linearized(self) -> tuple[AbstractSystem, LeastSquares]:
        size, softening = self.objective.size, self.settings.softening
        wide = NormalEquations if not self.settings.orthogonal else Triangle
        system = (Dual if self.objective.rows < size else wide)(size, softening)
        model = self.objective.least_squares(self.theta, system)
        system.factor()
        return system, model

    def _longest(self, system: AbstractSystem, model: LeastSquares) -> _Trial | None:
        """The longest acceptable step; None if none lowers the loss."""
        found = self._try(system, model, self.damping)
        if found is None:
            return next(
                (trial for factor in _SHORTER if (trial := self._try(system, model, self.damping * factor))), None
            )
        for _ in range(_LONGER):
            trial = self._try(system, model, found.damping * _FINER)
            if trial is None:
                break
            found = trial
        return found

    def _try(self, system: AbstractSystem, model: LeastSquares, damping: float) -> _Trial | None:
        step = system.step(damping)
        if step is None:
            return None
        candidate = self.theta + step.p + self._bend(system, model, step.p, step.length, damping)
        value = 0.5 * float(model.rows(candidate).square().sum())
        gain = (model.half_square - value) / step.predicted
        if not (math.isfinite(value) and value < model.half_square and gain >= self.settings.gain):
            return None
        return _Trial(candidate, damping, value, gain)

    def _bend(
        self, system: AbstractSystem, model: LeastSquares, p: torch.Tensor, length: float, damping: float
    ) -> torch.Tensor:
        """Half the geodesic acceleration  −(JᵀJ + λS²)⁻¹ Jᵀ ∂²r/∂p²,  zero where it is longer than `bend` times p."""
        if not self.settings.bend:
            return torch.zeros_like(p)
        ahead, behind = (model.rows(self.theta + sign * _PROBE * p) for sign in (1, -1))
        curved = (ahead - 2 * model.here + behind) / _PROBE**2
        if not bool(curved.isfinite().all()):
            return torch.zeros_like(p)
        bent = system.solve(model.pull(curved), damping)
        if bent is None or not 2 * float((system.metric * bent).norm()) <= self.settings.bend * length:
            return torch.zeros_like(p)
        return -bent / 2
