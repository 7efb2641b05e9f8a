"""What clients wait for an answer to, in words."""

from dataclasses import dataclass

from config.language import hours, working_hours
from report.rows import FeedbackRow
from report.speech import link
from report.words import Words, about


@dataclass(frozen=True, slots=True)
class FeedbackLine:
    """A piece of feedback in words. Empty: `bd` on a page that is theirs, `owner` where nobody has it."""

    subject: str
    url: str | None
    tool: str
    about: str
    client: str
    bd: str
    since: str
    waited: str
    limit: str
    owner: str
    next_step: str
    stale: bool


def feedback(words: Words, row: FeedbackRow) -> FeedbackLine:
    """One of them."""
    waited = row.waited_hours
    return FeedbackLine(
        subject=row.subject,
        url=link(row.url),
        tool=words.tool(row.source),
        about=about(row.author, _answer(words, row), words.mark(row.source)),
        client=words.client(row.client),
        bd=words.bd(row.bd),
        since=words.at(row.waiting_since),
        waited=words.t("feedback.for_years") if waited is None else working_hours(words.language, waited),
        limit=words.t("feedback.limit", hours=hours(words.language, row.limit_hours)),
        owner=row.owner_name or "",
        next_step=words.t("next.answer", name=words.shown.coordinator),
        stale=row.stale,
    )


def _answer(words: Words, row: FeedbackRow) -> str:
    if row.first_response_at is None:
        return words.t("feedback.never_answered")
    return words.t("feedback.wrote_again", at=words.at(row.first_response_at))
