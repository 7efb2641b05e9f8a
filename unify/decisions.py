"""What people tell the hub: a date that the client accepted, an answer given outside the tools.

Each is a row of its own, with who said so and when; nothing in the tools is overwritten. The thing it is about is
marked as touched: the next settling takes it up.
"""

from datetime import date, datetime

from sqlalchemy import Connection, Table, insert, select

from connectors.answers import FIRST_YEAR, LAST_YEAR
from unify.derived import AGREEMENT, ANSWER, FEEDBACK, MILESTONE, TOUCHED

LONGEST = 500
"""Characters of a reference or of how something was answered."""


class Refused(Exception):
    """A decision that cannot be recorded; the message says why, for the person who made it."""

    def __init__(self, message: str, key: str = "") -> None:
        """`key`: of the text that says so in their language; "": only who types commands can meet it."""
        super().__init__(message)
        self.key = key


def agree(connection: Connection, milestone: str, on: date, reference: str, by: str, now: datetime) -> bool:
    """Record that the client accepted `on` for the milestone of that row key; False: it was recorded last, and no
    move of the tool's date has overtaken it since.

    `reference` is what proves it (a change request, a mail's subject) and may not be empty; `by` whoever records it.
    Raises Refused.
    """
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise Refused(f"{on.isoformat()} is no date that a client agrees to: check the year", "refused.year")
    _must_exist(connection, MILESTONE, milestone)
    told = _told(reference, "say by what the client agreed: --ref CR-012")
    latest = select(AGREEMENT.c.agreed_on, AGREEMENT.c.reference, MILESTONE.c.deadline_on)
    latest = latest.join(MILESTONE, MILESTONE.c.key == AGREEMENT.c.milestone_key).where(MILESTONE.c.key == milestone)
    if connection.execute(latest.order_by(AGREEMENT.c.id.desc()).limit(1)).first() == (on, told, on):
        return False
    values = {
        "milestone_key": milestone,
        "agreed_on": on,
        "reference": told,
        "recorded_at": now,
        "recorded_by": by,
    }
    connection.execute(insert(AGREEMENT).values(values))
    _touch(connection, "milestone", milestone)
    return True


def answered(connection: Connection, feedback: str, at: datetime, how: str, by: str, now: datetime) -> bool:
    """Record that the feedback of that row key was answered elsewhere at `at`: `how` by telephone, WhatsApp, in person.

    An answer is not given in the future. False: the same is recorded already. Raises Refused.
    """
    if at > now:
        told = "an answer that is yet to be given cannot be recorded: give the time at which it was given"
        raise Refused(told, "refused.yet_to_come")
    _must_exist(connection, FEEDBACK, feedback)
    told = _told(how, "say how it was answered: WhatsApp, telephone, in person")
    same = (ANSWER.c.feedback_key == feedback, ANSWER.c.answered_at == at, ANSWER.c.how == told)
    if connection.scalar(select(ANSWER.c.id).where(*same).limit(1)) is not None:
        return False
    values = {
        "feedback_key": feedback,
        "answered_at": at,
        "how": told,
        "recorded_at": now,
        "recorded_by": by,
    }
    connection.execute(insert(ANSWER).values(values))
    _touch(connection, "feedback", feedback)
    return True


def _told(text: str, missing: str) -> str:
    told = text.strip()
    if not told:
        raise Refused(missing)
    return told[:LONGEST]


def _must_exist(connection: Connection, table: Table, key: str) -> None:
    if connection.scalar(select(table.c.key).where(table.c.key == key)) is None:
        raise Refused(f'there is no {table.name} with the key "{key}"')


def _touch(connection: Connection, table: str, key: str) -> None:
    """Have the next settling look at a row."""
    known = select(TOUCHED.c.key).where(TOUCHED.c.table == table, TOUCHED.c.key == key)
    if connection.scalar(known) is None:
        connection.execute(insert(TOUCHED).values(table=table, key=key))
