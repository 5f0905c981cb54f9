"""Expressions as a paper would print them, in LaTeX."""

from __future__ import annotations

import re
from fractions import Fraction

from pinnln.units.expression import (
    Call,
    Comparison,
    Coordinate,
    Derivative,
    Difference,
    Expression,
    Field,
    Negation,
    Number,
    Operation,
    Parameter,
    Power,
    Product,
    Quotient,
    Sum,
    Where,
)
from pinnln.units.printing import GREEK, HAT, multiple_of_pi, without_ones
from pinnln.units.readable_units import number_and_unit

_SUM, _PRODUCT, _NEGATION, _ATOM = range(4)
_SIGNS = str.maketrans({"µ": r"\mu ", "μ": r"\mu ", "Ω": r"\Omega ", "Δ": r"\Delta ", "°": r"^{\circ}"})
_RELATIONS = {"<": "<", "≤": r"\leq", ">": ">", "≥": r"\geq"}
_KNOWN_FUNCTIONS = ("sin", "cos", "tan", "exp", "log", "sinh", "cosh", "tanh")
_LETTERS = {letter: name for name, letter in GREEK.items()} | {"Δ": "Delta"}
_GREEK = re.compile(
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|pi|rho|sigma|tau|phi|chi|psi|omega"
    "|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Phi|Psi|Omega"
)


def latex(expression: Expression) -> str:
    r"""The expression in LaTeX, for mathematics mode.

    >>> from pinnln.units import coordinates, d, field
    >>> x, = coordinates(x=(0.0, 1.0))
    >>> u = field("u", "", of=(x,))
    >>> print(latex(d(u, x, x) - 2 * u**2))
    \frac{\partial^{2} u}{\partial x^{2}} - 2\, u^{2}
    """
    return _latex(expression)[0]


def symbol(name: str) -> str:
    r"""A symbol in LaTeX: Greek letters by name, what follows an underscore below the line.

    >>> print(symbol("rho"), symbol("T_in"), symbol("Re"))
    \rho T_{\mathrm{in}} \mathrm{Re}
    """
    stem, _, below = name.replace(HAT, "").partition("_")
    stem = _LETTERS.get(stem, stem)
    shown = f"\\{stem}" if _GREEK.fullmatch(stem) else stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"
    shown = rf"\hat{{{shown}}}" if HAT in name else shown
    below = re.sub(r"[^0-9A-Za-z]", "", "".join(_LETTERS.get(letter, letter) for letter in below))
    return shown + (rf"_{{\mathrm{{{below}}}}}" if below else "")


def _latex(node: Expression) -> tuple[str, int]:
    """The text and how tightly it binds."""
    node = without_ones(node)
    match node:
        case Number():
            return (symbol(node.name), _ATOM) if node.name else _number(node)
        case Coordinate() | Field() | Parameter():
            return symbol(node.name), _ATOM
        case Derivative():
            return _derivative(node), _ATOM
        case Sum():
            left, right = (_wrapped(operand, _SUM) for operand in node.operands)
            return (f"{left} - {right[1:].lstrip()}" if right.startswith("-") else f"{left} + {right}"), _SUM
        case Difference():
            left, right = _wrapped(node.operands[0], _SUM), _wrapped(node.operands[1], _PRODUCT)
            return (f"{left} + {right[1:].lstrip()}" if right.startswith("-") else f"{left} - {right}"), _SUM
        case Product():
            return r"\, ".join(_wrapped(operand, _PRODUCT) for operand in node.operands), _PRODUCT
        case Quotient():
            return rf"\frac{{{latex(node.operands[0])}}}{{{latex(node.operands[1])}}}", _PRODUCT
        case Power():
            return f"{_wrapped(node.operands[0], _ATOM, base=True)}^{{{latex(node.operands[1])}}}", _ATOM
        case Negation():
            return f"-{_wrapped(node.operands[0], _PRODUCT)}", _NEGATION
        case Comparison():
            left, right = (latex(operand) for operand in node.operands)
            return f"{left} {_RELATIONS[node.relation]} {right}", _SUM
    return _function(node), _ATOM


def _wrapped(node: Expression, least: int, *, base: bool = False) -> str:
    shown, binding = _latex(node)
    alone = binding >= least and not (base and isinstance(node, Derivative | Power))
    return shown if alone else rf"\left({shown}\right)"


def _function(node: Expression) -> str:
    arguments = ", ".join(latex(operand) for operand in node.operands)
    match node:
        case Call() if node.function.name == "sqrt":
            return rf"\sqrt{{{arguments}}}"
        case Call() if node.function.name == "abs":
            return rf"\left|{arguments}\right|"
        case Call() if node.function.name in _KNOWN_FUNCTIONS:
            return rf"\{node.function.name}\left({arguments}\right)"
        case Call():
            return rf"\mathrm{{{node.function.name}}}\left({arguments}\right)"
        case Where():
            return rf"\mathrm{{where}}\left({arguments}\right)"
        case Operation():
            return rf"\mathrm{{{node.what}}}\left({arguments}\right)"
    raise TypeError(f"expected a node of an expression, found {type(node).__name__}")


def _number(node: Number) -> tuple[str, int]:
    share = multiple_of_pi(node.value) if node.dimension.dimensionless else None
    if share is not None:
        return _share_of_pi(share)
    number, unit = (
        (f"{node.value:.4g}", [])
        if node.dimension.dimensionless
        else number_and_unit(node.value, node.dimension, node.unit)
    )
    digits, _, power = number.partition("e")
    shown = rf"{digits} \times 10^{{{int(power)}}}" if power else digits
    if unit:
        shown += r"\ " + r"\,".join(_unit(name) + ("" if its == 1 else f"^{{{its}}}") for name, its in unit)
    return shown, _NEGATION if node.value < 0 else _PRODUCT if power or unit else _ATOM


def _share_of_pi(share: Fraction) -> tuple[str, int]:
    above = r"\pi" if abs(share.numerator) == 1 else rf"{abs(share.numerator)}\, \pi"
    shown = above if share.denominator == 1 else rf"\frac{{{above}}}{{{share.denominator}}}"
    return ("-" if share < 0 else "") + shown, _NEGATION if share < 0 else _PRODUCT


def _unit(name: str) -> str:
    """A unit upright, µ, Ω and ° as LaTeX knows them."""
    return rf"\mathrm{{{name.translate(_SIGNS)}}}"


def _derivative(node: Derivative) -> str:
    order = len(node.coordinates)
    above = r"\partial" + (f"^{{{order}}}" if order > 1 else "")
    below = []
    for coordinate in dict.fromkeys(node.coordinates):
        times = node.coordinates.count(coordinate)
        below.append(rf"\partial {symbol(coordinate.name)}" + (f"^{{{times}}}" if times > 1 else ""))
    return rf"\frac{{{above} {_wrapped(node.operands[0], _ATOM)}}}{{{' '.join(below)}}}"
