"""The coordinator is asked once about what is missing in a source and was kept; nobody else ever."""

from dataclasses import replace
from datetime import datetime

import pytest

from alerts.messages import Message
from alerts.phone_size import BODY_CHARS, BODY_LINES, TITLE_WIDTH, width_of
from alerts.round import run_round
from config.language import LANGUAGES
from config.settings import Language, PersonSettings
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import hk, milestone
from unify.doubts import Doubt


def look(hub: Hub, at: datetime, *doubted: str, missing: int = 40) -> None:
    """A round at `at`, with something doubted of those sources."""
    doubt = Doubt("cards", "b1", missing, 90, ("c1",), at)
    known = firm.freshness(at)
    known |= {name: replace(known[name], doubts=(doubt,)) for name in doubted}
    hub.now = at
    run_round(hub.engine, hub.settings, firm.outcomes(milestone()), known, firm.working_time(), at)
    hub.deliver()


def told(hub: Hub) -> list[Message]:
    return [outgoing.message for outgoing in hub.mail.of("may")]


def test_it_is_asked_once_and_once_more_when_it_comes_again(hub: Hub) -> None:
    """Each day's comparison finds the same: that is no news. What was answered, and is lost again, is."""
    for day in (24, 25):
        look(hub, hk(day, 10), "boards")
    look(hub, hk(25, 11))
    look(hub, hk(26, 10), "boards", missing=50)

    assert [message.title for message in told(hub)] == ["Missing, and kept: Trello"] * 2
    assert "40 records are gone at once" in told(hub)[0].body()
    assert "milepost sync boards --accept-deletions" in told(hub)[0].body()


def test_nobody_is_woken_and_nobody_else_is_asked(hub: Hub) -> None:
    """What is kept is safe till nine; a BD manager cannot answer."""
    look(hub, hk(24, 3), "boards", "crm")
    assert told(hub) == []
    look(hub, hk(24, 9, 30), "boards", "crm")

    assert [row["recipient"] for row in firm.deliveries(hub.engine, kind="doubt")] == ["person/may"]
    assert [message.title for message in told(hub)] == ["Missing, and kept: Trello, HubSpot"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("missing", [1, 123_456])
def test_the_question_fits_a_phone_in_every_language(hub: Hub, language: Language, missing: int) -> None:
    """What is missing, and the command, seen without scrolling."""
    may = PersonSettings(name="May Chan", email="may@lanternquay.example", language=language)
    hub.settings = firm.settings(people={**firm.settings().people, "may": may})

    look(hub, hk(24, 10), "boards", missing=missing)

    (message,) = told(hub)
    assert width_of(message.title) <= TITLE_WIDTH
    assert len(message.body()) <= BODY_CHARS
    assert len(message.lines) < BODY_LINES
    assert "--accept-deletions" in message.body()
