"""Keys that sign what the hub gives out: each a file beside the database, for this machine's user alone."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from unify.engine import StoreError

_CHARS = 32
"""No key has fewer: ours is of so many bytes, which are more characters."""


def read_key(database: Path, use: str) -> str:
    """The key for `use` beside `database`, made at the first time: "milepost.db" has "milepost.db.links".

    Raises StoreError where the file holds none: with an empty key everybody could sign.
    """
    path = database.with_name(f"{database.name}.{use}")
    if not path.exists():
        _make(path)
    key = path.read_text("ascii", "replace").strip()
    if len(key) < _CHARS or not key.isprintable():
        raise StoreError(f"{path} holds no key for {use}. Delete it and start again: those that are out are void")
    return key


def _make(path: Path) -> None:
    """Have it on the disk before it has its name: a power cut leaves a whole key or none. Whoever is first wins."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(_CHARS) + "\n")
            file.flush()
            os.fsync(descriptor)
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        os.unlink(name)
