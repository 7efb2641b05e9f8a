"""Who decided what in a week: the list that the head of BD reads."""

from datetime import date

from alerts.actions import acknowledge, release, silence, snooze
from alerts.decisions import decided
from alerts.silences import Match
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, hk, milestone
from unify import decisions
from unify.engine import writing

SIGN_OFF = "milestone-overdue:delivery/issue/1"
RULE = Match(rule="feedback-unhandled", client="kite")


def test_the_week_tells_who_snoozed_silenced_agreed_and_answered_what(hub: Hub) -> None:
    """With the client, what was said, and until when or which date: nothing has to be looked up."""
    hub.round(milestone())
    firm.put(hub.engine, "milestone", firm.milestone_row(client_key="client/bank"))
    firm.put(hub.engine, "feedback", firm.feedback_row(client_key="client/kite", subject="收據列印太慢"))

    with writing(hub.engine) as connection:
        calendars = firm.working_time()
        snooze(connection, hub.settings, calendars, SIGN_OFF, "may", TUESDAY, hk(25), "with Raymond")
        silence(connection, hub.settings, calendars, RULE, hk(30), "stock-taking", "sandy", hk(24, 10))
        decisions.agree(connection, "delivery/issue/1", date(2026, 11, 30), "CR-012", "marco", hk(24, 11))
        decisions.answered(connection, "crm/ticket/1", hk(20, 17), "WhatsApp", "sandy", hk(24, 12))
        found = decided(connection, hk(23), hk(30))

    assert [(one.kind, one.by, one.name, one.client, one.until or one.on, one.why) for one in found] == [
        ("snoozed", "may", "UAT sign-off", "bank", hk(25), "with Raymond"),
        ("silenced", "sandy", "", "kite", hk(30), "stock-taking"),
        ("agreed", "marco", "UAT sign-off", "bank", date(2026, 11, 30), "CR-012"),
        ("answered", "sandy", "收據列印太慢", "kite", hk(20, 17), "WhatsApp"),
    ]
    assert found[1].match == RULE


def test_what_was_decided_before_or_since_is_another_weeks(hub: Hub) -> None:
    """The beginning is of the week, its end is not."""
    hub.round(milestone())
    with writing(hub.engine) as connection:
        snooze(connection, hub.settings, firm.working_time(), SIGN_OFF, "may", TUESDAY, hk(25))

        assert len(decided(connection, TUESDAY, hk(25))) == 1
        assert decided(connection, hk(23), TUESDAY) == []


def test_a_snooze_set_anew_is_one_and_taking_is_none(hub: Hub) -> None:
    """Whoever corrects the time has not decided twice; who has an alert has taken nothing from the head."""
    hub.round(milestone())
    with writing(hub.engine) as connection:
        acknowledge(connection, hub.settings, SIGN_OFF, "may", TUESDAY)
        for until in (hk(25), hk(26)):
            snooze(connection, hub.settings, firm.working_time(), SIGN_OFF, "may", hk(24, 10), until)
        release(connection, hub.settings, SIGN_OFF, "may", hk(24, 11))

        assert [(one.kind, one.until) for one in decided(connection, hk(23), hk(30))] == [("snoozed", hk(26))]
