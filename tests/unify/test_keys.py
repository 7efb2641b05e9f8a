"""The keys that sign what the hub gives out: whole ones, or none at all."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from unify.engine import StoreError
from unify.keys import read_key


@pytest.mark.parametrize("left", ["", "\n", "short", "\0" * 44])
def test_nothing_is_signed_with_a_key_that_a_power_cut_left_empty(tmp_path: Path, left: str) -> None:
    """Whoever knows the key can act in anybody's name, and everybody knows the empty one."""
    path = tmp_path / "milepost.db.links"
    path.write_text(left, "ascii")

    with pytest.raises(StoreError, match=r"milepost\.db\.links holds no key.* Delete it and start again"):
        read_key(tmp_path / "milepost.db", "links")

    path.unlink()
    assert len(read_key(tmp_path / "milepost.db", "links")) >= 40


def test_those_that_start_at_once_sign_with_one_key(tmp_path: Path) -> None:
    """`serve` and a `run` beside it: links of the one would lead nowhere at the other. Nothing half-made is left."""
    with ThreadPoolExecutor(4) as pool:
        keys = set(pool.map(read_key, [tmp_path / "milepost.db"] * 4, ["links"] * 4))

    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["milepost.db.links"]
