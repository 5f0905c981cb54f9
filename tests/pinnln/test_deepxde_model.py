"""The DeepXDE model of a formulation is the same problem, and DeepXDE leaves nothing behind."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch

from pinnln import (
    MLP,
    Dirichlet,
    Initial,
    MeanSquare,
    Neumann,
    Observe,
    Periodic,
    Pin,
    PreNorm,
    Problem,
    Residual,
    Sampling,
    Scales,
    coordinates,
    d,
    field,
    laplacian,
    sin,
    unknown,
)
from pinnln.deepxde_model import deepxde, deepxde_model, loss_weights, parameters_of, set_parameters
from pinnln.deepxde_training import Schedule, train_deepxde
from pinnln.formulation import Formulation, nondimensional
from pinnln.problems import copper_bar
from pinnln.residual_objective import ResidualObjective
from pinnln.units import Q

NETWORK, SAMPLING, SEED = MLP(6, 2), Sampling(40, 9), 3


def heat() -> Formulation:
    """All conditions met exactly."""
    benchmark = copper_bar()
    return nondimensional(benchmark.problem, benchmark.problem.scales(benchmark.scales).yardsticks)


def coupled() -> Formulation:
    """Soft conditions of every kind: on a face, at a point, and at twins, with derivatives in all of them."""
    L = Q("1 m")
    x, y = coordinates(x=(0 * L, L), y=(0 * L, 2 * L))
    u, T = field("u", "m/s", of=(x, y)), field("T", "K", of=(x, y))
    alpha = Q("0.1 m^2/s")
    problem = Problem(
        Residual("flow", u * d(u, x) - alpha * d(u, x, y) + Q("1 m/s^2/K") * (T - Q("300 K")) * sin(x / L)),
        Residual("heat", u * d(T, x) - alpha * laplacian(T)),
        Dirichlet(T, Q("310 K"), on=y.start),
        Neumann(T, Q("2 K/m"), on=y.end),
        Neumann(u, Q("1 1/s"), on=y.end),
        Periodic(u, on=x.ends),
        Pin(u, Q("0 m/s"), at=(0 * L, 0 * L)),
    )
    return nondimensional(problem, problem.scales(Scales(u=Q("1 m/s"), T=(Q("300 K"), Q("10 K")))).yardsticks)


def dispersive() -> Formulation:
    """A third derivative."""
    x, t = coordinates(x=(Q("-1 m"), Q("1 m")), t=(Q("0 s"), Q("1 s")))
    u = field("u", "m/s", of=(x, t))
    problem = Problem(
        Residual("wave", d(u, t) + u * d(u, x) + Q("0.01 m^3/s") * d(u, x, x, x)),
        Initial(u, Q("1 m/s") * sin(x / Q("1 m"))),
        Periodic(u, on=x.ends),
    )
    return nondimensional(problem, problem.scales(Scales(u=Q("1 m/s"))).yardsticks)


def test_the_formulations_have_what_they_are_here_for() -> None:
    """Twins in the loss, a coordinate on a circle, a third derivative: otherwise the tests below would show less."""
    assert any(group.twin for group in coupled().groups)
    assert dispersive().embedding.periodic == (True, False)
    assert (3, 0) in dispersive().groups[0].indices


@pytest.mark.parametrize("make", [heat, coupled, dispersive])
def test_residuals_and_conditions_are_those_of_pinnln(make: Any) -> None:
    """At the same points and random parameters, in the first round of points and in the next, to round-off."""
    formulation = make()
    objective = ResidualObjective(formulation, NETWORK, MeanSquare(), SAMPLING, SEED)
    theta = 1.5 * NETWORK.initialize(formulation.embedding.size, len(formulation.fields), seed=5)
    with deepxde(SEED) as module:
        model = deepxde_model(module, formulation, NETWORK, SAMPLING, SEED)
        set_parameters(model, theta)
        assert torch.equal(parameters_of(model), theta)
        for round in range(2):
            objective.resample(round)
            expected = objective.residuals(theta)
            found = residuals_of(model, formulation)
            assert found.keys() == expected.keys()
            for name, values in found.items():
                np.testing.assert_allclose(values, expected[name].numpy(), rtol=0, atol=1e-10, err_msg=name)
            model.data.resample_train_points(bc_points=True)


def residuals_of(model: Any, formulation: Formulation) -> dict[str, np.ndarray[Any, Any]]:
    """What DeepXDE computes for every component, by name, as `data.PDE.losses` slices it."""
    data = model.data
    x, ends = data.train_x, np.cumsum([0, *data.num_bcs])
    first, *others = formulation.groups
    rows = model.predict(x, operator=data.pde)
    found = {part.name: row[ends[-1] :] for part, row in zip(first.components, rows, strict=True)}
    for group, condition, beg, end in zip(others, data.bcs, ends[:-1], ends[1:], strict=True):
        columns = model.predict(x, operator=errors_of(condition, x, beg, end))
        found.update({part.name: column for part, column in zip(group.components, columns.T, strict=True)})
    return found


def errors_of(condition: Any, x: Any, beg: int, end: int) -> Any:
    """An operator of exactly two arguments, as DeepXDE counts them."""
    return lambda inputs, outputs: condition.error(x, inputs, outputs, beg, end)


@pytest.mark.parametrize("make", [heat, coupled])
def test_its_loss_is_twice_the_mean_square_and_so_is_the_gradient(make: Any) -> None:
    """What DeepXDE's optimisers lower is what pinnln lowers, but for the factor ½."""
    formulation = make()
    theta = 1.5 * NETWORK.initialize(formulation.embedding.size, len(formulation.fields), seed=5)
    with deepxde(SEED) as module:
        # torch's Sobol engine rounds its first point to the default dtype, so both draw under the same one
        objective = ResidualObjective(formulation, NETWORK, MeanSquare(), SAMPLING, SEED)
        model = deepxde_model(module, formulation, NETWORK, SAMPLING, SEED)
        set_parameters(model, theta)
        model.compile("adam", lr=1e-3, loss_weights=loss_weights(formulation), verbose=0)
        loss = model.outputs_losses_train(model.data.train_x, None, None)[1].sum()
        loss.backward()
        slope = torch.cat([part.grad.flatten() for part in model.net.parameters()])
    value, expected = objective.gradient(theta)
    assert loss.item() == pytest.approx(2 * value, rel=1e-12)
    torch.testing.assert_close(slope, 2 * expected, rtol=1e-9, atol=1e-10)


