"""Forms in Slack: what a verb asks for, as a modal, and what was filled in (docs.slack.dev/reference/views, read 23 Nov
2026). Limits: 24 characters a modal's title, 3,000 its private metadata."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from alerts.acts import FIELDS, Field, Verb, label
from alerts.messages import TEXTS
from alerts.plain_text import cut
from config.settings import Language
from unify.decisions import LONGEST

_TITLE_CHARS = 24
_ELEMENT = "given"


def modal(verb: Verb, private: Mapping[str, Any], language: Language, now: datetime) -> dict[str, Any]:
    """The form for `verb`; `private` comes back with it when it is sent."""
    return {
        "type": "modal",
        "callback_id": verb,
        "private_metadata": json.dumps(private, ensure_ascii=False),
        "title": _plain(cut(label(verb, language), _TITLE_CHARS)),
        "submit": _plain(TEXTS.say(language, "ask.send")),
        "close": _plain(TEXTS.say(language, "ask.cancel")),
        "blocks": [_input(field, language, now) for field in FIELDS[verb]],
    }


def filled(view: Mapping[str, Any]) -> dict[str, str]:
    """What a sent form holds, by field; what was left empty is left out."""
    values: dict[str, str] = {}
    for name, elements in view["state"]["values"].items():
        given = elements.get(_ELEMENT, {})
        if (chosen := given.get("selected_date_time")) is not None:
            values[name] = datetime.fromtimestamp(int(chosen), UTC).isoformat()
        elif text := given.get("selected_date") or given.get("value"):
            values[name] = str(text)
    return values


def _input(field: Field, language: Language, now: datetime) -> dict[str, Any]:
    element: dict[str, Any]
    match field.kind:
        case "day":
            element = {"type": "datepicker"}
        case "instant":
            element = {"type": "datetimepicker", "initial_date_time": int(now.timestamp())}
        case "text":
            element = {"type": "plain_text_input", "max_length": LONGEST}
    element["action_id"] = _ELEMENT
    asks = _plain(field.asks(language))
    return {"type": "input", "block_id": field.name, "label": asks, "optional": field.optional, "element": element}


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
