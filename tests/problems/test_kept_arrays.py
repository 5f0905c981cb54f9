"""Arrays are computed once for each set of arguments, whatever lies in the cache."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pinnln.problems.kept_arrays import Arrays, kept


class Counted:
    """A function of the module, counting how often it computes; each `kept` of it is a new process, as it were."""

    def __init__(self) -> None:
        self.calls = 0

    def fresh(self) -> Callable[..., Arrays]:
        def powers(base: float, count: int = 3) -> Arrays:
            self.calls += 1
            return {"powers": base ** np.arange(count), "waves": np.exp(1j * np.arange(count))}

        return kept(powers)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("PINNLN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_second_process_reads_what_the_first_computed(cache: Path) -> None:
    """The same arguments are computed once; others anew; the arrays are the same to the bit and cannot be changed."""
    counted = Counted()
    first, second = counted.fresh(), counted.fresh()
    computed, read = first(3.0), second(3.0)
    assert counted.calls == 1
    assert first(3.0) is computed
    for name in ("powers", "waves"):
        assert computed[name].tobytes() == read[name].tobytes()
        assert computed[name].dtype == read[name].dtype
        with pytest.raises(ValueError, match="read-only"):
            read[name][0] = 1
    second(3.0, count=4)
    second(3.1)
    assert counted.calls == 3
    assert len(list(cache.iterdir())) == 3


def test_a_broken_file_is_computed_again(cache: Path) -> None:
    """Half a file, an empty one, and one that holds objects are no references."""
    counted = Counted()
    counted.fresh()(2.0)
    (path,) = cache.iterdir()
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"", b"not an archive"):
        path.write_bytes(content)
        assert counted.fresh()(2.0)["powers"].tolist() == [1.0, 2.0, 4.0]
    np.savez(path, powers=np.array([{}], dtype=object))
    assert counted.fresh()(2.0)["powers"].tolist() == [1.0, 2.0, 4.0]
    assert counted.calls == 5
    assert [item.name for item in cache.iterdir()] == [path.name]


def test_where_nothing_can_be_written_it_still_computes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache is a file, not a folder: the arrays come all the same."""
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("PINNLN_CACHE", str(tmp_path / "taken"))
    assert Counted().fresh()(2.0)["powers"].tolist() == [1.0, 2.0, 4.0]
