"""Nernst, Planck and Poisson before a membrane: current and ions in SI, and where the problem is refused."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from pinnln.problems import nernst_planck_poisson
from pinnln.problems.membrane_reference import membrane_reference
from pinnln.units import ProblemError, Q, UnitsError


def test_it_is_the_reference_in_si() -> None:
    """Concentrations in c, potential in RT/F, lengths in L; Debye's length of the problem is 96.2 nm."""
    volt = 8.31446261815324 * 298.15 / 96485.33212
    debye = (695e-12 * volt / (2 * 0.01 * 96485.33212)) ** 0.5
    assert debye == pytest.approx(96.2e-9, rel=1e-3)
    reference = membrane_reference(0.1 / volt, 3.0, debye / 1e-6)
    x = np.linspace(0.0, 1.0, 7)
    found = nernst_planck_poisson().exact(1e-6 * x[:, None])
    for name, unit, values in zip(("c_p", "c_n", "phi"), (0.01, 0.01, volt), reference.fields(x), strict=True):
        np.testing.assert_allclose(found[name], unit * values, rtol=1e-9, atol=1e-12 * unit)


def test_the_current_passes_its_limit_only_with_the_cloud() -> None:
    """It grows ever less up to 2FDc/L; beyond it is the cloud, a tenth of the layer here, that carries more."""
    given = [nernst_planck_poisson(voltage=Q(v, "mV")).quantities[0].reference for v in (50, 75, 100, 150)]
    shares = [float(item.magnitude) for item in given]
    assert shares[1] - shares[0] > shares[2] - shares[1] > 0
    assert shares[2] < 1 < shares[3]


@pytest.mark.parametrize(
    ("make", "kind", "words"),
    [
        (lambda: nernst_planck_poisson(voltage=Q("1 V")), ProblemError, "F/RT = 38.9.*: .* up to 6, since it pulls"),
        (
            lambda: nernst_planck_poisson(voltage=Q("-1 mV")),
            ProblemError,
            "voltage = -1 mV: expected a value above 0",
        ),
        (lambda: nernst_planck_poisson(voltage=Q("1 mA")), UnitsError, "voltage = 1 mA: expected a quantity in V"),
        (lambda: nernst_planck_poisson(thickness=Q("1 mm")), ProblemError, "above 2 and up to 12, since the reservoir"),
        (lambda: nernst_planck_poisson(at_membrane=Q("1 mol/m^3")), ProblemError, "= 100: .* its cloud is steep"),
        (lambda: nernst_planck_poisson(concentration=Q("0 mol/m^3")), ProblemError, "without ions there is no current"),
        (lambda: nernst_planck_poisson(diffusivity=Q("0 m^2/s")), ProblemError, "what diffuses evens out"),
        (lambda: nernst_planck_poisson(temperature=Q("-1 K")), ProblemError, "ions that do not move about"),
        (lambda: nernst_planck_poisson(permittivity=Q("0 F/m")), ProblemError, "like charges repel each other"),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], object], kind: type[Exception], words: str) -> None:
    """In words that say what is valid, and why."""
    with pytest.raises(kind, match=words):
        make()
