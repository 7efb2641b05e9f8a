"""How fresh each source is, in words."""

from collections.abc import Sequence
from datetime import datetime

from config.language import ago
from report.asked import Asked
from report.document import Cell, Column, Row, Table
from report.freshness import freshness
from report.pages.about import is_of_one
from report.rows import SourceRow

_NAMED = 5
"""More stale sources than these are counted at the top of the page: each is named in the list of all."""


def stale_notices(asked: Asked) -> list[str]:
    """What the top of the page says of the sources that cannot be believed."""
    stale = [row for row in asked.sources if row.stale]
    if len(stale) > _NAMED:
        return [freshness(asked.speech, stale)]
    return [_stale(asked, row) for row in stale]


def sources_table(asked: Asked, sources: Sequence[SourceRow]) -> Table:
    """All of them, in the order of the config."""
    t = asked.t
    return Table(
        anchor="sources",
        heading=t("sources.heading"),
        columns=[
            Column("source", t("source")),
            Column("last_read", t("last_read"), "instant"),
            Column("state", t("state")),
        ],
        rows=[_row(asked, row) for row in sources],
        empty=t("sources.none"),
    )


def _row(asked: Asked, row: SourceRow) -> Row:
    at = row.last_ok_at
    return Row(
        [
            Cell(row.name, row.label),
            Cell(at, asked.speech.at(at), notes=[_age(asked, at)] if at else (), quiet="–"),
            Cell(
                "stale" if row.stale else "fresh",
                _state(asked, row),
                tone="grey" if row.stale else "green",
                notes=[_failed(asked, row), _problems(asked, row), _missing(asked, row), _differs(asked, row)],
            ),
        ],
        stale=row.stale,
    )


def _age(asked: Asked, last_ok_at: datetime) -> str:
    """As the two clocks on the page have it: 08:49:50 and 09:00:10 are shown as 08:49 and 09:00, eleven minutes."""
    now, then = (at.replace(second=0, microsecond=0) for at in (asked.now, last_ok_at))
    return ago(asked.language, now - then)


def _failed(asked: Asked, row: SourceRow) -> str:
    """Why a reading failed, in a few words; whole, and in the tool's own, for the coordinator alone: `milepost status`
    tells."""
    failed = asked.t("sources.failed") if row.why or row.error else ""
    if row.why:
        failed = asked.t("sources.failed_because", why=_why(asked, row.why))
    again = asked.t("sources.again", at=asked.speech.at(row.asked_again_at)) if row.asked_again_at else ""
    return asked.speech.joined([failed, again])


def _coordinator(asked: Asked) -> str:
    return asked.person_name(asked.settings.coordinator)


def _problems(asked: Asked, row: SourceRow) -> str:
    """On a BD manager's page only those of their clients; who looks after all of them is told where each is named."""
    if not row.problems:
        return ""
    if is_of_one(asked):
        return asked.t("sources.problems_own", count=row.problems, tool=row.tool, name=_coordinator(asked))
    return asked.t("sources.problems", count=row.problems, tool=row.tool)


def _missing(asked: Asked, row: SourceRow) -> str:
    """What is not there any more, and kept here while nobody knows why."""
    if not row.doubts:
        return ""
    count = sum(doubt.missing for doubt in row.doubts)
    since = asked.speech.at(min(doubt.since for doubt in row.doubts))
    if is_of_one(asked):
        return asked.t("sources.missing_own", count=count, tool=row.tool, at=since, name=_coordinator(asked))
    return asked.t("sources.missing", count=count, tool=row.tool, at=since)


def _differs(asked: Asked, row: SourceRow) -> str:
    """By how much it counts other than what is here."""
    if not row.incomplete:
        return ""
    if is_of_one(asked):
        return asked.t("sources.differs_own", tool=row.tool, name=_coordinator(asked))
    count = sum(max(abs(tally.difference), len(tally.absent)) for tally in row.incomplete)
    return asked.t("sources.differs", count=count, tool=row.tool)


def _why(asked: Asked, why: str) -> str:
    match why:
        case "denied":
            return asked.t("sources.why.denied")
        case "limited":
            return asked.t("sources.why.limited")
        case "away":
            return asked.t("sources.why.away")
        case "changed":
            return asked.t("sources.why.changed")
        case "absent":
            return asked.t("sources.why.absent")
    return asked.t("sources.why.ours")


def _state(asked: Asked, row: SourceRow) -> str:
    if not row.stale:
        return asked.t("sources.fresh")
    return asked.t("sources.stale") if row.last_ok_at else asked.t("sources.unread")


def _stale(asked: Asked, row: SourceRow) -> str:
    if row.last_ok_at is None:
        return asked.t("stale.never", source=row.label)
    return asked.t("stale.line", source=row.label, at=asked.speech.at(row.last_ok_at))
