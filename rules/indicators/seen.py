"""The first answer that the client could see, where another one came before it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from unify.derive import messages_on
from unify.derive_feedback import Policy, basis_of, derive_feedback
from unify.derived import ANSWER, FEEDBACK, Row, fetch, slices

_ASKED = (
    *("key", "item_key", "origin", "text", "score", "status_category", "received_at", "closed_at"),
    *("native_first_response_at", "last_received_at", "last_sent_at"),
)
"""What derive asks of feedback: to make the other instants of text takes time."""

Seen = tuple[datetime | None, str | None]
"""When the answer was given, and its basis; None: there is none."""


def seen_answers(connection: Connection, keys: Collection[str]) -> Mapping[str, Seen]:
    """Of feedback whose first answer is of basis `internal`, by its key: the first one of which nobody knows that the
    client could not see it."""
    found: dict[str, Seen] = {}
    asked = select(*(FEEDBACK.c[name] for name in _ASKED))
    for some in slices(connection, FEEDBACK, keys):
        messages = messages_on(connection, some)
        given = defaultdict[str, list[Row]](list)
        for answer in fetch(connection, select(ANSWER).where(ANSWER.c.feedback_key.in_(some))):
            given[answer["feedback_key"]].append(answer)
        for row in fetch(connection, asked.where(FEEDBACK.c.key.in_(some))):
            shown = [message for message in messages[row["key"]] if not _is_hidden(message)]
            derived = derive_feedback(row, shown, given[row["key"]], Policy())
            found[row["key"]] = derived["first_response_at"], derived["response_basis"]
    return found


def _is_hidden(message: Row) -> bool:
    """The tool says that the client cannot read it."""
    return message["visible"] is False and basis_of(message) == "internal"
