"""What fires, what became of it, and the messages on their way, as somebody reads it who knows the work and no keys."""

import re

import pytest
from sqlalchemy import delete, insert, update

from alerts.outbox import FIRST_SENT
from tests.cli.home import Home
from tests.factories import at
from unify import tables
from unify.derived import table_of
from unify.engine import open_engine, writing

RELEASE = "milestone-overdue:delivery/versions/30007"


def test_alerts_are_listed_the_worst_first_in_words(round: Home) -> None:
    """Whose client, how late, for whom, and whether they know: no key that nobody types."""
    said = round.run("alerts", "list")

    head, *rows = said.out.splitlines()
    assert head.split("  ")[0] == "state"
    assert [row.split()[1] for row in rows] == ["critical", "warning", "warning"]
    release, pilot, waiting = rows[0], *sorted(rows[1:], key=lambda row: "waits" in row)
    assert re.search(r"Harbour Ltd +Release 2.1 +\d+ days late +Lee +(goes out )?\d{4}-", release)
    assert re.search(r" Pilot +\d+ days late +May \(no BD manager\) ", pilot)
    assert re.search(r"Slow receipts +waits since Mon 2 Nov( 2026)? 10:00 +Lee ", waiting)
    assert "milestone-overdue:" not in said.out


def test_what_has_no_name_and_is_nobodys_is_told_by_its_rule(round: Home) -> None:
    """A figure of the firm is neither late nor without a BD manager; what is due yet is not late either."""
    alerts = table_of(tables.Alert)
    facts = {"value": 75.0, "met": 9, "counted": 12}
    low = {"fingerprint": "on-time-rate-low:on_time/3/2026-10", "rule": "on-time-rate-low", "facts": facts}
    ahead = {"name": "Launch", "deadline_on": "2026-11-01", "overdue": False}
    soon = {"fingerprint": "milestone-due-soon:1", "rule": "milestone-due-soon", "facts": ahead}
    fixed = {"episode": 1, "state": "firing", "severity": "info", "urgent": False, "adopted": True, "since": AT}
    engine = open_engine(f"sqlite:///{round.database}")
    with writing(engine) as connection:
        for row in (low, soon):
            connection.execute(insert(alerts).values({"subject": row["rule"], "source": "", **fixed, **row}))
            fired = {"fingerprint": row["fingerprint"], "at": AT, "to_state": "firing", "reason": "fired"}
            connection.execute(insert(table_of(tables.AlertEvent)).values({"episode": 1, "severity": "info", **fired}))
    engine.dispose()

    said = round.run("alerts", "list").out

    assert re.search(r"On time: 75.0 % \(9 of 12\), below the target of 90 % +found .* May  ", said)
    assert re.search(r"Launch +found .* May \(no BD manager\)  ", said)


def test_an_alert_tells_how_it_came_to_its_state(round: Home) -> None:
    """From the first finding on: when, why, who; and whom it was told."""
    shown = round.run("alerts", "show", RELEASE, "--json")

    assert shown.code == 0
    assert [event["to_state"] for event in shown.json["events"]] == ["firing"]
    assert isinstance(shown.json["told"], list)


@pytest.mark.parametrize("typed", [RELEASE, "Release 2.1", "release  2.1", "delivery/versions/30007", RELEASE[:-3]])
def test_an_alert_is_found_by_what_people_call_it(round: Home, typed: str) -> None:
    """Nobody knows a fingerprint by heart; the tool's key, the name, or the beginning of one will do."""
    said = round.run("alerts", "show", typed, "--json")

    assert said.code == 0
    assert (said.json["fingerprint"], said.json["alert"]["state"]) == (RELEASE, "firing")


def test_an_alert_says_what_it_is_about(round: Home) -> None:
    """A fingerprint tells a coordinator nothing; what the BD manager was told does."""
    said = round.run("alerts", "show", "Release 2.1").out

    lines = said.split("\n\n")[0].splitlines()
    assert [line.split()[0] for line in lines] == ["what", "state", "project", "BD", "owner", "where", "fingerprint"]
    assert "Release 2.1 is " in lines[0]
    assert "firing, critical, since " in lines[1]
    assert lines[-1].split() == ["fingerprint", RELEASE]
    assert "person/" not in said


def test_feedback_is_called_by_its_subject(round: Home) -> None:
    """The title says how long the client waits, and not for what."""
    assert "Slow receipts" in round.run("alerts", "show", "feedback").out


def test_of_several_that_may_be_meant_each_is_listed(round: Home) -> None:
    """To choose from, with what tells them apart."""
    said = round.run("alerts", "show", "milestone-overdue")

    assert said.code == 2
    assert "may be any of 2 alerts" in said.err
    assert {row.split()[-1].rpartition("/")[0] for row in said.out.splitlines()[1:]} == {
        "milestone-overdue:delivery/versions",
        "milestone-overdue:boards/cards",
    }


def test_a_name_that_is_nearly_right_is_offered(round: Home) -> None:
    """A word of it, or a slip of the pen."""
    assert 'did you mean "Slow receipts"?' in round.run("alerts", "show", "receipts").err
    assert 'did you mean "Release 2.1"?' in round.run("alerts", "show", "Relaese 2.1").err
    assert 'did you mean "Release 2.1"?' in round.run("agree", "2.1", "2099-11-30", "--ref", "x", "--by", "lee").err


