"""What all tests share: one thread, so that numbers do not depend on the machine, and a steady pace of hypothesis."""

from __future__ import annotations

import torch
from hypothesis import HealthCheck, settings

settings.register_profile(
    "pinnln", max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("pinnln")
torch.set_num_threads(1)