def test_a_network_that_an_fnn_cannot_be_is_refused() -> None:
    """LayerNorm layers are ours alone."""
    with deepxde(0) as module, pytest.raises(ValueError, match="take an MLP without norms"):
        deepxde_model(module, heat(), MLP(4, 1, layer_norm=PreNorm()), SAMPLING, 0)


def test_an_unknown_constant_is_refused() -> None:
    """It is not handed to DeepXDE, nor are measurements."""
    (x,) = coordinates(x=(0.0, 1.0))
    u = field("u", "", of=(x,))
    asked = Residual("u", d(u, x) - unknown("a", 2.0)), Residual("u", d(u, x) - 2.0)
    seen = Observe(u, [1.0], at={x: [0.5]})
    for parts in ((asked[0],), (asked[1], seen)):
        problem = Problem(*parts, Dirichlet(u, 1.0, on=x.start))
        formulation = nondimensional(problem, problem.scales().yardsticks)
        with deepxde(0) as module, pytest.raises(ValueError, match="without unknown constants and measurements"):
            deepxde_model(module, formulation, NETWORK, SAMPLING, 0)


def test_training_goes_through_its_phases_within_its_budget() -> None:
    """Adam, then L-BFGS; the loss falls, the clock of the trail runs, a budget ends it, a seed repeats it."""
    formulation = heat()
    objective = ResidualObjective(formulation, NETWORK, MeanSquare(), SAMPLING, SEED)
    schedule = Schedule(adam=20, resample_every=10, lbfgs=50)
    first, second = (train_deepxde(formulation, NETWORK, SAMPLING, schedule, SEED) for _ in range(2))
    kept = first.trail.kept
    assert first.startup > 0
    assert {item.phase for item in kept} == {"Adam", "L-BFGS"}
    assert [item.seconds for item in kept] == sorted(item.seconds for item in kept)
    assert objective.value(kept[-1].theta) < 0.1 * objective.value(kept[0].theta)
    assert (first.status, first.steps) == ("ended", 70)
    assert torch.equal(kept[-1].theta, second.trail.kept[-1].theta)
    short = train_deepxde(formulation, NETWORK, SAMPLING, Schedule(budget=1e-6), SEED)
    assert (short.status, short.steps) == ("budget", 1)


def test_parameters_that_are_lost_end_the_training() -> None:
    """A learning rate that is far too large is reported, not waited for."""
    lost = train_deepxde(heat(), NETWORK, SAMPLING, Schedule(50, learning_rate=1e300), SEED)
    assert (lost.status, lost.message) == ("failed", "parameters not finite in Adam")


@pytest.mark.parametrize("wrong", [{"adam": 0, "lbfgs": 0}, {"adam": -1}, {"budget": 0.0}, {"resample_every": 0}])
def test_a_schedule_that_runs_nothing_is_refused(wrong: Any) -> None:
    """With what was expected and what was found."""
    with pytest.raises(ValueError, match=r"expected .* found Schedule"):
        Schedule(**wrong)


SESSION = """
import json, os, random, sys
import numpy as np, torch
os.environ["OMPI_COMM_WORLD_SIZE"] = "2"
def surroundings():
    return {
        "environment": dict(os.environ), "torch": torch.get_rng_state().tolist(), "python": random.getstate(),
        "numpy": np.random.get_state()[1].tolist(),
        "defaults": [str(torch.get_default_dtype()), str(torch.get_default_device())],
    }
torch.set_default_dtype(torch.float16)
from pinnln.deepxde_model import deepxde
loaded, before = "deepxde" in sys.modules, surroundings()
with deepxde(7) as module:
    within = (str(torch.get_default_dtype()), module.config.default_float(), module.backend.backend_name)
    drawn = [torch.rand(1).item(), float(np.random.rand()), random.random()]
    module.optimizers.set_LBFGS_options(maxiter=3)
with deepxde(7) as module:
    again = [torch.rand(1).item(), float(np.random.rand()), random.random()]
    iterations = module.optimizers.LBFGS_options["maxiter"]
print(json.dumps({
    "loaded": loaded, "kept": before == surroundings(), "within": within, "repeated": drawn == again,
    "after": module.config.default_float(), "iterations": iterations,
}))
"""


def test_deepxde_leaves_nothing_behind() -> None:
    """Environment, dtype, device, random states, its own float type and options are as before, and nothing is printed,
    also where MPI seems to have launched the process."""
    done = subprocess.run([sys.executable, "-c", SESSION], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert json.loads(done.stdout) == {
        "loaded": False,
        "kept": True,
        "within": ["torch.float64", "float64", "pytorch"],
        "repeated": True,
        "after": "float32",
        "iterations": 15000,
    }
