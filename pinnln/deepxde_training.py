"""DeepXDE trained as its users train it: Adam with fresh points, then L-BFGS, then NNCG if asked."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import torch

from pinnln.deepxde_model import deepxde, deepxde_model, loss_weights, parameters_of
from pinnln.formulation import Formulation
from pinnln.network import AbstractNetwork
from pinnln.residual_objective import Sampling
from pinnln.trail import Trail

_LBFGS_BLOCK = 100


@dataclass(frozen=True)
class Schedule:
    """What DeepXDE runs, one after the other.

    Args: adam, iterations; learning_rate of Adam; resample_every, Adam's iterations on the same points; lbfgs,
    iterations of L-BFGS, up to the next hundred; nncg, iterations of Nyström Newton-CG; budget [s] of training in all.
    Raises: ValueError for negative numbers, or for nothing to run.
    """

    adam: int = 5000
    learning_rate: float = 1e-3
    resample_every: int = 100
    lbfgs: int = 10_000
    nncg: int = 0
    budget: float = 600.0

    def __post_init__(self) -> None:
        if min(self.adam, self.lbfgs, self.nncg) < 0 or not self.adam + self.lbfgs + self.nncg:
            raise ValueError(f"expected iterations of Adam, L-BFGS or NNCG, found {self}")
        if self.resample_every < 1 or not (self.learning_rate > 0 and self.budget > 0):
            raise ValueError(f"expected a period, a learning rate and a budget above zero, found {self}")


@dataclass(frozen=True)
class Trained:
    """How DeepXDE ended.

    Attributes: trail; status, "ended", "budget" or "failed"; message, why; steps; seconds of training; startup, seconds
    of import and compilation before.
    """

    trail: Trail
    status: str
    message: str
    steps: int
    seconds: float
    startup: float


def train_deepxde(
    formulation: Formulation, network: AbstractNetwork, sampling: Sampling, schedule: Schedule, seed: int
) -> Trained:
    """Trains the DeepXDE model of a formulation.

    Seconds are those spent within the steps of its optimisers: not its displays, its resampling or its import. L-BFGS
    keeps the settings DeepXDE gives it, but returns after 100 iterations in place of 1,000, with its memory, so that
    the clock is looked at; the points of its phase stay fixed.

    Args: formulation; network; sampling; schedule; seed of weights and points.
    """
    begun = time.perf_counter()
    with deepxde(seed) as module:
        model = deepxde_model(module, formulation, network, sampling, seed)
        weights = loss_weights(formulation)
        watch = _Stopwatch(model, schedule.budget, begun)
        if schedule.adam:
            model.compile("adam", lr=schedule.learning_rate, loss_weights=weights, verbose=0)
            watch.attach("Adam")
            resampler = module.callbacks.PDEPointResampler(schedule.resample_every, pde_points=True, bc_points=True)
            model.train(iterations=schedule.adam, callbacks=[resampler], verbose=0)
        if schedule.lbfgs and watch.goes_on:
            module.optimizers.set_LBFGS_options(maxiter=schedule.lbfgs)
            options = module.optimizers.LBFGS_options
            block = min(_LBFGS_BLOCK, schedule.lbfgs)
            options.update(iter_per_step=block, fun_per_step=options["maxfun"] * block // options["maxiter"])
            model.compile("L-BFGS", loss_weights=weights, verbose=0)
            watch.attach("L-BFGS")
            model.train(verbose=0)
        if schedule.nncg and watch.goes_on:
            model.compile("NNCG", loss_weights=weights, verbose=0)
            watch.attach("NNCG")
            try:
                model.train(iterations=schedule.nncg, verbose=0)
            except torch.linalg.LinAlgError as error:  # type: ignore[attr-defined]  # documented by torch
                watch.trouble = f"NNCG's preconditioner could not be factorised: {error}"
        steps = int(model.train_state.iteration)
        return watch.read(steps)


class _Stopwatch:
    """Times a model's optimiser steps and nothing else, and stops it when its time is up or its parameters are lost."""

    def __init__(self, model: Any, budget: float, begun: float) -> None:
        self.model, self.budget, self.begun = model, budget, begun
        self.startup: float | None = None
        self.trail = Trail()
        self.seconds, self.phase = 0.0, ""
        self.finite = True
        self.trouble = ""

    @property
    def goes_on(self) -> bool:
        """Whether there is time left and something to go on from."""
        return self.finite and self.seconds < self.budget

    def attach(self, phase: str) -> None:
        """Stands around the step of the optimiser that was compiled last."""
        if self.phase:
            self.trail.end(self.phase, self.seconds, parameters_of(self.model))
        step, self.phase = self.model.train_step, phase
        self.startup = self.startup or time.perf_counter() - self.begun

        def timed(inputs: Any, targets: Any, auxiliary_vars: Any) -> None:
            start = time.perf_counter()
            step(inputs, targets, auxiliary_vars)
            self.seconds += time.perf_counter() - start
            theta = parameters_of(self.model)
            self.finite = bool(theta.isfinite().all())
            self.trail.pass_by(phase, self.seconds, theta)
            if not self.goes_on:
                self.model.stop_training = True

        self.model.train_step = timed

    def read(self, steps: int) -> Trained:
        """How it ended."""
        self.trail.end(self.phase, self.seconds, parameters_of(self.model))
        over = self.seconds >= self.budget
        status = "failed" if not self.finite else "budget" if over else "ended"
        message = {
            "failed": f"parameters not finite in {self.phase}",
            "budget": f"the budget of {self.budget:g} s is used up at step {steps}",
            "ended": self.trouble or f"{self.phase} ended at step {steps}",
        }[status]
        return Trained(self.trail, status, message, steps, self.seconds, self.startup or 0.0)
