"""The note about an answer given elsewhere: once, by the rules of comments, under a key that tells nothing."""

from typing import Any

import pytest

from alerts.answer_note import queue_answer_note
from config.settings import Language, Settings
from tests.alerts import firm
from tests.alerts.conftest import Hub
from tests.alerts.firm import TUESDAY, hk

ANSWERED = hk(20, 17, 15)


def note(hub: Hub, feedback: str = "crm/ticket/1", by: str = "sandy") -> str:
    with hub.engine.begin() as connection:
        return queue_answer_note(connection, hub.settings, feedback, ANSWERED, "WhatsApp", by, TUESDAY)


def allowing(**changes: Any) -> Settings:
    kinds = {"crm": "hubspot", "boards": "trello"}
    commented = {name: firm.source(name, kind, comment_back=True) for name, kind in kinds.items()}
    return firm.settings(sources={**firm.settings().sources, **commented}, **changes)


@pytest.fixture
def ticket(hub: Hub) -> None:
    """Paper Kite's ticket, in a CRM that only our own people read."""
    firm.put(hub.engine, "feedback", firm.feedback_row())
    firm.put(hub.engine, "account", {"key": "crm/owner/1", "source": "crm", "side": "team", "active": True})


@pytest.mark.usefixtures("ticket")
def test_it_is_queued_once_however_often_the_answer_is_recorded(hub: Hub) -> None:
    """Sandy taps twice; the CRM gets one note, and its key names neither the ticket nor the hour."""
    hub.settings = allowing()

    assert [note(hub), note(hub)] == ["", ""]

    [row] = firm.deliveries(hub.engine)
    assert (row["payload"]["on"], row["channel"]) == (["ticket", "1"], "comment:crm")
    assert "ticket" not in row["key"]
    assert "2026" not in row["key"]


@pytest.mark.usefixtures("ticket")
@pytest.mark.parametrize(
    ("language", "by", "text"),
    [
        ("en", "sandy", "Answered elsewhere (WhatsApp) by 莫詠珊, Fri 20 Nov 17:15. (Milepost)"),
        ("zh-Hant-HK", "sandy", "莫詠珊於 11月20日（五）17:15 已另行回覆（WhatsApp）。（Milepost）"),
        ("zh-Hant-HK", "may", "May Chan 於 11月20日（五）17:15 已另行回覆（WhatsApp）。（Milepost）"),
        ("zh-Hans-CN", "may", "May Chan 11月20日（五）17:15 已另行回复（WhatsApp）。（Milepost）"),
        ("en", "root", "Answered elsewhere (WhatsApp) by root, Fri 20 Nov 17:15. (Milepost)"),
    ],
)
def test_in_the_crm_it_says_how_and_by_whom(hub: Hub, language: Language, by: str, text: str) -> None:
    """Whoever opens the ticket next knows whom to ask."""
    hub.settings = allowing(language=language)
    note(hub, by=by)

    assert [row["payload"]["text"] for row in firm.deliveries(hub.engine)] == [text]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Answered elsewhere on Fri 20 Nov. (Milepost)"),
        ("zh-Hant-HK", "已於 11月20日（五）另行回覆。（Milepost）"),
        ("zh-Hans-CN", "已于 11月20日（五）另行回复。（Milepost）"),
    ],
)
def test_where_work_is_done_it_names_nobody(hub: Hub, language: Language, text: str) -> None:
    """A client may be invited to the board one day."""
    hub.settings = allowing(language=language)
    board = {"key": "boards/boards/1", "source": "boards", "reader_accounts": ["boards/members/1"]}
    card = {"key": "boards/cards/1", "source": "boards", "origin": "item", "project_key": board["key"]}
    firm.put(hub.engine, "project", board)
    firm.put(hub.engine, "feedback", firm.feedback_row() | card)
    firm.put(hub.engine, "account", {"key": "boards/members/1", "source": "boards", "side": "team", "active": True})

    assert note(hub, "boards/cards/1") == ""
    assert [row["payload"]["text"] for row in firm.deliveries(hub.engine)] == [text]


def test_none_is_written_where_comments_are_off_or_a_client_might_read(hub: Hub) -> None:
    """Whoever records the answer is told why."""
    firm.put(hub.engine, "feedback", firm.feedback_row())
    assert note(hub) == "comment_back is off"

    hub.settings = allowing()
    assert "nobody knows who can read it" in note(hub)
    assert note(hub, "gone/ticket/1") == "gone is not in the settings any more"
    assert firm.deliveries(hub.engine) == []


@pytest.mark.usefixtures("ticket")
def test_in_a_rehearsal_none_is_written(hub: Hub) -> None:
    """The tools stay as they are, whatever is tried."""
    hub.settings = allowing(rehearsal_until=TUESDAY.date())

    assert note(hub) == "a rehearsal writes nothing into the tools"
    assert firm.deliveries(hub.engine) == []
