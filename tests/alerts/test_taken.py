"""Alerts that somebody has, or silenced: what is not told because of it, and what is told all the same."""

from datetime import datetime

from alerts.actions import acknowledge, release, silence, snooze
from alerts.decide import Reason
from alerts.silences import Match
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, feedback, hk, milestone
from unify.engine import writing

SIGN_OFF = "milestone-overdue:delivery/issue/1"
NEXT_MONDAY = hk(30)
OVERDUE = Match(rule="milestone-overdue", client="bank")


def take(hub: Hub, by: str = "may", at: datetime = TUESDAY, alert: str = SIGN_OFF) -> None:
    """Acknowledge the sign-off, or another."""
    with writing(hub.engine) as connection:
        acknowledge(connection, hub.settings, alert, by, at)


def put_off(hub: Hub, until: datetime | None, by: str = "marco", at: datetime = TUESDAY) -> None:
    """Snooze the sign-off."""
    with writing(hub.engine) as connection:
        snooze(connection, hub.settings, firm.working_time(), SIGN_OFF, by, at, until)


def hush(hub: Hub, match: Match = OVERDUE, until: datetime = NEXT_MONDAY, by: str = "marco") -> None:
    """Silence."""
    with writing(hub.engine) as connection:
        silence(connection, hub.settings, firm.working_time(), match, until, "moving house", by, TUESDAY)


def test_what_somebody_took_is_not_told_again(hub: Hub) -> None:
    """Till then a client who waits is told of every working day."""
    hub.tell(feedback())
    take(hub, alert="feedback-unhandled:crm/ticket/1")

    assert [decision.reason for decision in hub.tell(feedback(), at=hk(25)).decisions] == [Reason.TAKEN]
    assert len(hub.mail.sent) == 1


def test_what_became_worse_is_told_to_who_has_it_too(hub: Hub) -> None:
    """They took something smaller."""
    hub.tell(milestone(severity="warning"))
    take(hub, "marco")
    hub.tell(milestone(), at=hk(25))

    assert [one.reader.name for one in hub.mail.sent] == ["Marco Yip", "Marco Yip"]
    assert firm.alerts(hub.engine)[0]["held_by"] == "marco"


def test_what_somebody_else_took_in_the_night_is_still_news_in_the_morning(hub: Hub) -> None:
    """The BD manager must not learn it from the client."""
    hub.tell(milestone(), at=hk(24, 6))
    take(hub, at=hk(24, 8))

    assert len(hub.tell(milestone(), at=TUESDAY).messages) == 1


def test_what_its_reader_took_in_the_night_is_no_news_to_them(hub: Hub) -> None:
    """They know."""
    hub.tell(milestone(), at=hk(24, 6))
    take(hub, "marco", at=hk(24, 8))

    assert hub.tell(milestone(), at=TUESDAY).messages == []


def test_what_was_handed_back_is_told_again(hub: Hub) -> None:
    """Nobody has it."""
    hub.tell(milestone())
    take(hub)
    with writing(hub.engine) as connection:
        release(connection, hub.settings, SIGN_OFF, "may", hk(24, 10))

    assert [decision.reason for decision in hub.tell(milestone(), at=hk(24, 10)).decisions] == [Reason.AGAIN]
    assert hub.tell(milestone(), at=hk(24, 11)).messages == []


def test_nobody_is_told_of_what_is_snoozed(hub: Hub) -> None:
    """Not even who was not told before."""
    hub.tell(milestone(), at=hk(24, 6))
    put_off(hub, hk(25), at=hk(24, 8))

    assert [decision.reason for decision in hub.tell(milestone(), at=TUESDAY).decisions] == [Reason.SNOOZED]


def test_what_is_over_is_told_to_those_who_were_told_though_somebody_has_it(hub: Hub) -> None:
    """And nobody has it any more."""
    hub.tell(milestone())
    take(hub)

    assert [message.kind for message in hub.tell(at=hk(24, 10)).messages] == ["resolved"]
    assert firm.alerts(hub.engine)[0]["held_by"] is None


def test_a_silence_hides_what_it_means_and_says_which_it_is(hub: Hub) -> None:
    """Whoever misses a message finds who silenced it, and why."""
    hush(hub)
    decisions = hub.tell(milestone(), feedback()).decisions

    assert {decision.fingerprint: decision.reason for decision in decisions} == {
        "feedback-unhandled:crm/ticket/1": Reason.FIRST,
        SIGN_OFF: Reason.SILENCED,
    }
    silenced = next(decision.silence for decision in decisions if decision.reason is Reason.SILENCED)
    assert silenced is not None
    assert (silenced.created_by, silenced.reason) == ("marco", "moving house")


def test_what_a_silence_hid_is_told_when_it_ends(hub: Hub) -> None:
    """It was delivery that it hid, not the alert."""
    hush(hub, until=hk(25))
    hub.tell(milestone())

    assert [decision.reason for decision in hub.tell(milestone(), at=hk(25)).decisions] == [Reason.FIRST]


def test_what_is_urgent_is_hidden_only_by_a_silence_of_that_very_thing(hub: Hub) -> None:
    """A client's production may go down while their reminders are silenced."""
    hush(hub, Match(rule="feedback-unhandled", client="kite"), by="sandy")
    urgent, other = (feedback(number, urgent=True, severity="critical") for number in (1, 2))

    assert {decision.reason for decision in hub.tell(urgent).decisions} == {Reason.FIRST}
    hush(hub, Match(rule="feedback-unhandled", client="kite", subject=other.subject), by="sandy")
    about_other = [one for one in hub.tell(urgent, other).decisions if one.fingerprint.endswith(other.subject)]
    assert {decision.reason for decision in about_other} == {Reason.SILENCED}
