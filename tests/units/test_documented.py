"""Mistakes made in public are found, at the line; mended, they are clean. DeepXDE's functions lint as they are."""

from __future__ import annotations

import inspect
from pathlib import Path

import numpy as np
import pytest
import torch
from documented import DOCUMENTED
from hypothesis import given, settings, strategies as st

from pinnln import Residual, Scales, coordinates, d, field
from pinnln.units import Q, lint_function, sin
from pinnln.units.nondimensional import nondimensionalize


def declared(case, function):
    """The constants that the function takes."""
    return {name: unit for name, unit in case.constants.items() if name in inspect.signature(function).parameters}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_documented_mistake_is_found_in_its_line(name: str) -> None:
    """With the right codes, none besides; the caret on the marked line."""
    case = DOCUMENTED[name]
    report = lint_function(case.faulty, case.inputs, case.outputs, declared(case, case.faulty), case.residuals)
    assert set(report.codes) == set(case.codes), report
    source = report.findings[0].source
    assert source is not None
    lines = Path(source.path).read_text(encoding="utf-8").splitlines()
    start = case.faulty.__code__.co_firstlineno
    marks = [index + 1 for index, line in enumerate(lines) if "# here" in line and index + 1 >= start]
    near = {marks[0], marks[0] - 1} if "or in the line above" in lines[marks[0] - 1] else {marks[0]}
    assert source.line in near


@pytest.mark.parametrize("name", DOCUMENTED)
def test_mended_it_is_clean(name: str) -> None:
    """No finding of any level."""
    case = DOCUMENTED[name]
    outputs = {key: unit.replace("degC", "K") for key, unit in case.outputs.items()}
    report = lint_function(case.mended, case.inputs, outputs, declared(case, case.mended), case.residuals)
    assert report.codes == (), report


def test_a_condition_without_its_conductivity_is_found_at_its_value() -> None:
    """B2 as a native condition: a flux where a slope is needed."""
    from pinnln import Neumann, Problem
    from pinnln.units import lint

    (x,) = coordinates(x=(Q("0 m"), Q("1 m")))
    T = field("T", "K", of=(x,))
    flux = Q("100 W/m^2")
    k = Q("3 W/m/K")
    problem = Problem(Residual("r", k * d(T, x, x)), Neumann(T, flux, on=x.end))
    assert lint(problem).codes == ("UL103",)
    assert "Divide it by k?" in lint(problem).findings[0].hint


def test_a_length_made_up_to_fit_is_found() -> None:
    """B14, chaobrain/pinnx: a bending moment divided by a metre so that the units agree."""
    from pinnln import Neumann, Problem
    from pinnln.units import lint

    (x,) = coordinates(x=(Q("0 m"), Q("2 m")))
    w = field("w", "m", of=(x,))
    sound = Residual("beam", d(w, x, x, x, x) - Q("1 1/m^3"))
    problem = Problem(sound, Residual("moment", d(w, x, x) / Q("1 m")), Neumann(w, 0, on=x.start))
    report = lint(problem)
    assert report.codes == ("UL105",)
    assert report.findings[0].residual == "moment"


def test_what_units_cannot_see_is_not_claimed() -> None:
    """B4, pdebench/PDEBench#54: a missing viscous term and the sign of the pressure. B13, SimVascular: a factor of ten
    between two pressures."""

    def inviscid(x, t, u, p, rho):
        slope = lambda a, b: torch.autograd.grad(a, b, torch.ones_like(a), create_graph=True)[0]  # noqa: E731
        return rho * (slope(u, t) + u * slope(u, x)) - slope(p, x)

    def tenfold(x, p, measured):
        return p - 760.0 * measured

    assert lint_function(inviscid, {"x": "m", "t": "s"}, {"u": "m/s", "p": "Pa"}, {"rho": "kg/m^3"}).codes == ()
    assert lint_function(tenfold, {"x": "m"}, {"p": "Pa"}, {"measured": "Pa"}).codes == ()


@pytest.fixture(scope="module")
def dde():
    """DeepXDE, imported once; what it sets globally is put back."""
    import contextlib
    import io
    import os

    before, dtype = os.environ.get("DDE_BACKEND"), torch.get_default_dtype()
    os.environ["DDE_BACKEND"] = "pytorch"
    import warnings

    with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import deepxde
    os.environ.pop("DDE_BACKEND") if before is None else os.environ.__setitem__("DDE_BACKEND", before)
    torch.set_default_dtype(dtype)
    return deepxde


