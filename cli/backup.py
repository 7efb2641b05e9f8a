"""`milepost backup`: a copy of the database, taken while all goes on, checked before it counts."""

from pathlib import Path

from sqlalchemy import make_url

from cli.exit_codes import OK
from cli.opening import read_config
from cli.talk import answer, say
from config.clock import system_clock
from config.settings import Settings
from unify.backup import back_up


def back_up_now(config: Path, keep: int) -> int:
    """Take one, and let the oldest go. Raises ConfigError, RuleErrors, StoreError."""
    made = back_up(database_of(read_config(config).settings), keep, system_clock())
    answer.print(f"{made.path}: {made.size / 1_000_000:,.1f} MB, {made.rows} rows compared with the original")
    for path in made.removed:
        say(f"{path.name} was removed: the {keep} latest are kept")
    return OK


def database_of(settings: Settings) -> Path:
    """The file that the settings name."""
    return Path(str(make_url(settings.database).database)).absolute()
