"""The life of an alert over rounds: fired, told once, repeated, over with its reason, open again."""

import itertools
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import select

from alerts import life
from alerts.channels.slack import SlackSettings
from alerts.decide import Reason
from alerts.life import Cause, Event, Life, after
from alerts.messages import End
from alerts.outbox import DELIVERY_ALERT
from alerts.round import adopt, preview
from alerts.store import ALERT_EVENT
from config.settings import Route, RouteMatch, Secret
from config.values import DateRange
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, feedback, hk, milestone


def test_a_finding_is_told_once_to_whom_it_concerns(hub: Hub) -> None:
    """Told twice is a distrust."""
    hub.tell(milestone())
    hub.tell(milestone(), at=TUESDAY + timedelta(minutes=1))

    assert [outgoing.reader.name for outgoing in hub.mail.sent] == ["Marco Yip"]
    assert [event["state"] for event in firm.alerts(hub.engine)] == ["firing"]


def test_one_reader_gets_one_message_a_round_whatever_happened(hub: Hub) -> None:
    """Six alerts are one message, not six; and nobody reads of another's clients."""
    hub.tell(*(milestone(number) for number in range(1, 7)), feedback())

    assert [len(hub.mail.of(person)) for person in ("marco", "sandy")] == [1, 1]
    assert "Paper Kite" not in hub.mail.of("marco")[0].message.body()


def test_at_night_nobody_is_told_and_at_nine_what_still_holds_is(hub: Hub) -> None:
    """Overdue begins at midnight; no phone may ring then. What was over by the morning is never told."""
    night = hub.tell(milestone(1), milestone(2), at=hk(24, 0, 1))
    assert {decision.reason for decision in night.decisions} == {Reason.OUTSIDE_HOURS}

    firm.put(hub.engine, "milestone", firm.milestone_row(2, status_category="done"))
    hub.tell(milestone(1), at=hk(24, 8, 59))
    assert hub.mail.sent == []

    hub.tell(milestone(1), at=hk(24, 9))
    assert hub.mail.titles() == ["Bank of Nine Ferries: UAT… 8 days late"]


def test_what_comes_in_over_lunch_is_one_message_after_it(hub: Hub) -> None:
    """Sandwich hours are nobody's working time, and two messages at two would be one too many."""
    found = [milestone(1), milestone(2)]
    hub.tell(milestone(1), at=hk(24, 13, 10))
    hub.tell(*found, at=hk(24, 13, 40))
    assert hub.mail.sent == []

    hub.tell(*found, at=hk(24, 14))
    assert [len(one.message.entries) for one in hub.mail.sent] == [2]


def test_a_hong_kong_reader_hears_on_hong_kong_days(hub: Hub) -> None:
    """19 October 2026 is a holiday in Hong Kong and a working day on the mainland."""
    monday = hk(24) - timedelta(days=36)
    hub.tell(milestone(1), feedback(1, bd="person/kevin", client="client/boat"), at=monday)

    assert monday.date() == date(2026, 10, 19)
    assert [outgoing.reader.name for outgoing in hub.mail.sent] == ["罗建明"]


def test_a_milestone_warning_waits_for_the_next_morning_line(hub: Hub) -> None:
    """A warning of three in the afternoon is no reason to interrupt; feedback is."""
    hub.tell(at=hk(23, 15))
    hub.tell(milestone(severity="warning"), feedback(), at=hk(23, 15, 1))
    assert [outgoing.reader.name for outgoing in hub.mail.sent] == ["莫詠珊"]

    hub.tell(milestone(severity="warning"), feedback(), at=hk(24, 9))
    assert len(hub.mail.of("marco")) == 1


def test_feedback_that_is_only_to_be_known_waits_for_the_line_too(hub: Hub) -> None:
    """A client's slight matter of three in the afternoon is for owner and coordinator, in the morning."""
    hub.tell(at=hk(23, 15))
    hub.tell(feedback(severity="info"), at=hk(23, 15, 1))
    assert hub.mail.sent == []

    hub.tell(feedback(severity="info"), at=hk(24, 9))
    assert [outgoing.reader.name for outgoing in hub.mail.sent] == ["May Chan"]


