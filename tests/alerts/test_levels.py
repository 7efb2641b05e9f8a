"""Alerts that nobody takes, over rounds: they go up in working hours, once a level, and those below hear it."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from alerts.actions import acknowledge
from alerts.channels.base import Permanent
from alerts.channels.slack import SlackSettings
from alerts.store import ALERT_EVENT
from config.settings import PersonSettings, Route, RouteMatch, Secret
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import feedback, hk, milestone
from unify.engine import writing


def told(hub: Hub) -> list[str]:
    """Who got a new message, in order."""
    return [one.reader.name for one in hub.mail.sent]


def answered(hub: Hub) -> list[tuple[str, str]]:
    """Who got an answer in the thread of theirs, in order, and what it is called."""
    return [(one.reader.name, one.message.title) for _, one, _ in hub.mail.updated]


@pytest.fixture
def hub(hub: Hub) -> Hub:
    """The firm with its head of BD and its director."""
    above = {
        "winnie": PersonSettings(name="Winnie Lau", email="winnie@lanternquay.example", role="head"),
        "grace": PersonSettings(name="Grace Tam", email="grace@lanternquay.example", role="director"),
    }
    hub.settings = firm.settings(people={**hub.settings.people, **above})
    return hub


def test_a_critical_alert_that_nobody_takes_goes_to_the_head_and_then_to_the_director(hub: Hub) -> None:
    """At eleven and at four; each level once, and whoever had it hears so once, in the same thread."""
    for minute in range(0, 9 * 60, 20):
        hub.tell(milestone(), at=hk(24) + timedelta(minutes=minute))

    went_up = "Went up: Bank of Nine Ferries, UAT…"
    assert told(hub) == ["Marco Yip", "Winnie Lau", "Grace Tam"]
    assert answered(hub) == [("Marco Yip", went_up), ("Marco Yip", went_up), ("Winnie Lau", went_up)]
    [alert] = firm.alerts(hub.engine)
    assert alert["level"] == 2


def test_a_message_says_by_when_it_must_be_taken_and_who_gets_it_then(hub: Hub) -> None:
    """Nobody is escalated over without having been told before."""
    hub.tell(milestone(), at=hk(24))
    hub.tell(milestone(), at=hk(24, 11))

    first, second = (one.message.body() for one in hub.mail.sent)
    [(_, up, _)] = hub.mail.updated
    assert "Not taken by 11:00: goes to Winnie Lau." in first
    assert "Not taken by Marco Yip in time, so it comes to you." in second
    assert "Not taken by 16:00: goes to Grace Tam." in second
    assert up.message.body() == "Not taken in time: Winnie Lau was told too. You can still take it."


def test_the_words_are_those_of_each_language(hub: Hub) -> None:
    """Hong Kong's courteous ones for Sandy, the mainland's short ones for Kevin."""
    hub.tell(feedback(1, severity="critical"), feedback(2, severity="critical", bd="person/kevin"), at=hk(24))

    assert "11:00 前未有人確認收到，將上報 Winnie Lau。" in hub.mail.of("sandy")[0].message.body()
    assert "请 11:00 前认领，否则升级至 Winnie Lau" in hub.mail.of("kevin")[0].message.body()


def test_what_somebody_took_goes_nowhere(hub: Hub) -> None:
    """A named person has it: that stops repeats and escalation."""
    done = hub.tell(milestone(), at=hk(24))
    with writing(hub.engine) as connection:
        acknowledge(connection, hub.settings, done.events[0].fingerprint, "marco", hk(24, 10))

    for hour in (11, 14, 17):
        hub.tell(milestone(), at=hk(24, hour))

    assert told(hub) == ["Marco Yip"]


def test_nothing_goes_up_from_old_data_nor_at_night(hub: Hub) -> None:
    """What a stale source tells may be over; and the head's evening is hers."""
    hub.tell(milestone(), at=hk(24, 16))
    hub.tell(milestone(), at=hk(24, 18))
    hub.tell(milestone(), at=hk(25, 3))
    hub.tell(milestone(), at=hk(25, 9), stale=("delivery",))
    assert told(hub) == ["Marco Yip"]

    hub.tell(milestone(), at=hk(25, 9, 30))
    assert told(hub) == ["Marco Yip", "Winnie Lau"]


