"""Since when a client waits, who answered and how: tables of cases for the pure function, and through the database."""

from collections.abc import Sequence
from typing import Any

import pytest

from config.settings import ClientSettings
from tests.unify.factories import (
    account,
    add,
    at,
    comment,
    contact,
    database,
    feedback,
    item,
    rewrite,
    row,
    settings,
    settled,
)
from unify.decisions import answered
from unify.derive_feedback import Policy, derive_feedback
from unify.tables import Comment, Feedback

KEY = "crm/tickets/1"
RECEIVED = at("2026-11-20 16:30")


def said(side: str, when: str, **fields: Any) -> dict[str, Any]:
    """A message on the ticket, from that side."""
    made = comment(f"crm/messages/{side}-{when}", KEY, created_at=at(when), **fields)
    return {**made.model_dump(), "side": side}


def told(when: str) -> dict[str, Any]:
    """An answer given elsewhere."""
    return {"answered_at": at(when)}


def derived(
    messages: Sequence[dict[str, Any]] = (),
    given: Sequence[dict[str, Any]] = (),
    policy: Policy = Policy(),  # noqa: B008  a frozen value
    **fields: Any,
) -> dict[str, Any]:
    """The derived columns of a ticket received Fri 20 Nov 16:30, unless told."""
    stored = feedback(KEY, **{"received_at": RECEIVED, **fields}).model_dump()
    return dict(derive_feedback(stored, messages, given, policy))


PUBLIC = {"visible": True}
INTERNAL = {"visible": False}


@pytest.mark.parametrize(
    ("why", "messages", "since"),
    [
        ("nobody wrote", [], "2026-11-20 16:30"),
        ("answered", [said("team", "2026-11-20 17:15")], None),
        (
            "the client wrote twice: since the first",
            [said("client", "2026-11-20 18:00")],
            "2026-11-20 16:30",
        ),
        (
            "answered, then wrote twice again: since the first of those",
            [
                said("team", "2026-11-20 17:15"),
                said("client", "2026-11-23 10:00"),
                said("client", "2026-11-23 11:00"),
            ],
            "2026-11-23 10:00",
        ),
        (
            "one answer answers everything before it",
            [said("client", "2026-11-23 10:00"), said("team", "2026-11-23 11:00")],
            None,
        ),
        (
            "the hub, a bot and a stranger answer nothing",
            [said(side, "2026-11-20 17:15", **PUBLIC) for side in ("hub", "bot", "unknown")],
            "2026-11-20 16:30",
        ),
        (
            "nor do they ask anything",
            [
                said("team", "2026-11-20 17:15"),
                *(said(side, "2026-11-23 10:00", **PUBLIC) for side in ("hub", "bot", "unknown")),
            ],
            None,
        ),
        ("what we wrote before is no answer", [said("team", "2026-11-20 16:00")], "2026-11-20 16:30"),
        ("answered within the same minute", [said("team", "2026-11-20 16:30:01")], None),
        (
            "written at the very instant of the answer: nothing later answers it",
            [said("team", "2026-11-20 17:15"), said("client", "2026-11-20 17:15")],
            "2026-11-20 17:15",
        ),
        (
            "answered, wrote, answered, wrote: since the last",
            [
                said("team", "2026-11-20 17:15"),
                said("client", "2026-11-23 10:00"),
                said("team", "2026-11-23 10:30"),
                said("client", "2026-11-23 10:31"),
            ],
            "2026-11-23 10:31",
        ),
        (
            "a message without time says nothing",
            [{**said("team", "2026-11-20 17:15"), "created_at": None}],
            "2026-11-20 16:30",
        ),
    ],
)
def test_a_client_waits_since_the_oldest_message_nobody_answered(
    why: str, messages: list[dict[str, Any]], since: str | None
) -> None:
    """Silence is counted from when it began, not from the last reminder."""
    found = derived(messages)

    assert found["waiting_since"] == (at(since) if since else None), why
    assert found["answered"] is (since is None), why
    assert found["handled"] is (since is None), why


def test_stacked_tower_was_answered_and_wrote_again() -> None:
    """Scenario 7: the answer of 19 Nov stands, and 20 Nov 10:00 waits since."""
    messages = [said("team", "2026-11-19 15:00", **PUBLIC), said("client", "2026-11-20 10:00")]

    found = derived(messages, received_at=at("2026-11-19 09:30"))

    assert found == {
        "waiting_since": at("2026-11-20 10:00"),
        "first_response_at": at("2026-11-19 15:00"),
        "response_basis": "visible",
        "answered": False,
        "handled": False,
    }