def test_only_what_config_marks_urgent_is_told_at_night(hub: Hub) -> None:
    """Severity is not urgency."""
    hub.tell(
        feedback(1, severity="critical"),
        feedback(2, severity="critical", urgent=True, bd="person/marco", client="client/bank"),
        milestone(severity="critical", urgent=True, bd="person/kevin", client="client/boat"),
        at=hk(21, 22, 40),
    )

    assert "Marco Yip" in [outgoing.reader.name for outgoing in hub.mail.sent]
    assert "莫詠珊" not in [outgoing.reader.name for outgoing in hub.mail.sent]


def test_it_is_told_again_after_the_rules_working_days(hub: Hub) -> None:
    """`repeat: 3wd`: told on Friday, again on Wednesday."""
    hub.tell(milestone(), at=hk(20, 11))
    for day in (21, 22, 23, 24):
        hub.tell(milestone(), at=hk(day, 11))
    assert len(hub.mail.sent) == 1

    hub.tell(milestone(), at=hk(25, 9))
    assert len(hub.mail.sent) == 2


@pytest.mark.parametrize(
    ("reader", "again"),
    [
        pytest.param({"bd": "person/kevin", "client": "client/boat"}, date(2026, 10, 12), id="Sat 10 Oct works there"),
        pytest.param({}, date(2026, 10, 13), id="in Hong Kong it is a Saturday"),
    ],
)
def test_working_days_until_it_is_told_again_are_the_readers(hub: Hub, reader: dict[str, Any], again: date) -> None:
    """Told on Thu 8 Oct, `repeat: 3wd`: the mainland pays a holiday back on Saturday the 10th (調休)."""
    thursday = hk(8) - timedelta(days=31)
    days = [thursday + timedelta(days=number) for number in range(8)]
    told: list[date] = []
    for day in days:
        hub.tell(milestone(**reader), at=day)
        told += [day.date()] if len(hub.mail.sent) > len(told) else []

    assert told[:2] == [date(2026, 10, 8), again]


def test_what_became_worse_is_told_at_once_though_it_was_told_before(hub: Hub) -> None:
    """A warning that turned critical is another piece of news."""
    hub.tell(milestone(severity="warning"))
    hub.tell(milestone(severity="critical"), at=TUESDAY + timedelta(hours=1))
    hub.tell(milestone(severity="critical"), at=TUESDAY + timedelta(hours=2))

    assert len(hub.mail.sent) == 2


def test_the_end_is_told_with_its_reason_in_the_same_thread_to_those_who_were_told(hub: Hub) -> None:
    """Jason ticks the card: within one round Marco hears who did it, and nobody else hears anything."""
    firm.put(hub.engine, "account", {"key": "delivery/user/1", "source": "delivery", "name": "Jason Tse"})
    firm.put(hub.engine, "milestone", firm.milestone_row())
    hub.tell(milestone(), at=hk(23, 9))
    firm.change(
        hub.engine,
        "milestone",
        "delivery/issue/1",
        status_category="done",
        done_at=hk(24, 10, 12),
        done_by_account="delivery/user/1",
    )

    done = hub.tell(at=hk(24, 10, 15))
    hub.tell(at=hk(24, 10, 16))

    assert done.changed("done") == 1
    [(receipt, notice, shown)] = hub.mail.updated
    assert (receipt, notice.reader.name) == ({"number": 1}, "Marco Yip")
    assert notice.message.title == "Done: Bank of Nine Ferries, UAT sign-off"
    told, fresh = [line.text for line in notice.message.lines]
    assert told == (
        "Marked done by Jason Tse 10:12, 8 days after the due date; open 1 working day as an alert. Nothing more to do."
    )
    assert fresh == "Jira, read 10:07 (8 min ago)."
    assert shown.entries[0].end == End(told, notice.message.title, fresh="All sources read since 10:07.")
    assert [line.text for line in shown.footer] == ["All sources read since 10:07."]


