"""What a first look finds old: on the first day, after a gap, and where only the mapping changed."""

from datetime import datetime, timedelta

import pytest

from alerts.first_look import FirstLook
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, feedback, hk, of

NIGHT = hk(21, 22, 40)
"""Saturday evening."""
URGENT = feedback(severity="critical", urgent=True, limit_hours=0.0, waiting_since=NIGHT.isoformat())
FIRST_DAY = FirstLook(TUESDAY, ever=True)
AFTER_A_GAP = FirstLook(TUESDAY)
REMAPPED = FirstLook(TUESDAY, remapped=True)


@pytest.mark.parametrize(
    ("look", "began", "urgent", "old"),
    [
        pytest.param(FIRST_DAY, hk(23), False, True, id="first day"),
        pytest.param(FIRST_DAY, None, False, True, id="first day: nobody knows since when"),
        pytest.param(FIRST_DAY, hk(23), True, True, id="first day: urgent too"),
        pytest.param(AFTER_A_GAP, hk(23), False, True, id="after a gap"),
        pytest.param(AFTER_A_GAP, None, False, True, id="after a gap: nobody knows since when"),
        pytest.param(AFTER_A_GAP, hk(23), True, False, id="after a gap: urgent"),
        pytest.param(REMAPPED, hk(23), False, True, id="remapped: it was there"),
        pytest.param(REMAPPED, TUESDAY, False, False, id="remapped: it began since"),
        pytest.param(REMAPPED, None, False, False, id="remapped: nobody knows since when"),
        pytest.param(REMAPPED, hk(23), True, False, id="remapped: urgent"),
    ],
)
def test_what_is_old_at_a_first_look(look: FirstLook, began: datetime | None, urgent: bool, old: bool) -> None:
    """One line for each answer."""
    assert look.found_old(began, urgent=urgent) is old


@pytest.mark.parametrize("since", [NIGHT, NIGHT - timedelta(minutes=10)], ids=["after our look", "before it"])
def test_what_is_urgent_is_told_at_night_though_a_status_is_new_in_the_tool(hub: Hub, since: datetime) -> None:
    """Also where the client wrote before our last look and the tool was read after it."""
    hub.settings = firm.settings(first_run="summary")
    hub.round(at=NIGHT - timedelta(minutes=5))

    hub.round(feedback(**{**URGENT.facts, "waiting_since": since.isoformat()}), at=NIGHT, versions={"crm": "2"})
    hub.deliver()

    assert sorted(one.reader.name for one in hub.mail.sent) == ["May Chan", "莫詠珊"]


def test_a_slip_is_told_as_usual_though_somebody_joined_the_tool_in_the_same_minutes(hub: Hub) -> None:
    """When it slipped, no column says: it must not go unheard for that."""
    hub.settings = firm.settings(first_run="summary")
    hub.round(at=hk(23, 18))

    hub.round(of("milestone-slipped", "high"), at=TUESDAY, versions={"delivery": "2"})

    assert [alert["adopted"] for alert in firm.alerts(hub.engine)] == [True]
