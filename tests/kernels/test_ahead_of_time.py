"""Triton compiles for GPUs that are not there: what every kernel moves, exchanges and occupies; nothing is measured."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from ahead_of_time import CASES, Case, Counts, accesses, compiled, counts, parameters

pytest.importorskip("triton", minversion="3.9", reason="the table is that of Triton 3.9: pip install pinnln[gpu]")

F64, BF16 = torch.float64, torch.bfloat16


def exchanging(registers: int, loads: tuple[int, ...], stores: tuple[int, ...], *exchanges: int) -> Counts:
    """Counts with at most so many registers, and (shuffles, barriers, bytes of shared memory)."""
    shuffles, barriers, shared = exchanges or (0, 0, 0)
    return Counts(loads, stores, shuffles, barriers, shared, registers, spilled=0, fused=0)


# Of the arrays, 16 bytes a thread and array are read and written once; what is narrower is the last program's.
# The loss also reads K factors and writes one partial sum, 8 bytes each, and adds within the program: (7, 1, 16).
EXPECTED = {
    **{Case("arrays", K): exchanging(32, (K, 0, 4 * K), (K, 0, 4 * K)) for K in (2, 3, 4, 5)},
    Case("arrays", 16): exchanging(80, (16, 0, 64), (16, 0, 64)),
    Case("arrays", 4, 2): exchanging(56, (8, 0, 32), (4, 0, 16)),
    Case("arrays", 16, 2): exchanging(176, (32, 0, 128), (16, 0, 64)),
    Case("arrays", 4, 3): exchanging(72, (12, 0, 48), (4, 0, 16)),
    Case("arrays", 16, 3): exchanging(136, (0, 48, 96), (0, 16, 32)),
    Case("arrays", 32, 3, dtype=F64): exchanging(232, (0, 96, 0), (0, 32, 0)),
    Case("arrays", 4, dtype=F64): exchanging(48, (4, 8, 0), (4, 8, 0)),
    Case("arrays", 4, dtype=BF16): exchanging(64, (4, 0, 32), (4, 0, 32)),
    **{Case("loss", K): exchanging(56, (K, K, 4 * K), (K, 1, 4 * K), 7, 1, 16) for K in (2, 4, 5)},
    Case("loss", 16): exchanging(104, (16, 16, 64), (16, 1, 64), 7, 1, 16),
    Case("loss", 4, center=False): exchanging(48, (4, 4, 16), (4, 1, 16), 7, 1, 16),
    Case("rows", 2): exchanging(48, (0, 8, 0), (0, 8, 0)),
    Case("rows", 3): exchanging(72, (0, 0, 16), (0, 0, 16), 96, 0, 0),
    Case("rows", 4): exchanging(40, (4, 0, 0), (4, 0, 0)),
    Case("rows", 8): exchanging(40, (4, 0, 0), (4, 0, 0), 12, 0, 0),
    Case("rows", 16): exchanging(40, (4, 0, 0), (4, 0, 0), 24, 0, 0),
    Case("rows", 32): exchanging(48, (4, 0, 4), (4, 0, 0), 24, 0, 0),
    Case("rows", 127): exchanging(56, (0, 0, 32), (0, 0, 16), 224, 7, 128),
    Case("rows", 1024): exchanging(40, (4, 0, 2), (4, 0, 0), 28, 3, 32),
    Case("rows", 4096): exchanging(64, (8, 0, 1), (8, 0, 0), 14, 3, 16),
    Case("rows", 1024, 2): exchanging(56, (8, 0, 2), (4, 0, 0), 56, 7, 32),
    Case("rows", 4096, 3): exchanging(136, (24, 0, 1), (8, 0, 0), 49, 13, 16),
}


def expected(case: Case) -> Counts:
    """The entry of a case; other GPUs are to do the same."""
    return EXPECTED[Case(case.layout, case.K, case.order, case.center, case.dtype)]


@pytest.mark.parametrize("case", [case for case in CASES if case.aligned], ids=str)
def test_each_number_moves_once_in_the_widest_access(case: Case) -> None:
    """The table of accesses and exchanges holds on sm_80, sm_90 and sm_100, without a spill or a fused product."""
    found, table = counts(case), expected(case)
    assert found.registers <= table.registers
    assert found == Counts(**{**vars(table), "registers": found.registers})


@pytest.mark.parametrize("case", [case for case in CASES if not case.aligned], ids=str)
def test_pointers_off_16_bytes_fall_back_to_scalars(case: Case) -> None:
    """Where one array does not begin at a multiple of 16 bytes, a thread moves 4 bytes at a time in all of them."""
    found, table = counts(case), expected(case)
    assert found.loads == (0, table.loads[1], 8 * case.K)
    assert found.stores == (0, table.stores[1], 8 * case.K)
    assert (found.shuffles, found.barriers, found.spilled) == (table.shuffles, table.barriers, 0)


@pytest.mark.parametrize("layout", ["arrays", "loss", "rows"])
def test_offsets_are_64_bit(layout: str) -> None:
    """No index is added or multiplied in 32 bits: 2³¹ numbers are reached at K = 22 and N = 10⁸."""
    text = compiled(Case(layout, 4)).asm["ttir"]
    assert re.search(r"arith\.addi .*xi64>", text)
    assert not re.search(r"arith\.(?:addi|muli) .*i32>?(?: |$)", text, re.MULTILINE)


class Absent:
    """As much of a driver as compiling on demand asks for: an H100 that is not there."""

    def get_current_target(self) -> Any:
        """sm_90."""
        from triton.backends.compiler import GPUTarget

        return GPUTarget("cuda", 90, 32)

    def get_current_device(self) -> int:
        """A number no GPU has, so that what is compiled for it is never launched on one."""
        return 99

    def get_current_stream(self, device: int) -> int:
        """None is used."""
        return device


def test_a_launch_compiles_once_for_all_lengths(monkeypatch: pytest.MonkeyPatch) -> None:
    """No N and no ε makes a new kernel, only an array off 16 bytes: the arguments above are those of a launch."""
    from triton.runtime import driver

    from pinnln.kernels.arrays_triton import LAUNCH

    monkeypatch.setattr(driver, "_active", Absent())
    kernel, _, constants = parameters(Case("arrays", 3))

    def asked(N: int, epsilon: float, skip: int = 0) -> Any:
        inputs = tuple(torch.zeros(N + skip)[skip:] for _ in range(3))
        outputs = tuple(torch.zeros(N) for _ in range(3))
        return kernel.warmup(inputs, outputs, N, epsilon, grid=(1,), **constants, **LAUNCH)

    first = asked(1000, 1e-5)
    assert first.src.signature == {**first.src.signature, "N": "i32", "epsilon": "fp64"}
    assert accesses(first.asm["ptx"], "ld") == counts(Case("arrays", 3)).loads
    assert all(asked(N, epsilon) is first for N, epsilon in ((1, 1e-5), (16, 1.0), (1024, 1e-12), (1031, 0.0)))
    assert accesses(asked(1000, 1e-5, skip=1).asm["ptx"], "ld") == (0, 0, 24)
