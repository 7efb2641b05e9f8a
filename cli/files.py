"""Writing a file whole or not at all, for its owner alone."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path`, as `private_file` does."""
    with private_file(path) as file:
        file.write(text.encode())


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """What is written becomes `path`, mode 0600, when all of it is. Raises OSError; what stood there before is then
    still there, and whole.

    Written beside it and put in its place: a full disk leaves no half page, and nobody reads it before its mode is set.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