def test_what_is_for_owner_and_coordinator_alone_stays_with_them(hub: Hub) -> None:
    """An internal epic is no promise to a client: the head is not bothered with it."""
    for hour in (9, 11, 14, 17):
        hub.tell(milestone(client_facing=False), at=hk(24, hour))

    assert "Winnie Lau" not in told(hub)


def test_an_alert_that_went_up_is_over_for_all_who_were_told(hub: Hub) -> None:
    """The head hears that she need not ask any more; and a new episode begins at the bottom again."""
    firm.put(hub.engine, "milestone", firm.milestone_row(status_category="done"))
    hub.tell(milestone(), at=hk(24))
    hub.tell(milestone(), at=hk(24, 11))
    hub.mail.updated.clear()

    hub.tell(at=hk(24, 12))
    assert sorted(name for name, _ in answered(hub)) == ["Marco Yip", "Winnie Lau"]

    hub.tell(milestone(), at=hk(24, 15))
    assert [alert["level"] for alert in firm.alerts(hub.engine)] == [0]


def test_a_channel_that_edits_says_it_without_a_new_message(hub: Hub) -> None:
    """Those below learn in place that it went up: no second loud one."""
    chat = firm.Inbox()
    token = Secret(reference="env:SLACK", value=SecretStr("t"))
    slack = SlackSettings(name="chat", token=token, channel="C1")
    routes = (Route(match=RouteMatch(severity="critical"), to=("chat:bd",)), Route(to=("email:bd",)))
    people = hub.settings.people
    hub.settings = firm.settings(people=people, channels={"chat": slack}, routes=routes)
    hub.others = {"chat": chat}

    hub.tell(milestone(), at=hk(24))
    hub.tell(milestone(), at=hk(24, 11))

    assert [one.reader.name for one in chat.sent] == ["Marco Yip", "Winnie Lau"]
    [(_, _, shown)] = chat.updated
    assert "Winnie Lau was told too" in shown.body()
    assert "UAT sign-off" in shown.body() + shown.title


def test_whoever_no_message_reached_is_told_again_though_it_went_up(hub: Hub) -> None:
    """What goes up is told below a message that arrived; where none did, the next repeat is the first they read."""
    hub.mail.failures.append(Permanent("no such mailbox"))
    hub.tell(milestone(), at=hk(24))
    for day, hour in ((24, 11), (25, 9), (27, 9)):
        hub.tell(milestone(), at=hk(day, hour))

    assert hub.mail.of("marco")
    assert told(hub)[0] == "Winnie Lau"


def test_going_up_is_kept_with_whom_it_went_to(hub: Hub) -> None:
    """The present state can be rebuilt from the events, and who decided what can be read."""
    hub.tell(milestone(), at=hk(24))
    hub.tell(milestone(), at=hk(24, 11))

    with hub.engine.connect() as connection:
        events = [(row.reason, row.note) for row in connection.execute(ALERT_EVENT.select())]
    assert events == [("fired", ""), ("escalated", "winnie")]


def test_a_head_whose_client_it_was_is_a_level_all_the_same(hub: Hub) -> None:
    """She handed the client over and takes it for Marco's: when he does not take it, she hears it as the head."""
    hub.tell(milestone(bd="person/winnie", bd_name="Winnie Lau"), at=hk(24))
    for minute in range(0, 9 * 60, 20):
        hub.tell(milestone(), at=hk(24) + timedelta(minutes=minute))

    assert told(hub) == ["Winnie Lau", "Marco Yip", "Winnie Lau", "Grace Tam"]
    assert "Not taken by Marco Yip in time, so it comes to you." in hub.mail.of("winnie")[1].message.body()
