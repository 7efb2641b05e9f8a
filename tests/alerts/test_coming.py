"""What is owed and not told yet: when it goes out, by the very decisions that the rounds to come make."""

from datetime import datetime, timedelta

import pytest

from alerts.coming import Coming, coming
from alerts.decide import Reason
from rules.evaluate import Finding
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import feedback, hk, milestone


def owed(hub: Hub, stale: tuple[str, ...] = ()) -> list[Coming]:
    rules = [outcome.rule for outcome in firm.outcomes()]
    fresh = firm.freshness(hub.now, stale)
    with hub.engine.connect() as connection:
        return coming(connection, hub.settings, rules, fresh, firm.working_time(), hub.now)


@pytest.mark.parametrize(
    ("finding", "at", "to", "reason", "out"),
    [
        (milestone(), hk(24, 0, 1), "Marco Yip", Reason.OUTSIDE_HOURS, hk(24, 9)),
        (milestone(), hk(20, 19), "Marco Yip", Reason.OUTSIDE_HOURS, hk(23, 9)),
        (feedback(), hk(24, 13, 30), "莫詠珊", Reason.OUTSIDE_HOURS, hk(24, 14)),
        (milestone(severity="warning"), hk(23, 15, 1), "Marco Yip", Reason.WAITS_FOR_LINE, hk(24, 9)),
        (milestone(severity="warning"), hk(23, 13, 30), "Marco Yip", Reason.OUTSIDE_HOURS, hk(24, 9)),
    ],
)
def test_what_waits_goes_out_when_it_says(
    hub: Hub, finding: Finding, at: datetime, to: str, reason: Reason, out: datetime
) -> None:
    """At night, over a week-end, at lunch, for the morning line: and then it does."""
    hub.tell(at=at - timedelta(minutes=1))
    hub.tell(finding, at=at)

    assert [(one.to, one.reason, one.at) for one in owed(hub)] == [(to, reason, out)]
    assert hub.mail.sent == []

    hub.tell(finding, at=out)
    assert len(hub.mail.sent) == 1
    assert owed(hub) == []


def test_what_waits_for_a_tool_is_promised_for_no_time(hub: Hub) -> None:
    """Nobody knows when it answers again."""
    hub.tell(milestone(), at=hk(24, 3))

    assert [(one.reason, one.at) for one in owed(hub, stale=("delivery",))] == [(Reason.STALE, None)]


def test_what_waits_for_a_person_is_promised_for_no_time(hub: Hub) -> None:
    """Until `milepost alerts adopt` the coordinator alone knows of it."""
    hub.settings = firm.settings(first_run="summary")
    hub.tell(milestone(), at=hk(24, 3))

    assert [(one.reason, one.at) for one in owed(hub)] == [(Reason.FIRST_LOOK, None)]
