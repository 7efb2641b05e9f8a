"""What was answered to surveys: by clients, who say how satisfied they are, and by our own people, who are none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from rules.indicators.communication import Mark
from rules.indicators.satisfaction import Given
from unify.derived import CONTACT, FEEDBACK, PERSON, SOURCE, fetch

_BEST = 5
"""Marks are 1 to 5; a score is kept as a share of 100."""


@dataclass(frozen=True, slots=True)
class Surveys:
    """`given` by clients, and by whomever nobody knows; `marks` of members of the team."""

    given: Sequence[Given]
    marks: Sequence[Mark]


def read_surveys(connection: Connection, since: datetime) -> Surveys:
    """The answers since then, of sources in the config."""
    names = ("key", "client_key", "contact_keys", "received_at", "score")
    query = (
        select(*(FEEDBACK.c[name] for name in names))
        .join(SOURCE, SOURCE.c.name == FEEDBACK.c.source)
        .where(SOURCE.c.active, FEEDBACK.c.deleted_at.is_(None))
        .where(FEEDBACK.c.origin == "survey", FEEDBACK.c.received_at >= since)
        .order_by(FEEDBACK.c.key)
    )
    raters = _raters(connection)
    given, marks = [], []
    for row in fetch(connection, query):
        contact = next(iter(row["contact_keys"]), None)
        if (rater := raters.get(contact or "")) is None:
            given.append(Given(row["key"], row["client_key"], contact, row["received_at"], row["score"]))
        elif row["score"] is not None:
            marks.append(Mark(rater, row["received_at"], row["score"] * _BEST / 100))
    return Surveys(given, marks)


def _raters(connection: Connection) -> Mapping[str, str]:
    """The members of the team that the CRM has as contacts, by the contact's key: a survey goes to contacts."""
    ours = select(PERSON.c.email, PERSON.c.key).where(PERSON.c.side == "team", PERSON.c.email.is_not(None))
    persons = {email.casefold(): key for email, key in connection.execute(ours)}
    contacts = connection.execute(select(CONTACT.c.key, CONTACT.c.emails)).all()
    return {
        key: persons[email.casefold()] for key, emails in contacts for email in emails if email.casefold() in persons
    }
