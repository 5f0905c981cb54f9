"""Torch functions in the many ways their users write them: correct ones are clean, and nothing is left behind."""

from __future__ import annotations

import functools
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn
from torch.func import hessian, jacfwd, jacrev, vmap

from pinnln.units import ProblemError, lint_function

XT, U = {"x": "m", "t": "s"}, {"u": "m/s"}
L0, E, rho, NU, POWER = 2.0, 3.0, 1.5, 0.01, 2.0
SHARED = torch.tensor(0.3, dtype=torch.float64)
WEIGHTS = torch.eye(2, dtype=torch.float64)


def g(u, x):
    return torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)[0]


def two_columns(X, Y):
    slopes = g(Y, X)
    return torch.cat([slopes[:, 0:1], slopes[:, 1:2]], 1)


def columns_called_x_and_y(x, y):
    return g(g(y, x)[:, 0:1], x)[:, 0:1] + g(g(y, x)[:, 1:2], x)[:, 1:2]


def by_name(t, u, om, U0):
    return u - U0 * torch.sin(om * t)


def columns_called_x_and_u(x, u):
    return g(u, x)[:, 1:2] + u * g(u, x)[:, 0:1]


def condition_of_operator(x, y, X):
    return y - X[:, 0:1] / X[:, 1:2]


def with_a_network(model, X):
    X = X.clone().requires_grad_()
    u = model(torch.cat([X[:, 0:1], X[:, 1:2]], 1))
    return g(u, X)[:, 1:2] + u * g(u, X)[:, 0:1]


def shared_tensor(x, t, u):
    return g(u, t) + u * g(u, x) - SHARED * g(g(u, x), x)


def factories(x, t, u):
    return torch.full_like(u, L0) * u / x - u * torch.tensor(L0) / torch.as_tensor(L0)


def by_numpy(x, t, u):
    return np.sqrt(E / rho) - u + math.sqrt(E / rho)


def with_vmap(net, x, t):
    X = torch.cat([x, t], 1)
    one = lambda z: net(z.unsqueeze(0)).squeeze(0)  # noqa: E731
    first, forward, second = vmap(jacrev(one))(X), vmap(jacfwd(one))(X), vmap(hessian(one))(X)
    return first[:, 0, 1] + net(X)[:, 0] * forward[:, 0, 0] - NU * second[:, 0, 0, 0]


def cast(x, t, u):
    return u.float() - u


def power(x, t, u):
    return u**POWER - u * u


def decimal_power(x, t, u):
    return u**1.852 / u**0.852 - u


def with_random_numbers(x, t, u):
    return u * torch.rand_like(u) + torch.nn.functional.dropout(u, 0.5)


def of_weights(X, Y):
    return (g(Y, X) @ WEIGHTS).sum(1)


def norms(X, Y):
    return torch.linalg.norm(g(Y, X), 2, 1) + torch.linalg.vector_norm(g(Y, X), 2, -1)


def cancelling(x, t, u):
    return u ** (2 / 3) * u ** (1 / 3) - u


def made():
    k = 2.0

    def helper(u, x):
        return k * g(u, x)

    def outer(x, t, u):
        return g(u, t) - helper(u, x)

    return outer


def of_keywords(x, t, u, *, nu):
    return g(u, t) - nu * g(g(u, x), x)


def on_a_copy(X, net):
    points = X.clone()
    points.requires_grad = True
    return g(net(points), points)[:, 1:2] + net(points) * g(net(points), points)[:, 0:1]


SQUARE, FLOW = {"x": "m", "y": "m"}, {"nu": "m^2/s"}
CLEAN = {
    "two columns": (two_columns, SQUARE, U, {}),
    "x and y are columns": (columns_called_x_and_y, SQUARE, {"T": "K"}, {}),
    "named t and u": (by_name, XT, {"u": "m"}, {"U0": "m", "om": "1/s"}),
    "x and u are columns": (columns_called_x_and_u, XT, U, {}),
    "a condition of an operator": (condition_of_operator, XT, U, {}),
    "a network and columns": (with_a_network, XT, U, {}),
    "a declared tensor": (shared_tensor, XT, U, {"SHARED": "m^2/s"}),
    "factories": (factories, XT, U, {"L0": "m"}),
    "numpy and math": (by_numpy, XT, U, {"E": "Pa", "rho": "kg/m^3"}),
    "vmap": (with_vmap, XT, U, {"NU": "m^2/s"}),
    "float()": (cast, XT, U, {}),
    "a declared exponent": (power, XT, U, {"POWER": ""}),
    "a decimal exponent": (decimal_power, XT, U, {}),
    "random numbers": (with_random_numbers, XT, U, {}),
    "a matrix from outside": (of_weights, SQUARE, U, {}),
    "norms by place": (norms, SQUARE, U, {}),
    "what cancels": (cancelling, XT, U, {}),
    "a closure's helper": (made(), XT, {"u": "m"}, {"k": "m/s"}),
    "keywords": (of_keywords, XT, U, FLOW),
    "a copy of the inputs": (on_a_copy, XT, U, {}),
    "a partial": (functools.partial(of_keywords, nu=torch.zeros(1)), {"x": "", "t": ""}, {"u": ""}, {}),
}


