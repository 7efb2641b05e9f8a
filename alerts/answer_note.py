"""The note about an answer given elsewhere, written beside the feedback in the tool it came from."""

from datetime import datetime

from sqlalchemy import Connection, insert

from alerts.comments import Places, refusal
from alerts.outbox import COMMENT_LANE, DELIVERY
from config.settings import Settings
from unify.tables import row_key


def queue_answer_note(
    connection: Connection, settings: Settings, feedback: str, text: str, answered_at: datetime, now: datetime
) -> str:
    """Put the note into the outbox, in the transaction that records the answer; once per answer.

    Returns why none is written; "" if one is. The rules of comments hold: off until `comment_back` allows it, never
    where a client can read it.
    """
    source, stream, vendor_id = feedback.split("/", 2)
    if source not in settings.sources:
        return f"{source} is not in the settings any more"
    why = refusal(settings.sources[source], Places(connection).of("feedback", feedback, source))
    if why:
        return why
    row = {
        "key": f"answered:{row_key(source, stream, vendor_id)}:{answered_at.isoformat()}",
        "channel": f"{COMMENT_LANE}{source}",
        "recipient": feedback,
        "kind": "comment",
        "payload": {"on": [stream, vendor_id], "text": text},
        "state": "waiting",
        "created_at": now,
        "not_before": now,
        "attempts": 0,
        "last_error": "",
        "receipt": {},
    }
    connection.execute(insert(DELIVERY).values(**row))
    return ""
