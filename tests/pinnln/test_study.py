"""A study: what is run, and what a run keeps."""

from __future__ import annotations

import json
import math
import time
from dataclasses import replace

import pytest
import torch
from hypothesis import given, strategies as st

from pinnln import LBFGS, MLP, WAYS, LevenbergMarquardt, MeanSquare, Sampling, Way
from pinnln.benchmark import Benchmark
from pinnln.formulation import stripped
from pinnln.hindsight import errors_along
from pinnln.plain_numbers import number, short
from pinnln.problems import joule_heating
from pinnln.study import Case, Run, Settings, cases, run_case
from pinnln.trail import Footprint
from pinnln.ways import ways_named

NONDIMENSIONAL = ways_named("nondimensional", WAYS)[0]
SETTINGS = Settings(budget=30.0)


def small() -> Benchmark:
    """The Joule bar with a network that trains at once."""
    return replace(joule_heating(), network=MLP(6, 1), sampling=Sampling(40))


def run(way: Way, benchmark: Benchmark, steps: int = 6) -> Run:
    """One run of a few steps of Levenberg-Marquardt."""
    case = Case("joule_heating", way.name, "lm", 0)
    return run_case(case, benchmark, way, [LevenbergMarquardt(steps=steps)], SETTINGS)


def test_seconds_are_the_processors_where_a_run_has_one_thread() -> None:
    """Several threads that wait for each other would count their waiting."""
    assert Settings(1.0).clock is time.process_time
    assert Settings(1.0, threads=2).clock is time.perf_counter


def test_a_run_tells_its_error_along_time() -> None:
    """Seconds rise, the loss is that of each moment, and the last error is that of the answer."""
    found = run(NONDIMENSIONAL, small())
    seconds = [item.seconds for item in found.history]
    assert seconds == sorted(seconds)
    assert seconds[-1] == found.seconds <= SETTINGS.budget
    assert (found.status, found.steps) == ("budget", 6)
    assert found.error == max(found.fields.values()) < found.history[0].error
    assert found.history[-1].loss < found.history[0].loss
    assert set(found.fields) == {"phi", "T"}
    assert set(found.quantities) == {"largest excess temperature"}
    assert found.about["training"] == "LevenbergMarquardt for 30 s"
    assert found.settings == {"budget": 30.0, "threads": 1}


def test_a_run_is_what_its_file_says() -> None:
    """To six digits, and the same again once it has been read."""
    found = run(NONDIMENSIONAL, small(), steps=2)
    kept = Run.from_dict(json.loads(json.dumps(found.as_dict())))
    assert kept.error == pytest.approx(found.error, rel=1e-5)
    assert Run.from_dict(json.loads(json.dumps(kept.as_dict()))) == kept


class _Lost(MLP):
    """A network that starts where nothing is finite."""

    def initialize(self, inputs: int, outputs: int, seed: int) -> torch.Tensor:
        return torch.full_like(super().initialize(inputs, outputs, seed), math.nan)


def test_what_fails_or_is_refused_is_a_run_that_says_so() -> None:
    """An equation that is not finite at the start; units stripped without a word about it."""
    failed = run(NONDIMENSIONAL, replace(small(), network=_Lost(6, 1)))
    assert (failed.status, failed.error, failed.history) == ("failed", math.inf, ())
    assert "expected a finite objective at the start" in failed.message
    sneaky = Way("sneaky", "", lambda problem, _: stripped(problem, unsafe=True), MeanSquare())
    refused = run(sneaky, small())
    assert (refused.status, refused.error) == ("refused", math.inf)
    assert "MeanSquare conditioning" in refused.message
    assert Run.from_dict(json.loads(json.dumps(refused.as_dict()))) == refused


def test_what_an_optimiser_says_of_itself_is_not_the_error() -> None:
    """The textbook loss is flat at the start: L-BFGS sees no slope and says that it is done; the error tells."""
    (textbook,) = ways_named("naive-layer-norm-loss", WAYS)
    case = Case("joule_heating", textbook.name, "lbfgs", 0)
    found = run_case(case, small(), textbook, [LBFGS()], SETTINGS)
    assert (found.status, len(found.history)) == ("converged", 1)
    assert 0 < found.seconds < SETTINGS.budget
    assert found.error > 0.5


def test_lost_parameters_have_an_infinite_error() -> None:
    """Whether they are not finite themselves, or so large that the fields are not."""
    benchmark = small()
    formulation = NONDIMENSIONAL.formulate(benchmark.problem, benchmark.problem.scales(benchmark.scales).yardsticks)
    theta = benchmark.network.initialize(formulation.embedding.size, 2, 0)
    kept = [Footprint("", 1.0, theta), Footprint("", 2.0, theta * math.nan), Footprint("", 3.0, theta * 1e200)]
    errors = errors_along(benchmark, formulation, kept)
    assert math.isfinite(errors[0])
    assert errors[1:] == [math.inf, math.inf]


def test_every_case_is_run_once_and_first_seeds_first() -> None:
    """The product of all, so that an interrupted study has something to say of everything."""
    found = cases(["a", "b"], ["raw", "nondimensional"], ["adam", "lm"], range(2))
    assert len({case.name for case in found}) == len(found) == 16
    assert [case.seed for case in found] == [0] * 8 + [1] * 8


@pytest.mark.parametrize(
    ("problems", "ways", "words"),
    [
        ([], ["raw"], "expected at least one problem, way, optimiser and seed, found 0, 1, 1 and 1"),
        (["a", "a"], ["raw"], "two runs would be called 'a-raw-lm-0'"),
        (["a"], ["layer norm", "layer-norm"], "two runs would be called 'a-layer-norm-lm-0'"),
    ],
)
def test_a_study_of_nothing_or_of_one_thing_twice_is_refused(problems: list[str], ways: list[str], words: str) -> None:
    """Before any run."""
    with pytest.raises(ValueError, match=words):
        cases(problems, ways, ["lm"], [0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [((0.0, 1), "expected seconds of training"), ((1.0, 0), "expected at least one thread, found 0")],
)
def test_settings_that_no_run_can_have_are_refused(arguments: tuple[float, int], words: str) -> None:
    """No seconds, no threads."""
    with pytest.raises(ValueError, match=words):
        Settings(*arguments)


@given(st.floats(allow_nan=False))
def test_numbers_survive_a_file(value: float) -> None:
    """Six digits of what is finite; what is not is infinite again."""
    again = number(json.loads(json.dumps(short(value))))
    assert again == (pytest.approx(value, rel=1e-5, abs=0.0) if math.isfinite(value) else math.inf)