@pytest.mark.parametrize("name", CLEAN)
def test_what_is_right_is_clean(name: str) -> None:
    """However it is written, without an edit."""
    function, inputs, outputs, constants = CLEAN[name]
    report = lint_function(function, inputs, outputs, constants)
    assert report.clean, report
    assert report.coverage.residuals >= 1


class Trained(nn.Module):
    """A physics-informed network as its users write it."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
        self.a, self.b = nn.Parameter(torch.zeros(1)), nn.Parameter(torch.zeros(1))
        self.nu = 0.01

    def discovered(self, x, t, u):
        return g(u, t) + self.a * u * g(u, x) - self.b * g(g(u, x), x)

    def residual(self, x, t):
        u = self.net(torch.cat([x, t], 1))
        return g(u, t) + u * g(u, x) - self.nu * g(g(u, x), x)

    def forward(self, x, t, u):
        return g(u, t) + u * g(u, x)


def test_the_method_of_a_network_is_linted_with_its_own_network_and_numbers() -> None:
    """The network is the solution, `self.nu` a constant; parameters of equal value are two unknowns."""
    module = Trained()
    assert lint_function(module, XT, U).clean
    assert lint_function(module.residual, XT, U, {"self.nu": "m^2/s"}).codes == ()
    assert lint_function(module.residual, XT, U).codes == ("UL101",)
    found = lint_function(module.discovered, XT, U).inferred
    assert {item.name: item.dimension for item in found} == {"self.a": "1", "self.b": "m² s⁻¹"}
    assert type(module.nu) is float


class Layered(nn.Module):
    """Another way to write one: layers on the module itself, asked through self(…) or self.forward(…)."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last, self.k = nn.Linear(2, 8), nn.Linear(8, 1), np.float64(0.3)

    def forward(self, X):
        return self.last(torch.tanh(self.first(X)))

    def by_call(self, x, t):
        u = self(torch.cat([x, t], 1))
        return g(u, t) + u * g(u, x)

    def by_forward(self, x, t):
        u = self.forward(torch.cat([x, t], 1))
        return g(u, t) + u * g(u, x)

    def decaying(self, x, t, u):
        return g(u, t) + self.k * u


def test_a_network_of_layers_answers_for_the_solution() -> None:
    """In single precision, as it was built; afterwards it is itself again."""
    module = Layered()
    before = module(torch.zeros(1, 2))
    for method in (module.by_call, module.by_forward):
        assert lint_function(method, XT, U).codes == ()
    assert lint_function(module.decaying, XT, U, {"self.k": "1/s"}).codes == ()
    assert torch.equal(module(torch.zeros(1, 2)), before)
    assert "forward" not in vars(module)
    assert torch.get_default_dtype() == torch.float32


SINGLE, FEATURES = torch.eye(2), torch.ones(2, 3)
LIST, ARRAY = [1.0, 2.0], np.array([[1.0, 0.3], [0.3, 1.0]])


def in_single(x, y, u, v):
    out = torch.zeros(7, 2)
    out[:, 0] = (torch.cat([u, v], 1) @ SINGLE)[:, 0]
    return torch.einsum("nj,ij->ni", torch.cat([u, v], 1), SINGLE)[:, 0] - out[:, 0] + torch.lerp(u, v, 0.5)[:, 0]


def of_arrays(x, y, u, v):
    return ARRAY[0, 0] * u + torch.from_numpy(ARRAY)[0, 1] * v - LIST[0] * u


def radiation(x, T, T0):
    return T**4 - np.power(T0, 4) + np.mean([T0, T0]) * np.cbrt(T0**9)


def from_numpy_columns(x, y, X):
    return y - torch.as_tensor(X, dtype=torch.float32)[:, 1:2] * g(y, x)[:, 1:2]


@pytest.mark.parametrize(
    ("function", "inputs", "outputs", "constants"),
    [
        (in_single, SQUARE, {"u": "m/s", "v": "m/s"}, {}),
        (of_arrays, SQUARE, {"u": "m", "v": "m"}, {"ARRAY": "Pa/m", "LIST": "Pa/m"}),
        (radiation, {"x": "m"}, {"T": "K"}, {"T0": "K"}),
        (from_numpy_columns, XT, U, {}),
    ],
)
def test_single_precision_and_numpy_are_clean(function, inputs, outputs, constants) -> None:
    """What torch promotes or not, arrays, lists, the functions of numpy."""
    report = lint_function(function, inputs, outputs, constants)
    assert report.codes == (), report


def test_inference_mode_around_the_lint_is_left_for_its_run() -> None:
    """Derivatives are needed, whatever surrounds the call."""
    with torch.inference_mode():
        assert lint_function(columns_called_x_and_u, XT, U).codes == ()
    with torch.no_grad():
        assert lint_function(columns_called_x_and_u, XT, U).codes == ()