def test_paper_kite_was_answered_by_whatsapp() -> None:
    """Scenario 5: told by hand at 17:15, so the first response has that basis and nothing waits."""
    found = derived(given=[told("2026-11-20 17:15")])

    assert (found["first_response_at"], found["response_basis"]) == (at("2026-11-20 17:15"), "manual")
    assert found["waiting_since"] is None
    assert found["handled"]


def test_after_an_answer_elsewhere_the_next_message_waits_again() -> None:
    """Scenario 5, the end: "the customer's next message starts a new wait"."""
    found = derived([said("client", "2026-11-23 09:10")], [told("2026-11-20 17:15")])

    assert found["waiting_since"] == at("2026-11-23 09:10")
    assert (found["answered"], found["handled"]) == (False, False)


@pytest.mark.parametrize(
    ("fields", "basis"),
    [
        (PUBLIC, "visible"),
        ({"kind": "email", "direction": "outbound"}, "visible"),
        ({"kind": "call"}, "visible"),
        ({"kind": "meeting"}, "visible"),
        ({"kind": "communication"}, "visible"),
        (INTERNAL, "internal"),
        ({"visible": None}, "internal"),
        ({"kind": "note"}, "internal"),
    ],
)
def test_an_answer_says_whether_the_client_saw_it(fields: dict[str, Any], basis: str) -> None:
    """A tool that cannot say who reads a comment is not believed to have shown it."""
    assert derived([said("team", "2026-11-20 17:15", **fields)])["response_basis"] == basis


def test_of_two_answers_at_one_instant_the_one_that_the_client_saw_is_told() -> None:
    """A mail and the note that it went out bear the same time; the figure is the same, its basis is the better one."""
    mail = said("team", "2026-11-20 17:15", kind="email", direction="outbound")
    note = {**said("team", "2026-11-20 17:15", kind="note"), "key": "crm/messages/note"}

    for messages in ([mail, note], [note, mail]):
        assert derived(messages)["response_basis"] == "visible"


def test_what_was_said_before_it_was_received_is_no_first_response() -> None:
    """Nor is what was said at that very instant: the acknowledgement that a form sends by itself."""
    early, same = said("team", "2026-11-20 16:29:59", **PUBLIC), said("team", "2026-11-20 16:30", **PUBLIC)

    assert derived([early, same])["first_response_at"] is None


def test_a_first_response_stays_the_first() -> None:
    """Later answers, of a better basis too, change neither its time nor its basis."""
    note = said("team", "2026-11-20 17:00", kind="note")
    reply = said("team", "2026-11-20 18:00", **PUBLIC)

    found = derived([reply, note], [told("2026-11-20 17:30")])

    assert (found["first_response_at"], found["response_basis"]) == (at("2026-11-20 17:00"), "internal")


def test_where_only_visible_answers_count_a_note_among_us_stops_no_clock() -> None:
    """`answers_count = "visible"`; what a person recorded as answered counts all the same."""
    policy = Policy(answers_count="visible")
    note = said("team", "2026-11-20 17:15", kind="note")
    reply = said("team", "2026-11-23 09:00", **PUBLIC)

    assert derived([note], policy=policy)["waiting_since"] == RECEIVED
    assert derived([note, reply], policy=policy)["first_response_at"] == at("2026-11-23 09:00")
    assert derived([note], [told("2026-11-20 18:00")], policy)["response_basis"] == "manual"


@pytest.mark.parametrize(
    ("why", "messages", "fields", "since"),
    [
        ("closed settles all", [], {"closed_at": at("2026-11-21 10:00")}, None),
        ("closed, nobody knows when", [said("client", "2026-11-23 09:00")], {}, None),
        (
            "written to after closing",
            [said("client", "2026-11-23 09:00")],
            {"closed_at": at("2026-11-21 10:00")},
            "2026-11-23 09:00",
        ),
        (
            "and answered after that",
            [said("client", "2026-11-23 09:00"), said("team", "2026-11-23 10:00")],
            {"closed_at": at("2026-11-21 10:00")},
            None,
        ),
    ],
)
@pytest.mark.parametrize("category", ["done", "cancelled"])
@pytest.mark.parametrize("handled_when", ["answered", "closed"])
def test_closed_is_handled_until_the_client_writes_again(
    why: str,
    messages: list[dict[str, Any]],
    fields: dict[str, Any],
    since: str | None,
    category: str,
    handled_when: Any,
) -> None:
    """Both policies agree on it."""
    found = derived(messages, policy=Policy(handled_when), status_category=category, **fields)

    assert found["waiting_since"] == (at(since) if since else None), why
    assert found["handled"] is (since is None), why


