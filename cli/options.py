"""Options that many commands take."""

from pathlib import Path
from typing import Annotated

import typer

DEFAULT_CONFIG = Path("milepost.toml")
Config = Annotated[Path, typer.Option("--config", "-c", help="The settings file.", show_default=True)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
