"""The note about an answer given elsewhere, written beside the feedback in the tool it came from."""

from datetime import datetime

from sqlalchemy import Connection

from alerts.comments import Places, comment_key, queue_comment, queued, refusal
from config.settings import Settings


def queue_answer_note(
    connection: Connection, settings: Settings, feedback: str, text: str, answered_at: datetime, now: datetime
) -> str:
    """Put the note into the outbox, in the transaction that records the answer; once per answer.

    Returns why none is written; "" if one is. The rules of comments hold: off until `comment_back` allows it, never
    where a client can read it.
    """
    source = feedback.partition("/")[0]
    if source not in settings.sources:
        return f"{source} is not in the settings any more"
    why = refusal(settings.sources[source], Places(connection).of("feedback", feedback, source))
    if why:
        return why
    key = comment_key(f"answered:{feedback}", answered_at.isoformat())
    if queued(connection, key) is None:
        queue_comment(connection, key, feedback, text, now)
    return ""
