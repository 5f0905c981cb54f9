"""The caution in numbers: LayerNorm over unlike residuals misleads, and measuring them in their scales mends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

from pinnln.conditioning import AbstractConditioning, LayerNorm, MeanSquareOfLayerNorm
from pinnln.first_order import Adam
from pinnln.kernels import AbstractSystem, centred_potential, common_mode_potential, layer_norm, uncentred_potential
from pinnln.levenberg_marquardt import LevenbergMarquardt
from pinnln.objective import AbstractObjective, LeastSquares
from pinnln.optimizers import AbstractOptimizer
from pinnln.residual_vector import ResidualVector
from pinnln.units import IncommensurableError, Q

Stated = Mapping[str, tuple[float, str]]

NAMES = ("momentum", "energy")
CASES: Mapping[str, Stated] = {
    "as it stands": {"momentum": (1e5, "Pa"), "energy": (10.0, "K/s")},
    "momentum a tenth": {"momentum": (1e4, "Pa"), "energy": (10.0, "K/s")},
    "energy a tenth": {"momentum": (1e5, "Pa"), "energy": (1.0, "K/s")},
    "as it stands, in kPa and mK/s": {"momentum": (100.0, "kPa"), "energy": (1e4, "mK/s")},
    "equal magnitudes, small": {"momentum": (10.0, "Pa"), "energy": (10.0, "K/s")},
    "equal magnitudes, large": {"momentum": (1e5, "Pa"), "energy": (1e5, "K/s")},
}
"""Residual vectors at one point, each component with its unit."""

SCALES = {"momentum": Q("1e5 Pa"), "energy": Q("10 K/s")}
"""Characteristic scales R* of the two equations."""

_TEXTBOOK = 1e-5
_NEARLY_NOTHING = 1e-12
_SHARES = tuple(number / 50 for number in range(50, 0, -1))


@dataclass(frozen=True)
class Reading:
    """One residual vector without its units.

    Attributes: case; units and magnitudes of the components; layer_norm of the magnitudes; loss, mean(LN²); slope, the
    length of its gradient in the magnitudes.
    """

    case: str
    units: tuple[str, ...]
    magnitudes: tuple[float, ...]
    layer_norm: tuple[float, ...]
    loss: float
    slope: float


@dataclass(frozen=True)
class Sounding:
    """The same residual vector in characteristic scales, with ε = 0.

    Attributes: case; residual r̂ = r/R*; phi, K√v; psi, K|μ|; rms, φ_rms = K√m; pull_centred and pull_rms, the gradients
    of φ + ψ and of φ_rms.
    """

    case: str
    residual: tuple[float, ...]
    phi: float
    psi: float
    rms: float
    pull_centred: tuple[float, ...]
    pull_rms: tuple[float, ...]

    @property
    def centred(self) -> float:
        """φ + ψ."""
        return self.phi + self.psi


@dataclass(frozen=True)
class Descent:
    """What an optimiser left of each component, as a share of what it began with, when it could move them freely."""

    objective: str
    optimizer: str
    left: tuple[float, ...]
    status: str


@dataclass(frozen=True)
class Path:
    """Objectives over their first value, while a share of some components is left and the others stay."""

    falling: str
    shares: tuple[float, ...]
    curves: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True)
class Caution:
    """The whole argument: the refusal in its words, what happens without it, and what happens after the legal way."""

    refusal: str
    readings: tuple[Reading, ...]
    soundings: tuple[Sounding, ...]
    descents: tuple[Descent, ...]
    paths: tuple[Path, ...]

    def reading(self, case: str) -> Reading:
        """That of one case."""
        return next(item for item in self.readings if item.case == case)

    def sounding(self, case: str) -> Sounding:
        """That of one case."""
        return next(item for item in self.soundings if item.case == case)


def caution() -> Caution:
    """The residual (10⁵ Pa, 10 K/s), misread and read.

    LayerNorm of two magnitudes is (1, −1) whatever they are, so it stays when a residual falls tenfold, and turns round
    when the units are others. mean(LN²) is then flat. In characteristic scales the potentials of LayerNorm fall with
    the residuals.

    >>> found = caution()
    >>> [round(entry) for entry in found.reading("momentum a tenth").layer_norm]
    [1, -1]
    >>> f"{found.sounding('as it stands').rms:.3f} → {found.sounding('momentum a tenth').rms:.3f}"
    '2.000 → 1.421'
    """
    return Caution(
        _refusal(vector("as it stands")),
        tuple(read(case) for case in CASES),
        tuple(sound(case) for case in CASES),
        tuple(_descents()),
        (_path("momentum", (1.0, 0.0)), _path("both", (1.0, 1.0))),
    )


def vector(case: str) -> ResidualVector:
    """A case as a residual vector at one point."""
    return ResidualVector(
        {name: (torch.tensor([value], dtype=torch.float64), unit) for name, (value, unit) in CASES[case].items()}
    )


def read(case: str) -> Reading:
    """A case with its units stripped, which is what the library refuses."""
    stated = CASES[case]
    r = _column([value for value, _ in stated.values()])
    textbook = MeanSquareOfLayerNorm(_TEXTBOOK)
    total, slope = textbook.gradient(r)
    per_mean = 2 / len(r)
    return Reading(
        case,
        tuple(unit for _, unit in stated.values()),
        tuple(r[:, 0].tolist()),
        tuple(layer_norm(r, epsilon=_TEXTBOOK, dim=0)[:, 0].tolist()),
        per_mean * float(total),
        per_mean * float(slope.norm()),
    )


def sound(case: str) -> Sounding:
    """A case in characteristic scales, which is the legal way."""
    r = scaled(case)
    return Sounding(
        case,
        tuple(r[:, 0].tolist()),
        float(centred_potential(r, 0.0, 0)),
        float(common_mode_potential(r, 0.0, 0)),
        float(uncentred_potential(r, 0.0, 0)),
        tuple(LayerNorm(_NEARLY_NOTHING, center=True).gradient(r)[1][:, 0].tolist()),
        tuple(LayerNorm(_NEARLY_NOTHING).gradient(r)[1][:, 0].tolist()),
    )


def scaled(case: str) -> torch.Tensor:
    """r̂ = r/R* of a case (K, 1)."""
    pure = vector(case).nondimensionalize(SCALES)
    return _column([float(pure[name].magnitude[0]) for name in NAMES])


def _refusal(r: ResidualVector) -> str:
    try:
        r.layer_norm()
    except IncommensurableError as error:
        return f"{type(error).__name__}: {error}"
    raise AssertionError("LayerNorm across pascals and kelvins per second was not refused")


def _column(values: Sequence[float]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)[:, None]


def _path(falling: str, share: Sequence[float]) -> Path:
    """Objectives along  r_k ← (1 − f_k (1 − s)) r_k,  with f_k one for what falls."""
    naive = _column([value for value, _ in CASES["as it stands"].values()])
    pure = scaled("as it stands")
    moves = _column(share)
    objectives: Mapping[str, tuple[torch.Tensor, Callable[[torch.Tensor], torch.Tensor]]] = {
        "mean(LN²), units stripped": (naive, MeanSquareOfLayerNorm(_TEXTBOOK).objective),
        "φ + ψ": (pure, lambda r: centred_potential(r, 0.0, 0) + common_mode_potential(r, 0.0, 0)),
        "φ_rms": (pure, lambda r: uncentred_potential(r, 0.0, 0)),
        "½ Σ r̂²": (pure, lambda r: 0.5 * r.square().sum(0)),
    }
    curves = {}
    for name, (start, objective) in objectives.items():
        values = [float(objective((1 - moves * (1 - left)) * start)) for left in _SHARES]
        curves[name] = tuple(value / values[0] for value in values)
    return Path(falling, _SHARES, curves)


class Shares(AbstractObjective):
    """An objective of one residual vector of which an optimiser may shrink each component:  r_k = θ_k r_k(0).

    Args: r (K, 1), the vector at the start, where θ = 1; conditioning.
    """

    def __init__(self, r: torch.Tensor, conditioning: AbstractConditioning) -> None:
        self._r, self._conditioning, self.size = r, conditioning, len(r)

    @property
    def rows(self) -> int:
        """As many as components."""
        return self.size

    def value(self, theta: torch.Tensor) -> float:
        """The objective at θ."""
        return float(self._conditioning.total(theta[:, None] * self._r))

    def gradient(self, theta: torch.Tensor) -> tuple[float, torch.Tensor]:
        """The objective and its gradient in θ, by the chain rule."""
        value, slope = self._conditioning.gradient(theta[:, None] * self._r)
        return float(value), (slope * self._r)[:, 0]

    def least_squares(self, theta: torch.Tensor, system: AbstractSystem) -> LeastSquares:
        """The model of the conditioning at θ."""
        model = self._conditioning.linearize(theta[:, None] * self._r)
        matrix = torch.eye(self.size, dtype=torch.float64) if model.matrix is None else model.matrix[:, :, 0]
        jacobian = matrix * self._r[:, 0]
        system.add(jacobian, model.rows[:, 0])
        return LeastSquares(
            model.rows[:, 0], lambda other: model.evaluate(other[:, None] * self._r)[:, 0], lambda w: jacobian.T @ w
        )

    def resample(self, round: int, theta: torch.Tensor | None = None) -> float | None:
        """There is one point, and it stays."""
        return None if theta is None else self.value(theta)


def _descents() -> list[Descent]:
    naive = _column([value for value, _ in CASES["as it stands"].values()])
    pure = scaled("as it stands")
    objectives: Mapping[str, tuple[torch.Tensor, AbstractConditioning]] = {
        "mean(LN²), units stripped": (naive, MeanSquareOfLayerNorm(_TEXTBOOK)),
        "φ + ψ": (pure, LayerNorm(center=True)),
        "φ_rms": (pure, LayerNorm()),
    }
    optimizers: Mapping[str, AbstractOptimizer] = {
        "Adam": Adam(learning_rate=1e-2, steps=500),
        "Levenberg-Marquardt": LevenbergMarquardt(steps=50),
    }
    found = []
    for objective, (r, conditioning) in objectives.items():
        for name, optimizer in optimizers.items():
            start = torch.ones(len(r), dtype=torch.float64)
            outcome = optimizer.run(Shares(r, conditioning), start, lambda progress: None)
            found.append(Descent(objective, name, tuple(outcome.theta.tolist()), outcome.status))
    return found
