"""A module of the user's own: the same channels as ours, and clear words for what cannot be one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from pinnln import (
    MLP,
    FourierFeatures,
    LevenbergMarquardt,
    ModuleNetwork,
    Problem,
    ProblemError,
    Residual,
    Sampling,
    Scales,
    coordinates,
    d,
    field,
    solve,
)
from pinnln.conditions import Dirichlet
from pinnln.kernels import AbstractTape, LayerNorm, downward_closure
from pinnln.units import Q

INDICES = downward_closure([(2, 0), (0, 1)])


def sequential(*between: torch.nn.Module) -> torch.nn.Sequential:
    """2 - 4 - 2 with layers between, in float32 as torch makes it."""
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(2, 4), *between, torch.nn.Linear(4, 2))


def same(ours: AbstractTape, theirs: AbstractTape) -> None:
    """Two tapes agree, forth and back."""
    signals = torch.randn(2, *ours.output.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    for one, other in (
        (ours.output, theirs.output),
        (ours.gradient(signals[0]), theirs.gradient(signals[0])),
        (ours.jacobian(signals), theirs.jacobian(signals)),
    ):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-9)


def test_a_module_has_the_channels_of_the_same_mlp() -> None:
    """Also behind Fourier features; in float64, though its parameters are float32, which stay as they are."""
    module = sequential(torch.nn.Tanh())
    before = {name: part.clone() for name, part in module.state_dict().items()}
    network = ModuleNetwork(module)
    theta = network.initialize(2, 2, seed=5)
    assert theta.dtype is torch.float64
    features = torch.randn(len(INDICES), 3, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    same(network.tape(theta, features, 2, INDICES), MLP(4, 1).tape(theta, features, 2, INDICES))
    behind, ours = (FourierFeatures(item, count=1) for item in (network, MLP(4, 1)))
    same(behind.tape(theta, features, 2, INDICES), ours.tape(theta, features, 2, INDICES))
    assert all(torch.equal(part, before[name]) for name, part in module.state_dict().items())
    again = network.trained(theta + 1).state_dict()
    torch.testing.assert_close(again["0.weight"], before["0.weight"].double() + 1)


def test_a_layer_norm_of_torch_is_differentiated_exactly() -> None:
    """torch's own third derivatives of it are wrong; with gains, it equals our layer."""
    features = torch.randn(len(INDICES), 3, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    theirs = ModuleNetwork(sequential(torch.nn.LayerNorm(4), torch.nn.Tanh()))
    ours = ModuleNetwork(sequential(LayerNorm(4), torch.nn.Tanh()))
    theta = theirs.initialize(2, 2, seed=0)
    same(theirs.tape(theta, features, 2, INDICES), ours.tape(theta, features, 2, INDICES))


def test_a_parameter_without_gradient_stays_fixed() -> None:
    """Only the last layer is trained."""
    module = sequential(torch.nn.Tanh())
    module[0].requires_grad_(False)
    network = ModuleNetwork(module)
    assert network.size(2, 2) == 10
    tape = network.tape(network.initialize(2, 2, 0), torch.ones(1, 3, 2, dtype=torch.float64), 2, ((0, 0),))
    expected = module.double()(torch.ones(3, 2, dtype=torch.float64)).detach()
    torch.testing.assert_close(tape.output[0], expected)


class Instances(torch.nn.Linear):
    """Normalises each row by itself, by torch's instance norm."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """A layer, normalised."""
        return torch.nn.functional.instance_norm(super().forward(x)[:, None])[:, 0]


class Softmax(torch.nn.Linear):
    """Attends to all points."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """A mean over the batch."""
        return super().forward(x.softmax(0))


REFUSED = {
    "batch norm": (sequential(torch.nn.BatchNorm1d(4)), "BatchNorm1d '1' mixes collocation points.*take .*LayerNorm"),
    "attention": (sequential(Softmax(4, 4)), "Sequential mixes collocation points: an answer changes with the other"),
    "instance norm": (
        sequential(Instances(4, 4)),
        "instance_norm wrongly from the third order on.*take torch.nn.Layer",
    ),
    "dropout": (sequential(torch.nn.Dropout(0.5)), r"Sequential is random, .* call .eval\(\) or drop dropout"),
    "shape": (
        torch.nn.Linear(2, 3),
        r"to map features \(3, 2\) to outputs \(3, 2\), one for each field, found \(3, 3\)",
    ),
    "constant": (torch.nn.Tanh(), "expected a module with parameters to train, found none in Tanh"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_a_network_is_refused(name: str) -> None:
    """Before any training, with the reason."""
    module, words = REFUSED[name]
    with pytest.raises(ValueError, match=words):
        ModuleNetwork(module).size(2, 2)


def test_what_does_not_fit_is_refused() -> None:
    """No module, other parameters, other outputs, and no way back unless it was asked for."""
    with pytest.raises(TypeError, match=r"expected a torch.nn.Module, found MLP\("):
        ModuleNetwork(MLP())  # type: ignore[arg-type]
    network = ModuleNetwork(sequential())
    theta, features = network.initialize(2, 2, 0), torch.zeros(1, 3, 2, dtype=torch.float64)
    with pytest.raises(ValueError, match="expected 22 parameters for this module, found 21"):
        network.tape(theta[1:], features, 2, ((0, 0),))
    with pytest.raises(ValueError, match="expected 1 outputs of the module"):
        network.tape(theta, features, 1, ((0, 0),))
    tape = network.tape(theta, features, 2, ((0, 0),), keep=False)
    with pytest.raises(ValueError, match="kept nothing to go back on"):
        tape.gradient(torch.zeros_like(tape.output))


def test_a_module_solves_and_refuses_to_be_saved(tmp_path: Path) -> None:
    """A rod heated evenly; a file holds no code."""
    length = Q("1 m")
    (x,) = coordinates(x=(0 * length, length))
    T = field("T", "kelvin", of=(x,))
    rod = Problem(
        Residual("heat", d(T, x, x) + Q("8 K/m^2")),
        Dirichlet(T, Q("0 K"), on=x.start),
        Dirichlet(T, Q("0 K"), on=x.end),
    )
    torch.manual_seed(1)
    network = ModuleNetwork(torch.nn.Sequential(torch.nn.Linear(1, 10), torch.nn.Tanh(), torch.nn.Linear(10, 1)))
    steps, sampling = LevenbergMarquardt(steps=15), Sampling(interior=32)
    solution = solve(rod, Scales(T=Q("1 K")), network=network, optimizer=steps, sampling=sampling, show=False)
    assert solution(T, x=length / 2).m_as("K") == pytest.approx(1, abs=1e-3)
    with pytest.raises(
        ProblemError, match="a solution with ModuleNetwork cannot be saved, because a file holds no code"
    ):
        solution.save(tmp_path / "rod.safetensors")
    assert not list(tmp_path.iterdir())
