"""How fresh each source is, in words."""

from dataclasses import dataclass
from datetime import datetime

from config.language import ago
from report.rows import SourceRow
from report.words import Words


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A source's freshness in words; `last_ok` and `age` are empty for one that was never read to its end."""

    name: str
    last_ok: str
    age: str
    state: str
    tone: str
    detail: str
    problems: str
    """What of it could not be read, and who mends it."""
    missing: str
    """What is not there any more, and kept here while nobody knows why."""
    differs: str
    """By how much it counts other than what is here."""
    stale: bool


def source(words: Words, row: SourceRow) -> SourceLine:
    """One of them. Why a reading failed in a few words; whole, and in the tool's own, for the coordinator alone:
    `milepost status` tells."""
    failed = words.t("sources.failed") if row.error else ""
    if row.why:
        failed = words.t("sources.failed_because", why=_why(words, row.why))
    again = words.t("sources.again", at=words.at(row.asked_again_at)) if row.asked_again_at else ""
    return SourceLine(
        name=row.label,
        last_ok=words.at(row.last_ok_at) if row.last_ok_at else "",
        age=_age(words, row.last_ok_at) if row.last_ok_at else "",
        state=_state(words, row),
        tone="stale" if row.stale else "good",
        detail=words.joined([failed, again]),
        problems=_problems(words, row) if row.problems else "",
        missing=_missing(words, row) if row.doubts else "",
        differs=_differs(words, row) if row.incomplete else "",
        stale=row.stale,
    )


def _age(words: Words, last_ok_at: datetime) -> str:
    """As the two clocks on the page have it: 08:49:50 and 09:00:10 are shown as 08:49 and 09:00, eleven minutes."""
    now, then = (at.replace(second=0, microsecond=0) for at in (words.shown.now, last_ok_at))
    return ago(words.language, now - then)


def _problems(words: Words, row: SourceRow) -> str:
    """On a BD manager's page only those of their clients; who looks after all of them is told where each is named."""
    if words.person:
        return words.t("sources.problems_own", count=row.problems, tool=row.tool, name=words.shown.coordinator)
    return words.t("sources.problems", count=row.problems, tool=row.tool)


def _missing(words: Words, row: SourceRow) -> str:
    count, since = sum(doubt.missing for doubt in row.doubts), words.at(min(doubt.since for doubt in row.doubts))
    if words.person:
        return words.t("sources.missing_own", count=count, tool=row.tool, at=since, name=words.shown.coordinator)
    return words.t("sources.missing", count=count, tool=row.tool, at=since)


def _differs(words: Words, row: SourceRow) -> str:
    count = sum(max(abs(tally.difference), len(tally.absent)) for tally in row.incomplete)
    if words.person:
        return words.t("sources.differs_own", tool=row.tool, name=words.shown.coordinator)
    return words.t("sources.differs", count=count, tool=row.tool)


def stale_lines(words: Words) -> list[str]:
    """What the top of the page says of the sources that cannot be believed."""
    return [_stale(words, row) for row in words.shown.sources if row.stale]


def _why(words: Words, why: str) -> str:
    match why:
        case "denied":
            return words.t("sources.why.denied")
        case "limited":
            return words.t("sources.why.limited")
        case "away":
            return words.t("sources.why.away")
        case "changed":
            return words.t("sources.why.changed")
        case "absent":
            return words.t("sources.why.absent")
    return words.t("sources.why.ours")


def _state(words: Words, row: SourceRow) -> str:
    if not row.stale:
        return words.t("sources.fresh")
    return words.t("sources.stale") if row.last_ok_at else words.t("sources.unread")


def _stale(words: Words, row: SourceRow) -> str:
    if row.last_ok_at is None:
        return words.t("stale.never", source=row.label)
    return words.t("stale.line", source=row.label, at=words.at(row.last_ok_at))