def test_functions_of_deepxde_lint_as_they_are(dde) -> None:
    """Heat, wave, Burgers, Allen-Cahn, Navier-Stokes, elasticity, diffusion-reaction, an inverse problem: coefficients
    are inferred, and nothing false is found."""
    a, C, rho, mu, lmbd, shear = 0.4, 10.0, 1.0, 0.01, 1.0, 0.5
    unknown = dde.Variable(2.0)

    def heat(x, y):
        dy_t = dde.grad.jacobian(y, x, i=0, j=1)
        dy_xx = dde.grad.hessian(y, x, i=0, j=0)
        return dy_t - a * dy_xx

    def wave(x, y):
        dy_tt = dde.grad.hessian(y, x, i=1, j=1)
        dy_xx = dde.grad.hessian(y, x, i=0, j=0)
        return dy_tt - C**2 * dy_xx

    def burgers(x, y):
        dy_x = dde.grad.jacobian(y, x, i=0, j=0)
        dy_t = dde.grad.jacobian(y, x, i=0, j=1)
        dy_xx = dde.grad.hessian(y, x, i=0, j=0)
        return dy_t + y * dy_x - 0.01 / np.pi * dy_xx

    def allen_cahn(x, y):
        dy_t = dde.grad.jacobian(y, x, i=0, j=1)
        dy_xx = dde.grad.hessian(y, x, i=0, j=0)
        return dy_t - a * dy_xx - 5 * (y - y**3)

    def navier_stokes(x, u):
        u_vel, v_vel = u[:, 0:1], u[:, 1:2]
        u_vel_x = dde.grad.jacobian(u, x, i=0, j=0)
        u_vel_y = dde.grad.jacobian(u, x, i=0, j=1)
        u_vel_xx = dde.grad.hessian(u, x, component=0, i=0, j=0)
        u_vel_yy = dde.grad.hessian(u, x, component=0, i=1, j=1)
        v_vel_y = dde.grad.jacobian(u, x, i=1, j=1)
        p_x = dde.grad.jacobian(u, x, i=2, j=0)
        momentum_x = rho * (u_vel * u_vel_x + v_vel * u_vel_y) + p_x - mu * (u_vel_xx + u_vel_yy)
        continuity = u_vel_x + v_vel_y
        return [momentum_x, continuity]

    def elasticity(x, f):
        E_xx = dde.grad.jacobian(f, x, i=0, j=0)
        E_yy = dde.grad.jacobian(f, x, i=1, j=1)
        E_xy = 0.5 * (dde.grad.jacobian(f, x, i=0, j=1) + dde.grad.jacobian(f, x, i=1, j=0))
        S_xx = E_xx * (2 * shear + lmbd) + E_yy * lmbd
        S_xy = E_xy * 2 * shear
        Sxx_x = dde.grad.jacobian(f, x, i=2, j=0)
        Sxy_y = dde.grad.jacobian(f, x, i=3, j=1)
        return [S_xx - f[:, 2:3], S_xy - f[:, 3:4], Sxx_x + Sxy_y]

    def diffusion_reaction(x, y):
        dy_t = dde.grad.jacobian(y, x, i=0, j=1)
        dy_xx = dde.grad.hessian(y, x, i=0, j=0)
        return dy_t - dy_xx - torch.exp(-x[:, 1:]) * (3 * torch.sin(2 * x[:, 0:1]) / 2)

    def inverse(x, y):
        dy_t = dde.grad.jacobian(y, x, i=0, j=1)
        dy_xx = dde.grad.hessian(y, x, i=0, j=0)
        return dy_t - unknown * dy_xx

    xt, xy = {"x": "m", "t": "s"}, {"x": "m", "y": "m"}
    plane = {"u": "m", "v": "m", "sxx": "Pa", "sxy": "Pa"}
    cases = [
        (heat, xt, {"T": "K"}, {"a": "m² s⁻¹"}),
        (wave, xt, {"w": "m"}, {"C": "m s⁻¹"}),
        (burgers, xt, {"u": "m/s"}, {"(0.01 / np.pi)": "m² s⁻¹"}),
        (allen_cahn, xt, {"c": ""}, {"a": "m² s⁻¹", "5": "s⁻¹"}),
        (elasticity, xy, plane, {"lmbd": "kg m⁻¹ s⁻²"}),
        (diffusion_reaction, {"x": "", "t": ""}, {"c": "mol/m^3"}, {}),
        (inverse, xt, {"T": "K"}, {"unknown": "m² s⁻¹"}),
    ]
    for function, inputs, outputs, expected in cases:
        report = lint_function(function, inputs, outputs, literals="infer")
        assert report.codes == (), (function.__name__, report)
        assert {item.name: item.dimension for item in report.inferred}.items() >= expected.items(), report.inferred
    flow = {"u": "m/s", "v": "m/s", "p": "Pa"}
    report = lint_function(navier_stokes, xy, flow, {"rho": "kg/m^3", "mu": "Pa*s"}, ["N/m^3", "1/s"])
    assert report.codes == ()
    assert report.coverage.unknown == 0
    wrong = lint_function(navier_stokes, xy, flow, {"rho": "", "mu": "Pa*s"})
    assert wrong.codes == ("UL101",)


@settings(max_examples=25, deadline=None)
@given(
    length=st.sampled_from(["m", "inch", "km", "mile"]),
    duration=st.sampled_from(["s", "hour", "year"]),
    degree=st.sampled_from(["K", "degR"]),
)
def test_our_own_nondimensionalization_passes_the_oracle(length: str, duration: str, degree: str) -> None:
    """Restated in other units the dimensionless residual is the same, term by term."""

    def stated(metre: str, second: str, kelvin: str) -> str:
        L, tau, span = Q("0.3 m").to(metre), Q("40 s").to(second), Q("5 K").to(kelvin)
        x, t = coordinates(x=(0 * L, L), t=(0 * tau, tau))
        T = field("T", kelvin, of=(x, t))
        alpha = Q("2.2e-5 m^2/s").to(f"{metre}^2/{second}")
        rate = Q("0.1 K/s").to(f"{kelvin}/{second}")
        residual = Residual("heat", d(T, t) - alpha * d(T, x, x) - rate * sin(x / L) ** 2)
        from pinnln import Problem

        scales = Scales(x=L, t=tau, T=(Q("290 K").to(kelvin), span)).resolve(Problem(residual))
        return str(nondimensionalize(residual.statement, scales.yardsticks))

    assert stated(length, duration, degree) == stated("m", "s", "K")