def test_what_ends_in_one_round_is_one_mail_in_the_latest_thread(hub: Hub) -> None:
    """One message for each reader and round, however many threads end in it."""
    firm.put(hub.engine, "milestone", *(firm.milestone_row(number, status_category="done") for number in (1, 2, 3)))
    for count in (1, 2, 3):
        hub.tell(*map(milestone, range(1, count + 1)), at=TUESDAY + timedelta(minutes=count))
    assert len(hub.mail.sent) == 3

    hub.tell(at=TUESDAY + timedelta(minutes=4))
    hub.tell(at=TUESDAY + timedelta(minutes=5))

    [(receipt, notice, _)] = hub.mail.updated
    assert receipt == {"number": 3}
    assert notice.message.title == "3 alerts ended: Bank of Nine Ferries"
    assert len(notice.message.told) == 3


def test_each_message_that_can_be_changed_shows_its_own_end(hub: Hub) -> None:
    """In Slack a change is no new message to anybody: every one of them is put right."""
    token = Secret(reference="env:SLACK", value=SecretStr("t"))
    chat = firm.Inbox()
    hub.others = {"chat": chat}
    hub.settings = firm.settings(
        channels={"chat": SlackSettings(name="chat", token=token, channel="C1")}, routes=(Route(to=("chat:bd",)),)
    )
    firm.put(hub.engine, "milestone", *(firm.milestone_row(number, status_category="done") for number in (1, 2)))
    for count in (1, 2):
        hub.tell(*map(milestone, range(1, count + 1)), at=TUESDAY + timedelta(minutes=count))

    hub.tell(at=TUESDAY + timedelta(minutes=3))

    assert [(receipt, shown.entries[0].settled) for receipt, _, shown in chat.updated] == [
        ({"number": 1}, True),
        ({"number": 2}, True),
    ]


def test_a_moved_date_tells_every_date_that_stood_before(hub: Hub) -> None:
    """What the client was promised first, and how often that changed, is read from the tool's history."""
    moved = firm.milestone_row(deadline_on=date(2026, 11, 30), deadline_at=hk(30), moves=3, moved_at=hk(24, 8, 40))
    firm.put(hub.engine, "milestone", {**moved, "baseline_on": date(2026, 10, 30)})
    days = ["2026-10-30", "2026-11-06", "2026-11-16", "2026-11-30"]
    for number, (old, new) in enumerate(itertools.pairwise(days)):
        row = {"key": f"delivery/change/{number}", "entity_key": "delivery/issue/1", "field": "due", "origin": "native"}
        firm.put(hub.engine, "change", {**row, "old": old, "new": new, "changed_at": hk(number + 1)})
    hub.tell(milestone())

    hub.tell(at=TUESDAY + timedelta(minutes=1))

    [(_, notice, _)] = hub.mail.updated
    assert notice.message.title == "Bank of Nine Ferries: UAT… now 30 Nov"
    assert notice.message.told[1].text == (
        "Third move: 30 Oct → 6 Nov → 16 Nov → Mon 30 Nov, 21 working days after the first promise. Moved today 08:40."
    )


def test_a_date_that_was_taken_away_is_told_with_who_did_so(hub: Hub) -> None:
    """Without its date nothing is ever overdue: that is no end of the promise."""
    moved = {"field": "due", "old": "2026-11-16", "new": None, "changed_at": hk(24, 8), "origin": "native"}
    firm.put(hub.engine, "milestone", firm.milestone_row(deadline_on=None, deadline_at=None))
    firm.put(hub.engine, "change", {"key": "1", "entity_key": "delivery/issue/1", "author_account": "d/1", **moved})
    firm.put(hub.engine, "account", {"key": "d/1", "name": "Raymond Ho"})
    hub.tell(milestone())

    hub.tell(at=TUESDAY + timedelta(minutes=1))

    ((_, notice, _),) = hub.mail.updated
    assert notice.message.told[-1].text == (
        "Its date was taken away by Raymond Ho 08:00; no agreement of the client's on record. "
        "Next: agree a date with the client."
    )


