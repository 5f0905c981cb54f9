"""The self-scaled Broyden method: quasi-Newton steps whose curvature is rescaled as it is learned."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import line_search

from pinnln.kernels import NormalEquations
from pinnln.kernels.damped_systems import softened
from pinnln.objective import AbstractObjective, Progress
from pinnln.optimizers import AbstractOptimizer, Monitor, Outcome, not_finite, require_positive, require_steps

ARMIJO, CURVATURE = 1e-4, 0.9
_PARALLEL = 1e-14
_SIZES = (1.0, 1e-2, 1e-4, 1e-6, 1e-8)
"""Multiples of the identity that are tried where no step along −Hg goes down."""


@dataclass(frozen=True)
class SelfScaledBroyden(AbstractOptimizer):
    """SSBroyden: an inverse Hessian H (P, P) from differences of gradients, with a strong Wolfe line search.

    With s the step, y the change of the gradient, ρ = 1/yᵀs, q = Hy, κ = yᵀq, h = κρ, b = sᵀH⁻¹s ρ and a = bh − 1,

        H ← (H − qqᵀ/κ + φ κ vvᵀ) / τ + ρ ssᵀ,    v = ρs − q/κ,

    where φ and the scale τ follow from a, b and h. It costs O(P²) a step where Levenberg-Marquardt costs O(NP²), and
    goes deeper than L-BFGS: take it for more than some 2,000 parameters, or after Levenberg-Marquardt. H outlives a
    change of points, as long as it stays positive definite.

    Args: steps; resample_every, steps on the same points; tolerance, the largest entry of the gradient at which the
    problem counts as solved; damping λ of (JᵀJ + λI)⁻¹, columns scaled, with which H starts, None for the identity.
    Source: M. Al-Baali, E. Spedicato, F. Maggioni, Optim. Methods Softw. 29 (2014) 937; J. F. Urbán, P. Stefanou,
    J. A. Pons, arXiv 2405.04230.
    """

    steps: int = 2000
    resample_every: int = 200
    tolerance: float = 1e-12
    damping: float | None = 1e-6

    def __post_init__(self) -> None:
        require_steps(self.steps)
        require_positive(resample_every=self.resample_every, tolerance=self.tolerance)
        if self.damping is not None:
            require_positive(damping=self.damping)

    def run(self, objective: AbstractObjective, theta: torch.Tensor, monitor: Monitor) -> Outcome:
        slopes = _Slopes(objective)
        objective.rebalance(theta)
        curvature = self._start(objective, theta)
        loss, g = slopes(theta)
        for step in range(1, self.steps + 1):
            if step > 1 and (step - 1) % self.resample_every == 0:
                objective.resample((step - 1) // self.resample_every)
                objective.rebalance(theta)
                slopes.forget()
                loss, g = slopes(theta)
                curvature.keep_positive()
            if float(g.abs().max()) < self.tolerance:
                return Outcome(theta, "converged", step, f"the gradient fell below {self.tolerance:g}")
            found = self._searched(slopes, curvature, theta, loss, g)
            for size in _SIZES:
                if found is None:
                    curvature = InverseHessian(size * torch.eye(len(theta), dtype=theta.dtype))
                    found = self._searched(slopes, curvature, theta, loss, g)
            if found is None:
                return Outcome(theta, "stalled", step, "the line search found no lower point")
            length, p = found
            after, g_after = slopes(theta + length * p)
            if not (math.isfinite(after) and bool(g_after.isfinite().all())):
                return Outcome(theta, "stalled", step, not_finite(objective, theta + length * p, step))
            curvature.learn(length, p, g, g_after)
            theta, loss, g = theta + length * p, after, g_after
            monitor(Progress("SSBroyden", step, self.steps, loss, theta, None))
        return Outcome(theta, "budget", self.steps, f"the budget of {self.steps} steps is used up")

    def _start(self, objective: AbstractObjective, theta: torch.Tensor) -> InverseHessian:
        """H from the Gauss-Newton matrix at θ, which Levenberg-Marquardt would take, or the identity."""
        if self.damping is None:
            return InverseHessian(torch.eye(len(theta), dtype=theta.dtype))
        system = NormalEquations(len(theta))
        objective.least_squares(theta, system)
        scale = softened(system.gram.diagonal())
        damped = system.gram / scale / scale[:, None]
        damped.diagonal().add_(self.damping)
        return InverseHessian(torch.cholesky_inverse(torch.linalg.cholesky(damped)) / scale / scale[:, None])

    def _searched(
        self, slopes: _Slopes, curvature: InverseHessian, theta: torch.Tensor, loss: float, g: torch.Tensor
    ) -> tuple[float, torch.Tensor] | None:
        """The length of a step that meets the strong Wolfe conditions, and its direction; None if none was found."""
        p = curvature.direction(g)
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # what it did not find is said in the outcome
            length, *_ = line_search(
                slopes.value,
                slopes.slope,
                theta.numpy(),
                p.numpy(),
                g.numpy(),
                loss,
                c1=ARMIJO,
                c2=CURVATURE,
                maxiter=25,
            )
        return None if length is None or not length > 0 else (float(length), p)


class InverseHessian:
    """H of the self-scaled Broyden family.

    Attributes: matrix (P, P); fresh, whether nothing was learned yet.
    """

    def __init__(self, matrix: torch.Tensor) -> None:
        self.matrix, self.fresh = matrix, True

    def direction(self, g: torch.Tensor) -> torch.Tensor:
        """−H g."""
        return -(self.matrix @ g)

    def learn(self, length: float, p: torch.Tensor, g: torch.Tensor, g_after: torch.Tensor) -> None:
        """Takes in one step s = α p; where the curvature yᵀs is not positive, nothing is learned."""
        s, y = length * p, g_after - g
        if not float(y @ s) > 0:
            return
        rho, q = 1 / float(y @ s), self.matrix @ y
        kappa = float(y @ q)
        h, b = kappa * rho, -length * rho * float(s @ g)
        phi, tau = _weights(b * h - 1, b, h, len(s), self.fresh)
        v = rho * s - q / kappa
        self.matrix.addr_(q, q, alpha=-1 / kappa).addr_(v, v, alpha=phi * kappa).mul_(1 / tau).addr_(s, s, alpha=rho)
        self.fresh = False

    def keep_positive(self) -> None:
        """Removes what round-off made unsymmetric; starts anew where H is no longer positive definite."""
        self.matrix = (self.matrix + self.matrix.T) / 2
        if int(torch.linalg.cholesky_ex(self.matrix)[1]):
            self.matrix = torch.eye(len(self.matrix), dtype=self.matrix.dtype)
            self.fresh = True


def _weights(a: float, b: float, h: float, size: int, first: bool) -> tuple[float, float]:
    """φ and τ; a = 0 where s and H⁻¹s are parallel, and the update is that of self-scaled BFGS."""
    if a < _PARALLEL or size < 2:
        return 1.0, min(1.0, 1 / b)
    low = min(1.0, h * (1 - math.sqrt(a / (1 + a))))
    theta = max((low - 1) / a, min(1 / low, (1 - b) / b))
    sigma = 1 + theta * a
    flat, scale = abs(sigma) ** (1 / (1 - size)), min(1.0, 1 / b)
    tau = min(scale * flat, sigma) if theta <= 0 else scale * min(flat, 1 / theta)
    return (1 - theta) / sigma, h / sigma if first else tau


class _Slopes:
    """The objective and its gradient in the forms a line search asks for, each point computed once."""

    def __init__(self, objective: AbstractObjective) -> None:
        self._objective = objective
        self._last: tuple[torch.Tensor, float, torch.Tensor] | None = None

    def __call__(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        if self._last is None or not torch.equal(self._last[0], theta):
            loss, g = self._objective.gradient(theta)
            self._last = (theta.clone(), loss, g)
        return self._last[1], self._last[2]

    def forget(self) -> None:
        """The points have changed."""
        self._last = None

    def value(self, theta: np.ndarray) -> float:
        """The objective at a point of numpy."""
        return self(torch.from_numpy(theta))[0]

    def slope(self, theta: np.ndarray) -> np.ndarray:
        """Its gradient there."""
        return self(torch.from_numpy(theta))[1].numpy()
