"""`milepost why`: what somebody reads who was told, or heard nothing, and asks for the reason."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from tests.cli import home as homes
from tests.cli.home import Home, run_child
from unify import tables
from unify.derived import table_of
from unify.engine import open_engine, writing


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home after a first round; the tests that use it only look. A process of its own: a command owns its process."""
    with homes.home(tmp_path_factory.mktemp("why")) as made:
        assert run_child("run", "-c", str(made.config)).code == 0
        yield made


def test_who_was_told_reads_what_held_and_whose_it_is(asked: Home) -> None:
    """In a few lines: the client and how we know, the rule, its part, and when who was told."""
    said = asked.run("why", "Release 2.1")

    assert said.code == 0
    assert "Harbour Ltd: the config says so ([clients.harbour] projects)" in said.out
    assert "Lee: the config says so" in said.out
    assert "  milestone-overdue (critical): Harbour Ltd: Release 2.1 is " in said.out
    assert "    holds: overdue (it is: Open, and its day (or instant) has passed)" in said.out
    assert re.search(r"\ndue +Fri 13 Nov", said.out)
    assert "\nmilestone-overdue: firing, raised " in said.out
    assert "\n  milestone-slipped: " in said.out


def test_who_heard_nothing_reads_what_was_missing(asked: Home) -> None:
    """Nobody has said whose the board is, so no BD manager can be told."""
    said = asked.run("why", "Pilot")

    assert "nobody has said whose it is" in said.out
    assert "nobody; the coordinator, May, is told instead" in said.out


def test_only_where_a_route_tells_bd_managers_does_anybody_take_their_place(home: Home) -> None:
    """The coordinator would look for messages that were never meant for them."""
    home.change('to = ["email:bd"]', 'to = ["email:lee"]')
    assert home.run("sync", "boards").code == 0

    said = home.run("why", "Pilot")

    assert re.search(r"\nBD manager +nobody *\n", said.out)
    assert "is told instead" not in said.out


def test_only_with_all_are_the_others_named(asked: Home) -> None:
    """Twenty rules that look at clients and deals are no answer about a card."""
    short, whole = asked.run("why", "Pilot"), asked.run("why", "Pilot", "--all")

    assert "contract-ending" not in short.out
    assert "rules look at other things: --all names them" in short.out
    assert "contract-ending: looks at the view client, where this is not" in whole.out


def test_a_program_reads_all_of_it(asked: Home) -> None:
    """Verdict, parts and values of each rule; alerts with their events; the source."""
    told = asked.run("why", "Slow receipts", "--json").json

    rules = {rule["rule"]: rule for rule in told["rules"]}
    assert told["whose"]["client"] == "client/harbour"
    assert rules["feedback-unhandled"]["verdict"] == "fires"
    assert rules["feedback-unhandled"]["condition"]["values"]["limit_hours"] == 8
    (clock,) = rules["feedback-unhandled"]["clocks"]
    assert clock["since"] == "2026-11-02T02:00:00Z"
    assert sum(day["hours"] for day in clock["days"]) == pytest.approx(clock["hours"])
    assert rules["feedback-negative"]["verdict"] == "not measured"
    assert [event["to_state"] for alert in told["alerts"] for event in alert["events"]] == ["firing"]
    assert told["looking_elsewhere"]["deal-at-risk"] == "deal"
    assert told["source"]["source"] == "delivery"


@pytest.mark.parametrize(
    ("typed", "what"),
    [("Login", "Login: item"), ("harbour", "Harbour Ltd: client"), ("Shop till", "Shop till: project")],
)
def test_an_item_a_client_and_a_project_can_be_asked_about(asked: Home, typed: str, what: str) -> None:
    """By what people call them."""
    said = asked.run("why", typed)

    assert said.code == 0
    assert what in said.out


def test_beneath_a_client_stands_what_is_open_of_theirs(asked: Home) -> None:
    """Whoever asks about a client asks about all of it."""
    said = asked.run("why", "Harbour Ltd")

    assert "\nmilestone-overdue: Release 2.1: firing, raised " in said.out
    assert "\nfeedback-unhandled: Slow receipts: firing, raised " in said.out
    assert "Pilot" not in said.out


def test_a_rule_that_is_off_says_where(asked: Home) -> None:
    """The config of the tests switches one off."""
    assert "  item-stale: [rules.item-stale] enabled = false" in asked.run("why", "Login").out


@pytest.mark.parametrize("typed", ["person/lee", "lee"])
def test_a_person_can_be_asked_about(asked: Home, typed: str) -> None:
    """Who is named by a rule may ask about themselves."""
    said = asked.run("why", typed)

    assert said.code == 0
    assert "Lee: person" in said.out
    assert asked.run("why", typed, "--json").json["views"] == {}


def test_a_person_can_be_asked_about_before_anything_was_read(home: Home) -> None:
    """The people of the config are there at once."""
    assert home.run("why", "person/lee").code == 0