def test_nobody_hears_of_the_end_at_night(hub: Hub) -> None:
    """Good news keeps until nine."""
    firm.put(hub.engine, "milestone", firm.milestone_row(status_category="done"))
    hub.tell(milestone(), at=hk(23, 9))

    hub.tell(at=hk(23, 22))
    assert hub.mail.updated == []

    hub.tell(at=hk(24, 9))
    assert len(hub.mail.updated) == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"status_category": "done"}, "done"),
        ({"status_category": "cancelled"}, "cancelled"),
        ({"deadline_on": date(2026, 11, 30), "deadline_at": hk(30)}, "date moved"),
        ({"due_on": None, "deadline_on": None, "deadline_at": None}, "date removed"),
        (
            {"deadline_on": date(2026, 11, 30), "deadline_at": hk(30), "agreed_on": date(2026, 11, 30)},
            "date agreed",
        ),
        ({"deleted_at": hk(24), "delete_reason": "lost_access"}, "gone"),
        ({"deleted_at": hk(24), "delete_reason": "deleted"}, "gone"),
        ({"deleted_at": hk(24), "delete_reason": "archived", "status_category": "cancelled"}, "cancelled"),
        ({}, "cleared"),
    ],
)
def test_a_milestones_alert_says_why_it_ended(hub: Hub, row: dict[str, Any], reason: str) -> None:
    """What can no longer be seen is never called done."""
    firm.put(hub.engine, "milestone", firm.milestone_row(**row))
    hub.tell(milestone())

    done = hub.tell(at=TUESDAY + timedelta(minutes=1))

    assert [event.reason for event in done.events] == [reason]


@pytest.mark.parametrize(
    ("project", "row", "reason"),
    [
        ({"archived": True}, {}, "gone"),
        ({"deleted_at": hk(24), "delete_reason": "out_of_scope"}, {}, "gone"),
        ({"archived": True}, {"status_category": "done"}, "done"),
        ({}, {}, "cleared"),
    ],
)
def test_what_went_with_its_project_is_not_said_to_have_changed(
    hub: Hub, project: dict[str, Any], row: dict[str, Any], reason: str
) -> None:
    """The row stands as it was; its project left the config, or was archived."""
    firm.put(hub.engine, "project", {"key": "delivery/project/10", "source": "delivery", **project})
    firm.put(hub.engine, "milestone", firm.milestone_row(**row))
    hub.tell(milestone())

    done = hub.tell(at=TUESDAY + timedelta(minutes=1))

    assert [event.reason for event in done.events] == [reason]


@pytest.mark.parametrize(
    ("held", "row"),
    [
        ({"deadline_at": hk(30).isoformat()}, {"deadline_at": hk(30), "moved_at": hk(2)}),
        ({"status_category": "done"}, {"status_category": "done"}),
    ],
)
def test_only_what_changed_can_be_the_reason(hub: Hub, held: dict[str, Any], row: dict[str, Any]) -> None:
    """A firm's own rule on what is due soon, or done, ends for another reason than the date or the tick."""
    firm.put(hub.engine, "milestone", firm.milestone_row(**row))
    hub.tell(milestone(**held))

    done = hub.tell(at=TUESDAY + timedelta(minutes=1))

    assert [event.reason for event in done.events] == ["cleared"]


def test_an_answer_on_the_item_that_is_feedback_names_who_answered(hub: Hub) -> None:
    """A labelled card is feedback under a key of its own; its comments hang on the card."""
    firm.put(hub.engine, "account", {"key": "crm/member/5", "source": "crm", "name": "Kitty Fung"})
    row = firm.feedback_row(answered=True, handled=True, origin="item", item_key="crm/card/1")
    firm.put(hub.engine, "feedback", row)
    word = {"source": "crm", "on_key": "crm/card/1", "author_account": "crm/member/5", "side": "team"}
    firm.put(hub.engine, "comment", {"key": "crm/action/1", "created_at": hk(24, 9, 1), **word})
    firm.put(hub.engine, "comment", {"key": "crm/action/2", "created_at": hk(24, 9, 2), "deleted_at": hk(24), **word})
    hub.tell(feedback())

    hub.tell(at=TUESDAY + timedelta(minutes=3))

    [(_, notice, _)] = hub.mail.updated
    assert notice.message.lines[0].text == "Kitty Fung 於 09:01 已回覆客戶。毋須再跟進。"


