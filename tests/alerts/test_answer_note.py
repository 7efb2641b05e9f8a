"""The note about an answer given elsewhere: once, by the rules of comments, under a key that tells nothing."""

from typing import Any

from alerts.answer_note import queue_answer_note
from config.settings import Settings
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, hk

TEXT = "Answered by WhatsApp. (Milepost)"


def note(hub: Hub, feedback: str = "crm/ticket/1") -> str:
    with hub.engine.begin() as connection:
        return queue_answer_note(connection, hub.settings, feedback, TEXT, hk(20, 17, 15), TUESDAY)


def allowing(**changes: Any) -> Settings:
    sources = {**firm.settings().sources, "crm": firm.source("crm", "hubspot", comment_back=True)}
    return firm.settings(sources=sources, **changes)


def test_it_is_queued_once_however_often_the_answer_is_recorded(hub: Hub) -> None:
    """Sandy taps twice; the CRM gets one note, and its key names neither the ticket nor the hour."""
    hub.settings = allowing()
    firm.put(hub.engine, "feedback", firm.feedback_row())
    firm.put(hub.engine, "account", {"key": "crm/owner/1", "source": "crm", "side": "team", "active": True})

    assert [note(hub), note(hub)] == ["", ""]

    [row] = firm.deliveries(hub.engine)
    assert (row["payload"], row["channel"]) == ({"on": ["ticket", "1"], "text": TEXT}, "comment:crm")
    assert "ticket" not in row["key"]
    assert "2026" not in row["key"]


def test_none_is_written_where_comments_are_off_or_a_client_might_read(hub: Hub) -> None:
    """Whoever records the answer is told why."""
    firm.put(hub.engine, "feedback", firm.feedback_row())
    assert note(hub) == "comment_back is off"

    hub.settings = allowing()
    assert "nobody knows who can read it" in note(hub)
    assert note(hub, "gone/ticket/1") == "gone is not in the settings any more"
    assert firm.deliveries(hub.engine) == []
