"""How sure an unknown constant is: Laplace's approximation, a Gaussian about what training found."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from pinnln.conditioning import MeanSquare
from pinnln.formulation import Formulation
from pinnln.measurements import Measurements
from pinnln.network import AbstractNetwork
from pinnln.problem import Problem
from pinnln.residual_objective import ResidualObjective, Sampling
from pinnln.units import ProblemError, Unknown

Values = NDArray[np.float64]

_ROWS = 2  # rows over parameters, so that the network cannot take in everything
_FEWEST = 500
_ROUND_OFF = 1e-14
_LARGEST = 6000
_BLIND = 1e-12
_WIDE = 100  # standard deviations in scales, or in logarithms, that are no answer
_STEP = 1e-4  # of a parameter, for a difference quotient
_HOLDS = 1e4  # how much more an equation counts than a measurement of its size


@dataclass(frozen=True)
class Posterior:
    """The Gaussian of the unknown constants κ, and how the network follows them.

    Attributes: covariance (u, u); quantile, how many standard deviations the interval reaches; response (P, u) =
    ∂θ/∂κ, by which equations and measurements stay as near to being met as they can.
    """

    covariance: torch.Tensor
    quantile: float
    response: torch.Tensor

    def width(self, place: int) -> float:
        """Half of the interval of one κ."""
        return self.quantile * math.sqrt(float(self.covariance[place, place]))

    def spread(self, theta: torch.Tensor, ask: Callable[[torch.Tensor], Values]) -> Values:
        """Half of the interval of what `ask` answers for parameters θ (P,), to first order in κ."""
        total: Values = np.zeros_like(ask(theta))
        for move in (self.response @ torch.linalg.cholesky(self.covariance)).T:
            step = _STEP / float(move.abs().max())
            total += ((ask(theta + step * move) - ask(theta - step * move)) / (2 * step)) ** 2
        return self.quantile * np.sqrt(total)


def interval(
    problem: Problem,
    formulation: Formulation,
    network: AbstractNetwork,
    theta: torch.Tensor,
    unknown: Unknown,
    level: float,
) -> tuple[float, float]:
    """The k̂ between which an unknown lies with a probability `level`, in its scale; a positive one is Gaussian in its
    logarithm.

    Raises: ProblemError for an unknown of another problem, and what `posterior` raises.
    """
    if unknown not in formulation.unknowns:
        names = ", ".join(item.name for item in formulation.unknowns) or "none"
        raise ProblemError(f"{unknown} is no unknown of this problem: expected one of its unknowns ({names})")
    place = formulation.unknowns.index(unknown)
    width = posterior(problem, formulation, network, theta, level, [unknown]).width(place)
    kappa = float(theta[len(theta) - len(formulation.unknowns) + place])
    low, high = kappa - width, kappa + width
    return (_exponential(low), _exponential(high)) if unknown.positive else (low, high)


def posterior(
    problem: Problem,
    formulation: Formulation,
    network: AbstractNetwork,
    theta: torch.Tensor,
    level: float,
    asked: Sequence[Unknown],
) -> Posterior:
    """What the measurements tell of the unknowns, of which those that are asked for must be told.

    The posterior is exp(−½ Σ ((h − v)/σ)² − 10⁴ N/f² · (objective of equations and conditions)), so equations hold far
    better than any measurement. About its mode it is a Gaussian with the Gauss-Newton matrix JᵀJ as inverse covariance;
    the parameters of the network are integrated out: the information on κ is what of its columns of J no move of the
    network can make up for. Without σ the variance is that of the misfit, and the quantile Student's.

    Raises: ProblemError for no unknowns, a level outside (0, 1), no measurements or too few, too many parameters, or
    measurements that tell nothing of what is asked.
    """
    if not formulation.unknowns:
        raise ProblemError(
            "there is no unknown constant in this problem, and so nothing that a measurement makes more or less sure: "
            "state one, as in unknown('k', guess=…)"
        )
    if not 0 < level < 1:
        raise ProblemError(f"expected a level between 0 and 1, such as 0.95, found {level}")
    if len(theta) > _LARGEST:
        raise ProblemError(
            f"an interval takes a matrix of {len(theta):,} squared: expected at most {_LARGEST:,} parameters; take a "
            "smaller network"
        )
    needs = [need.measured for item in problem.conditions for need in item.requirements if need.measured is not None]
    count, unknowns = sum(len(each) for each in needs), len(formulation.unknowns)
    if count <= unknowns:
        raise ProblemError(
            f"{count} measurements for {unknowns} unknown constants tell no interval: expected more measurements than "
            "unknowns, stated by Observe(…)"
        )
    known, tail = needs[0].sigma is not None, 0.5 + 0.5 * level
    found = _information(formulation, network, theta, _precision(formulation, needs))
    covariance = _inverted(found.information, found.most, asked) * (1.0 if known else found.misfit / (count - unknowns))
    for item in asked:
        place = formulation.unknowns.index(item)
        if not float(covariance[place, place]) < _WIDE**2:
            raise ProblemError(_blind([item]))
    quantile = float(ndtri(tail) if known else stdtrit(count - unknowns, tail))
    return Posterior(covariance, quantile, found.response)


def _exponential(kappa: float) -> float:
    return float(torch.tensor(kappa, dtype=torch.float64).exp())


def _precision(formulation: Formulation, needs: list[Measurements]) -> float:
    """N/f², which makes the objective of the measurements  ½ Σ ((h − v)/σ)²."""
    scales = [group.components[0].scale for group in formulation.groups if group.table is not None]
    smallest = [
        1.0 if each.sigma is None else float(each.sigma.min()) / scale
        for each, scale in zip(needs, scales, strict=True)
    ]
    return sum(len(each) for each in needs) / min(smallest) ** 2


@dataclass(frozen=True)
class _Information:
    """On κ (u, u); what it would be if the network could not move (u,); Σ ((h − v)/σ)²; how θ follows κ (P, u)."""

    information: torch.Tensor
    most: torch.Tensor
    misfit: float
    response: torch.Tensor


def _information(
    formulation: Formulation, network: AbstractNetwork, theta: torch.Tensor, precision: float
) -> _Information:
    unknowns = len(formulation.unknowns)
    sampling = Sampling(interior=max(_ROWS * len(theta), _FEWEST))
    objective = ResidualObjective(formulation, network, MeanSquare(), sampling, seed=0)
    rows, misfit = [], 0.0
    for part in objective.terms(theta).linear():
        measured, counted = part.group.table is not None, precision * part.weight
        rows.append((counted * (1.0 if measured else _HOLDS)) ** 0.5 * part.jacobian().flatten(0, 1))
        misfit += counted * float(part.r.values.square().sum()) if measured else 0.0
    jacobian = torch.cat(rows)
    moves, own = jacobian[:, :-unknowns], jacobian[:, -unknowns:]
    softening = (_ROUND_OFF * float(moves.square().sum(0).max())) ** 0.5
    moves = torch.cat([moves, softening * torch.eye(moves.shape[1], dtype=moves.dtype)])
    left = torch.cat([own, own.new_zeros(moves.shape[1], unknowns)])
    basis, triangle = torch.linalg.qr(moves)
    follow = -torch.linalg.solve_triangular(triangle, basis.T @ left, upper=True)
    for _ in range(2):  # the second time takes away what round-off left
        left = left - basis @ (basis.T @ left)
    response = torch.cat([follow, torch.eye(unknowns, dtype=follow.dtype)])
    return _Information(left.T @ left, own.square().sum(0), misfit, response)


def _inverted(information: torch.Tensor, most: torch.Tensor, asked: Sequence[Unknown]) -> torch.Tensor:
    """The covariance; an information that is round-off of what it could be at most is none."""
    root = most.clamp_min(torch.finfo(most.dtype).tiny).sqrt()
    values, vectors = torch.linalg.eigh(information / torch.outer(root, root))
    if not float(values[0]) > _BLIND:
        raise ProblemError(_blind(asked))
    inverse: torch.Tensor = vectors @ torch.diag(1 / values) @ vectors.T / torch.outer(root, root)
    return inverse


def _blind(asked: Sequence[Unknown]) -> str:
    names = " and ".join(repr(item.name) for item in asked)
    return (
        f"the measurements do not tell {names}, alone or from the other unknowns: measure elsewhere or "
        "something else, or state one of them"
    )