def agreed_on_30(hub: Hub, recorded: datetime) -> None:
    """Marco records what the bank's committee decided."""
    firm.change(hub.engine, "milestone", "delivery/issue/1", agreed_on=date(2026, 11, 30))
    firm.put(hub.engine, "person", {"key": "person/marco", "name": "Marco Yip"})
    said = {"milestone_key": "delivery/issue/1", "agreed_on": date(2026, 11, 30), "reference": "CR-012"}
    firm.put(hub.engine, "agreement", {**said, "recorded_at": recorded, "recorded_by": "marco"})


def test_an_agreed_date_names_who_recorded_it_to_those_who_were_told_and_in_the_log(hub: Hub) -> None:
    """The head of BD asks who said that the client agreed."""
    firm.put(hub.engine, "milestone", firm.milestone_row(deadline_on=date(2026, 11, 30), deadline_at=hk(30)))
    hub.tell(milestone())
    agreed_on_30(hub, hk(24, 9, 5))

    done = hub.tell(at=TUESDAY + timedelta(minutes=6))

    [(_, notice, _)] = hub.mail.updated
    said = [line.text for line in notice.message.told]
    assert "The client agreed to Mon 30 Nov (CR-012); recorded by Marco Yip 09:05." in said
    assert [(event.reason, event.actor) for event in done.events] == [("date agreed", "Marco Yip")]


def test_a_date_moved_without_the_client_is_settled_by_the_agreement_that_follows(hub: Hub) -> None:
    """Raymond moved the date, and on Wednesday the bank agreed: "agree it with the client" is done, once."""
    firm.put(hub.engine, "milestone", firm.milestone_row(deadline_on=date(2026, 11, 30), deadline_at=hk(30)))
    hub.tell(milestone())
    hub.tell(at=TUESDAY + timedelta(minutes=1))
    hub.tell(at=TUESDAY + timedelta(minutes=2))
    agreed_on_30(hub, hk(25, 10))

    for minute in (1, 2):
        hub.tell(at=hk(25, 10, minute))

    titles = [notice.message.title.partition(":")[0] for _, notice, _ in hub.mail.updated]
    assert titles == ["Bank of Nine Ferries", "Date agreed"]
    [alert] = firm.alerts(hub.engine)
    assert (alert["state"], alert["resolve_reason"]) == ("resolved", "date agreed")


@pytest.mark.parametrize(
    "date_now", [{"deadline_on": date(2026, 11, 30), "deadline_at": hk(30)}, {"deadline_on": None, "deadline_at": None}]
)
@pytest.mark.parametrize(("category", "told"), [("done", 2), ("cancelled", 2), ("in_progress", 1)])
def test_a_date_moved_without_the_client_is_settled_by_what_ends_the_milestone_too(
    hub: Hub, category: str, told: int, date_now: dict[str, Any]
) -> None:
    """Nobody needs to agree to a date that has been kept, or is planned no more."""
    firm.put(hub.engine, "milestone", firm.milestone_row(**date_now))
    hub.tell(milestone())
    hub.tell(at=TUESDAY + timedelta(minutes=1))

    firm.change(hub.engine, "milestone", "delivery/issue/1", status_category=category)
    hub.tell(at=TUESDAY + timedelta(minutes=2))

    assert len(hub.mail.updated) == told


def test_an_answer_given_elsewhere_is_told_as_that(hub: Hub) -> None:
    """Sandy answered by WhatsApp; the hub must not nag, and must say how it knows."""
    firm.put(hub.engine, "feedback", firm.feedback_row(answered=True, handled=True))
    answered = {"feedback_key": "crm/ticket/1", "answered_at": hk(20, 17, 15), "how": "WhatsApp"}
    firm.put(hub.engine, "answer", {**answered, "recorded_at": hk(24), "recorded_by": "sandy"})
    firm.put(hub.engine, "person", {"key": "person/sandy", "name": "莫詠珊"})
    hub.tell(feedback())

    done = hub.tell(at=TUESDAY + timedelta(minutes=1))

    assert done.changed("answered elsewhere") == 1
    [(_, notice, _)] = hub.mail.updated
    assert notice.message.lines[0].text == "莫詠珊於 11月20日（五）17:15 已另行回覆（WhatsApp）。毋須再跟進。"


