"""The other alerts in words: by client, then what belongs to none, then what is the firm's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from config.settings import SEVERITIES
from report.rows import AlertRow
from report.words import Words, about, link

TONES = {"critical": "late", "high": "late", "warning": "warn", "info": ""}


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An alert in words. `about`: its project, who has it, that its source is old; as far as any of it is so."""

    title: str
    url: str | None
    tool: str
    severity: str
    tone: str
    why: str
    about: str
    found: str
    stale: bool


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """One client's; `bd` is empty on a page that is theirs, and where it is no client's."""

    client: str
    bd: str
    rows: Sequence[AlertLine]


def other_alerts(words: Words) -> list[AlertGroup]:
    """The client with the gravest first, each one's in the order of the overview; the firm's own last."""
    rows = words.shown.alerts
    gravest: dict[str | None, int] = {}
    for row in rows:
        gravest[row.client] = max(gravest.get(row.client, 0), SEVERITIES.index(row.severity))
    ordered = sorted(rows, key=lambda row: (*_place(row), -gravest[row.client], row.client or ""))
    return [
        AlertGroup(_heading(words, (mine := list(group))[0]), _bd(words, mine[0]), [_line(words, row) for row in mine])
        for _, group in groupby(ordered, key=lambda row: (*_place(row), row.client))
    ]


def _place(row: AlertRow) -> tuple[bool, bool]:
    return row.is_of_the_house, row.client is None


def _heading(words: Words, row: AlertRow) -> str:
    return words.t("alerts.house") if row.is_of_the_house else words.client(row.client)


def _bd(words: Words, row: AlertRow) -> str:
    return "" if row.is_of_the_house or row.client is None else words.bd(row.bd)


def _line(words: Words, row: AlertRow) -> AlertLine:
    said = row.says(words.language)
    owner = words.t("has_it", name=row.owner_name) if row.owner_name else ""
    return AlertLine(
        title=said.matter,
        url=link(row.url),
        tool=words.tool(row.source),
        severity=_severity(words, row.severity),
        tone=TONES[row.severity],
        why=said.why,
        about=about(row.project_name, owner, words.mark(row.source)),
        found=words.t("alerts.found", at=words.at(row.since)),
        stale=row.stale,
    )


def _severity(words: Words, severity: str) -> str:
    match severity:
        case "critical":
            return words.t("severity.critical")
        case "high":
            return words.t("severity.high")
        case "warning":
            return words.t("severity.warning")
    return words.t("severity.info")
