"""Run `milepost` as a user would."""

import os
import subprocess
import sys
from pathlib import Path


def milepost(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, without any setting or secret in its environment."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MILEPOST_")}
    command = [sys.executable, "-m", "milepost", *map(str, arguments)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