def test_of_a_person_the_work_of_a_week_stands_against_what_they_can_do(round: Home) -> None:
    """Whoever is called overloaded may see by what; what is overdue falls into this week, whichever that is."""
    engine = open_engine(f"sqlite:///{round.database}")
    account = tables.Account(key="delivery/users/9", source="delivery", vendor_id="9", person_key="person/lee")
    late: dict[str, Any] = {"status_category": "todo", "assignee_accounts": [account.key], "due_on": date(2026, 1, 5)}
    work = [
        tables.WorkItem(key=f"delivery/issues/x{hours}", source="delivery", vendor_id=f"x{hours}", **late | given)
        for hours, given in ((1, {"remaining_hours": 400.5}), (2, {}))
    ]
    with writing(engine) as connection:
        for row in (account, *work):
            connection.execute(insert(table_of(type(row))), row.model_dump())
    engine.dispose()

    said = round.run("why", "lee")
    told = round.run("why", "lee", "--json").json

    assert re.search(
        r"week of \w+ .* 400\.5 of [\d.]+ hours \(\d+(\.\d)? %\), 2 items due, 1 of them without an estimate", said.out
    )
    assert re.search(r"\n  workload-over, week of .* \(high\): Lee: 400\.5 h of work against", said.out)
    assert [week["remaining_hours"] for week in told["weeks"]] == [400.5]
    assert told["views"] == {}


def test_the_open_alerts_of_a_persons_weeks_stand_beneath_them(round: Home) -> None:
    """Rules look at weeks; people ask about persons."""
    alert = table_of(tables.Alert)
    engine = open_engine(f"sqlite:///{round.database}")
    with writing(engine) as connection:
        its_own = alert.c.fingerprint == "milestone-overdue:delivery/versions/30007"
        connection.execute(update(alert).where(its_own).values(subject="person/lee/2026-11-23"))
    engine.dispose()

    said = round.run("why", "person/lee")

    assert "\nmilestone-overdue: Release 2.1: firing, raised " in said.out


def test_a_source_that_left_the_config_is_told_as_that(round: Home) -> None:
    """Its data is not old, and nothing of it is owed to anybody: it is no longer read at all."""
    engine = open_engine(f"sqlite:///{round.database}")
    with writing(engine) as connection:
        for model in (tables.DeliveryAlert, tables.Delivery):
            connection.execute(delete(table_of(model)))
    engine.dispose()
    text = round.config.read_text("utf-8")
    before, _, rest = text.partition("[sources.boards]")
    round.config.write_text(before + rest[rest.index("[people.may]") :], "utf-8")

    source, card = round.run("why", "boards"), round.run("why", "Pilot")

    assert "it is not in the config any more" in source.out
    assert "its source boards is not in the config any more" in card.out
    assert "old data" not in card.out
    assert "source's data is old" not in card.out


def test_what_is_gone_in_its_tool_is_found_by_its_key_and_says_so(round: Home) -> None:
    """Archived by somebody: the likeliest reason that nobody was told."""
    card = next(row for row in round.rows("milestone") if row["name"] == "Pilot")
    engine = open_engine(f"sqlite:///{round.database}")
    with writing(engine) as connection:
        for model in (tables.Milestone, tables.WorkItem):
            gone = update(table_of(model)).where(table_of(model).c.key == card["key"])
            connection.execute(gone.values(deleted_at=card["changed_here_at"], delete_reason="archived"))
    engine.dispose()

    said = round.run("why", card["key"])

    assert said.code == 0
    assert "as milestone: gone there since " in said.out
    assert "(archived)" in said.out


def test_what_was_withdrawn_says_for_which_closure(round: Home) -> None:
    """A typhoon that was entered afterwards: whoever was told first must not look for a mistake."""
    alert = table_of(tables.Alert)
    engine = open_engine(f"sqlite:///{round.database}")
    with writing(engine) as connection:
        its_own = alert.c.fingerprint == "milestone-overdue:delivery/versions/30007"
        row = connection.execute(select(alert).where(its_own)).mappings().one()
        over = {"state": "resolved", "resolved_at": row["since"], "resolve_reason": "office closed"}
        facts = {**row["facts"], "ending": {"how": "typhoon 8"}}
        connection.execute(update(alert).where(its_own).values(**over, facts=facts))
    engine.dispose()

    said = round.run("why", "Release 2.1")

    assert re.search(r"\nmilestone-overdue: resolved, raised .*; over .*: office closed: typhoon 8\n", said.out)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Relese 2.1", 'nothing is called "Relese 2.1"'),
        ("Relese 2.1", 'did you mean "Release 2.1"?'),
        ("", "give a short key (APP-88)"),
    ],
)
def test_a_name_that_nothing_has_is_answered_with_the_nearest(asked: Home, typed: str, words: str) -> None:
    """Code 2: nothing was asked."""
    said = asked.run("why", typed)

    assert (said.code, said.out) == (2, "")
    assert words in said.err


def test_a_name_that_several_have_is_answered_with_their_keys(round: Home) -> None:
    """An explanation of another thing would be believed."""
    engine = open_engine(f"sqlite:///{round.database}")
    with writing(engine) as connection:
        connection.execute(update(table_of(tables.Feedback)).values(subject="Pilot"))
    engine.dispose()

    said = round.run("why", "Pilot")

    assert said.code == 2
    assert said.err.count("  delivery/issues/") + said.err.count("  boards/cards/") == 2