def test_an_answer_alone_does_not_end_it_where_only_closing_does() -> None:
    """`handled_when = "closed"`: answered, nobody waits for a word, yet it is not done."""
    found = derived([said("team", "2026-11-20 17:15")], policy=Policy("closed"))

    assert (found["answered"], found["handled"], found["waiting_since"]) == (True, False, None)


@pytest.mark.parametrize(
    ("stamps", "since", "first"),
    [
        ({"native_first_response_at": at("2026-11-20 17:00")}, None, "2026-11-20 17:00"),
        ({"last_sent_at": at("2026-11-23 09:00")}, None, "2026-11-23 09:00"),
        (
            {
                "native_first_response_at": at("2026-11-20 17:00"),
                "last_sent_at": at("2026-11-20 17:00"),
                "last_received_at": at("2026-11-23 09:00"),
            },
            "2026-11-23 09:00",
            "2026-11-20 17:00",
        ),
        ({"last_received_at": at("2026-11-23 09:00")}, "2026-11-20 16:30", None),
    ],
)
@pytest.mark.parametrize("messages", [[], [said("team", "2026-11-20 16:00", kind="note")]])
def test_the_crms_own_stamps_stand_in_where_messages_cannot_be_read(
    messages: list[dict[str, Any]], stamps: dict[str, Any], since: str | None, first: str | None
) -> None:
    """Mails need a permission of their own; notes among us are no conversation."""
    found = derived(messages, **stamps)

    assert found["waiting_since"] == (at(since) if since else None)
    assert found["first_response_at"] == (at(first) if first else None)


def test_messages_that_can_be_read_are_believed_before_the_crms_stamps() -> None:
    """HubSpot counts its own automatic mails as sent."""
    found = derived([said("client", "2026-11-23 09:00")], last_sent_at=at("2026-11-23 09:01"))

    assert found["waiting_since"] == RECEIVED


@pytest.mark.parametrize(
    ("fields", "waits"),
    [
        ({"score": 40.0}, True),
        ({"score": 60.0}, True),
        ({"score": 60.1}, False),
        ({"score": 100.0, "text": "收據列印太慢"}, True),
        ({"score": 100.0, "text": "  "}, False),
        ({}, False),
    ],
)
def test_a_happy_survey_without_words_asks_for_nothing(fields: dict[str, Any], waits: bool) -> None:
    """Five stars need no reply; two do, and so does a sentence."""
    found = derived(origin="survey", **fields)

    assert found["waiting_since"] == (RECEIVED if waits else None)
    assert found["handled"] is not waits


def test_comments_are_feedback_from_the_first_that_a_client_wrote() -> None:
    """An item where only our people talk is no feedback, whenever it was made."""
    ours, theirs = said("team", "2026-11-20 17:00"), said("client", "2026-11-20 18:00")

    assert derived([ours], origin="comment")["waiting_since"] is None
    assert derived([ours, theirs], origin="comment")["waiting_since"] == at("2026-11-20 18:00")


def test_without_the_time_of_receipt_the_first_message_is_it() -> None:
    """A first response needs something to respond to."""
    messages = [said("client", "2026-11-20 18:00"), said("team", "2026-11-20 18:30")]

    assert derived(messages, received_at=None)["first_response_at"] == at("2026-11-20 18:30")
    assert derived([messages[1]], received_at=None)["first_response_at"] is None


# --- through the database ------------------------------------------------------------------------------------------


def test_a_comment_on_several_rows_answers_each() -> None:
    """One mail may be filed under two tickets; only the first is its `on_key`."""
    keys = ["crm/tickets/1", "crm/tickets/2"]
    with database() as connection:
        add(connection, *(feedback(key, received_at=RECEIVED) for key in keys))
        settled(connection, settings())
        mail = {"kind": "email", "direction": "outbound", "created_at": at("2026-11-20 17:00")}
        add(connection, comment("crm/emails/1", *keys, **mail))

        settled(connection, settings(), {"comment": ["crm/emails/1"]})

        assert [row(connection, Feedback, key)["answered"] for key in keys] == [True, True]


def test_what_is_said_on_an_epic_answers_nobody_who_wrote_on_its_items() -> None:
    """An item that is feedback refers to its epic, but not as to where its messages are."""
    with database() as connection:
        add(connection, item("delivery/issues/1", milestone_keys=["delivery/issues/9"]))
        add(connection, feedback("delivery/issues/1", item_key="delivery/issues/1", received_at=RECEIVED))
        said = {"author_account": "delivery/users/1", "visible": True, "created_at": at("2026-11-20 17:00")}
        add(
            connection,
            account("delivery/users/1", member=True),
            comment("delivery/comments/1", "delivery/issues/9", **said),
        )

        settled(connection, settings())

        assert row(connection, Feedback, "delivery/issues/1")["waiting_since"] == RECEIVED


