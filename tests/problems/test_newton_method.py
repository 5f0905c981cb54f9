"""Newton's method: the root, when it stops, and where it says that it failed."""

from __future__ import annotations

import numpy as np
import pytest

from pinnln.problems.newton_method import newton

Array = np.ndarray


def root_of_two(u: Array) -> tuple[Array, Array]:
    """u² − 2 and its slope."""
    return u**2 - 2, np.diag(2 * u)


def test_a_system_without_a_root_is_refused() -> None:
    """u² + 1 = 0 has no real root."""
    with pytest.raises(ArithmeticError, match="Newton's method did not converge: its last step was"):
        newton(lambda u: (u**2 + 1, np.diag(2 * u)), np.array([0.7]))


def test_a_wide_tolerance_ends_it_sooner() -> None:
    """A step within the tolerance is the last one; beside a large least size a large step is small."""
    assert newton(root_of_two, np.array([1.0]))[0] == pytest.approx(2**0.5, rel=1e-15)
    assert newton(root_of_two, np.array([1.0]), tolerance=1.0)[0] == 1.5
    assert newton(root_of_two, np.array([1.0]), tolerance=1e-3, least=1e4)[0] == 1.5


def test_a_failure_says_where() -> None:
    """What the caller was at stands in the error."""
    with pytest.raises(ArithmeticError, match="did not converge at a depth of 3 m: its last step was"):
        newton(lambda u: (u**2 + 1, np.diag(2 * u)), np.array([0.7]), where=" at a depth of 3 m")