def test_an_answer_in_the_tool_names_who_answered(hub: Hub) -> None:
    """The last word of our team is the answer."""
    firm.put(hub.engine, "account", {"key": "crm/owner/5", "source": "crm", "name": "Kitty Fung"})
    firm.put(hub.engine, "feedback", firm.feedback_row(answered=True, handled=True))
    said = {
        "key": "crm/note/1",
        "source": "crm",
        "on_key": "crm/ticket/1",
        "side": "team",
        "author_account": "crm/owner/5",
    }
    firm.put(hub.engine, "comment", {**said, "created_at": hk(24, 9, 1)})
    hub.tell(feedback())

    hub.tell(at=TUESDAY + timedelta(minutes=2))

    [(_, notice, _)] = hub.mail.updated
    assert notice.message.lines[0].text == "Kitty Fung 於 09:01 已回覆客戶。毋須再跟進。"


def test_a_stale_source_neither_fires_nor_ends_anything(hub: Hub) -> None:
    """HubSpot is down: no alarm from old data, and no all-clear either."""
    hub.tell(feedback(1))

    done = hub.tell(feedback(2), at=TUESDAY + timedelta(hours=1), stale=("crm",))

    assert done.events == []
    assert len(hub.mail.sent) == 1


def test_nothing_is_told_twice_when_a_source_comes_back(hub: Hub) -> None:
    """On recovery the same findings are the same alerts."""
    hub.tell(feedback())
    hub.tell(at=TUESDAY + timedelta(hours=1), stale=("crm",))
    hub.tell(feedback(), at=TUESDAY + timedelta(hours=2))

    assert len(hub.mail.sent) == 1


def test_a_message_says_which_source_could_not_be_checked(hub: Hub) -> None:
    """Silence must never mean broken."""
    hub.tell(milestone(), stale=("crm",))

    assert "Not checked: HubSpot, last read Tue 24 Nov 07:00." in hub.mail.sent[0].message.body()


def test_a_rule_that_failed_ends_nothing(hub: Hub) -> None:
    """Only an answer counts as an answer."""
    hub.round(milestone())

    assert hub.round(failed="milestone-overdue").events == []


def test_a_removed_source_ends_its_alerts_without_a_word(hub: Hub) -> None:
    """The config took it away; nothing has happened at the client's."""
    hub.tell(milestone())
    sources = {name: source for name, source in hub.settings.sources.items() if name != "delivery"}
    freshness = {name: fresh for name, fresh in firm.freshness(TUESDAY).items() if name != "delivery"}
    settings = firm.settings(sources=sources)

    done = preview(hub.engine, settings, firm.outcomes(), freshness, firm.working_time(), TUESDAY)

    assert [event.reason for event in done.events] == ["source removed"]
    assert done.messages == []


def test_what_was_over_and_is_back_is_a_new_episode_and_told(hub: Hub) -> None:
    """The customer's next message starts a new wait."""
    firm.put(hub.engine, "feedback", firm.feedback_row(answered=True))
    hub.tell(feedback())
    hub.tell(at=TUESDAY + timedelta(minutes=1))
    hub.tell(feedback(), at=TUESDAY + timedelta(minutes=2))

    [alert] = firm.alerts(hub.engine)
    assert (alert["episode"], alert["state"]) == (2, "firing")
    assert len(hub.mail.sent) == 2


def test_a_first_look_is_told_to_the_coordinator_alone_and_once(hub: Hub) -> None:
    """Forty old matters must not hit the BD managers on the first day."""
    hub.settings = firm.settings(first_run="summary")
    hub.tell(milestone(1), milestone(2), feedback())
    hub.tell(milestone(1), milestone(2), feedback(), at=TUESDAY + timedelta(minutes=1))

    assert [(sent.reader.name, sent.message.title) for sent in hub.mail.sent] == [
        ("May Chan", "First look: 3 matters found")
    ]


def test_what_turns_wrong_after_the_first_look_is_told_as_usual(hub: Hub) -> None:
    """Only what was bad before we came is old news."""
    hub.settings = firm.settings(first_run="summary")
    hub.tell(at=hk(23))
    hub.tell(milestone(), at=TUESDAY)

    assert [sent.reader.name for sent in hub.mail.sent] == ["Marco Yip"]


