"""When what somebody has fires again: a snooze is over, its date has moved, or nothing was done since it was taken."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, func, select

from alerts.facts import Facts, deadline
from alerts.life import HELD, Cause, Event
from alerts.routing import OF_THE_HOUSE
from alerts.store import Stored
from rules.evaluate import Finding
from rules.working_time import WorkingTime, calendar_of
from unify.derived import COMMENT, DEAL, FEEDBACK, MILESTONE, PROJECT, WORK_ITEM, table_of
from unify.tables import Risk

TIME_TO_ACT = timedelta(hours=16)
"""Working time, of those who must act, after which what was taken fires again if nothing has changed."""
_ROWS: tuple[Table, ...] = (MILESTONE, WORK_ITEM, FEEDBACK, DEAL, PROJECT, table_of(Risk))


def fired_again(
    alerts: Mapping[str, Stored],
    findings: Mapping[str, Finding],
    ended: Collection[str],
    views: Mapping[str, str],
    changed_at: Callable[[str], datetime | None],
    calendars: Mapping[str, WorkingTime],
    now: datetime,
) -> list[Event]:
    """Events of alerts that somebody had, and nobody has from now on.

    `findings` are those of this round that are believed, `ended` what it ends. `views`: what each rule looks at.
    `changed_at`: when the tool or the CRM last said something new of a subject.
    """
    events = []
    for key, alert in alerts.items():
        life, finding = alert.known.life, findings.get(key)
        if life.state not in HELD or key in ended:
            continue
        cause = _end_of_snooze(alert, finding, now)
        if finding is not None and life.state == "acknowledged" and views.get(finding.rule) not in OF_THE_HOUSE:
            calendar = calendar_of(calendars, Facts(finding.facts).text("calendar"))
            cause = Cause.NOTHING_DONE if _is_left_lying(alert, changed_at, calendar, now) else None
        if cause is not None:
            severity = finding.severity if finding else life.severity
            events.append(Event(key, life.episode, now, life.state, "firing", severity, cause))
    return events


def _end_of_snooze(alert: Stored, finding: Finding | None, now: datetime) -> Cause | None:
    life = alert.known.life
    if life.held_until is not None and life.held_until <= now:
        return Cause.SNOOZE_OVER
    if life.held_while is not None and finding is not None and deadline(Facts(finding.facts)) != life.held_while:
        return Cause.DATE_MOVED
    return None


def _is_left_lying(
    alert: Stored, changed_at: Callable[[str], datetime | None], calendar: WorkingTime, now: datetime
) -> bool:
    """Whether all the time to act has passed since it was taken, and since anything was done about it."""
    taken_at = alert.known.life.held_at
    assert taken_at is not None, "what is acknowledged was so at some time"
    if calendar.between(taken_at, now) < TIME_TO_ACT:
        return False
    done_at = changed_at(alert.subject)
    return done_at is None or done_at <= taken_at or calendar.between(done_at, now) >= TIME_TO_ACT


def last_change(connection: Connection, subject: str) -> datetime | None:
    """When what is known of that row changed, or somebody but the hub wrote there; None: it is no tool's row."""
    item = connection.scalar(select(FEEDBACK.c.item_key).where(FEEDBACK.c.key == subject))
    keys = [key for key in (subject, item) if key]
    written = select(func.max(COMMENT.c.changed_here_at)).where(COMMENT.c.on_key.in_(keys), COMMENT.c.ours.is_(False))
    changed = [select(func.max(row.c.changed_here_at)).where(row.c.key.in_(keys)) for row in _ROWS]
    times = [connection.scalar(asked) for asked in (written, *changed)]
    return max((at for at in times if at is not None), default=None)
