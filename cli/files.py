"""Writing a file whole or not at all, for its owner alone."""

import os
import tempfile
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write `text` to `path`, mode 0600. Raises OSError; what stood there before is then still there, and whole.

    Written beside it and put in its place: a full disk leaves no half page, and nobody reads it before its mode is set.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
