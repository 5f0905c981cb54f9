"""What all tests share: one thread, so that numbers do not depend on the machine, and a steady pace of hypothesis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from hypothesis import HealthCheck, settings

settings.register_profile(
    "pinnln", max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("pinnln")
torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def references_are_computed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No reference is taken from a cache that an earlier session filled."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PINNLN_CACHE", str(tmp_path_factory.mktemp("references")))
        yield
