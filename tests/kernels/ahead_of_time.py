"""Compiles the Triton kernels for GPUs that need not be there, and counts what they do; run it to print the table."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass
from typing import Any

import torch

POINTER = {torch.float64: "*fp64", torch.float32: "*fp32", torch.float16: "*fp16", torch.bfloat16: "*bf16"}


@dataclass(frozen=True)
class Case:
    """One kernel as it would be launched: layout "arrays", "rows" or "loss", and what is fixed when it is compiled."""

    layout: str
    K: int
    order: int = 1
    center: bool = True
    dtype: torch.dtype = torch.float32
    aligned: bool = True
    capability: int = 90

    def __str__(self) -> str:
        shape = f"order {self.order}" if self.layout != "loss" else "centred" if self.center else "uncentred"
        kind = str(self.dtype).removeprefix("torch.")
        return (
            f"{self.layout} {shape}, K = {self.K}, {kind}{'' if self.aligned else ', unaligned'}, sm_{self.capability}"
        )


@dataclass(frozen=True)
class Counts:
    """What one program does, and what it occupies; accesses of 16, of 8 and of fewer bytes."""

    loads: tuple[int, ...]
    stores: tuple[int, ...]
    shuffles: int
    barriers: int
    shared: int
    registers: int
    spilled: int
    fused: int


def parameters(case: Case) -> tuple[Any, dict[str, int], dict[str, Any]]:
    """The kernel, how many pointers its tuples hold, its constants."""
    from pinnln.kernels.arrays_triton import accumulator, rows_per_program
    from pinnln.kernels.layer_norm_triton import norm_arrays_kernel, norm_rows_kernel, tile
    from pinnln.kernels.residual_loss_triton import residual_loss_kernel

    constants: dict[str, Any] = {"K": case.K, "CENTER": case.center, "ACC": accumulator(case.dtype)}
    if case.layout == "rows":
        rows, columns = tile(case.K)
        return norm_rows_kernel, {"inputs": case.order}, {**constants, "ORDER": case.order, "R": rows, "C": columns}
    block = rows_per_program(case.K * case.order, case.dtype)
    if case.layout == "loss":
        return residual_loss_kernel, {"residuals": case.K, "gradients": case.K}, {**constants, "BLOCK": block}
    tuples = {"inputs": case.K * case.order, "outputs": case.K}
    return norm_arrays_kernel, tuples, {**constants, "ORDER": case.order, "BLOCK": block}


def compiled(case: Case) -> Any:
    """The kernel of this case, compiled as a launch would compile it."""
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    from pinnln.kernels.arrays_triton import LAUNCH

    kernel, tuples, constants = parameters(case)
    signature: dict[str, Any] = {}
    places: list[tuple[int, ...]] = []
    others = {"N": "i32", "epsilon": "fp64", "factors": "*fp64", "partials": "*fp64"}
    for place, name in enumerate(kernel.arg_names):
        if name in constants:
            signature[name] = "constexpr"
        elif name in tuples:
            signature[name] = (POINTER[case.dtype],) * tuples[name]
            places += [(place, k) for k in range(tuples[name])]
        else:
            signature[name] = others.get(name, POINTER[case.dtype])
            places += [(place,)] if signature[name].startswith("*") else []
    aligned = {place: [["tt.divisibility", 16]] for place in places} if case.aligned else {}
    target = GPUTarget("cuda", case.capability, 32)
    return triton.compile(ASTSource(kernel, signature, constants, aligned), target=target, options=LAUNCH)


def accesses(ptx: str, kind: str) -> tuple[int, ...]:
    """How many loads ("ld") or stores ("st") of global memory have 16, 8 and fewer bytes."""
    found = re.findall(rf"\b{kind}\.global\S*?\.(?:v(\d)\.)?b(\d+)\b", ptx)
    sizes = [int(count or 1) * int(bits) // 8 for count, bits in found]
    return sizes.count(16), sizes.count(8), sum(size < 8 for size in sizes)


def counts(case: Case) -> Counts:
    """The counts of a case, from its PTX and its machine code."""
    from triton import knobs

    built = compiled(case)
    ptx = built.asm["ptx"]
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(built.asm["cubin"])
        file.flush()
        command = [knobs.nvidia.cuobjdump.path, "-res-usage", file.name]
        usage = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    resource = {name: int(number) for name, number in re.findall(r"\b(REG|STACK|LOCAL):(\d+)", usage)}
    return Counts(
        loads=accesses(ptx, "ld"),
        stores=accesses(ptx, "st"),
        shuffles=len(re.findall(r"\bshfl\.sync", ptx)),
        barriers=len(re.findall(r"\bbar(?:rier)?\.sync", ptx)),
        shared=built.metadata.shared,
        registers=resource["REG"],
        spilled=resource["STACK"] + resource["LOCAL"],
        fused=len(re.findall(r"\bfma\.", ptx)),
    )


CASES = [
    *(Case("arrays", K) for K in (2, 3, 4, 5, 16)),
    *(Case("arrays", K, order) for order in (2, 3) for K in (4, 16)),
    Case("arrays", 32, 3, dtype=torch.float64),
    Case("arrays", 4, dtype=torch.float64),
    Case("arrays", 4, dtype=torch.bfloat16),
    *(Case("loss", K) for K in (2, 4, 5, 16)),
    Case("loss", 4, center=False),
    *(Case("rows", K) for K in (2, 3, 4, 8, 16, 32, 127, 1024, 4096)),
    Case("rows", 1024, 2),
    Case("rows", 4096, 3),
    *(Case(layout, 4, aligned=False) for layout in ("arrays", "loss")),
    *(Case(layout, K, capability=sm) for sm in (80, 100) for layout, K in (("arrays", 4), ("loss", 4), ("rows", 1024))),
]


def main() -> None:
    """Prints what is compiled, nothing that is measured: no GPU takes part."""
    print("| kernel | loads of 16 B, 8 B, less | stores | shuffles | barriers | shared (B) | registers | spilled (B) |")
    print("|---|---|---|---|---|---|---|---|")
    for case in CASES:
        c = counts(case)
        pairs = (", ".join(map(str, sizes)) for sizes in (c.loads, c.stores))
        cells = (case, *pairs, c.shuffles, c.barriers, c.shared, c.registers, c.spilled)
        print(f"| {' | '.join(map(str, cells))} |")


if __name__ == "__main__":
    main()