def test_a_deleted_answer_no_longer_answers() -> None:
    """What was taken back at the vendor was not said."""
    reply = comment("crm/notes/1", KEY, kind="call", created_at=at("2026-11-20 17:00"))
    with database() as connection:
        add(connection, feedback(KEY, received_at=RECEIVED), reply)
        settled(connection, settings())
        rewrite(connection, Comment, reply.key, deleted_at=at("2026-11-21 09:00"))

        settled(connection, settings(), {"comment": [reply.key]})

        assert row(connection, Feedback, KEY)["waiting_since"] == RECEIVED


def test_an_author_who_turns_out_to_be_ours_answered_all_along() -> None:
    """Only the account was touched: the page with its comment came before the one with its author."""
    with database() as connection:
        add(connection, item("delivery/issues/1"), feedback("delivery/issues/1", origin="item", received_at=RECEIVED))
        wrote = {"author_account": "delivery/users/1", "created_at": at("2026-11-20 17:00")}
        add(connection, comment("delivery/comments/1", "delivery/issues/1", **wrote))
        settled(connection, settings())
        before = row(connection, Feedback, "delivery/issues/1")["answered"]
        add(connection, account("delivery/users/1", member=True))

        settled(connection, settings(), {"account": ["delivery/users/1"]})

        assert not before
        assert row(connection, Feedback, "delivery/issues/1")["answered"]


@pytest.mark.parametrize("origin", ["survey", "email"])
def test_what_came_by_itself_is_answered_by_reaching_whoever_sent_it(origin: str) -> None:
    """Neither a survey nor a loose mail has a thread: a later call to its sender answers it, a note does not."""
    key, sender = f"crm/{origin}s/1", "crm/contacts/1"
    asked = {"origin": origin, "text": "太慢", "received_at": RECEIVED, "contact_keys": [sender]}
    with database() as connection:
        add(connection, contact(sender), feedback(key, **asked))
        add(connection, comment("crm/calls/0", sender, kind="call", created_at=at("2026-11-19 17:00")))
        add(connection, account("crm/owners/1", member=True))
        note = {"kind": "note", "author_account": "crm/owners/1", "created_at": at("2026-11-20 17:00")}
        add(connection, comment("crm/notes/1", sender, **note))
        settled(connection, settings())
        waited = row(connection, Feedback, key)["waiting_since"]
        add(
            connection,
            comment("crm/calls/1", "crm/companies/9", sender, kind="call", created_at=at("2026-11-20 18:00")),
        )

        settled(connection, settings(), {"comment": ["crm/calls/1"]})

        assert waited == RECEIVED
        assert row(connection, Feedback, key)["first_response_at"] == at("2026-11-20 18:00")


def test_answered_elsewhere_is_derived_at_the_next_settling_and_survives_everything() -> None:
    """What a person recorded is kept beside the rows, and outlives reading them all again."""
    with database() as connection:
        add(connection, feedback(KEY, received_at=RECEIVED))
        settled(connection, settings())

        answered(connection, KEY, at("2026-11-20 17:15"), "WhatsApp", "person/sandy", at("2026-11-24 09:00"))
        settled(connection, settings(), {"feedback": [KEY]})
        soon = row(connection, Feedback, KEY)
        settled(connection, settings())

        assert soon["response_basis"] == "manual"
        assert row(connection, Feedback, KEY) == soon


def test_the_policy_of_the_config_is_the_one_that_counts() -> None:
    """`answers_count` and `handled_when` reach the rows."""
    kite = ClientSettings(name="Paper Kite Stores")
    with database() as connection:
        add(connection, feedback(KEY, received_at=RECEIVED), account("crm/owners/1", member=True))
        note = {"kind": "note", "author_account": "crm/owners/1", "created_at": at("2026-11-20 17:00")}
        add(connection, comment("crm/notes/1", KEY, **note))

        settled(connection, settings(clients={"kite": kite}, answers_count="visible"))
        strict = row(connection, Feedback, KEY)["answered"]
        settled(connection, settings(clients={"kite": kite}, handled_when="closed"))
        found = row(connection, Feedback, KEY)

        assert not strict
        assert (found["answered"], found["handled"]) == (True, False)
