"""What a decision led to, in words for the person who made it: who only reads "recorded" hopes for the best."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from config.language import day, instant
from connectors.scope import count
from rules.working_time import OutsideCalendar, WorkingTime
from unify.derived import FEEDBACK, MILESTONE, PROJECT, Row

_FAR = timedelta(days=366)
"""A date further off is a slip of the pen in the year, as a rule: it would end an alarm for good."""


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence about what came of it, and what may be a slip of the pen."""

    line: str
    doubts: tuple[str, ...] = ()
    is_new: bool = True
    """False: the same was recorded before."""


def read_milestone(connection: Connection, key: str) -> Row:
    """What is known of a milestone, and when its project began (`begun_on`)."""
    joined = MILESTONE.outerjoin(PROJECT, PROJECT.c.key == MILESTONE.c.project_key)
    chosen = select(MILESTONE, PROJECT.c.start_on.label("begun_on")).select_from(joined)
    return dict(connection.execute(chosen.where(MILESTONE.c.key == key)).mappings().one())


def read_feedback(connection: Connection, key: str) -> Row:
    """What is known of a piece of feedback."""
    return dict(connection.execute(select(FEEDBACK).where(FEEDBACK.c.key == key)).mappings().one())


def of_agreement(before: Row, after: Row, calendar: WorkingTime, now: datetime, today: date) -> str:
    """The date that is replaced, whether it is overdue, and how far the agreed day is from the first promise."""
    on, first, last = after["agreed_on"], after["baseline_on"], before["agreed_on"]
    told = [f"it replaces {day('en', last, today)}, agreed before"] if last not in (None, on) else []
    told.append(_overdue(_is_overdue(before, now), _is_overdue(after, now), after["status_category"]))
    if first is not None:
        told.append(f"first promised {day('en', first, today)}; slip {_slip(first, on, calendar)}")
    return "; ".join(told)


def _slip(first: date, on: date, calendar: WorkingTime) -> str:
    """In working days, as far as holidays are known."""
    try:
        return count(calendar.days_between(first, on), "working day")
    except OutsideCalendar:
        return count((on - first).days, "day")


def _is_overdue(milestone: Row, now: datetime) -> bool:
    open_still = milestone["status_category"] not in ("done", "cancelled")
    return bool(open_still and milestone["deadline_at"] and milestone["deadline_at"] < now)


def _overdue(was: bool, now_is: bool, status: str) -> str:
    if status in ("done", "cancelled"):
        return f"it is {status} already"
    if now_is:
        return "still overdue" if was else "overdue now"
    return "no longer overdue" if was else "not overdue"


def doubts(milestone: Row, on: date, today: date) -> Iterator[str]:
    """What speaks against a date that a client is said to have accepted, as the milestone stood before."""
    promised, begun = milestone["agreed_on"] or milestone["baseline_on"], milestone["begun_on"]
    right = "if that was not meant, record the right date: the last one counts"
    if begun is not None and on < begun:
        yield f"{day('en', on, today)} is before the project began, {day('en', begun, today)}; {right}"
    elif promised is not None and on < promised:
        yield f"{day('en', on, today)} is earlier than promised, {day('en', promised, today)}; {right}"
    elif on - max(promised or today, today) > _FAR:
        yield f"{day('en', on, today)} is more than a year away, and till then nothing is late; {right}"


def of_answer(feedback: Row, zone: ZoneInfo, today: date) -> str:
    """Whether the client still waits."""
    if since := feedback["waiting_since"]:
        return f"the client wrote on {instant('en', since, zone, today)}, after that: still waiting"
    return "handled" if feedback["handled"] else "nobody waits any more; handled once it is closed in the tool"
