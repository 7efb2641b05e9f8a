"""When we were last in touch with a client: what is logged, and what they wrote, wherever that was."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update
from sqlmodel import SQLModel

from unify import tables
from unify.derive_clients import derive_clients
from unify.derived import CLIENT_CONTACT, COMMENT, table_of
from unify.engine import open_engine

CLIENT = "client/kite"


@pytest.fixture
def connection() -> Iterator[Connection]:
    """A client with a company, a person and a ticket in the CRM, and an issue in Jira."""
    engine = open_engine("sqlite://")
    with engine.begin() as connection:
        SQLModel.metadata.create_all(connection)
        add(connection, tables.Source(name="crm", kind="hubspot"))
        add(connection, tables.Source(name="jira", kind="jira"))
        add(connection, tables.Client(key=CLIENT))
        add(connection, tables.Company(key="crm/companies/1", source="crm", vendor_id="1", client_key=CLIENT))
        add(connection, tables.Contact(key="crm/contacts/1", source="crm", vendor_id="1", client_key=CLIENT))
        add(connection, tables.WorkItem(key="jira/issues/1", source="jira", vendor_id="1", client_key=CLIENT))
        yield connection
    engine.dispose()


def add(connection: Connection, row: SQLModel) -> None:
    connection.execute(insert(table_of(type(row))), row.model_dump())


def say(connection: Connection, number: int, day: int, **values: Any) -> None:
    """A message of that day of November, on the client's contact unless said."""
    row = {"source": "crm", "on_key": "crm/contacts/1", "kind": "call", "side": "team"} | values
    key = f"crm/said/{number}"
    add(connection, tables.Comment(key=key, vendor_id=str(number), created_at=november(day), **row))


def november(day: int) -> datetime:
    return datetime(2026, 11, day, 10, tzinfo=UTC)


def in_touch(connection: Connection, spoken_of: set[str] | None = None) -> dict[str, Any]:
    derive_clients(connection, spoken_of)
    return dict(connection.execute(select(CLIENT_CONTACT)).mappings().one())


def test_calls_meetings_mails_and_what_the_client_writes_are_contact(connection: Connection) -> None:
    """A comment of ours in a delivery tool is none: no client need see it. Neither is what a robot or we wrote."""
    say(connection, 1, 3)
    say(connection, 2, 4, kind="meeting")
    say(connection, 3, 5, kind="comment", side="client", on_key="jira/issues/1")
    say(connection, 4, 6, kind="comment", side="team", on_key="jira/issues/1")
    say(connection, 5, 7, kind="note", side="hub")
    say(connection, 6, 8, kind="email", on_key="crm/contacts/9")  # somebody else's
    say(connection, 7, 9, deleted_at=november(10))

    found = in_touch(connection)

    assert (found["source"], found["contact_at"]) == ("crm", november(5))
    assert (found["call_at"], found["meeting_at"]) == (november(3), november(4))


def test_a_ticket_is_contact_too(connection: Connection) -> None:
    """They wrote: that is no silence."""
    ticket = tables.Feedback(key="crm/tickets/1", source="crm", vendor_id="1", origin="ticket", client_key=CLIENT)
    ticket.received_at = november(12)
    add(connection, ticket)

    assert in_touch(connection)["contact_at"] == november(12)


def test_a_report_is_a_mail_of_ours_that_speaks_of_it(connection: Connection) -> None:
    """Neither the client's asking where it is, nor a mail that never went out, nor a note that it is to be written."""
    ours = {"kind": "email", "direction": "outbound"}
    say(connection, 1, 3, text="Attached: October progress report.", **ours)
    say(connection, 2, 9, kind="email", side="client", direction="inbound", text="Where is the progress report?")
    say(connection, 3, 10, text="附上十月月報。", **ours)
    say(connection, 4, 11, kind="note", text="Remember to send the monthly report.")
    say(connection, 5, 12, kind="email", direction="none", text="Attached: the progress report.")

    assert in_touch(connection)["report_at"] == november(10)


@pytest.mark.parametrize(
    ("note", "sent"),
    [
        ("Monthly report sent by WhatsApp.", True),
        ("已發送月報（WhatsApp）", True),
        ("Not yet: monthly report sent to Kitty for review.", False),
        ("未發送月報", False),
    ],
)
def test_a_note_tells_of_a_report_where_it_begins_so(connection: Connection, note: str, sent: bool) -> None:
    """A report that went out by another way is on record, where somebody says so."""
    say(connection, 1, 3, kind="note", text=note)

    assert in_touch(connection)["report_at"] == (november(3) if sent else None)


def test_the_first_contact_is_known_too(connection: Connection) -> None:
    """What was agreed is asked of no time before it."""
    say(connection, 1, 5)
    say(connection, 2, 4, kind="meeting")
    ticket = tables.Feedback(key="crm/tickets/1", source="crm", vendor_id="1", origin="ticket", client_key=CLIENT)
    ticket.received_at = november(6)
    add(connection, ticket)

    found = in_touch(connection)

    assert (found["first_contact_at"], found["contact_at"]) == (november(4), november(6))


def test_what_is_said_of_several_is_said_of_the_client_among_them(connection: Connection) -> None:
    """A meeting is logged on somebody without a company first, and on the client's company after."""
    key = "crm/said/1"
    say(connection, 1, 3, kind="meeting", on_key="crm/contacts/9")
    add(connection, tables.Reference(from_key=key, to_key="crm/companies/1"))

    assert in_touch(connection)["meeting_at"] == november(3)


def test_a_crm_that_left_the_config_tells_nothing_any_more(connection: Connection) -> None:
    """Its rows stay, outside of everything; the CRM is the one that is read now."""
    add(connection, tables.Source(name="a_former_crm", kind="hubspot", active=False))
    company = tables.Company(key="a_former_crm/companies/1", source="a_former_crm", vendor_id="1", client_key=CLIENT)
    add(connection, company)
    say(connection, 1, 3)
    say(connection, 2, 4, source="a_former_crm", on_key="a_former_crm/companies/1")

    found = in_touch(connection)

    assert (found["source"], found["contact_at"]) == ("crm", november(3))


def test_nobody_was_in_touch_where_nothing_is_on_record(connection: Connection) -> None:
    """Unknown, which is not the same as silent for ever."""
    assert in_touch(connection)["contact_at"] is None


def test_what_was_touched_ends_where_everything_does(connection: Connection) -> None:
    """Only the clients of what was said are asked anew; a message that is gone counts no more."""
    say(connection, 1, 3)
    say(connection, 2, 4)
    in_touch(connection)
    connection.execute(update(COMMENT).where(COMMENT.c.vendor_id == "2").values(deleted_at=november(5)))

    assert in_touch(connection, set())["contact_at"] == november(4)
    assert in_touch(connection, {"crm/contacts/1"})["contact_at"] == november(3)
    assert in_touch(connection, {"crm/contacts/1"}) == in_touch(connection)
