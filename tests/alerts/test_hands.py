"""When what somebody has fires again: it is told anew, with why."""

from dataclasses import replace
from datetime import datetime

import pytest
from pydantic import SecretStr

from alerts.actions import acknowledge, snooze
from alerts.channels.slack import SlackSettings
from alerts.decide import Reason
from alerts.life import Cause, Hands
from alerts.round import Round
from alerts.routing import Reader
from config.settings import Language, PersonSettings, Route, Secret
from rules.evaluate import Finding
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, feedback, hk, milestone
from tests.alerts.writing import item, writer
from unify.engine import writing

SIGN_OFF = "milestone-overdue:delivery/issue/1"
TWO_DAYS_LATER = hk(26, 9)
"""Sixteen working hours after Tuesday at nine are over on Wednesday at 18:00."""


def take(hub: Hub, alert: str = SIGN_OFF, at: datetime = TUESDAY) -> None:
    """May has it."""
    with writing(hub.engine) as connection:
        acknowledge(connection, hub.settings, alert, "may", at)


def put_off(hub: Hub, until: datetime | None, by: str = "marco") -> None:
    """Snooze the sign-off."""
    with writing(hub.engine) as connection:
        snooze(connection, hub.settings, firm.working_time(), SIGN_OFF, by, TUESDAY, until)


def told(done: Round) -> list[Reason]:
    """Why somebody is told."""
    return [decision.reason for decision in done.decisions if decision.reason.tells]


def test_what_was_taken_and_left_lying_fires_again(hub: Hub) -> None:
    """Sixteen working hours without a change: whoever took it forgot it, or it is worse than they thought."""
    hub.tell(milestone())
    take(hub)

    assert told(hub.tell(milestone(), at=hk(25, 17, 59))) == []
    done = hub.tell(milestone(), at=TWO_DAYS_LATER)

    assert (done.changed("nothing done since"), told(done)) == (1, [Reason.AGAIN])
    assert firm.alerts(hub.engine)[0]["held_by"] is None


@pytest.mark.parametrize(
    ("language", "cause", "said"),
    [
        ("en", Cause.ACKNOWLEDGED, "Taken by May Chan, Mon 23 Nov 10:00."),
        ("en", Cause.NOTHING_DONE, "May Chan took it Mon 23 Nov 10:00; nothing has changed since."),
        ("en", Cause.SNOOZE_OVER, "Snoozed by May Chan Mon 23 Nov 10:00: the time is over."),
        ("en", Cause.DATE_MOVED, "Snoozed by May Chan Mon 23 Nov 10:00 until its date moved: it has."),
        ("en", Cause.RELEASED, "May Chan had it from Mon 23 Nov 10:00; it was handed back."),
        ("zh-Hant-HK", Cause.NOTHING_DONE, "May Chan 於 11月23日（一）10:00 接手，其後未有任何更新。"),
        ("zh-Hans-CN", Cause.NOTHING_DONE, "May Chan 于 11月23日（一）10:00 认领，之后无任何更新"),
    ],
)
def test_a_message_says_in_whose_hands_it_is_or_was(language: Language, cause: Cause, said: str) -> None:
    """Alone, and among others."""
    reader = Reader("person/marco", "Marco Yip", "marco@lanternquay.example", language)
    told = replace(item(milestone()), hands=Hands(cause, "may", hk(23, 10)))
    one, many = (writer().one(told, reader), writer().many([told, item(feedback())], reader, {}))

    assert said in [line.text for entry in one.entries for line in entry.lines]
    assert any(line.text.startswith(said) for entry in many.entries for line in entry.lines)


def test_it_is_told_once_that_it_fires_again(hub: Hub) -> None:
    """Then its repeat counts anew."""
    hub.tell(milestone())
    take(hub)
    hub.tell(milestone(), at=TWO_DAYS_LATER)

    assert told(hub.tell(milestone(), at=hk(26, 11))) == []


@pytest.mark.parametrize("table", ["milestone", "comment"])
def test_what_something_was_done_about_stays_in_its_hands(hub: Hub, table: str) -> None:
    """A change in the tool or a comment begins the sixteen hours anew."""
    of_table = {
        "milestone": {**firm.milestone_row(), "changed_here_at": hk(25, 12)},
        "comment": {"key": "delivery/comment/1", "on_key": "delivery/issue/1", "changed_here_at": hk(25, 12)},
    }
    hub.tell(milestone())
    take(hub)
    firm.put(hub.engine, table, of_table[table])

    assert told(hub.tell(milestone(), at=hk(27, 11))) == []
    assert told(hub.tell(milestone(), at=hk(27, 14))) == [Reason.AGAIN]


