"""The codes of the lint as data: what each means, why it matters, an example and its repair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """One rule of the lint: its name, its level (error, warning, note), and how to explain it."""

    name: str
    level: str
    title: str
    why: str
    wrong: str
    right: str

    def __str__(self) -> str:
        return (
            f"{self.name} [{self.level}] {self.title}\n\n{self.why}\n\n  wrong:  {self.wrong}\n  right:  {self.right}"
        )


_TABLE = (
    Code(
        "UL101",
        "error",
        "unlike units added, subtracted, compared or joined",
        "Terms of one sum have one dimension. Where they do not, a factor is missing or a derivative has the wrong "
        "order, and the answer changes with the units chosen.",
        "u * d(u, x) + d(p, x)",
        "u * d(u, x) + d(p, x) / rho",
    ),
    Code(
        "UL102",
        "warning",
        "a small bare number added to a quantity",
        "A guard against zero has the unit of what it guards; as a bare number it is negligible in one system of "
        "units and dominant in another.",
        "sqrt(u**2 + 1e-8)",
        "sqrt(u**2 + 1e-8 * U**2)",
    ),
    Code(
        "UL103",
        "error",
        "a residual or condition differs from its declared unit",
        "What was declared and what was computed have unlike dimensions: one of the two is wrong.",
        'Neumann(T, Q("5 W/m^2"), on=x.end)',
        'Neumann(T, Q("5 W/m^2") / k, on=x.end)',
    ),
    Code(
        "UL104",
        "error",
        "the rescaling oracle failed",
        "Restated in other units the function gives another physical answer, although every single operation looks "
        "sound: something passes around the rules, by way of numpy or a bare float.",
        "u_t - float(nu) * u_xx",
        "u_t - nu * u_xx",
    ),
    Code(
        "UL105",
        "warning",
        "a condition does not depend on the field",
        "A condition without the field in it constrains nothing; it is a constant in the loss.",
        "x - L",
        "u - u_wall",
    ),
    Code(
        "UL106",
        "warning",
        "a tolerance or threshold that depends on the unit",
        "atol, beta and eps are compared with a quantity, so they carry its unit.",
        "torch.isclose(p, q, atol=1e-8)",
        "torch.isclose(p / p0, q / p0, atol=1e-8)",
    ),
    Code(
        "UL105",
        "warning",
        "a residual or condition without a field, or a unit made up to fit",
        "What depends on no field constrains nothing. A factor such as 1 m, multiplied or divided in so that the units "
        "agree, hides a mistake: the number would have to change with the unit.",
        'Residual("moment", d(w, x, x) / Q("1 m"))',
        'Residual("moment", d(w, x, x))',
    ),
    Code(
        "UL111",
        "error",
        "a transcendental function of a quantity with a unit",
        "exp, sin, log and their kin are power series: they add their argument to its own square, which only a pure "
        "number allows.",
        "exp(-x)",
        "exp(-x / L)",
    ),
    Code(
        "UL112",
        "error",
        "an exponent that fixes no dimension",
        "The dimension of a power is known only if its exponent is a constant pure number.",
        "u ** n  (n trainable)",
        "(u / U) ** n",
    ),
    Code(
        "UL114",
        "error",
        "rounding or normalising a quantity with a unit",
        "floor, round, LayerNorm with an epsilon and the Huber loss give results that depend on the unit.",
        "torch.round(T)",
        "torch.round(T / dT) * dT",
    ),
    Code(
        "UL201",
        "error",
        "a loss mixes residuals of unlike dimension",
        "A weighted sum of squared pascals and squared kelvins per second has no meaning: a bare weight stands in for "
        "a unit, and the optimiser follows the choice of units.",
        "mean(r1**2) + 0.1 * mean(r2**2)",
        "mean((r1 / (rho * U**2 / L))**2) + 0.1 * mean((r2 / (dT * U / L))**2)",
    ),
    Code(
        "UL202",
        "error",
        "a reduction across columns of unlike units",
        "Mean, norm, softmax and LayerNorm along an axis add its columns; metres and seconds do not add.",
        "torch.cat([x, t], 1).norm(dim=1)",
        "torch.cat([x / L, t / tau], 1).norm(dim=1)",
    ),
    Code(
        "UL203",
        "warning",
        "a network layer is given a quantity with a unit",
        "A layer adds its inputs with bare weights. Measure them in characteristic scales first.",
        "net(torch.cat([x, t], 1))",
        "net(torch.cat([x / L, t / tau], 1))",
    ),
    Code(
        "UL301",
        "error",
        "a temperature on an offset scale is multiplied or added",
        "20 °C is a place on a scale, not twice 10 °C: multiplied or added to another it has no meaning.",
        'Q(20, "degC") * h',
        'Q(20, "degC").to("K") * h',
    ),
    Code(
        "UL302",
        "error",
        "a nonlinear use of a field in °C or °F",
        "Radiation, 1/T and T² need absolute temperature; on an offset scale they are another function.",
        "sigma * T**4  (T in degC)",
        "sigma * T**4  (T in kelvin)",
    ),
    Code(
        "UL401",
        "note",
        "a name says another derivative than the one computed",
        "A variable called u_xx holds a first derivative, or one along another coordinate. Units cannot see x and y "
        "swapped; the name can.",
        "u_xx = grad(u, x)",
        "u_xx = grad(u_x, x)",
    ),
    Code(
        "UL502",
        "error",
        "a pint quantity inside a torch function",
        "pint takes a tensor for a bare magnitude: some operations fail, others lose the unit without a word.",
        'nu = ureg("0.01 m^2/s")',
        'nu = 0.01, and constants={"nu": "m^2/s"}',
    ),
    Code(
        "UL503",
        "error",
        "an unknown or logarithmic unit",
        "A unit that cannot be read checks nothing; a logarithmic one (dBm) does not multiply.",
        'field("T", "kelvinn", of=(x,))',
        'field("T", "kelvin", of=(x,))',
    ),
    Code(
        "UL504",
        "warning",
        "a unit escapes from torch",
        ".item(), float() and .numpy() hand out bare numbers; what is computed from them is not followed.",
        "scale = u.max().item()",
        "scale = u.max()",
    ),
    Code(
        "UL901",
        "error",
        "what was given cannot be linted",
        "The function failed, or gave back something that is no residual: nothing was checked.",
        "def pde(x, y): return None",
        "def pde(x, y): return residual",
    ),
    Code(
        "UL902",
        "note",
        "an unused suppression",
        "Nothing is found here any more: the comment hides what comes next.",
        "u + v  # unitlint: ignore[UL101] -- old",
        "u + v",
    ),
    Code(
        "UL903",
        "note",
        "an operation without a rule",
        "Its result was found by rescaling its arguments, or is taken to fit anything.",
        "torch.special.i0(x)",
        "torch.special.i0(x / L)",
    ),
    Code(
        "UL904",
        "note",
        "lines that were not executed",
        "What did not run was not checked.",
        "if training: ...",
        "call the lint once for each branch",
    ),
    Code(
        "UL905",
        "warning",
        "nothing was declared",
        "No problem and no unit was found: a clean result would say nothing.",
        "an empty script",
        "problem = Problem(Residual(...), ...)",
    ),
)

CODES: Mapping[str, Code] = {code.name: code for code in _TABLE}
"""Every code by its name."""
