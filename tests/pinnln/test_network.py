"""Every network: its channels and their way back against autograd of torch's own operations; it solves, and is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import pi
from pathlib import Path

import pytest
import torch

from pinnln import (
    MLP,
    Dirichlet,
    FourierFeatures,
    LevenbergMarquardt,
    ModifiedMLP,
    PirateNet,
    PostNorm,
    PreNorm,
    Problem,
    ProblemError,
    Residual,
    ResidualMLP,
    Sampling,
    Scales,
    Solution,
    coordinates,
    d,
    field,
    sin,
    solve,
)
from pinnln.kernels import ACTIVATIONS, LayerNorm, NestedTape, downward_closure
from pinnln.network import AbstractNetwork
from pinnln.network_description import describe, restore
from pinnln.units import Q

WIDTH = 4
SECOND = downward_closure([(2, 0), (1, 1), (0, 2)])
THIRD = downward_closure([(3, 0), (1, 1), (0, 2)])
FREQUENCIES = 1.5 * torch.randn(3, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(7))
Plain = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class Parameters:
    """Hands out θ layer by layer, each as the function it stands for."""

    def __init__(self, theta: torch.Tensor) -> None:
        self.theta = theta

    def take(self, *shape: int) -> torch.Tensor:
        """The next numbers, in that shape."""
        count = int(torch.tensor(shape).prod())
        found, self.theta = self.theta[:count].reshape(shape), self.theta[count:]
        return found

    def linear(self, x: torch.Tensor, width: int) -> torch.Tensor:
        """The next layer."""
        weight, bias = self.take(width, x.shape[1]), self.take(width)
        return torch.nn.functional.linear(x, weight, bias)


def normalised(x: torch.Tensor) -> torch.Tensor:
    """Our own layer."""
    return LayerNorm(WIDTH, eps=1e-5, elementwise_affine=False)(x)  # type: ignore[no-any-return]


def perceptron(after: Plain | None) -> Plain:
    """Two hidden layers; `after` is what becomes of z, tanh unless given."""

    def network(theta: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
        p = Parameters(theta)
        for _ in range(2):
            z = p.linear(x, WIDTH)
            x = torch.tanh(z) if after is None else after(theta, z)
        return p.linear(x, 2)

    return network


def residual(theta: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """E and Yu."""
    p = Parameters(theta)
    x = torch.sin(p.linear(x, WIDTH))
    x = x + torch.sin(p.linear(torch.sin(p.linear(x, WIDTH)), WIDTH))
    return p.linear(x, 2)


def modified(theta: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Wang, Teng and Perdikaris, as they write it."""
    p = Parameters(theta)
    u, v = torch.tanh(p.linear(x, WIDTH)), torch.tanh(p.linear(x, WIDTH))
    for _ in range(2):
        z = torch.tanh(p.linear(x, WIDTH))
        x = (1 - z) * u + z * v
    return p.linear(x, 2)