def test_our_own_comment_is_nothing_done(hub: Hub) -> None:
    """It asks for something to be done."""
    hub.tell(milestone())
    take(hub)
    ours = {"key": "delivery/comment/1", "on_key": "delivery/issue/1", "ours": True, "changed_here_at": hk(25, 12)}
    firm.put(hub.engine, "comment", ours)

    assert told(hub.tell(milestone(), at=TWO_DAYS_LATER)) == [Reason.AGAIN]


def test_nobody_is_said_to_have_done_nothing_by_a_source_that_is_stale(hub: Hub) -> None:
    """What they did may stand where we cannot read it."""
    hub.tell(milestone())
    take(hub)

    assert hub.tell(milestone(), at=TWO_DAYS_LATER, stale=("delivery",)).events == []
    assert hub.tell(milestone(), at=hk(26, 10)).changed("nothing done since") == 1


def test_a_snooze_is_over_at_its_end(hub: Hub) -> None:
    """With the first round of the morning till which it was snoozed, not with the next one's line."""
    hub.tell(milestone(severity="warning"))
    put_off(hub, hk(25))
    hub.tell(milestone(severity="warning"), at=hk(25, 8, 59))
    done = hub.tell(milestone(severity="warning"), at=hk(25, 9))

    assert (done.changed("snooze ended"), told(done)) == (1, [Reason.AGAIN])


def test_a_snooze_that_waits_for_a_date_ends_when_it_moves(hub: Hub) -> None:
    """To another day that has passed as well, or there would be no alert any more."""
    hub.settings = firm.settings(
        people={
            **hub.settings.people,
            "winnie": PersonSettings(name="Winnie", email="winnie@lanternquay.example", role="head"),
        }
    )
    hub.tell(milestone())
    put_off(hub, None, by="winnie")

    assert told(hub.tell(milestone(), at=hk(30))) == []
    moved: Finding = milestone(deadline_on="2026-11-20", deadline_at="2026-11-20T15:59:59.999999+00:00")
    done = hub.tell(moved, at=hk(30, 10))

    assert (done.changed("due date moved"), told(done)) == (1, [Reason.AGAIN])


def test_what_is_over_does_not_fire_again_in_the_same_breath(hub: Hub) -> None:
    """It ends while the snooze would have ended too."""
    hub.tell(milestone())
    put_off(hub, hk(25))
    done = hub.tell(at=hk(25))

    assert [event.to_state for event in done.events] == ["resolved"]


def test_the_time_to_act_is_of_those_who_must(hub: Hub) -> None:
    """Sixteen working hours of the mainland's calendar, where that is whose it is."""
    waiting = feedback(
        client="client/boat", bd="person/kevin", calendar="mainland", waiting_since="2026-10-08T01:00:00Z"
    )
    at = datetime(2026, 10, 9, 9, tzinfo=firm.HK)  # a Friday; the Saturday is a working day over there
    hub.tell(waiting, at=at)
    take(hub, "feedback-unhandled:crm/ticket/1", at)

    done = hub.round(waiting, at=datetime(2026, 10, 10, 18, tzinfo=firm.HK))

    assert done.changed("nothing done since") == 1


def test_a_message_that_can_be_changed_shows_who_has_it_and_that_nobody_has_it_any_more(hub: Hub) -> None:
    """Whoever reads it in Slack must not think that May is on it."""
    slack = SlackSettings(token=Secret(reference="env:T", value=SecretStr("t")), channel="C1", clients=("bank",))
    route = (Route(to=("team:bd",)),)
    hub.settings = firm.settings(channels={"team": slack}, routes=route)
    hub.others["team"] = inbox = firm.Inbox()
    hub.tell(milestone())
    take(hub)
    hub.deliver()
    hub.tell(milestone(), at=TWO_DAYS_LATER)

    held = [outgoing.message.entries[0].held or shown.entries[0].held for _, outgoing, shown in inbox.updated]
    assert [one and one.text for one in held] == ["Taken by May Chan, Tue 24 Nov 09:00.", None]


def test_two_of_one_message_are_shown_to_be_in_nobodys_hands_at_once(hub: Hub) -> None:
    """Snoozed till the same morning, they fire again in one round: each is a change of its own."""
    slack = SlackSettings(token=Secret(reference="env:T", value=SecretStr("t")), channel="C1", clients=("bank",))
    hub.settings = firm.settings(channels={"team": slack}, routes=(Route(to=("team:bd",)),))
    hub.others["team"] = firm.Inbox()
    found = [milestone(), milestone(2, name="Release 2.1")]
    hub.tell(*found)
    with writing(hub.engine) as connection:
        for one in (SIGN_OFF, "milestone-overdue:delivery/issue/2"):
            snooze(connection, hub.settings, firm.working_time(), one, "marco", TUESDAY, hk(25))

    done = hub.tell(*found, at=hk(25))

    assert done.changed("snooze ended") == 2
    assert {row["state"] for row in firm.deliveries(hub.engine)} == {"sent"}
