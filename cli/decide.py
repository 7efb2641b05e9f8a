"""Commands that record what a person decided: `agree`, `answered`, `alerts adopt`, `deliveries retry`."""

import getpass
from datetime import date, datetime
from pathlib import Path

from alerts.answer_note import queue_answer_note
from alerts.outbox import retry
from alerts.round import adopt as adopt_alerts
from cli.exit_codes import OK, WRONG
from cli.hub import Hub
from cli.opening import open_hub
from cli.talk import say, warn
from config.values import parse_duration
from unify import decisions
from unify.engine import writing
from unify.lookup import find_feedback, find_milestone


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
        said = agreed(hub, item, agreed_on, reference, by or getpass.getuser())
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
        said = answered(hub, item, instant, how, by or getpass.getuser())
    say(said)
    return OK


def agreed(hub: Hub, typed: str, on: date, reference: str, by: str) -> str:
    """Record the date that the client accepted for the milestone meant by `typed`; a sentence about it.

    Raises NotOne, Refused.
    """
    with writing(hub.engine) as connection:
        found = find_milestone(connection, typed)
        decisions.agree(connection, found.key, on, reference, by, hub.clock())
    hub.settling.settle_touched()
    return f"{found.name}: the client accepted {on} ({reference})"


def answered(hub: Hub, typed: str, at: datetime, how: str, by: str) -> str:
    """Record that the feedback meant by `typed` was answered elsewhere; what became of it, in a sentence.

    The answer and its note in the tool are recorded together. Raises NotOne, Refused.
    """
    now = hub.clock()
    with writing(hub.engine) as connection:
        found = find_feedback(connection, typed)
        decisions.answered(connection, found.key, at, how, by, now)
        refused = queue_answer_note(connection, hub.settings, found.key, at, how, by, now)
    hub.settling.settle_touched()
    hub.deliver()
    return f"{found.name}: recorded; " + (f"no note in the tool ({refused})" if refused else "noted in the tool")


def adopt(config: Path, newer_than: str) -> int:
    """Take on what was already wrong at the first look."""
    try:
        age = parse_duration(newer_than)
    except ValueError as wrong:
        warn(f"--newer-than: {wrong}")
        return WRONG
    with open_hub(config) as hub:
        now = hub.clock()
        count = adopt_alerts(hub.engine, now - age, now, getpass.getuser())
    say(f"{count} alerts adopted; those who should know are told in the next round")
    return OK


def retry_delivery(config: Path, number: int) -> int:
    """Send a parked delivery again."""
    with open_hub(config) as hub, writing(hub.engine) as connection:
        why_not = retry(connection, hub.settings, number, hub.wall())
    if why_not:
        warn(why_not)
        return WRONG
    say(f"delivery {number} goes out with the next round")
    return OK


def _is_known(hub: Hub, by: str) -> bool:
    if by and by not in hub.settings.people:
        warn(f"nobody under [people] is called {by!r}; there are {', '.join(hub.settings.people)}")
        return False
    return True
