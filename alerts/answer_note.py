"""The note about an answer given elsewhere, written beside the feedback in the tool it came from."""

from datetime import datetime

from sqlalchemy import Connection, select

from alerts.comments import Places, comment_key, queue_comment, queued, refusal
from alerts.messages import TEXTS
from alerts.plain_text import cut, gapped, one_line
from alerts.routing import tool_language
from config.language import day, instant
from config.settings import Settings
from unify.derived import FEEDBACK

_CHARS = 120
"""Of how it was answered, and by whom."""


def queue_answer_note(
    connection: Connection, settings: Settings, feedback: str, at: datetime, how: str, by: str, now: datetime
) -> str:
    """Put the note into the outbox, in the transaction that records the answer; once per answer.

    Returns why none is written; "" if one is. The rules of comments hold: off until `comment_back` allows it, never
    where a client can read it.
    """
    if settings.is_rehearsal(now):
        return "a rehearsal writes nothing into the tools"
    source = feedback.partition("/")[0]
    if source not in settings.sources:
        return f"{source} is not in the settings any more"
    why = refusal(settings.sources[source], Places(connection).of("feedback", feedback, source))
    if why:
        return why
    key = comment_key(f"answered:{feedback}", at.isoformat())
    if queued(connection, key) is None:
        queue_comment(connection, key, feedback, _text(connection, settings, feedback, at, how, by, now), now)
    return ""


def _text(
    connection: Connection, settings: Settings, feedback: str, at: datetime, how: str, by: str, now: datetime
) -> str:
    """In a CRM, which has no projects, how and by whom; where work is done a client may read along one day."""
    columns = (FEEDBACK.c.project_key, FEEDBACK.c.owner_person, FEEDBACK.c.bd_person)
    row = connection.execute(select(*columns).where(FEEDBACK.c.key == feedback)).first()
    project, *people = row or ("",)
    language = tool_language(settings, *(key for key in people if key))
    local, today = at.astimezone(settings.zone), now.astimezone(settings.zone).date()
    if project:
        return TEXTS.say(language, "comment.answered", date=day(language, local.date(), today))
    who = settings.people[by].name if by in settings.people else by
    told = {"how": cut(one_line(how), _CHARS), "who": gapped(cut(one_line(who), _CHARS), language)}
    # One gap, where the text has one as well.
    return one_line(TEXTS.say(language, "comment.answered_crm", at=instant(language, at, settings.zone, today), **told))
