"""How sure an unknown constant is: Laplace's approximation, a Gaussian about what training found."""

from __future__ import annotations

import torch
from scipy.special import ndtri, stdtrit

from pinnln.conditioning import MeanSquare
from pinnln.formulation import Formulation
from pinnln.measurements import Measurements
from pinnln.network import AbstractNetwork
from pinnln.problem import Problem
from pinnln.residual_objective import ResidualObjective, Sampling
from pinnln.units import ProblemError, Unknown

_ROWS = 2  # rows over parameters, so that the network cannot take in everything
_FEWEST = 500
_ROUND_OFF = 1e-14
_LARGEST = 6000
_BLIND = 1e-12
_WIDE = 100  # standard deviations in scales, or in logarithms, that are no answer
_HOLDS = 1e4  # how much more an equation counts than a measurement of its size


def interval(
    problem: Problem,
    formulation: Formulation,
    network: AbstractNetwork,
    theta: torch.Tensor,
    unknown: Unknown,
    level: float,
) -> tuple[float, float]:
    """The k̂ between which an unknown lies with a probability `level`, in its scale.

    The posterior is exp(−½ Σ ((h − v)/σ)² − 10⁴ N/f² · (objective of equations and conditions)), so equations hold far
    better than any measurement. About its mode it is a Gaussian with the Gauss-Newton matrix JᵀJ as inverse covariance;
    the parameters of the network are integrated out: the information on κ is what of its columns of J no move of the
    network can make up for. A positive unknown is Gaussian in its logarithm. Without σ the variance is that of the
    misfit, and the quantile Student's.

    Raises: ProblemError for an unknown of another problem, a level outside (0, 1), no measurements or too few, too many
    parameters, or measurements that tell nothing of it.
    """
    if unknown not in formulation.unknowns:
        names = ", ".join(item.name for item in formulation.unknowns) or "none"
        raise ProblemError(f"{unknown} is no unknown of this problem: expected one of its unknowns ({names})")
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
    place, known = formulation.unknowns.index(unknown), needs[0].sigma is not None
    information, most, misfit = _information(formulation, network, theta, _precision(formulation, needs))
    covariance = _inverted(information, most, unknown)
    variance = float(covariance[place, place]) * (1.0 if known else misfit / (count - unknowns))
    if not variance < _WIDE**2:
        raise ProblemError(_blind(unknown))
    tail = 0.5 + 0.5 * level
    width = float(ndtri(tail) if known else stdtrit(count - unknowns, tail)) * variance**0.5
    kappa = float(theta[len(theta) - unknowns + place])
    low, high = kappa - width, kappa + width
    return (_exponential(low), _exponential(high)) if unknown.positive else (low, high)


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


def _information(
    formulation: Formulation, network: AbstractNetwork, theta: torch.Tensor, precision: float
) -> tuple[torch.Tensor, torch.Tensor, float]:
    """The information on κ (u, u), what it would be if the network could not move (u,), and Σ ((h − v)/σ)²."""
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
    basis = torch.linalg.qr(moves).Q
    for _ in range(2):  # the second time takes away what round-off left
        left = left - basis @ (basis.T @ left)
    return left.T @ left, own.square().sum(0), misfit


def _inverted(information: torch.Tensor, most: torch.Tensor, unknown: Unknown) -> torch.Tensor:
    """The covariance; an information that is round-off of what it could be at most is none."""
    root = most.clamp_min(torch.finfo(most.dtype).tiny).sqrt()
    values, vectors = torch.linalg.eigh(information / torch.outer(root, root))
    if not float(values[0]) > _BLIND:
        raise ProblemError(_blind(unknown))
    inverse: torch.Tensor = vectors @ torch.diag(1 / values) @ vectors.T / torch.outer(root, root)
    return inverse


def _blind(unknown: Unknown) -> str:
    return (
        f"the measurements do not tell {unknown.name!r}, alone or from the other unknowns: measure elsewhere or "
        "something else, or state one of them"
    )
