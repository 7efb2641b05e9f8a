"""What is urgent is told until somebody takes it: what keeps other alerts quiet does not keep it so."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from alerts.actions import silence, snooze
from alerts.silences import Match
from config.settings import PersonSettings
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import feedback, hk
from unify.engine import writing

NIGHT = hk(21, 22, 40)
"""Saturday evening."""
URGENT = feedback(severity="critical", urgent=True)
ABOVE = {
    "winnie": PersonSettings(name="Winnie Lau", email="winnie@lanternquay.example", role="head"),
    "grace": PersonSettings(name="Grace Tam", email="grace@lanternquay.example", role="director"),
}


def told(hub: Hub) -> Counter[str]:
    """How many messages each has got."""
    return Counter(one.reader.name for one in hub.mail.sent)


def hush(hub: Hub, at: datetime) -> None:
    """The BD manager silences that very ticket for the week."""
    with writing(hub.engine) as connection:
        about = Match(rule="feedback-unhandled", client="kite", subject=URGENT.subject)
        silence(connection, hub.settings, firm.working_time(), about, hk(30), "they test it", "sandy", at)


@pytest.mark.parametrize("severity", ["warning", "critical"])
def test_a_silence_hides_nothing_urgent_that_its_maker_did_not_know_of(hub: Hub, severity: str) -> None:
    """They test a form, and in the evening their shop is down: on the same ticket, whatever its severity was."""
    hub.tell(feedback(severity=severity), at=hk(24))
    hush(hub, at=hk(24, 10))
    hub.tell(feedback(severity=severity), at=hk(25))
    assert told(hub) == {"莫詠珊": 1}

    hub.tell(URGENT, at=hk(25, 22, 40))
    assert told(hub) == {"莫詠珊": 2, "May Chan": 1}

    hush(hub, at=hk(25, 22, 50))
    hub.tell(URGENT, at=hk(25, 23, 30))
    assert told(hub) == {"莫詠珊": 2, "May Chan": 1}


def test_what_was_put_off_before_it_was_urgent_is_told_to_who_put_it_off(hub: Hub) -> None:
    """They put off something smaller, though it was called critical before too."""
    done = hub.tell(feedback(severity="critical"), at=hk(24))
    with writing(hub.engine) as connection:
        snooze(connection, hub.settings, firm.working_time(), done.events[0].fingerprint, "sandy", hk(24, 10), hk(26))

    hub.tell(URGENT, at=hk(24, 22, 40))

    assert told(hub) == {"莫詠珊": 2, "May Chan": 1}


def test_what_was_bad_before_we_came_is_told_once_it_becomes_urgent(hub: Hub) -> None:
    """Till then the coordinator alone knows of it."""
    hub.settings = firm.settings(first_run="summary")
    hub.tell(feedback(severity="critical"), at=hk(24))
    assert told(hub) == {"May Chan": 1}

    hub.tell(URGENT, at=hk(24, 22, 40))

    assert told(hub) == {"莫詠珊": 1, "May Chan": 2}


def test_it_is_told_on_and_goes_up_while_its_source_cannot_be_read(hub: Hub) -> None:
    """The client knows nothing of a token that has run out. The message says when the tool was last read."""
    hub.settings = firm.settings(people={**hub.settings.people, **ABOVE})
    hub.tell(URGENT, at=NIGHT)
    for minute in range(5, 65, 5):
        hub.tell(at=NIGHT + timedelta(minutes=minute), stale=("crm",))

    assert told(hub) == {"莫詠珊": 3, "May Chan": 3, "Winnie Lau": 2, "Grace Tam": 1}
    assert "Not checked: HubSpot, last read Sat 21 Nov 21:40." in hub.mail.of("grace")[0].message.body()


def test_nothing_urgent_opens_by_what_a_source_said_that_cannot_be_read(hub: Hub) -> None:
    """It may have been answered since: only what was open when the source fell silent goes on."""
    hub.tell(URGENT, at=NIGHT, stale=("crm",))

    assert told(hub) == {}
