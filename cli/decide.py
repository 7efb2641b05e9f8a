"""Commands that record what a person decided: `agree`, `answered`, `alerts adopt`, `deliveries retry`."""

import getpass
from datetime import date, datetime, timedelta
from pathlib import Path

from alerts.outbox import retry
from alerts.round import adopt as adopt_alerts
from cli.exit_codes import OK, WRONG
from cli.hub import Hub
from cli.opening import open_hub
from cli.talk import say, warn
from config.values import parse_duration
from unify.engine import writing


def record_agreement(config: Path, item: str, on: str, reference: str, by: str) -> int:
    """A date the client accepted; alerts follow at the next evaluation."""
    try:
        agreed_on = date.fromisoformat(on)
    except ValueError:
        warn(f"write the date as 2026-11-30, not {on!r}")
        return WRONG
    with open_hub(config) as hub:
        if not _is_known(hub, by):
            return WRONG
        said = hub.agreed(item, agreed_on, reference, by or getpass.getuser())
    say(said)
    return OK


def record_answer(config: Path, item: str, at: str, how: str, by: str) -> int:
    """An answer given outside the tools; noted in the CRM where comments are allowed."""
    try:
        local = datetime.fromisoformat(at)
    except ValueError:
        warn(f"write the time as 2026-11-20 17:15, not {at!r}")
        return WRONG
    with open_hub(config) as hub:
        if not _is_known(hub, by):
            return WRONG
        instant = local if local.tzinfo else local.replace(tzinfo=hub.settings.zone)
        said = hub.answered(item, instant, how, by or getpass.getuser())
    say(said)
    return OK


def adopt(config: Path, newer_than: str) -> int:
    """Take on what was already wrong at the first look."""
    try:
        age = parse_duration(newer_than)
    except ValueError as wrong:
        warn(f"--newer-than: {wrong}")
        return WRONG
    assert isinstance(age, timedelta)
    with open_hub(config) as hub:
        now = hub.clock()
        count = adopt_alerts(hub.engine, now - age, now, getpass.getuser())
    say(f"{count} alerts adopted; those who should know are told in the next round")
    return OK


def retry_delivery(config: Path, number: int) -> int:
    """Send a parked delivery again."""
    with open_hub(config) as hub, writing(hub.engine) as connection:
        count = retry(connection, [number], hub.wall())
    if not count:
        warn(f"delivery {number} is not parked; see `milepost deliveries list`")
        return WRONG
    say(f"delivery {number} goes out with the next round")
    return OK


def _is_known(hub: Hub, by: str) -> bool:
    if by and by not in hub.settings.people:
        warn(f"nobody under [people] is called {by!r}; there are {', '.join(hub.settings.people)}")
        return False
    return True