def pirate(theta: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Wang, Li, Chen and Perdikaris, as they write it."""
    p = Parameters(theta)
    u, v, h = (torch.nn.functional.silu(p.linear(x, WIDTH)) for _ in range(3))
    f = torch.nn.functional.silu(p.linear(h, WIDTH))
    f = f * u + (1 - f) * v
    g = torch.nn.functional.silu(p.linear(f, WIDTH))
    g = g * u + (1 - g) * v
    k = torch.nn.functional.silu(p.linear(g, WIDTH))
    alpha = p.take(1)
    return p.linear(alpha * k + (1 - alpha) * h, 2)


def fourier(theta: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Tancik et al., with the frequencies that the seed gives."""
    p, phase = Parameters(theta), x @ FREQUENCIES.T
    waves = torch.cat([torch.cos(phase), torch.sin(phase)], 1)
    return p.linear(torch.nn.functional.gelu(p.linear(waves, WIDTH)), 2)


NETWORKS: dict[str, tuple[AbstractNetwork, Plain]] = {
    "MLP": (MLP(WIDTH, 2), perceptron(None)),
    "PreNorm": (MLP(WIDTH, 2, layer_norm=PreNorm()), perceptron(lambda _, z: torch.tanh(normalised(z)))),
    "PostNorm": (MLP(WIDTH, 2, layer_norm=PostNorm()), perceptron(lambda _, z: normalised(torch.tanh(z)))),
    "ResidualMLP": (ResidualMLP(WIDTH, 1, "sin"), residual),
    "ModifiedMLP": (ModifiedMLP(WIDTH, 2), modified),
    "PirateNet": (PirateNet(WIDTH, 1, "silu"), pirate),
    "FourierFeatures": (FourierFeatures(MLP(WIDTH, 1, "gelu"), count=3, spread=1.5, seed=7), fourier),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_channels_and_their_way_back_equal_autograd(name: str) -> None:
    """Values, first, second and where a norm does not forbid it third derivatives, Jacobian and gradient, to 1e-10."""
    network, plain = NETWORKS[name]
    indices = SECOND if name.endswith("Norm") else THIRD
    generator = torch.Generator().manual_seed(3)
    theta = torch.randn(network.size(2, 2), dtype=torch.float64, generator=generator)
    features = torch.randn(len(indices), 3, 2, dtype=torch.float64, generator=generator)
    tape, oracle = network.tape(theta, features, 2, indices), NestedTape.of(plain, theta, features, indices)
    signals = torch.randn(2, *tape.output.shape, dtype=torch.float64, generator=generator)
    rows = oracle.jacobian(signals)
    for ours, theirs in (
        (tape.output, oracle.output),
        (tape.jacobian(signals), rows),
        (tape.gradient(signals[0]), rows[0].sum(0)),
    ):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-10 * max(1.0, float(theirs.abs().max())))


L = Q("20 cm")
x, y = coordinates(x=(0 * L, L), y=(0 * L, L))
T = field("T", "kelvin", of=(x, y))
HOT = Q("30 K")
PLATE = Problem(
    Residual("heat", d(T, x, x) + d(T, y, y) + 2 * (pi / L) ** 2 * HOT * sin(pi * x / L) * sin(pi * y / L)),
    Dirichlet(T, Q("0 K"), on=[x.ends, y.ends]),
)
SOLVERS: dict[str, AbstractNetwork] = {
    "MLP": MLP(8, 2),
    "PreNorm": MLP(8, 2, layer_norm=PreNorm()),
    "PostNorm": MLP(8, 2, layer_norm=PostNorm()),
    "ResidualMLP": ResidualMLP(8, 1),
    "ModifiedMLP": ModifiedMLP(8, 2),
    "PirateNet": PirateNet(8, 1),
    "FourierFeatures": FourierFeatures(MLP(8, 1, "sin"), count=6),
    "beside coordinates": FourierFeatures(MLP(8, 1), count=4, spread=(1.0, 0.0), beside=True),
}


def answer(network: AbstractNetwork, steps: int = 25) -> Solution:
    """A heated plate with cold edges, solved."""
    return solve(
        PLATE,
        Scales(x=L, y=L, T=HOT),
        network=network,
        optimizer=LevenbergMarquardt(steps=steps),
        sampling=Sampling(interior=160),
        show=False,
    )


@pytest.mark.parametrize("name", SOLVERS)
def test_every_network_solves_and_is_kept(name: str, tmp_path: Path) -> None:
    """A plate whose answer is HOT sin(πx/L) sin(πy/L), to one part in a thousand; saved and loaded it is the same."""
    solution = answer(SOLVERS[name])
    exact = HOT * 0.5**0.5 * 0.75**0.5
    assert abs(solution(T, x=L / 4, y=L / 3) - exact).m_as("K") < 1e-3 * HOT.m_as("K")
    solution.save(tmp_path / "plate.safetensors")
    again = Solution.load(tmp_path / "plate.safetensors", PLATE)
    assert again.network == solution.network
    assert torch.equal(again.theta, solution.theta)
    assert again(T, x=L / 4, y=L / 3).m == pytest.approx(solution(T, x=L / 4, y=L / 3).m, rel=1e-12)


def test_each_coordinate_may_have_its_own_spread() -> None:
    """Frequencies along the first are thirty times as high, those along the second are what they were."""
    place = torch.tensor([[0.01, 0.3]], dtype=torch.float64)[None]
    one, each = (FourierFeatures(MLP(6, 1), count=50, spread=spread) for spread in (1.0, (30.0, 1.0)))
    longer = place * torch.tensor([30.0, 1.0], dtype=torch.float64)
    torch.testing.assert_close(each.waves(place, ((0, 0),)), one.waves(longer, ((0, 0),)), rtol=0, atol=1e-14)


def test_coordinates_are_seen_beside_the_waves() -> None:
    """The waves of the first coordinate alone, then both coordinates with their derivatives; the network behind has an
    input for each."""
    indices = ((0, 0), (1, 0), (0, 1))
    features = torch.randn(3, 5, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    beside = FourierFeatures(MLP(6, 1), count=4, spread=(3.0, 0.0), beside=True)
    seen = beside.waves(features, indices)
    assert seen.shape == (3, 5, 10)
    assert torch.equal(seen[..., 8:], features)
    moved = features + torch.tensor([0.0, 1.0], dtype=torch.float64) * torch.tensor([1.0, 0.0, 0.0])[:, None, None]
    torch.testing.assert_close(beside.waves(moved, indices)[..., :8], seen[..., :8], rtol=0, atol=1e-14)
    assert beside.size(2, 1) == MLP(6, 1).size(10, 1)


def test_the_first_parameters_are_those_of_the_seed() -> None:
    """Weights of 1.5 times Glorot's deviation, spread biases but for the last; blocks of a PirateNet are shut."""
    theta = MLP(200, 1).initialize(100, 1, seed=4)
    assert torch.equal(theta, MLP(200, 1).initialize(100, 1, seed=4))
    weight, bias, last = theta[:20_000], theta[20_000:20_200], theta[-1]
    assert float(weight.std()) == pytest.approx(1.5 * (2 / 300) ** 0.5, rel=0.02)
    assert -1.5 <= float(bias.min()) < -1.35 < 1.35 < float(bias.max()) <= 1.5
    assert last == 0
    shut = PirateNet(WIDTH, 1).initialize(2, 2, seed=0)
    assert shut[-(WIDTH + 1) * 2 - 1] == 0


def test_what_is_no_network_is_refused() -> None:
    """Sizes, activations, norms, spreads and parameters that do not fit, with what was expected."""
    with pytest.raises(ValueError, match="expected a width of at least 2 for LayerNorm, found 1"):
        MLP(width=1, layer_norm=PostNorm())
    with pytest.raises(TypeError, match=r"expected PreNorm\(\), PostNorm\(\) or None as layer_norm, found True"):
        MLP(layer_norm=True)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="expected a positive epsilon, found 0"):
        PreNorm(0.0)
    for kind in (MLP, ResidualMLP, ModifiedMLP, PirateNet):
        with pytest.raises(ValueError, match="expected width and depth of at least 1, found 0 and 2"):
            kind(0, 2)
        with pytest.raises(ValueError, match=f"expected an activation of {', '.join(ACTIVATIONS)}, found 'relu'"):
            kind(activation="relu")
    with pytest.raises(ValueError, match="expected a positive count and spread, found 4 and 0"):
        FourierFeatures(MLP(), count=4, spread=0.0)
    with pytest.raises(ValueError, match=r"expected a positive count and spread, found 4 and \(1.0, 0.0\)"):
        FourierFeatures(MLP(), count=4, spread=(1.0, 0.0))
    for spread in ((0.0, 0.0), (-1.0, 1.0), ()):
        with pytest.raises(ValueError, match="may be zero if the network sees them beside the waves, with beside=True"):
            FourierFeatures(MLP(), count=4, spread=spread, beside=True)
    with pytest.raises(ValueError, match=r"expected a spread for each of 2 features .* found \(1.0, 2"):
        answer(FourierFeatures(MLP(), count=4, spread=(1.0, 2.0, 3.0)), steps=1)
    with pytest.raises(TypeError, match="expected a network behind the features, found 20"):
        FourierFeatures(20)  # type: ignore[arg-type]
    features = torch.zeros(1, 1, 2, dtype=torch.float64)
    with pytest.raises(ValueError, match="expected 74 parameters for this network, found 75"):
        MLP(6, 2).tape(torch.zeros(75, dtype=torch.float64), features, 2, ((0, 0),))
    with pytest.raises(ValueError, match="expected at least 74 parameters for this network, found 73"):
        MLP(6, 2).tape(torch.zeros(73, dtype=torch.float64), features, 2, ((0, 0),))


def test_descriptions_are_data() -> None:
    """A network in a network comes back; what is not known is refused by name."""
    network = FourierFeatures(MLP(6, 2, layer_norm=PreNorm(1e-4)), count=5)
    assert restore(describe(network)) == network
    each = FourierFeatures(MLP(6, 2), count=5, spread=(30.0, 1.0))
    assert restore(json.loads(json.dumps(describe(each)))) == each
    with pytest.raises(ProblemError, match="found a network of kind Transformer: expected one of MLP, ResidualMLP"):
        restore({"kind": "Transformer"})
    with pytest.raises(ProblemError, match=r"found MLP with arguments it does not take: .*'heads'"):
        restore({"kind": "MLP", "heads": 3})
    with pytest.raises(ProblemError, match="expected the description of a network, found that of PreNorm"):
        restore({"kind": "PreNorm", "epsilon": 1e-5})
