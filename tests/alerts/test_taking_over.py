"""Before somebody takes an alert from somebody else, Slack asks."""

from dataclasses import replace

import pytest

from alerts.channels.slack_form import form
from alerts.messages import Held, Message
from config.settings import Language
from tests.alerts.gallery import gallery

HELD = Held("acknowledged", "Taken by Sandy Mok, Tue 24 Nov 09:05.", "sandy")


def asks(message: Message, reader: str) -> dict[str, bool]:
    """Of each button below the message: whether it asks once more."""
    blocks = form(message, buttons=True, reader=reader)["blocks"]
    [actions] = [block for block in blocks if block["type"] == "actions"]
    return {button["action_id"].partition(":")[0]: "confirm" in button for button in actions["elements"]}


def held(language: Language = "en") -> Message:
    """The message about one overdue milestone, which Sandy has."""
    message = gallery(language)["alert"]
    return replace(message, entries=tuple(replace(one, held=HELD) for one in message.entries))


def test_who_would_take_it_from_another_is_asked_once_more() -> None:
    """To record what the client agreed to takes nothing from anybody."""
    assert asks(held(), "person/marco") == {"agreed": False, "snooze": True}


def test_whoever_has_it_is_not_asked() -> None:
    """It is theirs to put off."""
    assert asks(held(), "person/sandy") == {"agreed": False, "snooze": False}


def test_nobody_is_asked_where_nobody_has_it() -> None:
    """Two presses for nothing."""
    assert not any(asks(gallery("en")["alert"], "person/marco").values())


@pytest.mark.parametrize("language", ["en", "zh-Hant-HK", "zh-Hans-CN"])
def test_the_question_names_who_has_it_and_keeps_slacks_limits(language: Language) -> None:
    """Title 100, text 300, answers 30 characters."""
    blocks = form(held(language), buttons=True, reader="")["blocks"]
    [asked] = [button["confirm"] for block in blocks for button in block.get("elements", ()) if "confirm" in button]

    assert "Sandy Mok" in asked["text"]["text"]
    limits = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
    assert all(0 < len(asked[part]["text"]) <= limit for part, limit in limits.items())
