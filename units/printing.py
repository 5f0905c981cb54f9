"""Expressions as a paper would print them, in Unicode."""

from __future__ import annotations

import math
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
from pinnln.units.readable_units import written_out

HAT = "\u0302"
_NAMES = "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega"
GREEK = dict(zip(_NAMES.split(), "αβγδεζηθκλμνξπρστφχψω", strict=True))
"""Greek letters by name."""
_SUPERSCRIPTS = str.maketrans("0123456789-.", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻·")
_SUM, _PRODUCT, _NEGATION, _POWER, _ATOM = range(5)
_PARTS_OF_PI, _MOST_OF_PI, _SAME = (1, 2, 3, 4, 6, 8), 100, 1e-12  # a constant is rounded to 13 digits at the gate


def text(expression: Expression) -> str:
    """The expression on one line, as in `u·∂v/∂x + ∂p/∂y / rho`."""
    return _text(expression)[0]


def hatted(name: str) -> str:
    """The name of a symbol as a pure number: a hat on its first letter, which stands for a Greek name.

    >>> [hatted(name).replace(HAT, "^") for name in ("u_x", "psi", "Hx")]
    ['u^_x', 'ψ^', 'H^x']
    """
    stem, line, below = name.partition("_")
    stem = GREEK.get(stem, stem)
    return stem[:1] + HAT + stem[1:] + line + below


def without_ones(node: Expression) -> Expression:
    """The same without a factor that is the pure number one; one that is minus one is a sign.

    >>> from pinnln.units import coordinates
    >>> x, = coordinates(x=(0.0, 1.0))
    >>> print(without_ones(1.0 * x), without_ones(-1.0 * x))
    x −x
    """
    while isinstance(node, Product):
        signs = [_sign(item) for item in node.operands]
        if not any(signs):
            break
        first = bool(signs[0])
        other = node.operands[first]
        node = other if signs[not first] > 0 else Negation(other)
    return node


def multiple_of_pi(value: float) -> Fraction | None:
    """q of  value = q·π  for a small fraction q, None if it is none.

    >>> multiple_of_pi(62.83185307179586), multiple_of_pi(3.14)
    (Fraction(20, 1), None)
    """
    for below in _PARTS_OF_PI:
        above = round(value / math.pi * below) if abs(value) <= _MOST_OF_PI * math.pi else 0
        if above and math.isclose(value, above / below * math.pi, rel_tol=_SAME):
            return Fraction(above, below)
    return None


def _sign(node: Expression) -> int:
    """1 or −1 for these pure numbers, zero for anything else."""
    pure = isinstance(node, Number) and not node.name and node.dimension.dimensionless
    return int(node.value) if isinstance(node, Number) and pure and abs(node.value) == 1 else 0


def _text(node: Expression) -> tuple[str, int]:
    """The text and how tightly it binds."""
    node = without_ones(node)
    match node:
        case Number():
            return (node.name, _ATOM) if node.name else _number(node)
        case Coordinate() | Field() | Parameter():
            return node.name, _ATOM
        case Derivative():
            return _derivative(node), _POWER
        case Sum() | Difference():
            left, right = node.operands
            if isinstance(node, Sum):
                return _sum(_wrapped(left, _SUM), _wrapped(right, _SUM)), _SUM
            return _difference(_wrapped(left, _SUM), _wrapped(right, _PRODUCT)), _SUM
        case Product():
            return "·".join(_factor(operand, place > 0) for place, operand in enumerate(node.operands)), _PRODUCT
        case Quotient():
            return f"{_wrapped(node.operands[0], _PRODUCT)} / {_wrapped(node.operands[1], _NEGATION)}", _PRODUCT
        case Power():
            return _power(node), _POWER
        case Negation():
            return f"−{_wrapped(node.operands[0], _NEGATION)}", _NEGATION
        case Call():
            return f"{node.function.name}({text(node.operands[0])})", _ATOM
        case Comparison():
            return f"{text(node.operands[0])} {node.relation} {text(node.operands[1])}", _SUM
        case Operation():
            if node.what == "gradient":
                return "/".join(f"∂{_wrapped(operand, _ATOM)}" for operand in node.operands), _POWER
            return f"{node.what}({', '.join(text(operand) for operand in node.operands)})", _ATOM
        case Where():
            return f"where({', '.join(text(operand) for operand in node.operands)})", _ATOM
    raise TypeError(f"expected a node of an expression, found {type(node).__name__}")


def _wrapped(node: Expression, least: int) -> str:
    shown, binding = _text(node)
    return shown if binding >= least else f"({shown})"


def _factor(node: Expression, follows: bool) -> str:
    """A factor of a product; a quotient is bracketed, since what follows it would seem to stand below the line."""
    node = without_ones(node)
    signed = follows and isinstance(node, Negation)
    return f"({text(node)})" if signed or isinstance(node, Quotient) else _wrapped(node, _PRODUCT)


def _sum(left: str, right: str) -> str:
    return f"{left} − {right[1:]}" if right.startswith(("−", "-")) else f"{left} + {right}"


def _difference(left: str, right: str) -> str:
    return f"{left} + {right[1:]}" if right.startswith("-") else f"{left} − {right}"


def _number(node: Number) -> tuple[str, int]:
    if not node.dimension.dimensionless:
        return written_out(node.value, node.dimension, node.unit), _NEGATION
    share = multiple_of_pi(node.value)
    if share is None:
        return f"{node.value:.4g}", _NEGATION if node.value < 0 else _ATOM
    sign, above = "-" if share < 0 else "", abs(share.numerator)
    shown = ("π" if above == 1 else f"{above}·π") + ("" if share.denominator == 1 else f"/{share.denominator}")
    return sign + shown, _ATOM if shown == "π" and not sign else _PRODUCT


def _power(node: Power) -> str:
    base, exponent = node.operands
    shown = text(exponent)
    if isinstance(exponent, Number) and set(shown) <= set("0123456789-"):
        return _wrapped(base, _ATOM) + shown.translate(_SUPERSCRIPTS)
    return f"{_wrapped(base, _ATOM)}^{_wrapped(exponent, _ATOM)}"


def _derivative(node: Derivative) -> str:
    order = len(node.coordinates)
    raised = str(order).translate(_SUPERSCRIPTS) if order > 1 else ""
    below = ""
    for coordinate in dict.fromkeys(node.coordinates):
        times = node.coordinates.count(coordinate)
        below += f"∂{coordinate.name}" + (str(times).translate(_SUPERSCRIPTS) if times > 1 else "")
    operand = _wrapped(node.operands[0], _ATOM)
    return f"∂{raised}{operand}/{below}"