def test_adopted_alerts_are_told_to_whom_they_concern(hub: Hub) -> None:
    """`milepost alerts adopt --newer-than`: by when it began, not by when we saw it."""
    hub.settings = firm.settings(first_run="summary")
    old = {"deadline_on": "2026-01-05", "deadline_at": "2026-01-05T15:59:59+00:00"}
    hub.tell(milestone(1), milestone(2, **old))

    assert adopt(hub.engine, TUESDAY - timedelta(days=90), TUESDAY, "May Chan") == 1
    hub.tell(milestone(1), milestone(2, **old), at=TUESDAY + timedelta(minutes=1))

    assert hub.mail.titles()[1:] == ["Bank of Nine Ferries: UAT… 8 days late"]


@pytest.mark.parametrize("first_run", ["send", "summary"])
def test_a_hub_without_routes_keeps_alerts_and_tells_nobody(hub: Hub, first_run: str) -> None:
    """The smallest config has sources and a page; whoever adds a channel later hears of what is still open."""
    hub.settings = firm.settings(routes=(), first_run=first_run)
    hub.tell(milestone())
    assert [alert["state"] for alert in firm.alerts(hub.engine)] == ["firing"]

    hub.settings = firm.settings(first_run=first_run)
    hub.tell(milestone(), at=TUESDAY + timedelta(minutes=1))

    assert len(hub.mail.sent) == 1


def test_after_a_gap_of_seven_days_it_is_a_first_look_again(hub: Hub) -> None:
    """The hub was off for a week: the coordinator decides who must still be told."""
    hub.settings = firm.settings(first_run="summary")
    hub.tell(at=hk(16))
    hub.tell(milestone(), at=hk(23))

    assert [sent.reader.name for sent in hub.mail.sent] == ["May Chan"]


def test_a_changed_mapping_is_a_first_look_at_what_was_there_before(hub: Hub) -> None:
    """A word was mapped: what it brings up is old. What went wrong since the last look is not."""
    hub.settings = firm.settings(first_run="summary")
    hub.round(at=hk(23, 18))
    fresh = {"deadline_on": "2026-11-23", "deadline_at": "2026-11-23T15:59:59+00:00", "days_overdue": 1}
    hub.round(milestone(1), milestone(2, **fresh), at=TUESDAY, versions={"delivery": "2"})

    assert [alert["adopted"] for alert in firm.alerts(hub.engine)] == [False, True]


def test_a_source_that_is_still_read_for_the_first_time_fires_nothing(hub: Hub) -> None:
    """Half a source would cry wolf: an answer may stand on the next page."""
    assert hub.round(milestone(), stale=("delivery",)).events == []


def test_a_preview_shows_every_message_and_keeps_nothing(hub: Hub) -> None:
    """`run --dry-run`, at any hour."""
    found, fresh = firm.outcomes(milestone(), feedback()), firm.freshness(hk(22, 3))

    done = preview(hub.engine, hub.settings, found, fresh, firm.working_time(), hk(22, 3))

    assert sorted(planned.reader.name for planned in done.messages) == ["Marco Yip", "莫詠珊"]
    assert firm.alerts(hub.engine) == []
    assert firm.deliveries(hub.engine) == []


def test_a_group_and_a_person_are_both_told_each_in_their_channel(hub: Hub) -> None:
    """A route names everybody who is told."""
    group = firm.Inbox()
    hub.others = {"bd_slack": group}
    hub.settings = firm.settings(
        routes=(
            Route(match=RouteMatch(severity="critical"), to=("bd_slack", "email:bd")),
            Route(to=("email:bd",)),
        )
    )
    hub.tell(milestone(), milestone(2, severity="warning", days_overdue=3))

    assert [len(inbox.sent) for inbox in (group, hub.mail)] == [1, 1]
    assert len(group.sent[0].message.entries) == 1
    assert len(hub.mail.sent[0].message.entries) == 2