@pytest.mark.parametrize("typed", ["nothing", "", "Login", "%"])
def test_what_no_alert_is_about_is_wrong_usage(round: Home, typed: str) -> None:
    """And says where they are listed: also for an item that is there and fine."""
    said = round.run("alerts", "show", typed)

    assert said.code == 2
    assert "milepost alerts list" in said.err


# --- deliveries ---------------------------------------------------------------------------------------------------

AT, LATER = at("2026-11-20 10:00"), at("2026-11-20 11:28")


@pytest.fixture
def told(round: Home) -> Home:
    """A home with a mail to Lee that is parked and one that is tried again, and a comment that cannot be written.

    Written by hand: whether a round sends anything depends on the time of day.
    """
    delivery, link = table_of(tables.Delivery), table_of(tables.DeliveryAlert)
    mail = {"channel": "email", "recipient": "person/lee", "kind": "alert", "payload": {"reader": {"name": "Lee"}}}
    comment = {"channel": "comment:delivery", "recipient": RELEASE.partition(":")[2], "kind": "comment", "payload": {}}
    rows = [
        mail | {"state": "parked", "last_error": "550 no such user", "attempts": 5},
        mail | {"state": "waiting", "last_error": "status 451", "attempts": 2},
        mail | {"state": "waiting", "attempts": 0},
        comment | {"state": "sent", "sent_at": AT, "attempts": 1},
        comment | {"state": "sent", "sent_at": LATER, "payload": {FIRST_SENT: AT.isoformat()}},
        comment
        | {"state": "sent", "sent_at": LATER, "payload": {FIRST_SENT: AT.isoformat()}, "kind": "comment_removed"},
        comment | {"state": "dropped", "last_error": "Jira has no comments on versions", "attempts": 1},
    ]
    engine = open_engine(f"sqlite:///{round.database}")
    with writing(engine) as connection:
        connection.execute(delete(link))
        connection.execute(delete(delivery))
        for number, row in enumerate(rows, 1):
            fixed = {"id": number, "key": str(number), "receipt": {}, "created_at": AT, "not_before": AT}
            connection.execute(insert(delivery).values({"last_error": "", **fixed, **row}))
        connection.execute(insert(link).values(delivery_id=1, fingerprint=RELEASE, episode=1, reason="first"))
    engine.dispose()
    return round


def listed(home: Home, *options: str) -> list[str]:
    """The lines of `deliveries list`."""
    return home.run("deliveries", "list", *options).out.splitlines()[1:]


def test_what_has_no_name_is_told_by_what_its_rule_says(told: Home) -> None:
    """An indicator is called nothing: its message is no message about nothing."""
    rows = table_of(tables.Alert)
    engine = open_engine(f"sqlite:///{told.database}")
    with writing(engine) as connection:
        changed = update(rows).where(rows.c.fingerprint == RELEASE)
        connection.execute(changed.values(rule="satisfaction-low", facts={"value": 70.0}))
    engine.dispose()

    assert "Client satisfaction 70.0, below the target of" in listed(told)[0]


def test_a_message_is_told_by_its_reader_and_what_it_is_about(told: Home) -> None:
    """Whoever looks why Lee heard nothing finds Lee, the release, and the reason."""
    parked, *_ = listed(told)

    assert parked.split(None, 4)[:4] == ["1", "parked", "email", "Lee"]
    assert "Release 2.1" in parked
    assert parked.rstrip().endswith("550 no such user")


def test_a_message_that_waits_says_when_it_is_tried_again(told: Home) -> None:
    """In the organisation's time, and what was in the way."""
    _, tried, fresh = listed(told)

    assert "next try 2026-11-20 10:00" in tried
    assert "status 451" in tried
    assert "next round" in fresh


def test_what_nobody_tries_again_says_what_to_do(told: Home) -> None:
    """Parked is a word of ours."""
    assert "milepost deliveries retry" in told.run("deliveries", "list").err


def test_a_comment_is_told_by_the_item_that_it_stands_on(told: Home) -> None:
    """Its key alone would ask for a look into the tool."""
    *_, comment = listed(told, "--all")

    assert "comment in delivery" in comment
    assert "Release 2.1" in comment
    assert "30007" not in comment


def test_a_comment_that_was_changed_or_taken_back_says_so(told: Home) -> None:
    """ "Sent 11:28" of a comment that nobody sees any more sends somebody looking for it."""
    written, edited, gone = listed(told, "--all")[3:6]

    assert "written 2026-11-20 10:00 " in written
    assert "written 2026-11-20 10:00, edited 2026-11-20 11:28" in edited
    assert "written 2026-11-20 10:00, taken back 2026-11-20 11:28" in gone


def test_an_empty_list_says_what_it_was_asked_for(home: Home) -> None:
    """ "Nothing waits" would be an answer to another question."""
    assert home.run("deliveries", "list").out == "nothing waits\n"
    assert home.run("deliveries", "list", "--all").out == "nothing was sent yet, and nothing waits\n"


def test_what_was_written_in_the_tool_is_among_what_was_told(told: Home) -> None:
    """A comment is a message too; why there is none is as good to know."""
    shown = told.run("alerts", "show", "Release 2.1").out.splitlines()
    [mail] = (line for line in shown if " email " in line)
    [comment] = (line for line in shown if "dropped" in line)

    assert "Lee" in mail
    assert "comment in delivery" in comment
    assert "no comments on versions" in comment