def test_a_trainable_logarithm_is_a_constant_of_any_unit() -> None:
    """exp(c) keeps a coefficient positive: what it must carry is inferred, of c nothing is asked."""
    c = torch.tensor(-2.0, requires_grad=True)

    def heat(x, t, u):
        return g(u, t) - torch.exp(c) * g(g(u, x), x)

    report = lint_function(heat, XT, U)
    assert report.codes == ()
    assert [(item.name, item.dimension) for item in report.inferred] == [("exp(c)", "m² s⁻¹")]


def test_a_step_of_training_is_taken_back() -> None:
    """Parameters, captured tensors and the random numbers of numpy are as before."""
    weight = torch.tensor([1.0], requires_grad=True)
    held, optimizer = torch.zeros(7, 1), torch.optim.SGD([weight], lr=1.0)

    def step(x, t, u):
        optimizer.zero_grad()
        loss = ((weight - 2) ** 2 * u / u * np.random.rand()).mean()
        loss.backward(retain_graph=True)
        optimizer.step()
        held.add_((u / u).detach())
        return loss * u

    np.random.seed(3)
    state = np.random.get_state()[1].tolist()
    lint_function(step, XT, U)
    assert weight.tolist() == [1.0]
    assert float(held.abs().max()) == 0.0
    assert np.random.get_state()[1].tolist() == state


def test_numbers_of_a_vector_have_units_of_their_own() -> None:
    """lam[0] and lam[1] are two unknowns."""
    lam = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)

    def burgers(x, t, u):
        return g(u, t) + lam[0] * u * g(u, x) - lam[1] * g(g(u, x), x)

    assert {item.dimension for item in lint_function(burgers, XT, U).inferred} == {"1", "m² s⁻¹"}


def test_nothing_is_left_behind() -> None:
    """Random state, gradients, buffers, constants: all as before."""
    norm = nn.BatchNorm1d(1).double()
    parameter = torch.ones(1, dtype=torch.float64, requires_grad=True)

    def loss(x, t, u):
        value = (norm(u / u.detach()) * parameter * torch.rand_like(u)).mean()
        value.backward()
        return value + SHARED

    state, buffers, value = torch.get_rng_state(), norm.running_mean.clone(), SHARED.clone()
    lint_function(loss, XT, U, {"SHARED": ""})
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(norm.running_mean, buffers)
    assert parameter.grad is None
    assert torch.equal(SHARED, value)
    assert L0 == 2.0


def decided(x, t, u):
    return u * 2 if x.max() > 0.1 else u


def masked(x, t, u):
    return u.masked_fill(x > 0, 3.0)


def interpolated(x, t, u):
    return u - u + torch.lerp(x, t, 0.5)


def fused(x, t, u):
    return torch.addcmul(u, u, g(u, x))


def copied(x, t, u):
    r = torch.zeros(7, 2, dtype=torch.float64)
    r[:, 0].copy_(u[:, 0])
    r[:, 1].copy_(g(u, x)[:, 0])
    return r.sum(1)


def extremes(x, t, u):
    low, high = torch.aminmax(u)
    return low + high - g(u, x)


def to_an_integer(x, t, u):
    return u.long()


@pytest.mark.parametrize("function", [decided, masked, interpolated, fused, copied, extremes, to_an_integer])
def test_what_is_wrong_is_found(function) -> None:
    """In branches, fused operations, copies into views, pairs of results."""
    report = lint_function(function, XT, U)
    assert not report.clean
    assert {"UL101", "UL104", "UL114", "UL202"} & set(report.codes)


def test_bad_declarations_and_ends_are_said() -> None:
    """A list of inputs, a string of residuals, a function that exits, a residual without elements."""

    def leaves(x, t, u):
        raise SystemExit

    def empty(x, t, u):
        return u[:, :0]

    with pytest.raises(ProblemError, match="inputs: expected names with units"):
        lint_function(cast, ["m", "s"], U)  # type: ignore[arg-type]
    with pytest.raises(ProblemError, match="residuals: expected a list of units"):
        lint_function(cast, XT, U, residuals="m/s")
    assert "leaves raised SystemExit" in lint_function(leaves, XT, U).findings[0].message
    assert "returned a tensor of shape (7, 0)" in lint_function(empty, XT, U).findings[0].message


def test_a_comment_of_another_function_is_not_called_unused() -> None:
    """Suppressions are those of the lines that are linted."""

    def elsewhere(x, t, u):
        return u + x  # unitlint: ignore[UL101] -- on purpose

    assert lint_function(cast, XT, U).codes == ()
    assert lint_function(elsewhere, XT, U).codes == ()


def test_an_attribute_is_not_a_captured_quantity() -> None:
    """A global of the name of an attribute, `.T`, is not what the function uses."""
    holder = SimpleNamespace(T=SHARED)

    def transposed(X, Y):
        return g(Y, X).T.sum(0) + 0 * holder.T

    assert lint_function(transposed, SQUARE, U).clean
