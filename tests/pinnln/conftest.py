"""What tests of studies share: runs as a study keeps them, made up, with a median that is easy to see."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import product

import pytest

from pinnln.study import Moment, Run

MakeRun = Callable[..., Run]


@pytest.fixture(scope="session")
def study_run() -> MakeRun:
    """A run whose error takes these values at 0.01, 0.02, 0.04, … seconds; none at all for a run that failed."""

    def made(
        *errors: float,
        problem: str = "copper_bar",
        way: str = "nondimensional",
        optimizer: str = "lm",
        seed: int = 0,
        status: str = "budget",
        message: str = "the budget of 3 s is used up",
    ) -> Run:
        moments = tuple(Moment("LM", 0.01 * 2**place, error**2, error) for place, error in enumerate(errors))
        about = {"network": "MLP", "sampling": "few", "way": f"what {way} does", "training": f"{optimizer} for 3 s"}
        return Run(
            problem, way, optimizer, seed, f"The {problem}", way.startswith("raw"), {"budget": 3.0, "threads": 1},
            {**about, "torch": "2", "threads": "1"}, status, message, 0.5, 0.01 * 2 ** (len(errors) - 1), 9,
            {"T": errors[-1]} if errors else {}, {}, moments,
        )  # fmt: skip

    return made


@pytest.fixture(scope="session")
def study_runs(study_run: MakeRun) -> list[Run]:
    """Two problems, three ways, two optimisers, three seeds: one way always fails with Adam, one once with LM."""
    found = []
    for problem, seed, (optimizer, best) in product(
        ("copper_bar", "joule_heating"), range(3), (("adam", 1e-2), ("lm", 1e-6))
    ):
        made = partial(study_run, problem=problem, optimizer=optimizer, seed=seed)
        errors = (0.5, 10 * best * (seed + 1), best * (seed + 1))
        found += [made(*errors), made(*(3 * error for error in errors), way="careful")]
        if optimizer == "adam" or seed == 2:
            found.append(made(way="raw", status="failed", message="T is infinite at x = <here>"))
        else:
            found.append(made(0.9, 0.8, 0.7 + 0.1 * seed, way="raw", status="stalled", message="nothing to gain"))
    return found