def test_every_delivery_names_its_alerts_with_episode_and_reason(hub: Hub) -> None:
    """`milepost why` and the next round both read it."""
    hub.tell(milestone(), feedback(bd="person/marco"))

    with hub.engine.begin() as connection:
        told = connection.execute(select(DELIVERY_ALERT).order_by(DELIVERY_ALERT.c.fingerprint)).mappings().all()
    assert [(row["fingerprint"], row["episode"], row["reason"]) for row in told] == [
        ("feedback-unhandled:crm/ticket/1", 1, "first"),
        ("milestone-overdue:delivery/issue/1", 1, "first"),
    ]


def rebuilt(events: Iterable[Event]) -> Life | None:
    """The state of one alert, made anew from its events alone, oldest first; None without any."""
    life = None
    for event in events:
        life = after(life, event)
    return life


def test_the_stored_state_is_what_the_events_add_up_to(hub: Hub) -> None:
    """Every change is a row, and the rows are the truth."""
    firm.put(hub.engine, "milestone", firm.milestone_row(status_category="done"))
    for minute, found in enumerate([[milestone(severity="warning")], [milestone()], [], [milestone()]]):
        hub.round(*found, at=TUESDAY + timedelta(minutes=minute))

    [alert] = firm.alerts(hub.engine)
    with hub.engine.begin() as connection:
        rows = connection.execute(select(ALERT_EVENT).order_by(ALERT_EVENT.c.id)).mappings().all()
    names = [field.name for field in fields(Event)]
    again = rebuilt(Event(**{name: row[name] for name in names}) for row in rows)
    assert again is not None
    assert (again.episode, again.state, again.severity) == (alert["episode"], alert["state"], alert["severity"])
    assert (again.since, again.adopted) == (alert["since"], alert["adopted"])


_ROUNDS = st.lists(st.sampled_from(["", "warning", "critical"]), min_size=1, max_size=12)


@given(_ROUNDS)
def test_there_is_one_open_alert_for_a_fingerprint_whatever_happens(rounds: list[str]) -> None:
    """Any order of coming, going and becoming worse; and the events tell the same story."""
    key = "milestone-overdue:delivery/issue/1"
    known: dict[str, life.Known] = {}
    events: list[Event] = []
    for minute, severity in enumerate(rounds):
        now = TUESDAY + timedelta(minutes=minute)
        found = {key: milestone(severity=severity)} if severity else {}
        new = life.openings(known, found, lambda _: False, lambda *_: True, now)
        ended = life.missing(known, found, firm.outcomes(*found.values()), firm.freshness(now))
        new += [life.ending(known[gone], "done", now) for gone in ended]
        assert len(new) <= 1
        for event in new:
            before = known[key].life if known else None
            known[key] = life.Known(key, "milestone-overdue", "delivery", after(before, event))
        events += new

    assert rebuilt(events) == (known[key].life if known else None)
    assert bool(known) and known[key].life.state == "firing" if rounds[-1] else True
    opened = [event.episode for event in events if event.reason in (Cause.FIRED, Cause.REOPENED)]
    assert opened == list(range(1, len(opened) + 1))


def test_open_alerts_follow_a_client_to_the_cover_and_back_with_one_message_each(hub: Hub) -> None:
    """Marco is away on Wednesday: Sandy hears of all he had, once; what began meanwhile is his when he is back."""
    people = hub.settings.people
    marco = people["marco"].model_copy(update={"away": (DateRange(date(2026, 11, 25), date(2026, 11, 25)),)})
    covered = {**people, "marco": marco.model_copy(update={"cover": "sandy"})}
    hub.settings = firm.settings(people=covered)
    found = [milestone(1), milestone(2)]

    hub.tell(*found, at=hk(24))
    for minute in range(2):
        hub.tell(*found, at=hk(25, 9, minute))
    hub.tell(*found, milestone(3), at=hk(25, 11))
    hub.tell(*found, milestone(3), at=hk(26))

    assert [len(hub.mail.of(name)) for name in ("marco", "sandy")] == [2, 2]
    assert "Marco Yip 休假，由你代理。" in hub.mail.of("sandy")[0].message.body()
    assert [len(one.message.entries) for one in hub.mail.of("marco")] == [2, 1]
