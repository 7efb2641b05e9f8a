"""What is urgent is told until somebody takes it: what keeps other alerts quiet does not keep it so."""

from collections import Counter
from datetime import timedelta

from config.settings import PersonSettings
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import feedback, hk

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
