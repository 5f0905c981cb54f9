"""The tensor lint: torch functions as their users write them, columns, losses, in-place writes, inference, coverage."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pint
import pytest
import torch
from hypothesis import given, strategies as st

from pinnln.units import ProblemError, Q, UnitsError, lint_function

C = 0.4
SLOW = False
CAPTURED = Q("3 m^2/s")
lam = torch.tensor(0.1, requires_grad=True)
XT, U = {"x": "m", "t": "s"}, {"u": "m/s"}


def g(u: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    return torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)[0]


def columns(x, y):
    u_x, u_t = g(y, x)[:, 0:1], g(y, x)[:, 1:2]
    return u_t + u_x


def whole_gradient_norm(x, y):
    return g(y, x).norm(dim=1, keepdim=True)


def joined(x, t, u):
    z = torch.cat([x, t], dim=1)
    return z.sum(dim=1, keepdim=True)


def sliced_again(x, t, u):
    z = torch.cat([x, t], dim=1)
    return z[:, :1] / z[:, 1:] - u


def in_place(x, t, u):
    r = g(u, t)
    r += u * g(u, x)
    r -= g(u, x)
    return r


def written(x, t, u):
    out = torch.zeros(7, 2, dtype=torch.float64)
    out[:, 0:1] = g(u, t)
    view = out[:, 1:2]
    view.copy_(u * g(u, x))
    return out[:, 0:1] - out[:, 1:2] + u


def losses(x, t, u):
    r1, r2 = g(u, t) + u * g(u, x), u - 0
    return torch.mean(r1**2) + 0.1 * torch.mean(r2**2)


def stacked_losses(x, t, u):
    parts = [(g(u, t) ** 2).mean(), torch.nn.functional.mse_loss(u, 0 * u)]
    return torch.stack(parts).sum()


def normalised(x, t, u):
    r = torch.cat([g(u, t), u], 1)
    return torch.nn.functional.layer_norm(r, (2,))


def layered(x, t, u):
    return torch.nn.functional.linear(torch.cat([x, t], 1), torch.ones(1, 2, dtype=torch.float64))


def epsilon(x, t, u):
    return torch.sqrt(u**2 + 1e-8) - u


def literal(x, t, u):
    return torch.where(x > 0.5, u, 2 * u)


def zero_is_free(x, t, u):
    return torch.where(x > 0, u, torch.zeros_like(u)) + torch.relu(u) + torch.clamp(u, min=0) + 0


def trainable_exponent(x, t, u):
    return u**lam


def rounded(x, t, u):
    return torch.round(u)


def huber(x, t, u):
    return torch.nn.functional.huber_loss(u, 0 * u)


def escaped(x, t, u):
    return u / u.max().item()


def captured(x, t, u):
    return u * CAPTURED.magnitude + CAPTURED


def other_function(x, t, u):
    return torch.special.i0(x) * u


def homogeneous_stranger(x, t, u):
    return torch.positive(torch.nn.functional.hardtanh(u, -1e9, 1e9)) - g(u, t)


def swapped_name(x, t, u):
    u_x = g(u, t)
    return u_x + 0


def through_numpy(x, t, u):
    with torch.no_grad():
        scale = torch.from_numpy(np.ones(7)[:, None]) * 2
    return u + scale * 0


def vectorised(x, y):
    def f(point):
        return torch.sin(point[0]) * point[1]

    return torch.func.vmap(torch.func.grad(f))(x)[:, 0:1] - 1.0


FOUND: dict[str, tuple[Callable[..., Any], dict[str, str], dict[str, str], str, str]] = {
    "columns": (columns, XT, U, "UL101", "u_x"),
    "a norm over metres and seconds": (whole_gradient_norm, XT, U, "UL202", "g(y, x).norm(dim=1, keepdim=True)"),
    "a sum over metres and seconds": (joined, XT, U, "UL202", "z.sum(dim=1, keepdim=True)"),
    "an in-place write": (in_place, XT, U, "UL101", "g(u, x)"),
    "a write through a view": (written, XT, U, "UL101", "u"),
    "two losses": (losses, XT, U, "UL201", "0.1 * torch.mean(r2**2)"),
    "stacked losses": (stacked_losses, XT, U, "UL201", "torch.stack(parts).sum()"),
    "LayerNorm": (normalised, XT, U, "UL202", "torch.nn.functional.layer_norm(r, (2,))"),
    "a layer": (layered, XT, U, "UL203", ""),
    "an epsilon": (epsilon, XT, U, "UL102", "1e-8"),
    "a threshold": (literal, XT, U, "UL101", "0.5"),
    "a trainable exponent": (trainable_exponent, XT, U, "UL112", "lam"),
    "rounding": (rounded, XT, U, "UL114", "u"),
    "a Huber loss": (huber, XT, U, "UL114", ""),
    "an escape": (escaped, XT, U, "UL504", "u.max().item()"),
    "a quantity inside": (captured, XT, U, "UL502", ""),
    "a function without a rule": (other_function, XT, U, "UL903", "torch.special.i0(x)"),
    "a name": (swapped_name, XT, U, "UL401", "g(u, t)"),
}


def marked(source: Any) -> str:
    lines = source.excerpt().splitlines()
    return lines[0][lines[1].index("^") : lines[1].rindex("^") + 1] if lines else ""


@pytest.mark.parametrize("name", FOUND)
def test_what_torch_functions_do_wrong_is_found(name: str) -> None:
    """The code, and the characters."""
    function, inputs, outputs, code, guilty = FOUND[name]
    report = lint_function(function, inputs, outputs)
    found = [finding for finding in report if finding.code == code]
    assert len(found) == 1, report
    assert not guilty or marked(found[0].source) == guilty


@pytest.mark.parametrize("function", [sliced_again, zero_is_free, through_numpy], ids=lambda item: item.__name__)
def test_what_is_right_has_no_findings(function: Callable[..., Any]) -> None:
    """Columns keep their units through cat and slices; a literal zero fits anything."""
    assert lint_function(function, XT, U).codes == ()


def test_torch_func_is_followed() -> None:
    """vmap and grad of torch.func: the slope of sin(x)·t along x is in seconds."""
    report = lint_function(vectorised, {"x": "", "t": "s"}, {"u": ""})
    assert report.codes == ("UL101", "UL105")
    assert report.findings[0].units[0] == ("∂(sin(x)·t)/∂x", "s")


def test_an_operation_without_a_rule_is_probed() -> None:
    """hardtanh of a small number answers in proportion: degree 1."""
    report = lint_function(homogeneous_stranger, XT, U)
    assert report.coverage.probed == 1
    assert "UL101" in report.codes


def test_celsius_fields_are_points() -> None:
    """Shifted and compared they are fine; T⁴, 1/T and T·h are not."""

    def radiation(x, T):
        return T**4

    def exchange(x, T):
        return (T - 20.0 * T / T) if SLOW else g(T, x) + (T - T) * 0

    def ratio(x, T):
        return 1 / T

    assert lint_function(radiation, {"x": "m"}, {"T": "degC"}).codes == ("UL302",)
    assert lint_function(ratio, {"x": "m"}, {"T": "degF"}).codes == ("UL302",)
    assert "UL302" not in lint_function(exchange, {"x": "m"}, {"T": "degC"}).codes
    assert lint_function(radiation, {"x": "m"}, {"T": "K"}).codes == ()


def test_numbers_are_given_the_dimension_they_must_have() -> None:
    """Bare numbers, constants of the module and trainable tensors, by the words of the script."""

    def burgers(x, t, u):
        return g(u, t) + u * g(u, x) - 0.01 / np.pi * g(g(u, x), x)

    def wave(x, t, w):
        return g(g(w, t), t) - C**2 * g(g(w, x), x)

    def inverse(x, t, u):
        return g(u, t) - lam * g(g(u, x), x)

    (item,) = lint_function(burgers, XT, U, literals="infer").inferred
    assert str(item).endswith("(0.01 / np.pi) must carry m² s⁻¹")
    found = lint_function(wave, XT, {"w": "m"}, literals="infer").inferred
    assert [(item.name, item.dimension) for item in found] == [("C", "m s⁻¹")]
    found = lint_function(inverse, XT, U).inferred
    assert [(item.name, item.dimension) for item in found] == [("lam", "m² s⁻¹")]


def test_a_contradiction_names_the_equations_it_rests_on() -> None:
    """C cannot be a speed and a diffusivity at once; what is free is said to be free."""

    def both(x, t, u):
        a = g(u, t) - C * g(u, x)
        b = g(u, t) - C * g(g(u, x), x)
        return a, b

    report = lint_function(both, XT, U, literals="infer")
    assert report.codes == ("UL101",)
    assert any("C·∂u/∂x" in note for note in report.findings[0].notes)

    def free(x, t, u):
        return C * g(u, t)

    assert lint_function(free, XT, U, literals="infer").undetermined == ("C",)
    assert lint_function(free, XT, U, residuals=["m/s^2"], literals="infer").undetermined == ()


def test_the_oracle_finds_what_passes_around_torch() -> None:
    """A constant that leaves as an array is not followed by any rule."""

    def leaking(x, t, u):
        return u + torch.as_tensor(u.detach().cpu().resolve_conj().storage().tolist()).reshape(7, 1) * 0 + u * x / x

    assert not lint_function(leaking, XT, U).clean
    from pinnln.units.dimension import Dimension
    from pinnln.units.tensor_lint import rescaled

    def cubic(x, t, u):
        return u + u**2

    speed = Dimension.of({"[length]": 1, "[time]": -1})
    assert rescaled(cubic, XT, U, {}, [speed]) == {0: ["[length]", "[time]"]}
    assert rescaled(lambda x, t, u: u * 3, XT, U, {}, [speed]) == {}


def test_constants_of_the_module_come_back_as_they_were() -> None:
    """Also when the function raises."""

    def failing(x, t, u):
        raise KeyError(C)

    report = lint_function(failing, XT, U, {"C": "m/s"})
    assert report.codes == ("UL901",)
    assert "failing raised KeyError" in report.findings[0].message
    assert C == 0.4


def test_branches_that_did_not_run_are_named() -> None:
    """UL904 and the coverage."""

    def branching(x, t, u):
        if SLOW:
            u = u * 2
        return u

    report = lint_function(branching, XT, U)
    assert report.codes == ("UL904",)
    assert report.coverage.lines == 3
    assert len(report.coverage.not_run) == 1


WRONG_RETURNS = {
    "None": (lambda x, u: None, "returned NoneType"),
    "a number": (lambda x, u: 3.0, "returned float"),
    "an empty list": (lambda x, u: [], "returned no residual"),
    "too few rows": (lambda x, u: u[:3], "shape (3, 1) for 7 points"),
}


@pytest.mark.parametrize("name", WRONG_RETURNS)
def test_what_is_no_residual_cannot_be_linted(name: str) -> None:
    """UL901 in one sentence."""
    function, words = WRONG_RETURNS[name]
    report = lint_function(function, {"x": "m"}, {"u": "K"})
    assert report.codes == ("UL901",)
    assert words in report.findings[0].message


def test_a_function_that_does_not_end_is_stopped() -> None:
    """After the limit."""

    def endless(x, u):
        while True:
            pass

    report = lint_function(endless, {"x": "m"}, {"u": "K"}, time_limit=0.2)
    assert report.codes == ("UL901",)
    assert "did not end within 0.2 s" in report.findings[0].message


def test_a_wrong_number_of_residuals_is_said() -> None:
    """Two declared, one returned."""
    report = lint_function(lambda x, u: u, {"x": "m"}, {"u": "K"}, residuals=["K", "K"])
    assert "returns 1 residuals, declared were 2" in report.findings[0].message


def test_a_wrong_declaration_is_refused() -> None:
    """Before anything runs."""
    with pytest.raises(UnitsError, match="input 'x' was declared in 'metr', which is not a unit"):
        lint_function(columns, {"x": "metr"}, U)
    with pytest.raises(UnitsError, match="constant 'nu' was declared in 'dBm'"):
        lint_function(columns, XT, U, {"nu": "dBm"})
    with pytest.raises(ProblemError, match="constant 'nu' is not used by columns: it knows"):
        lint_function(columns, XT, U, {"nu": "m"})
    with pytest.raises(ProblemError, match="expected 'dimensionless' or 'infer', found 'guess'"):
        lint_function(columns, XT, U, literals="guess")  # type: ignore[arg-type]
    with pytest.raises(ProblemError, match="nothing to check"):
        lint_function(columns, {}, U)
    with pytest.raises(ProblemError, match="expected a Python function of tensors, found 3"):
        lint_function(3, XT, U)  # type: ignore[arg-type]
    report = lint_function(lambda a, b, x: x, XT, U)
    assert "the parameters a, b are unknown" in report.findings[0].message


def test_a_declared_residual_is_one_more_equation() -> None:
    """UL103 where the whole is of another dimension; quantities of any registry declare constants."""
    other = pint.UnitRegistry()

    def heat(x, t, T, alpha):
        return g(T, t) - alpha * g(g(T, x), x)

    declared = {"alpha": other.Quantity(1.0, "m^2/s")}
    assert lint_function(heat, XT, {"T": "K"}, declared, {"heat": "K/s"}).codes == ()
    report = lint_function(heat, XT, {"T": "K"}, declared, {"heat": "W/m^3"})
    assert report.codes == ("UL103",)
    assert report.findings[0].residual == "heat"


def test_a_network_may_be_asked_at_scaled_points() -> None:
    """f(net, x, t): derivatives along scaled coordinates are of scaled units."""

    def residual(net, x, t, L, tau):
        u = net(torch.cat([x / L, t / tau], 1))
        return g(u, t) - L**2 / tau * g(g(u, x), x)

    assert lint_function(residual, XT, {"T": "K"}, {"L": "m", "tau": "s"}).codes == ()


def test_linting_is_quick() -> None:
    """Under 100 ms of a processor for a function, after the import, in a process that nothing else traces."""
    program = (
        "import time, torch; from pinnln.units import lint_function\n"
        f"import runpy; columns = runpy.run_path({__file__!r})['columns']\n"
        "def spent():\n"
        "    start = time.process_time()\n"
        "    lint_function(columns, {'x': 'm', 't': 's'}, {'u': 'm/s'})\n"
        "    return time.process_time() - start\n"
        "torch.set_num_threads(1); spent(); print(min(spent() for _ in range(5)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.1


def test_training_pays_nothing_for_the_lint() -> None:
    """The profiler sees the same operations before and after the lint was used."""

    def operations() -> list[str]:
        x = torch.linspace(0, 1, 7, dtype=torch.float64).reshape(-1, 1).requires_grad_()
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
            u = torch.sin(x)
            (g(g(u, x), x) + u).square().mean().backward()
        return [event.name for event in profile.events() or []]

    operations()
    before = operations()
    lint_function(columns, XT, U)
    assert operations() == before
    assert len(before) > 10


@given(st.integers(-3, 3), st.integers(1, 4))
def test_a_power_of_a_speed_is_what_the_rules_say(numerator: int, denominator: int) -> None:
    """uᵃ/ᵇ · u⁻ᵃ/ᵇ is a pure number to the sine."""
    power = numerator / denominator

    def balanced(x, t, u):
        return torch.sin(u**power * u ** (-power)) - 0

    assert lint_function(balanced, XT, U).codes == ()
