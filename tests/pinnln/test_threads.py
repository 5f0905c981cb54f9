"""Threads of a training: one for small networks, given back whatever happens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from pinnln.threads import ALONE, suited_threads


@pytest.fixture
def two_threads() -> Iterator[None]:
    """Two threads of torch, whatever the machine has."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_small_networks_train_on_one_thread() -> None:
    """One within, two after, also after an error; as it was for many parameters."""
    with suited_threads(ALONE):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2
    with pytest.raises(ArithmeticError), suited_threads(10):
        raise ArithmeticError
    assert torch.get_num_threads() == 2
    with suited_threads(ALONE + 1):
        assert torch.get_num_threads() == 2
